/* A candidate beside a baseline: what each verdict is for. */
#include "harness/gate/gate.h"

#include "harness/report/gate.h"
#include "tests/unit/runs.h"

#define SOUND "builtin:boxing-day-fix"

/* Several scenarios, so that some have nodes. */
static const struct sf_gate *gate_over(const char *const *files, struct sf_gate_options options)
{
    static struct sf_gate gate;
    static struct sf_plan plans[4];
    struct sf_diag diag = {0};
    for (options.plans_count = 0; files[options.plans_count] != NULL; options.plans_count++) {
        assert_int_equal(sf_scenario_load(files[options.plans_count], sf_run_schema(), NULL, 0,
                                          &plans[options.plans_count], &diag),
                         SF_OK);
    }
    options.plans = plans;
    options.seed_first = options.seed_first > 0 ? options.seed_first : 1;
    options.run_seconds_max = 120;
    if (sf_gate_run(&options, &gate, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    return &gate;
}

static const char *const one[] = {"scenarios/gate/deploy.yaml", NULL};
static const char *const nodes[] = {"scenarios/gate/lost-node.yaml", "scenarios/gate/rollout.yaml",
                                    NULL};

static const struct sf_gate_arm *arm_of(const struct sf_gate *gate, enum sf_arm arm)
{
    return &gate->comparison.arms[arm];
}

static void test_a_candidate_that_leaks_where_the_baseline_does_not(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        one, (struct sf_gate_options){
                 .candidate = "builtin:canary-tenantless", .baseline = SOUND, .seeds_count = 4});
    assert_int_equal(gate->kind, SF_GATE_LEAK);
    assert_int_equal(arm_of(gate, SF_ARM_CANDIDATE)->worse_count, 4);
    assert_int_equal(arm_of(gate, SF_ARM_CANDIDATE)->better_count, 0);
    assert_int_equal(arm_of(gate, SF_ARM_BASELINE)->failed_count, 0);
    assert_non_null(strstr(gate->reason, "newly failing 4, newly passing 0"));
    assert_int_equal(gate->finds[0].standing, SF_GATE_COUNTS);
    assert_true(gate->has_difference);
    assert_true(gate->difference.found);
    assert_true(gate->difference.number > 1);
}

/* The same two caches the other way round: a fix is not blamed for what it replaces, although every
 * rollout begins with it. */
static void test_a_candidate_that_mends_the_baseline(void **state)
{
    (void)state;
    const struct sf_gate *gate = gate_over(
        one, (struct sf_gate_options){
                 .candidate = SOUND, .baseline = "builtin:canary-tenantless", .seeds_count = 4});
    assert_int_equal(gate->verdict, SF_VERDICT_INCONCLUSIVE); /* one scenario is not enough */
    assert_int_equal(gate->kind, SF_GATE_INCONCLUSIVE);
    assert_int_equal(arm_of(gate, SF_ARM_CANDIDATE)->failed_count, 0);
    assert_int_equal(arm_of(gate, SF_ARM_CANDIDATE)->better_count, 4);
    assert_true(arm_of(gate, SF_ARM_ROLLOUT)->failed_count > 0);
    assert_int_equal(gate->of_baseline_count, gate->finds_count);
}

/* D14, version skew: version 2 reads what version 1 has left in the store. */
static void test_a_candidate_that_leaks_only_while_it_is_rolled_out(void **state)
{
    (void)state;
    const struct sf_gate *gate =
        gate_over(nodes, (struct sf_gate_options){.candidate = "builtin:d14-version-skew",
                                                  .baseline = "builtin:d14-version-skew?version=1",
                                                  .seeds_count = 12});
    assert_int_equal(arm_of(gate, SF_ARM_CANDIDATE)->failed_count, 0);
    assert_int_equal(arm_of(gate, SF_ARM_BASELINE)->failed_count, 0);
    assert_int_equal(gate->kind, SF_GATE_LEAK);
    uint32_t only_count = 0;
    for (int arm = SF_ARM_ROLLOUT; arm < SF_ARMS_COUNT; arm++) {
        assert_true(arm_of(gate, (enum sf_arm)arm)->runs_count > 0);
        only_count += arm_of(gate, (enum sf_arm)arm)->only_count;
    }
    assert_true(only_count > 0);
    assert_non_null(strstr(gate->reason, "runs in which neither did"));
    assert_true(gate->finds[0].arm > SF_ARM_BASELINE);
}

/* The command that repeats a finding of an arm finds it again. */
static void test_the_plan_of_an_arm_is_the_one_that_its_command_runs(void **state)
{
    (void)state;
    static const char *const files[] = {"x.yaml"};
    const struct sf_gate_names names = {
        .candidate = "new.so", .baseline = "old.so", .files = files};
    static const char *const expected[] = {
        [SF_ARM_CANDIDATE] = "strayframe run x.yaml --seed 3 --cache new.so",
        [SF_ARM_BASELINE] = "strayframe run x.yaml --seed 3 --cache old.so",
        [SF_ARM_HALF_WAY] =
            "strayframe run x.yaml --seed 3 --cache new.so --baseline old.so --rollout half-way",
    };
    static const enum sf_arm arms[] = {SF_ARM_CANDIDATE, SF_ARM_BASELINE, SF_ARM_HALF_WAY};
    for (size_t i = 0; i < sizeof arms / sizeof arms[0]; i++) {
        struct sf_text text = {0};
        sf_report_gate_command(&names, "run", (struct sf_gate_run_at){arms[i], 0, 3}, &text);
        assert_string_equal(text.data, expected[arms[i]]);
        sf_text_free(&text);
    }
}

static struct sf_gate_limits limits_of(enum sf_gate_figure_kind kind, double loss)
{
    struct sf_gate_limits limits = {{0}};
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        limits.losses[i] = i == (int)kind ? loss : -1.0;
    }
    return limits;
}

