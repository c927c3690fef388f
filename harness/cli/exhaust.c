/* strayframe exhaust: every order of events in small worlds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/ci/build.h"
#include "harness/cli/command.h"
#include "harness/exhaust/exhaust.h"
#include "harness/exhaust/file.h"
#include "harness/exhaust/say.h"
#include "harness/exhaust/words.h"
#include "harness/run/run.h"

static const struct cli_option options[] = {
    {"candidate", "CACHE",
     "the cache: builtin:NAME, the path of a .so or exec:COMMAND, options after '?'"},
    {"baseline", "CACHE", "the cache before the deploy of the candidate (the candidate itself)"},
    {"reconfigure", "OPTIONS", "options that the operator pushes while it runs (its own, again)"},
    {"world", "NAME", "one world of the profile only (all of them, in turn)"},
    {"depth", "N", "orders of at most N events (24)"},
    {"seconds", "N", "at most N seconds of CPU time (60)"},
    {"out", "FILE", "write the finding to this file, for `strayframe exhaust FILE`"},
    {"engine", "NAME", "snapshot or replay (snapshot, where the cache's memory can be saved)"},
    {"no-merging", NULL, "explore equal states again"},
    {"no-symmetry", NULL, "also try the orders that only exchange equal tenants"},
    {"sweep", "N", "first N seeds at small depth, then each world with similar identity numbers"},
    {"seed", "N", "of the identity numbers (1)"},
    CLI_OPTIONS_CI,
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

/* In seconds, of those that it may take. */
static void progress(void *context)
{
    const struct sf_exhaust_options *exhaust = context;
    static char label[] = "exhaust, seconds";
    static struct timespec started;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (started.tv_sec == 0) {
        started = now;
    }
    uint64_t seconds = (uint64_t)(now.tv_sec - started.tv_sec);
    uint64_t all = (uint64_t)exhaust->seconds_max;
    cli_progress(label, (uint32_t)(seconds < all ? seconds : all), (uint32_t)all);
}

