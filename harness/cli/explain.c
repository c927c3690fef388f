/* strayframe explain: the story of one finding, from the trace of its run. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"
#include "harness/cli/open_run.h"
#include "harness/dossier/dossier.h"
#include "harness/report/story.h"

static const struct cli_option options[] = {
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_CACHE,
    CLI_OPTION_BASELINE,
    CLI_OPTION_ROLLOUT,
    CLI_OPTION_VARY,
    CLI_OPTION_RUN_SECONDS,
    {"finding", "N", "number of the finding, from 1 (the first stray picture)"},
    {"report", "FILE", "also write the story as an HTML page"},
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

struct tale {
    struct cli_open_run run;
    struct sf_run_result result;
};

/* The number of the finding to tell of, from 1; 0 when there is none at all. Of a pair that is what
 * the second run showed, else the first stray picture. */
static enum sf_err choose(const struct cli_args *args, const struct tale *tale,
                          uint64_t *number_out, struct sf_diag *diag)
{
    static const char *const first[] = {"no-influence", "no-stray-pixels", "no-stray-bytes"};
    const struct sf_run_result *result = &tale->result;
    *number_out = result->findings_kept > 0 ? 1 : 0;
    for (int oracle = 2; oracle >= (tale->run.plan.vary != SF_VARY_NOTHING ? 0 : 1); oracle--) {
        for (uint32_t i = result->findings_kept; i > 0; i--) {
            const char *name = sf_oracles()[result->findings[i - 1].oracle]->name;
            *number_out = strcmp(name, first[oracle]) == 0 ? i : *number_out;
        }
    }
    if (cli_value(args, "finding") == NULL || result->findings_kept == 0) {
        return SF_OK;
    }
    return cli_number(args, "finding", 0, 1, result->findings_kept, number_out, diag);
}

static int print_nothing(const struct cli_args *args, const struct tale *tale)
{
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_story_json(NULL, NULL), CLI_EXIT_INCONCLUSIVE);
    }
    printf("%s seed %" PRIu64 ": no finding to explain\n", tale->run.plan.name,
           tale->run.plan.seed);
    return CLI_EXIT_INCONCLUSIVE;
}

static void say_heading(const struct tale *tale, uint64_t number, struct sf_text *out)
{
    sf_text_add(out, "%s seed %" PRIu64 ", finding %" PRIu64 " of %" PRIu64, tale->run.plan.name,
                tale->run.plan.seed, number, tale->result.findings_count);
}

/* The pictures are not in a trace: they take the run once more. */
static enum sf_err find_pictures(const struct cli_args *args, const struct tale *tale,
                                 struct sf_dossier *dossier, struct sf_story_page *page,
                                 struct sf_diag *diag)
{
    double seconds_max;
    if (tale->run.of_file) {
        page->without_pictures = "Without pictures: a saved run has none, and only its trace was "
                                 "read. `strayframe explain` of the scenario shows them.";
        return SF_OK;
    }
    SF_TRY(cli_run_seconds(args, &seconds_max, diag));
    const struct sf_dossier_request request = {.plan = &tale->run.plan,
                                               .finding = page->finding,
                                               .seed = tale->run.plan.seed,
                                               .seconds_max = seconds_max};
    struct sf_runner *runner = sf_runner_create();
    enum sf_err err = sf_dossier_make(runner, &request, dossier, diag);
    sf_runner_destroy(runner);
    page->exhibits = dossier->exhibits;
    if (err == SF_OK && !dossier->repeated) {
        page->without_pictures = "Without pictures: the run was made once more for them, and did "
                                 "not show this finding again. The cache is not deterministic.";
    } else if (err == SF_OK && dossier->exhibits->count == 0 &&
               !sf_viewer_is_none(page->finding->viewer)) {
        page->without_pictures = "Without pictures: nothing reached the viewer.";
    }
    return err;
}

