/* A scenario's expectations, checked with figures of a run: each assertion holds up to its bound,
 * and fails one beyond it. */
#include "harness/run/expectations.h"

#include <stdio.h>

#include "tests/unit/runs.h"

struct fixture {
    struct sf_plan plan;
    struct sf_run_result result;
    struct sf_expectations expectations;
};

/* Two groups; of 40 viewers 4 are affected, all in the second group and on hubs. */
static int setup(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    sf_plan_default(sf_run_schema(), &f.plan);
    f.plan.expect = SF_EXPECT_FAIL;
    snprintf(f.plan.expect_oracle, sizeof f.plan.expect_oracle, "no-stray-pixels");
    f.plan.groups_count = 2;
    snprintf(f.plan.groups[0].name, SF_TEXT_BYTES, "spared");
    snprintf(f.plan.groups[1].name, SF_TEXT_BYTES, "struck");
    f.result.verdict = SF_VERDICT_FAIL;
    f.result.oracles_count = 1;
    f.result.oracles[0].findings_count = 5;
    assert_string_equal(sf_oracles()[0]->name, f.plan.expect_oracle);
    f.plan.groups[0].homes_count = 20;
    f.plan.groups[1].homes_count = 20;
    sf_plan_assert_nothing(&f.plan);
    f.result.all = (struct sf_tally_group){40, 40, 4, 3};
    f.result.groups[0] = (struct sf_tally_group){20, 20, 0, 2};
    f.result.groups[1] = (struct sf_tally_group){20, 20, 4, 1};
    f.result.tally.owners_per_viewer_max = 3;
    f.result.tally.stray_first_ns = 60 * SF_SECOND;
    f.result.tally.stray_last_ns = 90 * SF_SECOND;
    f.result.tally.paths[SF_PATH_HUB].strays_count = 7;
    *state = &f;
    return 0;
}

static const struct sf_expectation *judge(struct fixture *f)
{
    sf_expectations_judge(&f->plan, &f->result, &f->expectations);
    return &f->expectations.list[f->expectations.count - 1];
}

static void check(struct fixture *f, enum sf_assertion assertion, int64_t value, bool holds,
                  const char *figure)
{
    f->plan.assertions.values[assertion] = value;
    const struct sf_expectation *last = judge(f);
    assert_int_equal(f->expectations.count, 3);
    assert_int_equal(last->holds, holds);
    assert_int_equal(f->expectations.hold, holds);
    assert_string_equal(last->figure, figure);
    f->plan.assertions.values[assertion] = sf_assertion_table.params[assertion].fallback;
}

static void test_what_is_not_asserted_is_not_judged(void **state)
{
    struct fixture *f = *state;
    const struct sf_expectation *last = judge(f);
    assert_int_equal(f->expectations.count, 2);
    assert_true(f->expectations.hold);
    assert_string_equal(last->wanted, "oracle: no-stray-pixels");
    assert_string_equal(last->figure, "5 findings");
}

static void test_another_verdict_fails(void **state)
{
    struct fixture *f = *state;
    f->result.verdict = SF_VERDICT_PASS;
    judge(f);
    assert_false(f->expectations.hold);
    assert_false(f->expectations.list[0].holds);
    assert_string_equal(f->expectations.list[0].figure, "pass");
}

static void test_another_oracle_fails(void **state)
{
    struct fixture *f = *state;
    f->result.oracles[0].findings_count = 0;
    judge(f);
    assert_false(f->expectations.hold);
    assert_false(f->expectations.list[1].holds);
}

static void test_how_many(void **state)
{
    struct fixture *f = *state;
    check(f, SF_ASSERTION_AFFECTED_MIN, 4, true, "4 of 40 viewers");
    check(f, SF_ASSERTION_AFFECTED_MIN, 5, false, "4 of 40 viewers");
    check(f, SF_ASSERTION_AFFECTED_MAX, 4, true, "4 of 40 viewers");
    check(f, SF_ASSERTION_AFFECTED_MAX, 3, false, "4 of 40 viewers");
}

static void test_which_share(void **state)
{
    struct fixture *f = *state;
    check(f, SF_ASSERTION_AFFECTED_SHARE_MIN, 100000, true, "10%, 4 of 40 viewers");
    check(f, SF_ASSERTION_AFFECTED_SHARE_MIN, 100001, false, "10%, 4 of 40 viewers");
    check(f, SF_ASSERTION_AFFECTED_SHARE_MAX, 100000, true, "10%, 4 of 40 viewers");
    check(f, SF_ASSERTION_AFFECTED_SHARE_MAX, 99999, false, "10%, 4 of 40 viewers");
}

static void test_whose_pictures(void **state)
{
    struct fixture *f = *state;
    check(f, SF_ASSERTION_EXPOSED_MIN, 3, true, "3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_MIN, 4, false, "3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_MAX, 3, true, "3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_MAX, 2, false, "3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_SHARE_MIN, 75000, true, "7.5%, 3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_SHARE_MIN, 75001, false, "7.5%, 3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_SHARE_MAX, 75000, true, "7.5%, 3 of 40 homes");
    check(f, SF_ASSERTION_EXPOSED_SHARE_MAX, 74999, false, "7.5%, 3 of 40 homes");
}

