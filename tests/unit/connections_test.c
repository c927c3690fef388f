/* The events that a cache receives of connections, on links that reorder: a request is cancelled
 * before the connection that it came on is closed, also one that is not the latest; and none comes
 * after that.
 */
#include "harness/cache/host.h"
#include "tests/unit/runs.h"

enum { REQUESTS_MAX = 4096, CLOSED_MAX = 4096 };

/* Less than the cloud gives a request that is not cancelled. */
#define SOON_NS (INT64_C(7) * 1000000000)

/* A cache that never answers, so that a viewer who stops watching cancels and hangs up at once. */
static struct {
    uint64_t requests[REQUESTS_MAX];
    uint64_t connections[REQUESTS_MAX]; /* of those; 0: cancelled */
    uint64_t all_connections[REQUESTS_MAX];
    int64_t asked_ns[REQUESTS_MAX];
    uint64_t closed[CLOSED_MAX];
    const struct sf_cache_host *host;
    uint32_t requests_count;
    uint32_t cancelled_count;
    uint32_t closed_count;
    uint32_t closed_early_count; /* with a request on them */
    uint32_t late_count;         /* requests on connections that were closed already */
    uint32_t overtaken_count;    /* cancelled soon, though a newer one was there by then */
} told;

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config, (void)error, (void)error_bytes;
    told.host = host;
    return &told;
}

static void destroy(void *cache)
{
    (void)cache;
}

static void on_request(void *cache, const struct sf_cache_request *request)
{
    (void)cache;
    assert_true(told.requests_count < REQUESTS_MAX);
    for (uint32_t i = 0; i < told.closed_count; i++) {
        told.late_count += told.closed[i] == request->connection;
    }
    told.asked_ns[told.requests_count] = told.host->now_ns(told.host->context);
    told.requests[told.requests_count] = request->request;
    told.all_connections[told.requests_count] = request->connection;
    told.connections[told.requests_count++] = request->connection;
}

static void on_request_cancelled(void *cache, uint64_t request)
{
    (void)cache;
    int64_t now_ns = told.host->now_ns(told.host->context);
    for (uint32_t i = 0; i < told.requests_count; i++) {
        if (told.requests[i] != request) {
            continue;
        }
        bool newer = false;
        for (uint32_t j = i + 1; j < told.requests_count; j++) {
            newer |= told.connections[j] == told.connections[i];
        }
        told.overtaken_count += newer && now_ns - told.asked_ns[i] < SOON_NS;
        told.connections[i] = 0;
        told.cancelled_count++;
    }
}

static void on_connection_closed(void *cache, uint64_t connection)
{
    (void)cache;
    assert_true(told.closed_count < CLOSED_MAX);
    told.closed[told.closed_count++] = connection;
    for (uint32_t i = 0; i < told.requests_count; i++) {
        told.closed_early_count += told.connections[i] == connection;
    }
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "mute",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_connection_closed = on_connection_closed,
};

static void test_requests_are_cancelled_before_their_connection_is_closed(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    const struct sf_scenario_override sets[] = {{"homes.street.hub.leaves_early", "50%"}};
    runs_load_with(runs, "scenarios/gate/on-demand.yaml", sets, 1);
    runs->caches.modules[0] = (struct sf_cache_module){.plugin = &plugin};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        told.requests_count = 0;
        told.closed_count = 0;
        runs_run(runs, seed);
        assert_true(told.closed_count >= 5);
    }
    assert_true(told.cancelled_count >= 100);
    assert_int_equal(told.closed_early_count, 0);
    assert_int_equal(told.late_count, 0);
    assert_true(told.overtaken_count > 0);
    runs_destroy(runs);
}

/* The connections that the front door shares: few, each of many viewers, and none is closed.
 * Requests of two tenants come in the same millisecond on one. */
static void test_connections_of_the_front_door_are_few_and_stay_open(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/gate/front.yaml");
    runs->caches.modules[0] = (struct sf_cache_module){.plugin = &plugin};
    told.requests_count = told.closed_count = 0;
    runs_run(runs, 1);
    assert_int_equal(told.closed_count, 0);
    assert_true(told.requests_count > 100);
    uint64_t different[REQUESTS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < told.requests_count; i++) {
        uint32_t known = 0;
        while (known < count && different[known] != told.all_connections[i]) {
            known++;
        }
        different[known] = told.all_connections[i];
        count += known == count;
    }
    assert_int_equal(count, 4); /* two to each node */
    assert_true(runs->result.probes[SF_PROBE_ON_ONE_CONNECTION] > 0);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_cancelled_before_their_connection_is_closed),
        cmocka_unit_test(test_connections_of_the_front_door_are_few_and_stay_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
