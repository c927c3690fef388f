/* The table of hypotheses: a few homes, all arms. Few homes cannot be few of many, so that F6 says
 * nothing here. */
#include "harness/replay/hypothesis.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/scenario/scenario.h"
#include <string.h>

#include "tests/unit/test.h"

#define INCIDENT "scenarios/incidents/boxing-day-2019.yaml"

#define ROW(ID, MECHANISM, UPDATE, FIX)                                                  \
    {                                                                                    \
        .id = ID, .defect = "-", .mechanism = MECHANISM, .caches = { NULL, UPDATE, FIX } \
    }

static const struct sf_hypothesis rows[] = {
    ROW("X1", "the fixed cache", "builtin:boxing-day-fix", "builtin:boxing-day-fix"),
    ROW("X2", "a defect whose fix is none", "builtin:d09-slot-handle", "builtin:d09-slot-handle"),
    ROW("X3", "no tenant", "builtin:d01-tenantless", "builtin:d01-tenantless?defence=1"),
    ROW("X4", "the update", "builtin:boxing-day-update", NULL),
    ROW("X5", "fixed by silence", "builtin:boxing-day-update", "builtin:canary-silent"),
};
enum { ROWS_COUNT = sizeof rows / sizeof rows[0] };

static struct sf_replay replay;

static int setup(void **state)
{
    (void)state;
    static const struct sf_scenario_override sets[] = {
        {"homes.fleet.count", "8"},
        {"homes.poor.count", "6"},
    };
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(INCIDENT, sf_run_schema(), sets, 2, plan, &diag), SF_OK);
    const struct sf_replay_options options = {
        .plan = plan,
        .caches = {"builtin:boxing-day-before", "builtin:boxing-day-update",
                   "builtin:boxing-day-fix"},
        .hypotheses = rows,
        .hypotheses_count = ROWS_COUNT,
        .seed_first = plan->seed,
        .seeds_count = 1,
        .stories = true,
        .workers = 2,
    };
    assert_int_equal(sf_replay_run(&options, &replay, &diag), SF_OK);
    free(plan);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sf_replay_free(&replay);
    return 0;
}

static bool explains(uint32_t row, uint32_t fact)
{
    assert_int_equal(replay.hypotheses_count, ROWS_COUNT);
    const struct sf_fact *held = &replay.hypotheses[row].facts[fact - 1];
    assert_int_equal(strtoul(held->id + 1, NULL, 10), fact);
    return held->holds;
}

static void test_a_cache_that_does_not_leak_explains_no_stray(void **state)
{
    (void)state;
    assert_false(explains(0, 4));
    assert_false(explains(0, 2));
    assert_false(explains(0, 7));
    assert_false(explains(0, 8));
    assert_false(explains(0, 9));
    assert_true(explains(0, 3));
    assert_true(explains(0, 12));
    assert_false(replay.hypotheses[0].explains_all);
}

static void test_a_fix_that_leaks_is_none(void **state)
{
    (void)state;
    assert_true(explains(1, 4));
    assert_false(explains(1, 12));
}

static void test_a_fix_that_serves_nothing_is_none(void **state)
{
    (void)state;
    assert_true(explains(4, 4));
    assert_false(explains(4, 12));
}

static void test_a_key_without_the_tenant_is_ruled_out_by_the_good_network(void **state)
{
    (void)state;
    assert_true(explains(2, 4));
    assert_false(explains(2, 3));
    assert_true(explains(2, 12));
}

/* The replay's own caches are not run twice, and are judged the same. */
static void test_the_replay_itself_is_one_of_the_rows(void **state)
{
    (void)state;
    const struct sf_hypothesis_result *row = &replay.hypotheses[3];
    assert_int_equal(row->row, SF_HYPOTHESIS_NO_ROW);
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        assert_string_equal(row->facts[i].figure, replay.facts[i].figure);
        assert_int_equal(row->facts[i].holds, replay.facts[i].holds);
    }
}

static void test_the_app_has_no_part_in_it(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < ROWS_COUNT; row++) {
        assert_true(explains(row, 5));
    }
}

static bool says(const struct sf_kept_story *story, const char *part)
{
    for (uint32_t i = 0; i < story->steps_count; i++) {
        if (strstr(story->steps[i].what, part) != NULL) {
            return true;
        }
    }
    return false;
}

/* The story of a stray on the page is in order of time, and goes from the capture to the display.
 */
static void test_stories_are_told_in_order(void **state)
{
    (void)state;
    uint32_t told_count = 0;
    const struct sf_replay_run *run =
        sf_replay_get(&replay, 0, sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB));
    for (uint32_t i = 0; i < run->exhibits.count; i++) {
        const struct sf_kept_story *story = &run->stories.items[i];
        if (story->steps_count == 0) {
            continue;
        }
        told_count++;
        for (uint32_t k = 1; k < story->steps_count; k++) {
            assert_true(story->steps[k - 1].at_ns <= story->steps[k].at_ns);
        }
        assert_true(story->steps[story->steps_count - 1].at_ns == run->exhibits.items[i].at_ns);
        assert_true(says(story, "takes still"));
        assert_true(says(story, "asks for its own camera's picture"));
        assert_true(says(story, "answers "));
        assert_true(says(story, "shows "));
    }
    assert_true(told_count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cache_that_does_not_leak_explains_no_stray),
        cmocka_unit_test(test_a_fix_that_leaks_is_none),
        cmocka_unit_test(test_a_fix_that_serves_nothing_is_none),
        cmocka_unit_test(test_a_key_without_the_tenant_is_ruled_out_by_the_good_network),
        cmocka_unit_test(test_the_replay_itself_is_one_of_the_rows),
        cmocka_unit_test(test_the_app_has_no_part_in_it),
        cmocka_unit_test(test_stories_are_told_in_order),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
