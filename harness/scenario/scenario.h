/* Scenario files: YAML to plan, plan to YAML. The loader knows no actor; it is handed their
 * parameter tables. Any mistake is one message with file:line:column, what was expected and the
 * nearest known word. */
#ifndef STRAYFRAME_SCENARIO_SCENARIO_H
#define STRAYFRAME_SCENARIO_SCENARIO_H

#include <stddef.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/scenario/plan.h"

/* `--set key=value`: applied to the document before it is read, in order. `key` is an address such
 * as "duration", "homes.poor.count", "networks.bad.up", "homes.fleet.hub.ask_every", "cache",
 * "timeline.0.at"; groups and networks are addressed by name, entries of a list by index from 0. A
 * value that starts with '{' or '[' is YAML, anything else is the text as it stands. */
struct sf_scenario_override {
    const char *key;
    const char *value;
};

/* Reads the file at `path` ("-" for standard input) into a plan. On error nothing is written to
 * `plan_out` that may be used. Errors: SF_ERR_INPUT for what the file says, SF_ERR_MACHINE when it
 * cannot be read for another reason than not being there. */
SF_MUST_USE enum sf_err sf_scenario_load(const char *path, const struct sf_plan_schema *schema,
                                         const struct sf_scenario_override *overrides,
                                         size_t overrides_count, struct sf_plan *plan_out,
                                         struct sf_diag *diag);

/* The same from memory; `name` stands for the file in messages. */
SF_MUST_USE enum sf_err sf_scenario_parse(const char *text, size_t bytes, const char *name,
                                          const struct sf_plan_schema *schema,
                                          const struct sf_scenario_override *overrides,
                                          size_t overrides_count, struct sf_plan *plan_out,
                                          struct sf_diag *diag);

/* The canonical form: fixed order of keys, canonical units, values at their fallback left out. */
void sf_scenario_print(const struct sf_plan *plan, const struct sf_plan_schema *schema,
                       struct sf_text *out);

/* Whether a run can be built from the plan: every value in its range, every index in its table,
 * every size within bounds.h, and what cannot be said of one value alone (a timeline that goes on
 * after the end, too little time behind a heal ...). Called by load and parse; a fuzzer's plan goes
 * through it too, and nothing in it is believed before, but for its links, which sf_netem_parse has
 * made. The message starts with the address
 * ("homes.poor.count: ..."). */
SF_MUST_USE enum sf_err sf_plan_check(const struct sf_plan *plan,
                                      const struct sf_plan_schema *schema, struct sf_diag *diag);

/* The JSON Schema (draft 2020-12) of a scenario file, for editors. */
void sf_scenario_schema_print(const struct sf_plan_schema *schema, struct sf_text *out);

/* The arms of a scenario, in the order of the file; they are checked when it is loaded. */
enum { SF_ARMS_OF_SCENARIO_MAX = 16 };
struct sf_scenario_arms {
    uint32_t count;
    char names[SF_ARMS_OF_SCENARIO_MAX][SF_TEXT_BYTES];
};
SF_MUST_USE enum sf_err sf_scenario_arms(const char *text, size_t bytes, const char *name,
                                         struct sf_scenario_arms *arms_out, struct sf_diag *diag);

#endif
