/* What is said about scenario files elsewhere agrees with the parameter tables: the page for users,
 * and the JSON Schema for editors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <jansson.h>

#include "harness/scenario/params.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/expect.h"
#include "tests/unit/scenario_fixture.h"

static char *page_read(void)
{
    FILE *file = fopen(SF_SOURCE_DIR "/docs/scenarios.md", "rb");
    assert_non_null(file);
    char *text = sf_alloc(1 << 20, 1);
    size_t bytes = fread(text, 1, (1 << 20) - 1, file);
    assert_true(bytes > 1000);
    fclose(file);
    return text;
}

/* The part of the page below a heading of this name, up to the next heading. */
static char *part_find(const char *page, const char *name)
{
    char heading[64];
    snprintf(heading, sizeof heading, "\n### %s\n", name);
    const char *start = strstr(page, heading);
    assert_non_null(start);
    start += strlen(heading);
    const char *end = strstr(start, "\n#");
    return strndup(start, end != NULL ? (size_t)(end - start) : strlen(start));
}

/* "| `key` | kind | range | fallback |": what the page must say of a parameter, word for word. */
static void row_print(const struct sf_param *param, struct sf_text *row)
{
    static const struct sf_plan no_plan = {.texts_count = 1};
    sf_text_add(row, "| `%s` | %s | ", param->name, sf_param_kind_name(param->kind));
    sf_param_range_print(param, row);
    sf_text_add(row, " | ");
    sf_param_print(param, param->fallback, &no_plan, row);
    sf_text_add(row, " |");
}

/* How many of the table's parameters the page lacks. */
static size_t missing_of(const char *page, const char *heading, const struct sf_param_table *table)
{
    char *part = part_find(page, heading);
    size_t missing_count = 0;
    size_t rows_count = 0;
    for (const char *at = part; (at = strstr(at, "\n| `")) != NULL; at++) {
        rows_count++;
    }
    for (uint32_t j = 0; j < table->params_count; j++) {
        struct sf_text row = {0};
        row_print(&table->params[j], &row);
        if (strstr(part, row.data) == NULL) {
            print_error("docs/scenarios.md, %s, lacks: %s %s |\n", heading, row.data,
                        table->params[j].help);
            missing_count++;
        }
        sf_text_free(&row);
    }
    assert_int_equal(rows_count, table->params_count);
    free(part);
    return missing_count;
}

static void test_page_says_what_the_tables_say(void **state)
{
    (void)state;
    char *page = page_read();
    size_t missing_count = missing_of(page, "expect", &sf_assertion_table);
    for (uint32_t i = 0; i < SF_SECTION_COUNT; i++) {
        const struct sf_param_table *table = fixture_schema.tables[i];
        const char *heading = i == SF_SECTION_EXPECT ? "expect of homes" : table->name;
        missing_count += missing_of(page, heading, table);
    }
    assert_int_equal(missing_count, 0);
    free(page);
}

static void test_page_says_every_action(void **state)
{
    (void)state;
    char *page = page_read();
    const char *part = strstr(page, "\n## Timeline\n");
    assert_non_null(part);
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        char key[SF_TEXT_BYTES];
        snprintf(key, sizeof key, "`%s`", action->key);
        if (strstr(part, key) == NULL) {
            fail_msg("docs/scenarios.md, timeline, lacks: %s: %s", key, action->help);
        }
    }
    free(page);
}

static void test_example_on_the_page_loads(void **state)
{
    (void)state;
    char *page = page_read();
    char *text = strstr(page, "```yaml\n") + strlen("```yaml\n");
    *strstr(text, "```") = '\0';
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    enum sf_err err =
        sf_scenario_parse(text, strlen(text), "page", &fixture_schema, NULL, 0, plan, &diag);
    assert_string_equal(diag.message, "");
    assert_int_equal(err, SF_OK);
    assert_int_equal(sf_plan_homes_count(plan), 1028);
    free(plan);
    free(page);
}

static void test_page_says_the_bounds(void **state)
{
    (void)state;
    char *page = page_read();
    struct sf_plan *plan = fixture_plan_create();
    sf_plan_default(&fixture_schema, plan);
    struct sf_text line = {0};
    sf_text_add(&line, "| at most %d | none | [by name]", SF_NETWORKS_MAX - 1);
    assert_non_null(strstr(page, line.data));
    sf_text_free(&line);
    sf_text_add(&line, "| 1 to %d groups | required |", SF_GROUPS_MAX);
    assert_non_null(strstr(page, line.data));
    sf_text_free(&line);
    sf_text_add(&line, "| at most %d entries | none |", SF_TIMELINE_MAX);
    assert_non_null(strstr(page, line.data));
    sf_text_free(&line);
    sf_text_add(&line, "| `count` | number | 1 to %d | required |", SF_HOMES_MAX);
    assert_non_null(strstr(page, line.data));
    sf_text_free(&line);
    sf_text_add(&line, "| `cache` | cache | | %s |", plan->cache);
    assert_non_null(strstr(page, line.data));
    sf_text_free(&line);
    free(plan);
    free(page);
}

