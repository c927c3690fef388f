/* Arms of the comparison: what runs on which node, when. */
#include "harness/gate/rollout.h"

#include "tests/unit/runs.h"

static const struct sf_plan *scenario(const char *path)
{
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    assert_int_equal(sf_scenario_load(path, sf_run_schema(), NULL, 0, &plan, &diag), SF_OK);
    return &plan;
}

/* "60s:0=new 63s:1=new", of the deploys of an arm. */
static void assert_deploys(const struct sf_plan *plan, enum sf_arm arm, const char *expected)
{
    static struct sf_plan out;
    struct sf_diag diag = {0};
    struct sf_text text = {0};
    sf_rollout_plan(plan, arm, "builtin:careful", "builtin:boxing-day-fix", &out);
    if (sf_plan_check(&out, sf_run_schema(), &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    sf_text_add(&text, "%s", strcmp(out.cache, "builtin:careful") == 0 ? "old" : "new");
    for (uint32_t i = 0; i < out.timeline_count; i++) {
        const struct sf_plan_entry *entry = &out.timeline[i];
        if (entry->action == SF_ACTION_DEPLOY) {
            sf_text_add(&text, " %lld:%d=%s", (long long)(entry->at_ns / SF_SECOND),
                        entry->node == SF_NODE_ALL ? -1 : (int)entry->node,
                        strcmp(entry->cache, "builtin:careful") == 0 ? "old" : "new");
        }
    }
    assert_string_equal(text.data, expected);
    sf_text_free(&text);
}

static void test_a_scenario_with_deploys(void **state)
{
    (void)state;
    const struct sf_plan *plan = scenario("scenarios/gate/deploy.yaml");
    assert_deploys(plan, SF_ARM_CANDIDATE, "new 60:-1=new 180:-1=new");
    assert_deploys(plan, SF_ARM_BASELINE, "old 60:-1=old 180:-1=old");
    assert_deploys(plan, SF_ARM_ROLLOUT, "old 60:0=new 180:0=new");
    assert_deploys(plan, SF_ARM_ROLLBACK, "old 60:0=new 180:0=old");
    assert_false(sf_rollout_has(plan, SF_ARM_HALF_WAY)); /* it has one node */
    assert_false(sf_rollout_has(plan, SF_ARM_MIXED));
}

static void test_a_scenario_without_deploys(void **state)
{
    (void)state;
    const struct sf_plan *plan = scenario("scenarios/gate/on-demand.yaml"); /* heals at 180 s */
    assert_deploys(plan, SF_ARM_ROLLOUT, "old 45:0=new");
    assert_deploys(plan, SF_ARM_ROLLBACK, "old 45:0=new 112:0=old");
}

static void test_a_scenario_with_nodes(void **state)
{
    (void)state;
    const struct sf_plan *plan = scenario("scenarios/gate/lost-node.yaml"); /* 45 s, every 5 s */
    assert_deploys(plan, SF_ARM_ROLLOUT, "old 45:0=new 50:1=new 55:2=new");
    assert_deploys(plan, SF_ARM_HALF_WAY, "old 45:0=new 50:1=old 55:2=old");
    assert_deploys(plan, SF_ARM_MIXED, "old 0:1=new 45:0=old 50:1=new 55:2=old");
    assert_deploys(scenario("scenarios/gate/churn.yaml"), SF_ARM_ROLLBACK,
                   "old 15:0=new 18:1=new 20:0=old 20:1=old 44:0=new 45:0=old 45:1=new 45:2=new "
                   "46:1=old 48:2=old 55:0=new 55:1=new 55:2=new 72:0=old 72:1=old 72:2=old");
}

/* Every scenario of the gate, in every arm that it has, is a plan that loads again. */
static void test_every_arm_of_every_scenario_is_a_plan(void **state)
{
    (void)state;
    static const char *const files[] = {
        "accounts",     "busy-day",     "churn",        "crowd",       "deploy",
        "fetch-fails",  "forget",       "large",        "live",        "lost-node",
        "refused",      "many-uploads", "rollout",      "mass-return", "on-demand",
        "poor-network", "soak",         "short-memory", "wrap",
    };
    uint32_t nodes_count = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[100];
        static struct sf_plan out;
        snprintf(path, sizeof path, "scenarios/gate/%s.yaml", files[i]);
        const struct sf_plan *plan = scenario(path);
        for (int arm = SF_ARM_CANDIDATE; arm < SF_ARMS_COUNT; arm++) {
            struct sf_diag diag = {0};
            if (!sf_rollout_has(plan, (enum sf_arm)arm)) {
                continue;
            }
            nodes_count += arm == SF_ARM_MIXED;
            sf_rollout_plan(plan, (enum sf_arm)arm, "builtin:careful", "builtin:boxing-day-fix",
                            &out);
            if (sf_plan_check(&out, sf_run_schema(), &diag) != SF_OK) {
                fail_msg("%s, %s: %s", path, sf_arm_name((enum sf_arm)arm), diag.message);
            }
        }
    }
    assert_int_equal(nodes_count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_scenario_with_deploys),
        cmocka_unit_test(test_a_scenario_without_deploys),
        cmocka_unit_test(test_a_scenario_with_nodes),
        cmocka_unit_test(test_every_arm_of_every_scenario_is_a_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
