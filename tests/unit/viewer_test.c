#include "sim_hub/viewer.h"

#include "tests/unit/broken_promise.h"

static const struct sf_viewer_config config = {
    .present = 1,
    .watch_every_ns = 60 * SF_SECOND,
    .watch_for_ns = 12 * SF_SECOND,
    .ask_every_ns = 5 * SF_SECOND,
    .time_out_ns = 3 * SF_SECOND,
    .shows_partial = 1,
};

struct fixture {
    struct sf_viewer viewer;
    struct sf_rng rng;
    struct sf_viewer_effects effects;
};

static void step(struct fixture *f, struct sf_viewer_input input)
{
    sf_viewer_step(&f->viewer, &input, &f->rng, &f->effects);
}

static void init(struct fixture *f, const struct sf_viewer_config *of)
{
    struct sf_rng leave_rng;
    sf_rng_init(&leave_rng, 1, "leave", 0);
    sf_viewer_init(&f->viewer, of, &leave_rng);
    sf_rng_init(&f->rng, 1, "hub", 0);
}

static sf_ns start_watching(struct fixture *f)
{
    init(f, &config);
    step(f, (struct sf_viewer_input){.kind = SF_VIEWER_START});
    sf_ns at_ns = f->effects.tick_at_ns;
    assert_in_range(at_ns, 0, 60 * SF_SECOND - 1);
    step(f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = at_ns});
    assert_true(f->effects.open_connection);
    assert_true(f->effects.ask);
    assert_int_equal(f->effects.tick_at_ns, at_ns + 3 * SF_SECOND);
    return at_ns;
}

static void test_an_answer_in_time_is_shown_and_the_next_still_asked_for(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns at_ns = start_watching(&f);
    step(&f,
         (struct sf_viewer_input){
             .kind = SF_VIEWER_ANSWER, .now_ns = at_ns + SF_SECOND, .request = 1, .picture = true});
    assert_true(f.effects.show_whole);
    assert_int_equal(f.effects.tick_at_ns, at_ns + 5 * SF_SECOND);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = at_ns + 5 * SF_SECOND});
    assert_true(f.effects.ask);
    assert_false(f.effects.open_connection);
    assert_int_equal(f.viewer.requests_count, 2);
}

/* The next request was due while the answer was awaited, and at the instant of the answer the
 * connection breaks. */
static void
test_a_connection_that_breaks_with_a_late_answer_is_followed_by_a_request_at_once(void **state)
{
    (void)state;
    struct fixture f;
    struct sf_viewer_config eager = config;
    eager.ask_every_ns = SF_SECOND;
    init(&f, &eager);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_START});
    sf_ns at_ns = f.effects.tick_at_ns;
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = at_ns});
    sf_ns late_ns = at_ns + 2 * SF_SECOND;
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_ANSWER, .now_ns = late_ns, .request = 1, .picture = true});
    assert_int_equal(f.effects.tick_at_ns, late_ns);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_RESET, .now_ns = late_ns, .connection = 1});
    assert_true(f.effects.open_connection);
    assert_int_equal(f.effects.tick_at_ns, late_ns);
}

static void test_a_time_out_gives_up_and_shows_what_has_come(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns at_ns = start_watching(&f);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = at_ns + 3 * SF_SECOND});
    assert_true(f.effects.give_up);
    assert_true(f.effects.show_partial);
    assert_int_equal(f.effects.given_up, 1);
    assert_false(f.effects.ask);
    /* What comes now belongs to a request that was given up. */
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_ANSWER,
                                      .now_ns = at_ns + 4 * SF_SECOND,
                                      .request = 1,
                                      .picture = true});
    assert_false(f.effects.show_whole);
}

static void test_watching_ends_and_the_connection_with_it(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns at_ns = start_watching(&f);
    sf_ns now_ns = at_ns;
    for (int i = 0; i < 3; i++) {
        step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_ANSWER,
                                          .now_ns = now_ns,
                                          .request = f.viewer.requests_count});
        now_ns += 5 * SF_SECOND;
        step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = now_ns});
    }
    assert_true(f.effects.close_connection);
    assert_false(f.effects.ask);
    assert_in_range(f.effects.tick_at_ns, now_ns + 30 * SF_SECOND, now_ns + 90 * SF_SECOND);
}

