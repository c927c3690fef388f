/* Memory of a cache in a process of its own, by large margins: one that forgets nothing is a
 * finding where its budget is small and the run long; the same cache that forgets is none. */
#include "harness/cache/contract.h"
#include "harness/gate/gate.h"
#include "tests/unit/program.h"
#include "tests/unit/runs.h"

#define HOARDER SF_BINARY_DIR "/tests/hoarder.so"
#define SOAK "run scenarios/gate/soak.yaml --cache " HOARDER

static void test_the_margin_is_eight_budgets_and_32_mib(void **state)
{
    (void)state;
    const uint64_t mib = 1 << 20;
    assert_false(sf_contract_memory_is_exceeded(0, 0));
    assert_false(sf_contract_memory_is_exceeded(32 * mib, 0));
    assert_true(sf_contract_memory_is_exceeded(33 * mib, 0));
    assert_false(sf_contract_memory_is_exceeded(40 * mib, mib));
    assert_true(sf_contract_memory_is_exceeded(41 * mib, mib));
    assert_false(sf_contract_memory_is_exceeded(UINT64_MAX, UINT64_MAX));
}

#ifndef SF_SANITIZED
static uint64_t breaches_count(const char *cache)
{
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    struct runs *runs = runs_create();
    assert_int_equal(
        sf_scenario_load("scenarios/gate/soak.yaml", sf_run_schema(), NULL, 0, &plan, &diag),
        SF_OK);
    sf_gate_plan(&plan, NULL, cache, &runs->plan);
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
    runs_run(runs, 1);
    uint64_t count = runs_oracle(runs, "contract")->findings_count;
    runs_destroy(runs);
    return count;
}
#endif

static void test_a_cache_that_forgets_nothing_is_a_finding(void **state)
{
    (void)state;
#ifdef SF_SANITIZED
    print_message("skipped: with sanitizers, whose allocators keep what is freed\n");
    skip();
#else
    assert_int_equal(strayframe(SOAK), 1);
    assert_says("SF_CACHE_E_MEMORY");
    assert_int_equal(breaches_count(HOARDER), 1);
    assert_int_equal(breaches_count(HOARDER "?keep=0"), 0);
#endif
}

/* The usual budget is 64 MiB: there the same cache is within it. */
static void test_a_generous_budget_is_not_exceeded(void **state)
{
    (void)state;
    assert_int_equal(strayframe(SOAK " --set cloud.cache_capacity_bytes=67108864"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_margin_is_eight_budgets_and_32_mib),
        cmocka_unit_test(test_a_cache_that_forgets_nothing_is_a_finding),
        cmocka_unit_test(test_a_generous_budget_is_not_exceeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
