/* Each class of defect that comes as a built-in cache is caught by the gate's scenarios, and its
 * correct twin passes them. */
#include <stdio.h>

#include "tests/unit/runs.h"

enum { SEEDS_MAX = 40, TWIN_SEEDS = 4 };

static const char *const scenarios[] = {
    "scenarios/gate/poor-network.yaml",
    "scenarios/gate/on-demand.yaml",
    "scenarios/gate/deploy.yaml",
};
enum { SCENARIOS_COUNT = sizeof scenarios / sizeof scenarios[0] };

static const char *const defects[] = {
    "d01-tenantless?",
    "d04-coalesced?",
    "d04-coalesced?waiters_only=1&",
    "d05-pooled-connection?",
    "d09-slot-handle?",
    "d09-slot-handle?generation_bits=1&",
    "d22-late-write?",
    "d30-calendar-lease?left=1&",
};
enum { DEFECTS_COUNT = sizeof defects / sizeof defects[0] };

/* The scenario with this cache in every place, and as many homes in its first group; 0: as it is.
 */
static void load(struct runs *runs, const char *scenario, const char *cache, bool defence,
                 uint32_t homes_count)
{
    struct sf_diag diag = {0};
    runs_load(runs, scenario);
    snprintf(runs->plan.cache, sizeof runs->plan.cache, "builtin:%sdefence=%d", cache, defence);
    for (uint32_t i = 0; i < runs->plan.timeline_count; i++) {
        struct sf_plan_entry *entry = &runs->plan.timeline[i];
        if (entry->action == SF_ACTION_DEPLOY) {
            snprintf(entry->cache, sizeof entry->cache, "%s", runs->plan.cache);
        }
    }
    if (homes_count > 0) {
        runs->plan.groups[0].homes_count = homes_count;
    }
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
}

/* Both ways of looking must see it, for a defect is no matter of pixels or of bytes alone. */
static bool is_caught(struct runs *runs, const char *scenario, const char *defect)
{
    load(runs, scenario, defect, false, 0);
    bool pixels = false;
    bool bytes = false;
    for (uint64_t seed = 1; seed <= SEEDS_MAX && !(pixels && bytes); seed++) {
        runs_run(runs, seed);
        pixels |= runs_oracle(runs, "no-stray-pixels")->findings_count > 0;
        bytes |= runs_oracle(runs, "no-stray-bytes")->findings_count > 0;
    }
    return pixels && bytes;
}

static void test_each_defect_is_caught_by_some_scenario(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    for (int i = 0; i < DEFECTS_COUNT; i++) {
        bool caught = false;
        for (int k = 0; k < SCENARIOS_COUNT && !caught; k++) {
            caught = is_caught(runs, scenarios[k], defects[i]);
        }
        if (!caught) {
            fail_msg("%s was not caught with %d seeds", defects[i], SEEDS_MAX);
        }
    }
    runs_destroy(runs);
}

static void test_with_its_defence_each_passes(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    for (int i = 0; i < DEFECTS_COUNT; i++) {
        for (int k = 0; k < SCENARIOS_COUNT; k++) {
            load(runs, scenarios[k], defects[i], true, 0);
            for (uint64_t seed = 1; seed <= TWIN_SEEDS; seed++) {
                runs_run(runs, seed);
                if (runs->result.verdict != SF_VERDICT_PASS) {
                    fail_msg("%sdefence=1 did not pass %s with seed %d", defects[i], scenarios[k],
                             (int)seed);
                }
            }
        }
    }
    runs_destroy(runs);
}

/* Who started the flight is answered alone, so that there must be two others to mix up. */
static void test_sharing_among_waiters_needs_three_tenants(void **state)
{
    (void)state;
    static const char cache[] = "d04-coalesced?waiters_only=1&";
    struct runs *runs = runs_create();
    uint64_t findings_count[4] = {0};
    for (uint32_t homes_count = 2; homes_count <= 3; homes_count++) {
        load(runs, "scenarios/gate/on-demand.yaml", cache, false, homes_count);
        for (uint64_t seed = 1; seed <= SEEDS_MAX; seed++) {
            findings_count[homes_count] += runs_run(runs, seed)->findings_count;
        }
    }
    assert_int_equal(findings_count[2], 0);
    assert_true(findings_count[3] > 0);
    runs_destroy(runs);
}

/* The new version over the old one's records, in one bucket, which the old one shares rightly. */
static uint64_t strays_of_skew(struct runs *runs, bool defence)
{
    struct sf_diag diag = {0};
    uint64_t strays_count = 0;
    load(runs, "scenarios/gate/rollout.yaml", "d14-version-skew?buckets_max=0&", defence, 0);
    snprintf(runs->plan.cache, sizeof runs->plan.cache,
             "builtin:d14-version-skew?buckets_max=0&version=1");
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
    for (uint64_t seed = 1; seed <= SEEDS_MAX && (defence || strays_count == 0); seed++) {
        runs_run(runs, seed);
        strays_count += runs_oracle(runs, "no-stray-pixels")->findings_count;
    }
    return strays_count;
}

static void test_versions_that_share_a_store_must_agree_on_whose_a_record_is(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    assert_true(strays_of_skew(runs, false) > 0);
    assert_int_equal(strays_of_skew(runs, true), 0);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_defect_is_caught_by_some_scenario),
        cmocka_unit_test(test_with_its_defence_each_passes),
        cmocka_unit_test(test_versions_that_share_a_store_must_agree_on_whose_a_record_is),
        cmocka_unit_test(test_sharing_among_waiters_needs_three_tenants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
