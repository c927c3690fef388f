/* strayframe gate: is this cache fit to be deployed? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/ci/build.h"
#include "harness/cli/command.h"
#include "harness/cli/gate.h"
#include "harness/report/gate.h"
#include "harness/gate/gate.h"

/* Without --seeds: the floor is always run, and beyond it what half a minute allows, of which small
 * worlds have a third. */
enum { SEEDS_FLOOR = 50, SEEDS_MAX = 500, SECONDS = 20, SMALL_SECONDS = 10 };

enum { SHARDS_MAX = 4096 };

static const struct cli_option options[] = {
    {"candidate", "CACHE",
     "the cache to judge: builtin:NAME, the path of a .so or exec:COMMAND, options after '?'"},
    {"baseline", "CACHE",
     "compare with this cache, as it runs today: alone, while the candidate is rolled out, rolled "
     "back, stopped half-way, and beside it"},
    CLI_OPTION_SCENARIOS,
    CLI_OPTION_ONLY,
    {"seeds", "N",
     "how many seeds for each scenario (as many as 30 s allow, at least 50, at most 500)"},
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    {"seconds", "N",
     "start no run after N seconds; the verdict cannot be a pass if runs are left out"},
    {"small-seconds", "N",
     "CPU time for the candidate in small worlds, as `strayframe exhaust` (10; with --seeds 0)"},
    {"run-seconds", "N",
     "a cache that works or sleeps for more than N seconds in one run counts as hung (60)"},
    {"max-leak-rate", "SHARE",
     "run as many seeds as exclude a larger share of leaking runs, such as 1e-4"},
    {"confidence", "SHARE", "of bounds and intervals (0.95)"},
    {"max-regression", "LIST",
     "how much worse than the baseline the candidate may serve: own-share=0.1%,first-still=5%"},
    {"shard", "I/N",
     "run only part I of N, with --store; `strayframe merge` gives the verdict, see docs/scale.md"},
    {"store", "FILE", "keep the campaign in this file: every run as it ends, see docs/gate.md"},
    {"resume", NULL,
     "go on with the campaign of the same candidate, scenarios, seeds and options in the store"},
    {"accept", "FILE",
     "known findings that are accepted: a YAML list of finding, reason and until, see "
     "docs/gate.md"},
    {"commit", "HASH", "the commit of the candidate, for the history (as CI servers name it)"},
    CLI_OPTION_REPORT,
    CLI_OPTIONS_CI,
    CLI_OPTION_JSON,
    CLI_OPTION_JOBS,
    CLI_OPTIONS_END,
};

/* --shard I/N. Which seeds it has must not depend on how fast the machine is. */
static enum sf_err read_shard(const struct cli_args *args, struct sf_gate_options *gate_options,
                              struct sf_diag *diag)
{
    const char *text = cli_value(args, "shard");
    char *end = NULL;
    if (text == NULL) {
        return SF_OK;
    }
    unsigned long shard = text[0] >= '1' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
    bool has_slash = shard > 0 && *end == '/' && end[1] >= '1' && end[1] <= '9';
    unsigned long count = has_slash ? strtoul(end + 1, &end, 10) : 0;
    if (!has_slash || *end != '\0' || shard > count || count > SHARDS_MAX) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--shard %s: expected I/N, with I from 1 to N, and N to %d", text,
                       SHARDS_MAX);
    }
    if (cli_value(args, "seeds") == NULL && cli_value(args, "max-leak-rate") == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "--shard goes with --seeds N or --max-leak-rate SHARE");
    }
    if (cli_value(args, "store") == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--shard goes with --store FILE, from which `strayframe merge` reads");
    }
    gate_options->shard = (uint32_t)shard;
    gate_options->shards_count = (uint32_t)count;
    return SF_OK;
}

