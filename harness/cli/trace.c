/* strayframe trace: a run's trace as text, as packets, as tracks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/whole_file.h"
#include "harness/cli/open_run.h"
#include "harness/views/views.h"

static const struct cli_option options[] = {
    {"pcapng", "FILE", "write the messages as packets, for Wireshark and tshark"},
    {"perfetto", "FILE", "write the trace as tracks, for ui.perfetto.dev and chrome://tracing"},
    {"text", "FILE", "write it as text (standard output, where nothing else is asked for)"},
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_CACHE,
    CLI_OPTION_BASELINE,
    CLI_OPTION_ROLLOUT,
    CLI_OPTION_VARY,
    CLI_OPTION_RUN_SECONDS,
    CLI_OPTIONS_END,
};

static const struct sf_view_kind *const kinds[] = {&sf_view_pcapng, &sf_view_perfetto,
                                                   &sf_view_text};
enum { KINDS_COUNT = sizeof kinds / sizeof kinds[0] };

struct viewing {
    const struct sf_view_kind *kind;
    struct sf_view view;
    struct sf_whole_file whole;
    const char *path; /* NULL: standard output */
};

/* All views that were asked for; text on standard output where none was. */
static enum sf_err open_views(const struct cli_args *args, uint32_t homes_count,
                              struct viewing viewings[KINDS_COUNT], uint32_t *count_out,
                              struct sf_diag *diag)
{
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        const char *path = cli_value(args, kinds[i]->name);
        struct viewing *viewing = &viewings[*count_out];
        if (path != NULL) {
            *viewing = (struct viewing){.kind = kinds[i], .path = path};
            SF_TRY(sf_whole_file_open(&viewing->whole, path, diag));
            sf_view_init(&viewing->view, viewing->whole.file, homes_count);
            (*count_out)++;
        }
    }
    if (*count_out == 0) {
        viewings[0] = (struct viewing){.kind = &sf_view_text};
        sf_view_init(&viewings[0].view, stdout, homes_count);
        *count_out = 1;
    }
    return SF_OK;
}

/* After an error nothing is left of a file. */
static enum sf_err close_views(struct viewing *viewings, uint32_t count, enum sf_err err,
                               struct sf_diag *diag)
{
    for (uint32_t i = 0; i < count; i++) {
        struct viewing *viewing = &viewings[i];
        sf_view_fini(&viewing->view);
        if (viewing->path != NULL && err != SF_OK) {
            sf_whole_file_drop(&viewing->whole);
        } else if (viewing->path != NULL) {
            err = sf_whole_file_keep(&viewing->whole, diag);
        }
    }
    return err;
}

static enum sf_err play(struct cli_open_run *run, struct viewing *viewings, uint32_t count,
                        const struct sf_run_result *result, struct sf_diag *diag)
{
    struct sf_text title = {0};
    struct sf_trace *trace = sf_alloc(1, sizeof *trace);
    sf_trace_init(trace);
    sf_text_add(&title, "strayframe: %s seed %" PRIu64 ", trace %016" PRIx64, run->plan.name,
                run->plan.seed, result->trace_hash);
    for (uint32_t i = 0; i < count; i++) {
        viewings[i].kind->begin(&viewings[i].view, title.data);
        sf_trace_listen(trace,
                        (struct sf_trace_listener){viewings[i].kind->hear, &viewings[i].view});
    }
    enum sf_err err = sf_saved_play(&run->saved, sf_plan_homes_count(&run->plan), trace, diag);
    for (uint32_t i = 0; i < count && err == SF_OK; i++) {
        viewings[i].kind->end(&viewings[i].view, result->findings, result->findings_kept);
    }
    sf_text_free(&title);
    free(trace);
    return err;
}

static enum sf_err view_run(const struct cli_args *args, struct cli_open_run *run,
                            struct sf_run_result *result, struct sf_diag *diag)
{
    SF_TRY(cli_open_run(args, run, diag));
    struct sf_runner *runner = sf_runner_create();
    enum sf_err err = sf_run_judge(runner, &run->saved, &run->plan, NULL, 0, result, diag);
    sf_runner_destroy(runner);
    SF_TRY(err);
    struct viewing viewings[KINDS_COUNT];
    uint32_t count = 0;
    err = open_views(args, sf_plan_homes_count(&run->plan), viewings, &count, diag);
    err = err == SF_OK ? play(run, viewings, count, result, diag) : err;
    return close_views(viewings, count, err, diag);
}

static int trace(const struct cli_args *args)
{
    struct cli_open_run *run = sf_alloc(1, sizeof *run);
    struct sf_run_result *result = sf_alloc(1, sizeof *result);
    struct sf_diag diag = {0};
    enum sf_err err = cli_outputs_writable(args, &diag);
    err = err == SF_OK ? view_run(args, run, result, &diag) : err;
    int code = err == SF_OK ? CLI_EXIT_PASS : cli_fail(err, &diag);
    sf_saved_close(&run->saved);
    free(result);
    free(run);
    return code;
}

const struct cli_command cli_trace = {
    .name = "trace",
    .words = "FILE",
    .summary = "Print what happened in a run, or write it for Wireshark or Perfetto",
    .details =
        "FILE is a scenario, which is run first, or a run saved with `strayframe run --save`. "
        "Homes, tenants and\n"
        "cameras are counted from 1. See docs/traces.md for what each form has.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = trace,
};
