#include "sim_hub/exporter.h"

#include "tests/unit/test.h"

static const struct sf_viewer_config config = {.ask_every_ns = 10 * SF_SECOND,
                                               .time_out_ns = 30 * SF_SECOND};

struct fixture {
    struct sf_viewer exporter;
    struct sf_viewer_effects effects;
};

static void step(struct fixture *f, struct sf_viewer_input input)
{
    sf_exporter_step(&f->exporter, &input, NULL, &f->effects);
}

static void start(struct fixture *f)
{
    struct sf_rng leave_rng;
    sf_rng_init(&leave_rng, 1, "leave", 0);
    sf_viewer_init(&f->exporter, &config, &leave_rng);
    step(f, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE, .now_ns = SF_SECOND});
    assert_true(f->effects.open_connection);
    assert_true(f->effects.ask);
    assert_int_equal(f->effects.tick_at_ns, 31 * SF_SECOND);
}

static void test_a_job_asks_once_and_ends_with_its_picture(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE, .now_ns = 2 * SF_SECOND});
    assert_false(f.effects.ask); /* one job at a time */
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_ANSWER, .now_ns = 3 * SF_SECOND, .request = 1, .picture = true});
    assert_true(f.effects.show_whole);
    assert_true(f.effects.close_connection);
    assert_int_equal(f.effects.tick_at_ns, SF_NS_NEVER);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = 31 * SF_SECOND});
    assert_false(f.effects.ask);
    assert_false(f.effects.give_up);
}

static void test_a_job_that_was_refused_tries_again_when_it_is_signed_in(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_SESSION, .now_ns = SF_SECOND});
    assert_false(f.effects.ask); /* it waits for an answer */
    step(&f,
         (struct sf_viewer_input){
             .kind = SF_VIEWER_ANSWER, .now_ns = 2 * SF_SECOND, .request = 1, .picture = false});
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_SESSION, .now_ns = 3 * SF_SECOND});
    assert_true(f.effects.ask);
    assert_int_equal(f.effects.tick_at_ns, 33 * SF_SECOND);
    step(&f,
         (struct sf_viewer_input){
             .kind = SF_VIEWER_ANSWER, .now_ns = 4 * SF_SECOND, .request = 2, .picture = false});
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = 12 * SF_SECOND});
    assert_false(f.effects.ask); /* that was the pause after the first try */
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = 14 * SF_SECOND});
    assert_true(f.effects.ask);
}

static void test_a_try_that_fails_is_followed_by_another_up_to_a_bound(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    sf_ns now_ns = SF_SECOND;
    for (uint32_t try = 1; try < SF_EXPORTER_TRIES_MAX; try++) {
        step(&f, (struct sf_viewer_input){
                     .kind = SF_VIEWER_ANSWER, .now_ns = now_ns, .request = try, .picture = false});
        assert_false(f.effects.close_connection);
        now_ns += 10 * SF_SECOND;
        assert_int_equal(f.effects.tick_at_ns, now_ns);
        step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = now_ns});
        assert_true(f.effects.ask);
        assert_int_equal(f.exporter.requests_count, try + 1);
    }
    now_ns += 30 * SF_SECOND;
    step(&f, (struct sf_viewer_input){.kind = SF_VIEWER_TICK, .now_ns = now_ns});
    assert_true(f.effects.give_up);
    assert_int_equal(f.effects.given_up, SF_EXPORTER_TRIES_MAX);
    assert_true(f.effects.close_connection);
    assert_int_equal(f.effects.tick_at_ns, SF_NS_NEVER);
}

static void test_a_broken_connection_is_a_try_that_failed(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_RESET, .now_ns = 2 * SF_SECOND, .connection = 1});
    assert_true(f.effects.give_up);
    assert_true(f.effects.open_connection);
    assert_int_equal(f.effects.tick_at_ns, 12 * SF_SECOND);
    /* The answer to what was given up is of no use. */
    step(&f, (struct sf_viewer_input){
                 .kind = SF_VIEWER_ANSWER, .now_ns = 3 * SF_SECOND, .request = 1, .picture = true});
    assert_false(f.effects.show_whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_asks_once_and_ends_with_its_picture),
        cmocka_unit_test(test_a_job_that_was_refused_tries_again_when_it_is_signed_in),
        cmocka_unit_test(test_a_try_that_fails_is_followed_by_another_up_to_a_bound),
        cmocka_unit_test(test_a_broken_connection_is_a_try_that_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
