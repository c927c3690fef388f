/* Whole runs with several nodes, read from their traces. */
#include "harness/base/ids.h"
#include "harness/cache/host.h"
#include "harness/scenario/params.h"
#include "tests/unit/busy_cache.h"
#include "tests/unit/runs.h"

#define SCENARIO "scenarios/smoke/nodes.yaml"

enum { RECORDS_MAX = 1 << 16, NODES = 3 };

static struct sf_record records[RECORDS_MAX];
static uint32_t records_count;

static void hear(void *context, const struct sf_record *batch, uint32_t count)
{
    (void)context;
    for (uint32_t i = 0; i < count; i++) {
        if (batch[i].kind != SF_RECORD_PACKET) {
            assert_true(records_count < RECORDS_MAX);
            records[records_count++] = batch[i];
        }
    }
}

static struct runs *load(void)
{
    struct runs *runs = runs_create();
    runs_load(runs, SCENARIO);
    return runs;
}

static void run(struct runs *runs)
{
    const struct sf_trace_listener listener = {hear, NULL};
    const struct sf_run_options options = {
        .seed = runs->plan.seed, .listeners_count = 1, .listeners[0] = listener};
    records_count = 0;
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
}

/* Every cache of the scenario is the busy one. */
static void make_busy(struct runs *runs)
{
    for (uint32_t i = 0; i < 1 + runs->plan.timeline_count; i++) {
        runs->caches.modules[i] = (struct sf_cache_module){.plugin = &busy_plugin};
    }
    busy_counts = (struct busy_counts){0};
}

static void set(struct sf_plan_section *section, enum sf_plan_section_kind kind, const char *name,
                int64_t value)
{
    uint32_t index = sf_param_find(sf_run_schema()->tables[kind], name);
    assert_int_not_equal(index, UINT32_MAX);
    section->values[index] = value;
}

static void set_cloud(struct runs *runs, const char *name, int64_t value)
{
    set(&runs->plan.cloud, SF_SECTION_CLOUD, name, value);
}

static uint32_t count(enum sf_record_kind kind, uint16_t flags)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < records_count; i++) {
        found += records[i].kind == kind && records[i].flags == flags;
    }
    return found;
}

/* ---- deploys ---- */

static void test_a_deploy_rolls_from_node_to_node_and_waits_for_none_that_is_lost(void **state)
{
    (void)state;
    static const struct {
        sf_ns at_ns;
        uint32_t version;
        uint32_t node;
    } expected[] = {
        {30 * SF_SECOND, 3, 0},
        {38 * SF_SECOND, 4, 1},
        {46 * SF_SECOND, SF_NOBODY, 2}, /* lost: only installed */
        {50 * SF_SECOND, 6, 1},         /* 5 is node 0, back since 45 s */
    };
    struct runs *runs = load();
    run(runs);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < records_count; i++) {
        if (records[i].kind == SF_RECORD_DEPLOYED) {
            assert_true(seen < 4);
            assert_int_equal(records[i].at_ns, expected[seen].at_ns);
            assert_int_equal(records[i].who, expected[seen].version);
            assert_int_equal(records[i].a, expected[seen].node);
            seen++;
        }
    }
    assert_int_equal(seen, 4);
    runs_destroy(runs);
}

/* ---- nodes ---- */

/* Goes through the trace with the nodes' state: nothing new reaches a lost one, and what is refused
 * for want of a node is refused only when every node is lost. Returns how much each node got. */
static void check_routes(uint32_t requests_out[NODES + 1], uint32_t uploads_out[NODES + 1])
{
    bool lost[NODES] = {false};
    uint32_t lost_count = 0;
    memset(requests_out, 0, (NODES + 1) * sizeof requests_out[0]);
    memset(uploads_out, 0, (NODES + 1) * sizeof uploads_out[0]);
    for (uint32_t i = 0; i < records_count; i++) {
        const struct sf_record *record = &records[i];
        bool request =
            record->kind == SF_RECORD_ADMITTED && (record->flags & SF_FLAG_INTEGRATION) != 0;
        if (record->kind == SF_RECORD_NODE) {
            lost[record->who] = record->flags == 0;
            lost_count += record->flags == 0 ? 1 : UINT32_MAX;
        } else if (request || record->kind == SF_RECORD_UPLOAD_BEGUN) {
            uint32_t node = request ? record->b : (uint32_t)record->d;
            assert_true(node == SF_NOBODY ? lost_count == NODES : !lost[node]);
            (request ? requests_out : uploads_out)[node == SF_NOBODY ? NODES : node]++;
        }
    }
}

