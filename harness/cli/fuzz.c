/* strayframe fuzz: a fuzzer's bytes and scenarios, each as the other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/cli/command.h"
#include "harness/run/run.h"
#include "harness/scenario/decode.h"

enum { INPUT_BYTES_MAX = 1 << 20 };

static const struct cli_option options[] = {
    {"cache", "CACHE",
     "decode: the cache under test (" SF_PLAN_CACHE_FALLBACK "); encode: in place of the "
     "scenario's"},
    {"baseline", "CACHE", "decode: the version before a deploy (default: the cache under test)"},
    {"out", "FILE", "where encode writes the bytes (standard output)"},
    CLI_OPTIONS_END,
};

SF_MUST_USE static enum sf_err read_bytes(const char *path, uint8_t *bytes, size_t *count_out,
                                          struct sf_diag *diag)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: %s", path, strerror(errno));
    }
    *count_out = fread(bytes, 1, INPUT_BYTES_MAX, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    return failed ? sf_fail(diag, SF_ERR_MACHINE, "%s: cannot read it", path) : SF_OK;
}

static int decode(const struct cli_args *args)
{
    const char *cache = cli_value(args, "cache");
    const struct sf_plan_versions versions = {
        .cache = cache != NULL ? cache : SF_PLAN_CACHE_FALLBACK,
        .before = cli_value(args, "baseline"),
    };
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    uint8_t *bytes = sf_alloc(INPUT_BYTES_MAX, 1);
    struct sf_text text = {0};
    struct sf_diag diag = {0};
    size_t count = 0;
    enum sf_err err = cli_cache_check(args, "cache", &diag);
    err = err == SF_OK ? cli_cache_check(args, "baseline", &diag) : err;
    err = err == SF_OK ? read_bytes(args->words[1], bytes, &count, &diag) : err;
    int code;
    if (err == SF_OK) {
        sf_plan_decode(bytes, count, &versions, sf_run_schema(), plan);
        sf_scenario_print(plan, sf_run_schema(), &text);
        code = cli_print_text(&text, CLI_EXIT_PASS);
    } else {
        code = cli_fail(err, &diag);
    }
    sf_text_free(&text);
    free(bytes);
    free(plan);
    return code;
}

SF_MUST_USE static enum sf_err write_bytes(const char *path, const uint8_t *bytes, size_t count,
                                           struct sf_diag *diag)
{
    FILE *file = path != NULL ? fopen(path, "wb") : stdout;
    if (file == NULL) {
        return sf_fail(diag, SF_ERR_MACHINE, "%s: %s", path, strerror(errno));
    }
    bool failed = fwrite(bytes, 1, count, file) != count;
    failed |= path != NULL && fclose(file) != 0;
    return failed ? sf_fail(diag, SF_ERR_MACHINE, "%s: cannot write it",
                            path != NULL ? path : "standard output")
                  : SF_OK;
}

static int encode(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    uint8_t bytes[SF_PLAN_INPUT_BYTES_MAX];
    struct sf_diag diag = {0};
    size_t count = 0;
    enum sf_err err = cli_load(args, args->words[1], plan, &diag);
    if (err == SF_OK) {
        const struct sf_plan_versions versions = sf_plan_versions_of(plan);
        struct sf_diag reason = {0};
        err = sf_plan_encode(plan, &versions, sf_run_schema(), bytes, &count, &reason);
        if (err != SF_OK) {
            err = sf_fail(&diag, err, "%s: %.800s", args->words[1], reason.message);
        }
    }
    err = err == SF_OK ? write_bytes(cli_value(args, "out"), bytes, count, &diag) : err;
    free(plan);
    return err == SF_OK ? CLI_EXIT_PASS : cli_fail(err, &diag);
}

static int run(const struct cli_args *args)
{
    static const char *const actions[] = {"decode", "encode", NULL};
    const char *action = args->words[0];
    if (strcmp(action, "decode") == 0) {
        return decode(args);
    }
    if (strcmp(action, "encode") == 0) {
        return encode(args);
    }
    const char *nearest = sf_text_nearest(action, actions);
    struct sf_diag diag = {0};
    enum sf_err err = sf_fail(&diag, SF_ERR_INPUT, "fuzz: '%.60s': expected decode or encode%s%s%s",
                              action, nearest != NULL ? "; did you mean '" : "",
                              nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return cli_fail(err, &diag);
}

const struct cli_command cli_fuzz = {
    .name = "fuzz",
    .words = "decode|encode FILE",
    .summary = "Convert a fuzzer's bytes to a scenario, or a scenario to bytes",
    .details =
        "decode prints the scenario that the bytes in FILE mean. encode writes the bytes that mean "
        "the\n"
        "scenario in FILE: decoded, they have the same trace. Names, titles and what the scenario "
        "expects are\n"
        "not part of the bytes. Exit code 2 if no bytes mean the scenario: the message names the "
        "key.",
    .options = options,
    .words_min = 2,
    .words_max = 2,
    .run = run,
};
