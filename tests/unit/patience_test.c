/* A camera whose upload is not acknowledged gives up when its patience ends. */
#include "tests/unit/runs.h"

enum { PATIENCE_MS = 1500 };

static struct {
    sf_ns captured_ns;
    uint32_t given_up_count;
} told;

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    (void)context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind == SF_RECORD_CAPTURE) {
            told.captured_ns = records[i].at_ns;
        } else if (records[i].kind == SF_RECORD_SEND_GIVEN_UP) {
            assert_int_equal(records[i].at_ns - told.captured_ns, PATIENCE_MS * SF_MS);
            told.given_up_count++;
        }
    }
}

static void test_a_camera_gives_up_in_time(void **state)
{
    (void)state;
    static const struct sf_scenario_override sets[] = {
        {"homes", "[{name: dark, count: 1, network: dark, camera: {upload_every: 10s, "
                  "send_time_out: 1500ms}, hub: {}}]"},
        {"networks", "{dark: {both: loss 100%}}"},
        {"timeline", "[]"},
    };
    struct runs *runs = runs_create();
    runs_load_with(runs, "scenarios/smoke/small.yaml", sets, 3);
    const struct sf_run_options options = {
        .seed = 1, .listeners_count = 1, .listeners = {{hear, NULL}}};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    assert_true(told.given_up_count >= 3);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_camera_gives_up_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
