/* The checks of whole things: each holds while its thing is used, and catches the state that is
 * broken here on purpose. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/slots.h"
#include "harness/frame/ledger_private.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_queue.h"
#include "harness/net/transfer.h"
#include "harness/sim/queue.h"
#include "harness/sim/rng.h"
#include "tests/unit/broken_promise.h"

/* ---- the event queue ---- */

static struct sf_queue queue_in_use(void)
{
    struct sf_queue queue;
    struct sf_rng rng;
    struct sf_event event;
    sf_queue_init(&queue, 1);
    sf_rng_init(&rng, 1, "test", 0);
    for (uint32_t i = 0; i < 300; i++) {
        sf_queue_push(&queue,
                      (struct sf_event){.due_ns = queue.now_ns + (sf_ns)sf_rng_below(&rng, 50)},
                      i % 7);
        if (i % 3 == 0) {
            assert_true(sf_queue_pop(&queue, &event));
        }
        sf_queue_check(&queue);
    }
    return queue;
}

static void test_a_queue_out_of_order_is_caught(void **state)
{
    (void)state;
    struct sf_queue queue = queue_in_use();
    struct sf_event first = queue.heap[0];
    queue.heap[0] = queue.heap[17];
    assert_breaks(sf_queue_check(&queue), "rank(&queue->heap[(i - 1) / ARITY])");
    queue.heap[0] = first;
    sf_queue_check(&queue);
    queue.now_ns = first.due_ns + 1;
    assert_breaks(sf_queue_check(&queue), "due_ns >= queue->now_ns");
    queue.now_ns = 0;
    queue.pushed_count = queue.count;
    assert_breaks(sf_queue_check(&queue), "order < queue->pushed_count");
    queue.count = queue.capacity + 1;
    assert_breaks(sf_queue_check(&queue), "queue->count <= queue->capacity");
    sf_queue_fini(&queue);
}

static void test_an_event_in_the_past_is_caught(void **state)
{
    (void)state;
    struct sf_queue queue = queue_in_use();
    assert_breaks(sf_queue_push(&queue, (struct sf_event){.due_ns = queue.now_ns - 1}, 0),
                  "due_ns >= queue->now_ns");
    sf_queue_fini(&queue);
}

/* ---- slots ---- */

static void test_slots_that_are_lost_or_free_twice_are_caught(void **state)
{
    (void)state;
    struct sf_slots slots;
    sf_handle handles[600];
    void *item;
    sf_slots_init(&slots, 24);
    for (uint32_t i = 0; i < 600; i++) {
        handles[i] = sf_slots_take(&slots, &item);
        if (i % 4 == 3) {
            sf_slots_give(&slots, handles[i - 2]);
        }
        sf_slots_check(&slots);
    }
    assert_breaks(sf_slots_give(&slots, handles[1]), "slot != NULL");
    uint32_t first = slots.free_first;
    slots.free_first = 0; /* the free ones are lost */
    assert_breaks(sf_slots_check(&slots), "free_count + count == slots->used_count");
    slots.free_first = (uint32_t)handles[0]; /* one in use is free */
    assert_breaks(sf_slots_check(&slots), "used == 0");
    slots.free_first = first;
    slots.count++;
    assert_breaks(sf_slots_check(&slots), "count == slots->count");
    slots.count--;
    slots.used_count = slots.chunks_count * SF_SLOTS_PER_CHUNK + 1;
    assert_breaks(sf_slots_check(&slots), "slots->used_count <=");
    sf_slots_fini(&slots);
}

/* ---- the arena ---- */

static void test_an_arena_that_holds_what_does_not_fit_is_caught(void **state)
{
    (void)state;
    struct sf_arena arena;
    sf_arena_init(&arena);
    sf_arena_check(&arena);
    for (size_t i = 1; i < 60; i++) {
        sf_arena_take(&arena, i, 1000);
        sf_arena_check(&arena);
    }
    struct sf_arena broken = arena;
    broken.current = NULL;
    assert_breaks(sf_arena_check(&broken), "arena->current == NULL");
    broken.current = broken.first; /* memory behind the current block would be handed out again */
    assert_breaks(sf_arena_check(&broken), "before_current || block->used_bytes == 0");
    struct sf_arena other;
    sf_arena_init(&other);
    sf_arena_take(&other, 1, 1);
    broken.current = other.first;
    assert_breaks(sf_arena_check(&broken), "!before_current");
    sf_arena_seal(&arena);
    assert_breaks(sf_arena_take(&arena, 1, 1), "!arena->sealed");
    sf_arena_reset(&arena);
    sf_arena_check(&arena);
    sf_arena_fini(&other);
    sf_arena_fini(&arena);
}

