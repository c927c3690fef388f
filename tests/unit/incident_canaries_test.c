/* Each incident, worse than it was: something is changed that makes one of its scenario's
 * assertions untrue, and that assertion must say so. An assertion that holds whatever happens
 * asserts nothing. */
#include <glob.h>
#include <stdio.h>

#include "harness/run/expectations.h"
#include "tests/unit/runs.h"

#define FOLDER "scenarios/incidents/"

enum { SETS_MAX = 2 };

static const struct canary {
    const char *file;
    const char *broken; /* the beginning of what was wanted */
    struct sf_scenario_override sets[SETS_MAX];
} canaries[] = {
    /* The block is never set up. */
    {"boxing-day-2019", "strays_until", {{"timeline.1.kill_switch", "off"}}},
    /* A reader cannot tell one type of record from another. */
    {"chatgpt-2023", "affected_share_max", {{"cache", "builtin:d05-pooled-connection"}}},
    /* No viewer gives up. */
    {"chatgpt-2023", "exposed_share_min", {{"networks.slow.both", "delay 20ms"}}},
    /* A camera does what its owner never agreed to. */
    {"consent-2014", "verdict", {{"homes.never.camera.backup_by_default", "true"}}},
    {"eufy-2021", "unaffected", {{"homes.fleet.network", "poor"}}},
    /* The repair is put off, in a run in which there are strays up to the end. */
    {"github-2021", "strays_until", {{"timeline.1.at", "12min50s"}, {"seed", "1"}}},
    /* The stop comes a minute late. */
    {"klarna-2021", "strays_until", {{"timeline.1.at", "34min"}}},
    {"klarna-2021", "affected_min", {{"timeline.1.at", "3min"}}},
    {"open-camera",
     "verdict",
     {{"homes.open.camera.open_to_all", "false"}, {"homes.counted.camera.guessable_id", "false"}}},
    {"railway-2026", "affected_share_max", {{"homes.caching-off.count", "4"}}},
    /* Pages are replaced ten times as often, or hardly ever. */
    {"steam-2015", "customers: exposed_max", {{"timeline.2.reconfigure", "fresh_ms=1000"}}},
    {"steam-2015", "customers: exposed_min", {{"timeline.2.reconfigure", "fresh_ms=60000"}}},
    /* Many were made with one number. */
    {"swann-2018", "unaffected", {{"homes.others.camera.serials_shared", "2"}}},
    /* A retry displaces all who wait. */
    {"takeout-2019",
     "affected_share_max",
     {{"timeline.1.deploy", "builtin:d28-export-order?lane=256"}}},
    /* No other home is in the list with it. */
    {"takeout-2019", "unreadable: affected_min", {{"timeline.3.at", "5min"}}},
    /* Others have been silent too. */
    {"unifi-2023", "others: affected_max", {{"homes.others.camera.upload_every", "0s"}}},
    /* Nothing is misconfigured. */
    {"unifi-2023", "group-2: affected_min", {{"timeline.2.store", "on"}}},
    {"wyze-2023", "strays_until", {{"timeline.1.kill_switch", "off"}}},
    /* The way to the store is ten times as long, and no viewer comes back at once. */
    {"wyze-2024", "affected_share_max", {{"cloud.store_latency", "5ms"}}},
    {"wyze-2024", "affected_share_min", {{"timeline.1.power_off", "newly-on"}}},
};
enum { CANARIES_COUNT = sizeof canaries / sizeof canaries[0] };

static bool breaks(const struct sf_expectations *expectations, const char *broken)
{
    for (uint32_t i = 0; i < expectations->count; i++) {
        const struct sf_expectation *expectation = &expectations->list[i];
        if (strncmp(expectation->wanted, broken, strlen(broken)) == 0) {
            return !expectation->holds;
        }
    }
    fail_msg("nothing like '%s' is asserted", broken);
    return false;
}

static void test_each_assertion_that_is_violated_says_so(void **state)
{
    (void)state;
    static struct sf_expectations expectations;
    struct runs *runs = runs_create();
    uint32_t kept_count = 0;
    for (int i = 0; i < CANARIES_COUNT; i++) {
        const struct canary *canary = &canaries[i];
        char path[128];
        snprintf(path, sizeof path, FOLDER "%s.yaml", canary->file);
        runs_load_with(runs, path, canary->sets, canary->sets[1].key != NULL ? 2 : 1);
        runs_run(runs, runs->plan.seed);
        sf_expectations_judge(&runs->plan, &runs->result, &expectations);
        if (!breaks(&expectations, canary->broken)) {
            print_error("%s with %s=%s: '%s' holds\n", canary->file, canary->sets[0].key,
                        canary->sets[0].value, canary->broken);
            kept_count++;
        }
    }
    runs_destroy(runs);
    assert_int_equal(kept_count, 0);
}

static void test_every_file_has_one(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob(FOLDER "*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char path[128] = "";
        for (int k = 0; k < CANARIES_COUNT && strcmp(path, found.gl_pathv[i]) != 0; k++) {
            snprintf(path, sizeof path, FOLDER "%s.yaml", canaries[k].file);
        }
        assert_string_equal(path, found.gl_pathv[i]);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_has_one),
        cmocka_unit_test(test_each_assertion_that_is_violated_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
