#include "harness/report/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>
#include <libxml/xmlwriter.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/report/report.h"

enum outcome { PASSED, FAILED, BROKE, SKIPPED, OUTCOMES_COUNT };

struct test_case {
    enum outcome outcome;
    char *group; /* "class" in JUnit's words */
    char *name;
    char *message; /* why it did not pass */
    char *repeat;
};

/* The counts stand before the cases in the file: so the cases are kept until all are known. */
struct suite {
    const char *name;
    struct test_case *cases;
    uint32_t count;
    uint32_t counts[OUTCOMES_COUNT];
};

static struct test_case *add_case(struct suite *suite, const char *group, const char *name)
{
    suite->cases = sf_realloc(suite->cases, suite->count + 1, sizeof *suite->cases);
    struct test_case *added = &suite->cases[suite->count++];
    *added = (struct test_case){.group = sf_strdup(group), .name = sf_strdup(name)};
    return added;
}

static void set_outcome(struct test_case *added, enum outcome outcome, const char *message,
                        const char *repeat)
{
    added->outcome = outcome;
    added->message = sf_strdup(message);
    added->repeat = sf_strdup(repeat);
}

/* ---- XML ---- */

static const xmlChar *as_xml(const char *text)
{
    return (const xmlChar *)text;
}

/* The text with U+FFFD in place of what is no UTF-8 or no character of XML. To be freed. */
static xmlChar *fit_for_xml(const char *text)
{
    struct sf_text fit = {0};
    sf_text_add(&fit, "%s", "");
    int left = (int)strlen(text);
    while (left > 0) {
        int length = left;
        int character = xmlGetUTF8Char((const unsigned char *)text, &length);
        bool fits = character > 0 && xmlIsCharQ(character);
        if (character < 0) {
            length = 1;
        }
        sf_text_add_bytes(&fit, fits ? text : "\xef\xbf\xbd", fits ? (size_t)length : 3);
        text += length;
        left -= length;
    }
    return (xmlChar *)fit.data;
}

/* The writer writes into memory and fails only without any: as sf_alloc does. */
static void must(int written)
{
    SF_ASSERT(written >= 0);
}

static void attribute(xmlTextWriter *xml, const char *name, const char *text)
{
    xmlChar *fit = fit_for_xml(text);
    must(xmlTextWriterWriteAttribute(xml, as_xml(name), fit));
    free(fit);
}

static void number(xmlTextWriter *xml, const char *name, uint32_t value)
{
    must(xmlTextWriterWriteFormatAttribute(xml, as_xml(name), "%" PRIu32, value));
}

static void write_case(xmlTextWriter *xml, const struct test_case *test)
{
    static const char *const elements[] = {NULL, "failure", "error", "skipped"};
    must(xmlTextWriterStartElement(xml, as_xml("testcase")));
    attribute(xml, "classname", test->group);
    attribute(xml, "name", test->name);
    if (test->outcome != PASSED) {
        must(xmlTextWriterStartElement(xml, as_xml(elements[test->outcome])));
        attribute(xml, "message", test->message);
        if (test->repeat[0] != '\0') {
            xmlChar *fit = fit_for_xml(test->repeat);
            must(xmlTextWriterWriteString(xml, fit));
            free(fit);
        }
        must(xmlTextWriterEndElement(xml));
    }
    must(xmlTextWriterEndElement(xml));
}

static void write_counts(xmlTextWriter *xml, const struct suite *suite)
{
    attribute(xml, "name", suite->name);
    number(xml, "tests", suite->count);
    number(xml, "failures", suite->counts[FAILED]);
    number(xml, "errors", suite->counts[BROKE]);
}

