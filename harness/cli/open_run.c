#include "harness/cli/open_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

/* Saved in an unnamed temporary file. */
static enum sf_err run_first(const struct cli_args *args, struct cli_open_run *run,
                             struct sf_diag *diag)
{
    double seconds_max;
    SF_TRY(cli_run_seconds(args, &seconds_max, diag));
    SF_TRY(sf_run_load_caches(&run->plan, &run->caches, diag));
    FILE *file = tmpfile();
    if (file == NULL) {
        return sf_fail(diag, SF_ERR_MACHINE, "no temporary file for the run: %s", strerror(errno));
    }
    enum sf_err err =
        cli_run_into(&run->plan, &run->caches, seconds_max, file, &run->outcome, diag);
    if (err != SF_OK) {
        fclose(file);
        return err;
    }
    SF_TRY(sf_saved_open_stream(&run->saved, file, "the run", diag));
    return sf_saved_plan(&run->saved, NULL, 0, &run->plan, diag); /* as it was drawn */
}

enum sf_err cli_open_run(const struct cli_args *args, struct cli_open_run *run,
                         struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(run != NULL);
    if (!sf_saved_recognise(args->words[0])) {
        const struct cli_runs runs = {.count = 1, .workers = 1};
        SF_TRY(cli_load(args, args->words[0], &run->plan, diag));
        SF_TRY(cli_afford(&run->plan, 1, &runs, diag));
        return run_first(args, run, diag);
    }
    run->of_file = true;
    SF_TRY(cli_saved_unchanged(args, diag));
    SF_TRY(cli_load(args, args->words[0], &run->plan, diag));
    return sf_saved_open(&run->saved, args->words[0], diag);
}
