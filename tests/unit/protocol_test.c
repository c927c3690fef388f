/* Whole runs of scenarios/smoke/protocol.yaml: everything that it is there for does happen in it,
 * and happens to those whom it concerns. */
#include "sim_cloud/config.h"
#include "tests/unit/runs.h"

#define SCENARIO "scenarios/smoke/protocol.yaml"

enum { CAPTURES_MAX = 4096, HOMES = 12 };

struct seen {
    uint32_t not_modified_count;
    uint32_t partial_count;
    uint32_t stale_count;
    uint32_t stitched_exact_count;
    uint32_t put_together_count; /* exact pictures that were sent by the camera as rows only */
    uint32_t unchanged_fetches_count;
    uint32_t renewed_count;
    uint32_t renewed_for_others_count;
    uint32_t exports_count;
    uint32_t exported_count;
    uint64_t partial_request;
    uint32_t sent_bytes[HOMES][CAPTURES_MAX];
};

static void see_bytes(struct seen *seen, const struct sf_record *record)
{
    uint32_t capture = (uint32_t)(record->d >> 32);
    if (record->b < HOMES && capture < CAPTURES_MAX) {
        seen->put_together_count += (uint32_t)record->d > seen->sent_bytes[record->b][capture];
    }
}

static void see(struct seen *seen, const struct sf_record *record)
{
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_CAPTURE:
        if (record->who < HOMES && record->a < CAPTURES_MAX) {
            seen->sent_bytes[record->who][record->a] = record->b;
        }
        return;
    case SF_RECORD_ANSWERED:
        seen->not_modified_count += (record->flags & 7) == SF_CACHE_STATUS_NOT_MODIFIED;
        if ((record->flags & 7) == SF_CACHE_STATUS_PARTIAL) {
            seen->partial_count++;
            seen->partial_request = record->c;
        }
        seen->stale_count += (record->flags & SF_FLAG_STALE) != 0;
        return;
    case SF_RECORD_SHOWN:
        seen->exported_count += (record->flags & SF_FLAG_EXPORT) != 0;
        seen->stitched_exact_count +=
            record->c == seen->partial_request && (record->flags & SF_FLAG_EXACT) != 0;
        return;
    case SF_RECORD_BYTES:
        see_bytes(seen, record);
        return;
    case SF_RECORD_FETCH_ENDED:
        seen->unchanged_fetches_count += record->flags == SF_CACHE_END_NOT_MODIFIED;
        return;
    case SF_RECORD_RENEWED:
        seen->renewed_count++;
        seen->renewed_for_others_count += record->a != record->who;
        return;
    case SF_RECORD_EXPORT:
        seen->exports_count++;
        return;
    default: /* the rest: does not matter here */
        return;
    }
}

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        see(context, &records[i]);
    }
}

static struct seen *seen_of(struct runs *runs)
{
    struct seen *seen = sf_alloc(1, sizeof *seen);
    const struct sf_trace_listener listener = {hear, seen};
    const struct sf_run_options options = {
        .seed = runs->plan.seed, .listeners_count = 1, .listeners = {listener}};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    return seen;
}

static void test_everything_that_the_scenario_is_for_happens(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, SCENARIO);
    struct seen *seen = seen_of(runs);
    assert_int_equal(runs->result.verdict, SF_VERDICT_PASS);
    assert_true(seen->not_modified_count >= 10);
    assert_true(seen->partial_count >= 5);
    assert_true(seen->stitched_exact_count >= 3);
    assert_true(seen->put_together_count >= 10);
    assert_true(seen->unchanged_fetches_count >= 1);
    assert_true(seen->stale_count >= 1);
    assert_true(seen->renewed_count >= 10);
    assert_int_equal(seen->renewed_for_others_count, 0);
    assert_int_equal(seen->exports_count, 28);
    assert_true(seen->exported_count >= 20);
    assert_true(runs_oracle(runs, "fresh")->evidence_count >= 100);
    assert_true(runs_oracle(runs, "monotonic")->evidence_count >= 100);
    assert_true(runs_oracle(runs, "whole-or-flagged")->evidence_count >= 100);
    free(seen);
    runs_destroy(runs);
}

/* A viewer who uses another tenant's session asks as that tenant: without the leaked session no
 * such delivery is seen, for the cache's key is right. */
static void test_a_session_that_was_given_away_makes_its_new_owners_requests_leak(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/canary/session-given-away.yaml");
    struct seen *seen = seen_of(runs);
    assert_true(seen->renewed_for_others_count > 0);
    assert_true(runs_oracle(runs, "no-stray-pixels")->findings_count > 0);
    free(seen);
    runs->plan.cloud.values[offsetof(struct sf_cloud_config, renew_every) / sizeof(int64_t)] = 0;
    seen = seen_of(runs);
    assert_int_equal(seen->renewed_count, 0);
    assert_int_equal(runs_oracle(runs, "no-stray-pixels")->findings_count, 0);
    free(seen);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_that_the_scenario_is_for_happens),
        cmocka_unit_test(test_a_session_that_was_given_away_makes_its_new_owners_requests_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
