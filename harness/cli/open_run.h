/* The run of a FILE: a saved one, or that of a scenario, which is run first. */
#ifndef STRAYFRAME_CLI_OPEN_RUN_H
#define STRAYFRAME_CLI_OPEN_RUN_H

#include "harness/cli/run.h"
#include "harness/run/saved_run.h"

struct cli_open_run {
    bool of_file; /* a saved run: there is only its trace */
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_saved saved;          /* to be closed, also after a failure */
    struct cli_run_outcome outcome; /* of a scenario */
};

/* Zeroed before. The command has CLI_OPTION_RUN_SECONDS and those of cli_load. */
SF_MUST_USE enum sf_err cli_open_run(const struct cli_args *args, struct cli_open_run *run,
                                     struct sf_diag *diag);

#endif
