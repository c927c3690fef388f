#include "harness/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/shown.h"

__attribute__((format(printf, 5, 0))) static void diag_set(struct sf_diag *diag, const char *file,
                                                           uint32_t line, uint32_t column,
                                                           const char *format, va_list args)
{
    snprintf(diag->file, sizeof diag->file, "%s", file != NULL ? file : "");
    diag->line = line;
    diag->column = column;
    vsnprintf(diag->message, sizeof diag->message, format, args);
}

enum sf_err sf_fail(struct sf_diag *diag, enum sf_err err, const char *format, ...)
{
    SF_ASSERT(err != SF_OK);
    if (diag != NULL) {
        va_list args;
        va_start(args, format);
        diag_set(diag, NULL, 0, 0, format, args);
        va_end(args);
    }
    return err;
}

enum sf_err sf_fail_at(struct sf_diag *diag, enum sf_err err, const char *file, uint32_t line,
                       uint32_t column, const char *format, ...)
{
    SF_ASSERT(err != SF_OK);
    if (diag != NULL) {
        va_list args;
        va_start(args, format);
        diag_set(diag, file, line, column, format, args);
        va_end(args);
    }
    return err;
}

enum sf_err sf_err_of_file(int error_number)
{
    switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case ENAMETOOLONG:
        return SF_ERR_INPUT;
    default: /* not an enum: a number of errno */
        return SF_ERR_MACHINE;
    }
}

void sf_diag_print(const struct sf_diag *diag, char *out, uint64_t out_bytes)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(out_bytes > 0);
    char file[4 * sizeof diag->file];
    sf_shown(diag->file, strlen(diag->file), file, sizeof file);
    if (diag->file[0] == '\0') {
        snprintf(out, out_bytes, "%s", diag->message);
    } else if (diag->line == 0) {
        snprintf(out, out_bytes, "%s: %s", file, diag->message);
    } else if (diag->column == 0) {
        snprintf(out, out_bytes, "%s:%u: %s", file, diag->line, diag->message);
    } else {
        snprintf(out, out_bytes, "%s:%u:%u: %s", file, diag->line, diag->column, diag->message);
    }
}
