/* What a scenario asserts beside its verdict: who was affected and who was not, whose pictures
 * strangers were shown, when, how widely; of all homes, and of each group. A bound at its fallback
 * asserts nothing. */
#ifndef STRAYFRAME_SCENARIO_EXPECT_H
#define STRAYFRAME_SCENARIO_EXPECT_H

#include "harness/base/bounds.h"
#include "harness/scenario/param.h"

enum { SF_ASSERTION_VIEWERS_MAX = 3 * SF_HOMES_MAX, SF_ASSERTION_OWNERS_COUNT_MAX = 8 };

/* The keys, X(NAME, row as in harness/scenario/param.h). The lower and the upper bound of one
 * figure are neighbours. These may be asserted of one group, too: */
/* clang-format off */
#define SF_GROUP_ASSERTIONS(X)                                                                     \
    X(AFFECTED_MIN, COUNT, affected_min, 0, 0, SF_ASSERTION_VIEWERS_MAX,                           \
      "at least this many viewers are shown something of a stranger's")                            \
    X(AFFECTED_MAX, COUNT, affected_max, SF_ASSERTION_VIEWERS_MAX, 0, SF_ASSERTION_VIEWERS_MAX,    \
      "at most this many are")                                                                     \
    X(AFFECTED_SHARE_MIN, SHARE, affected_share_min, 0, 0, 1000000,                                \
      "they are at least this share of the viewers")                                               \
    X(AFFECTED_SHARE_MAX, SHARE, affected_share_max, 1000000, 0, 1000000,                          \
      "they are at most this share of the viewers")                                                \
    X(EXPOSED_MIN, COUNT, exposed_min, 0, 0, SF_HOMES_MAX,                                         \
      "pictures of at least this many homes are shown to strangers")                               \
    X(EXPOSED_MAX, COUNT, exposed_max, SF_HOMES_MAX, 0, SF_HOMES_MAX,                              \
      "of at most this many")                                                                      \
    X(EXPOSED_SHARE_MIN, SHARE, exposed_share_min, 0, 0, 1000000,                                  \
      "they are at least this share of the homes")                                                 \
    X(EXPOSED_SHARE_MAX, SHARE, exposed_share_max, 1000000, 0, 1000000,                            \
      "they are at most this share of the homes")
/* More bounds, of the whole run only. */
#define SF_RUN_BOUNDS(X)                                                                           \
    X(STRAYS_FROM, DURATION, strays_from, 0, 0, SF_DURATION_NS_MAX,                                \
      "no stray is shown before this time of the run")                                             \
    X(STRAYS_UNTIL, DURATION, strays_until, SF_DURATION_NS_MAX, 0, SF_DURATION_NS_MAX,             \
      "no stray is shown after this time of the run")                                              \
    X(OWNERS_MIN, COUNT, owners_min, 0, 0, SF_ASSERTION_OWNERS_COUNT_MAX,                          \
      "one viewer is shown at least this many different strangers' pictures")                      \
    X(OWNERS_MAX, COUNT, owners_max, SF_ASSERTION_OWNERS_COUNT_MAX, 0,                             \
      SF_ASSERTION_OWNERS_COUNT_MAX,                                                               \
      "no viewer is shown more; what is beyond the largest is not counted")                        \
    X(OWN_SHARE_MIN, SHARE, own_share_min, 0, 0, 1000000,                                          \
      "at least this share of the requests is answered with the viewer's own still, whole")        \
    X(OWN_SHARE_MAX, SHARE, own_share_max, 1000000, 0, 1000000,                                    \
      "at most this share is")
/* What is no bound. */
#define SF_RUN_ASSERTIONS(X)                                                                       \
    X(UNAFFECTED, TEXT, unaffected,                                                                \
      "a group of homes in which no viewer is affected")                                           \
    X(UNAFFECTED_PATH, CHOICE, unaffected_path, SF_ASSERTION_PATH_NONE, paths,                     \
      "a path on which no stray is shown")
/* clang-format on */

/* Index in the table, and so in the plan's `assertions`. */
#define SF_ASSERTION_INDEX(NAME, ...) SF_ASSERTION_##NAME,
enum sf_assertion {
    SF_GROUP_ASSERTIONS(SF_ASSERTION_INDEX) SF_RUN_BOUNDS(SF_ASSERTION_INDEX)
        SF_RUN_ASSERTIONS(SF_ASSERTION_INDEX) SF_ASSERTIONS_COUNT,
};
#undef SF_ASSERTION_INDEX

/* Where each of the first two lists ends. */
#define SF_ASSERTION_ONE(NAME, ...) +1
enum {
    SF_ASSERTIONS_OF_GROUP_COUNT = 0 SF_GROUP_ASSERTIONS(SF_ASSERTION_ONE),
    SF_ASSERTION_BOUNDS_END = SF_ASSERTIONS_OF_GROUP_COUNT SF_RUN_BOUNDS(SF_ASSERTION_ONE),
};
#undef SF_ASSERTION_ONE

_Static_assert(SF_ASSERTIONS_OF_GROUP_COUNT % 2 == 0, "bounds are pairs");
_Static_assert(SF_ASSERTION_BOUNDS_END % 2 == 0, "bounds are pairs");

/* Values of `unaffected_path`. */
enum sf_assertion_path { SF_ASSERTION_PATH_NONE, SF_ASSERTION_PATH_HUB, SF_ASSERTION_PATH_APP };

extern const struct sf_param_table sf_assertion_table;
extern const struct sf_param_table sf_group_assertion_table; /* its first rows */

#endif
