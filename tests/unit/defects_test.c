/* The catalogue of planted defects: each is caught by the oracle that is meant for it, on the
 * scenario that shows it best; and the same cache with its defence put back passes every oracle on
 * the same seeds. */
#include "harness/gate/defects.h"

#include <stdio.h>
#include <string.h>

#include "harness/cache/strayframe_cache.h"
#include "harness/gate/gate.h"
#include "tests/unit/runs.h"

enum { SEEDS_MAX = 150, TWIN_SEEDS_MIN = 8 };

static void load_with(struct runs *runs, const char *scenario, const char *before,
                      const char *cache, const struct sf_scenario_override *sets, size_t sets_count)
{
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(scenario, sf_run_schema(), sets, sets_count, &plan, &diag),
                     SF_OK);
    sf_gate_plan(&plan, before, cache, &runs->plan);
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
}

static void load(struct runs *runs, const struct sf_defect *defect, const char *cache)
{
    load_with(runs, defect->scenario, defect->before, cache, NULL, 0);
}

/* A planted defect keeps the contract, so that what is tested is the oracle that is meant for it.
 * One is itself a breach: the session of another viewer. */
static void check_contract(struct runs *runs, const struct sf_defect *defect)
{
    bool breach = strcmp(defect->id, "D17") == 0;
    for (uint32_t i = 0; i < runs->result.findings_kept; i++) {
        const struct sf_finding *finding = &runs->result.findings[i];
        if (sf_oracles()[finding->oracle] == &sf_oracle_contract) {
            assert_true(breach);
            assert_int_equal(finding->amount, SF_CACHE_E_OTHERS_SESSION);
        }
    }
}

/* The first seed on which the oracle that is meant for it catches the defect. */
static uint64_t first_seed_caught(struct runs *runs, const struct sf_defect *defect)
{
    load(runs, defect, defect->cache);
    for (uint64_t seed = 1; seed <= SEEDS_MAX; seed++) {
        runs_run(runs, seed);
        check_contract(runs, defect);
        if (runs_oracle(runs, defect->oracle)->findings_count > 0) {
            return seed;
        }
    }
    fail_msg("%s: %s did not catch %s in %d seeds of %s", defect->id, defect->oracle, defect->cache,
             SEEDS_MAX, defect->scenario);
    return SEEDS_MAX;
}

static void check_twin(struct runs *runs, const struct sf_defect *defect, uint64_t seeds_count)
{
    load(runs, defect, defect->twin);
    for (uint64_t seed = 1; seed <= seeds_count; seed++) {
        if (runs_run(runs, seed)->verdict == SF_VERDICT_FAIL) {
            fail_msg("%s: the twin %s did not pass %s with seed %d", defect->id, defect->twin,
                     defect->scenario, (int)seed);
        }
    }
}

static void test_each_defect_is_caught_and_its_twin_passes_on_the_same_seeds(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        uint64_t seed = first_seed_caught(runs, defect);
        /* Of a scenario that takes long, a share of the seeds, as in the gate. */
        uint64_t twin_seeds_min = 1 + (TWIN_SEEDS_MIN - 1) / runs->plan.gate_every;
        check_twin(runs, defect, seed > twin_seeds_min ? seed : twin_seeds_min);
    }
    runs_destroy(runs);
}

/* Twins that were once found at fault, each on the run that showed it: a still that is too old and
 * not flagged, and a still that was to be forgotten. */
static void test_twins_pass_where_they_once_failed(void **state)
{
    (void)state;
    static const struct {
        const char *scenario;
        uint64_t seed;
        const char *twin;
    } once[] = {
        {"scenarios/gate/fetch-fails.yaml", 106, "builtin:d03-stale-for-anybody?defence=1"},
        {"scenarios/gate/fetch-fails.yaml", 1009, "builtin:d23-recycled-lease?defence=1"},
        {"scenarios/gate/fetch-fails.yaml", 1063, "builtin:d23-recycled-lease?defence=1"},
        {"scenarios/gate/forget.yaml", 1040, "builtin:d13-mapping-race?defence=1"},
        {"scenarios/gate/rollout.yaml", 1045, "builtin:d44-any-state?defence=1"},
    };
    struct runs *runs = runs_create();
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        load_with(runs, once[i].scenario, NULL, once[i].twin, NULL, 0);
        if (runs_run(runs, once[i].seed)->verdict == SF_VERDICT_FAIL) {
            fail_msg("%s did not pass %s with seed %d", once[i].twin, once[i].scenario,
                     (int)once[i].seed);
        }
    }
    runs_destroy(runs);
}

/* A sender that soon stops waiting for acknowledgements must not stop before it has been passed all
 * parts of an answer: what the cache still holds back is not lost. */
static void test_answer_in_parts_is_sent_to_its_end_by_an_impatient_sender(void **state)
{
    (void)state;
    static const struct sf_scenario_override sets[] = {{"cloud.resend_after", "100ms"},
                                                       {"cloud.resends_max", "0"}};
    struct runs *runs = runs_create();
    load_with(runs, "scenarios/smoke/small.yaml", NULL, "builtin:d08-no-pin?defence=1", sets, 2);
    runs_run(runs, 1);
    const struct sf_tally_path *hubs = &runs->result.tally.paths[SF_PATH_HUB];
    assert_true(hubs->shown_count > 20);
    assert_int_equal(hubs->own_whole_count, hubs->shown_count);
    runs_destroy(runs);
}

static void test_catalogue_is_in_order_and_says_everything(void **state)
{
    (void)state;
    const char *before = "";
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        assert_true(strcmp(before, defect->id) < 0);
        before = defect->id;
        assert_true(strlen(defect->title) > 0);
        assert_true(strlen(defect->seen_in) > 0);
        assert_true(strlen(defect->needs) > 0);
        assert_true(strncmp(defect->twin, defect->cache, strlen(defect->cache)) == 0);
        assert_string_not_equal(defect->twin, defect->cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_defect_is_caught_and_its_twin_passes_on_the_same_seeds),
        cmocka_unit_test(test_twins_pass_where_they_once_failed),
        cmocka_unit_test(test_answer_in_parts_is_sent_to_its_end_by_an_impatient_sender),
        cmocka_unit_test(test_catalogue_is_in_order_and_says_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
