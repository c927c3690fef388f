/* The two kinds of wrong that are error codes: the user gave bad input, or the machine failed. (A
 * broken invariant of the system under test is a finding, which is data; a broken promise of our
 * own is an SF_ASSERT.) Each error travels with a diagnosis: what is wrong, where, what was
 * expected. */
#ifndef STRAYFRAME_BASE_ERR_H
#define STRAYFRAME_BASE_ERR_H

#include <stdint.h>

enum sf_err {
    SF_OK = 0,
    SF_ERR_INPUT,   /* the user's input; exit code 2 */
    SF_ERR_MACHINE, /* disk, memory, a system call; exit code 4 */
};

#define SF_MUST_USE __attribute__((warn_unused_result))

/* What went wrong, for a person. Zero-initialise before use. */
struct sf_diag {
    char file[256];     /* "" where no file is concerned */
    uint32_t line;      /* from 1; 0 where there is none */
    uint32_t column;    /* from 1; 0 where there is none */
    char message[1024]; /* one sentence, no full stop, no newline */
};

/* Writes the diagnosis and returns `err`. `diag` may be NULL: the message is then lost. */
SF_MUST_USE enum sf_err sf_fail(struct sf_diag *diag, enum sf_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a place. `file` may be NULL ("no file"). */
SF_MUST_USE enum sf_err sf_fail_at(struct sf_diag *diag, enum sf_err err, const char *file,
                                   uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* The error of a file that could not be opened or made: SF_ERR_INPUT where it does not exist, is a
 * folder, or may not be accessed; SF_ERR_MACHINE otherwise. Never SF_OK. */
SF_MUST_USE enum sf_err sf_err_of_file(int error_number);

/* "file:line:column: message", as much of it as is known, into `out` (always terminated). */
void sf_diag_print(const struct sf_diag *diag, char *out, uint64_t out_bytes);

/* For functions that own nothing: hand an error on. */
#define SF_TRY(expression)                      \
    do {                                        \
        enum sf_err sf_try_err_ = (expression); \
        if (sf_try_err_ != SF_OK) {             \
            return sf_try_err_;                 \
        }                                       \
    } while (0)

#endif
