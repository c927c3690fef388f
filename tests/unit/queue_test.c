#include "harness/sim/queue.h"

#include "harness/sim/rng.h"
#include "tests/unit/test.h"

static void push(struct sf_queue *queue, sf_ns due_ns, uint32_t number, uint32_t lane)
{
    sf_queue_push(queue, (struct sf_event){.due_ns = due_ns, .a = number}, lane);
}

static void test_pop_returns_events_in_order_of_time(void **state)
{
    (void)state;
    struct sf_queue queue;
    struct sf_rng rng;
    sf_queue_init(&queue, 1);
    sf_rng_init(&rng, 1, "test", 0);
    for (uint32_t i = 0; i < 10000; i++) {
        push(&queue, (sf_ns)sf_rng_below(&rng, 1000), i, i);
    }
    sf_ns last_ns = 0;
    struct sf_event event;
    uint32_t count = 0;
    while (sf_queue_pop(&queue, &event)) {
        assert_true(event.due_ns >= last_ns);
        assert_int_equal(queue.now_ns, event.due_ns);
        last_ns = event.due_ns;
        count++;
    }
    assert_int_equal(count, 10000);
    sf_queue_fini(&queue);
}

static void test_one_lane_keeps_the_order_of_pushing_at_equal_time(void **state)
{
    (void)state;
    struct sf_queue queue;
    sf_queue_init(&queue, 7);
    for (uint32_t i = 0; i < 1000; i++) {
        push(&queue, 5, i, 3);
        push(&queue, 5, 100000, i + 10);
    }
    struct sf_event event;
    uint32_t expected = 0;
    while (sf_queue_pop(&queue, &event)) {
        if (event.a != 100000) {
            assert_int_equal(event.a, expected);
            expected++;
        }
    }
    assert_int_equal(expected, 1000);
    sf_queue_fini(&queue);
}

/* Which of two lanes goes first at an instant: over many seeds it must be now the one, now the
 * other. */
static void test_ties_between_lanes_are_shuffled_by_the_seed(void **state)
{
    (void)state;
    uint32_t first_lane_first = 0;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct sf_queue queue;
        struct sf_event event;
        sf_queue_init(&queue, sf_rng_derive(seed, "ties", 0));
        push(&queue, 42, 1, 1);
        push(&queue, 42, 2, 2);
        assert_true(sf_queue_pop(&queue, &event));
        first_lane_first += event.a == 1;
        sf_queue_fini(&queue);
    }
    assert_in_range(first_lane_first, 400, 600);
}

static void test_reset_starts_again_at_zero(void **state)
{
    (void)state;
    struct sf_queue queue;
    struct sf_event event;
    sf_queue_init(&queue, 1);
    push(&queue, 100, 1, 1);
    assert_true(sf_queue_pop(&queue, &event));
    push(&queue, 200, 2, 1);
    sf_queue_reset(&queue, 1);
    assert_false(sf_queue_pop(&queue, &event));
    push(&queue, 1, 3, 1);
    assert_true(sf_queue_pop(&queue, &event));
    assert_int_equal(event.a, 3);
    sf_queue_fini(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pop_returns_events_in_order_of_time),
        cmocka_unit_test(test_one_lane_keeps_the_order_of_pushing_at_equal_time),
        cmocka_unit_test(test_ties_between_lanes_are_shuffled_by_the_seed),
        cmocka_unit_test(test_reset_starts_again_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
