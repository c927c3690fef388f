/* What the two halves of the host share: what it tells a plug-in (host.c) and what a plug-in may
 * ask (host_lent.c). */
#ifndef STRAYFRAME_CACHE_HOST_PRIVATE_H
#define STRAYFRAME_CACHE_HOST_PRIVATE_H

#include "harness/cache/host.h"

enum sf_request_phase {
    SF_REQUEST_OPEN,
    SF_REQUEST_ANSWERING,
    SF_REQUEST_ANSWERED,
    SF_REQUEST_CANCELLED
};

/* Kept until the version that has it is gone, so that a second answer is told from an unknown
 * request. */
struct sf_host_request {
    struct sf_cache_version *version;
    uint64_t world_request;
    uint32_t phase; /* enum sf_request_phase */
    uint32_t announced_bytes;
    uint32_t passed_bytes;
};

struct sf_host_timer {
    struct sf_cache_version *version;
    uint64_t cookie;
};

struct sf_host_fetch {
    struct sf_cache_version *version;
    uint64_t cookie;
    uint64_t camera; /* opaque */
    uint64_t world_fetch;
};

struct sf_host_connection {
    struct sf_cache_version *version;
};

/* Fills in the functions that a version of the cache is lent. */
void sf_cache_host_lend(struct sf_cache_version *version);

#endif
