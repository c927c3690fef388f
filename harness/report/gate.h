/* The gate's result as text and as JSON, and the commands that repeat a part of it. */
#ifndef STRAYFRAME_REPORT_GATE_H
#define STRAYFRAME_REPORT_GATE_H

#include <jansson.h>

#include "harness/base/text.h"
#include "harness/gate/gate.h"
#include "harness/report/report.h"
#include "harness/scenario/scenario.h"

/* What was judged, as the commands that repeat it must name it. Borrowed. */
struct sf_gate_names {
    const char *candidate;
    const char *baseline;     /* NULL: none */
    const char *const *files; /* the scenarios, in order of the plans */
    const struct sf_scenario_override *sets;
    size_t sets_count;
};

/* One run of the gate. */
struct sf_gate_run_at {
    enum sf_arm arm;
    uint32_t plan;
    uint64_t seed;
};

/* "strayframe COMMAND FILE --seed N --cache CACHE ..." for one run of the gate. */
void sf_report_gate_command(const struct sf_gate_names *names, const char *command,
                            struct sf_gate_run_at at, struct sf_text *out);

/* The same for a run in which this oracle found something: it may take the second run of a pair. */
void sf_report_gate_oracle_command(const struct sf_gate_names *names, const char *command,
                                   struct sf_gate_run_at at, uint32_t oracle, struct sf_text *out);

/* One kind of finding: the sentence of the first of it, and the same command for its run. */
void sf_report_gate_find_sentence(const struct sf_gate_find *find, struct sf_text *out);
void sf_report_gate_find_command(const struct sf_gate_names *names, const char *command,
                                 const struct sf_gate_find *find, struct sf_text *out);

/* "strayframe exhaust ..." for what small worlds found. */
void sf_report_gate_small_command(const struct sf_gate *gate, const struct sf_gate_names *names,
                                  struct sf_text *out);

/* Candidate and baseline side by side; nothing, or null, without a baseline. */
void sf_report_gate_comparison_text(const struct sf_gate *gate, const struct sf_gate_names *names,
                                    struct sf_text *out);
json_t *sf_report_gate_comparison_json(const struct sf_gate *gate,
                                       const struct sf_gate_names *names);

void sf_report_gate_text(const struct sf_gate *gate, const struct sf_gate_names *names,
                         const struct sf_paint *paint, struct sf_text *out);
/* A new reference. */
json_t *sf_report_gate_json(const struct sf_gate *gate, const struct sf_gate_names *names);

#endif
