/* strayframe run: one scenario, one seed, one verdict; saved, repeated, or run twice and compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/whole_file.h"
#include "harness/box/box.h"
#include "harness/cli/run.h"
#include "harness/run/saved_run.h"
#include "harness/run/twice.h"

static const struct cli_option options[] = {
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_CACHE,
    CLI_OPTION_BASELINE,
    CLI_OPTION_ROLLOUT,
    CLI_OPTION_VARY,
    {"save", "FILE", "save the plan and the trace: `strayframe run FILE` repeats it"},
    {"twice", NULL, "run twice and print the first record of the trace that differs"},
    {"expect", NULL, "exit code 0 if the run meets the scenario's expectations, 1 if not"},
    {"events-max", "N", "end the run after N events; its verdict cannot be a pass then"},
    CLI_OPTION_RUN_SECONDS,
    {"log", NULL, "print the cache's log on stderr"},
    {"log-messages", "FILE",
     "write the messages to and from an exec: cache; `strayframe talk` replays them"},
    CLI_OPTIONS_CI,
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

struct run_job {
    const struct sf_plan *plan;
    const struct sf_run_caches *caches;
    uint64_t events_max;
    double seconds_max;
    bool log;
    bool twice;
    FILE *save;             /* where to save the run; NULL */
    struct sf_saved *saved; /* the run to repeat; NULL */
    struct sf_whole_file messages;
    bool logs_messages;
};

static void watch(void *context, const struct sf_record *records, uint32_t count)
{
    const struct run_job *job = context;
    static char label[] = "simulated seconds";
    cli_progress(label, (uint32_t)(records[count - 1].at_ns / SF_SECOND),
                 (uint32_t)(job->plan->duration_ns / SF_SECOND));
}

/* Runs; saves the run if asked to; compares it with the saved run if it repeats one. */
static enum sf_err run_once(const struct run_job *job, struct sf_run_options *run_options,
                            struct cli_run_outcome *outcome)
{
    struct sf_comparer comparer;
    if (job->saved != NULL) {
        FILE *kept;
        SF_TRY(sf_saved_records(job->saved, &kept, &outcome->diag));
        sf_compare_begin(&comparer, kept, job->saved->end.records_count);
        run_options->listeners[run_options->listeners_count++] =
            (struct sf_trace_listener){sf_compare_records, &comparer};
    }
    struct sf_runner *runner = sf_runner_create();
    enum sf_err err = SF_OK;
    if (job->save != NULL) {
        err = sf_run_save(runner, job->plan, job->caches, run_options, job->save, &outcome->result,
                          &outcome->diag);
    } else {
        sf_run(runner, job->plan, job->caches, run_options, &outcome->result);
    }
    if (err == SF_OK && job->saved != NULL) {
        err = sf_compare_end(&comparer, &outcome->difference, &outcome->diag);
    }
    sf_runner_destroy(runner);
    return err;
}

static enum sf_err run_somehow(struct run_job *job, struct cli_run_outcome *outcome,
                               struct sf_diag *diag)
{
    struct sf_text log = {0};
    struct sf_run_options run_options = {
        .seed = job->plan->seed,
        .events_max = job->events_max,
        .seconds_max = job->seconds_max,
        .log = job->log ? &log : NULL,
        .listeners_count = 1,
        .listeners[0] = {watch, job},
    };
    outcome->err = job->twice ? sf_run_twice(job->plan, job->caches, &run_options, &outcome->result,
                                             &outcome->difference, &outcome->diag)
                              : run_once(job, &run_options, outcome);
    cli_progress_end();
    if (log.length > 0) {
        fprintf(stderr, "%s", log.data);
    }
    sf_text_free(&log);
    if (outcome->err != SF_OK) {
        *diag = outcome->diag;
    }
    return outcome->err;
}

/* Nothing is said to be saved before it is. */
static enum sf_err run_and_save(const struct cli_args *args, struct run_job *job,
                                struct cli_run_outcome *outcome, struct sf_diag *diag)
{
    const char *path = cli_value(args, "save");
    if (path == NULL) {
        return run_somehow(job, outcome, diag);
    }
    struct sf_whole_file whole;
    SF_TRY(sf_whole_file_open(&whole, path, diag));
    job->save = whole.file;
    enum sf_err err = run_somehow(job, outcome, diag);
    if (err != SF_OK) {
        sf_whole_file_drop(&whole);
        return err;
    }
    return sf_whole_file_keep(&whole, diag);
}

enum sf_err cli_run_seconds(const struct cli_args *args, double *seconds_out, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(seconds_out != NULL);
    uint64_t seconds;
    SF_TRY(cli_number(args, "run-seconds", CLI_RUN_SECONDS, 1, 86400, &seconds, diag));
    *seconds_out = (double)seconds;
    return SF_OK;
}

