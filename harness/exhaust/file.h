/* A small-world file: a world, a cache, and the order of events that is run in it. YAML, in the
 * subset of harness/scenario/yaml_tree.h. */
#ifndef STRAYFRAME_EXHAUST_FILE_H
#define STRAYFRAME_EXHAUST_FILE_H

#include "harness/base/bounds.h"
#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/exhaust/small.h"

enum sf_small_expect { SF_SMALL_EXPECT_LEAK, SF_SMALL_EXPECT_CONTRACT, SF_SMALL_EXPECT_NOTHING };

struct sf_small_file {
    char cache[SF_CACHE_SPEC_BYTES];
    char baseline[SF_CACHE_SPEC_BYTES]; /* "": the cache itself */
    char reconfigure[SF_CACHE_SPEC_BYTES];
    bool has_reconfigure; /* else the cache's own options are pushed */
    uint32_t expect;      /* enum sf_small_expect */
    uint64_t seed;
    struct sf_small_world world;
    struct sf_small_order order;
    uint32_t lines[SF_SMALL_EVENTS_MAX]; /* of each event, for messages */
};

/* SF_ERR_INPUT with file:line:column. */
SF_MUST_USE enum sf_err sf_small_file_read(const char *path, struct sf_small_file *file_out,
                                           struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_small_file_parse(const char *text, size_t bytes, const char *name,
                                            struct sf_small_file *file_out, struct sf_diag *diag);

/* As a file that reads as the same. `head` are lines of comment, without '#'; NULL for none. */
void sf_small_file_print(const struct sf_small_file *file, const char *head, struct sf_text *out);

#endif
