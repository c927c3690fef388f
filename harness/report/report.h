/* Reports: results as text for a terminal, JSON for programs, HTML for people. Pure functions of
 * results: nothing here runs, judges or knows a scenario's meaning. */
#ifndef STRAYFRAME_REPORT_REPORT_H
#define STRAYFRAME_REPORT_REPORT_H

#include <jansson.h>

#include "harness/base/text.h"
#include "harness/gate/gate.h"
#include "harness/replay/replay.h"
#include "harness/run/run.h"
#include "harness/shrink/shrink.h"

/* Colours on a terminal; all "" elsewhere. */
struct sf_paint {
    const char *good;
    const char *bad;
    const char *dim;
    const char *bold;
    const char *off;
};

/* Colours if `fd` is a terminal and NO_COLOR is not set. */
struct sf_paint sf_paint_for(int fd);

void sf_report_run_text(const struct sf_plan *plan, const struct sf_run_result *result,
                        const struct sf_paint *paint, struct sf_text *out);
/* Each expectation of the scenario with the figure that came out, and whether all hold. */
void sf_report_expectations_text(const struct sf_plan *plan, const struct sf_run_result *result,
                                 const struct sf_paint *paint, struct sf_text *out);
/* A new reference. */
json_t *sf_report_run_json(const struct sf_plan *plan, const struct sf_run_result *result);

void sf_report_replay_text(const struct sf_plan *plan, const struct sf_replay *replay,
                           const struct sf_paint *paint, struct sf_text *out);
json_t *sf_report_replay_json(const struct sf_plan *plan, const struct sf_replay *replay);
/* One file without outside references. `command` is what gives this result again, for a person. */
void sf_report_replay_html(const struct sf_plan *plan, const struct sf_replay *replay,
                           const char *command, struct sf_text *out);

/* A shrunk failure: a scenario file with the story at its head. */
void sf_report_shrunk_text(const struct sf_shrunk *shrunk, struct sf_text *out);
json_t *sf_report_shrunk_json(const struct sf_shrunk *shrunk);

/* One finding as a sentence, and as data (a new reference). */
void sf_report_finding(const struct sf_finding *finding, struct sf_text *out);
json_t *sf_report_finding_json(const struct sf_finding *finding);

/* "12:34.567" of virtual time. */
void sf_report_time(sf_ns at_ns, char *out, size_t out_bytes);

#endif
