/* What a cache reports of itself is there after the run, as ranges, and gone with the next run. */
#include "tests/unit/runs.h"

static const struct sf_cache_host *lent;
static bool reports;

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config;
    (void)error;
    (void)error_bytes;
    lent = host;
    return &lent;
}

static void destroy(void *cache)
{
    (void)cache;
}

static void on_upload(void *cache, const struct sf_cache_upload *upload)
{
    (void)cache;
    (void)upload;
    static const uint32_t values[] = {0, 3, 4, 7, 8, 255, 256, UINT32_MAX};
    for (size_t i = 0; reports && i < sizeof values / sizeof values[0]; i++) {
        lent->state(lent->context, (uint32_t)i, values[i]);
    }
    if (reports) {
        lent->state(lent->context, 63, 1);
        lent->state(lent->context, 63, 2);
        lent->state(lent->context, 64, 1); /* there is no such number */
    }
}

static const struct sf_cache_plugin reporter = {
    .struct_bytes = sizeof(struct sf_cache_plugin),
    .abi = SF_CACHE_ABI,
    .name = "reporter",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_upload = on_upload,
};

static void test_what_a_cache_reports_is_there_after_the_run(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    runs->caches.modules[0] = (struct sf_cache_module){.plugin = &reporter};
    reports = true;
    runs_run(runs, 1);
    uint32_t expected[SF_STATES_COUNT] = {1, 8, 16, 16, 32, 64, 128, 128};
    expected[63] = 2 | 4;
    assert_memory_equal(sf_runner_states(runs->runner), expected, sizeof expected);
    reports = false;
    runs_run(runs, 1);
    memset(expected, 0, sizeof expected);
    assert_memory_equal(sf_runner_states(runs->runner), expected, sizeof expected);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_cache_reports_is_there_after_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
