/* Links asked for fates: what each parameter does. That the draws equal a kernel's is
 * netem_recordings_test.c's business. */
#include <inttypes.h>

#include "harness/net/netem_admit.h"
#include "tests/unit/netem_run.h"

static void test_a_default_link_delivers_everything_at_once(void **state)
{
    (void)state;
    struct tally tally = run_spec("", 5000, SF_MS, false);
    assert_int_equal(tally.copies, 5000);
    assert_int_equal(tally.at_once, 5000);
    assert_int_equal(tally.corrupted + tally.marked + tally.twice + tally.full, 0);
}

/* The first numbers of seed 42, computed from the recurrences by other means; the recordings of a
 * kernel, which had that seed, hang on all that follow. */
static void test_generator_gives_the_kernels_numbers(void **state)
{
    (void)state;
    static const uint32_t expected[] = {3053367555u, 794645456u, 722109529u, 489076602u};
    struct sf_netem_random random;
    sf_netem_random_seed(&random, 42);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(sf_netem_random_u32(&random), expected[i]);
    }
    /* Seed 0 would be a fixed point of every register. */
    sf_netem_random_seed(&random, 0);
    assert_int_equal(random.part[0], 2);
    assert_int_equal(random.part[1], 8);
    assert_int_equal(random.part[2], 16);
    assert_int_equal(random.part[3], 128);
    assert_int_not_equal(sf_netem_random_u32(&random), sf_netem_random_u32(&random));
}

/* The weight of the past is one more than the fraction, so that a full correlation keeps a value
 * for good. */
static void test_a_full_correlation_freezes_its_value(void **state)
{
    (void)state;
    struct sf_netem_random random;
    sf_netem_random_seed(&random, 42);
    uint32_t last = 123456789;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(sf_netem_random_correlated(&random, UINT32_MAX, &last), 123456789);
    }
    /* Half of the past and half of the first draw of seed 42. */
    sf_netem_random_seed(&random, 42);
    last = 1000000000;
    assert_int_equal(sf_netem_random_correlated(&random, INT32_MAX, &last),
                     (3053367555u + 1000000000u) / 2);
}

/* A share in parts of ten thousand, and how far it may be off. */
struct share {
    const char *spec;
    uint32_t lost, lost_off;
    uint32_t twice, twice_off;
    uint32_t corrupted, corrupted_off;
};

static void check_share(const char *spec, const char *what, uint64_t count, uint64_t of,
                        uint32_t expected, uint32_t off)
{
    uint64_t share = count * 10000 / of;
    uint64_t difference = share > expected ? share - expected : expected - share;
    if (difference > off) {
        fail_msg("'%s': %s %" PRIu64 " of 10000, expected %" PRIu32 " +- %" PRIu32, spec, what,
                 share, expected, off);
    }
}

/* Expected shares are computed or were measured on kernels; 400,000 packets put one standard
 * deviation of 10 % at 5 of 10,000. */
static void test_each_chance_has_its_measured_share(void **state)
{
    (void)state;
    enum { COUNT = 400000 };
    static const struct share shares[] = {
        {"loss 10%", 1000, 20, 0, 0, 0, 0},
        {"loss 0.01%", 1, 1, 0, 0, 0, 0},
        {"loss 100%", 10000, 0, 0, 0, 0, 0},
        {"loss 10% 25%", 175, 15, 0, 0, 0, 0},
        {"loss 10% 50%", 11, 4, 0, 0, 0, 0},
        {"loss 30% 25%", 2330, 40, 0, 0, 0, 0},
        {"loss 5% 25%", 20, 5, 0, 0, 0, 0},
        {"loss 1% 25%", 0, 1, 0, 0, 0, 0},
        {"loss 50% 90%", 5000, 150, 0, 0, 0, 0},
        {"loss state 5% 40% 10% 30% 1%", 1147, 40, 0, 0, 0, 0},
        {"loss state 5%", 500, 20, 0, 0, 0, 0},
        {"loss gemodel 5% 30% 70% 1%", 1086, 40, 0, 0, 0, 0},
        {"loss gemodel 5%", 500, 20, 0, 0, 0, 0},
        {"duplicate 10%", 0, 0, 1000, 20, 0, 0},
        {"corrupt 10%", 0, 0, 0, 0, 1000, 20},
        {"corrupt 20% 30%", 0, 0, 0, 0, 830, 40},
        /* Lost: half is not duplicated, a fifth of it lost. Twice: neither the pair nor the
         * duplicate was lost, .5 * .8 * .8. */
        {"duplicate 50% loss 20%", 1000, 25, 3200, 30, 0, 0},
    };
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        const struct share *share = &shares[i];
        struct tally tally = run_spec(share->spec, COUNT, SF_MS, false);
        check_share(share->spec, "lost", tally.lost, COUNT, share->lost, share->lost_off);
        check_share(share->spec, "twice", tally.twice, COUNT, share->twice, share->twice_off);
        check_share(share->spec, "corrupted", tally.corrupted, COUNT, share->corrupted,
                    share->corrupted_off);
    }
}