static enum sf_err report(const struct cli_args *args, const struct tale *tale, uint64_t number,
                          const struct sf_story *story, struct sf_diag *diag)
{
    const char *path = cli_value(args, "report");
    if (path == NULL) {
        return SF_OK;
    }
    struct sf_text html = {0};
    struct sf_text heading = {0};
    struct sf_text command = {0};
    struct sf_dossier dossier = {0};
    say_heading(tale, number, &heading);
    cli_repeat_command(args, "", tale->run.of_file ? NULL : &tale->run.plan.seed, &command);
    struct sf_story_page page = {.story = story,
                                 .heading = heading.data,
                                 .finding = &tale->result.findings[number - 1],
                                 .command = command.data};
    enum sf_err err = find_pictures(args, tale, &dossier, &page, diag);
    if (err == SF_OK) {
        sf_report_story_html(&page, &html);
        err = cli_write_file(path, &html, diag);
    }
    sf_dossier_fini(&dossier);
    sf_text_free(&command);
    sf_text_free(&heading);
    sf_text_free(&html);
    return err;
}

static int print_story(const struct cli_args *args, const struct tale *tale, uint64_t number,
                       const struct sf_story *story)
{
    const struct sf_finding *finding = &tale->result.findings[number - 1];
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_report_story_json(story, finding), CLI_EXIT_PASS);
    }
    struct sf_text text = {0};
    struct sf_text said = {0};
    struct sf_paint paint = sf_paint_for(STDOUT_FILENO);
    sf_text_add(&text, "%s", paint.bold);
    say_heading(tale, number, &text);
    sf_text_add(&text, ":%s\n", paint.off);
    sf_report_finding(finding, &said);
    sf_report_paragraph(said.data, &text);
    sf_text_free(&said);
    sf_text_add(&text, "\n");
    sf_report_story_text(story, &paint, &text);
    int code = cli_print_text(&text, CLI_EXIT_PASS);
    sf_text_free(&text);
    return code;
}

/* The second pass over the trace, now that it is known what to look for. */
static enum sf_err tell(const struct cli_args *args, struct tale *tale, uint64_t number,
                        int *code_out, struct sf_diag *diag)
{
    struct sf_gather gather;
    sf_gather_init(&gather, &tale->result.findings[number - 1]);
    struct sf_trace *trace = sf_alloc(1, sizeof *trace);
    sf_trace_init(trace);
    sf_trace_listen(trace, (struct sf_trace_listener){sf_gather_records, &gather});
    enum sf_err err =
        sf_saved_play(&tale->run.saved, sf_plan_homes_count(&tale->run.plan), trace, diag);
    if (err == SF_OK) {
        struct sf_story story;
        sf_story_tell(&gather, &tale->run.plan, &story);
        err = report(args, tale, number, &story, diag);
        *code_out = print_story(args, tale, number, &story);
        sf_story_fini(&story);
    }
    free(trace);
    sf_gather_fini(&gather);
    return err;
}

static enum sf_err judge_and_tell(const struct cli_args *args, struct tale *tale, int *code_out,
                                  struct sf_diag *diag)
{
    struct sf_runner *runner = sf_runner_create();
    enum sf_err err =
        sf_run_judge(runner, &tale->run.saved, &tale->run.plan, NULL, 0, &tale->result, diag);
    sf_runner_destroy(runner);
    SF_TRY(err);
    uint64_t number;
    SF_TRY(choose(args, tale, &number, diag));
    if (number == 0) {
        *code_out = print_nothing(args, tale);
        return SF_OK;
    }
    return tell(args, tale, number, code_out, diag);
}

static int explain(const struct cli_args *args)
{
    struct tale *tale = sf_alloc(1, sizeof *tale);
    struct sf_diag diag = {0};
    int code = CLI_EXIT_PASS;
    enum sf_err err = cli_open_run(args, &tale->run, &diag);
    if (err == SF_OK) {
        err = judge_and_tell(args, tale, &code, &diag);
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    }
    sf_saved_close(&tale->run.saved);
    free(tale);
    return code;
}

const struct cli_command cli_explain = {
    .name = "explain",
    .words = "FILE",
    .summary = "Explain how one finding came about, in a paragraph and a diagram",
    .details = "FILE is a scenario, which is run first, or a run saved with `strayframe run "
               "--save`. Only the trace is read.\n"
               "Exit code 0: explained; 3: the run has no finding.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .prints_what_is_known = true,
    .run = explain,
};
