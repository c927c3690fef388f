/* The gate: which runs are started, how findings are grouped, and what the verdict says. */
#include "harness/gate/gate.h"

#include "harness/base/ids.h"
#include "harness/gate/small_worlds.h"
#include "harness/oracle/probes.h"
#include "harness/report/gate.h"
#include "tests/unit/runs.h"

#define SCENARIO "scenarios/gate/on-demand.yaml"

static struct sf_gate *gate_over(const char *scenario, struct sf_gate_options options)
{
    static struct sf_gate gate;
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(scenario, sf_run_schema(), NULL, 0, &plan, &diag), SF_OK);
    options.plans = &plan;
    options.plans_count = 1;
    options.seed_first = 1;
    options.candidate = options.candidate != NULL ? options.candidate : "builtin:boxing-day-fix";
    options.run_seconds_max = options.run_seconds_max > 0 ? options.run_seconds_max : 120;
    assert_int_equal(sf_gate_run(&options, &gate, &diag), SF_OK);
    return &gate;
}

/* Cameras that upload nothing: no upload can end incomplete. */
static void
test_a_required_situation_that_did_not_occur_makes_the_verdict_inconclusive(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(SCENARIO, (struct sf_gate_options){.seeds_count = 3});
    assert_int_equal(gate->failed_count, 0);
    assert_int_equal(gate->probes[SF_PROBE_SHARED_ASK], 3);
    assert_int_equal(gate->probes[SF_PROBE_UPLOAD_ABANDONED], 0);
    assert_int_equal(gate->verdict, SF_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(gate->reason, "did not occur ("));
    assert_non_null(strstr(gate->reason, "upload-abandoned"));
    assert_null(strstr(gate->reason, "two-tenants-wait"));
}

static void test_findings_of_one_signature_are_one_find_and_strays_come_first(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        "scenarios/gate/deploy.yaml",
        (struct sf_gate_options){.candidate = "builtin:canary-tenantless", .seeds_count = 4});
    assert_int_equal(gate->verdict, SF_VERDICT_FAIL);
    assert_true(gate->stray_count > 0);
    assert_true(gate->finds_count > 1);
    assert_true(sf_gate_is_stray(gate->finds[0].finding.oracle));
    assert_int_equal(gate->finds[0].finding.callback, 1 + SF_CALLBACK_ON_REQUEST);
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        assert_true(gate->finds[i].runs_count <= gate->failed[gate->finds[i].finding.oracle]);
        for (uint32_t j = 0; j < i; j++) {
            const struct sf_finding *a = &gate->finds[i].finding;
            const struct sf_finding *b = &gate->finds[j].finding;
            assert_true(a->oracle != b->oracle || a->callback != b->callback ||
                        a->viewer.index % SF_VIEWERS_PER_HOME !=
                            b->viewer.index % SF_VIEWERS_PER_HOME);
            assert_true(sf_gate_is_stray(b->oracle) || !sf_gate_is_stray(a->oracle));
        }
    }
    assert_non_null(strstr(gate->reason, "a viewer received another tenant's picture"));
}

/* Whatever the number of workers. */
static void test_equal_runs_have_equal_hashes_and_others_do_not(void **state)
{
    (void)state;
    const struct sf_gate_options two = {.seeds_count = 2, .workers = 2};
    uint64_t first = gate_over(SCENARIO, two)->traces_hash;
    assert_true(gate_over(SCENARIO, two)->traces_hash == first);
    const struct sf_gate_options one_worker = {.seeds_count = 2, .workers = 1};
    assert_true(gate_over(SCENARIO, one_worker)->traces_hash == first);
    const struct sf_gate_options one_seed = {.seeds_count = 1};
    assert_true(gate_over(SCENARIO, one_seed)->traces_hash != first);
    const struct sf_gate_options other = {.seeds_count = 2, .candidate = "builtin:careful"};
    assert_true(gate_over(SCENARIO, other)->traces_hash != first);
}

static void test_runs_that_ended_early_are_not_said_to_be_free_of_strays(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        SCENARIO, (struct sf_gate_options){.candidate = SF_BINARY_DIR "/tests/mischief.so?do=exit",
                                           .seeds_count = 2});
    assert_int_equal(gate->ended_count, 2);
    assert_int_equal(gate->finds_count, 1);
    assert_int_equal(gate->finds[0].kind, SF_GATE_CRASH);
    assert_int_equal(gate->finds[0].runs_count, 2);
    assert_non_null(strstr(gate->reason, "no run came to its end; "));
    assert_non_null(strstr(gate->reason, "; the cache crashed in 2"));
}

static void test_after_some_hangs_no_further_run_starts(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        SCENARIO, (struct sf_gate_options){.candidate = SF_BINARY_DIR "/tests/mischief.so?do=hang",
                                           .seeds_count = 50,
                                           .workers = 1,
                                           .run_seconds_max = 1});
    assert_int_equal(gate->verdict, SF_VERDICT_FAIL);
    assert_int_equal(gate->hung_count + 1, SF_GATE_HANGS_MAX); /* one was the repetition */
    assert_true(gate->runs_count < gate->wanted_count);
    assert_non_null(strstr(gate->reason, "runs were not started"));
}

