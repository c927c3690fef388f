/* What a target does with a finding: the plan as a scenario on stderr, then an abort, which is how
 * an engine learns of it. */
#ifndef STRAYFRAME_FUZZ_FINDING_H
#define STRAYFRAME_FUZZ_FINDING_H

#include "harness/run/run.h"

/* With SF_FUZZ_PRINT set, prints the plan, and true: it is not to be run. */
bool sf_fuzz_only_print(const struct sf_plan *plan);

/* Returns where the run has no finding. Otherwise prints the plan as one that a run reproduces, and
 * aborts. */
void sf_fuzz_finding(struct sf_plan *plan, const struct sf_run_result *result);

#endif
