#include "harness/gate/rollout.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/gate/gate.h"
#include "harness/run/run.h"
#include "harness/scenario/params.h"

/* A plan whose timeline is rewritten. */
struct rollout {
    enum sf_arm arm;
    const char *baseline;
    const char *candidate;
    uint32_t nodes_count;
    bool has_candidate[SF_NODES_MAX]; /* what runs on each node now */
    struct sf_plan *plan;
};

static uint32_t nodes_of(const struct sf_plan *scenario)
{
    return (uint32_t)sf_param_role_value(sf_run_schema()->tables[SF_SECTION_CLOUD],
                                         &scenario->cloud, SF_ROLE_NODES);
}

static uint32_t deploys_of(const struct sf_plan *scenario)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scenario->timeline_count; i++) {
        count += scenario->timeline[i].action == SF_ACTION_DEPLOY;
    }
    return count;
}

bool sf_rollout_has(const struct sf_plan *scenario, enum sf_arm arm)
{
    SF_ASSERT(scenario != NULL);
    uint32_t nodes_count = nodes_of(scenario);
    /* Each deploy becomes one for each node at most, and some are added. */
    uint32_t most = scenario->timeline_count + (deploys_of(scenario) + 2) * nodes_count;
    bool needs_nodes = arm == SF_ARM_HALF_WAY || arm == SF_ARM_MIXED;
    return arm == SF_ARM_CANDIDATE || arm == SF_ARM_BASELINE ||
           (most <= SF_TIMELINE_MAX && (!needs_nodes || nodes_count > 1));
}

/* Behind the entries of the same time. */
static void insert(struct sf_plan *plan, const struct sf_plan_entry *entry)
{
    SF_ASSERT(plan->timeline_count < SF_TIMELINE_MAX);
    uint32_t at = plan->timeline_count++;
    for (; at > 0 && plan->timeline[at - 1].at_ns > entry->at_ns; at--) {
        plan->timeline[at] = plan->timeline[at - 1];
    }
    plan->timeline[at] = *entry;
}

/* What this deploy brings to a node. */
static bool brings_candidate(const struct rollout *rollout, uint32_t node)
{
    switch (rollout->arm) {
    case SF_ARM_ROLLBACK:
        return !rollout->has_candidate[node];
    case SF_ARM_HALF_WAY:
        return node < rollout->nodes_count / 2;
    case SF_ARM_MIXED:
        return node % 2 == 1;
    default: /* the rest: the candidate takes over */
        return true;
    }
}

/* Which version each deploy brings, in order of time. */
static void assign(struct rollout *rollout)
{
    struct sf_plan *plan = rollout->plan;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        struct sf_plan_entry *entry = &plan->timeline[i];
        if (entry->action == SF_ACTION_DEPLOY) {
            bool candidate = brings_candidate(rollout, entry->node);
            rollout->has_candidate[entry->node] = candidate;
            memset(entry->cache, 0, sizeof entry->cache);
            snprintf(entry->cache, sizeof entry->cache, "%s",
                     candidate ? rollout->candidate : rollout->baseline);
        }
    }
}

static void deploy_to(struct rollout *rollout, const struct sf_plan_entry *like, uint32_t node,
                      sf_ns at_ns)
{
    struct sf_plan_entry entry = *like;
    entry.at_ns = at_ns < rollout->plan->duration_ns ? at_ns : rollout->plan->duration_ns - 1;
    entry.node = node;
    entry.duration_ns = 0;
    insert(rollout->plan, &entry);
}

/* An entry of the scenario, node by node. */
static void deploy(struct rollout *rollout, const struct sf_plan_entry *entry)
{
    for (uint32_t node = 0; node < rollout->nodes_count; node++) {
        if (entry->node == SF_NODE_ALL || entry->node == node) {
            deploy_to(rollout, entry, node, entry->at_ns + node * entry->duration_ns);
        }
    }
}

/* Until when something may be deployed that owners are to survive: the network heals, or the end.
 */
