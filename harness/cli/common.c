/* What several commands need. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/whole_file.h"
#include "harness/cli/command.h"
#include "harness/cli/run.h"
#include "harness/gate/rollout.h"
#include "harness/run/saved_run.h"
#include "harness/scenario/value.h"

const char *cli_value(const struct cli_args *args, const char *option)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(option != NULL);
    for (int i = 0; args->command->options[i].name != NULL; i++) {
        if (strcmp(args->command->options[i].name, option) == 0) {
            return args->values[i];
        }
    }
    SF_UNREACHABLE(); /* a command asks only for options of its own table */
}

static bool command_has(const struct cli_command *command, const char *option)
{
    for (int i = 0; command->options[i].name != NULL; i++) {
        if (strcmp(command->options[i].name, option) == 0) {
            return true;
        }
    }
    return false;
}

bool cli_has_option(const struct cli_args *args, const char *option)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(option != NULL);
    return command_has(args->command, option);
}

enum sf_err cli_number(const struct cli_args *args, const char *option, uint64_t fallback,
                       uint64_t min, uint64_t max, uint64_t *number_out, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(option != NULL);
    SF_ASSERT(number_out != NULL);
    SF_ASSERT(min <= max);
    SF_ASSERT(fallback <= max);
    const char *text = cli_value(args, option);
    *number_out = fallback;
    if (text == NULL) {
        return SF_OK;
    }
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end != '\0' || errno != 0 || number < min || number > max) {
        return sf_fail(diag, SF_ERR_INPUT, "--%s %s: expected a whole number from %llu to %llu",
                       option, text, (unsigned long long)min, (unsigned long long)max);
    }
    *number_out = number;
    return SF_OK;
}

bool cli_seed_of_commit(const char *text, uint64_t *seed_out)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(seed_out != NULL);
    enum { DIGITS_MIN = 7, DIGITS_MAX = 64, NUMBER_DIGITS_MAX = 20 };
    size_t length = strlen(text);
    bool hex = strspn(text, "0123456789abcdefABCDEF") == length;
    bool number = strspn(text, "0123456789") == length && length <= NUMBER_DIGITS_MAX;
    if (!hex || number || length < DIGITS_MIN || length > DIGITS_MAX) {
        return false;
    }
    char first[DIGITS_MIN + 1];
    snprintf(first, sizeof first, "%.*s", DIGITS_MIN, text);
    *seed_out = strtoull(first, NULL, 16);
    return true;
}

enum sf_err cli_seed(const struct cli_args *args, uint64_t fallback, uint64_t *seed_out,
                     struct sf_diag *diag)
{
    const char *text = cli_value(args, "seed");
    if (text != NULL && cli_seed_of_commit(text, seed_out)) {
        return SF_OK;
    }
    return cli_number(args, "seed", fallback, 0, UINT64_MAX, seed_out, diag);
}

int cli_fail(enum sf_err err, const struct sf_diag *diag)
{
    char text[1400];
    sf_diag_print(diag, text, sizeof text);
    fprintf(stderr, "strayframe: %s\n", text);
    return err == SF_ERR_INPUT ? CLI_EXIT_BAD_INPUT : CLI_EXIT_MACHINE;
}

int cli_exit_of(enum sf_verdict verdict)
{
    switch (verdict) {
    case SF_VERDICT_PASS:
        return CLI_EXIT_PASS;
    case SF_VERDICT_FAIL:
        return CLI_EXIT_FAIL;
    case SF_VERDICT_INCONCLUSIVE:
        return CLI_EXIT_INCONCLUSIVE;
    }
    SF_UNREACHABLE();
}

const char *cli_verdict_word(int exit_code)
{
    return exit_code == CLI_EXIT_PASS   ? "pass"
           : exit_code == CLI_EXIT_FAIL ? "fail"
                                        : "inconclusive";
}

int cli_print_text(const struct sf_text *text, int exit_code)
{
    SF_ASSERT(text != NULL);
    if (text->data != NULL) {
        fwrite(text->data, 1, text->length, stdout);
    }
    return exit_code;
}