/* Writes the suite and frees its cases. */
static void write_suite(struct suite *suite, struct sf_text *out)
{
    for (uint32_t i = 0; i < suite->count; i++) {
        suite->counts[suite->cases[i].outcome]++;
    }
    xmlBuffer *buffer = xmlBufferCreate();
    xmlTextWriter *xml = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    SF_ASSERT(xml != NULL);
    must(xmlTextWriterSetIndent(xml, 1));
    must(xmlTextWriterStartDocument(xml, NULL, "UTF-8", NULL));
    must(xmlTextWriterStartElement(xml, as_xml("testsuites")));
    write_counts(xml, suite);
    must(xmlTextWriterStartElement(xml, as_xml("testsuite")));
    write_counts(xml, suite);
    number(xml, "skipped", suite->counts[SKIPPED]);
    for (uint32_t i = 0; i < suite->count; i++) {
        write_case(xml, &suite->cases[i]);
        free(suite->cases[i].group);
        free(suite->cases[i].name);
        free(suite->cases[i].message);
        free(suite->cases[i].repeat);
    }
    must(xmlTextWriterEndDocument(xml));
    xmlFreeTextWriter(xml);
    sf_text_add_bytes(out, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
    free(suite->cases);
}

/* ---- run ---- */

static const struct sf_finding *first_finding(const struct sf_run_result *result, uint32_t oracle)
{
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        if (result->findings[i].oracle == oracle) {
            return &result->findings[i];
        }
    }
    return NULL;
}

/* "3 findings; the first: ..." */
static void say_findings(uint64_t count, const char *of_what, const struct sf_finding *first,
                         struct sf_text *out)
{
    sf_text_add(out, "%" PRIu64 " %s", count, of_what);
    if (first != NULL) {
        sf_text_add(out, "; the first: ");
        sf_report_finding(first, out);
    }
}

void sf_report_run_junit(const struct sf_plan *plan, const struct sf_run_result *result,
                         const char *repeat, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(repeat != NULL);
    SF_ASSERT(out != NULL);
    struct suite suite = {.name = "strayframe run"};
    struct test_case *end = add_case(&suite, plan->name, "the run finishes");
    if (result->out_of_budget) {
        set_outcome(end, SKIPPED, "ended by --events-max", repeat);
    }
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        const struct sf_oracle_result *oracle = &result->oracles[i];
        struct test_case *test = add_case(&suite, plan->name, sf_oracles()[i]->name);
        if (oracle->findings_count > 0) {
            struct sf_text message = {0};
            say_findings(oracle->findings_count, "findings", first_finding(result, i), &message);
            set_outcome(test, FAILED, message.data, repeat);
            sf_text_free(&message);
        } else if (oracle->evidence_count == 0) {
            set_outcome(test, SKIPPED,
                        oracle->wanted ? "inconclusive: no evidence" : "does not apply to this run",
                        "");
        }
    }
    write_suite(&suite, out);
}

void sf_report_case_junit(const struct sf_plan *plan, const char *name, const char *failure,
                          const char *repeat, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(repeat != NULL);
    SF_ASSERT(out != NULL);
    struct suite suite = {.name = "strayframe run"};
    struct test_case *test = add_case(&suite, plan->name, name);
    if (failure != NULL) {
        set_outcome(test, FAILED, failure, repeat);
    }
    write_suite(&suite, out);
}

/* ---- replay ---- */

void sf_report_replay_junit(const struct sf_plan *plan, const struct sf_replay *replay,
                            const char *repeat, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(repeat != NULL);
    SF_ASSERT(out != NULL);
    struct suite suite = {.name = "strayframe replay"};
    struct test_case *runs = add_case(&suite, plan->name, "every run finishes");
    if (replay->crashed_count > 0) {
        char message[64];
        snprintf(message, sizeof message, "%u runs did not finish", replay->crashed_count);
        set_outcome(runs, BROKE, message, repeat);
    }
    if (replay->ended_count > 0) {
        set_outcome(runs, FAILED, replay->ended.text, repeat);
    }
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &replay->facts[i];
        struct sf_text name = {0};
        sf_text_add(&name, "%s %s", fact->id, fact->statement);
        struct test_case *test = add_case(&suite, plan->name, name.data);
        sf_text_free(&name);
        if (!fact->holds) {
            set_outcome(test, fact->judged ? FAILED : SKIPPED, fact->figure, repeat);
        }
    }
    write_suite(&suite, out);
}

/* ---- gate ---- */

