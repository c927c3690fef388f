/* The two halves of `strayframe run`: run.c runs, run_report.c says what came out. */
#ifndef STRAYFRAME_CLI_RUN_H
#define STRAYFRAME_CLI_RUN_H

#include <stdio.h>

#include "harness/cli/command.h"
#include "harness/run/compare.h"
#include "harness/run/run.h"

/* Time limit for one run of a shared object, in seconds of real time. */
#define CLI_RUN_SECONDS 600
#define CLI_OPTION_RUN_SECONDS                                                                \
    {                                                                                         \
        "run-seconds", "N",                                                                   \
            "a foreign cache that works or sleeps for longer in one run counts as hung (600)" \
    }

struct cli_run_outcome {
    struct sf_run_result result;
    struct sf_difference difference; /* twice, repeated */
    bool twice;
    bool repeated;
    enum sf_err err;
    struct sf_diag diag;
};

SF_MUST_USE enum sf_err cli_run_seconds(const struct cli_args *args, double *seconds_out,
                                        struct sf_diag *diag);

/* Runs a plan that is no saved run and keeps it in `file`. */
SF_MUST_USE enum sf_err cli_run_into(const struct sf_plan *plan, const struct sf_run_caches *caches,
                                     double seconds_max, FILE *file,
                                     struct cli_run_outcome *outcome, struct sf_diag *diag);

/* SF_ERR_INPUT if an option would change a saved run. */
SF_MUST_USE enum sf_err cli_saved_unchanged(const struct cli_args *args, struct sf_diag *diag);

/* Prints it, and writes the formats for CI servers. */
SF_MUST_USE enum sf_err cli_run_report(const struct cli_args *args, const struct sf_plan *plan,
                                       const struct cli_run_outcome *outcome, const char *repeat,
                                       int *code_out, struct sf_diag *diag);

#endif
