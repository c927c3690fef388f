/* What the files of the check share. Private to this room. */
#ifndef STRAYFRAME_SCENARIO_CHECK_PARTS_H
#define STRAYFRAME_SCENARIO_CHECK_PARTS_H

#include "harness/base/err.h"
#include "harness/scenario/check.h"
#include "harness/scenario/plan.h"

struct sf_check {
    const struct sf_plan *plan;
    const struct sf_plan_schema *schema;
    char *address;
    struct sf_diag *diag;
};

/* Says what is looked at from here on: its address in the plan. */
void sf_check_at(struct sf_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* SF_ERR_INPUT, with the message, which has no address in it. */
SF_MUST_USE enum sf_err sf_check_wrong(struct sf_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "10s WHY 5s". */
SF_MUST_USE enum sf_err sf_check_duration_wrong(struct sf_check *check, sf_ns ns, const char *why,
                                                sf_ns than);
SF_MUST_USE enum sf_err sf_check_count(struct sf_check *check, uint32_t count, uint32_t min,
                                       uint32_t max);
/* Every value of a section; `prefix` is what its address begins with. */
SF_MUST_USE enum sf_err sf_check_section(struct sf_check *check, const struct sf_param_table *table,
                                         const struct sf_plan_section *section, const char *prefix);
/* Of the assertions before `end`, which are pairs: a lower bound above its upper one could never
 * hold. */
SF_MUST_USE enum sf_err sf_check_bounds(struct sf_check *check,
                                        const struct sf_plan_section *section, uint32_t end,
                                        const char *prefix);
/* The parts, in the order in which one may rely on those before it. */
SF_MUST_USE enum sf_err sf_check_homes(struct sf_check *check);
SF_MUST_USE enum sf_err sf_check_timeline(struct sf_check *check);
SF_MUST_USE enum sf_err sf_check_fates(struct sf_check *check);
SF_MUST_USE enum sf_err sf_check_live(struct sf_check *check);
SF_MUST_USE enum sf_err sf_check_expect(struct sf_check *check);
SF_MUST_USE enum sf_err sf_check_stills(struct sf_check *check);

#endif