static enum sf_err understand(const struct cli_args *args, struct cli_scenarios *scenarios,
                              struct sf_gate_options *gate_options, struct sf_diag *diag)
{
    const char *candidate = cli_value(args, "candidate");
    if (candidate == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--candidate is missing: builtin:NAME (see `strayframe list caches`), the "
                       "path of a .so or exec:COMMAND");
    }
    const char *baseline = cli_value(args, "baseline");
    SF_TRY(cli_cache_check(args, "candidate", diag));
    SF_TRY(cli_cache_check(args, "baseline", diag));
    uint64_t seeds;
    uint64_t seed_first;
    uint64_t jobs;
    uint64_t seconds;
    uint64_t run_seconds;
    uint64_t small_seconds;
    bool seeds_given = cli_value(args, "seeds") != NULL;
    SF_TRY(cli_number(args, "seeds", SEEDS_MAX, 1, 1000000, &seeds, diag));
    SF_TRY(cli_seed(args, 1, &seed_first, diag));
    SF_TRY(cli_number(args, "jobs", 0, 1, 256, &jobs, diag));
    SF_TRY(cli_number(args, "seconds", 0, 1, 1000000, &seconds, diag));
    SF_TRY(cli_number(args, "small-seconds", seeds_given ? 0 : SMALL_SECONDS, 0, 86400,
                      &small_seconds, diag));
    SF_TRY(cli_number(args, "run-seconds", 60, 1, 86400, &run_seconds, diag));
    SF_TRY(cli_outputs_writable(args, diag));
    SF_TRY(cli_scenarios_load(args, scenarios, diag));
    const struct cli_runs runs = {.count = seeds_given ? seeds : SEEDS_FLOOR,
                                  .workers = (uint32_t)jobs};
    SF_TRY(cli_afford(scenarios->plans, scenarios->count, &runs, diag));
    static struct sf_accepts accepts;
    const char *accept = cli_value(args, "accept");
    if (accept != NULL) {
        SF_TRY(sf_accepts_read(accept, (int64_t)time(NULL), &accepts, diag));
    }
    static char label[] = "gate";
    *gate_options = (struct sf_gate_options){
        .candidate = candidate,
        .baseline = baseline,
        .plans = scenarios->plans,
        .plans_count = scenarios->count,
        .seed_first = seed_first,
        .seeds_count = (uint32_t)seeds,
        .seeds_floor = seeds_given ? 0 : SEEDS_FLOOR,
        .seconds = SECONDS,
        .small_seconds = (double)small_seconds,
        .workers = (uint32_t)jobs,
        .seconds_max = (double)seconds,
        .run_seconds_max = (double)run_seconds,
        .accepts = accept != NULL ? &accepts : NULL,
        .progress = cli_progress,
        .progress_context = label,
    };
    static struct sf_gate_limits limits;
    SF_TRY(read_shard(args, gate_options, diag));
    return cli_gate_limits(args, gate_options, &limits, diag);
}

static struct sf_gate_names names_of(const struct cli_args *args,
                                     const struct cli_scenarios *scenarios)
{
    return (struct sf_gate_names){
        .candidate = cli_value(args, "candidate"),
        .baseline = cli_value(args, "baseline"),
        .files = (const char *const *)scenarios->files,
        .sets = args->sets,
        .sets_count = args->sets_count,
    };
}

static int exit_of(const struct sf_gate *gate)
{
    if (gate->kind == SF_GATE_SHARD && sf_gate_is_complete(gate)) {
        return CLI_EXIT_PASS;
    }
    return cli_exit_of(gate->verdict);
}

static int print(const struct cli_args *args, const struct sf_gate *gate,
                 const struct sf_gate_names *names)
{
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_gate_json(gate, names), exit_of(gate));
    }
    struct sf_text text = {0};
    struct sf_paint paint = sf_paint_for(STDOUT_FILENO);
    sf_report_gate_text(gate, names, &paint, &text);
    int code = cli_print_text(&text, exit_of(gate));
    sf_text_free(&text);
    return code;
}

static enum sf_err write_formats(const struct cli_args *args, const struct sf_gate *gate,
                                 const struct sf_gate_names *names, int code, struct sf_diag *diag)
{
    struct sf_ci_result result;
    struct sf_text command = {0};
    if (!cli_wants_formats(args)) {
        return SF_OK;
    }
    cli_repeat_command(args, "", &gate->seed_first, &command);
    sf_ci_of_gate(gate, names, command.data, &result);
    sf_ci_set_verdict(&result, sf_gate_kind_name(gate->kind), gate->reason, code);
    sf_text_free(&command);
    return cli_write_formats(args, &result, diag);
}

