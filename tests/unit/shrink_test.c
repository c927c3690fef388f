/* The shrinker: what it leaves still fails, is small, loads again, and says what of it is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/report/report.h"
#include "harness/shrink/shrink.h"
#include "harness/shrink/private.h"
#include "harness/scenario/check.h"
#include "harness/scenario/scenario.h"
#include "tests/unit/runs.h"

static void load(struct sf_plan *plan, const char *path, const char *cache, uint64_t seed)
{
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(path, sf_run_schema(), NULL, 0, plan, &diag), SF_OK);
    snprintf(plan->cache, sizeof plan->cache, "%s", cache);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            snprintf(plan->timeline[i].cache, sizeof plan->timeline[i].cache, "%s", cache);
        }
    }
    plan->seed = seed;
}

static const struct sf_shrink_options options = {
    .oracle = UINT32_MAX, .runs_max = 20000, .seeds_count = 8};

static uint16_t index_of(const char *oracle)
{
    uint16_t index = 0;
    while (strcmp(sf_oracles()[index]->name, oracle) != 0) {
        index++;
    }
    return index;
}

/* A stray matters more than a promise that was broken before it. */
static void test_without_an_oracle_the_stray_is_followed(void **state)
{
    (void)state;
    struct shrink *shrink = sf_alloc(1, sizeof *shrink);
    struct sf_run_result *result = &shrink->result;
    shrink->oracle = UINT32_MAX;
    assert_null(sf_shrink_finding(shrink));
    result->findings[result->findings_kept++].oracle = index_of("monotonic");
    assert_ptr_equal(sf_shrink_finding(shrink), &result->findings[0]);
    result->findings[result->findings_kept++].oracle = index_of("no-stray-bytes");
    assert_ptr_equal(sf_shrink_finding(shrink), &result->findings[1]);
    shrink->oracle = index_of("monotonic");
    assert_ptr_equal(sf_shrink_finding(shrink), &result->findings[0]);
    free(shrink);
}

static void test_update_comes_down_to_a_few_lost_packets(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_shrunk *shrunk = sf_alloc(1, sizeof *shrunk);
    struct sf_diag diag = {0};
    load(plan, "scenarios/gate/poor-network.yaml", "builtin:boxing-day-update", 4);
    assert_int_equal(sf_shrink(plan, &options, shrunk, &diag), SF_OK);
    assert_false(shrunk->out_of_budget);
    assert_true(shrunk->homes_after <= 4);
    assert_true(shrunk->faults_after <= 10);
    assert_true(shrunk->events_after * 10 < shrunk->events_before);
    assert_true(shrunk->necessities_count > 0);
    assert_true(shrunk->necessities[0].possible);
    assert_false(shrunk->necessities[0].fails_without); /* one of the two homes */

    /* It is a scenario that loads into the same plan, and a fresh run of it fails as it expects. */
    struct sf_text text = {0};
    sf_scenario_print(&shrunk->plan, sf_run_schema(), &text);
    assert_int_equal(
        sf_scenario_parse(text.data, text.length, "shrunk", sf_run_schema(), NULL, 0, plan, &diag),
        SF_OK);
    assert_memory_equal(plan, &shrunk->plan, sizeof *plan);
    sf_text_free(&text);
    struct runs *runs = runs_create();
    memcpy(&runs->plan, plan, sizeof *plan);
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
    const struct sf_run_result *result = runs_run(runs, plan->seed);
    assert_int_equal(result->verdict, SF_VERDICT_FAIL);
    assert_int_equal(result->findings[0].oracle, shrunk->finding.oracle);
    runs_destroy(runs);
    free(shrunk);
    free(plan);
}

static void test_what_does_not_fail_is_refused(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_shrunk *shrunk = sf_alloc(1, sizeof *shrunk);
    struct sf_diag diag = {0};
    load(plan, "scenarios/gate/poor-network.yaml", "builtin:boxing-day-fix", 4);
    assert_int_equal(sf_shrink(plan, &options, shrunk, &diag), SF_ERR_INPUT);
    assert_string_equal(
        diag.message, "poor-network: under seed 4 there is no finding: there is nothing to shrink");
    free(shrunk);
    free(plan);
}

