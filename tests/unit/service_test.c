#include "harness/measure/service.h"

#include "tests/unit/test.h"

static void test_percentiles_are_at_most_a_sixteenth_too_long(void **state)
{
    (void)state;
    static const uint64_t waits_ms[] = {0, 1, 15, 16, 31, 32, 33, 100, 999, 5000, 60000, 900000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof waits_ms[0]; i++) {
        struct sf_waits waits = {0};
        sf_waits_add(&waits, (sf_ns)waits_ms[i] * SF_MS);
        uint64_t told_ms = sf_waits_ms(&waits, 50);
        assert_true(told_ms >= waits_ms[i]);
        assert_true(told_ms <= waits_ms[i] + waits_ms[i] / 16);
    }
}

static void test_half_of_the_waits_are_below_the_median(void **state)
{
    (void)state;
    struct sf_waits waits = {0};
    for (int i = 1; i <= 10; i++) {
        sf_waits_add(&waits, i * SF_MS);
    }
    assert_int_equal(sf_waits_count(&waits), 10);
    assert_int_equal(sf_waits_ms(&waits, 50), 5);
    assert_int_equal(sf_waits_ms(&waits, 90), 9);
    assert_int_equal(sf_waits_ms(&waits, 100), 10);
}

static void test_whoever_never_saw_anything_counts(void **state)
{
    (void)state;
    struct sf_waits waits = {0};
    sf_waits_add(&waits, SF_SECOND);
    sf_waits_add_never(&waits);
    sf_waits_add_never(&waits);
    assert_true(sf_waits_ms(&waits, 33) < 1100);
    assert_true(sf_waits_ms(&waits, 50) == UINT64_MAX);
}

static void test_without_waits_there_is_no_median(void **state)
{
    (void)state;
    const struct sf_waits waits = {0};
    assert_true(sf_waits_ms(&waits, 50) == UINT64_MAX);
}

static void test_a_wait_of_days_is_kept_apart_from_never(void **state)
{
    (void)state;
    struct sf_waits waits = {0};
    sf_waits_add(&waits, 100 * SF_HOUR);
    assert_true(sf_waits_ms(&waits, 50) != UINT64_MAX);
}

static void test_services_add_up(void **state)
{
    (void)state;
    struct sf_service to = {.asks_count = 1, .hits_count = 2};
    struct sf_service from = {.asks_count = 10, .admitted_count = 20, .blank_count = 3};
    sf_waits_add(&from.firsts, SF_SECOND);
    sf_service_add(&to, &from);
    sf_service_add(&to, &from);
    assert_int_equal(to.asks_count, 21);
    assert_int_equal(to.admitted_count, 40);
    assert_int_equal(to.hits_count, 2);
    assert_int_equal(to.blank_count, 6);
    assert_int_equal(sf_waits_count(&to.firsts), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles_are_at_most_a_sixteenth_too_long),
        cmocka_unit_test(test_half_of_the_waits_are_below_the_median),
        cmocka_unit_test(test_whoever_never_saw_anything_counts),
        cmocka_unit_test(test_without_waits_there_is_no_median),
        cmocka_unit_test(test_a_wait_of_days_is_kept_apart_from_never),
        cmocka_unit_test(test_services_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
