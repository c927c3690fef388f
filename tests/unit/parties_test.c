/* What people and devices do in whole runs: power, clocks, sessions, consent, direct asks. */
#include "harness/base/text.h"
#include "tests/unit/runs.h"

#define CONSENT_2014 "scenarios/incidents/consent-2014.yaml"
#define OPEN_CAMERA "scenarios/incidents/open-camera.yaml"

/* ---- incidents with and without their faults ---- */

static void assert_found(struct runs *runs, const char *path, struct sf_scenario_override set,
                         const char *oracle)
{
    runs_load_with(runs, path, &set, 1);
    runs_run(runs, runs->plan.seed);
    if (runs_oracle(runs, oracle)->findings_count == 0) {
        fail_msg("%s with %s=%s: %s found nothing", path, set.key, set.value, oracle);
    }
}

static void test_each_fault_of_2014_is_found_and_without_it_all_is_well(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, CONSENT_2014);
    assert_int_equal(runs_run(runs, runs->plan.seed)->verdict, SF_VERDICT_PASS);
    assert_true(runs_oracle(runs, "consent")->evidence_count > 100);
    assert_true(runs_oracle(runs, "no-image-in-settings")->evidence_count > 50);
    /* A sound camera stops where it is, and needs no grace. */
    static const struct sf_scenario_override at_once[] = {
        {"cloud.consent_grace", "0s"}, {"networks.poor.both", "delay 1s 300ms loss 30%"}};
    runs_load_with(runs, CONSENT_2014, at_once, 2);
    assert_int_equal(runs_run(runs, runs->plan.seed)->verdict, SF_VERDICT_PASS);
    assert_found(runs, CONSENT_2014,
                 (struct sf_scenario_override){"homes.never.camera.backup_by_default", "true"},
                 "consent");
    assert_found(runs, CONSENT_2014,
                 (struct sf_scenario_override){"homes.sometimes.camera.backup_sticks", "true"},
                 "consent");
    assert_found(runs, CONSENT_2014,
                 (struct sf_scenario_override){"homes.never.camera.settings_carry_image", "true"},
                 "no-image-in-settings");
    assert_found(runs, CONSENT_2014,
                 (struct sf_scenario_override){"homes.never.camera.analytics_every", "30s"},
                 "destinations");
    assert_found(runs, CONSENT_2014, (struct sf_scenario_override){"destinations.backup", "false"},
                 "destinations");
    runs_destroy(runs);
}

static void test_each_way_into_an_open_camera_is_found_and_without_it_all_is_well(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    static const struct sf_scenario_override sound[] = {
        {"homes.open.camera.open_to_all", "false"},
        {"homes.counted.camera.guessable_id", "false"},
        {"homes.sound.app.account", "true"}};
    runs_load_with(runs, OPEN_CAMERA, sound, 3);
    assert_int_equal(runs_run(runs, runs->plan.seed)->verdict, SF_VERDICT_PASS);
    assert_true(runs->result.tally.paths[SF_PATH_APP].asks_count > 50);
    static const struct sf_scenario_override open[] = {
        {"homes.counted.camera.guessable_id", "false"}};
    static const struct sf_scenario_override counted[] = {
        {"homes.open.camera.open_to_all", "false"}};
    static const struct sf_scenario_override expired[] = {
        {"homes.open.camera.open_to_all", "false"},
        {"homes.counted.camera.guessable_id", "false"},
        {"cloud.expired_honoured", "true"}};
    runs_load_with(runs, OPEN_CAMERA, open, 1);
    runs_run(runs, runs->plan.seed);
    assert_true(runs_oracle(runs, "valid-link")->findings_count > 0);
    runs_load_with(runs, OPEN_CAMERA, counted, 1);
    runs_run(runs, runs->plan.seed);
    assert_true(runs_oracle(runs, "valid-link")->findings_count > 0);
    runs_load_with(runs, OPEN_CAMERA, expired, 3);
    runs_run(runs, runs->plan.seed);
    assert_true(runs_oracle(runs, "valid-link")->findings_count > 0);
    runs_destroy(runs);
}

/* ---- power and clocks, as a cache and the trace see them ---- */

/* Power is lost while commands are on their way to the cameras, two seconds long, and is back
 * before they come. */