static void test_correlated_loss_comes_in_bursts(void **state)
{
    (void)state;
    struct tally tally = run_spec("loss 50% 90%", 400000, SF_MS, false);
    uint64_t mean_burst_tenths = tally.lost * 10 / tally.bursts;
    assert_in_range(mean_burst_tenths, 60, 68);
    tally = run_spec("loss 50%", 400000, SF_MS, false);
    assert_in_range(tally.lost * 10 / tally.bursts, 19, 21);
}

static void test_full_correlation_is_all_or_nothing(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("loss 50% 100%", &config);
    uint32_t all = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        struct run run;
        run_open(&run, &config, seed, 100, SF_MS);
        run_packets(&run, 100, false);
        struct tally tally = tally_of(&run);
        assert_true(tally.lost == 0 || tally.lost == 100);
        all += tally.lost == 100;
        run_close(&run);
    }
    assert_in_range(all, 16, 48);
}

static void test_delays_have_their_shape(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct tally tally = run_spec("limit 100000 delay 50ms 20ms", COUNT, SF_MS, false);
    assert_in_range(tally.delay_ns_min, 30 * SF_MS, 30 * SF_MS + 10 * SF_US);
    assert_in_range(tally.delay_ns_max, 70 * SF_MS - 10 * SF_US, 70 * SF_MS - 1);
    assert_in_range(tally.delay_sum_ns / COUNT, 50 * SF_MS - 100 * SF_US, 50 * SF_MS + 100 * SF_US);

    /* The table is cut at four standard deviations, which a hundredth of the packets meets. */
    tally = run_spec("limit 100000 delay 50ms 20ms distribution pareto", COUNT, SF_MS, false);
    assert_in_range(tally.delay_ns_max, 129990 * SF_US, 130 * SF_MS);

    /* Below 0 means at once: three in ten, and a mean of 13.9 ms instead of 10. */
    tally = run_spec("limit 100000 delay 10ms 20ms distribution normal", COUNT, SF_MS, false);
    assert_in_range(tally.at_once, COUNT * 29 / 100, COUNT * 32 / 100);
    assert_in_range(tally.delay_sum_ns / COUNT, 13700 * SF_US, 14100 * SF_US);
}

/* Rounding goes away from zero, in the part of the spread below one scale; the rest is exact. */
static void test_a_tables_delay_is_rounded_as_in_the_kernel(void **state)
{
    (void)state;
    static const int16_t entries[] = {1, -1, 8192, -32768};
    static const struct sf_netem_table table = {"test", entries, 4};
    assert_int_equal(sf_netem_delay(0, 4095, &table, 0), 0);
    assert_int_equal(sf_netem_delay(0, 4096, &table, 0), 1);
    assert_int_equal(sf_netem_delay(0, 4095, &table, 1), 0);
    assert_int_equal(sf_netem_delay(0, 4096, &table, 1), -1);
    assert_int_equal(sf_netem_delay(100, 20000000, &table, 2), 20000100);
    assert_int_equal(sf_netem_delay(100, 20000000, &table, 3), 100 - 80000000);
    assert_int_equal(sf_netem_delay(0, 8192 * 3 + 4096, &table, 4), 4); /* 4 modulo 4 entries */
    /* Without a table: from mean - spread up to, not including, mean + spread. */
    assert_int_equal(sf_netem_delay(1000, 10, NULL, 0), 990);
    assert_int_equal(sf_netem_delay(1000, 10, NULL, 19), 1009);
    assert_int_equal(sf_netem_delay(1000, 10, NULL, 20), 990);
    assert_int_equal(sf_netem_delay(0, INT32_MAX, NULL, UINT32_MAX), 1 - (sf_ns)INT32_MAX);
}