enum sf_err cli_run_into(const struct sf_plan *plan, const struct sf_run_caches *caches,
                         double seconds_max, FILE *file, struct cli_run_outcome *outcome,
                         struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(caches != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(outcome != NULL);
    SF_ASSERT(seconds_max > 0.0);
    struct run_job job = {.plan = plan, .caches = caches, .seconds_max = seconds_max, .save = file};
    return run_somehow(&job, outcome, diag);
}

/* Opens the run to be repeated, and reads all of it once: nothing of it is believed before. */
static enum sf_err open_saved(const struct cli_args *args, struct run_job *job,
                              struct sf_saved *saved, struct sf_diag *diag)
{
    SF_TRY(sf_saved_open(saved, args->words[0], diag));
    struct sf_trace *trace = sf_alloc(1, sizeof *trace);
    sf_trace_init(trace);
    enum sf_err err = sf_saved_play(saved, sf_plan_homes_count(job->plan), trace, diag);
    free(trace);
    if (err == SF_OK) {
        job->saved = saved;
        job->events_max = saved->head.events_max;
    } else {
        sf_saved_close(saved);
    }
    return err;
}

/* The log of messages begins before the first process does. */
static enum sf_err open_messages(const struct cli_args *args, struct run_job *job,
                                 struct sf_diag *diag)
{
    const char *path = cli_value(args, "log-messages");
    if (path == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_whole_file_open(&job->messages, path, diag));
    job->logs_messages = true;
    sf_box_log_messages(job->messages.file);
    return SF_OK;
}

/* It ends after the last process did; of a run that failed it says why. */
static enum sf_err close_messages(struct run_job *job, struct sf_diag *diag)
{
    if (!job->logs_messages) {
        return SF_OK;
    }
    sf_box_rest();
    sf_box_log_messages(NULL);
    return sf_whole_file_keep(&job->messages, diag);
}

/* A run of real servers cannot be repeated: a saved one is judged again. */
static enum sf_err understand_live(const struct cli_args *args, bool is_saved,
                                   struct sf_saved *saved, struct run_job *job,
                                   struct sf_diag *diag)
{
    if (job->twice) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--twice: a run of real servers is never the same twice; "
                       "`strayframe live %s --repeats N` counts how often it goes as expected",
                       args->words[0]);
    }
    if (!is_saved && strcmp(args->words[0], "-") == 0) {
        return sf_fail(diag, SF_ERR_INPUT, "a live scenario is read from a file, not from -");
    }
    return is_saved ? open_saved(args, job, saved, diag) : SF_OK;
}

static enum sf_err understand(const struct cli_args *args, struct sf_plan *plan,
                              struct sf_run_caches *caches, struct sf_saved *saved,
                              struct run_job *job, struct sf_diag *diag)
{
    const char *aside = cli_value(args, "save") != NULL ? "save" : "expect";
    if (job->twice && cli_value(args, aside) != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "--twice and --%s do not go together", aside);
    }
    SF_TRY(cli_outputs_writable(args, diag));
    bool is_saved = sf_saved_recognise(args->words[0]);
    if (is_saved) {
        SF_TRY(cli_saved_unchanged(args, diag));
    }
    SF_TRY(cli_load(args, args->words[0], plan, diag));
    SF_TRY(cli_run_seconds(args, &job->seconds_max, diag));
    if (plan->live.present) {
        return understand_live(args, is_saved, saved, job, diag);
    }
    const struct cli_runs runs = {.count = job->twice ? 2 : 1, .workers = 1};
    SF_TRY(cli_afford(plan, 1, &runs, diag));
    SF_TRY(open_messages(args, job, diag));
    SF_TRY(sf_run_load_caches(plan, caches, diag));
    if (is_saved) {
        return open_saved(args, job, saved, diag);
    }
    return cli_number(args, "events-max", 0, 1, UINT64_MAX, &job->events_max, diag);
}

static int run(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    struct cli_run_outcome *outcome = sf_alloc(1, sizeof *outcome);
    struct sf_saved saved = {0};
    struct sf_text repeat = {0};
    struct sf_diag diag = {0};
    struct run_job job = {
        .plan = plan,
        .caches = caches,
        .log = cli_flag(args, "log"),
        .twice = cli_flag(args, "twice"),
    };
    enum sf_err err = understand(args, plan, caches, &saved, &job, &diag);
    if (err == SF_OK && plan->live.present && job.saved == NULL) {
        int live_code = cli_run_live(args, plan);
        free(outcome);
        free(caches);
        free(plan);
        return live_code;
    }
    if (err == SF_OK && plan->live.present) {
        struct sf_runner *runner = sf_runner_create();
        err = sf_run_judge(runner, &saved, plan, NULL, 0, &outcome->result, &diag);
        sf_runner_destroy(runner);
        cli_repeat_command(args, "", NULL, &repeat);
    } else if (err == SF_OK) {
        cli_repeat_command(args, "", job.saved != NULL ? NULL : &plan->seed, &repeat);
        sf_assert_repeat_command(repeat.data);
        err = run_and_save(args, &job, outcome, &diag);
        outcome->twice = job.twice;
        outcome->repeated = job.saved != NULL;
    }
    int code = CLI_EXIT_PASS;
    struct sf_diag closing = {0};
    enum sf_err closed = close_messages(&job, &closing);
    if (err == SF_OK && closed != SF_OK) {
        err = closed;
        diag = closing;
    }
    if (err == SF_OK) {
        err = cli_run_report(args, plan, outcome, repeat.data, &code, &diag);
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    }
    sf_saved_close(&saved);
    sf_text_free(&repeat);
    free(outcome);
    free(caches);
    free(plan);
    return code;
}

const struct cli_command cli_run = {
    .name = "run",
    .words = "FILE",
    .summary = "Run a scenario and judge it",
    .details =
        "FILE is a scenario, - for standard input, or a run saved with --save. A saved run is "
        "repeated and compared\n"
        "record by record: if one differs, the first is printed from both runs, and the exit code "
        "is 1. A cache is\n"
        "builtin:NAME (see `strayframe list caches`), the path of a .so or exec:COMMAND, with "
        "options after '?':\n"
        "./my_cache.so?ttl_ms=5000",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .prints_what_is_known = true,
    .run = run,
};
