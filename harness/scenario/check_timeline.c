/* What is wrong with the timeline of a plan, and with the fates of its packets. */
#include "harness/scenario/check_parts.h"

#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

SF_MUST_USE static enum sf_err part_check(struct sf_check *check, enum sf_action_part part,
                                          const struct sf_plan_entry *entry)
{
    const struct sf_plan *plan = check->plan;
    int64_t nodes_count =
        sf_param_role_value(check->schema->tables[SF_SECTION_CLOUD], &plan->cloud, SF_ROLE_NODES);
    switch (part) {
    case SF_PART_CACHE:
        return sf_value_cache_check(entry->cache, check->diag);
    case SF_PART_OPTIONS:
        return sf_value_text_check(entry->cache, sizeof entry->cache, check->diag);
    case SF_PART_NETWORK:
        return entry->network_index < plan->networks_count
                   ? SF_OK
                   : sf_check_wrong(check, "there is no network %" PRIu32, entry->network_index);
    case SF_PART_HOMES:
        return entry->group_index == SF_GROUP_ALL || entry->group_index < plan->groups_count
                   ? SF_OK
                   : sf_check_wrong(check, "there is no group %" PRIu32, entry->group_index);
    case SF_PART_DIRECTION:
        return (uint32_t)entry->direction <= SF_DIRECTION_DOWN
                   ? SF_OK
                   : sf_check_wrong(check, "there is no direction %d", (int)entry->direction);
    case SF_PART_NODE:
        return entry->node < nodes_count ||
                       (entry->node == SF_NODE_ALL && sf_action_of(entry)->value != part)
                   ? SF_OK
                   : sf_check_wrong(
                         check, "there is no node %" PRIu32 "; the cloud has %" PRId64 ", from 0",
                         entry->node, nodes_count);
    case SF_PART_EVERY:
        if (entry->duration_ns > 0 && entry->node != SF_NODE_ALL) {
            return sf_check_wrong(check, "goes from node to node, not beside one 'node'");
        }
        return entry->duration_ns >= 0 && entry->duration_ns <= SF_DURATION_NS_MAX
                   ? SF_OK
                   : sf_check_wrong(check, "not a duration from 0 to 366d");
    case SF_PART_STEP:
        return entry->duration_ns >= -SF_DURATION_NS_MAX && entry->duration_ns <= SF_DURATION_NS_MAX
                   ? SF_OK
                   : sf_check_wrong(check, "a clock steps by at most 366d");
    case SF_PART_VERSION:
        return entry->version <= INT32_MAX
                   ? SF_OK
                   : sf_check_wrong(check, "not a number from 0 to %d", INT32_MAX);
    case SF_PART_SWITCH:
        return SF_OK;
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

SF_MUST_USE static enum sf_err entry_check(struct sf_check *check, uint32_t index)
{
    const struct sf_plan_entry *entry = &check->plan->timeline[index];
    const struct sf_action *action = sf_action_of(entry);
    sf_check_at(check, "timeline.%" PRIu32, index);
    if (action == NULL) {
        return sf_check_wrong(check, "there is no action %d", (int)entry->action);
    }
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        if (sf_action_has(action, (enum sf_action_part)part)) {
            const char *key = action->value == (enum sf_action_part)part
                                  ? action->key
                                  : sf_action_part_key((enum sf_action_part)part);
            sf_check_at(check, "timeline.%" PRIu32 ".%s", index, key);
            SF_TRY(part_check(check, (enum sf_action_part)part, entry));
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err entry_time_check(struct sf_check *check, uint32_t index)
{
    const struct sf_plan *plan = check->plan;
    sf_ns at_ns = plan->timeline[index].at_ns;
    sf_check_at(check, "timeline.%" PRIu32 ".at", index);
    if (at_ns < 0) {
        return sf_check_wrong(check, "before the start of the run");
    }
    if (at_ns >= plan->duration_ns) {
        return sf_check_duration_wrong(
            check, at_ns, " is not before the end of the run, which lasts ", plan->duration_ns);
    }
    if (index > 0 && at_ns < plan->timeline[index - 1].at_ns) {
        return sf_check_wrong(check, "the timeline is not in order");
    }
    return SF_OK;
}

/* After the heal nothing disturbs any more, and every owner gets the time that it was promised. */
SF_MUST_USE static enum sf_err heal_check(struct sf_check *check, uint32_t index)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = index + 1; i < plan->timeline_count; i++) {
        sf_check_at(check, "timeline.%" PRIu32, i);
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return sf_check_wrong(check, "a second heal; the network heals once, at the end");
        }
        const struct sf_action *action = sf_action_of(&plan->timeline[i]);
        bool ends = action->value == SF_PART_SWITCH && plan->timeline[i].on;
        if (action->fault && !ends) {
            return sf_check_wrong(check, "'%s' comes after the heal; the heal is where faults end",
                                  action->key);
        }
    }
    sf_check_at(check, "timeline.%" PRIu32 ".heal", index);
    if (plan->networks[plan->timeline[index].network_index].states_count > 0) {
        return sf_check_wrong(check,
                              "after the heal nothing changes any more, and the network '%s' does",
                              plan->networks[plan->timeline[index].network_index].name);
    }
    sf_ns left_ns = plan->duration_ns - plan->timeline[index].at_ns;
    sf_ns needed_ns = sf_param_role_value(check->schema->tables[SF_SECTION_CLOUD], &plan->cloud,
                                          SF_ROLE_RECOVERY);
    sf_check_at(check, "timeline.%" PRIu32 ".at", index);
    if (left_ns < needed_ns) {
        return sf_check_duration_wrong(
            check, left_ns, " are left after the heal, less than the cloud's recover_within of ",
            needed_ns);
    }
    return SF_OK;
}

enum sf_err sf_check_timeline(struct sf_check *check)
{
    SF_ASSERT(check != NULL);
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        SF_TRY(entry_check(check, i));
        SF_TRY(entry_time_check(check, i));
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return heal_check(check, i);
        }
    }
    return SF_OK;
}

enum sf_err sf_check_fates(struct sf_check *check)
{
    SF_ASSERT(check != NULL);
    const struct sf_plan *plan = check->plan;
    uint32_t homes_count = sf_plan_homes_count(plan);
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        const struct sf_plan_fate *fate = &plan->fates[i];
        sf_check_at(check, "fates.%" PRIu32, i);
        if (fate->home >= homes_count) {
            return sf_check_wrong(check,
                                  "there is no home %" PRIu32 "; there are %" PRIu32 ", from 1",
                                  fate->home + 1, homes_count);
        }
        if (fate->direction != SF_DIRECTION_UP && fate->direction != SF_DIRECTION_DOWN) {
            return sf_check_wrong(check, "a packet goes up or down");
        }
        if ((uint32_t)fate->kind > SF_PLAN_FATE_CORRUPTED) {
            return sf_check_wrong(check, "there is no fate %d", (int)fate->kind);
        }
        if (fate->packet > INT64_MAX) {
            return sf_check_wrong(check, "there is no packet %" PRIu64, fate->packet);
        }
        if (fate->kind == SF_PLAN_FATE_DELAYED &&
            (fate->delay_ns < 0 || fate->delay_ns > SF_DURATION_NS_MAX)) {
            return sf_check_wrong(check, "a delay is at most 366d");
        }
        if (i > 0 && sf_plan_fate_compare(&plan->fates[i - 1], fate) >= 0) {
            return sf_check_wrong(check,
                                  "fates come in the order of home, direction (up before down) and "
                                  "packet, each packet once");
        }
    }
    return SF_OK;
}
