/* Bounds and intervals, compared with published values. */
#include "harness/measure/interval.h"

#include <math.h>

#include "tests/unit/test.h"

static void assert_near(double is, double expected)
{
    if (!(fabs(is - expected) <= 1e-4 * fabs(expected) + 1e-9)) {
        fail_msg("%.9g, expected %.9g", is, expected);
    }
}

static void test_exact_bounds_of_a_share(void **state)
{
    (void)state;
    /* R: binom.test(k, n)$conf.int. */
    static const struct {
        uint64_t hits;
        uint64_t count;
        double low;
        double high;
    } known[] = {
        {0, 10, 0.0, 0.3084971},  {1, 10, 0.002528579, 0.4450161}, {5, 10, 0.1870860, 0.8129140},
        {10, 10, 0.6915029, 1.0}, {3, 1000, 0.00061910, 0.0087420},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct sf_interval is = sf_share_interval(known[i].hits, known[i].count, 0.95);
        assert_near(is.low, known[i].low);
        assert_near(is.high, known[i].high);
    }
    assert_near(sf_share_at_most(0, 0, 0.95), 1.0);
}

/* The bound of a share is exact: with it, as few hits or fewer have a probability of 5 %. */
static void test_the_bound_holds_and_is_no_wider_than_it_must_be(void **state)
{
    (void)state;
    double p = sf_share_at_most(2, 400, 0.95);
    double term = pow(1 - p, 400);
    double sum = 0.0;
    for (int k = 0; k <= 2; k++) {
        sum += term;
        term *= (400.0 - k) / (k + 1) * p / (1 - p);
    }
    assert_near(sum, 0.05);
}

static void test_how_many_runs_exclude_a_rate(void **state)
{
    (void)state;
    assert_int_equal(sf_runs_needed(1e-4, 0.95), 29956); /* about 3 / 1e-4 */
    assert_int_equal(sf_runs_needed(0.01, 0.95), 299);
    assert_int_equal(sf_runs_needed(0.01, 0.99), 459);
    uint64_t runs = sf_runs_needed(1e-3, 0.9);
    assert_true(sf_share_at_most(0, runs, 0.9) <= 1e-3);
    assert_true(sf_share_at_most(0, runs - 1, 0.9) > 1e-3);
    /* A canary: one leak more, and the rate is not excluded. */
    assert_true(sf_share_at_most(1, runs, 0.9) > 1e-3);
}

static void test_the_sign_test_counts_pairs(void **state)
{
    (void)state;
    assert_near(sf_sign_test(0, 0), 1.0);
    assert_near(sf_sign_test(0, 9), 1.0);
    assert_near(sf_sign_test(5, 0), 1.0 / 32);
    assert_near(sf_sign_test(9, 1), 11.0 / 1024);
    assert_near(sf_sign_test(1, 1), 0.75);
}

static void test_the_jackknife_is_the_interval_of_a_mean_when_it_is_a_mean(void **state)
{
    (void)state;
    static const double values[] = {1, 2, 3, 4, 5};
    double left_out[5];
    for (int i = 0; i < 5; i++) {
        left_out[i] = (15 - values[i]) / 4;
    }
    /* t(0.975, 4) = 2.776445, s / sqrt(n) = 0.7071068. */
    struct sf_interval is = sf_jackknife(3.0, left_out, 5, 0.95);
    assert_near(is.low, 3 - 2.776445 * 0.7071068);
    assert_near(is.high, 3 + 2.776445 * 0.7071068);
    is = sf_jackknife(3.0, left_out, 1, 0.95);
    assert_true(isinf(is.low) && isinf(is.high));
    static const double same[] = {2, 2, 2};
    is = sf_jackknife(2.0, same, 3, 0.95);
    assert_near(is.low, 2.0);
    assert_near(is.high, 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_bounds_of_a_share),
        cmocka_unit_test(test_the_bound_holds_and_is_no_wider_than_it_must_be),
        cmocka_unit_test(test_how_many_runs_exclude_a_rate),
        cmocka_unit_test(test_the_sign_test_counts_pairs),
        cmocka_unit_test(test_the_jackknife_is_the_interval_of_a_mean_when_it_is_a_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