/* ---- a message in packets ---- */

static void test_a_transfer_whose_counts_are_wrong_is_caught(void **state)
{
    (void)state;
    enum { BYTES = 100 * SF_PACKET_PAYLOAD_BYTES - 3 };
    uint64_t arrived[2];
    uint64_t acked[2];
    struct sf_transfer good;
    bool acknowledge;
    sf_transfer_init(&good, BYTES, arrived, acked);
    for (uint32_t i = 0; i < 80; i++) {
        assert_int_equal(sf_transfer_next_unsent(&good), i);
        sf_transfer_check(&good);
    }
    for (uint32_t i = 0; i < 80; i += 3) {
        sf_transfer_arrive(&good, i, &acknowledge);
        sf_transfer_check(&good);
    }
    sf_transfer_acknowledged(&good);
    sf_transfer_check(&good);
    assert_breaks(sf_transfer_arrive(&good, 80, &acknowledge), "index < transfer->sent_count");
    struct sf_transfer bad = good;
    bad.arrived_count++;
    assert_breaks(sf_transfer_check(&bad), "== transfer->arrived_count");
    bad = good;
    bad.acked_count--;
    assert_breaks(sf_transfer_check(&bad), "== transfer->acked_count");
    bad = good;
    bad.sent_count = 60;
    assert_breaks(sf_transfer_check(&bad), "!has(transfer->arrived, index)");
    bad = good;
    bad.total_bytes += SF_PACKET_PAYLOAD_BYTES;
    assert_breaks(sf_transfer_check(&bad), "transfer->fragments_count == fragments_of");
    acked[0] ^= 6; /* one that has not arrived, instead of one that has */
    acked[0] ^= 8;
    bad = good;
    bad.acked_count++;
    assert_breaks(sf_transfer_check(&bad), "transfer->acked");
}

/* ---- links ---- */

enum { PLACES = 512 };

struct line {
    struct sf_netem_config config;
    struct sf_netem_queue queue;
    struct sf_netem_waiting storage[PLACES];
};

static struct line *line_in_use(const char *spec)
{
    struct line *line = calloc(1, sizeof *line);
    struct sf_diag diag = {0};
    assert_non_null(line);
    assert_int_equal(sf_netem_parse(spec, &line->config, NULL, &diag), SF_OK);
    sf_netem_queue_init(&line->queue, &line->config, 7, line->storage, PLACES);
    for (uint64_t i = 0; i < 100; i++) {
        sf_netem_queue_enqueue(&line->queue, (sf_ns)i * SF_MS, 500, false, i);
        sf_netem_queue_check(&line->queue);
        struct sf_netem_delivery out;
        while (sf_netem_queue_dequeue(&line->queue, (sf_ns)i * SF_MS, &out)) {
            sf_netem_queue_check(&line->queue);
        }
    }
    return line;
}

static void test_a_link_in_no_state_is_caught(void **state)
{
    (void)state;
    struct line *line = line_in_use("delay 20ms 10ms loss 5% duplicate 5%");
    struct sf_netem link = line->queue.link;
    sf_netem_check(&link);
    link.loss_state = 5;
    assert_breaks(sf_netem_check(&link), "link->loss_state <= 4");
    link = line->queue.link;
    link.slot_active = true;
    assert_breaks(sf_netem_check(&link), "link->slot_active == has_slots");
    link = line->queue.link;
    link.fixed_next = 1;
    assert_breaks(sf_netem_check(&link), "link->fixed_next <= link->fixed_count");
    struct sf_netem_config config = line->config;
    config.jitter_ns = -1;
    link = line->queue.link;
    link.config = &config;
    assert_breaks(sf_netem_check(&link), "config->jitter_ns >= 0");
    free(line);
}

static void test_packets_out_of_order_in_a_link_are_caught(void **state)
{
    (void)state;
    struct line *line = line_in_use("delay 20ms 10ms reorder 20% gap 3");
    uint32_t count = line->queue.link.timed_count;
    assert_true(count > 3);
    struct sf_netem_waiting last = line->storage[count - 1];
    line->storage[count - 1].send_ns = line->storage[0].send_ns - 1;
    assert_breaks(sf_netem_queue_check(&line->queue), "is_before");
    line->storage[count - 1] = last;
    line->storage[count - 1].send_ns = line->queue.link.timed_ns_max + 1;
    assert_breaks(sf_netem_queue_check(&line->queue), "packet->send_ns <= link->timed_ns_max");
    line->storage[count - 1] = last;
    sf_netem_queue_check(&line->queue);
    line->storage[0].order = line->queue.order_next;
    assert_breaks(sf_netem_queue_check(&line->queue), "packet->order < queue->order_next");
    line->queue.waiting_max = count - 1;
    assert_breaks(sf_netem_queue_check(&line->queue), "<= queue->waiting_max");
    free(line);
    free(line_in_use("delay 20ms slot 5ms 10ms packets 3"));
    free(line_in_use("rate 1mbit limit 20"));
}

