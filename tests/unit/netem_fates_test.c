/* Links asked for fates: what the seed, a change mid-run and fates written down move, and what they
 * leave untouched. */
#include <inttypes.h>

#include "harness/net/netem_admit.h"
#include "tests/unit/netem_run.h"

static void check_same_fates(const struct run *a, const struct run *b, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        if (memcmp(&a->fates[i], &b->fates[i], sizeof a->fates[i]) != 0) {
            fail_msg("packet %" PRIu64 " fared differently", i);
        }
    }
}

static const char rich[] = "limit 200 delay 20ms 5ms distribution paretonormal loss gemodel 5% 30% "
                           "duplicate 10% corrupt 5% reorder 25% gap 3 ecn";

static void test_editing_one_link_leaves_another_untouched(void **state)
{
    (void)state;
    struct sf_netem_config config;
    struct sf_netem_config other;
    parse(rich, &config);
    struct run alone;
    run_open(&alone, &config, 11, 3000, SF_MS);
    run_packets(&alone, 3000, true);
    static const char *const edits[] = {"", "loss 50%", "delay 1ms 1ms duplicate 100%"};
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        parse(edits[i], &other);
        struct run beside;
        struct run neighbour;
        run_open(&beside, &config, 11, 3000, SF_MS);
        run_open(&neighbour, &other, 12, 3000, SF_MS);
        for (int packet = 0; packet < 3000; packet++) {
            run_packets(&neighbour, 1, true);
            run_packets(&beside, 1, true);
        }
        check_same_fates(&alone, &beside, 0, 3000);
        run_close(&beside);
        run_close(&neighbour);
    }
    run_close(&alone);
}

static void test_the_same_seed_gives_the_same_fates_and_another_others(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse(rich, &config);
    struct run runs[3];
    static const uint64_t seeds[] = {5, 5, 6};
    for (int i = 0; i < 3; i++) {
        run_open(&runs[i], &config, seeds[i], 1000, SF_MS);
        run_packets(&runs[i], 1000, true);
    }
    check_same_fates(&runs[0], &runs[1], 0, 1000);
    assert_int_not_equal(memcmp(runs[0].fates, runs[2].fates, 1000 * sizeof *runs[0].fates), 0);
    /* A seed in the spec goes before the caller's. */
    config.seed = 5;
    config.seed_given = true;
    struct run own;
    run_open(&own, &config, 6, 1000, SF_MS);
    run_packets(&own, 1000, true);
    check_same_fates(&runs[0], &own, 0, 1000);
    run_close(&own);
    for (int i = 0; i < 3; i++) {
        run_close(&runs[i]);
    }
}

static void test_fixed_fates_change_their_packets_and_no_other(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("limit 100000 delay 20ms 5ms loss 10% duplicate 10% corrupt 10%", &config);
    static const struct sf_netem_fixed_fate fates[] = {
        {.packet = 3, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 0},
        {.packet = 7,
         .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_DELAY,
         .copies_count = 1,
         .copy = {{.delay_ns = 123 * SF_MS}}},
        {.packet = 41, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 2},
        {.packet = 42,
         .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_CORRUPT | SF_NETEM_FIXED_CE,
         .copies_count = 1,
         .copy = {{.corrupted = true, .corrupt_bit = 77, .ce_marked = true}}},
    };
    struct run free_run;
    struct run fixed_run;
    run_open(&free_run, &config, 9, 200, SF_MS);
    run_open(&fixed_run, &config, 9, 200, SF_MS);
    sf_netem_fix_fates(&fixed_run.link, fates, sizeof fates / sizeof fates[0]);
    run_packets(&free_run, 200, false);
    run_packets(&fixed_run, 200, false);

    const struct sf_netem_fate *got = fixed_run.fates;
    assert_int_equal(got[3].copies_count, 0);
    assert_int_equal(got[7].copies_count, 1);
    assert_int_equal(got[7].copy[0].deliver_ns, 7 * SF_MS + 123 * SF_MS);
    assert_int_equal(got[41].copies_count, 2);
    assert_int_equal(got[42].copies_count, 1);
    assert_true(got[42].copy[0].corrupted);
    assert_int_equal(got[42].copy[0].corrupt_bit, 77);
    assert_true(got[42].copy[0].ce_marked);
    check_same_fates(&free_run, &fixed_run, 0, 3);
    check_same_fates(&free_run, &fixed_run, 4, 7);
    check_same_fates(&free_run, &fixed_run, 8, 41);
    check_same_fates(&free_run, &fixed_run, 43, 200);
    run_close(&free_run);
    run_close(&fixed_run);
}

