#include "sim_camera/camera.h"

#include "tests/unit/test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_night_spans_midnight),
        cmocka_unit_test(test_captures_are_numbered_and_uploads_periodic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
