/* strayframe check and print: what a scenario file says, without running it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/cli/run.h"
#include "harness/run/saved_run.h"
#include "harness/scenario/swarm.h"

static const struct cli_option check_options[] = {
    CLI_OPTION_SET,
    CLI_OPTIONS_END,
};

static void say_fine(const char *file, const struct sf_plan *plan)
{
    uint32_t homes_count = sf_plan_homes_count(plan);
    uint32_t entries_count = plan->timeline_count + plan->live.entries_count;
    printf("%s: fine: %u home%s, %u %s on the timeline\n", file, homes_count,
           homes_count == 1 ? "" : "s", entries_count, entries_count == 1 ? "entry" : "entries");
}

/* A saved run is fine when every byte of it is what was written, whatever the oracles say of it. */
static enum sf_err check_saved(const char *file, const struct sf_plan *plan, struct sf_diag *diag)
{
    struct sf_saved saved;
    SF_TRY(sf_saved_open(&saved, file, diag));
    struct sf_runner *runner = sf_runner_create();
    struct sf_run_result *result = sf_alloc(1, sizeof *result);
    enum sf_err err = sf_run_judge(runner, &saved, plan, NULL, 0, result, diag);
    if (err == SF_OK) {
        printf("%s: fine: a run of %s, seed %" PRIu64 ", %" PRIu64 " records, trace %016" PRIx64
               "; the oracles say %s, %" PRIu64 " findings\n",
               file, plan->name, result->seed, result->records_count, result->trace_hash,
               sf_verdict_name(result->verdict), result->findings_count);
    }
    free(result);
    sf_runner_destroy(runner);
    sf_saved_close(&saved);
    return err;
}

/* A run was judged with the caches that it had, which need not be there any more. */
static enum sf_err check_file(const struct cli_args *args, const char *file, struct sf_plan *plan,
                              struct sf_run_caches *caches, struct sf_diag *diag)
{
    if (sf_saved_recognise(file)) {
        SF_TRY(cli_saved_unchanged(args, diag));
        SF_TRY(cli_load(args, file, plan, diag));
        return check_saved(file, plan, diag);
    }
    SF_TRY(cli_load(args, file, plan, diag));
    SF_TRY(sf_run_load_caches(plan, caches, diag));
    say_fine(file, plan);
    return SF_OK;
}

/* Goes through all files, so that one mistake does not hide the next. */
static int check(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    int code = CLI_EXIT_PASS;
    for (uint32_t i = 0; i < args->words_count; i++) {
        struct sf_diag diag = {0};
        enum sf_err err = check_file(args, args->words[i], plan, caches, &diag);
        if (err != SF_OK) {
            code = cli_fail(err, &diag);
        }
    }
    free(caches);
    free(plan);
    return code;
}

const struct cli_command cli_check = {
    .name = "check",
    .words = "FILE...",
    .summary = "Check scenario files: report each mistake with its place",
    .details =
        "For a run saved with `strayframe run --save`: verifies that no byte has changed, and "
        "prints the verdict of\n"
        "each oracle.",
    .options = check_options,
    .words_min = 1,
    .words_max = CLI_WORDS_MAX,
    .run = check,
};

static const struct cli_option print_options[] = {
    CLI_OPTION_SEED,  CLI_OPTION_SET,
    CLI_OPTION_CACHE, {"drawn", NULL, "print what a scenario with `swarm` is under its seed"},
    CLI_OPTIONS_END,
};

static int print(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    enum sf_err err = cli_load(args, args->words[0], plan, &diag);
    int code;
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    } else {
        struct sf_text text = {0};
        if (cli_flag(args, "drawn")) {
            struct sf_plan *bag = sf_alloc(1, sizeof *bag);
            uint32_t entries[SF_TIMELINE_MAX];
            memcpy(bag, plan, sizeof *bag);
            sf_plan_draw(sf_run_schema(), bag, plan->seed, plan, entries);
            free(bag);
        }
        sf_scenario_print(plan, sf_run_schema(), &text);
        code = cli_print_text(&text, CLI_EXIT_PASS);
        sf_text_free(&text);
    }
    free(plan);
    return code;
}

const struct cli_command cli_print = {
    .name = "print",
    .words = "FILE",
    .summary = "Print a scenario in its canonical form",
    .details = "The output loads into the same plan. For a saved run the plan is printed.",
    .options = print_options,
    .words_min = 1,
    .words_max = 1,
    .run = print,
};
