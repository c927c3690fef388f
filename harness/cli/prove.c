/* strayframe prove: does the harness see what it is there to see? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/interrupt.h"
#include "harness/ci/build.h"
#include "harness/cli/command.h"
#include "harness/report/proof.h"
#include "harness/gate/baseline.h"

static const struct cli_option options[] = {
    {"class", "ID", "only this class of defect, such as D05"},
    CLI_OPTION_SCENARIOS,
    CLI_OPTION_ONLY,
    {"seeds", "N", "how many seeds for each scenario, with the defect (20)"},
    {"twin-seeds", "N", "and with its twin (as many)"},
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    {"baseline", "FILE", "classes that must be caught (" SF_BASELINE_FILE ")"},
    {"keep", "FILE", "write the classes that were caught as a new baseline"},
    CLI_OPTIONS_CI,
    CLI_OPTION_REPORT,
    CLI_OPTION_JSON,
    CLI_OPTION_JOBS,
    CLI_OPTIONS_END,
};

static enum sf_err understand(const struct cli_args *args, struct cli_scenarios *scenarios,
                              struct sf_prove_options *prove, struct sf_diag *diag)
{
    uint64_t seeds;
    uint64_t twin_seeds;
    uint64_t jobs;
    static char label[] = "prove";
    *prove = (struct sf_prove_options){
        .only = cli_value(args, "class"), .progress = cli_progress, .progress_context = label};
    SF_TRY(cli_number(args, "seeds", 20, 1, 100000, &seeds, diag));
    SF_TRY(cli_number(args, "twin-seeds", seeds, 1, 100000, &twin_seeds, diag));
    SF_TRY(cli_seed(args, 1, &prove->seed_first, diag));
    SF_TRY(cli_number(args, "jobs", 0, 1, 256, &jobs, diag));
    SF_TRY(cli_outputs_writable(args, diag));
    SF_TRY(cli_scenarios_load(args, scenarios, diag));
    const struct cli_runs runs = {.count = seeds + twin_seeds, .workers = (uint32_t)jobs};
    SF_TRY(cli_afford(scenarios->plans, scenarios->count, &runs, diag));
    prove->plans = scenarios->plans;
    prove->plans_count = scenarios->count;
    prove->seeds_count = (uint32_t)seeds;
    prove->twin_seeds_count = (uint32_t)twin_seeds;
    prove->workers = (uint32_t)jobs;
    return SF_OK;
}

static const struct sf_proof *proof_of(const struct sf_proofs *proofs, const char *id)
{
    for (uint32_t i = 0; i < proofs->count; i++) {
        if (strcmp(proofs->proofs[i].defect->id, id) == 0) {
            return &proofs->proofs[i];
        }
    }
    return NULL;
}

struct baseline {
    char path[CLI_PATH_BYTES];
    struct sf_baseline classes;
};

static enum sf_err read_baseline(const struct cli_args *args, struct baseline *baseline,
                                 struct sf_diag *diag)
{
    const char *wanted = cli_value(args, "baseline");
    if (wanted == NULL) {
        char name[CLI_PATH_BYTES];
        cli_find_own(SF_BASELINE_FILE, name, sizeof name);
        cli_find_data(name, baseline->path, sizeof baseline->path);
    } else {
        cli_find_data(wanted, baseline->path, sizeof baseline->path);
    }
    return sf_baseline_read(baseline->path, &baseline->classes, diag);
}

/* Says on stderr which class of the baseline is caught no more; with a class chosen, about that one
 * only. False if there is one. */
static bool check_baseline(const struct baseline *baseline, const struct sf_proofs *proofs)
{
    bool kept = true;
    for (uint32_t i = 0; i < baseline->classes.count; i++) {
        const struct sf_baseline_class *class = &baseline->classes.classes[i];
        const struct sf_proof *proof = proof_of(proofs, class->id);
        if (proof != NULL && proof->meant_count == 0) {
            fprintf(stderr, "strayframe: %s is in the baseline (%s:%u) but was not caught\n",
                    class->id, baseline->path, class->line);
            kept = false;
        }
    }
    return kept;
}

static enum sf_err keep_baseline(const struct cli_args *args, const struct sf_proofs *proofs,
                                 struct sf_diag *diag)
{
    const char *path = cli_value(args, "keep");
    if (path == NULL) {
        return SF_OK;
    }
    struct sf_text text = {0};
    sf_baseline_write(proofs, &text);
    enum sf_err err = cli_write_file(path, &text, diag);
    sf_text_free(&text);
    return err;
}