static void test_small_budget_gives_the_smallest_so_far(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_shrunk *shrunk = sf_alloc(1, sizeof *shrunk);
    struct sf_diag diag = {0};
    load(plan, "scenarios/gate/poor-network.yaml", "builtin:boxing-day-update", 4);
    struct sf_shrink_options few = options;
    few.runs_max = 10;
    assert_int_equal(sf_shrink(plan, &few, shrunk, &diag), SF_OK);
    assert_true(shrunk->out_of_budget);
    assert_true(shrunk->events_after < shrunk->events_before);
    assert_true(shrunk->necessities_count <= SF_NECESSITIES_EARLY_MAX);
    struct sf_text text = {0};
    sf_report_shrunk_text(shrunk, &text);
    assert_non_null(strstr(text.data, "search did not finish"));
    sf_text_free(&text);
    free(shrunk);
    free(plan);
}

/* Homes 2 to 4 of 3 + 3 go: one of the first group stays, and the last two of the second, with
 * their numbers, their fates and what the time line says of them. */
static void test_homes_are_taken_out_with_all_that_is_theirs(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    sf_plan_default(sf_run_schema(), plan);
    for (uint32_t i = 0; i < 2; i++) {
        sf_plan_group_default(sf_run_schema(), &plan->groups[i]);
        snprintf(plan->groups[i].name, SF_TEXT_BYTES, "g%u", i);
        plan->groups[i].homes_count = 3;
    }
    plan->groups_count = 2;
    plan->timeline_count = 2;
    plan->timeline[0] = (struct sf_plan_entry){.action = SF_ACTION_LINK, .group_index = 1};
    plan->timeline[1] =
        (struct sf_plan_entry){.action = SF_ACTION_LINK, .group_index = SF_GROUP_ALL};
    plan->fates_count = 2;
    plan->fates[0] = (struct sf_plan_fate){.home = 2, .direction = SF_DIRECTION_UP};
    plan->fates[1] = (struct sf_plan_fate){.home = 5, .direction = SF_DIRECTION_UP};
    assert_true(sf_edit_leave_homes(plan, 1, 4));
    assert_int_equal(plan->groups_count, 2);
    assert_int_equal(plan->groups[0].homes_count, 1);
    assert_int_equal(plan->groups[1].homes_count, 2);
    assert_int_equal(sf_plan_group_number(plan, 1), 4);
    assert_int_equal(plan->timeline_count, 2);
    assert_int_equal(plan->timeline[0].group_index, 1);
    assert_int_equal(plan->fates_count, 1);
    assert_int_equal(plan->fates[0].home, 2);

    /* From the middle of a group: two spans, and what is said of it is said of both. */
    assert_true(sf_edit_leave_homes(plan, 0, 1));
    plan->groups[0].homes_count = 5;
    assert_true(sf_edit_leave_homes(plan, 2, 3));
    assert_int_equal(plan->groups_count, 2);
    assert_int_equal(plan->timeline_count, 3);
    assert_false(sf_edit_leave_homes(plan, 0, 4)); /* no home would be left */
    free(plan);
}

/* The loss of everything, a rate and a delay are no chance; what is left to chance goes. */
static void test_what_is_certain_stays_on_its_network(void **state)
{
    (void)state;
    struct sf_plan_network network = {0};
    sf_netem_config_default(&network.up);
    sf_netem_config_default(&network.down);
    network.up.delay_ns = SF_SECOND;
    network.up.loss = SF_NETEM_ALWAYS;
    network.up.rate_bytes_per_second = 1000;
    network.up.limit_packets = 3;
    assert_false(sf_network_has_chance(&network));
    assert_true(sf_network_is_injured(&network));
    network.down.jitter_ns = SF_MS;
    network.down.duplicate = 5;
    network.down.loss = 7;
    assert_true(sf_network_has_chance(&network));
    sf_network_settle(&network.down, true);
    assert_false(sf_network_has_chance(&network));
    sf_network_settle(&network.up, false);
    assert_int_equal(network.up.loss, SF_NETEM_ALWAYS);
    assert_int_equal(network.up.delay_ns, SF_SECOND);
    assert_int_equal(network.up.rate_bytes_per_second, 0);
    network.up.loss = 0;
    assert_false(sf_network_is_injured(&network)); /* it only takes its time */
}

