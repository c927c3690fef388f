/* Where a campaign comes from: the bytes of the files that took part (SHA-256, by nettle), and the
 * machine. Recorded, never judged. */
#ifndef STRAYFRAME_CAMPAIGN_PROVENANCE_H
#define STRAYFRAME_CAMPAIGN_PROVENANCE_H

#include "harness/base/err.h"
#include "harness/base/text.h"

enum { SF_SHA256_TEXT_BYTES = 65 };

/* SF_ERR_INPUT for a file that cannot be read. */
SF_MUST_USE enum sf_err sf_sha256_file(const char *path, char text_out[SF_SHA256_TEXT_BYTES],
                                       struct sf_diag *diag);

/* Calls `visit` for each file that a cache's name stands for: a shared object; of a command its
 * program (looked for in `search`, as of PATH) and each of its words that is a file. None for a
 * built-in cache. */
void sf_cache_files(const char *spec, const char *search,
                    void (*visit)(void *context, const char *path), void *context);

/* "HOST, Linux 6.1.0 x86_64, 8 processors" */
void sf_machine_print(struct sf_text *out);

#endif