static void check_group(struct fixture *f, uint32_t group, enum sf_assertion assertion,
                        int64_t value, bool holds, const char *wanted, const char *figure)
{
    int64_t *place = &f->plan.groups[group].sections[SF_SECTION_EXPECT].values[assertion];
    *place = value;
    const struct sf_expectation *last = judge(f);
    assert_int_equal(f->expectations.count, 3);
    assert_int_equal(last->holds, holds);
    assert_int_equal(f->expectations.hold, holds);
    assert_string_equal(last->wanted, wanted);
    assert_string_equal(last->figure, figure);
    *place = sf_group_assertion_table.params[assertion].fallback;
}

static void test_of_one_group(void **state)
{
    struct fixture *f = *state;
    check_group(f, 0, SF_ASSERTION_AFFECTED_MAX, 0, true, "spared: affected_max: 0",
                "0 of 20 viewers");
    check_group(f, 1, SF_ASSERTION_AFFECTED_MAX, 3, false, "struck: affected_max: 3",
                "4 of 20 viewers");
    check_group(f, 1, SF_ASSERTION_AFFECTED_MIN, 4, true, "struck: affected_min: 4",
                "4 of 20 viewers");
    check_group(f, 1, SF_ASSERTION_AFFECTED_SHARE_MAX, 199999, false,
                "struck: affected_share_max: 19.9999%", "20%, 4 of 20 viewers");
    check_group(f, 0, SF_ASSERTION_EXPOSED_MIN, 2, true, "spared: exposed_min: 2", "2 of 20 homes");
    check_group(f, 0, SF_ASSERTION_EXPOSED_MIN, 3, false, "spared: exposed_min: 3",
                "2 of 20 homes");
    check_group(f, 1, SF_ASSERTION_EXPOSED_SHARE_MIN, 50001, false,
                "struck: exposed_share_min: 5.0001%", "5%, 1 of 20 homes");
}

static void test_when(void **state)
{
    struct fixture *f = *state;
    check(f, SF_ASSERTION_STRAYS_FROM, 60 * SF_SECOND, true, "the first stray at 1min");
    check(f, SF_ASSERTION_STRAYS_FROM, 60 * SF_SECOND + 1, false, "the first stray at 1min");
    check(f, SF_ASSERTION_STRAYS_UNTIL, 90 * SF_SECOND, true, "the last stray at 90s");
    check(f, SF_ASSERTION_STRAYS_UNTIL, 90 * SF_SECOND - 1, false, "the last stray at 90s");
}

static void test_how_widely(void **state)
{
    struct fixture *f = *state;
    check(f, SF_ASSERTION_OWNERS_MIN, 3, true, "3 strangers to one viewer");
    check(f, SF_ASSERTION_OWNERS_MIN, 4, false, "3 strangers to one viewer");
    check(f, SF_ASSERTION_OWNERS_MAX, 3, true, "3 strangers to one viewer");
    check(f, SF_ASSERTION_OWNERS_MAX, 2, false, "3 strangers to one viewer");
}

static void test_who_was_not(void **state)
{
    struct fixture *f = *state;
    uint32_t spared = sf_plan_text(&f->plan, "spared");
    uint32_t struck = sf_plan_text(&f->plan, "struck");
    check(f, SF_ASSERTION_UNAFFECTED, spared, true, "0 viewers in it");
    check(f, SF_ASSERTION_UNAFFECTED, struck, false, "4 viewers in it");
    check(f, SF_ASSERTION_UNAFFECTED_PATH, SF_ASSERTION_PATH_APP, true, "0 strays on it");
    check(f, SF_ASSERTION_UNAFFECTED_PATH, SF_ASSERTION_PATH_HUB, false, "7 strays on it");
}

static void test_no_stray_at_all_is_outside_of_no_window(void **state)
{
    struct fixture *f = *state;
    f->result.tally.stray_first_ns = SF_NS_NEVER;
    f->result.tally.stray_last_ns = 0;
    check(f, SF_ASSERTION_STRAYS_FROM, 1, true, "no stray");
    check(f, SF_ASSERTION_STRAYS_UNTIL, 1, true, "no stray");
}

/* The figures of groups come from a run. */
static void test_groups_are_counted_apart(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/canary/stray-pixels.yaml");
    runs_run(runs, 1);
    struct sf_tally_group sum = {0};
    for (uint32_t i = 0; i < runs->plan.groups_count; i++) {
        sum.homes_count += runs->result.groups[i].homes_count;
        sum.viewers_count += runs->result.groups[i].viewers_count;
        sum.affected_count += runs->result.groups[i].affected_count;
        sum.exposed_count += runs->result.groups[i].exposed_count;
    }
    assert_true(sum.affected_count > 0);
    assert_true(sum.exposed_count > 0);
    assert_memory_equal(&sum, &runs->result.all, sizeof sum);
    assert_int_equal(sum.affected_count, runs->result.tally.affected_count);
    runs_destroy(runs);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_not_asserted_is_not_judged),
        TEST(test_another_verdict_fails),
        TEST(test_another_oracle_fails),
        TEST(test_how_many),
        TEST(test_which_share),
        TEST(test_whose_pictures),
        TEST(test_of_one_group),
        TEST(test_when),
        TEST(test_how_widely),
        TEST(test_who_was_not),
        TEST(test_no_stray_at_all_is_outside_of_no_window),
        cmocka_unit_test(test_groups_are_counted_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
