/* What a cache is told of connections, on links that overtake: a request is cancelled before the
 * connection that it came on is closed. */
#include "harness/cache/host.h"
#include "tests/unit/runs.h"

enum { REQUESTS_MAX = 4096 };

/* A cache that answers nobody, so that whoever stops watching gives up and hangs up at once. */
static struct {
    uint64_t requests[REQUESTS_MAX];
    uint64_t connections[REQUESTS_MAX]; /* of those; 0: cancelled */
    uint32_t requests_count;
    uint32_t cancelled_count;
    uint32_t closed_count;
    uint32_t closed_early_count; /* with a request on them */
} told;

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)host, (void)config, (void)error, (void)error_bytes;
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
    told.requests[told.requests_count] = request->request;
    told.connections[told.requests_count++] = request->connection;
}

static void on_request_cancelled(void *cache, uint64_t request)
{
    (void)cache;
    for (uint32_t i = 0; i < told.requests_count; i++) {
        if (told.requests[i] == request) {
            told.connections[i] = 0;
            told.cancelled_count++;
        }
    }
}

static void on_connection_closed(void *cache, uint64_t connection)
{
    (void)cache;
    told.closed_count++;
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
    runs_load(runs, "scenarios/gate/on-demand.yaml");
    runs->caches.modules[0] = (struct sf_cache_module){.plugin = &plugin};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        told.requests_count = 0;
        runs_run(runs, seed);
    }
    assert_true(told.cancelled_count >= 100);
    assert_true(told.closed_count >= 20);
    assert_int_equal(told.closed_early_count, 0);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_cancelled_before_their_connection_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
