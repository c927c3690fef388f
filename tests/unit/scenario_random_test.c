/* Plans by chance: each prints as a scenario, and loading that gives the plan back, byte for byte.
 * And files by chance: valid ones with a few bytes changed, which the loader takes or leaves but
 * survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "fuzz/fuzz_scenario.c"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/expect.h"
#include "harness/sim/rng.h"
#include "tests/unit/scenario_fixture.h"

enum { PLANS_COUNT = 3000, FILES_COUNT = 8000 };

static uint32_t below(struct sf_rng *rng, uint32_t bound)
{
    return (uint32_t)sf_rng_below(rng, bound);
}

static void random_name(struct sf_rng *rng, char name[SF_TEXT_BYTES], uint32_t number)
{
    static const char *const names[] = {"no",   "null", "1",   "1e5",        "0x",
                                        "true", "-",    "a-b", "2019-12-26", "y"};
    snprintf(name, SF_TEXT_BYTES, "%s", names[below(rng, 10)]);
    if (number > 0) { /* there is only one of each */
        snprintf(name, SF_TEXT_BYTES, "%s-%u", names[below(rng, 10)], number);
    }
}

/* Texts that are hard on YAML. */
static void random_text(struct sf_rng *rng, char *text, size_t bytes)
{
    static const char *const pieces[] = {"a",        "Z",
                                         "0",        "9",
                                         " ",        ": ",
                                         "#",        " #",
                                         "'",        "\"",
                                         "\\",       "- ",
                                         "?",        "!",
                                         "&",        "*",
                                         "[",        "]",
                                         "{",        "}",
                                         ",",        "null",
                                         "%",        "@",
                                         "\xc3\xa9", "\xe6\x97\xa5",
                                         "true",     "1.5e",
                                         "\\n",      ":"};
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t count = below(rng, 12); count > 0; count--) {
        const char *piece = pieces[below(rng, sizeof pieces / sizeof pieces[0])];
        if (length + strlen(piece) < bytes) {
            length += (size_t)snprintf(text + length, bytes - length, "%s", piece);
        }
    }
}

static void random_link(struct sf_rng *rng, struct sf_netem_config *config_out)
{
    static const char *const parts[] = {
        "",
        " delay 20ms 5ms 25% distribution normal",
        " delay 1s",
        " loss 0.1%",
        " loss gemodel 5% 30% 70% 1%",
        " loss state 1% 20% 30% 40% 50%",
        " duplicate 1% 5%",
        " corrupt 0.5%",
        " delay 3ms reorder 25% 50% gap 5",
        " rate 1mbit 14 48 4",
        " limit 7",
        " ecn loss 1%",
        " delay 9ms 2ms keep-order",
        " seed 18446744073709551615",
    };
    struct sf_text spec = {0};
    sf_text_add(&spec, "%s", parts[below(rng, sizeof parts / sizeof parts[0])]);
    enum sf_err err = sf_netem_parse(spec.data, config_out, NULL, NULL);
    assert_int_equal(err, SF_OK);
    sf_text_free(&spec);
}

/* A network that goes through those that stay the same. */
static void random_states(struct sf_rng *rng, struct sf_plan *plan)
{
    uint32_t steady_count = plan->networks_count;
    struct sf_plan_network *network = &plan->networks[steady_count];
    sf_netem_config_default(&network->up);
    sf_netem_config_default(&network->down);
    random_name(rng, network->name, plan->networks_count++);
    network->states_count = 2 + below(rng, SF_NETEM_STATES_MAX - 1);
    for (uint32_t i = 0; i < network->states_count; i++) {
        struct sf_plan_state *state = &network->states[i];
        state->network_index = below(rng, steady_count);
        state->dwell_ns_min = SF_MS + (sf_ns)sf_rng_below(rng, (uint64_t)SF_HOUR);
        state->dwell_ns_max = state->dwell_ns_min + below(rng, 2) * (sf_ns)below(rng, 1u << 31);
    }
}

static int64_t random_value(struct sf_rng *rng, const struct sf_param *param, struct sf_plan *plan)
{
    char text[SF_TEXT_BYTES];
    uint32_t choices_count = 0;
    switch (param->kind) {
    case SF_PARAM_DURATION:
    case SF_PARAM_COUNT:
    case SF_PARAM_PPM:
        return param->min + (int64_t)sf_rng_below(rng, (uint64_t)(param->max - param->min) + 1);
    case SF_PARAM_BOOL:
        return below(rng, 2);
    case SF_PARAM_CHOICE:
        while (param->choices[choices_count] != NULL) {
            choices_count++;
        }
        return below(rng, choices_count);
    case SF_PARAM_TEXT:
        random_text(rng, text, sizeof text);
        uint32_t index = sf_plan_text(plan, text);
        return index != UINT32_MAX ? index : 0;
    }
    return 0;
}