static void test_a_huge_delay_does_not_overflow(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("delay 9223372036s 2s duplicate 100% rate 8bit 2147483647 1 2147483647", &config);
    struct sf_netem link;
    sf_netem_init(&link, &config, 1);
    for (int i = 0; i < 100; i++) {
        struct sf_netem_fate fate;
        sf_netem_decide(&link, SF_HOUR * 24 * 365 * 100 + i, UINT32_MAX, false, &fate);
        assert_int_equal(fate.copies_count, 2);
        assert_in_range(fate.copy[1].deliver_ns, SF_HOUR, SF_NS_NEVER - 1);
    }
}

static void test_reordering_lets_packets_jump_ahead(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct tally tally = run_spec("delay 10ms reorder 25%", COUNT, SF_MS, false);
    check_share("reorder 25%", "at once", tally.at_once, COUNT, 2500, 30);
    tally = run_spec("delay 10ms reorder 25% gap 5", COUNT, SF_MS, false);
    check_share("reorder 25% gap 5", "at once", tally.at_once, COUNT, 1250, 30);
    tally = run_spec("delay 10ms reorder 25% 50% gap 5", COUNT, SF_MS, false);
    check_share("reorder 25% 50% gap 5", "at once", tally.at_once, COUNT, 560, 40);
    tally = run_spec("delay 10ms reorder 100% gap 3", 9000, SF_MS, false);
    assert_int_equal(tally.at_once, 3000);
}

static void test_limit_bounds_what_is_under_way(void **state)
{
    (void)state;
    /* A packet each millisecond for 25 ms: 25 are under way, the limit lets 20 of each 25 in. */
    struct tally tally = run_spec("limit 20 delay 25ms", 10000, SF_MS, false);
    assert_int_equal(tally.full, tally.lost);
    check_share("limit 20", "full", tally.full, 10000, 2300, 60);
    /* What leaves at once does not fill the queue. */
    tally = run_spec("limit 1", 10000, SF_MS, false);
    assert_int_equal(tally.full, 0);
    tally = run_spec("limit 0", 100, SF_MS, false);
    assert_int_equal(tally.full, 100);
}

/* A duplicate and its original are let in together where one place is left. */
static void test_a_duplicate_may_exceed_the_limit_by_one(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("limit 3 delay 10ms duplicate 100%", &config);
    struct sf_netem link;
    sf_netem_init(&link, &config, 1);
    struct sf_netem_fate fate;
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 2);
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 2);
    assert_int_equal(sf_netem_waiting_count(&link), 4);
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 0);
    assert_true(fate.dropped_by_limit);
    sf_netem_departed(&link);
    sf_netem_departed(&link);
    sf_netem_decide(&link, 1, 100, false, &fate);
    assert_int_equal(fate.copies_count, 2);
}

static void test_rate_serialises_after_the_last_that_waits(void **state)
{
    (void)state;
    struct sf_netem_config config;
    struct sf_netem link;
    parse("rate 8mbit", &config); /* a microsecond a byte */
    sf_netem_init(&link, &config, 1);
    assert_int_equal(decide_one(&link, 0, 1000), SF_MS);
    assert_int_equal(decide_one(&link, 0, 1000), 2 * SF_MS);
    assert_int_equal(decide_one(&link, 500 * SF_US, 500), 2500 * SF_US);
    for (int i = 0; i < 3; i++) {
        sf_netem_departed(&link);
    }
    /* Idle: no memory of what went before. */
    assert_int_equal(decide_one(&link, 2500 * SF_US, 1000), 3500 * SF_US);

    /* A delay runs while the packet waits for its turn. */
    parse("rate 8mbit delay 10ms", &config);
    sf_netem_init(&link, &config, 1);
    assert_int_equal(decide_one(&link, 0, 1000), 11 * SF_MS);
    assert_int_equal(decide_one(&link, 0, 1000), 12 * SF_MS);
    assert_int_equal(decide_one(&link, 5 * SF_MS, 1000), 16 * SF_MS);
}

