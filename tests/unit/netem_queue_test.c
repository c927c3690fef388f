/* The queue: that it carries what sf_netem_decide announces, in the kernel's order, and what slots
 * do to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/netem_queue.h"
#include "harness/sim/rng.h"

enum { PLACES = 4096 };

struct line {
    struct sf_netem_config config;
    struct sf_netem_queue queue;
    struct sf_netem_waiting storage[PLACES];
};

static struct line *line_open(const char *spec, uint64_t seed)
{
    struct line *line = calloc(1, sizeof *line);
    struct sf_diag diag = {0};
    if (sf_netem_parse(spec, &line->config, NULL, &diag) != SF_OK) {
        fail_msg("'%s': %s", spec, diag.message);
    }
    sf_netem_queue_init(&line->queue, &line->config, seed, line->storage, PLACES);
    return line;
}

/* Takes everything out that may leave at now_ns; returns how much. */
static size_t take_all(struct line *line, sf_ns now_ns, struct sf_netem_delivery *out, size_t max)
{
    size_t count = 0;
    struct sf_netem_delivery delivery;
    while (sf_netem_queue_dequeue(&line->queue, now_ns, &delivery)) {
        assert_true(count < max);
        out[count++] = delivery;
    }
    return count;
}

static const char *const specs[] = {
    "limit 30 delay 20ms 15ms",
    "limit 1000 delay 5ms 20ms distribution normal duplicate 30% loss 10% corrupt 10% ecn",
    "limit 50 delay 20ms 5ms reorder 30% gap 2 duplicate 50%",
    "limit 40 rate 8mbit delay 5ms 3ms duplicate 20% loss 5%",
    "limit 25 rate 4mbit 20 48 5 delay 10ms reorder 20% duplicate 20% corrupt 5% 10%",
    "limit 100 loss state 5% 40% 10% 30% 1% duplicate 40% 20% delay 1ms 1ms 25%",
    "limit 60 delay 20ms 15ms duplicate 20% loss 5% corrupt 5% keep-order",
};

/* A link by sf_netem_decide, with its copies kept sorted as an event queue would. */
struct decided {
    struct sf_netem link;
    struct {
        sf_ns due_ns;
        uint64_t order;
        struct sf_netem_delivery delivery;
    } copies[PLACES];
    size_t count;
    uint64_t order_next;
};

static void decide(struct decided *decided, sf_ns now_ns, uint32_t bytes, bool ect, uint64_t tag)
{
    struct sf_netem_fate fate;
    sf_netem_decide(&decided->link, now_ns, bytes, ect, &fate);
    for (uint32_t i = 0; i < fate.copies_count; i++) {
        assert_true(decided->count < PLACES);
        size_t at = decided->count++;
        decided->copies[at].due_ns = fate.copy[i].deliver_ns;
        decided->copies[at].order = decided->order_next++;
        decided->copies[at].delivery.tag = tag;
        decided->copies[at].delivery.bytes = bytes;
        decided->copies[at].delivery.corrupted = fate.copy[i].corrupted;
        decided->copies[at].delivery.corrupt_bit = fate.copy[i].corrupt_bit;
        decided->copies[at].delivery.ce_marked = fate.copy[i].ce_marked;
    }
}

/* The first copy due at or before now_ns. */
static bool next_decided(struct decided *decided, sf_ns now_ns, struct sf_netem_delivery *out)
{
    size_t best = decided->count;
    for (size_t i = 0; i < decided->count; i++) {
        if (decided->copies[i].due_ns > now_ns) {
            continue;
        }
        if (best == decided->count || decided->copies[i].due_ns < decided->copies[best].due_ns ||
            (decided->copies[i].due_ns == decided->copies[best].due_ns &&
             decided->copies[i].order < decided->copies[best].order)) {
            best = i;
        }
    }
    if (best == decided->count) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->tag = decided->copies[best].delivery.tag;
    out->bytes = decided->copies[best].delivery.bytes;
    out->corrupted = decided->copies[best].delivery.corrupted;
    out->corrupt_bit = decided->copies[best].delivery.corrupt_bit;
    out->ce_marked = decided->copies[best].delivery.ce_marked;
    decided->copies[best] = decided->copies[--decided->count];
    sf_netem_departed(&decided->link);
    return true;
}

