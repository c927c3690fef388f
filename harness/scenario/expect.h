/* What a scenario asserts beside its verdict: who was affected and who was not, whose pictures
 * strangers were shown, when, how widely; of all homes, and of each group. A bound at its fallback
 * asserts nothing. */
#ifndef STRAYFRAME_SCENARIO_EXPECT_H
#define STRAYFRAME_SCENARIO_EXPECT_H

#include "harness/scenario/param.h"

/* Where in the table, and so in the plan's `assertions`. The lower and the upper bound of one
 * figure are neighbours. */
enum sf_assertion {
    SF_ASSERTION_AFFECTED_MIN,
    SF_ASSERTION_AFFECTED_MAX,
    SF_ASSERTION_AFFECTED_SHARE_MIN,
    SF_ASSERTION_AFFECTED_SHARE_MAX,
    SF_ASSERTION_EXPOSED_MIN,
    SF_ASSERTION_EXPOSED_MAX,
    SF_ASSERTION_EXPOSED_SHARE_MIN,
    SF_ASSERTION_EXPOSED_SHARE_MAX,
    SF_ASSERTIONS_OF_GROUP_COUNT, /* the first so many may be asserted of one group, too */
    SF_ASSERTION_STRAYS_FROM = SF_ASSERTIONS_OF_GROUP_COUNT,
    SF_ASSERTION_STRAYS_UNTIL,
    SF_ASSERTION_OWNERS_MIN,
    SF_ASSERTION_OWNERS_MAX,
    SF_ASSERTION_BOUNDS_END,
    SF_ASSERTION_UNAFFECTED = SF_ASSERTION_BOUNDS_END,
    SF_ASSERTION_UNAFFECTED_PATH,
    SF_ASSERTIONS_COUNT,
};

/* Values of `unaffected_path`. */
enum sf_assertion_path { SF_ASSERTION_PATH_NONE, SF_ASSERTION_PATH_HUB, SF_ASSERTION_PATH_APP };

extern const struct sf_param_table sf_assertion_table;
extern const struct sf_param_table sf_group_assertion_table; /* its first rows */

#endif
