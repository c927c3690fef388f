/* A file that is there whole or not at all. It is written in the same folder without a name (under
 * another name where the file system has no files without one) and moved to its place when every
 * byte of it is on the disk: a reader never finds half of it, and what was there before
 * stays until then, whatever becomes of the writer or of the disk. */
#ifndef STRAYFRAME_BASE_WHOLE_FILE_H
#define STRAYFRAME_BASE_WHOLE_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "harness/base/err.h"

enum { SF_WHOLE_FILE_PATH_BYTES = 1024 };

struct sf_whole_file {
    FILE *file;                               /* to be written to */
    char path[SF_WHOLE_FILE_PATH_BYTES];      /* where it will be */
    char part[SF_WHOLE_FILE_PATH_BYTES + 16]; /* where it is now; "" while it has no name */
};

/* SF_ERR_INPUT for a path that is too long, is something else than a file (a device, a folder), or
 * is where writing is not permitted; SF_ERR_MACHINE when the machine cannot write there. */
SF_MUST_USE enum sf_err sf_whole_file_open(struct sf_whole_file *whole, const char *path,
                                           struct sf_diag *diag);

/* Moves it to its place. With SF_OK it is on the disk, and survives the end of this process and of
 * the machine's power. With SF_ERR_MACHINE (a full disk) nothing of it is left. */
SF_MUST_USE enum sf_err sf_whole_file_keep(struct sf_whole_file *whole, struct sf_diag *diag);

/* Leaves nothing of it. */
void sf_whole_file_drop(struct sf_whole_file *whole);

/* All of it at once. */
SF_MUST_USE enum sf_err sf_whole_file_write(const char *path, const void *bytes, size_t count,
                                            struct sf_diag *diag);

#endif