static const char *json_command = "";

void cli_json_of(const char *command)
{
    SF_ASSERT(command != NULL);
    json_command = command;
}

int cli_print_json(json_t *json, int exit_code)
{
    SF_ASSERT(json != NULL);
    if (json_is_object(json)) {
        json_object_set_new(json, "format_version", json_integer(CLI_JSON_VERSION));
        json_object_set_new(json, "command", json_string(json_command));
    }
    json_dumpf(json, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(json);
    return exit_code;
}

enum sf_err cli_saved_unchanged(const struct cli_args *args, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    static const char *const fixed[] = {"set",      "seed",    "cache",
                                        "baseline", "rollout", "events-max"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (cli_has_option(args, fixed[i]) && cli_value(args, fixed[i]) != NULL) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "--%s does not apply to a saved run; to change it: "
                           "`strayframe print %s > FILE.yaml`",
                           fixed[i], args->words[0]);
        }
    }
    return SF_OK;
}

static enum sf_err load_saved(const struct cli_args *args, const char *file, struct sf_plan *plan,
                              struct sf_diag *diag)
{
    struct sf_saved saved;
    SF_TRY(sf_saved_open(&saved, file, diag));
    enum sf_err err = sf_saved_plan(&saved, args->sets, args->sets_count, plan, diag);
    sf_saved_close(&saved);
    return err;
}

/* --cache wherever the scenario names one; --baseline before the first deploy. */
enum sf_err cli_cache_check(const struct cli_args *args, const char *option, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(option != NULL);
    const char *cache = cli_has_option(args, option) ? cli_value(args, option) : NULL;
    struct sf_diag inner = {0};
    if (cache == NULL || sf_value_cache_check(cache, &inner) == SF_OK) {
        return SF_OK;
    }
    return sf_fail(diag, SF_ERR_INPUT, "--%s: %s", option, inner.message);
}

