/* The proof: what is caught counts as caught, what is not as missed, and a twin that fails as a
 * false alarm. */
#include "harness/gate/prove.h"

#include <string.h>

#include "tests/unit/runs.h"

enum { ON_DEMAND, SMALL, PLANS_COUNT };

static struct sf_plan plans[PLANS_COUNT];

static void load_plans(void)
{
    static const char *const files[PLANS_COUNT] = {"scenarios/gate/on-demand.yaml",
                                                   "scenarios/smoke/small.yaml"};
    struct sf_diag diag = {0};
    for (int i = 0; i < PLANS_COUNT; i++) {
        assert_int_equal(sf_scenario_load(files[i], sf_run_schema(), NULL, 0, &plans[i], &diag),
                         SF_OK);
    }
}

static struct sf_proofs prove(const char *class, int plan, uint32_t seeds_count)
{
    static struct sf_proofs proofs;
    struct sf_diag diag = {0};
    load_plans();
    const struct sf_prove_options options = {
        .plans = &plans[plan],
        .plans_count = 1,
        .only = class,
        .seed_first = 1,
        .seeds_count = seeds_count,
        .twin_seeds_count = 3,
    };
    assert_int_equal(sf_prove(&options, &proofs, &diag), SF_OK);
    return proofs;
}

static void test_a_defect_is_caught_and_its_twin_is_not_blamed(void **state)
{
    (void)state;
    struct sf_proofs proofs = prove("D03", ON_DEMAND, 6);
    const struct sf_proof *proof = &proofs.proofs[0];
    assert_int_equal(proofs.count, 1);
    assert_string_equal(proof->defect->id, "D03");
    assert_int_equal(proof->runs_count, 6);
    assert_true(proof->meant_count > 0);
    assert_true(proof->meant_count <= proof->caught_count);
    assert_true(proof->median_runs >= 1 && proof->median_runs <= 6);
    assert_true(proof->median_simulated_s > 0);
    assert_int_equal(proof->twin_runs_count, 3);
    assert_int_equal(proof->false_alarms_count, 0);
    assert_true(sf_proof_holds(proof));
    /* Pixels and bytes both see it, and hardly any other oracle: neither is needed, the two are. */
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        assert_int_equal(sf_proof_needs(proof, i), i == sf_removals_count() - 1);
    }
}

/* The same defect where nothing goes wrong: four homes on a good network. */
static void test_what_nothing_brings_about_is_missed(void **state)
{
    (void)state;
    struct sf_proofs proofs = prove("D02", SMALL, 3);
    assert_int_equal(proofs.proofs[0].caught_count, 0);
    assert_int_equal(proofs.proofs[0].median_runs, 0);
    assert_false(sf_proof_holds(&proofs.proofs[0]));
}

static void test_false_alarms_are_told(void **state)
{
    (void)state;
    struct sf_proof proof = {.runs_count = 10, .caught_count = 4, .meant_count = 4};
    assert_true(sf_proof_holds(&proof));
    proof.false_alarms_count = 1;
    assert_false(sf_proof_holds(&proof));
}

static void test_a_removal_is_one_oracle_or_both_that_look_for_stray_frames(void **state)
{
    (void)state;
    uint32_t count = sf_removals_count();
    for (uint32_t i = 0; i + 1 < count; i++) {
        assert_int_equal(sf_removal_at(i).oracles, 1u << i);
        assert_string_equal(sf_removal_at(i).name, sf_oracles()[i]->name);
    }
    assert_string_equal(sf_removal_at(count - 1).name, "no-stray-pixels, no-stray-bytes");
    assert_int_equal(sf_removal_at(count - 1).oracles,
                     sf_removal_at(0).oracles | sf_removal_at(1).oracles);
}

static void test_an_unknown_class_is_refused(void **state)
{
    (void)state;
    static struct sf_proofs proofs;
    struct sf_diag diag = {0};
    load_plans();
    const struct sf_prove_options options = {
        .plans = plans, .plans_count = 1, .only = "D033", .seeds_count = 1, .twin_seeds_count = 1};
    assert_int_equal(sf_prove(&options, &proofs, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "there is no class 'D0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_defect_is_caught_and_its_twin_is_not_blamed),
        cmocka_unit_test(test_what_nothing_brings_about_is_missed),
        cmocka_unit_test(test_false_alarms_are_told),
        cmocka_unit_test(test_a_removal_is_one_oracle_or_both_that_look_for_stray_frames),
        cmocka_unit_test(test_an_unknown_class_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