/* ---- the ledger ---- */

enum { STILL_BYTES = 4000 };

/* A still of random bytes that follow from its mark. */
static size_t remake(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    (void)context;
    struct sf_rng rng;
    assert_true(capacity >= STILL_BYTES);
    sf_rng_init(&rng, mark.camera.index, "still", mark.capture);
    for (uint32_t i = 0; i < STILL_BYTES; i++) {
        out[i] = (uint8_t)sf_rng_below(&rng, 256);
    }
    return STILL_BYTES;
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    (void)context;
    (void)mark;
    (void)still;
    (void)count;
    return (uint32_t)(to - from);
}

static struct sf_ledger *ledger_in_use(void)
{
    struct sf_ledger *ledger =
        sf_ledger_create((struct sf_ledger_source){remake, blocks_between, NULL, STILL_BYTES});
    struct sf_byte_attribution found;
    uint8_t still[STILL_BYTES];
    for (uint32_t i = 0; i < 60; i++) {
        struct sf_mark mark = {{i % 20 / 2}, {i % 20}, i / 20};
        sf_ledger_capture(ledger, mark, i / 40);
        sf_ledger_check(ledger);
        remake(NULL, mark, still, STILL_BYTES);
        sf_ledger_attribute(ledger, still, STILL_BYTES, &found);
        sf_ledger_check(ledger);
    }
    return ledger;
}

static void test_a_ledger_that_has_lost_a_camera_is_caught(void **state)
{
    (void)state;
    struct sf_ledger *ledger = ledger_in_use();
    struct sf_captures *captures = &ledger->captures;
    captures->cameras[5].camera.index = 99;
    assert_breaks(sf_ledger_check(ledger), "*slot_of(captures");
    captures->cameras[5].camera.index = 5;
    captures->cameras[5].captures_count = 0;
    assert_breaks(sf_ledger_check(ledger), "look->capture_last <");
    captures->cameras[5].captures_count = 3;
    captures->cameras[5].look_last = captures->cameras[6].look_last;
    assert_breaks(sf_ledger_check(ledger), ".camera == i");
    sf_ledger_destroy(ledger);
}

static void test_a_ledger_that_cannot_find_its_postings_is_caught(void **state)
{
    (void)state;
    struct sf_ledger *ledger = ledger_in_use();
    struct sf_postings *postings = &ledger->postings;
    assert_true(postings->count > 100);
    postings->count++;
    assert_breaks(sf_ledger_check(ledger), "count == postings->count");
    postings->count--;
    uint32_t at = 0;
    while (postings->slots[at].look == UINT32_MAX || postings->slots[at + 1].look != UINT32_MAX) {
        at++;
    }
    struct sf_posting last = postings->slots[at];
    /* Moved behind a free slot, where no search for it comes. */
    struct sf_posting free_slot = postings->slots[at + 1];
    postings->slots[at] = free_slot;
    postings->slots[at + 1] = last;
    assert_breaks(sf_ledger_check(ledger), "postings->slots[(i - 1) & mask].look != FREE");
    postings->slots[at + 1] = free_slot;
    postings->slots[at] = last;
    sf_ledger_check(ledger);
    ledger->looks_indexed = ledger->captures.looks_count + 1;
    assert_breaks(sf_ledger_check(ledger), "ledger->looks_indexed <= ledger->captures.looks_count");
    sf_ledger_destroy(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_queue_out_of_order_is_caught),
        cmocka_unit_test(test_an_event_in_the_past_is_caught),
        cmocka_unit_test(test_slots_that_are_lost_or_free_twice_are_caught),
        cmocka_unit_test(test_an_arena_that_holds_what_does_not_fit_is_caught),
        cmocka_unit_test(test_a_transfer_whose_counts_are_wrong_is_caught),
        cmocka_unit_test(test_a_link_in_no_state_is_caught),
        cmocka_unit_test(test_packets_out_of_order_in_a_link_are_caught),
        cmocka_unit_test(test_a_ledger_that_has_lost_a_camera_is_caught),
        cmocka_unit_test(test_a_ledger_that_cannot_find_its_postings_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
