/* Results as JUnit XML, as CI servers read it: a test suite a command, a test case for each thing
 * that can fail on its own. A failed one says why and how to repeat it; what was inconclusive is
 * skipped. Texts may hold anything: what XML cannot carry is replaced. */
#ifndef STRAYFRAME_REPORT_JUNIT_H
#define STRAYFRAME_REPORT_JUNIT_H

#include "harness/base/text.h"
#include "harness/run/compare.h"
#include "harness/report/gate.h"
#include "harness/replay/replay.h"
#include "harness/run/run.h"

/* A case an oracle. */
void sf_report_run_junit(const struct sf_plan *plan, const struct sf_run_result *result,
                         const char *repeat, struct sf_text *out);

/* One case, of the scenario's class. `failure` NULL: it passed. */
void sf_report_case_junit(const struct sf_plan *plan, const char *name, const char *failure,
                          const char *repeat, struct sf_text *out);

/* A case a fact. */
void sf_report_replay_junit(const struct sf_plan *plan, const struct sf_replay *replay,
                            const char *repeat, struct sf_text *out);

/* A case for each oracle in each scenario, one for each scenario's runs, and one for the verdict.
 */
void sf_report_gate_junit(const struct sf_gate *gate, const struct sf_gate_names *names,
                          struct sf_text *out);

#endif