static const char power_yaml[] = "strayframe: 1\n"
                                 "name: power\n"
                                 "duration: 2min\n"
                                 "still: {width: 128, height: 64}\n"
                                 "networks: {slow: {both: delay 2s}}\n"
                                 "homes:\n"
                                 "  - name: street\n"
                                 "    count: 5\n"
                                 "    network: slow\n"
                                 "    camera: {upload_every: 4s}\n"
                                 "    app: {present: true, watch_every: 1s, watch_for: 1h,\n"
                                 "          ask_every: 500ms, time_out: 9s}\n"
                                 "timeline:\n"
                                 "  - {at: 27500ms, power_off: street}\n"
                                 "  - {at: 28200ms, power_on: street}\n"
                                 "  - {at: 60s, camera_clock: -1h}\n"
                                 "  - {at: 90s, power_off: street}\n"
                                 "  - {at: 95s, heal: perfect}\n"
                                 "cloud: {recover_within: 20s}\n";

enum { HOMES_COUNT = 5 };
static const sf_ns OFF_NS = 27500 * SF_MS;
static const sf_ns ON_NS = 28200 * SF_MS;

struct seen {
    uint32_t captures_lit;      /* before the power went */
    uint32_t captures_dark;     /* while the power was off, though commands were on their way */
    uint32_t captures_back;     /* at the instant when it came back */
    uint32_t captures_orphaned; /* after that, for commands from before */
    uint32_t captures_at_95s;
    uint32_t captures_next[HOMES_COUNT];
    uint32_t uploads_from_0; /* by the camera's own count, as the cache receives it */
    uint32_t stamps_back;    /* uploads that were taken before the one before them */
    int64_t stamp_last_ms[HOMES_COUNT];
    uint64_t cameras[HOMES_COUNT];
    uint32_t cameras_count;
};

static struct seen seen;

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    (void)context;
    for (uint32_t i = 0; i < count; i++) {
        const struct sf_record *record = &records[i];
        if (record->kind != SF_RECORD_CAPTURE) {
            continue;
        }
        /* Numbers of the run's captures never repeat. */
        assert_int_equal(record->a, seen.captures_next[record->who]++);
        sf_ns at_ns = record->at_ns;
        seen.captures_lit += at_ns < OFF_NS;
        seen.captures_dark += at_ns > OFF_NS && at_ns < ON_NS;
        seen.captures_back += at_ns == ON_NS;
        /* The next upload, and the first that an app can ask for, come four seconds later. */
        seen.captures_orphaned += at_ns > ON_NS && at_ns < ON_NS + 4 * SF_SECOND;
        seen.captures_at_95s += record->at_ns == 95 * SF_SECOND;
    }
}

static void on_upload(void *cache, const struct sf_cache_upload *upload)
{
    (void)cache;
    uint32_t camera = 0;
    while (camera < seen.cameras_count && seen.cameras[camera] != upload->camera) {
        camera++;
    }
    assert_true(camera < HOMES_COUNT);
    seen.cameras[camera] = upload->camera;
    seen.cameras_count += camera == seen.cameras_count;
    seen.uploads_from_0 += upload->capture == 0;
    seen.stamps_back += upload->captured_unix_ms < seen.stamp_last_ms[camera];
    seen.stamp_last_ms[camera] = upload->captured_unix_ms;
}

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)host;
    (void)config;
    (void)error;
    (void)error_bytes;
    return &seen;
}

static void destroy(void *cache)
{
    (void)cache;
}

static const struct sf_cache_plugin watcher = {
    .struct_bytes = sizeof(struct sf_cache_plugin),
    .abi = SF_CACHE_ABI,
    .name = "watcher",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_upload = on_upload,
};

static void test_power_that_comes_back_brings_every_camera_at_once_and_counting_anew(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_parse(power_yaml, strlen(power_yaml), "power", sf_run_schema(),
                                       NULL, 0, &runs->plan, &diag),
                     SF_OK);
    runs->caches.modules[0] = (struct sf_cache_module){.plugin = &watcher};
    seen = (struct seen){0};
    struct sf_trace_listener listener = {hear, NULL};
    const struct sf_run_options options = {
        .seed = 3, .listeners_count = 1, .listeners[0] = listener};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    assert_int_equal(seen.captures_dark, 0);
    assert_true(seen.captures_lit > 8 * HOMES_COUNT); /* uploads, and what apps asked for */
    assert_int_equal(seen.captures_back, HOMES_COUNT);
    assert_int_equal(seen.captures_orphaned, 0);
    assert_int_equal(seen.captures_at_95s, HOMES_COUNT); /* the heal brings power back too */
    assert_int_equal(seen.cameras_count, HOMES_COUNT);
    assert_int_equal(seen.uploads_from_0, 3 * HOMES_COUNT);
    assert_int_equal(seen.stamps_back, HOMES_COUNT); /* the clocks stepped back by an hour, once */
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_fault_of_2014_is_found_and_without_it_all_is_well),
        cmocka_unit_test(test_each_way_into_an_open_camera_is_found_and_without_it_all_is_well),
        cmocka_unit_test(test_power_that_comes_back_brings_every_camera_at_once_and_counting_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
