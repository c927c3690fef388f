/* What an entry of the time line can do, as one table: the loader, the printer, the checker, the
 * JSON Schema and a plan's normal form all go by it. A new action is a row of SF_ACTIONS
 * (harness/scenario/plan.h), and what the world does about it (harness/world/timeline.c). */
#ifndef STRAYFRAME_SCENARIO_ACTIONS_H
#define STRAYFRAME_SCENARIO_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/scenario/plan.h"

/* A part of struct sf_plan_entry, with the key that it is written under beside another action's. */
enum sf_action_part {
    SF_PART_CACHE,     /* cache: what may stand for a cache */
    SF_PART_OPTIONS,   /* cache: a text that goes behind a cache's '?' */
    SF_PART_NETWORK,   /* network_index */
    SF_PART_HOMES,     /* group_index; key `homes`, fallback all */
    SF_PART_DIRECTION, /* direction; key `direction`, fallback both */
    SF_PART_SWITCH,    /* on */
    SF_PART_NODE,      /* node; key `node`, fallback every node */
    SF_PART_EVERY,     /* duration_ns, from 0; key `every`, fallback 0 */
    SF_PART_STEP,      /* duration_ns, either way */
    SF_PART_VERSION,   /* version */
    SF_PARTS_COUNT,
};

#define SF_PART_BIT(part) (1u << (part))

struct sf_action {
    const char *key;
    enum sf_plan_action action;
    enum sf_action_part value; /* what is written behind the key */
    uint32_t beside;           /* bit set of the parts that may stand beside it under their keys */
    bool on;                   /* value of `on` where the key alone says it: link and unlink ... */
    bool fault;                /* must not come after the heal */
    const char *help;
    uint32_t starts; /* 1 + the kind of viewer whose jobs it starts; 0: none */
};

/* Ended by a NULL key. Two keys of one action differ in `on`. */
extern const struct sf_action sf_actions[];

/* The row of an entry; NULL if there is none. */
const struct sf_action *sf_action_of(const struct sf_plan_entry *entry);

/* Does the entry start jobs of this kind in the homes of this group? */
bool sf_action_starts(const struct sf_plan_entry *entry, enum sf_viewer_kind kind, uint32_t group);

/* Has the action this part at all? */
static inline bool sf_action_has(const struct sf_action *action, enum sf_action_part part)
{
    return action->value == part || (action->beside & SF_PART_BIT(part)) != 0;
}

/* The key of a part that may stand beside an action, and what it means; NULL for the others. */
const char *sf_action_part_key(enum sf_action_part part);
const char *sf_action_part_help(enum sf_action_part part);

/* Sets every part that the action has not to zero, and what it has, but is not said, to its
 * fallback. */
void sf_action_default(const struct sf_action *action, struct sf_plan_entry *entry);

#endif