static enum sf_err find_world(const char *name, struct sf_exhaust_options *exhaust,
                              struct sf_diag *diag)
{
    const char *names[SF_PROFILE_WORLDS_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < sf_profile_count(); i++) {
        names[i] = sf_profile_world(i)->name;
        if (strcmp(names[i], name) == 0) {
            exhaust->worlds = sf_profile_world(i);
            exhaust->worlds_count = 1;
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(name, names);
    return sf_fail(diag, SF_ERR_INPUT, "--world: the profile has no world '%s'%s%s%s", name,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

static enum sf_err find_engine(const char *name, uint32_t *engine_out, struct sf_diag *diag)
{
    static const char *const names[] = {"snapshot", "replay", NULL};
    for (uint32_t i = 0; names[i] != NULL; i++) {
        if (name == NULL || strcmp(names[i], name) == 0) {
            *engine_out = i;
            return SF_OK;
        }
    }
    return sf_fail(diag, SF_ERR_INPUT, "--engine %s: expected snapshot or replay", name);
}

static enum sf_err load_caches(const char *candidate, const char *baseline,
                               struct sf_exhaust_options *exhaust, struct sf_diag *diag)
{
    SF_TRY(sf_run_load_cache_here(candidate, &exhaust->candidate, diag));
    return baseline == NULL ? SF_OK : sf_run_load_cache_here(baseline, &exhaust->before, diag);
}

/* Adds a world with this way of numbering. */
static void add_numbered(struct sf_small_world *numbered, uint32_t *count,
                         const struct sf_small_world *world, uint32_t way)
{
    if (*count < SF_EXHAUST_WORLDS_MAX) {
        numbered[*count] = *world;
        numbered[*count].numbering = way;
        snprintf(numbered[*count].name, sizeof numbered->name, "%.14s/%.8s", world->name,
                 sf_small_numbering_words[way]);
        (*count)++;
    }
}

/* Each world with each way of numbering, instead of the worlds alone; and that of the sweep in
 * which uploads arrive in pieces, which is small enough to be exhausted. */
static void number_worlds(struct sf_exhaust_options *exhaust)
{
    static struct sf_small_world numbered[SF_EXHAUST_WORLDS_MAX];
    uint32_t count = 0;
    for (uint32_t way = 1; way < SF_SMALL_NUMBERINGS_COUNT; way++) {
        for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
            add_numbered(numbered, &count, &exhaust->worlds[i], way);
        }
        add_numbered(numbered, &count, &sf_profile_sweeps[SF_PROFILE_SWEEPS - 1].world, way);
    }
    exhaust->worlds = numbered;
    exhaust->worlds_count = count;
}

static enum sf_err understand(const struct cli_args *args, struct sf_exhaust_options *exhaust,
                              struct sf_diag *diag)
{
    uint64_t depth;
    uint64_t seconds;
    const char *candidate = cli_value(args, "candidate");
    const char *baseline = cli_value(args, "baseline");
    const char *world = cli_value(args, "world");
    if (candidate == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--candidate is missing: which cache? `strayframe list caches` names those "
                       "that come with the program");
    }
    *exhaust = (struct sf_exhaust_options){
        .reconfigure = cli_value(args, "reconfigure"),
        .worlds = sf_profile_world(0),
        .worlds_count = sf_profile_count(),
        .keeps_merging = !cli_flag(args, "no-merging"),
        .keeps_symmetry = !cli_flag(args, "no-symmetry"),
    };
    SF_TRY(cli_number(args, "depth", SF_SMALL_EVENTS_MAX, 1, SF_SMALL_EVENTS_MAX, &depth, diag));
    SF_TRY(cli_number(args, "seconds", 60, 1, 86400, &seconds, diag));
    SF_TRY(cli_number(args, "seed", 1, 0, UINT64_MAX, &exhaust->seed, diag));
    SF_TRY(find_engine(cli_value(args, "engine"), &exhaust->engine, diag));
    if (world != NULL) {
        SF_TRY(find_world(world, exhaust, diag));
    }
    SF_TRY(cli_number(args, "sweep", 0, 1, UINT32_MAX, &exhaust->sweep_seeds_count, diag));
    if (exhaust->sweep_seeds_count > 0) {
        number_worlds(exhaust);
    }
    exhaust->depth_max = (uint32_t)depth;
    exhaust->seconds_max = (double)seconds;
    SF_TRY(cli_outputs_writable(args, diag));
    return load_caches(candidate, baseline, exhaust, diag);
}

/* What was found, as a file. */
static enum sf_err write_found(const struct cli_args *args, const struct sf_exhaust_options *from,
                               const struct sf_exhaust *exhaust, struct sf_diag *diag)
{
    const char *path = cli_value(args, "out");
    bool leaks = exhaust->leak.find.kind != SF_SMALL_FIND_NONE;
    const struct sf_exhaust_found *found = leaks ? &exhaust->leak : &exhaust->contract;
    if (path == NULL || found->find.kind == SF_SMALL_FIND_NONE) {
        return SF_OK;
    }
    struct sf_text text = {0};
    struct sf_small_file file = {
        .has_reconfigure = from->reconfigure != NULL,
        .expect = leaks ? SF_SMALL_EXPECT_LEAK : SF_SMALL_EXPECT_CONTRACT,
        .seed = found->seed,
        .world = *sf_exhaust_world_of(from, found),
        .order = found->order,
    };
    snprintf(file.cache, sizeof file.cache, "%s", cli_value(args, "candidate"));
    const char *baseline = cli_value(args, "baseline");
    snprintf(file.baseline, sizeof file.baseline, "%s", baseline != NULL ? baseline : "");
    snprintf(file.reconfigure, sizeof file.reconfigure, "%s",
             from->reconfigure != NULL ? from->reconfigure : "");
    sf_small_file_print(&file, "Found by strayframe exhaust; `strayframe exhaust FILE` repeats it.",
                        &text);
    enum sf_err err = cli_write_file(path, &text, diag);
    sf_text_free(&text);
    return err;
}

static int print(const struct cli_args *args, const struct sf_exhaust_options *exhaust_options,
                 const struct sf_exhaust *exhaust)
{
    int code = cli_exit_of(sf_exhaust_verdict(exhaust));
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_exhaust_json(exhaust_options, exhaust), code);
    }
    struct sf_text text = {0};
    sf_exhaust_say(exhaust_options, exhaust, &text);
    if (cli_value(args, "out") != NULL && code == CLI_EXIT_FAIL) {
        sf_text_add(&text, "written: %s\n", cli_value(args, "out"));
    }
    code = cli_print_text(&text, code);
    sf_text_free(&text);
    return code;
}

static enum sf_err write_formats(const struct cli_args *args,
                                 const struct sf_exhaust_options *exhaust_options,
                                 const struct sf_exhaust *exhaust, int code, struct sf_diag *diag)
{
    struct sf_ci_result result;
    struct sf_text command = {0};
    struct sf_text told = {0};
    if (!cli_wants_formats(args)) {
        return SF_OK;
    }
    cli_repeat_command(args, "", &exhaust_options->seed, &command);
    sf_exhaust_say(exhaust_options, exhaust, &told);
    const struct sf_ci_question question = {
        .suite = "strayframe exhaust",
        .group = cli_value(args, "candidate"),
        .asked = "every order of small worlds",
        .rule = SF_CI_RULE_SMALL_WORLDS,
        .failure = code == CLI_EXIT_FAIL ? told.data : NULL,
    };
    sf_ci_of_question(&question, command.data, &result);
    if (code == CLI_EXIT_INCONCLUSIVE) {
        sf_ci_set_outcome(&result, SF_CI_SKIPPED, told.data, command.data);
    }
    sf_ci_set_verdict(&result, cli_verdict_word(code), "", code);
    sf_text_free(&told);
    sf_text_free(&command);
    return cli_write_formats(args, &result, diag);
}