static sf_ns last_ns(const struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return plan->timeline[i].at_ns;
        }
    }
    return plan->duration_ns;
}

static struct sf_plan_entry rolling(sf_ns at_ns, sf_ns every_ns)
{
    struct sf_plan_entry entry;
    memset(&entry, 0, sizeof entry);
    entry.at_ns = at_ns;
    entry.action = SF_ACTION_DEPLOY;
    entry.node = SF_NODE_ALL;
    entry.duration_ns = every_ns;
    return entry;
}

static bool any_has_candidate(const struct rollout *rollout)
{
    for (uint32_t node = 0; node < rollout->nodes_count; node++) {
        if (rollout->has_candidate[node]) {
            return true;
        }
    }
    return false;
}

/* The baseline on every node again, between the last deploy and the end. */
static void take_back(struct rollout *rollout)
{
    const struct sf_plan *plan = rollout->plan;
    sf_ns from_ns = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            from_ns = plan->timeline[i].at_ns;
        }
    }
    sf_ns to_ns = last_ns(plan) > from_ns ? last_ns(plan) : plan->duration_ns;
    struct sf_plan_entry entry = rolling(from_ns + (to_ns - from_ns) / 2, 0);
    for (uint32_t node = 0; node < rollout->nodes_count; node++) {
        if (rollout->has_candidate[node]) {
            deploy_to(rollout, &entry, node, entry.at_ns);
        }
    }
}

static void rewrite(const struct sf_plan *scenario, struct rollout *rollout)
{
    struct sf_plan *plan = rollout->plan;
    uint32_t deploys_count = deploys_of(scenario);
    plan->timeline_count = 0;
    memset(plan->timeline, 0, sizeof plan->timeline);
    for (uint32_t i = 0; i < scenario->timeline_count; i++) {
        if (scenario->timeline[i].action != SF_ACTION_DEPLOY) {
            insert(plan, &scenario->timeline[i]);
        }
    }
    if (rollout->arm == SF_ARM_MIXED) {
        struct sf_plan_entry start = rolling(0, 0);
        for (uint32_t node = 1; node < rollout->nodes_count; node += 2) {
            deploy_to(rollout, &start, node, 0);
        }
    }
    for (uint32_t i = 0; i < scenario->timeline_count; i++) {
        if (scenario->timeline[i].action == SF_ACTION_DEPLOY) {
            deploy(rollout, &scenario->timeline[i]);
        }
    }
    sf_ns until_ns = last_ns(scenario);
    if (deploys_count == 0 && rollout->arm != SF_ARM_MIXED) {
        struct sf_plan_entry entry = rolling(until_ns / 4, until_ns / 4 / rollout->nodes_count);
        deploy(rollout, &entry);
    }
    assign(rollout);
    if (rollout->arm == SF_ARM_ROLLBACK && any_has_candidate(rollout)) {
        take_back(rollout);
        memset(rollout->has_candidate, 0, sizeof rollout->has_candidate);
        assign(rollout);
    }
}

void sf_rollout_plan(const struct sf_plan *scenario, enum sf_arm arm, const char *baseline,
                     const char *candidate, struct sf_plan *plan)
{
    SF_ASSERT(scenario != NULL);
    SF_ASSERT(baseline != NULL);
    SF_ASSERT(candidate != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(sf_rollout_has(scenario, arm));
    struct rollout rollout = {.arm = arm,
                              .baseline = baseline,
                              .candidate = candidate,
                              .nodes_count = nodes_of(scenario),
                              .plan = plan};
    if (arm == SF_ARM_CANDIDATE || arm == SF_ARM_BASELINE) {
        sf_gate_plan(scenario, NULL, arm == SF_ARM_CANDIDATE ? candidate : baseline, plan);
        return;
    }
    *plan = *scenario;
    memset(plan->cache, 0, sizeof plan->cache);
    snprintf(plan->cache, sizeof plan->cache, "%s", baseline);
    rewrite(scenario, &rollout);
}
