/* strayframe gate: is this cache fit to be deployed? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/cli/command.h"
#include "harness/report/junit.h"
#include "harness/report/report.h"
#include "harness/gate/gate.h"

static const struct cli_option options[] = {
    {"candidate", "CACHE",
     "the cache to judge: builtin:NAME or the path of a shared object, options behind '?'"},
    CLI_OPTION_BASELINE,
    CLI_OPTION_SCENARIOS,
    {"seeds", "N", "how many seeds for each scenario (50)"},
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    {"seconds", "N",
     "start no run after so many seconds; the verdict is then at best inconclusive"},
    {"run-seconds", "N", "a run that takes longer counts as hung (60)"},
    CLI_OPTION_JUNIT,
    CLI_OPTION_JSON,
    CLI_OPTION_JOBS,
    CLI_OPTIONS_END,
};

static enum sf_err understand(const struct cli_args *args, struct cli_scenarios *scenarios,
                              struct sf_gate_options *gate_options, struct sf_diag *diag)
{
    const char *candidate = cli_value(args, "candidate");
    if (candidate == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--candidate is missing: builtin:NAME (see `strayframe list caches`) or the "
                       "path of a .so");
    }
    const char *baseline = cli_value(args, "baseline");
    if (strlen(candidate) >= SF_CACHE_SPEC_BYTES ||
        (baseline != NULL && strlen(baseline) >= SF_CACHE_SPEC_BYTES)) {
        return sf_fail(diag, SF_ERR_INPUT, "the name of a cache has at most %d bytes",
                       SF_CACHE_SPEC_BYTES - 1);
    }
    uint64_t seeds;
    uint64_t seed_first;
    uint64_t jobs;
    uint64_t seconds;
    uint64_t run_seconds;
    SF_TRY(cli_number(args, "seeds", 50, 1, 1000000, &seeds, diag));
    SF_TRY(cli_number(args, "seed", 1, 0, UINT64_MAX, &seed_first, diag));
    SF_TRY(cli_number(args, "jobs", 0, 1, 256, &jobs, diag));
    SF_TRY(cli_number(args, "seconds", 0, 1, 1000000, &seconds, diag));
    SF_TRY(cli_number(args, "run-seconds", 60, 1, 86400, &run_seconds, diag));
    SF_TRY(cli_outputs_writable(args, diag));
    SF_TRY(cli_scenarios_load(args, scenarios, diag));
    static char label[] = "gate";
    *gate_options = (struct sf_gate_options){
        .candidate = candidate,
        .baseline = baseline,
        .plans = scenarios->plans,
        .plans_count = scenarios->count,
        .seed_first = seed_first,
        .seeds_count = (uint32_t)seeds,
        .workers = (uint32_t)jobs,
        .seconds_max = (double)seconds,
        .run_seconds_max = (double)run_seconds,
        /* Scenarios of somebody's own need not bring about everything. */
        .quotas = cli_value(args, "scenarios") == NULL,
        .progress = cli_progress,
        .progress_context = label,
    };
    return SF_OK;
}

static int print(const struct cli_args *args, const struct sf_gate *gate,
                 const struct cli_scenarios *scenarios)
{
    const char *candidate = cli_value(args, "candidate");
    const char *const *files = (const char *const *)scenarios->files;
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_gate_json(gate, candidate, files),
                              cli_exit_of(gate->verdict));
    }
    struct sf_text text = {0};
    struct sf_paint paint = sf_paint_for(STDOUT_FILENO);
    sf_report_gate_text(gate, candidate, files, &paint, &text);
    int code = cli_print_text(&text, cli_exit_of(gate->verdict));
    sf_text_free(&text);
    return code;
}

static enum sf_err junit(const struct cli_args *args, const struct sf_gate *gate,
                         const struct cli_scenarios *scenarios, struct sf_diag *diag)
{
    const char *path = cli_value(args, "junit");
    if (path == NULL) {
        return SF_OK;
    }
    struct sf_text xml = {0};
    sf_report_gate_junit(gate, cli_value(args, "candidate"), (const char *const *)scenarios->files,
                         &xml);
    enum sf_err err = cli_write_file(path, &xml, diag);
    sf_text_free(&xml);
    return err;
}

static int run(const struct cli_args *args)
{
    struct cli_scenarios scenarios = {0};
    struct sf_gate_options gate_options;
    struct sf_gate *gate = sf_alloc(1, sizeof *gate);
    struct sf_diag diag = {0};
    enum sf_err err = understand(args, &scenarios, &gate_options, &diag);
    if (err == SF_OK) {
        err = sf_gate_run(&gate_options, gate, &diag);
        cli_progress_end();
    }
    if (err == SF_OK) {
        err = junit(args, gate, &scenarios, &diag);
    }
    int code = err == SF_OK ? print(args, gate, &scenarios) : cli_fail(err, &diag);
    cli_scenarios_free(&scenarios);
    free(gate);
    return code;
}

const struct cli_command cli_gate = {
    .name = "gate",
    .words = "",
    .summary = "Judge a cache before it is deployed: many scenarios, many seeds, all processors",
    .details =
        "Every cache that the scenarios name is replaced by the candidate. Before the "
        "verdict is believed, a cache\n"
        "that is known to leak has to be caught by the same scenarios, and a sound one has "
        "to pass them. A cache\n"
        "that crashes or hangs is a find, with the command that repeats it; one that is not "
        "deterministic is named,\n"
        "and does not pass. The verdict tells strays from the rest. The JSON lists the first 256 "
        "finds, and counts\n"
        "all by oracle. Seeds count from 1 unless --seed says otherwise.",
    .options = options,
    .words_min = 0,
    .words_max = 0,
    .run = run,
};
