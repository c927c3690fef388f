/* Bytes to plan: what a fuzzer's input means. Any bytes whatever make a plan that passes the check,
 * small and short enough to run thousands of times a second; similar bytes make similar plans, and
 * a missing byte counts as 0. */
#ifndef STRAYFRAME_SCENARIO_DECODE_H
#define STRAYFRAME_SCENARIO_DECODE_H

#include <stddef.h>

#include "harness/scenario/plan.h"

/* `cache` is the cache under test, as in a plan; every deploy deploys it again. */
void sf_plan_decode(const uint8_t *bytes, size_t count, const char *cache,
                    const struct sf_plan_schema *schema, struct sf_plan *plan_out);

#endif
