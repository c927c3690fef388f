/* JUnit XML: what is written parses, and says what was meant, whatever texts hold. */
#include "harness/ci/formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "harness/ci/build.h"
#include "tests/unit/runs.h"

static const xmlChar *as_xml(const char *text)
{
    return (const xmlChar *)text;
}

/* Writes the result into `text`, and frees it. */
static void write(struct sf_ci_result *result, struct sf_text *text)
{
    sf_ci_junit(result, text);
    sf_ci_free(result);
}

static xmlDoc *parse(const struct sf_text *text)
{
    xmlDoc *document = xmlReadMemory(text->data, (int)text->length, "junit.xml", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (document == NULL) {
        fail_msg("no XML:\n%s", text->data);
    }
    return document;
}

/* The n-th element of this name below a node, from 0; NULL. */
static xmlNode *child(xmlNode *parent, const char *name, uint32_t n)
{
    for (xmlNode *node = parent->children; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, as_xml(name)) && n-- == 0) {
            return node;
        }
    }
    return NULL;
}

static uint32_t children_count(xmlNode *parent, const char *name)
{
    uint32_t count = 0;
    while (child(parent, name, count) != NULL) {
        count++;
    }
    return count;
}

static void assert_attribute(xmlNode *node, const char *name, const char *text)
{
    xmlChar *found = xmlGetProp(node, as_xml(name));
    assert_non_null(found);
    assert_string_equal((const char *)found, text);
    xmlFree(found);
}

static uint32_t number_of(xmlNode *node, const char *name)
{
    xmlChar *found = xmlGetProp(node, as_xml(name));
    assert_non_null(found);
    uint32_t number = (uint32_t)strtoul((const char *)found, NULL, 10);
    xmlFree(found);
    return number;
}

static xmlNode *suite_of(xmlDoc *document)
{
    xmlNode *root = xmlDocGetRootElement(document);
    assert_string_equal((const char *)root->name, "testsuites");
    xmlNode *suite = child(root, "testsuite", 0);
    assert_non_null(suite);
    assert_null(child(root, "testsuite", 1));
    return suite;
}

/* What the suite says of its cases is what they are. */
static void assert_counts_are_true(xmlNode *suite)
{
    uint32_t counts[3] = {0};
    static const char *const elements[] = {"failure", "error", "skipped"};
    uint32_t tests_count = children_count(suite, "testcase");
    for (uint32_t i = 0; i < tests_count; i++) {
        xmlNode *test = child(suite, "testcase", i);
        for (int element = 0; element < 3; element++) {
            counts[element] += children_count(test, elements[element]);
        }
    }
    assert_int_equal(number_of(suite, "tests"), tests_count);
    assert_int_equal(number_of(suite, "failures"), counts[0]);
    assert_int_equal(number_of(suite, "errors"), counts[1]);
    assert_int_equal(number_of(suite, "skipped"), counts[2]);
}

static xmlNode *case_named(xmlNode *suite, const char *group, const char *name)
{
    xmlNode *test;
    for (uint32_t i = 0; (test = child(suite, "testcase", i)) != NULL; i++) {
        xmlChar *found = xmlGetProp(test, as_xml("name"));
        xmlChar *class = xmlGetProp(test, as_xml("classname"));
        bool is_it = xmlStrEqual(found, as_xml(name)) && xmlStrEqual(class, as_xml(group));
        xmlFree(found);
        xmlFree(class);
        if (is_it) {
            return test;
        }
    }
    fail_msg("no case %s of %s", name, group);
    return NULL;
}