/* The duplicate is in front, sent now; its original comes after it, however short its own delay. */
static void test_rate_sees_a_duplicate_that_jumped_ahead(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("rate 8mbit delay 1ms 20ms reorder 50% duplicate 100%", &config);
    int jumped = 0;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct sf_netem link;
        sf_netem_init(&link, &config, seed);
        struct sf_netem_admission got;
        sf_netem_admit(&link, SF_SECOND, 1000, false, &got);
        assert_int_equal(got.copies_count, 2);
        if (got.copy[0].in_front && !got.copy[1].in_front) {
            assert_true(got.copy[1].send_ns >= SF_SECOND + SF_MS);
            jumped += got.copy[1].send_ns == SF_SECOND + SF_MS;
        }
    }
    assert_in_range(jumped, 50, 200);
}

static void test_rate_counts_overheads_and_cells(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        uint32_t bytes;
        sf_ns expected_ns;
    } cases[] = {
        {"rate 8mbit 10", 100, 110 * SF_US},
        {"rate 8mbit -14", 100, 86 * SF_US},
        {"rate 8mbit 0 48", 100, 144 * SF_US},
        {"rate 8mbit 0 48 5", 100, 159 * SF_US},
        {"rate 8mbit 0 48 -5", 96, 86 * SF_US},
        {"rate 8mbit -4 48 5", 100, 106 * SF_US},
        /* Shorter than nothing: a kernel computes with a wrapped length, here it is no time. */
        {"rate 8mbit -200", 100, 0},
        {"rate 8mbit 0 48 -60", 100, 0},
        {"rate 7bit", 100, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_netem_config config;
        struct sf_netem link;
        parse(cases[i].spec, &config);
        sf_netem_init(&link, &config, 1);
        assert_int_equal(decide_one(&link, 0, cases[i].bytes), cases[i].expected_ns);
    }
}

static void test_ecn_marks_instead_of_losing(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct tally tally = run_spec("loss 10% ecn", COUNT, SF_MS, true);
    assert_int_equal(tally.lost, 0);
    check_share("loss 10% ecn", "marked", tally.marked, COUNT, 1000, 40);
    tally = run_spec("loss 10% ecn", COUNT, SF_MS, false);
    assert_int_equal(tally.marked, 0);
    check_share("loss 10% ecn", "lost", tally.lost, COUNT, 1000, 40);
}

static void test_duplicated_and_lost_is_delivered_once(void **state)
{
    (void)state;
    struct tally tally = run_spec("duplicate 100% loss 100%", 1000, SF_MS, false);
    assert_int_equal(tally.copies, 1000);
    assert_int_equal(tally.twice, 0);
}

static void test_corruption_hits_a_bit_of_the_frame(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("corrupt 100%", &config);
    struct sf_netem link;
    sf_netem_init(&link, &config, 3);
    uint32_t seen[8] = {0};
    for (int i = 0; i < 8000; i++) {
        struct sf_netem_fate fate;
        sf_netem_decide(&link, i, 100, false, &fate);
        sf_netem_departed(&link);
        assert_true(fate.copy[0].corrupted);
        assert_in_range(fate.copy[0].corrupt_bit, 0, 799);
        seen[fate.copy[0].corrupt_bit / 100]++;
    }
    for (int i = 0; i < 8; i++) {
        assert_in_range(seen[i], 850, 1150);
    }
}

static void test_a_duplicate_is_corrupted_elsewhere(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("corrupt 100% duplicate 100%", &config);
    struct sf_netem link;
    sf_netem_init(&link, &config, 3);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        struct sf_netem_fate fate;
        sf_netem_decide(&link, i, 1000, false, &fate);
        same += fate.copy[0].corrupt_bit == fate.copy[1].corrupt_bit;
    }
    assert_true(same < 10);
}

/* The draws are the same with and without it; so what each packet would do alone is known, and
 * first in, first out can be computed from that by hand. */