/* The verdict is printed even where a report could not be written. */
int cli_gate_tell(const struct cli_args *args, const struct cli_gate_told *told)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(told != NULL);
    struct sf_diag diag = {0};
    struct sf_diag page_diag = {0};
    int code = print(args, told->gate, told->names);
    enum sf_err err = write_formats(args, told->gate, told->names, code, &diag);
    (void)fflush(stdout); /* the page takes some runs more */
    enum sf_err page_err = cli_gate_page(args, told, &page_diag);
    if (page_err != SF_OK) {
        code = cli_fail(page_err, &page_diag);
    }
    return err == SF_OK ? code : cli_fail(err, &diag);
}

/* What gives this result again: with as many seeds as the time sufficed for. */
static void repeat_command(const struct cli_args *args, const struct sf_gate *gate,
                           struct sf_text *out)
{
    cli_repeat_command(args, "", &gate->seed_first, out);
    bool seeds_given = cli_value(args, "seeds") != NULL || cli_value(args, "max-leak-rate") != NULL;
    if (!seeds_given && gate->seeds_count > 0) {
        sf_text_add(out, " --seeds %u", gate->seeds_count);
        if (cli_value(args, "small-seconds") == NULL) {
            sf_text_add(out, " --small-seconds %d", SMALL_SECONDS);
        }
    }
}

/* The same where the store could not be written. */
static int tell(const struct cli_args *args, const struct sf_gate *gate,
                const struct cli_scenarios *scenarios, const struct sf_gate_options *gate_options,
                struct cli_record *record)
{
    const struct sf_gate_names names = names_of(args, scenarios);
    struct sf_diag diag = {0};
    struct sf_text command = {0};
    enum sf_err err = cli_record_end(record, gate, &diag);
    repeat_command(args, gate, &command);
    const struct cli_gate_told told = {.gate = gate,
                                       .names = &names,
                                       .what = &record->what,
                                       .plans = scenarios->plans,
                                       .started = record->started,
                                       .ended = "",
                                       .command = command.data,
                                       .run_seconds_max = gate_options->run_seconds_max};
    int code = cli_gate_tell(args, &told);
    sf_text_free(&command);
    return err == SF_OK ? code : cli_fail(err, &diag);
}

static int run(const struct cli_args *args)
{
    struct cli_scenarios scenarios = {0};
    struct cli_record *record = sf_alloc(1, sizeof *record);
    struct sf_gate_options gate_options;
    struct sf_gate *gate = sf_alloc(1, sizeof *gate);
    struct sf_diag diag = {0};
    enum sf_err err = understand(args, &scenarios, &gate_options, &diag);
    if (err == SF_OK) {
        err = cli_record_begin(args, &scenarios, &gate_options, record, &diag);
    }
    if (err == SF_OK) {
        err = sf_gate_run(&gate_options, gate, &diag);
        cli_progress_end();
    }
    int code;
    if (err == SF_OK) {
        code = tell(args, gate, &scenarios, &gate_options, record);
    } else {
        const struct sf_gate_names names = names_of(args, &scenarios);
        if (gate->store_failed) {
            (void)print(args, gate, &names);
        }
        code = cli_fail(err, &diag);
    }
    cli_record_free(record);
    free(record);
    cli_scenarios_free(&scenarios);
    free(gate);
    return code;
}

const struct cli_command cli_gate = {
    .name = "gate",
    .words = "",
    .summary = "Judge a cache before it is deployed: many scenarios, many seeds, all processors",
    .details =
        "Every cache that the scenarios name is replaced by the candidate. Before the verdict is\n"
        "believed, a cache that is known to leak has to be caught by the same scenarios, and a\n"
        "correct one has to pass them. A crash and a hang are findings like any other; after four\n"
        "hangs no further run starts. A cache that is not deterministic is named, and does not "
        "pass.\n"
        "Findings are grouped by what was broken and for which kind of viewer, strays first, each\n"
        "with the command that repeats it. A situation that the gate requires and that did not "
        "occur\n"
        "makes the verdict inconclusive, whichever scenarios were run. Seeds count from 1 unless\n"
        "--seed says otherwise.",
    .options = options,
    .words_min = 0,
    .words_max = 0,
    .prints_what_is_known = true,
    .run = run,
};