static void test_a_run_has_a_case_for_each_oracle(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_text text = {0};
    runs_load(runs, "scenarios/canary/stray-pixels.yaml");
    runs_run(runs, 1);
    struct sf_ci_result result;
    sf_ci_of_run(&runs->plan, &runs->result, "x.yaml", "strayframe run x", &result);
    write(&result, &text);
    xmlDoc *document = parse(&text);
    xmlNode *suite = suite_of(document);
    assert_counts_are_true(suite);
    assert_attribute(suite, "name", "strayframe run");
    assert_int_equal(number_of(suite, "tests"), runs->result.oracles_count + 1);
    for (uint32_t i = 0; i < runs->result.oracles_count; i++) {
        const struct sf_oracle_result *oracle = &runs->result.oracles[i];
        xmlNode *test = case_named(suite, "stray-pixels", sf_oracles()[i]->name);
        assert_true((child(test, "failure", 0) != NULL) == (oracle->findings_count > 0));
        assert_true((child(test, "skipped", 0) != NULL) ==
                    (oracle->findings_count == 0 && oracle->evidence_count == 0));
    }
    xmlNode *failed = child(case_named(suite, "stray-pixels", "no-stray-pixels"), "failure", 0);
    xmlChar *message = xmlGetProp(failed, as_xml("message"));
    assert_non_null(strstr((const char *)message, "was shown home"));
    xmlFree(message);
    xmlChar *repeat = xmlNodeGetContent(failed);
    assert_string_equal((const char *)repeat, "strayframe run x");
    xmlFree(repeat);
    xmlFreeDoc(document);
    sf_text_free(&text);
    runs_destroy(runs);
}

