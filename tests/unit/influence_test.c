/* Pairs of runs that differ in one tenant's stills: planted influences are found within a few
 * pairs, the first run of a pair is the ordinary one, and caches without fault are silent. */
#include "harness/run/pair.h"

#include <stdio.h>

#include "harness/base/hash.h"
#include "harness/gate/canaries.h"
#include "harness/gate/gate.h"
#include "tests/unit/runs.h"

enum { PAIRS_MAX = 40 };

static const char *const scenarios[] = {
    "scenarios/gate/busy-day.yaml",
    "scenarios/gate/poor-network.yaml",
    "scenarios/gate/on-demand.yaml",
    "scenarios/gate/live.yaml",
};

enum { SCENARIOS_COUNT = sizeof scenarios / sizeof scenarios[0] };

/* What a listener takes of the records of a pair. */
struct heard {
    uint64_t hash; /* of all records to the end, that one included */
    bool over;
    uint32_t varied_count;
    struct sf_influence_record influence;
    struct sf_influence_values_record values;
    uint64_t parted_number;
};

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct heard *heard = context;
    for (uint32_t i = 0; i < count; i++) {
        const struct sf_record *record = &records[i];
        if (!heard->over) {
            heard->hash = sf_hash_seeded(record, sizeof *record, heard->hash);
        }
        heard->over |= record->kind == SF_RECORD_END;
        heard->varied_count += record->kind == SF_RECORD_VARIED;
        if (record->kind == SF_RECORD_INFLUENCE) {
            heard->influence = sf_influence_of(record);
        } else if (record->kind == SF_RECORD_INFLUENCE_VALUES) {
            heard->values = sf_influence_values_of(record);
        } else if (record->kind == SF_RECORD_PARTED) {
            heard->parted_number = sf_parted_of(record).number;
        }
    }
}

static struct heard run(struct runs *runs, uint64_t seed, enum sf_plan_vary vary)
{
    struct heard heard = {0};
    struct sf_run_options options = {.seed = seed, .listeners_count = 1};
    options.listeners[0] = (struct sf_trace_listener){hear, &heard};
    runs->plan.vary = vary;
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    return heard;
}

static void load(struct runs *runs, const char *scenario, const char *cache)
{
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(scenario, sf_run_schema(), NULL, 0, &plan, &diag), SF_OK);
    sf_gate_plan(&plan, NULL, cache, &runs->plan);
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
}

/* ---- what is found ---- */

/* In how many pairs the influence is found; the scenarios take turns. */
static uint32_t pairs_until_caught(struct runs *runs, const char *cache, enum sf_plan_vary vary,
                                   struct heard *heard_out)
{
    for (uint32_t pair = 0; pair < PAIRS_MAX; pair++) {
        load(runs, scenarios[pair % SCENARIOS_COUNT], cache);
        *heard_out = run(runs, 1 + pair / SCENARIOS_COUNT, vary);
        if (runs_oracle(runs, "no-influence")->findings_count > 0) {
            return pair + 1;
        }
    }
    fail_msg("%s was not caught in %d pairs", cache, PAIRS_MAX);
    return 0;
}

static void test_each_canary_is_caught_within_40_pairs(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    for (const struct sf_canary *canary = sf_canaries(); canary->cache != NULL; canary++) {
        struct heard heard;
        uint32_t pairs = pairs_until_caught(runs, canary->cache, canary->vary, &heard);
        print_message("%s: %u pairs\n", canary->cache, pairs);
        assert_int_equal(heard.influence.what, canary->what);
        assert_true(heard.values.ordinary != heard.values.varied);
    }
    runs_destroy(runs);
}

/* The finding says where in the answer the byte is, and what both runs have there. */
static void test_a_byte_is_named_with_its_place(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct heard heard;
    pairs_until_caught(runs, "builtin:canary-one-byte", SF_VARY_CONTENT, &heard);
    const struct sf_finding *finding = NULL;
    for (uint32_t i = 0; i < runs->result.findings_kept; i++) {
        const struct sf_finding *kept = &runs->result.findings[i];
        finding = strcmp(sf_oracles()[kept->oracle]->name, "no-influence") == 0 ? kept : finding;
    }
    assert_non_null(finding);
    assert_int_equal(finding->capture, heard.values.offset_bytes);
    assert_true(heard.values.offset_bytes > 1000);
    /* The first of the eight bytes differs, the others do not. */
    uint64_t differs = heard.values.ordinary ^ heard.values.varied;
    assert_true(differs >> 56 != 0);
    assert_true(differs << 8 == 0);
    assert_false(sf_tenant_same(finding->viewer_tenant, finding->owner_tenant));
    struct sf_text said = {0};
    sf_finding_say(finding, &said);
    assert_non_null(strstr(said.data, "other bytes, from byte"));
    sf_text_free(&said);
    runs_destroy(runs);
}