static void test_nothing_new_goes_to_a_lost_node(void **state)
{
    (void)state;
    struct runs *runs = load();
    for (int64_t balance = 0; balance < 3; balance++) {
        uint32_t requests[NODES + 1];
        uint32_t uploads[NODES + 1];
        set_cloud(runs, "balance", balance);
        run(runs);
        check_routes(requests, uploads);
        for (uint32_t i = 0; i <= NODES; i++) {
            assert_true(requests[i] >= 5);
            assert_true(uploads[i] >= 5);
        }
        assert_int_equal(runs->result.verdict, SF_VERDICT_PASS);
    }
    runs_destroy(runs);
}

static uint64_t latest_connection(uint32_t viewer, uint32_t before)
{
    uint64_t connection = 0;
    for (uint32_t i = 0; i < before; i++) {
        if (records[i].kind == SF_RECORD_ASK && records[i].who == viewer) {
            connection = records[i].b;
        }
    }
    return connection;
}

/* A viewer whose request was stopped by the loss asks again within a second, over a new connection
 * and another node. Returns whether it did. */
static bool asks_again(uint32_t viewer, uint32_t cancelled, uint32_t node)
{
    uint64_t connection = latest_connection(viewer, cancelled);
    bool asked = false;
    for (uint32_t i = cancelled; i < records_count; i++) {
        const struct sf_record *record = &records[i];
        if (record->at_ns > records[cancelled].at_ns + SF_SECOND) {
            return false;
        }
        asked |= record->kind == SF_RECORD_ASK && record->who == viewer && record->b > connection;
        if (asked && record->kind == SF_RECORD_ADMITTED && record->who == viewer) {
            assert_int_not_equal(record->b, node);
            return true;
        }
    }
    return false;
}

static void test_what_a_lost_node_was_at_breaks_and_is_asked_for_again_elsewhere(void **state)
{
    (void)state;
    struct runs *runs = load();
    uint32_t again = 0;
    uint32_t uploads = 0;
    make_busy(runs);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        runs->plan.seed = seed;
        run(runs);
        for (uint32_t i = 0; i < records_count; i++) {
            bool loss = records[i].kind == SF_RECORD_NODE && records[i].flags == 0;
            for (uint32_t j = i + 1; loss && records[j].at_ns == records[i].at_ns; j++) {
                uploads += records[j].kind == SF_RECORD_UPLOAD_ENDED && records[j].flags != 0;
                again += records[j].kind == SF_RECORD_CANCELLED &&
                         asks_again(records[j].who, j, records[i].who);
            }
        }
    }
    assert_true(again >= 5);
    assert_true(uploads >= 5);
    runs_destroy(runs);
}

/* Whose request went to the node last, and not over a connection since. */
static uint32_t connection_to(uint32_t viewer, uint32_t node, uint32_t before)
{
    uint32_t connection = 0;
    uint64_t request = UINT64_MAX;
    for (uint32_t i = 0; i < before; i++) {
        const struct sf_record *record = &records[i];
        if (record->kind == SF_RECORD_ADMITTED && record->who == viewer) {
            request = record->b == node ? record->c : UINT64_MAX;
        }
    }
    for (uint32_t i = 0; i < before; i++) {
        const struct sf_record *record = &records[i];
        if (record->kind == SF_RECORD_ASK && record->who == viewer && record->c == request) {
            connection = record->b;
        }
    }
    return connection;
}

/* How many requests came over the connection after it broke; none was accepted. */
static uint32_t count_too_late(uint32_t viewer, uint32_t connection, uint32_t loss)
{
    uint32_t too_late = 0;
    for (uint32_t i = loss; i < records_count; i++) {
        bool over_it = records[i].kind == SF_RECORD_ASK && records[i].who == viewer &&
                       records[i].b == connection;
        too_late += over_it;
        for (uint32_t j = i; over_it && j < records_count; j++) {
            assert_false(records[j].kind == SF_RECORD_ADMITTED && records[j].c == records[i].c);
        }
    }
    return too_late;
}