/* It waits for a camera, where the baseline has the still already. */
static void test_a_candidate_that_is_slower_to_the_first_still(void **state)
{
    (void)state;
    struct sf_gate_options options = {
        .candidate = "builtin:boxing-day-fix?fresh_ms=500", .baseline = SOUND, .seeds_count = 40};
    const struct sf_gate_limits limits = limits_of(SF_GATE_FIGURE_FIRST_STILL, 0.05);
    options.limits = &limits;
    const struct sf_gate *gate = gate_over(one, options);
    const struct sf_gate_figure *figure = &gate->comparison.figures[SF_GATE_FIGURE_FIRST_STILL];
    assert_true(figure->measured);
    assert_true(figure->candidate > figure->baseline);
    assert_true(figure->loss_interval.low > 0.05);
    assert_int_equal(gate->kind, SF_GATE_REGRESSION);
    assert_int_equal(gate->verdict, SF_VERDICT_FAIL);
    assert_non_null(strstr(gate->reason, "first-still is worse by"));
    /* The other way round it is no regression; the same cache on both sides is none, either. */
    options.candidate = SOUND;
    options.baseline = "builtin:boxing-day-fix?fresh_ms=500";
    gate = gate_over(one, options);
    figure = &gate->comparison.figures[SF_GATE_FIGURE_FIRST_STILL];
    assert_int_equal(figure->allowed, SF_GATE_WITHIN);
    assert_true(figure->loss < 0.0);
    options.baseline = SOUND;
    gate = gate_over(one, options);
    figure = &gate->comparison.figures[SF_GATE_FIGURE_FIRST_STILL];
    assert_int_equal(gate->comparison.same_count, gate->comparison.pairs_count);
    assert_true(figure->loss == 0.0);
    assert_false(gate->has_difference);
}

/* A cache in a process of its own; a built-in one has no memory of its own to be measured. */
static void test_memory_is_measured_of_caches_in_processes(void **state)
{
    (void)state;
    static const char *const small[] = {"scenarios/smoke/small.yaml", NULL};
    const struct sf_gate *gate = gate_over(
        small, (struct sf_gate_options){.candidate = SF_BINARY_DIR "/tests/hostile_sound.so",
                                        .baseline = SF_BINARY_DIR "/tests/hostile_sound.so",
                                        .seeds_count = 2});
    const struct sf_gate_figure *figure = &gate->comparison.figures[SF_GATE_FIGURE_MEMORY];
    assert_true(figure->measured);
    assert_true(figure->candidate > 0.1 && figure->candidate < 10000); /* MiB */
    gate = gate_over(
        small, (struct sf_gate_options){.candidate = SOUND, .baseline = SOUND, .seeds_count = 2});
    assert_false(gate->comparison.figures[SF_GATE_FIGURE_MEMORY].measured);
}

/* With a few seeds nothing is sure, and the verdict says what is missing. */
static void test_too_few_seeds_are_inconclusive(void **state)
{
    (void)state;
    const struct sf_gate_limits limits = limits_of(SF_GATE_FIGURE_OWN_SHARE, 1e-6);
    const struct sf_gate *gate =
        gate_over(one, (struct sf_gate_options){.candidate = "builtin:careful",
                                                .baseline = SOUND,
                                                .seeds_count = 1,
                                                .limits = &limits});
    assert_int_equal(gate->comparison.figures[SF_GATE_FIGURE_OWN_SHARE].allowed, SF_GATE_UNSURE);
    assert_int_equal(gate->kind, SF_GATE_INCONCLUSIVE);
}

static void test_results_do_not_depend_on_the_workers(void **state)
{
    (void)state;
    uint64_t hashes[2];
    for (uint32_t workers = 1; workers <= 2; workers++) {
        const struct sf_gate *gate =
            gate_over(nodes, (struct sf_gate_options){.candidate = "builtin:careful",
                                                      .baseline = SOUND,
                                                      .seeds_count = 2,
                                                      .workers = 2 * workers - 1});
        hashes[workers - 1] = gate->traces_hash;
        assert_int_equal(gate->runs_count, 2 * 2 * 5);
    }
    assert_true(hashes[0] == hashes[1]);
}

static void test_as_many_seeds_as_the_leak_rate_takes(void **state)
{
    (void)state;
    static struct sf_plan plans[2];
    struct sf_gate_options options = {.plans = plans, .plans_count = 2, .candidate = SOUND};
    plans[0].gate_every = 1;
    plans[1].gate_every = 3;
    assert_int_equal(sf_gate_seeds_for(&options, 1), 1);
    assert_int_equal(sf_gate_seeds_for(&options, 2), 1);
    assert_int_equal(sf_gate_seeds_for(&options, 3), 2);
    assert_int_equal(sf_gate_seeds_for(&options, 4000), 3000);
    assert_int_equal(sf_gate_seeds_for(&options, 4001), 3001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_candidate_that_leaks_where_the_baseline_does_not),
        cmocka_unit_test(test_a_candidate_that_mends_the_baseline),
        cmocka_unit_test(test_a_candidate_that_leaks_only_while_it_is_rolled_out),
        cmocka_unit_test(test_the_plan_of_an_arm_is_the_one_that_its_command_runs),
        cmocka_unit_test(test_a_candidate_that_is_slower_to_the_first_still),
        cmocka_unit_test(test_memory_is_measured_of_caches_in_processes),
        cmocka_unit_test(test_too_few_seeds_are_inconclusive),
        cmocka_unit_test(test_results_do_not_depend_on_the_workers),
        cmocka_unit_test(test_as_many_seeds_as_the_leak_rate_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