/* Where chance makes two and the fate says one, the original stays: its delay is the third draw,
 * after the duplicate's chance and the duplicate's delay. */
static void test_a_duplicate_that_is_undone_leaves_the_original(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("delay 20ms 5ms duplicate 100%", &config);
    static const struct sf_netem_fixed_fate once = {
        .packet = 0, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 1};
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sf_netem_random random;
        sf_netem_random_seed(&random, seed);
        sf_netem_random_u32(&random);
        sf_netem_random_u32(&random);
        sf_ns expected_ns =
            sf_netem_delay(20 * SF_MS, 5 * SF_MS, NULL, sf_netem_random_u32(&random));
        struct sf_netem link;
        sf_netem_init(&link, &config, seed);
        sf_netem_fix_fates(&link, &once, 1);
        assert_int_equal(decide_one(&link, 0, 100), expected_ns);
    }
}

static void test_a_packet_that_is_made_lost_takes_no_turn_at_a_rate(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("rate 8mbit", &config);
    static const struct sf_netem_fixed_fate lost = {.packet = 1, .fixed = SF_NETEM_FIXED_COPIES};
    struct sf_netem link;
    sf_netem_init(&link, &config, 1);
    sf_netem_fix_fates(&link, &lost, 1);
    struct sf_netem_fate fate;
    assert_int_equal(decide_one(&link, 0, 1000), SF_MS);
    sf_netem_decide(&link, 0, 1000, false, &fate);
    assert_int_equal(fate.copies_count, 0);
    assert_int_equal(decide_one(&link, 0, 1000), 2 * SF_MS);
}

/* A run turned into its list of fates happens again on a link with other chances. */
static void test_all_fates_written_down_replay_the_run(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct sf_netem_config config;
    parse(rich, &config);
    struct run original;
    run_open(&original, &config, 21, COUNT, SF_MS);
    run_packets(&original, COUNT, true);
    struct sf_netem_fixed_fate *fates = calloc(COUNT, sizeof *fates);
    for (uint64_t i = 0; i < COUNT; i++) {
        sf_netem_fixed_from_fate(i, (sf_ns)i * SF_MS, &original.fates[i], &fates[i]);
        original.fates[i].dropped_by_limit = false; /* now a loss like any other */
    }
    struct run replayed;
    run_open(&replayed, &config, 22, COUNT, SF_MS);
    sf_netem_fix_fates(&replayed.link, fates, COUNT);
    run_packets(&replayed, COUNT, true);
    check_same_fates(&original, &replayed, 0, COUNT);
    run_close(&original);
    run_close(&replayed);
    free(fates);
}

static void test_a_full_queue_is_not_overruled(void **state)
{
    (void)state;
    struct sf_netem_config config;
    parse("limit 1 delay 10ms", &config);
    static const struct sf_netem_fixed_fate fates[] = {
        {.packet = 1, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 1},
        {.packet = 2, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 0},
    };
    struct sf_netem link;
    sf_netem_init(&link, &config, 1);
    sf_netem_fix_fates(&link, fates, 2);
    struct sf_netem_fate fate;
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 1);
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 0);
    assert_true(fate.dropped_by_limit);
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 0);
    assert_false(fate.dropped_by_limit);
    /* A packet that is lost takes no place: the next finds the queue as it was. */
    sf_netem_departed(&link);
    sf_netem_decide(&link, SF_MS * 10, 100, false, &fate);
    assert_int_equal(fate.copies_count, 1);
}

static void test_a_change_keeps_the_generator_and_what_is_under_way(void **state)
{
    (void)state;
    struct sf_netem_config before;
    struct sf_netem_config after;
    parse("loss 10%", &before);
    parse("loss 10% delay 5ms", &after);
    struct run changed;
    struct run plain;
    run_open(&changed, &before, 31, 2000, SF_MS);
    run_open(&plain, &before, 31, 2000, SF_MS);
    run_packets(&changed, 1000, false);
    run_packets(&plain, 2000, false);
    sf_netem_change(&changed.link, &after, 1000 * SF_MS);
    run_packets(&changed, 1000, false);
    for (int i = 1000; i < 2000; i++) {
        assert_int_equal(changed.fates[i].copies_count, plain.fates[i].copies_count);
        if (changed.fates[i].copies_count > 0) {
            assert_int_equal(changed.fates[i].copy[0].deliver_ns,
                             plain.fates[i].copy[0].deliver_ns + 5 * SF_MS);
        }
    }
    /* With a seed of its own the new set starts the generator anew. */
    after.seed = 31;
    after.seed_given = true;
    sf_netem_change(&changed.link, &after, 2000 * SF_MS);
    struct sf_netem_fate fate;
    for (int i = 0; i < 200; i++) {
        sf_netem_decide(&changed.link, 2000 * SF_MS, 100, false, &fate);
        assert_int_equal(fate.copies_count, plain.fates[i].copies_count);
    }
    run_close(&changed);
    run_close(&plain);
}

