/* Results of the commands as cases and problems (result.h). Each begins the result that it is
 * given, and the caller frees it. `command` gives the result again; problems come with commands of
 * their own. */
#ifndef STRAYFRAME_CI_BUILD_H
#define STRAYFRAME_CI_BUILD_H

#include "harness/ci/result.h"
#include "harness/gate/prove.h"
#include "harness/replay/replay.h"
#include "harness/report/gate.h"
#include "harness/run/run.h"

/* A case an oracle; a problem for each signature. `file` is the scenario. */
void sf_ci_of_run(const struct sf_plan *plan, const struct sf_run_result *run, const char *file,
                  const char *command, struct sf_ci_result *result);

/* One question about one scenario. `failure` NULL: the answer is yes. `rule` as in result.h. */
struct sf_ci_question {
    const char *suite;
    const char *group;
    const char *file;
    const char *asked;
    const char *rule;
    const char *failure;
};
void sf_ci_of_question(const struct sf_ci_question *question, const char *command,
                       struct sf_ci_result *result);

/* A case a fact. */
void sf_ci_of_replay(const struct sf_plan *plan, const struct sf_replay *replay, const char *file,
                     const char *command, struct sf_ci_result *result);

/* A case for each oracle in each scenario, two for each scenario's runs, one for small worlds and
 * one for the verdict; a problem for each signature. */
void sf_ci_of_gate(const struct sf_gate *gate, const struct sf_gate_names *names,
                   const char *command, struct sf_ci_result *result);

/* Two cases a class: the defect is caught, the twin passes. */
void sf_ci_of_proofs(const struct sf_proofs *proofs, const char *const *files, const char *command,
                     struct sf_ci_result *result);

#endif