static void test_hostile_texts_come_back_as_far_as_xml_can_carry_them(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        const char *comes_back;
    } texts[] = {
        {"<a href=\"x\">&amp;</a>", "<a href=\"x\">&amp;</a>"},
        {"]]><!-- --><?x?>'\"", "]]><!-- --><?x?>'\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xb7", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xb7"},
        {"a\x01"
         "b\x1b[31mc\x7f",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd[31mc\x7f"},
        {"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
        {"\xff\xfe \x80", "\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd"},
        {"\xef\xbf\xbf", "\xef\xbf\xbd"},
        {"&#x41; %s %n", "&#x41; %s %n"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sf_text text = {0};
        struct sf_ci_result result;
        const struct sf_ci_question question = {.suite = "strayframe run",
                                                .group = texts[i].given,
                                                .asked = texts[i].given,
                                                .rule = SF_CI_RULE_EXPECTATION,
                                                .failure = texts[i].given};
        sf_ci_of_question(&question, texts[i].given, &result);
        write(&result, &text);
        xmlDoc *document = parse(&text);
        xmlNode *suite = suite_of(document);
        assert_counts_are_true(suite);
        assert_int_equal(number_of(suite, "failures"), 1);
        xmlNode *test = case_named(suite, texts[i].comes_back, texts[i].comes_back);
        xmlNode *failure = child(test, "failure", 0);
        assert_attribute(failure, "message", texts[i].comes_back);
        xmlChar *content = xmlNodeGetContent(failure);
        assert_string_equal((const char *)content, texts[i].comes_back);
        xmlFree(content);
        xmlFreeDoc(document);
        sf_text_free(&text);
    }
}

static void test_a_replay_has_a_case_for_each_fact(void **state)
{
    (void)state;
    struct sf_replay *replay = sf_alloc(1, sizeof *replay);
    static struct sf_plan plan;
    struct sf_text text = {0};
    snprintf(plan.name, sizeof plan.name, "incident");
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        struct sf_fact *fact = &replay->facts[i];
        snprintf(fact->id, sizeof fact->id, "F%u", (i + 1) % 100);
        fact->statement = "it was so";
        fact->holds = i > 1;
        fact->judged = i != 1;
        snprintf(fact->figure, sizeof fact->figure, "%u < %u", i, i + 1);
    }
    replay->crashed_count = 2;
    struct sf_ci_result result;
    sf_ci_of_replay(&plan, replay, plan.name, "strayframe replay", &result);
    write(&result, &text);
    xmlDoc *document = parse(&text);
    xmlNode *suite = suite_of(document);
    assert_counts_are_true(suite);
    assert_int_equal(number_of(suite, "tests"), SF_REPLAY_FACTS_COUNT + 1);
    assert_int_equal(number_of(suite, "failures"), 1);
    assert_int_equal(number_of(suite, "errors"), 1);
    assert_int_equal(number_of(suite, "skipped"), 1);
    assert_attribute(child(case_named(suite, "incident", "F1 it was so"), "failure", 0), "message",
                     "0 < 1");
    assert_non_null(child(case_named(suite, "incident", "F2 it was so"), "skipped", 0));
    assert_null(child(case_named(suite, "incident", "F3 it was so"), "failure", 0));
    xmlFreeDoc(document);
    sf_text_free(&text);
    free(replay);
}

static struct sf_gate *gate_of(const char *candidate, const struct sf_plan *plans,
                               uint32_t plans_count)
{
    struct sf_gate *gate = sf_alloc(1, sizeof *gate);
    struct sf_diag diag = {0};
    const struct sf_gate_options options = {.candidate = candidate,
                                            .plans = plans,
                                            .plans_count = plans_count,
                                            .seed_first = 1,
                                            .seeds_count = 2,
                                            .run_seconds_max = 60};
    assert_int_equal(sf_gate_run(&options, gate, &diag), SF_OK);
    return gate;
}

static void test_a_gate_has_a_case_for_each_oracle_in_each_scenario(void **state)
{
    (void)state;
    static const char *const files[] = {"a & b.yaml", "c.yaml"};
    struct runs *runs = runs_create();
    struct sf_plan *plans = sf_alloc(2, sizeof *plans);
    struct sf_text text = {0};
    runs_load(runs, "scenarios/gate/deploy.yaml");
    plans[0] = runs->plan;
    runs_load(runs, "scenarios/smoke/small.yaml");
    plans[1] = runs->plan;
    struct sf_gate *gate = gate_of("builtin:boxing-day-update", plans, 2);
    const struct sf_gate_names names = {.candidate = "<cache>", .files = files};
    struct sf_ci_result result;
    sf_ci_of_gate(gate, &names, "strayframe gate", &result);
    write(&result, &text);
    xmlDoc *document = parse(&text);
    xmlNode *suite = suite_of(document);
    assert_counts_are_true(suite);
    uint32_t oracles_count = 0;
    uint32_t failed_count = 0;
    for (; sf_oracles()[oracles_count] != NULL; oracles_count++) {
        for (uint32_t i = 0; i < 2; i++) {
            xmlNode *test = case_named(suite, files[i], sf_oracles()[oracles_count]->name);
            bool failed = gate->scenarios[i].oracles[oracles_count].failed_count > 0;
            assert_true((child(test, "failure", 0) != NULL) == failed);
            failed_count += failed;
        }
    }
    assert_int_equal(number_of(suite, "tests"), 2 * (oracles_count + 2) + 2);
    assert_null(child(case_named(suite, files[0], "the same seed gives the same run"), "error", 0));
    assert_true(gate->scenarios[0].again_ran);
    assert_int_equal(gate->verdict, SF_VERDICT_FAIL);
    assert_true(failed_count > 0);
    assert_int_equal(number_of(suite, "failures"), failed_count + 1);
    assert_non_null(child(case_named(suite, "<cache>", "the gate"), "failure", 0));
    xmlFreeDoc(document);
    sf_text_free(&text);
    free(gate);
    free(plans);
    runs_destroy(runs);
}

/* The scenarios' counts add up to the whole gate's. */
static void test_the_gate_counts_by_scenario(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/gate/deploy.yaml");
    struct sf_gate *gate = gate_of("builtin:boxing-day-update", &runs->plan, 1);
    const struct sf_gate_scenario *scenario = &gate->scenarios[0];
    assert_int_equal(gate->scenarios_count, 1);
    assert_int_equal(scenario->wanted_count, gate->wanted_count);
    assert_int_equal(scenario->runs_count, gate->runs_count);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        assert_int_equal(scenario->oracles[i].evidence_count, gate->evidence[i]);
    }
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        assert_true(scenario->oracles[gate->finds[i].finding.oracle].failed_count >=
                    gate->finds[i].runs_count);
    }
    free(gate);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_has_a_case_for_each_oracle),
        cmocka_unit_test(test_hostile_texts_come_back_as_far_as_xml_can_carry_them),
        cmocka_unit_test(test_a_replay_has_a_case_for_each_fact),
        cmocka_unit_test(test_a_gate_has_a_case_for_each_oracle_in_each_scenario),
        cmocka_unit_test(test_the_gate_counts_by_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