static void test_somebody_wakes_the_viewer_before_its_time(void **state)
{
    (void)state;
    struct fixture f;
    init(&f, &config);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_START});
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE, .now_ns = 7});
    assert_true(f.effects.open_connection);
    assert_true(f.effects.ask);
    assert_int_equal(f.effects.tick_at_ns, 7 + 3 * SF_SECOND);
    /* A viewer who watches already goes on for longer, and asks nothing more. */
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE, .now_ns = SF_SECOND});
    assert_false(f.effects.ask);
    assert_int_equal(f.viewer.watch_until_ns, 13 * SF_SECOND);
    assert_int_equal(f.viewer.requests_count, 1);
}

static void test_lost_power_forgets_what_was_under_way_and_keeps_the_counts(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns at_ns = start_watching(&f);
    sf_viewer_stop(&f.viewer);
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_ANSWER, .now_ns = at_ns + 1, .request = 1, .picture = true});
    assert_false(f.effects.show_whole);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE, .now_ns = at_ns + 2});
    assert_int_equal(f.viewer.requests_count, 2);
    assert_int_equal(f.viewer.connections_count, 2);
}

static void
test_a_new_session_is_used_at_once_by_whoever_watches_and_waits_for_nothing(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns at_ns = start_watching(&f);
    const struct sf_viewer_input session = {.kind = SF_VIEWER_SESSION, .now_ns = at_ns + 9};
    step(&f, session);
    assert_int_equal(f.effects.tick_at_ns, SF_NS_NEVER); /* a request is under way */
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_ANSWER, .now_ns = at_ns + 9, .request = 1, .picture = false});
    step(&f, session);
    assert_int_equal(f.effects.tick_at_ns, at_ns + 9);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = at_ns + 9});
    assert_true(f.effects.ask);
    sf_viewer_stop(&f.viewer);
    step(&f, session);
    assert_int_equal(f.effects.tick_at_ns, SF_NS_NEVER);
}

static void test_a_broken_connection_is_replaced_and_the_still_asked_for_again(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns now_ns = start_watching(&f) + SF_SECOND;
    struct sf_viewer_input reset = {.kind = SF_VIEWER_RESET, .now_ns = now_ns, .connection = 2};
    step(&f, reset); /* another one: none of its business */
    assert_false(f.effects.open_connection);
    assert_int_equal(f.effects.tick_at_ns, SF_NS_NEVER);
    reset.connection = 1;
    step(&f, reset);
    assert_true(f.effects.open_connection);
    assert_int_equal(f.viewer.connections_count, 2);
    assert_true(f.effects.give_up);
    assert_int_equal(f.effects.given_up, 1);
    assert_int_equal(f.effects.tick_at_ns, now_ns);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = now_ns});
    assert_true(f.effects.ask);
    assert_false(f.effects.open_connection);
    assert_int_equal(f.viewer.requests_count, 2);
}

static void test_a_connection_that_breaks_between_requests_costs_none(void **state)
{
    (void)state;
    struct fixture f;
    sf_ns at_ns = start_watching(&f);
    step(&f,
         (struct sf_viewer_input){
             .kind = SF_VIEWER_ANSWER, .now_ns = at_ns + SF_SECOND, .request = 1, .picture = true});
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_RESET, .now_ns = at_ns + 2 * SF_SECOND, .connection = 1});
    assert_true(f.effects.open_connection);
    assert_false(f.effects.give_up);
    assert_int_equal(f.effects.tick_at_ns, at_ns + 5 * SF_SECOND);
}

/* How often a viewer who watches `watchings` times without ever being answered leaves before the
 * time-out. Each time within it, the request cancelled, the connection closed. */