static void test_queue_delivers_what_decide_announces(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof specs / sizeof specs[0]; s++) {
        struct line *line = line_open(specs[s], 77);
        struct decided *decided = calloc(1, sizeof *decided);
        sf_netem_init(&decided->link, &line->config, 77);
        struct sf_rng rng;
        sf_rng_init(&rng, 3, "queue test", s);
        sf_ns now_ns = 0;
        uint64_t delivered = 0;
        for (uint64_t packet = 0; packet < 5000; packet++) {
            now_ns += (sf_ns)sf_rng_below(&rng, 2 * SF_MS);
            struct sf_netem_delivery a[PLACES];
            struct sf_netem_delivery b;
            /* What fell due since the last packet, in order. */
            size_t count = take_all(line, now_ns, a, PLACES);
            for (size_t i = 0; i < count; i++, delivered++) {
                assert_true(next_decided(decided, now_ns, &b));
                assert_memory_equal(&a[i], &b, sizeof b);
            }
            assert_false(next_decided(decided, now_ns, &b));
            uint32_t bytes = 60 + (uint32_t)sf_rng_below(&rng, 1400);
            bool ect = sf_rng_chance(&rng, 500000);
            sf_netem_queue_enqueue(&line->queue, now_ns, bytes, ect, packet);
            decide(decided, now_ns, bytes, ect, packet);
            count = take_all(line, now_ns, a, PLACES);
            for (size_t i = 0; i < count; i++, delivered++) {
                assert_true(next_decided(decided, now_ns, &b));
                assert_memory_equal(&a[i], &b, sizeof b);
            }
            assert_int_equal(sf_netem_waiting_count(&line->queue.link),
                             sf_netem_waiting_count(&decided->link));
        }
        assert_true(delivered > 1000);
        free(decided);
        free(line);
    }
}

static void test_equal_times_leave_in_the_order_they_came(void **state)
{
    (void)state;
    struct line *line = line_open("delay 10ms", 1);
    for (uint64_t i = 0; i < 500; i++) {
        assert_int_equal(sf_netem_queue_enqueue(&line->queue, 0, 100, false, i).copies_count, 1);
    }
    assert_int_equal(sf_netem_queue_next_ns(&line->queue), 10 * SF_MS);
    struct sf_netem_delivery out[500];
    assert_int_equal(take_all(line, 10 * SF_MS - 1, out, 500), 0);
    assert_int_equal(take_all(line, 10 * SF_MS, out, 500), 500);
    for (uint64_t i = 0; i < 500; i++) {
        assert_int_equal(out[i].tag, i);
    }
    assert_int_equal(sf_netem_queue_next_ns(&line->queue), SF_NS_NEVER);
    free(line);
}

/* The queue is not emptied in between: the packets put in front are a stack. */
static void test_the_front_is_a_stack_before_all_others(void **state)
{
    (void)state;
    struct line *line = line_open("delay 10ms reorder 100% gap 2", 1);
    for (uint64_t i = 0; i < 6; i++) {
        sf_netem_queue_enqueue(&line->queue, 0, 100, false, i);
    }
    static const uint64_t expected[] = {5, 3, 1, 0, 2, 4};
    struct sf_netem_delivery out[6];
    assert_int_equal(take_all(line, 0, out, 6), 3);
    assert_int_equal(take_all(line, 10 * SF_MS, &out[3], 3), 3);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(out[i].tag, expected[i]);
    }
    free(line);
}

static void test_a_slot_opens_for_its_quota_of_packets(void **state)
{
    (void)state;
    struct line *line = line_open("slot 10ms packets 3", 1);
    struct sf_netem_delivery out[10];
    size_t count = 0;
    for (uint64_t i = 0; i < 10; i++) {
        sf_netem_queue_enqueue(&line->queue, 0, 100, false, i);
        count += take_all(line, 0, &out[count], 10 - count);
    }
    /* The first packet found the slot of the start past, so all wait for the next. */
    assert_int_equal(count, 0);
    static const size_t expected[] = {3, 3, 3, 1};
    for (int slot = 0; slot < 4; slot++) {
        sf_ns due_ns = sf_netem_queue_next_ns(&line->queue);
        assert_int_equal(due_ns, (slot + 1) * 10 * SF_MS);
        assert_int_equal(take_all(line, due_ns - 1, out, 10), 0);
        assert_int_equal(take_all(line, due_ns, out, 10), expected[slot]);
    }
    assert_int_equal(sf_netem_queue_next_ns(&line->queue), SF_NS_NEVER);
    free(line);
}

static void test_a_slot_opens_for_its_quota_of_bytes(void **state)
{
    (void)state;
    struct line *line = line_open("slot 10ms bytes 250", 1);
    struct sf_netem_delivery out[10];
    for (uint64_t i = 0; i < 5; i++) {
        sf_netem_queue_enqueue(&line->queue, 0, 100, false, i);
        assert_int_equal(take_all(line, 0, out, 10), 0);
    }
    /* The third packet overdraws the quota, and closes the slot. */
    assert_int_equal(take_all(line, 10 * SF_MS, out, 10), 3);
    assert_int_equal(take_all(line, 20 * SF_MS, out, 10), 2);
    free(line);
}

static void test_slots_between_a_minimum_and_a_maximum_vary(void **state)
{
    (void)state;
    struct line *line = line_open("slot 10ms 30ms packets 1", 5);
    struct sf_netem_delivery out[4];
    for (uint64_t i = 0; i < 1000; i++) {
        sf_netem_queue_enqueue(&line->queue, 0, 100, false, i);
        assert_int_equal(take_all(line, 0, out, 4), 0);
    }
    sf_ns before_ns = 0;
    for (int i = 0; i < 1000; i++) {
        sf_ns due_ns = sf_netem_queue_next_ns(&line->queue);
        assert_in_range(due_ns - before_ns, 10 * SF_MS, 30 * SF_MS);
        assert_int_equal(take_all(line, due_ns, out, 4), 1);
        before_ns = due_ns;
    }
    assert_in_range(before_ns / 1000, 19500 * SF_US, 20500 * SF_US);
    free(line);
}