static void test_beyond_the_floor_runs_only_start_while_there_is_time(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        SCENARIO, (struct sf_gate_options){
                      .seeds_count = 100000, .seeds_floor = 3, .seconds = 1e-9, .workers = 1});
    assert_int_equal(gate->seeds_count, 3);
    assert_int_equal(gate->runs_count, 3);
    assert_int_equal(gate->wanted_count, 3);
    assert_null(strstr(gate->reason, "the time was up"));
}

static void test_a_pass_says_what_it_would_have_seen(void **state)
{
    (void)state;
    assert_int_equal(sf_gate_seen_from(0), 0);
    assert_int_equal(sf_gate_seen_from(1), 1);
    assert_int_equal(sf_gate_seen_from(400), 134);
    assert_int_equal(sf_gate_seen_from(4000), 1330);
    /* The bound holds: 1 - (1 - 1/n)^runs is at least 95 %, at one in 134 over 400 runs. */
    double missed = 1.0;
    for (int i = 0; i < 400; i++) {
        missed *= 1.0 - 1.0 / 134;
    }
    assert_true(missed <= 0.05);
}

/* What was changed on the command line is part of what is judged, so of the command that repeats.
 */
static void test_commands_name_every_setting(void **state)
{
    (void)state;
    static const char *const files[] = {"my scenario.yaml"};
    static const struct sf_scenario_override sets[] = {{"still.width", "320"},
                                                       {"networks.good.both", "delay 20ms"}};
    const struct sf_gate_names names = {
        .candidate = "./it's.so?a=1&b=2",
        .baseline = "builtin:careful",
        .files = files,
        .sets = sets,
        .sets_count = 2,
    };
    struct sf_text text = {0};
    sf_report_gate_command(&names, "shrink", (struct sf_gate_run_at){SF_ARM_MIXED, 0, 7}, &text);
    assert_string_equal(text.data,
                        "strayframe shrink 'my scenario.yaml' --seed 7 --cache "
                        "'./it'\\''s.so?a=1&b=2' --baseline builtin:careful --rollout mixed "
                        "--set still.width=320 --set 'networks.good.both=delay 20ms'");
    sf_text_free(&text);
}

/* Four homes on a good network show nothing; an order of four events does. */
static void test_a_finding_of_small_worlds_is_a_fail(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        "scenarios/smoke/small.yaml",
        (struct sf_gate_options){
            .candidate = "builtin:d02-fallback-by-model", .seeds_count = 1, .small_seconds = 5});
    const char *const files[] = {"small.yaml"};
    const struct sf_gate_names names = {.candidate = "builtin:d02-fallback-by-model",
                                        .files = files};
    const struct sf_paint plain = {"", "", "", "", ""};
    struct sf_text text = {0};
    assert_int_equal(gate->failed_count, 0);
    assert_true(gate->small.ran);
    assert_int_equal(gate->small.events_count, 4);
    assert_int_equal(gate->verdict, SF_VERDICT_FAIL);
    assert_non_null(strstr(gate->reason, "fails in the small world \"closed\", after 4 events"));
    sf_report_gate_text(gate, &names, &plain, &text);
    assert_non_null(strstr(text.data, "strayframe exhaust --world closed --depth 4 --candidate"));
    sf_text_free(&text);
}

static void test_small_worlds_say_what_they_covered(void **state)
{
    (void)state;
    const struct sf_gate *gate =
        gate_over("scenarios/smoke/small.yaml",
                  (struct sf_gate_options){.seeds_count = 1, .small_seconds = 1});
    assert_true(gate->small.ran);
    assert_int_equal(gate->small.verdict, SF_VERDICT_PASS);
    assert_true(gate->small.depth_least >= 1);
    assert_true(gate->small.orders_count > 1000);
    assert_non_null(strstr(gate->small.told, "every order of up to"));
}

/* A shared object is not loaded into this process for it, and its leak is found all the same. */
static void test_a_foreign_candidate_is_tried_in_small_worlds(void **state)
{
    (void)state;
    struct sf_campaign_small small;
    struct sf_diag diag = {0};
    const char *leaky = SF_BINARY_DIR "/tests/hostile_leaky.so";
    assert_int_equal(sf_gate_small_compare(leaky, NULL, 2, &small, &diag), SF_OK);
    assert_true(small.ran);
    assert_int_equal(small.verdict, SF_VERDICT_FAIL);
    assert_true(small.leaks);
    assert_int_equal(sf_gate_small_compare("./none.so", NULL, 2, &small, &diag), SF_ERR_INPUT);
    assert_int_equal(sf_gate_small_compare("./none.so", NULL, 0, &small, &diag), SF_OK);
    assert_false(small.ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_required_situation_that_did_not_occur_makes_the_verdict_inconclusive),
        cmocka_unit_test(test_findings_of_one_signature_are_one_find_and_strays_come_first),
        cmocka_unit_test(test_equal_runs_have_equal_hashes_and_others_do_not),
        cmocka_unit_test(test_runs_that_ended_early_are_not_said_to_be_free_of_strays),
        cmocka_unit_test(test_after_some_hangs_no_further_run_starts),
        cmocka_unit_test(test_beyond_the_floor_runs_only_start_while_there_is_time),
        cmocka_unit_test(test_a_pass_says_what_it_would_have_seen),
        cmocka_unit_test(test_commands_name_every_setting),
        cmocka_unit_test(test_a_finding_of_small_worlds_is_a_fail),
        cmocka_unit_test(test_small_worlds_say_what_they_covered),
        cmocka_unit_test(test_a_foreign_candidate_is_tried_in_small_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
