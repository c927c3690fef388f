/* Whole runs in which replies come late and viewers leave in the middle, read from their traces. */
#include "harness/scenario/params.h"
#include "harness/scenario/swarm.h"
#include "tests/unit/busy_cache.h"
#include "tests/unit/runs.h"

enum { LANES_MAX = 64 };

/* When the last reply of each connection to the store is due. */
struct lanes {
    sf_ns latency_ns;
    uint64_t connections[LANES_MAX];
    sf_ns due_ns[LANES_MAX];
    uint32_t count;
    uint32_t replies_count;
    uint32_t held_up_count; /* replies that wait for one before them */
};

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct lanes *lanes = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind != SF_RECORD_STORE) {
            continue;
        }
        uint32_t lane = 0;
        while (lane < lanes->count && lanes->connections[lane] != records[i].c) {
            lane++;
        }
        assert_true(lane < LANES_MAX);
        lanes->count += lane == lanes->count;
        lanes->connections[lane] = records[i].c;
        sf_ns due_ns = records[i].at_ns + lanes->latency_ns + (sf_ns)records[i].d;
        assert_true(due_ns >= lanes->due_ns[lane]);
        lanes->held_up_count += records[i].d > 0 && due_ns == lanes->due_ns[lane];
        lanes->due_ns[lane] = due_ns;
        lanes->replies_count++;
    }
}

static void set(struct sf_plan_section *section, enum sf_plan_section_kind kind, const char *name,
                int64_t value)
{
    uint32_t index = sf_param_find(sf_run_schema()->tables[kind], name);
    assert_int_not_equal(index, UINT32_MAX);
    section->values[index] = value;
}

static int64_t get(const struct sf_plan_section *section, enum sf_plan_section_kind kind,
                   const char *name)
{
    return section->values[sf_param_find(sf_run_schema()->tables[kind], name)];
}

static struct runs *load_busy(void)
{
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/nodes.yaml");
    for (uint32_t i = 0; i < 1 + runs->plan.timeline_count; i++) {
        runs->caches.modules[i] = (struct sf_cache_module){.plugin = &busy_plugin};
    }
    busy_counts = (struct busy_counts){0};
    return runs;
}

static void run_heard(struct runs *runs, struct lanes *lanes)
{
    *lanes = (struct lanes){
        .latency_ns = get(&runs->plan.cloud, SF_SECTION_CLOUD, "store_latency"),
    };
    const struct sf_run_options options = {
        .seed = 3, .listeners_count = 1, .listeners[0] = {hear, lanes}};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
}

static void test_a_slow_share_of_replies_is_late_and_keeps_their_order(void **state)
{
    (void)state;
    struct runs *runs = load_busy();
    struct lanes lanes;
    run_heard(runs, &lanes);
    assert_int_equal(runs->result.probes[SF_PROBE_STORE_LATE], 0);
    assert_int_equal(runs->result.probes[SF_PROBE_IDENTITY_LATE], 0);
    set(&runs->plan.cloud, SF_SECTION_CLOUD, "store_slow_share", 300000);
    set(&runs->plan.cloud, SF_SECTION_CLOUD, "store_slow", 2 * SF_SECOND);
    set(&runs->plan.cloud, SF_SECTION_CLOUD, "identity_slow_share", 300000);
    run_heard(runs, &lanes);
    assert_true(lanes.replies_count >= 50);
    assert_true(lanes.held_up_count > 0);
    assert_in_range(runs->result.probes[SF_PROBE_STORE_LATE], lanes.replies_count / 5,
                    lanes.replies_count * 4 / 5);
    assert_true(runs->result.probes[SF_PROBE_IDENTITY_LATE] > 5);
    assert_int_equal(runs_oracle(runs, "contract")->findings_count, 0);
    runs_destroy(runs);
}

static void test_what_a_viewer_leaves_open_is_cancelled_before_its_connection_closes(void **state)
{
    (void)state;
    struct runs *runs = load_busy();
    struct lanes lanes;
    run_heard(runs, &lanes);
    assert_int_equal(runs->result.probes[SF_PROBE_VIEWER_LEFT], 0);
    for (uint32_t i = 0; i < runs->plan.groups_count; i++) {
        set(&runs->plan.groups[i].sections[SF_SECTION_HUB], SF_SECTION_HUB, "leaves_early",
            1000000);
    }
    busy_counts = (struct busy_counts){0};
    run_heard(runs, &lanes);
    assert_true(runs->result.probes[SF_PROBE_VIEWER_LEFT] >= 10);
    assert_true(busy_counts.closed >= 20);
    assert_int_equal(busy_counts.closed_with_open, 0);
    runs_destroy(runs);
}