static enum sf_err put_rollout(const char *how, const struct sf_plan *scenario,
                               const char *baseline, const char *cache, struct sf_plan *plan,
                               struct sf_diag *diag)
{
    const char *known[SF_ARMS_COUNT] = {NULL};
    enum { FIRST = SF_ARM_BASELINE + 1 };
    for (int arm = FIRST; arm < SF_ARMS_COUNT; arm++) {
        known[arm - FIRST] = sf_arm_name((enum sf_arm)arm);
    }
    if (baseline == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "--rollout goes with --baseline CACHE");
    }
    for (int arm = FIRST; arm < SF_ARMS_COUNT; arm++) {
        if (strcmp(how, known[arm - FIRST]) != 0) {
            continue;
        }
        if (!sf_rollout_has(scenario, (enum sf_arm)arm)) {
            return sf_fail(diag, SF_ERR_INPUT, "--rollout %s takes a scenario with several nodes",
                           how);
        }
        sf_rollout_plan(scenario, (enum sf_arm)arm, baseline, cache, plan);
        return sf_plan_check(plan, sf_run_schema(), diag);
    }
    const char *nearest = sf_text_nearest(how, known);
    return sf_fail(diag, SF_ERR_INPUT,
                   "--rollout is rollout, rollback, half-way or mixed, not '%s'%s%s%s", how,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

static enum sf_err put_cache(const struct cli_args *args, struct sf_plan *plan,
                             struct sf_diag *diag)
{
    const char *cache = cli_has_option(args, "cache") ? cli_value(args, "cache") : NULL;
    const char *baseline = cli_has_option(args, "baseline") ? cli_value(args, "baseline") : NULL;
    if (cache == NULL) {
        return baseline == NULL ? SF_OK
                                : sf_fail(diag, SF_ERR_INPUT, "--baseline goes with --cache only");
    }
    SF_TRY(cli_cache_check(args, "cache", diag));
    SF_TRY(cli_cache_check(args, "baseline", diag));
    struct sf_plan *scenario = sf_alloc(1, sizeof *scenario);
    memcpy(scenario, plan, sizeof *scenario);
    enum sf_err err = SF_OK;
    if (cli_has_option(args, "rollout") && cli_value(args, "rollout") != NULL) {
        err = put_rollout(cli_value(args, "rollout"), scenario, baseline, cache, plan, diag);
    } else {
        sf_gate_plan(scenario, baseline, cache, plan);
    }
    free(scenario);
    return err;
}

/* --vary WHAT or WHAT:HOME */
static enum sf_err put_vary(const struct cli_args *args, struct sf_plan *plan, struct sf_diag *diag)
{
    const char *value = cli_has_option(args, "vary") ? cli_value(args, "vary") : NULL;
    if (value == NULL) {
        return SF_OK;
    }
    size_t word_bytes = strcspn(value, ":");
    uint32_t kind = SF_VARY_NOTHING + 1;
    while (sf_plan_vary_names[kind] != NULL &&
           (strlen(sf_plan_vary_names[kind]) != word_bytes ||
            strncmp(sf_plan_vary_names[kind], value, word_bytes) != 0)) {
        kind++;
    }
    if (sf_plan_vary_names[kind] == NULL) {
        const char *nearest = sf_text_nearest(value, sf_plan_vary_names + 1);
        return sf_fail(diag, SF_ERR_INPUT, "--vary is content or length, not '%s'%s%s%s", value,
                       nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                       nearest != NULL ? "'?" : "");
    }
    plan->vary = (enum sf_plan_vary)kind;
    if (value[word_bytes] == ':') {
        int64_t home = 0;
        SF_TRY(sf_value_whole_read(value + word_bytes + 1, &home, diag));
        plan->vary_home = home > 0 && home <= SF_HOMES_MAX ? (uint32_t)home : SF_HOMES_MAX;
        return sf_plan_check(plan, sf_run_schema(), diag);
    }
    return SF_OK;
}

/* What a command makes of a run, a run of real servers may not give. */
static enum sf_err live_allowed(const struct cli_args *args, const char *file,
                                const struct sf_plan *plan, struct sf_diag *diag)
{
    static const char *const commands[] = {"run", "check", "print", NULL};
    bool allowed = !plan->live.present ||
                   (strcmp(args->command->name, "explain") == 0 && sf_saved_recognise(file));
    for (size_t i = 0; commands[i] != NULL; i++) {
        allowed |= strcmp(args->command->name, commands[i]) == 0;
    }
    return allowed
               ? SF_OK
               : sf_fail(diag, SF_ERR_INPUT,
                         "%s has a section `live`: a run of real servers, which `strayframe %s` "
                         "cannot repeat; `strayframe run %s --save RUN` plays it, and "
                         "`strayframe explain RUN` tells of it",
                         file, args->command->name, file);
}

enum sf_err cli_load(const struct cli_args *args, const char *file, struct sf_plan *plan,
                     struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(plan != NULL);
    if (sf_saved_recognise(file)) {
        SF_TRY(load_saved(args, file, plan, diag));
    } else {
        char path[CLI_PATH_BYTES];
        cli_find_data(file, path, sizeof path);
        SF_TRY(sf_scenario_load(path, sf_run_schema(), args->sets, args->sets_count, plan, diag));
    }
    SF_TRY(live_allowed(args, file, plan, diag));
    SF_TRY(put_cache(args, plan, diag));
    SF_TRY(put_vary(args, plan, diag));
    if (cli_has_option(args, "seed")) {
        SF_TRY(cli_seed(args, plan->seed, &plan->seed, diag));
    }
    return SF_OK;
}

/* Where the result goes, and how fast. */
static bool is_aside(const char *option)
{
    static const char *const aside[] = {"json",         "report", "save",   "jobs",  "log",
                                        "log-messages", "store",  "resume", "commit"};
    for (size_t i = 0; i < sizeof aside / sizeof aside[0]; i++) {
        if (strcmp(option, aside[i]) == 0) {
            return true;
        }
    }
    return cli_is_format(option);
}

void cli_repeat_command(const struct cli_args *args, const char *word, const uint64_t *seed,
                        struct sf_text *out)
{
    SF_ASSERT(args != NULL);
    cli_command_like(args, args->command, word, seed, out);
}

void cli_command_like(const struct cli_args *args, const struct cli_command *command,
                      const char *word, const uint64_t *seed, struct sf_text *out)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(command != NULL);
    SF_ASSERT(word != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out, "strayframe %s", command->name);
    if (args->words_count > 0 || word[0] != '\0') {
        sf_text_add_word(out, args->words_count > 0 ? args->words[0] : word);
    }
    if (seed != NULL) {
        sf_text_add(out, " --seed %llu", (unsigned long long)*seed);
    }
    for (int i = 0; args->command->options[i].name != NULL; i++) {
        const struct cli_option *option = &args->command->options[i];
        bool elsewhere = strcmp(option->name, "seed") == 0 || strcmp(option->name, "set") == 0;
        if (args->values[i] == NULL || elsewhere || is_aside(option->name) ||
            !command_has(command, option->name)) {
            continue;
        }
        sf_text_add(out, " --%s", option->name);
        if (option->value != NULL) {
            sf_text_add_word(out, args->values[i]);
        }
    }
    for (uint32_t i = 0; i < args->sets_count; i++) {
        struct sf_text set = {0};
        sf_text_add(&set, "%s=%s", args->sets[i].key, args->sets[i].value);
        sf_text_add(out, " --set");
        sf_text_add_word(out, set.data);
        sf_text_free(&set);
    }
}