static void test_a_change_starts_counters_states_and_memories_anew(void **state)
{
    (void)state;
    struct sf_netem_config config;
    struct sf_netem link;
    struct sf_netem_fate fate;
    parse("delay 10ms reorder 100% gap 3", &config);
    sf_netem_init(&link, &config, 1);
    assert_int_equal(decide_one(&link, 0, 100), 10 * SF_MS);
    assert_int_equal(decide_one(&link, 0, 100), 10 * SF_MS);
    sf_netem_change(&link, &config, 0);
    assert_int_equal(decide_one(&link, 0, 100), 10 * SF_MS);
    assert_int_equal(decide_one(&link, 0, 100), 10 * SF_MS);
    assert_int_equal(decide_one(&link, 0, 100), 0);

    /* Into a burst without end; out of it again by a change. */
    struct sf_netem_config never;
    parse("loss state 100% 0%", &config);
    parse("loss state 0% 0%", &never);
    sf_netem_init(&link, &config, 1);
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 0);
    sf_netem_change(&link, &never, 0);
    sf_netem_decide(&link, 0, 100, false, &fate);
    assert_int_equal(fate.copies_count, 1);

    /* A frozen draw freezes somewhere else after each change. */
    parse("loss 50% 100%", &config);
    sf_netem_init(&link, &config, 1);
    int lost = 0;
    for (int i = 0; i < 100; i++) {
        sf_netem_decide(&link, 0, 100, false, &fate);
        lost += fate.copies_count == 0;
        sf_netem_change(&link, &config, 0);
    }
    assert_in_range(lost, 25, 75);
}

static void test_a_link_can_be_cut_and_healed(void **state)
{
    (void)state;
    struct sf_netem_config good;
    struct sf_netem_config outage;
    parse("delay 10ms", &good);
    parse("profile outage", &outage);
    struct run run;
    run_open(&run, &good, 1, 3000, SF_MS);
    run_packets(&run, 1000, false);
    deliver_until(&run, 1000 * SF_MS);
    sf_netem_change(&run.link, &outage, 1000 * SF_MS);
    assert_int_equal(sf_netem_waiting_count(&run.link), 10); /* still on their way */
    run_packets(&run, 1000, false);
    sf_netem_change(&run.link, &good, 2000 * SF_MS);
    run_packets(&run, 1000, false);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(run.fates[i].copies_count, i >= 1000 && i < 2000 ? 0 : 1);
    }
    run_close(&run);
}

/* A fate is stronger than the order; who comes behind waits for it. */
static void test_order_is_kept_behind_a_fate(void **state)
{
    (void)state;
    static const struct sf_netem_fixed_fate fates[] = {
        {.packet = 0, .fixed = SF_NETEM_FIXED_DELAY, .copy[0].delay_ns = 300 * SF_MS},
        {.packet = 2, .fixed = SF_NETEM_FIXED_DELAY, .copy[0].delay_ns = 5 * SF_MS},
    };
    struct sf_netem_config config;
    struct sf_netem link;
    parse("delay 1ms keep-order", &config);
    sf_netem_init(&link, &config, 1);
    sf_netem_fix_fates(&link, fates, 2);
    assert_int_equal(decide_one(&link, 0, 100), 300 * SF_MS);
    assert_int_equal(decide_one(&link, SF_MS, 100), 300 * SF_MS);
    assert_int_equal(decide_one(&link, 2 * SF_MS, 100), 7 * SF_MS);
    assert_int_equal(decide_one(&link, 3 * SF_MS, 100), 300 * SF_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editing_one_link_leaves_another_untouched),
        cmocka_unit_test(test_the_same_seed_gives_the_same_fates_and_another_others),
        cmocka_unit_test(test_fixed_fates_change_their_packets_and_no_other),
        cmocka_unit_test(test_a_duplicate_that_is_undone_leaves_the_original),
        cmocka_unit_test(test_a_packet_that_is_made_lost_takes_no_turn_at_a_rate),
        cmocka_unit_test(test_all_fates_written_down_replay_the_run),
        cmocka_unit_test(test_a_full_queue_is_not_overruled),
        cmocka_unit_test(test_a_change_keeps_the_generator_and_what_is_under_way),
        cmocka_unit_test(test_a_change_starts_counters_states_and_memories_anew),
        cmocka_unit_test(test_a_link_can_be_cut_and_healed),
        cmocka_unit_test(test_order_is_kept_behind_a_fate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
