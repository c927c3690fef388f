/* The gate: a campaign that never came past a probe has not tested what lies behind it. */
#include "harness/gate/gate.h"

#include "harness/oracle/probes.h"
#include "tests/unit/runs.h"

static struct sf_gate *gate_over(const char *scenario, bool quotas)
{
    static struct sf_gate gate;
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(scenario, sf_run_schema(), NULL, 0, &plan, &diag), SF_OK);
    const struct sf_gate_options options = {
        .candidate = "builtin:boxing-day-fix",
        .plans = &plan,
        .plans_count = 1,
        .seed_first = 1,
        .seeds_count = 3,
        .run_seconds_max = 60,
        .quotas = quotas,
    };
    assert_int_equal(sf_gate_run(&options, &gate, &diag), SF_OK);
    return &gate;
}

/* Cameras that upload nothing: no upload can end incomplete. */
static void test_a_probe_that_no_run_came_past_makes_the_verdict_inconclusive(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over("scenarios/gate/on-demand.yaml", true);
    assert_int_equal(gate->failed_count, 0);
    assert_int_equal(gate->probes[SF_PROBE_SHARED_WAIT], 3);
    assert_int_equal(gate->probes[SF_PROBE_UPLOAD_ABANDONED], 0);
    assert_int_equal(gate->verdict, SF_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(gate->reason, "not tested: no run came past '"));
}

static void test_without_quotas_probes_only_count(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over("scenarios/gate/on-demand.yaml", false);
    assert_int_equal(gate->probes[SF_PROBE_UPLOAD_ABANDONED], 0);
    assert_int_equal(gate->verdict, SF_VERDICT_PASS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_probe_that_no_run_came_past_makes_the_verdict_inconclusive),
        cmocka_unit_test(test_without_quotas_probes_only_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