static uint32_t count_early_leavings(int64_t share_ppm, uint32_t watchings)
{
    struct sf_viewer_config leaving = config;
    struct fixture f;
    uint32_t left_count = 0;
    leaving.leaves_early_ppm = share_ppm;
    init(&f, &leaving);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_START});
    while (f.viewer.connections_count <= watchings) {
        sf_ns now_ns = f.effects.tick_at_ns;
        bool was_asked = f.viewer.time_out_at_ns != SF_NS_NEVER;
        step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = now_ns});
        if (f.effects.left) {
            assert_true(was_asked);
            assert_true(f.effects.give_up);
            assert_true(f.effects.close_connection);
            assert_false(f.effects.show_partial);
            assert_false(f.effects.ask);
            assert_int_equal(f.effects.given_up, f.viewer.requests_count);
            assert_in_range(f.effects.tick_at_ns, now_ns + 30 * SF_SECOND, now_ns + 90 * SF_SECOND);
            left_count++;
        }
    }
    return left_count;
}

static void test_a_share_of_watchings_ends_with_the_request_open(void **state)
{
    (void)state;
    assert_int_equal(count_early_leavings(0, 200), 0);
    assert_int_equal(count_early_leavings(1000000, 200), 200);
    assert_in_range(count_early_leavings(500000, 200), 70, 130);
}

static void test_whoever_is_answered_first_does_not_leave_in_the_middle(void **state)
{
    (void)state;
    struct sf_viewer_config leaving = config;
    struct fixture f;
    leaving.leaves_early_ppm = 1000000;
    init(&f, &leaving);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE, .now_ns = 7});
    sf_ns leave_at_ns = f.effects.tick_at_ns;
    assert_in_range(leave_at_ns, 8, 7 + 3 * SF_SECOND);
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_ANSWER, .now_ns = 7, .request = 1, .picture = true});
    assert_true(f.effects.show_whole);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = leave_at_ns});
    assert_false(f.effects.left);
    assert_true(f.viewer.watching);
}

static void test_a_viewer_that_contradicts_itself_is_seen(void **state)
{
    (void)state;
    struct sf_rng leave_rng;
    struct sf_viewer viewer;
    sf_rng_init(&leave_rng, 1, "leave", 0);
    sf_viewer_init(&viewer, &config, &leave_rng);
    sf_viewer_check(&viewer);
    assert_breaks((viewer.config = NULL, sf_viewer_check(&viewer)), "config");
    assert_breaks((viewer.time_out_at_ns = 5, sf_viewer_check(&viewer)), "watching");
    assert_breaks((viewer.watching = true, sf_viewer_check(&viewer)), "connections_count");
    assert_breaks((viewer.tries_count = 1, sf_viewer_check(&viewer)), "tries_count");
    assert_breaks(
        ((viewer.watching = true, viewer.connections_count = 1, viewer.time_out_at_ns = 5),
         sf_viewer_check(&viewer)),
        "requests_count");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_viewer_that_contradicts_itself_is_seen),
        cmocka_unit_test(test_an_answer_in_time_is_shown_and_the_next_still_asked_for),
        cmocka_unit_test(
            test_a_connection_that_breaks_with_a_late_answer_is_followed_by_a_request_at_once),
        cmocka_unit_test(test_a_time_out_gives_up_and_shows_what_has_come),
        cmocka_unit_test(test_watching_ends_and_the_connection_with_it),
        cmocka_unit_test(test_somebody_wakes_the_viewer_before_its_time),
        cmocka_unit_test(test_lost_power_forgets_what_was_under_way_and_keeps_the_counts),
        cmocka_unit_test(
            test_a_new_session_is_used_at_once_by_whoever_watches_and_waits_for_nothing),
        cmocka_unit_test(test_a_broken_connection_is_replaced_and_the_still_asked_for_again),
        cmocka_unit_test(test_a_connection_that_breaks_between_requests_costs_none),
        cmocka_unit_test(test_a_share_of_watchings_ends_with_the_request_open),
        cmocka_unit_test(test_whoever_is_answered_first_does_not_leave_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