static void test_a_slot_set_mid_run_counts_from_then(void **state)
{
    (void)state;
    struct line *line = line_open("", 1);
    struct sf_netem_config slots;
    assert_int_equal(sf_netem_parse("slot 10ms packets 2", &slots, NULL, NULL), SF_OK);
    sf_netem_change(&line->queue.link, &slots, 7 * SF_MS);
    struct sf_netem_delivery out[4];
    sf_netem_queue_enqueue(&line->queue, 7 * SF_MS, 100, false, 0);
    /* Open right now, for two packets. */
    assert_int_equal(take_all(line, 7 * SF_MS, out, 4), 1);
    sf_netem_queue_enqueue(&line->queue, 8 * SF_MS, 100, false, 1);
    assert_int_equal(take_all(line, 8 * SF_MS, out, 4), 0);
    assert_int_equal(sf_netem_queue_next_ns(&line->queue), 18 * SF_MS);
    free(line);
}

static void test_fixed_fates_hold_in_the_queue_too(void **state)
{
    (void)state;
    struct line *line = line_open("slot 10ms loss 50%", 1);
    static const struct sf_netem_fixed_fate fates[] = {
        {.packet = 0, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 0},
        {.packet = 1, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 2},
    };
    sf_netem_fix_fates(&line->queue.link, fates, 2);
    assert_int_equal(sf_netem_queue_enqueue(&line->queue, 0, 100, false, 0).copies_count, 0);
    assert_int_equal(sf_netem_queue_enqueue(&line->queue, 0, 100, false, 1).copies_count, 2);
    free(line);
}

/* What waits moves along, with its order: the timed by their time, those in front last come first.
 */
static void test_a_queue_goes_on_in_a_larger_storage(void **state)
{
    (void)state;
    enum { FEW = 8, MORE = 20 };
    struct line *line = line_open("delay 20ms reorder 100% gap 3", 1);
    struct sf_netem_waiting *storage = calloc(FEW, sizeof *storage);
    struct sf_netem_waiting *larger = calloc(MORE, sizeof *larger);
    sf_netem_queue_init(&line->queue, &line->config, 1, storage, FEW);
    uint64_t count = 0;
    while (sf_netem_queue_has_room(&line->queue)) {
        sf_netem_queue_enqueue(&line->queue, 0, 100, false, count++);
    }
    assert_int_equal(count, FEW - 1); /* one more might be doubled */
    sf_netem_queue_move(&line->queue, larger, MORE);
    free(storage);
    while (sf_netem_queue_has_room(&line->queue)) {
        sf_netem_queue_enqueue(&line->queue, 0, 100, false, count++);
    }
    assert_int_equal(count, MORE - 1);
    struct sf_netem_delivery out[MORE];
    assert_int_equal(take_all(line, 0, out, MORE), 6);
    assert_int_equal(take_all(line, 20 * SF_MS, &out[6], MORE), MORE - 7);
    static const uint64_t expected[MORE - 1] = {17, 14, 11, 8,  5,  2,  0,  1,  3, 4,
                                                6,  7,  9,  10, 12, 13, 15, 16, 18};
    for (int i = 0; i < MORE - 1; i++) {
        assert_int_equal(out[i].tag, expected[i]);
    }
    free(larger);
    free(line);
}

static void test_a_packet_taken_in_is_known_by_its_marks(void **state)
{
    (void)state;
    struct line *line = line_open("slot 10ms limit 2 corrupt 100%", 1);
    struct sf_netem_queued queued = {0};
    for (uint64_t i = 0; i < 3; i++) {
        assert_false(queued.dropped_by_limit);
        queued = sf_netem_queue_enqueue(&line->queue, 0, 100, false, i);
        assert_int_equal(queued.corrupted, i < 2);
    }
    assert_true(queued.dropped_by_limit);
    assert_int_equal(queued.copies_count, 0);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_delivers_what_decide_announces),
        cmocka_unit_test(test_equal_times_leave_in_the_order_they_came),
        cmocka_unit_test(test_the_front_is_a_stack_before_all_others),
        cmocka_unit_test(test_a_slot_opens_for_its_quota_of_packets),
        cmocka_unit_test(test_a_slot_opens_for_its_quota_of_bytes),
        cmocka_unit_test(test_slots_between_a_minimum_and_a_maximum_vary),
        cmocka_unit_test(test_a_slot_set_mid_run_counts_from_then),
        cmocka_unit_test(test_fixed_fates_hold_in_the_queue_too),
        cmocka_unit_test(test_a_queue_goes_on_in_a_larger_storage),
        cmocka_unit_test(test_a_packet_taken_in_is_known_by_its_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