static void random_section(struct sf_rng *rng, const struct sf_param_table *table,
                           struct sf_plan *plan, struct sf_plan_section *section)
{
    for (uint32_t i = 0; i < table->params_count; i++) {
        if (sf_rng_chance(rng, 400000)) {
            section->values[i] = random_value(rng, &table->params[i], plan);
        }
    }
}

static void random_cache(struct sf_rng *rng, char cache[SF_CACHE_SPEC_BYTES])
{
    static const char *const caches[] = {
        "builtin:no",  "builtin:a-1?ttl=5s&x_y=a,b:c#d", "./a: b.so", "/x/'y'.so?k=\"v\"", "- a.so",
        "\xc3\xa9.so", "builtin:boxing-day-update"};
    memset(cache, 0, SF_CACHE_SPEC_BYTES);
    snprintf(cache, SF_CACHE_SPEC_BYTES, "%s", caches[below(rng, 7)]);
}

/* A lower bound is no more than its upper one, which stands behind it. */
static void random_bounds_settle(int64_t *values, int end)
{
    for (int low = 0; low < end; low += 2) {
        if (values[low] > values[low + 1]) {
            values[low] = values[low + 1];
        }
    }
}

static void random_group(struct sf_rng *rng, struct sf_plan *plan, struct sf_plan_group *group,
                         uint32_t number)
{
    sf_plan_group_default(&fixture_schema, group);
    random_name(rng, group->name, number);
    group->homes_count = 1 + below(rng, 1000);
    group->number = below(rng, 3) == 0 ? number * 5000 : SF_NUMBER_NEXT;
    group->network_index = below(rng, plan->networks_count);
    group->linked = sf_rng_chance(rng, 500000);
    group->time_zones_count = 1 + below(rng, SF_TIME_ZONES_MAX);
    for (uint32_t i = 0; i < group->time_zones_count; i++) {
        group->time_zones_s[i] = ((int32_t)below(rng, 26 * 60 + 1) - 12 * 60) * 60;
    }
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        random_section(rng, fixture_schema.tables[i], plan, &group->sections[i]);
    }
    random_bounds_settle(group->sections[SF_SECTION_EXPECT].values, SF_ASSERTIONS_OF_GROUP_COUNT);
}

static void random_entry(struct sf_rng *rng, const struct sf_plan *plan,
                         struct sf_plan_entry *entry)
{
    const struct sf_action *action = NULL;
    do {
        uint32_t rows = 0;
        while (sf_actions[rows].key != NULL) {
            rows++;
        }
        action = &sf_actions[below(rng, rows)];
    } while (action->action == SF_ACTION_HEAL);
    /* Few different times: entries at one time are what sorting gets wrong. */
    entry->at_ns = plan->duration_ns / 8 * below(rng, 8);
    entry->action = action->action;
    entry->group_index = below(rng, plan->groups_count + 1);
    if (entry->group_index == plan->groups_count) {
        entry->group_index = SF_GROUP_ALL;
    }
    entry->network_index = below(rng, plan->networks_count);
    entry->direction = (enum sf_plan_direction)below(rng, 3);
    entry->on = action->on || sf_rng_chance(rng, 500000);
    bool every_node = action->value != SF_PART_NODE && sf_rng_chance(rng, 500000);
    entry->node = every_node ? SF_NODE_ALL : 0;
    entry->version = below(rng, 5);
    entry->duration_ns = below(rng, 3) * SF_SECOND;
    if (sf_action_has(action, SF_PART_EVERY) && !every_node) {
        entry->duration_ns = 0; /* from node to node, or one node: not both */
    }
    random_cache(rng, entry->cache);
}

static void random_fates(struct sf_rng *rng, struct sf_plan *plan)
{
    uint32_t homes_count = sf_plan_homes_count(plan);
    plan->fates_count = below(rng, 4);
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        plan->fates[i] = (struct sf_plan_fate){
            .packet = i * 1000 + below(rng, 1000),
            .delay_ns = below(rng, 10) * SF_MS,
            .home = below(rng, homes_count),
            .direction = sf_rng_chance(rng, 500000) ? SF_DIRECTION_UP : SF_DIRECTION_DOWN,
            .kind = (enum sf_plan_fate_kind)below(rng, 4),
            .reserved = below(rng, 2),
        };
    }
}

static void random_expectation(struct sf_rng *rng, struct sf_plan *plan)
{
    plan->expect = (enum sf_plan_expectation)below(rng, 3);
    if (plan->expect == SF_EXPECT_FAIL) {
        snprintf(plan->expect_oracle, SF_TEXT_BYTES, "%s", fixture_oracles[below(rng, 6)]);
    }
    random_section(rng, &sf_assertion_table, plan, &plan->assertions);
    int64_t *values = plan->assertions.values;
    values[SF_ASSERTION_UNAFFECTED] =
        sf_plan_text(plan, below(rng, 2) == 0 ? "" : plan->groups[0].name);
    random_bounds_settle(values, SF_ASSERTION_BOUNDS_END);
}

