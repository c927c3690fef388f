/* Compares a run with its scenario's expectations: the verdict, the oracle, each assertion. */
#ifndef STRAYFRAME_RUN_EXPECTATIONS_H
#define STRAYFRAME_RUN_EXPECTATIONS_H

#include <stdbool.h>

#include "harness/run/run.h"
#include "harness/scenario/expect.h"

enum {
    SF_EXPECTATIONS_MAX = 2 + SF_ASSERTIONS_COUNT + SF_GROUPS_MAX * SF_ASSERTIONS_OF_GROUP_COUNT,
};

struct sf_expectation {
    char wanted[160]; /* as the scenario has it: "affected_min: 3", "fleet: affected_min: 3" */
    char figure[96];  /* what came out: "2 of 40 viewers" */
    bool holds;
};

struct sf_expectations {
    uint32_t count; /* the verdict, always; then what else the scenario names */
    struct sf_expectation list[SF_EXPECTATIONS_MAX];
    bool hold; /* all of them */
};

/* `result` is that of a run of `plan`, which has been checked. */
void sf_expectations_judge(const struct sf_plan *plan, const struct sf_run_result *result,
                           struct sf_expectations *expectations_out);

#endif
