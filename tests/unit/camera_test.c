#include "sim_camera/camera.h"

#include "tests/unit/broken_promise.h"

static struct sf_camera_config config(void)
{
    return (struct sf_camera_config){
        .upload_every_ns = 10 * SF_SECOND,
        .dark_from_ns = 17 * SF_HOUR,
        .dark_until_ns = 7 * SF_HOUR,
    };
}

static void test_night_spans_midnight(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    assert_true(sf_camera_is_night(&c, 23 * 3600));
    assert_true(sf_camera_is_night(&c, 6 * 3600 + 3599));
    assert_false(sf_camera_is_night(&c, 7 * 3600));
    assert_false(sf_camera_is_night(&c, 16 * 3600 + 3599));
    assert_true(sf_camera_is_night(&c, 17 * 3600));
    c.night = SF_NIGHT_NEVER;
    assert_false(sf_camera_is_night(&c, 0));
    c.night = SF_NIGHT_ALWAYS;
    assert_true(sf_camera_is_night(&c, 12 * 3600));
}

static void test_captures_are_numbered_and_uploads_periodic(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    struct sf_camera camera;
    struct sf_rng rng;
    struct sf_camera_effects effects;
    sf_camera_init(&camera, &c, 3600);
    sf_rng_init(&rng, 1, "camera", 0);
    sf_camera_step(&camera, &(struct sf_camera_input){.kind = SF_CAMERA_START}, &rng, &effects);
    assert_false(effects.send_still);
    assert_in_range(effects.tick_at_ns, 0, 10 * SF_SECOND - 1);
    sf_ns at_ns = effects.tick_at_ns;
    sf_camera_step(
        &camera, &(struct sf_camera_input){.kind = SF_CAMERA_TICK, .now_ns = at_ns, .unix_s = 1000},
        &rng, &effects);
    assert_true(effects.send_still);
    assert_int_equal(effects.capture, 0);
    assert_int_equal(effects.local_unix_s, 4600);
    assert_int_equal(effects.tick_at_ns, at_ns + 10 * SF_SECOND);
    sf_camera_step(
        &camera,
        &(struct sf_camera_input){.kind = SF_CAMERA_COMMAND, .now_ns = at_ns + 1, .unix_s = 1000},
        &rng, &effects);
    assert_int_equal(effects.capture, 1);
    assert_int_equal(effects.tick_at_ns, SF_NS_NEVER);
}

static void test_a_restarted_camera_counts_anew_and_sends_at_once(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    struct sf_camera camera;
    struct sf_rng rng;
    struct sf_camera_effects effects;
    sf_camera_init(&camera, &c, 0);
    sf_rng_init(&rng, 1, "camera", 0);
    const struct sf_camera_input tick = {.kind = SF_CAMERA_TICK, .now_ns = 50};
    sf_camera_step(&camera, &tick, &rng, &effects);
    sf_camera_step(&camera, &tick, &rng, &effects);
    assert_int_equal(effects.device_capture, 1);
    sf_camera_step(&camera, &(struct sf_camera_input){.kind = SF_CAMERA_RESTART, .now_ns = 70},
                   &rng, &effects);
    assert_false(effects.send_still);
    assert_int_equal(effects.tick_at_ns, 70);
    sf_camera_step(&camera, &tick, &rng, &effects);
    assert_int_equal(effects.device_capture, 0);
    assert_int_equal(effects.capture, 2);
    c.upload_every_ns = 0;
    sf_camera_step(&camera, &(struct sf_camera_input){.kind = SF_CAMERA_RESTART}, &rng, &effects);
    assert_int_equal(effects.tick_at_ns, SF_NS_NEVER);
}

static void test_nothing_goes_out_by_itself_when_the_owner_has_no_viewer(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    struct sf_camera camera;
    struct sf_rng rng;
    struct sf_camera_effects effects;
    sf_camera_init(&camera, &c, 0);
    sf_rng_init(&rng, 1, "camera", 0);
    const struct sf_camera_input tick = {.kind = SF_CAMERA_TICK, .unwanted = true};
    sf_camera_step(&camera, &tick, &rng, &effects);
    assert_false(effects.send_still);
    assert_int_equal(effects.tick_at_ns, 10 * SF_SECOND); /* and looks again */
    assert_int_equal(camera.captures_count, 0);
}