static void test_the_traces_part_where_an_order_differs(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct heard heard;
    pairs_until_caught(runs, "builtin:canary-order", SF_VARY_CONTENT, &heard);
    assert_true(heard.parted_number > 0);
    assert_true(heard.parted_number < runs->result.records_count);
    runs_destroy(runs);
}

/* ---- what is not ---- */

static void test_the_first_run_of_a_pair_is_the_ordinary_one(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    for (int i = 0; i < SCENARIOS_COUNT; i++) {
        load(runs, scenarios[i], "builtin:canary-one-byte");
        const struct heard alone = run(runs, 3, SF_VARY_NOTHING);
        assert_int_equal(alone.varied_count, 0);
        assert_false(runs_oracle(runs, "no-influence")->wanted);
        uint64_t events = runs->result.events_count;
        const struct heard content = run(runs, 3, SF_VARY_CONTENT);
        assert_int_equal(content.varied_count, 1);
        assert_true(alone.hash == content.hash);
        assert_int_equal(runs->result.events_count, events);
        const struct heard length = run(runs, 3, SF_VARY_LENGTH);
        assert_true(alone.hash == length.hash);
        assert_true(run(runs, 3, SF_VARY_NOTHING).hash == alone.hash);
    }
    runs_destroy(runs);
}

static void test_sound_caches_are_silent(void **state)
{
    (void)state;
    static const char *const caches[] = {
        "builtin:boxing-day-fix",
        "builtin:careful",
        "builtin:d07-stale-length?defence=1",
        "builtin:d37-evicted-entry?defence=1",
    };
    struct runs *runs = runs_create();
    uint64_t answers = 0;
    for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
        for (int k = 0; k < SCENARIOS_COUNT; k++) {
            load(runs, scenarios[k], caches[i]);
            for (int vary = SF_VARY_CONTENT; vary <= SF_VARY_LENGTH; vary++) {
                run(runs, 1 + i, (enum sf_plan_vary)vary);
                assert_int_equal(runs_oracle(runs, "no-influence")->findings_count, 0);
                answers += runs_oracle(runs, "no-influence")->evidence_count;
            }
        }
    }
    assert_true(answers >= 1000);
    runs_destroy(runs);
}

/* Answers that differ from run to run, whatever the stills are, show no influence. */
static void test_a_cache_that_is_not_deterministic_is_not_blamed(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    load(runs, "scenarios/smoke/small.yaml", SF_BINARY_DIR "/tests/gambler.so");
    assert_int_equal(run(runs, 1, SF_VARY_CONTENT).varied_count, 0);
    assert_int_equal(runs_oracle(runs, "no-influence")->findings_count, 0);
    load(runs, "scenarios/smoke/small.yaml", SF_BINARY_DIR "/tests/gambler.so?dice=host");
    assert_int_equal(run(runs, 1, SF_VARY_CONTENT).varied_count, 1);
    assert_int_equal(runs_oracle(runs, "no-influence")->findings_count, 0);
    runs_destroy(runs);
}

/* Where memory is short a length decides what is kept: no such pair is made. */
static void test_lengths_are_not_varied_where_memory_is_short(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    load(runs, "scenarios/gate/short-memory.yaml", "builtin:boxing-day-fix");
    assert_int_equal(run(runs, 1, SF_VARY_LENGTH).varied_count, 0);
    assert_int_equal(run(runs, 1, SF_VARY_CONTENT).varied_count, 1);
    runs_destroy(runs);
}

static void test_the_gate_pairs_a_share_of_its_seeds(void **state)
{
    (void)state;
    uint32_t counts[SF_VARY_LENGTH + 1] = {0};
    for (uint64_t seed = 1; seed <= 80; seed++) {
        counts[sf_gate_vary(seed)]++;
    }
    assert_int_equal(counts[SF_VARY_CONTENT], 10);
    assert_int_equal(counts[SF_VARY_LENGTH], 10);
    assert_int_equal(sf_gate_vary(1), SF_VARY_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_canary_is_caught_within_40_pairs),
        cmocka_unit_test(test_a_byte_is_named_with_its_place),
        cmocka_unit_test(test_the_traces_part_where_an_order_differs),
        cmocka_unit_test(test_the_first_run_of_a_pair_is_the_ordinary_one),
        cmocka_unit_test(test_sound_caches_are_silent),
        cmocka_unit_test(test_a_cache_that_is_not_deterministic_is_not_blamed),
        cmocka_unit_test(test_lengths_are_not_varied_where_memory_is_short),
        cmocka_unit_test(test_the_gate_pairs_a_share_of_its_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
