/* strayframe shrink: the smallest plan that still fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/base/interrupt.h"
#include "harness/cli/command.h"
#include "harness/report/report.h"
#include "harness/shrink/shrink.h"

static const struct cli_option options[] = {
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_CACHE,
    CLI_OPTION_BASELINE,
    CLI_OPTION_ROLLOUT,
    CLI_OPTION_VARY,
    {"oracle", "NAME",
     "keep a finding of this oracle (that of the run's first stray, or else of its first finding)"},
    {"out", "FILE", "write the scenario to this file instead of standard output"},
    {"seconds", "N", "time limit of the search (10); the smallest plan so far is printed"},
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

struct budget {
    struct timespec end;
    uint32_t seconds;
};

/* Ctrl-C ends the search like its budget: what is found until then is not lost. */
static bool expired(void *context)
{
    const struct budget *budget = context;
    struct timespec now;
    if (sf_interrupted()) {
        return true;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > budget->end.tv_sec ||
           (now.tv_sec == budget->end.tv_sec && now.tv_nsec >= budget->end.tv_nsec);
}

static double seconds_left(void *context)
{
    const struct budget *budget = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(budget->end.tv_sec - now.tv_sec) +
           (double)(budget->end.tv_nsec - now.tv_nsec) / 1e9;
}

static void progress(void *context, uint64_t runs_count)
{
    (void)runs_count;
    const struct budget *budget = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long left_s = budget->end.tv_sec - now.tv_sec;
    long long done_s = left_s < 0 ? budget->seconds : budget->seconds - left_s;
    static char label[] = "shrinking";
    cli_progress(label, (uint32_t)done_s, budget->seconds);
}

static enum sf_err find_oracle(const char *name, uint32_t *oracle_out, struct sf_diag *diag)
{
    *oracle_out = UINT32_MAX;
    for (uint32_t i = 0; name != NULL && sf_oracles()[i] != NULL; i++) {
        if (strcmp(sf_oracles()[i]->name, name) == 0) {
            *oracle_out = i;
            return SF_OK;
        }
    }
    if (name == NULL) {
        return SF_OK;
    }
    const char *nearest = sf_text_nearest(name, sf_oracle_names());
    return sf_fail(diag, SF_ERR_INPUT, "--oracle: there is no oracle '%s'%s%s%s", name,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

static int write_out(const struct cli_args *args, const struct sf_shrunk *shrunk)
{
    const char *path = cli_value(args, "out");
    struct sf_text text = {0};
    sf_report_shrunk_text(shrunk, &text);
    int code = CLI_EXIT_PASS;
    if (path != NULL) {
        struct sf_diag diag = {0};
        enum sf_err err = cli_write_file(path, &text, &diag);
        if (err != SF_OK) { /* the search is not for nothing */
            code = cli_fail(err, &diag);
            (void)cli_print_text(&text, code);
        }
    }
    if (code == CLI_EXIT_PASS && cli_flag(args, "json")) {
        code = cli_print_json(sf_report_shrunk_json(shrunk), code);
    } else if (code == CLI_EXIT_PASS && path != NULL) {
        printf("shrunk: %s\n", path);
    } else if (code == CLI_EXIT_PASS) {
        code = cli_print_text(&text, code);
    }
    sf_text_free(&text);
    return code;
}

static enum sf_err shrink_plan(const struct cli_args *args, struct sf_plan *plan,
                               struct sf_shrunk *shrunk, struct sf_diag *diag)
{
    uint64_t seconds;
    uint32_t oracle = 0;
    SF_TRY(cli_load(args, args->words[0], plan, diag));
    const struct cli_runs runs = {.count = 1, .workers = 1};
    SF_TRY(cli_afford(plan, 1, &runs, diag));
    SF_TRY(cli_number(args, "seconds", 10, 1, 86400, &seconds, diag));
    SF_TRY(cli_outputs_writable(args, diag));
    struct budget budget = {.seconds = (uint32_t)seconds};
    clock_gettime(CLOCK_MONOTONIC, &budget.end);
    budget.end.tv_sec += (time_t)seconds;
    SF_TRY(find_oracle(cli_value(args, "oracle"), &oracle, diag));
    const struct sf_shrink_options shrink_options = {
        .oracle = oracle,
        .runs_max = UINT64_MAX,
        .seeds_count = 24,
        .expired = expired,
        .seconds_left = seconds_left,
        .progress = progress,
        .context = &budget,
    };
    return sf_shrink(plan, &shrink_options, shrunk, diag);
}

static int run(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_shrunk *shrunk = sf_alloc(1, sizeof *shrunk);
    struct sf_diag diag = {0};
    enum sf_err err = shrink_plan(args, plan, shrunk, &diag);
    cli_progress_end();
    int code = err != SF_OK ? cli_fail(err, &diag) : write_out(args, shrunk);
    free(shrunk);
    free(plan);
    return code;
}

const struct cli_command cli_shrink = {
    .name = "shrink",
    .words = "FILE",
    .summary = "Find the smallest scenario that still fails, and which parts of it are necessary",
    .details =
        "Shortens the run, removes homes, requests and faults one by one, replaces random loss "
        "and\n"
        "delay by a list of packets, and minimises that list. Then tries each remaining part: "
        "does\n"
        "the run still fail without it? The result is a scenario file for scenarios/regress; the\n"
        "comment at its top lists the answers. Ctrl-C ends the search: the smallest scenario so "
        "far is\n"
        "printed, marked as unfinished. Exit code 2: the run does not fail.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .prints_what_is_known = true,
    .run = run,
};
