/* What a run will take: right for fleets that were measured, refused only where it cannot fit. */
#include "harness/run/estimate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/base/arena.h"
#include "harness/run/memory_left.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"
#include "tests/unit/test.h"

#define MIB (UINT64_C(1) << 20)

/* The fleet of the benchmark with this number of homes, for this long. */
static struct sf_estimate fleet(const char *homes, const char *duration, const char *still)
{
    const struct sf_scenario_override overrides[] = {
        {"homes.fleet.count", homes}, {"duration", duration}, {"still", still}};
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    struct sf_estimate estimate;
    assert_int_equal(sf_scenario_load("bench/fleet.yaml", sf_run_schema(), overrides,
                                      still != NULL ? 3 : 2, plan, &diag),
                     SF_OK);
    sf_estimate(plan, &estimate);
    free(plan);
    return estimate;
}

static void assert_between(uint64_t value, uint64_t low, uint64_t high)
{
    assert_true(value >= low);
    assert_true(value <= high);
}

static void test_fleets_are_estimated_as_they_were_measured(void **state)
{
    (void)state;
    struct sf_estimate small = fleet("1044", "600s", NULL);
    struct sf_estimate large = fleet("100000", "60s", NULL);
    assert_int_equal(small.homes_count, 1044);
    assert_between(small.packets_count, 2300000, 3900000); /* 3,087,781 */
    assert_between(large.packets_count, 22000000, 38000000);
    assert_between(small.memory_bytes, 30 * MIB, 70 * MIB);
    assert_between(large.memory_bytes, 1600 * MIB, 2900 * MIB);
    struct sf_estimate longest = fleet("100000", "600s", NULL);
    struct sf_estimate million = fleet("1000000", "60s", "{width: 64, height: 16}");
    assert_between(longest.packets_count, 250000000, 340000000); /* 297,056,316 */
    assert_between(longest.memory_bytes, 2300 * MIB,
                   2900 * MIB);               /* 2,683, with captures of 32 bytes */
    assert_between(longest.cpu_s, 600, 1000); /* 785 */
    assert_between(million.memory_bytes, 4700 * MIB, 5800 * MIB);
    assert_false(sf_estimate_is_large(&small, 2));
    assert_true(sf_estimate_is_large(&large, 1));
}

static void test_more_of_anything_takes_more(void **state)
{
    (void)state;
    struct sf_estimate base = fleet("1000", "60s", NULL);
    struct sf_estimate homes = fleet("2000", "60s", NULL);
    struct sf_estimate longer = fleet("1000", "600s", NULL);
    struct sf_estimate stills = fleet("1000", "60s", "{width: 1920, height: 1080}");
    assert_true(homes.memory_bytes > base.memory_bytes);
    assert_true(homes.packets_count == 2 * base.packets_count);
    assert_true(longer.memory_bytes > base.memory_bytes);
    assert_true(longer.packets_count > 9 * base.packets_count);
    assert_true(stills.memory_bytes > 5 * base.memory_bytes);
}

static void test_what_cannot_fit_is_refused_with_both_figures(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    const struct sf_estimate estimate = {.homes_count = 1000000, .memory_bytes = 22000 * MIB};
    assert_int_equal(sf_estimate_check(&estimate, 1, 22000 * MIB, &diag), SF_OK);
    assert_int_equal(sf_estimate_check(&estimate, 1, UINT64_MAX, &diag), SF_OK);
    assert_int_equal(sf_estimate_check(&estimate, 1, 22000 * MIB - 1, &diag), SF_ERR_INPUT);
    assert_string_equal(
        diag.message,
        "1,000,000 homes: about 23.0 GB of memory, and only 23.0 GB can be had; fewer "
        "homes or smaller stills need less");
    assert_int_equal(sf_estimate_check(&estimate, 4, 22000 * MIB, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "in each of 4 parallel runs: about 92.2 GB"));
    assert_non_null(strstr(diag.message, "lower --jobs"));
}

static void test_an_ordinary_run_is_never_refused(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    struct sf_estimate estimate = fleet("1044", "1h", NULL);
    assert_int_equal(sf_estimate_check(&estimate, 2, 0, &diag), SF_OK);
}

static void test_the_line_before_a_large_run(void **state)
{
    (void)state;
    struct sf_text text = {0};
    const struct sf_estimate one = {
        .homes_count = 100000, .memory_bytes = UINT64_C(2340000000), .cpu_s = 1500};
    sf_estimate_print(&one, 1, 1, &text);
    assert_string_equal(text.data,
                        "100,000 homes: about 2.3 GB of memory and 25 min of processor time");
    sf_text_free(&text);
    const struct sf_estimate few = {.homes_count = 999, .memory_bytes = 90000000, .cpu_s = 60};
    sf_estimate_print(&few, 2, 300, &text);
    assert_string_equal(text.data,
                        "999 homes in each of 2 parallel runs: about 180 MB of memory and "
                        "5 h of processor time");
    sf_text_free(&text);
}

static void test_limits_of_the_process_count(void **state)
{
    (void)state;
#ifdef SF_SANITIZED
    print_message("skipped: a sanitizer maps terabytes\n");
    skip();
#else
    struct rlimit before;
    uint64_t left = sf_memory_left();
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    struct rlimit low = {.rlim_cur = 1 << 20, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &low), 0);
    uint64_t left_below = sf_memory_left();
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(left_below, 0);
    assert_true(left > MIB);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fleets_are_estimated_as_they_were_measured),
        cmocka_unit_test(test_more_of_anything_takes_more),
        cmocka_unit_test(test_what_cannot_fit_is_refused_with_both_figures),
        cmocka_unit_test(test_an_ordinary_run_is_never_refused),
        cmocka_unit_test(test_the_line_before_a_large_run),
        cmocka_unit_test(test_limits_of_the_process_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