static enum sf_err write_report(const struct cli_args *args, const struct sf_proofs *proofs,
                                const struct cli_scenarios *scenarios, uint64_t seed_first,
                                struct sf_diag *diag)
{
    const char *path = cli_value(args, "report");
    if (path == NULL) {
        return SF_OK;
    }
    struct sf_text page = {0};
    struct sf_text command = {0};
    cli_repeat_command(args, "", &seed_first, &command);
    sf_report_proofs_html(proofs, (const char *const *)scenarios->files, command.data, &page);
    enum sf_err err = cli_write_file(path, &page, diag);
    sf_text_free(&command);
    sf_text_free(&page);
    return err;
}

static int print(const struct cli_args *args, const struct sf_proofs *proofs,
                 const struct cli_scenarios *scenarios, bool kept)
{
    bool hold = kept && sf_proofs_catch_canaries(proofs);
    for (uint32_t i = 0; i < proofs->count; i++) {
        hold &= sf_proof_holds(&proofs->proofs[i]);
    }
    int code = hold ? CLI_EXIT_PASS : CLI_EXIT_FAIL;
    if (sf_interrupted()) {
        code = CLI_EXIT_INCONCLUSIVE;
    }
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_proofs_json(proofs), code);
    }
    struct sf_text text = {0};
    sf_report_proofs_text(proofs, (const char *const *)scenarios->files, &text);
    if (cli_value(args, "report") != NULL) {
        sf_text_add(&text, "report: %s\n", cli_value(args, "report"));
    }
    code = cli_print_text(&text, code);
    sf_text_free(&text);
    return code;
}

static enum sf_err write_formats(const struct cli_args *args, const struct sf_proofs *proofs,
                                 const struct cli_scenarios *scenarios, uint64_t seed_first,
                                 int code, struct sf_diag *diag)
{
    struct sf_ci_result result;
    struct sf_text command = {0};
    if (!cli_wants_formats(args)) {
        return SF_OK;
    }
    cli_repeat_command(args, "", &seed_first, &command);
    sf_ci_of_proofs(proofs, (const char *const *)scenarios->files, command.data, &result);
    sf_ci_set_verdict(&result, cli_verdict_word(code), "", code);
    sf_text_free(&command);
    return cli_write_formats(args, &result, diag);
}

static int run(const struct cli_args *args)
{
    struct cli_scenarios scenarios = {0};
    struct sf_prove_options prove;
    struct sf_proofs *proofs = sf_alloc(1, sizeof *proofs);
    struct sf_diag diag = {0};
    struct baseline baseline;
    bool kept = true;
    enum sf_err err = understand(args, &scenarios, &prove, &diag);
    if (err == SF_OK) { /* read before, so that a bad one is noticed at once */
        err = read_baseline(args, &baseline, &diag);
    }
    if (err == SF_OK) {
        err = sf_prove(&prove, proofs, &diag);
        cli_progress_end();
    }
    if (err == SF_OK) {
        kept = sf_interrupted() || check_baseline(&baseline, proofs);
    }
    if (err == SF_OK && !sf_interrupted()) {
        err = keep_baseline(args, proofs, &diag);
    }
    if (err == SF_OK) {
        err = write_report(args, proofs, &scenarios, prove.seed_first, &diag);
    }
    int code = CLI_EXIT_PASS;
    if (err == SF_OK) {
        code = print(args, proofs, &scenarios, kept);
        err = write_formats(args, proofs, &scenarios, prove.seed_first, code, &diag);
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    }
    cli_scenarios_free(&scenarios);
    free(proofs);
    return code;
}

const struct cli_command cli_prove = {
    .name = "prove",
    .words = "",
    .summary = "Show that every planted defect is caught, and that its corrected twin passes",
    .details =
        "Runs each class of `strayframe list defects` in the scenarios of the gate: once with the "
        "defect, once as its\n"
        "twin, the same code with the defence in place. Exit code 1: the oracle that a class names "
        "missed it, a twin\n"
        "failed, or a class of the baseline was not caught.",
    .options = options,
    .words_min = 0,
    .words_max = 0,
    .prints_what_is_known = true,
    .run = run,
};
