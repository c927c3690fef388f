/* Fuzzer's bytes as something to run: the versions of the cache are loaded once, and each input is
 * a plan with the modules that it names. */
#ifndef STRAYFRAME_RUN_DECODED_H
#define STRAYFRAME_RUN_DECODED_H

#include <stddef.h>
#include <stdint.h>

#include "harness/run/run.h"
#include "harness/scenario/decode.h"

struct sf_decoded {
    char cache[SF_CACHE_SPEC_BYTES];
    char before[SF_CACHE_SPEC_BYTES]; /* the same where there is no other version */
    struct sf_cache_module module;
    struct sf_cache_module module_before;
    struct sf_plan plan;         /* of the latest input */
    struct sf_run_caches caches; /* for it */
};

/* SF_ERR_INPUT if a cache cannot be loaded or its name is too long. `before` may be NULL. */
SF_MUST_USE enum sf_err sf_decoded_load(struct sf_decoded *decoded, const char *cache,
                                        const char *before, struct sf_diag *diag);

/* Sets `plan` and `caches`. */
void sf_decoded_input(struct sf_decoded *decoded, const uint8_t *bytes, size_t count);

/* Sets `caches` for a plan that was changed since, and deploys none but the two. */
void sf_decoded_modules(struct sf_decoded *decoded);

#endif
