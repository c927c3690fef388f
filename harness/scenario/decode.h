/* Bytes to plan, and back: what a fuzzer's input means. Any bytes whatever make a plan that passes
 * the check, small and short enough to run thousands of times a second; similar bytes make similar
 * plans, and a missing byte counts as 0. A plan can say what a scenario can say: a key of the
 * schema is drawn, or its row says why not.
 *
 * What bytes mean may change from version to version. Scenarios are what is kept: they are made
 * into bytes anew. */
#ifndef STRAYFRAME_SCENARIO_DECODE_H
#define STRAYFRAME_SCENARIO_DECODE_H

#include <stddef.h>

#include "harness/base/err.h"
#include "harness/scenario/plan.h"

enum { SF_STUCK_BYTES = 192 };

/* Longer input is not needed to say anything. */
enum { SF_PLAN_INPUT_BYTES_MAX = 4096 };

/* The cache under test, as in a plan, and the version that a deploy replaces; NULL: the same. A run
 * begins with either, and a deploy deploys either. */
struct sf_plan_versions {
    const char *cache;
    const char *before;
};

void sf_plan_decode(const uint8_t *bytes, size_t count, const struct sf_plan_versions *versions,
                    const struct sf_plan_schema *schema, struct sf_plan *plan_out);

/* Bytes that mean the plan, but for what no run depends on: its name and title, those of networks
 * and groups, what it expects, and how often a gate runs it. SF_ERR_INPUT if there are none, with
 * the key whose value no bytes mean. `plan` has passed the check. At most SF_PLAN_INPUT_BYTES_MAX
 * bytes are written. */
SF_MUST_USE enum sf_err sf_plan_encode(const struct sf_plan *plan,
                                       const struct sf_plan_versions *versions,
                                       const struct sf_plan_schema *schema,
                                       uint8_t bytes_out[SF_PLAN_INPUT_BYTES_MAX],
                                       size_t *count_out, struct sf_diag *diag);

/* The versions that a plan names: the first that it deploys is under test, before it is what it
 * begins with. */
struct sf_plan_versions sf_plan_versions_of(const struct sf_plan *plan);

#endif
