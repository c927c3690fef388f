/* Opaque numbers: a bijection of 64-bit numbers that differs from run to run, so that a cache
 * cannot know more of an identity than a real one would, and the host can look a number up without
 * a table. */
#ifndef STRAYFRAME_CACHE_OPAQUE_H
#define STRAYFRAME_CACHE_OPAQUE_H

#include <stdint.h>

enum sf_opaque_kind {
    SF_OPAQUE_TENANT,
    SF_OPAQUE_CAMERA,
    SF_OPAQUE_VIEWER,
    SF_OPAQUE_MODEL,
    SF_OPAQUE_CONNECTION,
    SF_OPAQUE_INTEGRATION,
    SF_OPAQUE_TOKEN, /* of a session */
    SF_OPAQUE_SERIAL,
    SF_OPAQUE_UPLOAD, /* from here on: of a handle that the host gives for what is under way */
    SF_OPAQUE_REQUEST,
    SF_OPAQUE_FETCH,
    SF_OPAQUE_TIMER,
    SF_OPAQUE_STORE_CONNECTION,
    SF_OPAQUE_HOLD,
    SF_OPAQUE_KINDS_COUNT
};

struct sf_opaque {
    uint64_t keys[SF_OPAQUE_KINDS_COUNT];
};

void sf_opaque_init(struct sf_opaque *opaque, uint64_t seed);
/* A number for `index` that differs from seed to seed and from kind to kind; never 0. */
uint64_t sf_opaque(const struct sf_opaque *opaque, enum sf_opaque_kind kind, uint64_t index);
/* The index again; any number at all for one that sf_opaque never gave. */
uint64_t sf_opaque_index(const struct sf_opaque *opaque, enum sf_opaque_kind kind, uint64_t number);

#endif