static void add_gate_runs(struct suite *suite, const struct sf_gate *gate, uint32_t index,
                          const struct sf_gate_names *names)
{
    const struct sf_gate_scenario *scenario = &gate->scenarios[index];
    struct test_case *test = add_case(suite, names->files[index], "every run comes to its end");
    struct sf_text message = {0};
    struct sf_text repeat = {0};
    if (scenario->ended_count > 0) {
        sf_text_add(&message, "the cache crashed or hung in %u of %u runs", scenario->ended_count,
                    scenario->runs_count);
        sf_report_gate_command(
            names, "run", (struct sf_gate_run_at){scenario->ended_arm, index, scenario->ended_seed},
            &repeat);
        set_outcome(test, BROKE, message.data, repeat.data);
    } else if (scenario->runs_count < scenario->wanted_count) {
        sf_text_add(&message, "inconclusive: time limit reached after %u of %u runs",
                    scenario->runs_count, scenario->wanted_count);
        set_outcome(test, SKIPPED, message.data, "");
    }
    sf_text_free(&repeat);
    sf_text_free(&message);
}

static void add_gate_again(struct suite *suite, const struct sf_gate *gate, uint32_t index,
                           const struct sf_gate_names *names)
{
    struct test_case *test =
        add_case(suite, names->files[index], "the same seed gives the same run");
    if (gate->scenarios[index].again_differs) {
        struct sf_text repeat = {0};
        sf_report_gate_command(names, "run",
                               (struct sf_gate_run_at){SF_ARM_CANDIDATE, index, gate->seed_first},
                               &repeat);
        sf_text_add(&repeat, " --twice");
        set_outcome(test, BROKE, "the cache is not deterministic: two runs of one seed differ",
                    repeat.data);
        sf_text_free(&repeat);
    } else if (!gate->scenarios[index].again_ran) {
        set_outcome(test, SKIPPED, "inconclusive: no seed finished twice", "");
    }
}

static void add_gate_oracle(struct suite *suite, const struct sf_gate *gate, uint32_t index,
                            uint32_t oracle, const struct sf_gate_names *names)
{
    const struct sf_gate_scenario *scenario = &gate->scenarios[index];
    struct test_case *test = add_case(suite, names->files[index], sf_oracles()[oracle]->name);
    if (scenario->oracles[oracle].failed_count > 0) {
        struct sf_text message = {0};
        struct sf_text repeat = {0};
        const struct sf_finding *finding = &scenario->oracles[oracle].finding;
        /* A run keeps its first findings only: this oracle's may not be among them. */
        bool kept = finding->oracle == oracle && finding->at_ns > 0;
        say_findings(scenario->oracles[oracle].failed_count, "runs with a finding",
                     kept ? finding : NULL, &message);
        const struct sf_gate_run_at at = {scenario->oracles[oracle].failed_arm, index,
                                          scenario->oracles[oracle].failed_seed};
        sf_report_gate_oracle_command(names, "run", at, oracle, &repeat);
        set_outcome(test, FAILED, message.data, repeat.data);
        sf_text_free(&repeat);
        sf_text_free(&message);
    } else if (scenario->oracles[oracle].evidence_count == 0) {
        set_outcome(test, SKIPPED,
                    scenario->oracles[oracle].wanted_count > 0 || scenario->runs_count == 0
                        ? "inconclusive: no evidence"
                        : "does not apply to these runs",
                    "");
    }
}

void sf_report_gate_junit(const struct sf_gate *gate, const struct sf_gate_names *names,
                          struct sf_text *out)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    SF_ASSERT(out != NULL);
    struct suite suite = {.name = "strayframe gate"};
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        add_gate_runs(&suite, gate, i, names);
        add_gate_again(&suite, gate, i, names);
        for (uint32_t oracle = 0; sf_oracles()[oracle] != NULL; oracle++) {
            add_gate_oracle(&suite, gate, i, oracle, names);
        }
    }
    struct test_case *small = add_case(&suite, names->candidate, "every order of small worlds");
    if (!gate->small.ran) {
        set_outcome(small, SKIPPED, gate->small.not_run, "");
    } else if (gate->small.verdict == SF_VERDICT_FAIL) {
        set_outcome(small, FAILED, gate->small.told, "");
    }
    struct test_case *verdict = add_case(&suite, names->candidate, "the gate");
    if (gate->verdict != SF_VERDICT_PASS) {
        set_outcome(verdict, gate->verdict == SF_VERDICT_FAIL ? FAILED : SKIPPED, gate->reason, "");
    }
    write_suite(&suite, out);
}
