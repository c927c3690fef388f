#include "harness/scenario/actions.h"

#include <string.h>

#include "harness/base/assert.h"

#define HOMES SF_PART_BIT(SF_PART_HOMES)
#define DIRECTION SF_PART_BIT(SF_PART_DIRECTION)
#define NODE SF_PART_BIT(SF_PART_NODE)
#define EVERY SF_PART_BIT(SF_PART_EVERY)

#define SF_STARTS(KIND) .starts = 1 + SF_VIEWER_IS_##KIND
#define ROW(KEY, ACTION, VALUE, BESIDE, ON, FAULT, ...) \
    {.key = #KEY,                                       \
     .action = SF_ACTION_##ACTION,                      \
     .value = SF_PART_##VALUE,                          \
     .beside = (BESIDE),                                \
     .on = (ON),                                        \
     .fault = (FAULT),                                  \
     .help = __VA_ARGS__},
const struct sf_action sf_actions[] = {
    SF_ACTIONS(ROW, ROW){.key = NULL},
};

static const struct {
    const char *key;
    const char *help;
} parts[SF_PARTS_COUNT] = {
    [SF_PART_HOMES] = {"homes", "which homes; all where it is not said"},
    [SF_PART_DIRECTION] = {"direction", "the direction that changes network"},
    [SF_PART_NODE] = {"node", "which node of the cache, from 0; every node where it is not said"},
    [SF_PART_EVERY] = {"every",
                       "node after node, this far apart; all at once where it is not said"},
};

const char *sf_action_part_key(enum sf_action_part part)
{
    SF_ASSERT(part < SF_PARTS_COUNT);
    return parts[part].key;
}

const char *sf_action_part_help(enum sf_action_part part)
{
    SF_ASSERT(part < SF_PARTS_COUNT);
    return parts[part].help;
}

/* Two keys that differ in `on`: the entry's `on` tells them apart. */
static bool says_on(const struct sf_action *action)
{
    return action->value != SF_PART_SWITCH;
}

const struct sf_action *sf_action_of(const struct sf_plan_entry *entry)
{
    SF_ASSERT(entry != NULL);
    const struct sf_action *found = NULL;
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        if (action->action == entry->action) {
            found = action;
            if (!says_on(action) || action->on == entry->on) {
                return action;
            }
        }
    }
    return found;
}

bool sf_action_starts(const struct sf_plan_entry *entry, enum sf_viewer_kind kind, uint32_t group)
{
    SF_ASSERT(entry != NULL);
    SF_ASSERT(kind < SF_VIEWERS_PER_HOME);
    const struct sf_action *action = sf_action_of(entry);
    return action != NULL && action->starts == 1 + (uint32_t)kind &&
           (entry->group_index == SF_GROUP_ALL || entry->group_index == group);
}

void sf_action_default(const struct sf_action *action, struct sf_plan_entry *entry)
{
    SF_ASSERT(action != NULL);
    SF_ASSERT(entry != NULL);
    struct sf_plan_entry blank;
    memset(&blank, 0, sizeof blank);
    blank.at_ns = entry->at_ns;
    blank.action = action->action;
    blank.on = action->on;
    blank.group_index = sf_action_has(action, SF_PART_HOMES) ? SF_GROUP_ALL : 0;
    blank.node = sf_action_has(action, SF_PART_NODE) ? SF_NODE_ALL : 0;
    memcpy(entry, &blank, sizeof blank);
}