static void test_nothing_gets_through_a_broken_connection(void **state)
{
    (void)state;
    struct runs *runs = load();
    uint32_t too_late = 0;
    for (uint32_t i = 0; i < runs->plan.groups_count; i++) {
        set(&runs->plan.groups[i].sections[SF_SECTION_HUB], SF_SECTION_HUB, "ask_every",
            300 * SF_MS);
    }
    for (uint64_t seed = 1; seed <= 10; seed++) {
        runs->plan.seed = seed;
        run(runs);
        for (uint32_t i = 0; i < records_count; i++) {
            bool loss = records[i].kind == SF_RECORD_NODE && records[i].flags == 0;
            for (uint32_t home = 0; loss && home < runs->result.homes_count; home++) {
                uint32_t hub = SF_VIEWERS_PER_HOME * home;
                uint32_t connection = connection_to(hub, records[i].who, i);
                too_late += connection != 0 ? count_too_late(hub, connection, i) : 0;
            }
        }
    }
    assert_true(too_late >= 3);
    runs_destroy(runs);
}

static void test_the_heal_brings_back_nodes_and_services(void **state)
{
    (void)state;
    struct runs *runs = load();
    uint32_t at_heal = 0;
    run(runs);
    assert_int_equal(count(SF_RECORD_NODE, 0), 5);
    assert_int_equal(count(SF_RECORD_NODE, 1), 5);
    assert_int_equal(count(SF_RECORD_SERVICE, 0), 2);
    assert_int_equal(count(SF_RECORD_SERVICE, 1), 2);
    for (uint32_t i = 0; i < records_count; i++) {
        bool back = records[i].kind == SF_RECORD_NODE || records[i].kind == SF_RECORD_SERVICE;
        at_heal += back && records[i].flags == 1 && records[i].at_ns == 120 * SF_SECOND;
    }
    assert_int_equal(at_heal, 5);
    assert_int_equal(count(SF_RECORD_NODE_CLOCK, 0), 4);
    runs_destroy(runs);
}

/* ---- a cache that uses all of it ---- */

static void test_a_busy_cache_keeps_the_contract_whatever_happens_to_its_nodes(void **state)
{
    (void)state;
    struct runs *runs = load();
    make_busy(runs);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        runs->plan.seed = seed;
        run(runs);
        assert_int_equal(runs_oracle(runs, "contract")->findings_count, 0);
        assert_int_equal(runs->result.verdict, SF_VERDICT_PASS);
        assert_int_equal(count(SF_RECORD_RECONFIGURED, SF_RECONFIGURED), 1);
        assert_true(count(SF_RECORD_IDENTITY, SF_CACHE_IDENTITY_KNOWN) >= 20);
        assert_true(count(SF_RECORD_IDENTITY, SF_CACHE_IDENTITY_FAILED) >= 5);
    }
    assert_true(busy_counts.node_events >= 100);
    assert_true(busy_counts.clock_steps == 40);
    assert_true(busy_counts.imports >= 30);
    assert_true(busy_counts.store_failures >= 10);
    assert_true(busy_counts.identity_failures >= 50);
    runs_destroy(runs);
}

/* While the store is off, nothing is found in it and nothing is kept. */
static void test_a_store_that_is_off_fails_every_time(void **state)
{
    (void)state;
    struct runs *runs = load();
    make_busy(runs);
    set_cloud(runs, "store_loss", 0);
    runs->plan.timeline_count = 0;
    run(runs);
    assert_int_equal(busy_counts.store_failures, 0);
    runs->plan.timeline[0] = (struct sf_plan_entry){.action = SF_ACTION_STORE, .on = false};
    runs->plan.timeline_count = 1;
    run(runs);
    uint32_t operations = 0;
    for (uint32_t i = 0; i < records_count; i++) {
        operations += records[i].kind == SF_RECORD_STORE;
    }
    assert_true(operations >= 20);
    assert_in_range(busy_counts.store_failures, operations - 5, operations);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deploy_rolls_from_node_to_node_and_waits_for_none_that_is_lost),
        cmocka_unit_test(test_nothing_new_goes_to_a_lost_node),
        cmocka_unit_test(test_what_a_lost_node_was_at_breaks_and_is_asked_for_again_elsewhere),
        cmocka_unit_test(test_nothing_gets_through_a_broken_connection),
        cmocka_unit_test(test_the_heal_brings_back_nodes_and_services),
        cmocka_unit_test(test_a_busy_cache_keeps_the_contract_whatever_happens_to_its_nodes),
        cmocka_unit_test(test_a_store_that_is_off_fails_every_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