/* The properties of a section; one that may be "none" has them one level down. */
static json_t *section_properties(json_t *parent, const char *name)
{
    json_t *section = json_object_get(json_object_get(parent, "properties"), name);
    json_t *forms = json_object_get(section, "oneOf");
    section = forms != NULL ? json_array_get(forms, 0) : section;
    return json_object_get(section, "properties");
}

static void test_json_schema_has_every_key_and_no_other(void **state)
{
    (void)state;
    struct sf_text out = {0};
    sf_scenario_schema_print(&fixture_schema, &out);
    json_t *root = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
    sf_text_free(&out);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "$schema")),
                        "https://json-schema.org/draft/2020-12/schema");
    json_t *homes = json_object_get(json_object_get(root, "properties"), "homes");
    json_t *home = json_object_get(homes, "items");
    assert_int_equal(json_object_size(json_object_get(root, "properties")), 22);
    assert_int_equal(json_object_size(json_object_get(home, "properties")), 10);
    json_t *timeline = json_object_get(json_object_get(root, "properties"), "timeline");
    json_t *entry = json_object_get(timeline, "items");
    size_t actions_count = 0;
    for (; sf_actions[actions_count].key != NULL; actions_count++) {
        const char *key = sf_actions[actions_count].key;
        assert_non_null(json_object_get(json_object_get(entry, "properties"), key));
    }
    enum { LIVE_ACTIONS_COUNT = 2 }; /* origin and server; identity is an action of both */
    assert_int_equal(json_array_size(json_object_get(entry, "oneOf")),
                     actions_count + LIVE_ACTIONS_COUNT);
    assert_int_equal(json_object_size(json_object_get(entry, "properties")),
                     actions_count + LIVE_ACTIONS_COUNT + 5);
    for (uint32_t i = 0; i < SF_SECTION_COUNT; i++) {
        const struct sf_param_table *table = fixture_schema.tables[i];
        json_t *properties =
            section_properties(i < SF_SECTION_GROUP_COUNT ? home : root, table->name);
        assert_int_equal(json_object_size(properties), table->params_count);
        for (uint32_t j = 0; j < table->params_count; j++) {
            json_t *property = json_object_get(properties, table->params[j].name);
            const char *help = json_string_value(json_object_get(property, "description"));
            assert_non_null(help);
            assert_int_equal(strncmp(help, table->params[j].help, strlen(table->params[j].help)),
                             0);
        }
    }
    json_decref(root);
}

/* The keys of `object`'s properties are these, each in a row below the heading. */
static void check_keys(json_t *object, const char *page, const char *heading,
                       const char *const *keys, size_t keys_count)
{
    json_t *properties = json_object_get(object, "properties");
    const char *part = strstr(page, heading);
    assert_non_null(properties);
    assert_non_null(part);
    assert_int_equal(json_object_size(properties), keys_count);
    for (size_t i = 0; i < keys_count; i++) {
        struct sf_text row = {0};
        sf_text_add(&row, "\n| `%s` |", keys[i]);
        assert_non_null(json_object_get(properties, keys[i]));
        const char *found = strstr(part, row.data);
        const char *end = strstr(part + 1, "\n#");
        assert_non_null(found);
        assert_true(end == NULL || found < end);
        sf_text_free(&row);
    }
}

static void test_networks_and_their_states_are_in_both(void **state)
{
    (void)state;
    static const char *const network_keys[] = {"up", "down", "both", "states"};
    static const char *const state_keys[] = {"network", "for"};
    char *page = page_read();
    struct sf_text out = {0};
    sf_scenario_schema_print(&fixture_schema, &out);
    json_t *root = json_loads(out.data, 0, NULL);
    json_t *properties = json_object_get(root, "properties");
    json_t *network =
        json_object_get(json_object_get(properties, "networks"), "additionalProperties");
    json_t *states = json_object_get(json_object_get(network, "properties"), "states");
    check_keys(network, page, "\n## Networks\n", network_keys, 4);
    check_keys(json_object_get(states, "items"), page, "\n### states\n", state_keys, 2);
    assert_int_equal(json_integer_value(json_object_get(states, "maxItems")), SF_NETEM_STATES_MAX);
    json_decref(root);
    sf_text_free(&out);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_says_what_the_tables_say),
        cmocka_unit_test(test_page_says_every_action),
        cmocka_unit_test(test_example_on_the_page_loads),
        cmocka_unit_test(test_page_says_the_bounds),
        cmocka_unit_test(test_json_schema_has_every_key_and_no_other),
        cmocka_unit_test(test_networks_and_their_states_are_in_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