static void test_only_a_faulty_camera_admits_whoever_is_not_vouched_for(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    assert_true(sf_camera_admits(&c, true, false));
    assert_false(sf_camera_admits(&c, false, true));
    c.guessable_id = 1;
    assert_true(sf_camera_admits(&c, false, true));
    assert_false(sf_camera_admits(&c, false, false));
    c.guessable_id = 0;
    c.open_to_all = 1;
    assert_true(sf_camera_admits(&c, false, false));
}

static void test_ids_can_be_guessed_only_where_they_are_counted_up(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    assert_int_not_equal(sf_camera_id_of(&c, 1, 4), sf_camera_id_of(&c, 1, 3) + 1);
    assert_int_not_equal(sf_camera_id_of(&c, 1, 3), sf_camera_id_of(&c, 2, 3));
    c.guessable_id = 1;
    assert_int_equal(sf_camera_id_of(&c, 1, 4), sf_camera_id_of(&c, 1, 3) + 1);
}

static struct sf_camera_effects tick_at(struct sf_camera *camera, int64_t unix_s)
{
    struct sf_rng rng;
    struct sf_camera_effects effects;
    sf_rng_init(&rng, 1, "camera", 0);
    const struct sf_camera_input input = {.kind = SF_CAMERA_TICK, .unix_s = unix_s};
    sf_camera_step(camera, &input, &rng, &effects);
    assert_true(effects.upload);
    return effects;
}

static void test_uploads_between_whole_ones_hold_what_changed_since_the_one_before(void **state)
{
    (void)state;
    struct sf_camera_config c = config();
    c.delta_every = 3;
    struct sf_camera camera;
    struct sf_rng rng;
    struct sf_camera_effects effects;
    sf_rng_init(&rng, 1, "camera", 0);
    sf_camera_init(&camera, &c, 0);
    const int64_t noon = 12 * 3600;
    const int64_t night = 20 * 3600;
    assert_false(tick_at(&camera, noon).delta);
    effects = tick_at(&camera, noon);
    assert_true(effects.delta);
    assert_int_equal(effects.base_capture, 0);
    /* What was asked for in between is no base. */
    const struct sf_camera_input command = {.kind = SF_CAMERA_COMMAND, .unix_s = noon};
    sf_camera_step(&camera, &command, &rng, &effects);
    assert_false(effects.delta);
    assert_false(effects.upload);
    effects = tick_at(&camera, noon);
    assert_true(effects.delta);
    assert_int_equal(effects.capture, 3);
    assert_int_equal(effects.base_capture, 1);
    assert_false(tick_at(&camera, noon).delta); /* the third after the whole one */
    assert_true(tick_at(&camera, noon).delta);
    assert_false(tick_at(&camera, night).delta); /* in infrared everything has changed */
    assert_true(tick_at(&camera, night).delta);
    const struct sf_camera_input restart = {.kind = SF_CAMERA_RESTART};
    sf_camera_step(&camera, &restart, &rng, &effects);
    assert_false(tick_at(&camera, night).delta); /* it has forgotten what it sent */
}

static void test_a_camera_that_contradicts_itself_is_seen(void **state)
{
    (void)state;
    const struct sf_camera_config c = config();
    struct sf_camera camera;
    sf_camera_init(&camera, &c, 0);
    sf_camera_check(&camera);
    assert_breaks((camera.config = NULL, sf_camera_check(&camera)), "config");
    assert_breaks((camera.captures_before = 1, sf_camera_check(&camera)), "captures_before");
    assert_breaks((camera.uploads_count = 1, sf_camera_check(&camera)), "uploads_count");
    assert_breaks(((camera.captures_count = 1, camera.uploads_count = 1, camera.uploaded = 1),
                   sf_camera_check(&camera)),
                  "uploaded");
    assert_breaks(((camera.captures_count = 9, camera.uploads_count = 9), sf_camera_check(&camera)),
                  "delta_every");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_camera_that_contradicts_itself_is_seen),
        cmocka_unit_test(test_night_spans_midnight),
        cmocka_unit_test(test_captures_are_numbered_and_uploads_periodic),
        cmocka_unit_test(test_a_restarted_camera_counts_anew_and_sends_at_once),
        cmocka_unit_test(test_nothing_goes_out_by_itself_when_the_owner_has_no_viewer),
        cmocka_unit_test(test_only_a_faulty_camera_admits_whoever_is_not_vouched_for),
        cmocka_unit_test(test_ids_can_be_guessed_only_where_they_are_counted_up),
        cmocka_unit_test(test_uploads_between_whole_ones_hold_what_changed_since_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
