/* strayframe replay: the incident in all its arms, compared with the published facts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/ci/build.h"
#include "harness/cli/command.h"
#include "harness/cli/run.h"
#include "harness/report/report.h"
#include "harness/replay/hypothesis.h"

#define DEFAULT_SCENARIO "scenarios/incidents/boxing-day-2019.yaml"

static const struct cli_option options[] = {
    {"seeds", "N", "number of seeds (1)"},
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    {"before", "CACHE", "the cache before the update (builtin:boxing-day-before)"},
    {"update", "CACHE", "the update (builtin:boxing-day-update)"},
    {"fix", "CACHE", "the fixed cache (builtin:boxing-day-fix)"},
    CLI_OPTION_RUN_SECONDS,
    {"facts-only", NULL, "leave out the hypotheses, and the sweep over loss and delay"},
    CLI_OPTION_REPORT,
    CLI_OPTIONS_CI,
    CLI_OPTION_JSON,
    CLI_OPTION_JOBS,
    CLI_OPTIONS_END,
};

/* About how many runs of the scenario's length there are for each seed. */
enum { ARMS_OF_FACTS = 13, ARMS_OF_ALL = 45 };

static const char *or_default(const char *value, const char *fallback)
{
    return value != NULL ? value : fallback;
}

static int exit_of(const struct sf_replay *replay)
{
    bool all_hold = replay->crashed_count == 0;
    bool all_judged = replay->crashed_count == 0;
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        all_hold &= replay->facts[i].holds;
        all_judged &= replay->facts[i].judged;
    }
    if (replay->ended_count > 0) {
        return CLI_EXIT_FAIL;
    }
    if (all_hold) {
        return CLI_EXIT_PASS;
    }
    return all_judged ? CLI_EXIT_FAIL : CLI_EXIT_INCONCLUSIVE;
}

static enum sf_err report(const struct cli_args *args, const struct sf_plan *plan,
                          const struct sf_replay *replay, struct sf_diag *diag)
{
    const char *path = cli_value(args, "report");
    if (path == NULL) {
        return SF_OK;
    }
    struct sf_text html = {0};
    struct sf_text command = {0};
    cli_repeat_command(args, DEFAULT_SCENARIO, &replay->seed_first, &command);
    sf_report_replay_html(plan, replay, command.data, &html);
    enum sf_err err = cli_write_file(path, &html, diag);
    sf_text_free(&command);
    sf_text_free(&html);
    return err;
}

static enum sf_err write_formats(const struct cli_args *args, const struct sf_plan *plan,
                                 const struct sf_replay *replay, int code, struct sf_diag *diag)
{
    struct sf_ci_result result;
    struct sf_text command = {0};
    if (!cli_wants_formats(args)) {
        return SF_OK;
    }
    cli_repeat_command(args, DEFAULT_SCENARIO, &replay->seed_first, &command);
    sf_ci_of_replay(plan, replay, args->words_count > 0 ? args->words[0] : DEFAULT_SCENARIO,
                    command.data, &result);
    sf_ci_set_verdict(&result, cli_verdict_word(code), "", code);
    sf_text_free(&command);
    return cli_write_formats(args, &result, diag);
}

static int print(const struct cli_args *args, const struct sf_plan *plan,
                 const struct sf_replay *replay)
{
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_replay_json(plan, replay), exit_of(replay));
    }
    struct sf_text text = {0};
    struct sf_paint paint = sf_paint_for(STDOUT_FILENO);
    sf_report_replay_text(plan, replay, &paint, &text);
    if (cli_value(args, "report") != NULL) {
        sf_text_add(&text, "report: %s\n", cli_value(args, "report"));
    }
    int code = cli_print_text(&text, exit_of(replay));
    sf_text_free(&text);
    return code;
}

static enum sf_err understand(const struct cli_args *args, struct sf_plan *plan,
                              struct sf_replay_options *replay_options, struct sf_diag *diag)
{
    char own[CLI_PATH_BYTES];
    cli_find_own(DEFAULT_SCENARIO, own, sizeof own);
    SF_TRY(cli_load(args, args->words_count > 0 ? args->words[0] : own, plan, diag));
    uint64_t seeds;
    uint64_t jobs;
    SF_TRY(cli_number(args, "seeds", 1, 1, 1000, &seeds, diag));
    SF_TRY(cli_number(args, "jobs", 0, 1, 256, &jobs, diag));
    double run_seconds;
    SF_TRY(cli_run_seconds(args, &run_seconds, diag));
    SF_TRY(cli_outputs_writable(args, diag));
    uint32_t arms = cli_flag(args, "facts-only") ? ARMS_OF_FACTS : ARMS_OF_ALL;
    const struct cli_runs runs = {.count = arms * seeds, .workers = (uint32_t)jobs};
    SF_TRY(cli_afford(plan, 1, &runs, diag));
    static char label[] = "replay";
    *replay_options = (struct sf_replay_options){
        .plan = plan,
        .caches =
            {
                or_default(cli_value(args, "before"), "builtin:boxing-day-before"),
                or_default(cli_value(args, "update"), "builtin:boxing-day-update"),
                or_default(cli_value(args, "fix"), "builtin:boxing-day-fix"),
            },
        .seed_first = plan->seed,
        .seeds_count = (uint32_t)seeds,
        .workers = (uint32_t)jobs,
        .run_seconds_max = run_seconds,
        .stories = cli_value(args, "report") != NULL,
        .progress = cli_progress,
        .progress_context = label,
    };
    if (!cli_flag(args, "facts-only")) {
        replay_options->sweep = true;
        replay_options->hypotheses = sf_hypotheses(&replay_options->hypotheses_count);
    }
    for (int i = 0; i < SF_REPLAY_CACHES_COUNT; i++) {
        if (strlen(replay_options->caches[i]) >= sizeof plan->cache) {
            return sf_fail(diag, SF_ERR_INPUT, "the cache's name is longer than %zu bytes",
                           sizeof plan->cache - 1);
        }
    }
    sf_replay_set_caches(plan, replay_options->caches);
    return SF_OK;
}

static int run(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_replay_options replay_options;
    struct sf_replay replay = {0};
    struct sf_diag diag = {0};
    int code = CLI_EXIT_PASS;
    enum sf_err err = understand(args, plan, &replay_options, &diag);
    if (err == SF_OK) {
        err = sf_replay_run(&replay_options, &replay, &diag);
        cli_progress_end();
    }
    if (err == SF_OK) {
        err = report(args, plan, &replay, &diag);
    }
    if (err == SF_OK) {
        code = print(args, plan, &replay);
        err = write_formats(args, plan, &replay, code, &diag);
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    }
    sf_replay_free(&replay);
    free(plan);
    return code;
}

const struct cli_command cli_replay = {
    .name = "replay",
    .words = "[FILE]",
    .summary = "Replay the Boxing Day update and compare it with the published facts",
    .details =
        "Runs {before, update, fix} x {good, extremely poor network} x {hub, app}, and one run in "
        "which the update\n"
        "goes live; prints the facts F1 to F12 with the figure for each. Exit code 0: all hold.\n"
        "FILE is a scenario with a deploy and a heal on its timeline (" DEFAULT_SCENARIO ").",
    .options = options,
    .words_min = 0,
    .words_max = 1,
    .prints_what_is_known = true,
    .run = run,
};
