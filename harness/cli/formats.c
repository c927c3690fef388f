/* The formats for CI servers, which every command that judges can write. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/base/assert.h"
#include "harness/ci/formats.h"
#include "harness/cli/command.h"

/* In the order of CLI_OPTIONS_CI. */
static const struct format {
    const char *option;
    void (*write)(const struct sf_ci_result *result, struct sf_text *out);
    enum { WHOLE_FILE, AT_ITS_END, TO_STDOUT } where;
} formats[] = {
    {"junit", sf_ci_junit, WHOLE_FILE},
    {"sarif", sf_ci_sarif, WHOLE_FILE},
    {"code-quality", sf_ci_code_quality, WHOLE_FILE},
    {"summary", sf_ci_summary, AT_ITS_END},
    {"annotations", sf_ci_annotations, TO_STDOUT},
};

bool cli_is_format(const char *option)
{
    SF_ASSERT(option != NULL);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(option, formats[i].option) == 0) {
            return true;
        }
    }
    return false;
}

static enum sf_err append(const char *path, const struct sf_text *text, struct sf_diag *diag)
{
    FILE *file = fopen(path, "ae");
    bool fine = file != NULL && fwrite(text->data, 1, text->length, file) == text->length;
    if (file != NULL) {
        fine &= fclose(file) == 0;
    }
    return fine ? SF_OK
                : sf_fail(diag, SF_ERR_MACHINE, "cannot write %s: %s", path, strerror(errno));
}

static enum sf_err write_one(const struct cli_args *args, const struct format *format,
                             const struct sf_ci_result *result, struct sf_diag *diag)
{
    const char *path = cli_value(args, format->option);
    if (path == NULL) {
        return SF_OK;
    }
    struct sf_text text = {0};
    enum sf_err err = SF_OK;
    sf_text_add(&text, "%s", "");
    format->write(result, &text);
    switch (format->where) {
    case WHOLE_FILE:
        err = cli_write_file(path, &text, diag);
        break;
    case AT_ITS_END:
        err = append(path, &text, diag);
        break;
    case TO_STDOUT: /* JSON on stdout stays JSON; the servers read both */
        fputs(text.data, cli_flag(args, "json") ? stderr : stdout);
        break;
    }
    sf_text_free(&text);
    return err;
}

bool cli_wants_formats(const struct cli_args *args)
{
    bool wants = false;
    SF_ASSERT(args != NULL);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        wants |= cli_value(args, formats[i].option) != NULL;
    }
    return wants;
}

enum sf_err cli_write_formats(const struct cli_args *args, struct sf_ci_result *result,
                              struct sf_diag *diag)
{
    struct timespec now;
    SF_ASSERT(args != NULL);
    SF_ASSERT(result != NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
    result->seconds = (double)(now.tv_sec - args->started.tv_sec) +
                      (double)(now.tv_nsec - args->started.tv_nsec) / 1e9;
    enum sf_err err = SF_OK;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0] && err == SF_OK; i++) {
        err = write_one(args, &formats[i], result, diag);
    }
    sf_ci_free(result);
    return err;
}
