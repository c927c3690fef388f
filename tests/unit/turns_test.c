/* The order of a campaign: every scenario under each seed, some under one seed of several. */
#include "harness/gate/turns.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "tests/unit/test.h"

static void test_scenarios_take_turns_and_slow_ones_skip_seeds(void **state)
{
    (void)state;
    struct sf_plan *plans = sf_alloc(3, sizeof *plans);
    plans[0].gate_every = 1;
    plans[1].gate_every = 3;
    plans[2].gate_every = 1;
    const struct sf_turns turns = {plans, 3, NULL};
    static const struct sf_turn expected[] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {0, 1, 0},
                                              {2, 1, 0}, {0, 2, 0}, {2, 2, 0}, {0, 3, 0},
                                              {1, 3, 0}, {2, 3, 0}};
    for (uint32_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct sf_turn turn = sf_turns_at(&turns, i);
        assert_int_equal(turn.plan, expected[i].plan);
        assert_int_equal(turn.seed, expected[i].seed);
    }
    assert_int_equal(sf_turns_count(&turns, 0), 0);
    assert_int_equal(sf_turns_count(&turns, 1), 3);
    assert_int_equal(sf_turns_count(&turns, 4), 10);
    free(plans);
}

/* No scenario has a turn under most seeds. */
static void test_a_slow_scenario_alone(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    plan->gate_every = SF_GATE_EVERY_MAX;
    const struct sf_turns turns = {plan, 1, NULL};
    for (uint32_t i = 0; i < 50; i++) {
        assert_int_equal(sf_turns_at(&turns, i).seed, i * SF_GATE_EVERY_MAX);
    }
    assert_int_equal(sf_turns_count(&turns, SF_GATE_EVERY_MAX), 1);
    assert_int_equal(sf_turns_count(&turns, SF_GATE_EVERY_MAX + 1), 2);
    free(plan);
}

/* The runs of one turn come one after the other. */
static void test_a_turn_may_have_several_runs(void **state)
{
    (void)state;
    struct sf_plan *plans = sf_alloc(2, sizeof *plans);
    plans[0].gate_every = 2;
    plans[1].gate_every = 1;
    static const uint32_t times[] = {3, 2};
    const struct sf_turns turns = {plans, 2, times};
    static const struct sf_turn expected[] = {{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {1, 0, 0}, {1, 0, 1},
                                              {1, 1, 0}, {1, 1, 1}, {0, 2, 0}, {0, 2, 1}};
    for (uint32_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct sf_turn turn = sf_turns_at(&turns, i);
        assert_int_equal(turn.plan, expected[i].plan);
        assert_int_equal(turn.seed, expected[i].seed);
        assert_int_equal(turn.time, expected[i].time);
    }
    assert_int_equal(sf_turns_count(&turns, 2), 7);
    free(plans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenarios_take_turns_and_slow_ones_skip_seeds),
        cmocka_unit_test(test_a_slow_scenario_alone),
        cmocka_unit_test(test_a_turn_may_have_several_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
