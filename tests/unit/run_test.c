/* A run stands alone: nothing of it is heard in the next one of the same runner. */
#include "harness/cache/strayframe_cache.h"
#include "sim_cloud/caches/builtin.h"
#include "tests/unit/runs.h"

static const struct sf_cache_host *lent;

static void *create_listening(const struct sf_cache_host *host,
                              const struct sf_cache_config *config, char *error,
                              uint32_t error_bytes)
{
    lent = host;
    return sf_builtin_boxing_day_fix.create(host, config, error, error_bytes);
}

static void say_and_destroy(void *cache)
{
    lent->log(lent->context, "going", 5);
    sf_builtin_boxing_day_fix.destroy(cache);
}

static void hear_logs(void *context, const struct sf_record *records, uint32_t count)
{
    uint32_t *logs_count = context;
    for (uint32_t i = 0; i < count; i++) {
        *logs_count += records[i].kind == SF_RECORD_CACHE_LOG;
    }
}

static void test_what_a_cache_says_while_it_is_destroyed_is_in_its_own_run(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_cache_plugin talker = sf_builtin_boxing_day_fix;
    talker.create = create_listening;
    talker.destroy = say_and_destroy;
    runs_load(runs, "scenarios/smoke/small.yaml");
    uint64_t hash_quiet = runs_run(runs, 1)->trace_hash;

    uint32_t logs_count = 0;
    struct sf_text log = {0};
    const struct sf_trace_listener listener = {hear_logs, &logs_count};
    runs->caches.modules[0].plugin = &talker;
    sf_run(runs->runner, &runs->plan, &runs->caches,
           &(struct sf_run_options){
               .seed = 1, .listeners_count = 1, .listeners[0] = listener, .log = &log},
           &runs->result);
    assert_int_equal(logs_count, 1);
    assert_non_null(strstr(log.data, "going"));
    sf_text_free(&log);

    runs->caches.modules[0].plugin = &sf_builtin_boxing_day_fix;
    assert_int_equal(runs_run(runs, 1)->trace_hash, hash_quiet);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_cache_says_while_it_is_destroyed_is_in_its_own_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
