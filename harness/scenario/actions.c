#include "harness/scenario/actions.h"

#include <string.h>

#define HOMES SF_PART_BIT(SF_PART_HOMES)
#define DIRECTION SF_PART_BIT(SF_PART_DIRECTION)
#define NODE SF_PART_BIT(SF_PART_NODE)
#define EVERY SF_PART_BIT(SF_PART_EVERY)

const struct sf_action sf_actions[] = {
    {"deploy", SF_ACTION_DEPLOY, SF_PART_CACHE, NODE | EVERY, false, false,
     "a new cache takes over"},
    {"network", SF_ACTION_NETWORK, SF_PART_NETWORK, HOMES | DIRECTION, false, true,
     "homes change to this network"},
    {"heal", SF_ACTION_HEAL, SF_PART_NETWORK, 0, false, false,
     "faults end, every home changes to this network"},
    {"kill_switch", SF_ACTION_KILL_SWITCH, SF_PART_SWITCH, 0, false, false,
     "the operator blocks the integration"},
    {"link", SF_ACTION_LINK, SF_PART_HOMES, 0, true, false, "these homes link the integration"},
    {"unlink", SF_ACTION_LINK, SF_PART_HOMES, 0, false, false,
     "these homes unlink the integration"},
    {"expire", SF_ACTION_EXPIRE, SF_PART_HOMES, 0, false, false,
     "the sessions of these homes' viewers expire; each has to sign in again"},
    {"reconfigure", SF_ACTION_RECONFIGURE, SF_PART_OPTIONS, NODE, false, false,
     "new options are pushed to the cache that runs"},
    {"node_lost", SF_ACTION_NODE, SF_PART_NODE, 0, false, true,
     "this node of the cache ends at once, with all that it had in memory"},
    {"node_back", SF_ACTION_NODE, SF_PART_NODE, 0, true, false,
     "this node of the cache comes back, empty"},
    {"node_clock", SF_ACTION_NODE_CLOCK, SF_PART_STEP, NODE, false, true,
     "the wall clock of nodes steps by this much"},
    {"camera_clock", SF_ACTION_CAMERA_CLOCK, SF_PART_STEP, HOMES, false, true,
     "the clock of these homes' cameras steps by this much"},
    {"power_off", SF_ACTION_POWER, SF_PART_HOMES, 0, false, true,
     "cameras and viewers of these homes lose power"},
    {"power_on", SF_ACTION_POWER, SF_PART_HOMES, 0, true, false,
     "they start again, all at once; a camera counts its stills from 0 again"},
    {"wake", SF_ACTION_WAKE, SF_PART_HOMES, 0, false, false,
     "somebody in each of these homes starts watching, all at once"},
    {"identity", SF_ACTION_IDENTITY, SF_PART_SWITCH, 0, false, true,
     "the identity service answers (on) or fails (off)"},
    {"store", SF_ACTION_STORE, SF_PART_SWITCH, 0, false, true,
     "the shared store answers (on) or fails (off)"},
    {"backup", SF_ACTION_BACKUP, SF_PART_SWITCH, HOMES, false, false,
     "the owners of these homes consent to a backup of their stills (on) or withdraw it (off)"},
    {"firmware", SF_ACTION_FIRMWARE, SF_PART_VERSION, HOMES, false, false,
     "these homes' cameras change to this version of their firmware"},
    {"export", SF_ACTION_EXPORT, SF_PART_HOMES, 0, false, false,
     "the owners of these homes ask for a copy of their latest stills"},
    {NULL, SF_ACTION_DEPLOY, SF_PART_CACHE, 0, false, false, NULL},
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
    return parts[part].key;
}

const char *sf_action_part_help(enum sf_action_part part)
{
    return parts[part].help;
}

/* Two keys that differ in `on`: the entry's `on` tells them apart. */
static bool says_on(const struct sf_action *action)
{
    return action->value != SF_PART_SWITCH;
}

const struct sf_action *sf_action_of(const struct sf_plan_entry *entry)
{
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

void sf_action_default(const struct sf_action *action, struct sf_plan_entry *entry)
{
    struct sf_plan_entry blank;
    memset(&blank, 0, sizeof blank);
    blank.at_ns = entry->at_ns;
    blank.action = action->action;
    blank.on = action->on;
    blank.group_index = sf_action_has(action, SF_PART_HOMES) ? SF_GROUP_ALL : 0;
    blank.node = sf_action_has(action, SF_PART_NODE) ? SF_NODE_ALL : 0;
    memcpy(entry, &blank, sizeof blank);
}