static void random_plan(struct sf_rng *rng, struct sf_plan *plan)
{
    sf_plan_default(&fixture_schema, plan);
    random_name(rng, plan->name, 0);
    random_text(rng, plan->title, sizeof plan->title);
    plan->seed = sf_rng_u64(rng) >> below(rng, 64);
    plan->swarm = below(rng, 2) == 1;
    plan->gate_every = 1 + below(rng, 3);
    plan->start_unix_s = below(rng, 3) == 0 ? plan->start_unix_s : below(rng, UINT32_MAX);
    plan->duration_ns = 2 * SF_MINUTE + (sf_ns)sf_rng_below(rng, (uint64_t)SF_HOUR);
    plan->duration_ns -= below(rng, 2) * (plan->duration_ns % SF_SECOND);
    random_cache(rng, plan->cache);
    random_section(rng, fixture_schema.tables[SF_SECTION_CLOUD], plan, &plan->cloud);
    random_section(rng, fixture_schema.tables[SF_SECTION_STILL], plan, &plan->still);
    for (uint32_t count = below(rng, 5); count > 0; count--) {
        struct sf_plan_network *network = &plan->networks[plan->networks_count];
        random_name(rng, network->name, plan->networks_count++);
        random_link(rng, &network->up);
        random_link(rng, &network->down);
    }
    if (below(rng, 2) == 0) {
        random_states(rng, plan);
    }
    for (uint32_t count = 1 + below(rng, 5); count > 0; count--) {
        random_group(rng, plan, &plan->groups[plan->groups_count], plan->groups_count + 1);
        plan->groups_count++;
    }
    for (uint32_t count = below(rng, 20); count > 0; count--) {
        random_entry(rng, plan, &plan->timeline[plan->timeline_count++]);
    }
    random_fates(rng, plan);
    random_expectation(rng, plan);
    sf_plan_normalise(&fixture_schema, plan);
}

/* False when the plan does not pass the check: a random one may ask for too much. */
static bool round_trip(struct sf_plan *plan, struct sf_plan *again)
{
    struct sf_text text = {0};
    struct sf_text text_again = {0};
    struct sf_diag diag = {0};
    if (sf_plan_check(plan, &fixture_schema, &diag) != SF_OK) {
        return false;
    }
    sf_scenario_print(plan, &fixture_schema, &text);
    enum sf_err err = sf_scenario_parse(text.data, text.length, "printed", &fixture_schema, NULL, 0,
                                        again, &diag);
    if (err != SF_OK) {
        print_error("%u:%u: %s in\n%s", diag.line, diag.column, diag.message, text.data);
    }
    assert_int_equal(err, SF_OK);
    sf_scenario_print(again, &fixture_schema, &text_again);
    assert_string_equal(text_again.data, text.data);
    assert_memory_equal(again, plan, sizeof *plan);
    sf_text_free(&text);
    sf_text_free(&text_again);
    return true;
}

static void test_random_plans_survive_printing(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    struct sf_plan *again = fixture_plan_create();
    uint32_t accepted_count = 0;
    for (uint32_t i = 0; i < PLANS_COUNT; i++) {
        struct sf_rng rng;
        sf_rng_init(&rng, 1, "scenario_random_test", i);
        memset(plan, 0xa5, sizeof *plan); /* what was there before must not show */
        random_plan(&rng, plan);
        accepted_count += round_trip(plan, again) ? 1 : 0;
    }
    assert_true(accepted_count >= PLANS_COUNT * 9 / 10);
    free(plan);
    free(again);
}

static void test_normalising_orders_what_editing_left(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    struct sf_plan *again = fixture_plan_create();
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "scenario_random_test", 5);
    random_plan(&rng, plan);
    /* Texts without a use, in front of one that is used; an entry too early in the list. */
    memset(plan->texts, 0, sizeof plan->texts);
    memset(plan->groups, 0, sizeof plan->groups);
    plan->texts_count = 1;
    plan->groups_count = 2;
    plan->fates_count = 0;
    for (uint32_t i = 0; i < 2; i++) {
        sf_plan_group_default(&fixture_schema, &plan->groups[i]);
        snprintf(plan->groups[i].name, SF_TEXT_BYTES, "g%u", i);
        plan->groups[i].homes_count = 1;
    }
    sf_plan_assert_nothing(plan); /* it might name a text or a group of before */
    sf_plan_text(plan, "unused");
    plan->groups[1].sections[SF_SECTION_CAMERA].values[0] = sf_plan_text(plan, "second");
    plan->groups[0].sections[SF_SECTION_CAMERA].values[0] = sf_plan_text(plan, "first");
    memset(plan->timeline, 0, sizeof plan->timeline);
    plan->timeline_count = 2;
    plan->timeline[0] = (struct sf_plan_entry){
        .at_ns = 60 * SF_SECOND, .action = SF_ACTION_KILL_SWITCH, .on = true, .cache = "left over"};
    plan->timeline[1] = (struct sf_plan_entry){
        .at_ns = SF_SECOND, .action = SF_ACTION_LINK, .group_index = SF_GROUP_ALL};
    strcpy(plan->title, "short");
    memcpy(plan->title + 6, "left over", 9);
    sf_plan_normalise(&fixture_schema, plan);
    assert_int_equal(plan->texts_count, 3);
    assert_string_equal(plan->texts[1], "first");
    assert_int_equal(plan->timeline[0].action, SF_ACTION_LINK);
    assert_string_equal(plan->timeline[1].cache, "");
    assert_true(round_trip(plan, again));
    free(plan);
    free(again);
}