static void check_order_is_kept(const char *spec)
{
    enum { COUNT = 4000 };
    struct sf_text memo_spec = {0};
    sf_text_add(&memo_spec, "%s keep-order", spec);
    struct sf_netem_config configs[2];
    parse(spec, &configs[0]);
    parse(memo_spec.data, &configs[1]);
    struct run runs[2];
    uint32_t overtaken = 0;
    sf_ns last_ns = 0;
    for (int i = 0; i < 2; i++) {
        run_open(&runs[i], &configs[i], 7, COUNT, SF_MS);
        run_packets(&runs[i], COUNT, false);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct sf_netem_fate *own = &runs[0].fates[i];
        const struct sf_netem_fate *kept = &runs[1].fates[i];
        sf_ns copies_ns[2];
        assert_int_equal(kept->copies_count, own->copies_count);
        for (uint32_t k = 0; k < own->copies_count; k++) {
            copies_ns[k] = own->copy[k].deliver_ns;
            overtaken += copies_ns[k] < last_ns;
            assert_true(kept->copy[k].deliver_ns >= last_ns);
            assert_true(kept->copy[k].deliver_ns >= copies_ns[0]);
            if (own->copies_count == 1) {
                assert_int_equal(kept->copy[k].deliver_ns,
                                 copies_ns[k] > last_ns ? copies_ns[k] : last_ns);
            }
            last_ns = kept->copy[k].deliver_ns;
        }
    }
    assert_true(overtaken > COUNT / 2); /* there was something to keep */
    for (int i = 0; i < 2; i++) {
        run_close(&runs[i]);
    }
    sf_text_free(&memo_spec);
}

static void test_order_is_kept_where_that_is_asked_for(void **state)
{
    (void)state;
    check_order_is_kept("limit 5000 delay 50ms 20ms");
    check_order_is_kept("limit 5000 delay 50ms 20ms distribution pareto");
    check_order_is_kept("limit 5000 delay 10ms 40ms distribution normal");
    check_order_is_kept("limit 5000 delay 50ms 20ms loss 20% duplicate 30% corrupt 5%");
}

/* New parameters are no reason to overtake what waits under the old ones. */
static void test_order_is_kept_over_a_change(void **state)
{
    (void)state;
    struct sf_netem_config slow;
    struct sf_netem_config fast;
    struct sf_netem_config fast_in_order;
    parse("delay 100ms", &slow);
    parse("delay 1ms", &fast);
    parse("delay 1ms keep-order", &fast_in_order);
    struct sf_netem link;
    sf_netem_init(&link, &slow, 1);
    assert_int_equal(decide_one(&link, 0, 100), 100 * SF_MS);
    sf_netem_change(&link, &fast, SF_MS);
    assert_int_equal(decide_one(&link, SF_MS, 100), 2 * SF_MS);
    sf_netem_departed(&link);
    sf_netem_change(&link, &fast_in_order, 3 * SF_MS);
    assert_int_equal(decide_one(&link, 3 * SF_MS, 100), 100 * SF_MS);
    sf_netem_departed(&link);
    sf_netem_departed(&link);
    assert_int_equal(decide_one(&link, 200 * SF_MS, 100), 201 * SF_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_default_link_delivers_everything_at_once),
        cmocka_unit_test(test_generator_gives_the_kernels_numbers),
        cmocka_unit_test(test_a_full_correlation_freezes_its_value),
        cmocka_unit_test(test_each_chance_has_its_measured_share),
        cmocka_unit_test(test_correlated_loss_comes_in_bursts),
        cmocka_unit_test(test_full_correlation_is_all_or_nothing),
        cmocka_unit_test(test_delays_have_their_shape),
        cmocka_unit_test(test_a_tables_delay_is_rounded_as_in_the_kernel),
        cmocka_unit_test(test_a_huge_delay_does_not_overflow),
        cmocka_unit_test(test_reordering_lets_packets_jump_ahead),
        cmocka_unit_test(test_limit_bounds_what_is_under_way),
        cmocka_unit_test(test_a_duplicate_may_exceed_the_limit_by_one),
        cmocka_unit_test(test_rate_serialises_after_the_last_that_waits),
        cmocka_unit_test(test_rate_sees_a_duplicate_that_jumped_ahead),
        cmocka_unit_test(test_rate_counts_overheads_and_cells),
        cmocka_unit_test(test_ecn_marks_instead_of_losing),
        cmocka_unit_test(test_duplicated_and_lost_is_delivered_once),
        cmocka_unit_test(test_corruption_hits_a_bit_of_the_frame),
        cmocka_unit_test(test_a_duplicate_is_corrupted_elsewhere),
        cmocka_unit_test(test_order_is_kept_where_that_is_asked_for),
        cmocka_unit_test(test_order_is_kept_over_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
