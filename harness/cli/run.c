/* strayframe run: one scenario, one seed, one verdict. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/command.h"
#include "harness/report/report.h"
#include "harness/run/jobs.h"
#include "harness/run/twice.h"

static const struct cli_option options[] = {
    {"seed", "N", "use this seed instead of the scenario's"},
    {"set", "KEY=VALUE", "change the scenario, e.g. --set homes.poor.count=3; may be repeated"},
    {"cache", "CACHE", "put this cache under test, wherever the scenario names one"},
    {"json", NULL, "print the result as JSON"},
    {"twice", NULL, "run it twice and name the first record of the trace that differs"},
    {"expect", NULL, "exit with 0 if the verdict is the one that the scenario expects"},
    {"events-max", "N", "end after so many events; the verdict is then at best inconclusive"},
    {"log", NULL, "print what the cache logged, on stderr"},
    {NULL, NULL, NULL},
};

struct run_job {
    const struct sf_plan *plan;
    const struct sf_run_caches *caches;
    uint64_t events_max;
    bool log;
};

static void do_run(void *context, void *prepared, uint32_t index, void *result_out)
{
    (void)prepared;
    (void)index;
    const struct run_job *job = context;
    struct sf_runner *runner = sf_runner_create();
    struct sf_text log = {0};
    const struct sf_run_options run_options = {
        .seed = job->plan->seed, .events_max = job->events_max, .log = job->log ? &log : NULL};
    sf_run(runner, job->plan, job->caches, &run_options, result_out);
    if (log.length > 0) {
        fprintf(stderr, "%s", log.data);
    }
    sf_text_free(&log);
    sf_runner_destroy(runner);
}

/* Somebody else's code runs in a process of its own. */
static enum sf_err run_apart(struct run_job *job, struct sf_run_result *result,
                             struct sf_job_status *status, struct sf_diag *diag)
{
    const struct sf_jobs jobs = {
        .count = 1, .workers = 1, .result_bytes = sizeof *result, .work = do_run, .context = job};
    struct sf_jobs_results results;
    SF_TRY(sf_jobs_run(&jobs, &results, diag));
    memcpy(result, results.results, sizeof *result);
    *status = results.statuses[0];
    sf_jobs_free(&results);
    return SF_OK;
}

static bool as_expected(const struct sf_plan *plan, const struct sf_run_result *result)
{
    switch (plan->expect) {
    case SF_EXPECT_PASS:
        return result->verdict == SF_VERDICT_PASS;
    case SF_EXPECT_INCONCLUSIVE:
        return result->verdict == SF_VERDICT_INCONCLUSIVE;
    case SF_EXPECT_FAIL:
        break;
    }
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        if (strcmp(sf_oracles()[i]->name, plan->expect_oracle) == 0) {
            return result->verdict == SF_VERDICT_FAIL && result->oracles[i].findings_count > 0;
        }
    }
    return result->verdict == SF_VERDICT_FAIL;
}

static int report(const struct cli_args *args, const struct sf_plan *plan,
                  const struct sf_run_result *result)
{
    int code = cli_exit_of(result->verdict);
    bool expected = as_expected(plan, result);
    if (cli_flag(args, "expect")) {
        code = expected ? CLI_EXIT_PASS : CLI_EXIT_FAIL;
    }
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_run_json(plan, result), code);
    }
    struct sf_text text = {0};
    struct sf_paint paint = sf_paint_for(STDOUT_FILENO);
    sf_report_run_text(plan, result, &paint, &text);
    if (plan->expect != SF_EXPECT_PASS || cli_flag(args, "expect")) {
        sf_text_add(&text, "%s\n",
                    expected ? "as the scenario expects" : "NOT what the scenario expects");
    }
    code = cli_print_text(&text, code);
    sf_text_free(&text);
    return code;
}

static int run_once(const struct cli_args *args, struct run_job *job)
{
    struct sf_run_result result;
    struct sf_job_status status = {.end = SF_JOB_DONE};
    struct sf_diag diag = {0};
    if (sf_run_has_foreign_cache(job->plan)) {
        enum sf_err err = run_apart(job, &result, &status, &diag);
        if (err != SF_OK) {
            return cli_fail(err, &diag);
        }
    } else {
        do_run(job, NULL, 0, &result);
    }
    if (status.end != SF_JOB_DONE) {
        fprintf(stderr,
                "strayframe: the cache ended its process in the middle of the run (%s)\nverdict: "
                "fail\n",
                status.signal_number != 0 ? strsignal((int)status.signal_number)
                                          : "it called exit");
        return CLI_EXIT_FAIL;
    }
    return report(args, job->plan, &result);
}

static int run_twice(const struct run_job *job)
{
    struct sf_twice twice;
    struct sf_diag diag = {0};
    enum sf_err err = sf_run_twice(job->plan, job->caches, &twice, &diag);
    if (err != SF_OK) {
        return cli_fail(err, &diag);
    }
    if (twice.same) {
        printf("the same twice: %llu records, trace %016llx\n",
               (unsigned long long)twice.records_count, (unsigned long long)twice.hash[0]);
        return CLI_EXIT_PASS;
    }
    char line[2][256];
    sf_record_print(&twice.record[0], line[0], sizeof line[0]);
    sf_record_print(&twice.record[1], line[1], sizeof line[1]);
    printf("the runs differ, first in record %llu:\n  first:  %s\n  second: %s\n",
           (unsigned long long)twice.records_count, line[0], line[1]);
    return CLI_EXIT_FAIL;
}

static void set_repeat_command(const struct cli_args *args, const struct sf_plan *plan)
{
    struct sf_text command = {0};
    sf_text_add(&command, "strayframe run %s --seed %llu", args->words[0],
                (unsigned long long)plan->seed);
    if (cli_value(args, "cache") != NULL) {
        sf_text_add(&command, " --cache '%s'", cli_value(args, "cache"));
    }
    for (uint32_t i = 0; i < args->sets_count; i++) {
        sf_text_add(&command, " --set '%s=%s'", args->sets[i].key, args->sets[i].value);
    }
    sf_assert_repeat_command(command.data);
    sf_text_free(&command);
}

static int run(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    struct run_job job = {.plan = plan, .caches = caches, .log = cli_flag(args, "log")};
    struct sf_diag diag = {0};
    int code;
    enum sf_err err = cli_load(args, args->words[0], plan, &diag);
    if (err == SF_OK) {
        err = cli_number(args, "events-max", 0, 1, UINT64_MAX, &job.events_max, &diag);
    }
    if (err == SF_OK) {
        err = sf_run_load_caches(plan, caches, &diag);
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    } else {
        set_repeat_command(args, plan);
        code = cli_flag(args, "twice") ? run_twice(&job) : run_once(args, &job);
    }
    free(caches);
    free(plan);
    return code;
}

const struct cli_command cli_run = {
    .name = "run",
    .words = "FILE",
    .summary = "Run a scenario and judge it",
    .details = "FILE is a scenario, or - for standard input. A cache is builtin:NAME (see "
               "`strayframe list caches`)\n"
               "or the path of a shared object, with options behind '?': ./my_cache.so?ttl_ms=5000",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