static void test_normalising_keeps_what_an_entry_says(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    sf_plan_default(&fixture_schema, plan);
    plan->timeline_count = 3;
    for (uint32_t i = 0; i < 3; i++) { /* two of one time, in front of an earlier one */
        plan->timeline[i].at_ns = i < 2 ? SF_MINUTE : SF_SECOND;
        plan->timeline[i].action = SF_ACTION_NETWORK;
        plan->timeline[i].network_index = i + 1;
        plan->timeline[i].group_index = i + 2;
        plan->timeline[i].direction = i == 0 ? SF_DIRECTION_UP : SF_DIRECTION_DOWN;
        plan->timeline[i].on = true;
    }
    sf_plan_normalise(&fixture_schema, plan);
    assert_int_equal(plan->timeline[0].network_index, 3);
    assert_int_equal(plan->timeline[1].network_index, 1);
    assert_int_equal(plan->timeline[2].network_index, 2);
    assert_int_equal(plan->timeline[1].group_index, 2);
    assert_int_equal(plan->timeline[1].direction, SF_DIRECTION_UP);
    assert_int_equal(plan->timeline[2].direction, SF_DIRECTION_DOWN);
    assert_false(plan->timeline[0].on);
    free(plan);
}

static char *seed_file(struct sf_rng *rng, struct sf_plan *plan, size_t *bytes_out)
{
    struct sf_text text = {0};
    random_plan(rng, plan);
    sf_scenario_print(plan, &fixture_schema, &text);
    *bytes_out = text.length;
    return text.data;
}

/* Changes, removes, doubles or swaps a few bytes; the text keeps its length. */
static void mutate(struct sf_rng *rng, char *text, size_t bytes)
{
    static const char hard[] = "\t\n\r\"'\\:#-?[]{},&*!|>%@`~ 0a\xff\xc3\x00";
    for (uint32_t count = 1 + below(rng, 2); count > 0; count--) {
        size_t at = below(rng, (uint32_t)bytes);
        size_t from = below(rng, (uint32_t)bytes);
        size_t length = 1 + below(rng, 20);
        length = length < bytes - at ? length : bytes - at;
        length = length < bytes - from ? length : bytes - from;
        switch (below(rng, 3)) {
        case 0:
            memmove(text + at, text + from, length);
            break;
        case 1:
            text[at] = hard[below(rng, sizeof hard)];
            break;
        case 2:
            text[at] = text[from];
            break;
        }
    }
}

static void test_changed_files_are_taken_or_left(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    uint32_t accepted_count = 0;
    uint32_t placed_count = 0;
    for (uint32_t i = 0; i < FILES_COUNT; i++) {
        struct sf_rng rng;
        sf_rng_init(&rng, 2, "scenario_random_test", i);
        size_t bytes = 0;
        char *text = seed_file(&rng, plan, &bytes);
        mutate(&rng, text, bytes);
        sf_fuzz_scenario((const uint8_t *)text, bytes);
        struct sf_diag diag = {0};
        enum sf_err err =
            sf_scenario_parse(text, bytes, "s", &fixture_schema, NULL, 0, plan, &diag);
        accepted_count += err == SF_OK ? 1 : 0;
        placed_count += err != SF_OK && diag.line > 0 && diag.column > 0 ? 1 : 0;
        assert_true(err == SF_OK || diag.message[0] != '\0');
        free(text);
    }
    assert_int_equal(accepted_count + placed_count, FILES_COUNT);
    assert_true(accepted_count >= FILES_COUNT / 50);
    assert_true(placed_count >= FILES_COUNT / 2);
    free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_plans_survive_printing),
        cmocka_unit_test(test_normalising_orders_what_editing_left),
        cmocka_unit_test(test_normalising_keeps_what_an_entry_says),
        cmocka_unit_test(test_changed_files_are_taken_or_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