static void test_a_swarm_draws_who_leaves_and_what_is_slow(void **state)
{
    (void)state;
    enum { SEEDS = 64 };
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/gate/busy-day.yaml");
    struct sf_plan *drawn = sf_alloc(1, sizeof *drawn);
    uint32_t entries[SF_TIMELINE_MAX];
    uint32_t leaving_count = 0;
    uint32_t slow_count = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sf_plan_draw(sf_run_schema(), &runs->plan, seed, drawn, entries);
        int64_t leaving_ppm =
            get(&drawn->groups[0].sections[SF_SECTION_HUB], SF_SECTION_HUB, "leaves_early");
        leaving_count += leaving_ppm > 0;
        slow_count += get(&drawn->cloud, SF_SECTION_CLOUD, "identity_slow_share") > 0;
    }
    assert_in_range(leaving_count, SEEDS / 4, 3 * SEEDS / 4);
    assert_in_range(slow_count, SEEDS / 4, 3 * SEEDS / 4);
    free(drawn);
    runs_destroy(runs);
}

/* How the fetches of a run ended. */
struct fetches {
    sf_ns begun_ns[4096]; /* by number of the fetch's slot */
    uint32_t begun_count;
    uint32_t failed_count; /* at once */
    uint32_t late_count;   /* after the time that is allowed */
    uint32_t complete_count;
};

enum { FETCH_TIME_OUT_MS = 900 };

static void hear_fetches(void *context, const struct sf_record *records, uint32_t count)
{
    struct fetches *fetches = context;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = (uint32_t)records[i].c;
        if (records[i].kind == SF_RECORD_FETCH) {
            assert_true(slot < 4096);
            fetches->begun_ns[slot] = records[i].at_ns;
            fetches->begun_count++;
        } else if (records[i].kind == SF_RECORD_FETCH_ENDED) {
            sf_ns took_ns = records[i].at_ns - fetches->begun_ns[slot];
            bool complete = records[i].flags == SF_ENDING_COMPLETE;
            assert_true(took_ns <= FETCH_TIME_OUT_MS * SF_MS);
            assert_true(complete || took_ns == 0 || took_ns == FETCH_TIME_OUT_MS * SF_MS);
            fetches->complete_count += complete;
            fetches->failed_count += !complete && took_ns == 0;
            fetches->late_count += !complete && took_ns > 0;
        }
    }
}

static void test_fetches_fail_at_once_or_when_their_time_is_up(void **state)
{
    (void)state;
    static const struct sf_scenario_override sets[] = {{"cloud.fetch_time_out", "900ms"},
                                                       {"cloud.fetch_failure", "30%"}};
    struct runs *runs = runs_create();
    runs_load_with(runs, "scenarios/gate/on-demand.yaml", sets, 2);
    struct fetches *fetches = sf_alloc(1, sizeof *fetches);
    const struct sf_run_options options = {
        .seed = 3, .listeners_count = 1, .listeners[0] = {hear_fetches, fetches}};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    assert_true(fetches->begun_count >= 50);
    assert_in_range(fetches->failed_count, fetches->begun_count / 5, fetches->begun_count / 2);
    assert_true(fetches->late_count >= 5);
    assert_true(fetches->complete_count >= 5);
    assert_true(runs->result.probes[SF_PROBE_FETCH_FAILED_WAIT] >= 5);
    assert_int_equal(runs->result.probes[SF_PROBE_FETCH_ABANDONED],
                     fetches->failed_count + fetches->late_count);
    assert_int_equal(runs_oracle(runs, "contract")->findings_count, 0);
    free(fetches);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slow_share_of_replies_is_late_and_keeps_their_order),
        cmocka_unit_test(test_what_a_viewer_leaves_open_is_cancelled_before_its_connection_closes),
        cmocka_unit_test(test_a_swarm_draws_who_leaves_and_what_is_slow),
        cmocka_unit_test(test_fetches_fail_at_once_or_when_their_time_is_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