/* ---- one order, from a file ---- */

static enum sf_err run_file(const struct cli_args *args, struct sf_small_file *file,
                            struct sf_exhaust_options *exhaust, struct sf_exhaust_found *found,
                            struct sf_diag *diag)
{
    const char *path = args->words[0];
    const char *candidate = cli_value(args, "candidate");
    const char *baseline = cli_value(args, "baseline");
    const char *pushed = cli_value(args, "reconfigure");
    SF_TRY(sf_small_file_read(path, file, diag));
    *exhaust = (struct sf_exhaust_options){
        .reconfigure = pushed != NULL          ? pushed
                       : file->has_reconfigure ? file->reconfigure
                                               : NULL,
        .worlds = &file->world,
        .worlds_count = 1,
    };
    SF_TRY(cli_number(args, "seed", file->seed, 0, UINT64_MAX, &found->seed, diag));
    baseline = baseline == NULL && file->baseline[0] != '\0' ? file->baseline : baseline;
    SF_TRY(load_caches(candidate != NULL ? candidate : file->cache, baseline, exhaust, diag));
    found->order = file->order;
    uint32_t failed;
    enum sf_err err = sf_exhaust_order(exhaust, found, &failed, diag);
    return err == SF_ERR_INPUT
               ? sf_fail_at(diag, SF_ERR_INPUT, path, file->lines[failed], 5,
                            "this event is not possible when its turn comes (the story so far: "
                            "%u steps)",
                            found->story.steps_count)
               : err;
}

static int order(const struct cli_args *args)
{
    struct sf_exhaust_options exhaust_options;
    struct sf_small_file *file = sf_alloc(1, sizeof *file);
    struct sf_exhaust *exhaust = sf_alloc(1, sizeof *exhaust);
    struct sf_diag diag = {0};
    enum sf_err err = run_file(args, file, &exhaust_options, &exhaust->leak, &diag);
    int code = err != SF_OK ? cli_fail(err, &diag) : CLI_EXIT_PASS;
    if (err == SF_OK) {
        struct sf_text text = {0};
        sf_exhaust_say_order(&exhaust->leak, &file->world, &text);
        code = exhaust->leak.find.kind != SF_SMALL_FIND_NONE ? CLI_EXIT_FAIL : CLI_EXIT_PASS;
        code = cli_print_text(&text, code);
        sf_text_free(&text);
    }
    free(exhaust);
    free(file);
    return code;
}

static int run(const struct cli_args *args)
{
    if (args->words_count > 0) {
        return order(args);
    }
    struct sf_exhaust_options exhaust_options;
    struct sf_exhaust *exhaust = sf_alloc(1, sizeof *exhaust);
    struct sf_diag diag = {0};
    enum sf_err err = understand(args, &exhaust_options, &diag);
    if (err == SF_OK) {
        exhaust_options.progress = progress;
        exhaust_options.progress_context = &exhaust_options;
        err = sf_exhaust(&exhaust_options, exhaust, &diag);
        cli_progress_end();
    }
    if (err == SF_OK) {
        err = write_found(args, &exhaust_options, exhaust, &diag);
    }
    int code = CLI_EXIT_PASS;
    if (err == SF_OK) {
        code = print(args, &exhaust_options, exhaust);
        err = write_formats(args, &exhaust_options, exhaust, code, &diag);
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    }
    free(exhaust);
    return code;
}

const struct cli_command cli_exhaust = {
    .name = "exhaust",
    .words = "[FILE]",
    .summary = "Try every order of events in small worlds, without network and pictures",
    .details = "Drives the cache through the interface of its host in worlds of two or three "
               "tenants, whose\n"
               "stills are plain bytes with owners. Tries at each step every event that can "
               "happen, up to a\n"
               "depth that grows until the CPU time is used up, and prints what was covered. Exit "
               "code 1: an\n"
               "answer contained a byte of another tenant's still, or another tenant's session; "
               "the events\n"
               "are printed, as few as lead to it in its world. Exit code 3: a finding did not "
               "repeat in a\n"
               "fresh process.\n"
               "FILE is a small-world file, as --out writes it: its one order is run.",
    .options = options,
    .words_min = 0,
    .words_max = 1,
    .prints_what_is_known = true,
    .run = run,
};
