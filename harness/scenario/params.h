/* Values by parameter table: one reader, one writer and one range check for everything that an
 * actor's table can describe. */
#ifndef STRAYFRAME_SCENARIO_PARAMS_H
#define STRAYFRAME_SCENARIO_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/scenario/plan.h"

/* Index of the parameter called `name`, UINT32_MAX for none. */
uint32_t sf_param_find(const struct sf_param_table *table, const char *name);

/* Index of the first parameter with this role from index `from` on, UINT32_MAX for none. */
uint32_t sf_param_role_next(const struct sf_param_table *table, enum sf_param_role role,
                            uint32_t from);

/* The switch that says whether a home has one at all: "app: none" is short for its false.
 * UINT32_MAX when the table has no such switch. */
uint32_t sf_param_present(const struct sf_param_table *table);

/* The value of the first parameter with this role; 0 where the table has none. */
int64_t sf_param_role_value(const struct sf_param_table *table,
                            const struct sf_plan_section *section, enum sf_param_role role);

/* Reads the value's written form; a TEXT is added to the plan's texts. The message has no key and
 * no place. */
SF_MUST_USE enum sf_err sf_param_read(const struct sf_param *param, const char *text,
                                      struct sf_plan *plan, int64_t *value_out,
                                      struct sf_diag *diag);

/* Whether the value is one that the table allows. */
SF_MUST_USE enum sf_err sf_param_check(const struct sf_param *param, int64_t value,
                                       const struct sf_plan *plan, struct sf_diag *diag);

/* The written form of a value that passes the check. */
void sf_param_print(const struct sf_param *param, int64_t value, const struct sf_plan *plan,
                    struct sf_text *out);

/* The allowed values for a person: "0s to 1h", "true or false", "auto, always or never". */
void sf_param_range_print(const struct sf_param *param, struct sf_text *out);

/* "duration", "number", "switch", "share", "word", "text". */
const char *sf_param_kind_name(enum sf_param_kind kind);

#endif