/* Slots, and whatever else lets packets wait beside them, are kept; the chance is not. */
static void test_slots_are_certain(void **state)
{
    (void)state;
    struct sf_plan_network network = {0};
    sf_netem_config_default(&network.up);
    sf_netem_config_default(&network.down);
    network.up.slot_delay_ns_min = network.up.slot_delay_ns_max = 10 * SF_MS;
    network.up.slot_bytes_max = 3000;
    network.up.rate_bytes_per_second = 1000;
    assert_false(sf_network_has_chance(&network));
    assert_true(sf_network_is_injured(&network));
    network.up.loss = 7;
    assert_true(sf_network_has_chance(&network));
    sf_network_settle(&network.up, false);
    assert_false(sf_network_has_chance(&network));
    assert_int_equal(network.up.loss, 0);
    assert_int_equal(network.up.rate_bytes_per_second, 1000);
    assert_int_equal(network.up.slot_delay_ns_max, 10 * SF_MS);
    assert_int_equal(network.up.slot_bytes_max, 3000);
}

/* A finding on which one loss taken out moves all later packets: a search that wrote the fates down
 * at once kept 38 of them. By runs, so that the machine's pace does not matter. */
static void test_chance_comes_down_where_packets_depend_on_each_other(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_shrunk *shrunk = sf_alloc(1, sizeof *shrunk);
    struct sf_diag diag = {0};
    struct sf_shrink_options enough = options;
    enough.runs_max = 60000;
    enough.seeds_count = 24;
    load(plan, "scenarios/gate/mass-return.yaml", "builtin:d21-shared-placeholder", 16);
    assert_int_equal(sf_shrink(plan, &enough, shrunk, &diag), SF_OK);
    assert_false(shrunk->out_of_budget);
    assert_true(shrunk->homes_after <= 4);
    assert_true(shrunk->faults_after <= 10);
    free(shrunk);
    free(plan);
}

/* The poor homes' network comes and goes, although all that is needed is that it is poor. */
static void test_a_network_that_changes_comes_to_rest(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_shrunk *shrunk = sf_alloc(1, sizeof *shrunk);
    struct sf_diag diag = {0};
    load(plan, "scenarios/gate/poor-network.yaml", "builtin:boxing-day-update", 4);
    struct sf_plan_network *moving = &plan->networks[plan->networks_count++];
    *moving = plan->networks[0];
    snprintf(moving->name, sizeof moving->name, "moving");
    moving->states_count = 3;
    moving->states[0] = (struct sf_plan_state){2, 0, 40 * SF_SECOND, 60 * SF_SECOND};
    moving->states[1] = (struct sf_plan_state){1, 0, 5 * SF_SECOND, 5 * SF_SECOND};
    moving->states[2] = (struct sf_plan_state){0, 0, SF_SECOND, SF_SECOND};
    plan->groups[1].network_index = 3;
    sf_plan_normalise(sf_run_schema(), plan);
    assert_int_equal(sf_plan_check(plan, sf_run_schema(), &diag), SF_OK);
    struct sf_shrink_options few = options;
    few.runs_max = 3000;
    assert_int_equal(sf_shrink(plan, &few, shrunk, &diag), SF_OK);
    assert_int_equal(sf_plan_check(&shrunk->plan, sf_run_schema(), &diag), SF_OK);
    for (uint32_t i = 0; i < shrunk->plan.networks_count; i++) {
        assert_int_equal(shrunk->plan.networks[i].states_count, 0);
    }
    free(shrunk);
    free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_an_oracle_the_stray_is_followed),
        cmocka_unit_test(test_update_comes_down_to_a_few_lost_packets),
        cmocka_unit_test(test_what_does_not_fail_is_refused),
        cmocka_unit_test(test_a_network_that_changes_comes_to_rest),
        cmocka_unit_test(test_small_budget_gives_the_smallest_so_far),
        cmocka_unit_test(test_homes_are_taken_out_with_all_that_is_theirs),
        cmocka_unit_test(test_what_is_certain_stays_on_its_network),
        cmocka_unit_test(test_slots_are_certain),
        cmocka_unit_test(test_chance_comes_down_where_packets_depend_on_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