enum sf_err cli_write_file(const char *path, const struct sf_text *text, struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(text != NULL);
    return sf_whole_file_write(path, text->data, text->length, diag);
}

enum sf_err cli_outputs_writable(const struct cli_args *args, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    static const char *const outputs[] = {"report", "save",     "out", "log-messages",
                                          "pcapng", "perfetto", "text"};
    for (int i = 0; args->command->options[i].name != NULL; i++) {
        const struct cli_option *option = &args->command->options[i];
        const char *path = option->value != NULL ? args->values[i] : NULL;
        bool is_output = cli_is_format(option->name);
        for (size_t j = 0; j < sizeof outputs / sizeof outputs[0]; j++) {
            is_output |= strcmp(option->name, outputs[j]) == 0;
        }
        if (path != NULL && is_output) {
            struct sf_whole_file whole;
            SF_TRY(sf_whole_file_open(&whole, path, diag));
            sf_whole_file_drop(&whole);
        }
    }
    return SF_OK;
}

static bool bar_drawn;

/* A log gets whole lines, seldom. */
static void log_progress(const char *label, uint32_t done_count, uint32_t count, time_t running_s)
{
    enum { LINE_EVERY_S = 30 };
    static time_t logged_s;
    if (running_s - logged_s >= LINE_EVERY_S) {
        logged_s = running_s;
        fprintf(stderr, "%s: %u of %u after %lld s\n", label, done_count, count,
                (long long)running_s);
    }
}

void cli_progress(void *label, uint32_t done_count, uint32_t count)
{
    SF_ASSERT(label != NULL);
    SF_ASSERT(done_count <= count);
    static time_t started;
    static time_t drawn;
    time_t now = time(NULL);
    if (started == 0) {
        started = now;
    }
    if (!isatty(STDERR_FILENO)) {
        log_progress(label, done_count, count, now - started);
        return;
    }
    if (now - started < 2 || now == drawn || count == 0) {
        return;
    }
    drawn = now;
    bar_drawn = true;
    enum { WIDTH = 30 };
    int filled = (int)((uint64_t)done_count * WIDTH / count);
    long long left_s =
        done_count > 0 ? (long long)(now - started) * (count - done_count) / done_count : 0;
    fprintf(stderr, "\r%s [%.*s%*s] %u of %u, about %lld s left ", (const char *)label, filled,
            "##############################", WIDTH - filled, "", done_count, count, left_s);
    fflush(stderr);
}

void cli_progress_end(void)
{
    if (bar_drawn) {
        fprintf(stderr, "\r\033[K");
        bar_drawn = false;
    }
}
