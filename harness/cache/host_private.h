/* What the parts of the host share: what it tells a plug-in (host.c), the life of its versions on
 * their nodes (host_nodes.c), and what a plug-in may ask (host_lent.c, host_identity.c,
 * host_protocol.c). */
#ifndef STRAYFRAME_CACHE_HOST_PRIVATE_H
#define STRAYFRAME_CACHE_HOST_PRIVATE_H

#include "harness/cache/host.h"

/* A function of a plug-in that it may lack, or that its version of the header did not have. */
#define HAS(version, function)                                                \
    ((version)->cache != NULL && SF_CACHE_HAS((version)->plugin, function) && \
     (version)->plugin->function != NULL)

enum sf_request_phase {
    SF_REQUEST_OPEN,
    SF_REQUEST_ANSWERING,
    SF_REQUEST_ANSWERED,
    SF_REQUEST_CANCELLED
};

/* Kept after it was answered or cancelled, to distinguish a second answer from an unknown request:
 * until its version is gone, or many others have been closed (sf_host_closed). */
struct sf_host_request {
    struct sf_cache_version *version;
    uint64_t world_request;
    uint32_t phase; /* enum sf_request_phase */
    uint32_t announced_bytes;
    uint32_t passed_bytes;
    uint32_t home;         /* of the viewer, by number */
    uint32_t range_offset; /* 0: it wants all */
    bool holds;            /* the viewer said a validator */
    bool has_properties;   /* answer_properties was called */
    bool in_parts;
    uint32_t taken_bytes;
};

struct sf_host_timer {
    struct sf_cache_version *version;
    uint32_t begun_for; /* as in struct sf_cache_cause */
    uint64_t cookie;
};

struct sf_host_fetch {
    struct sf_cache_version *version;
    uint64_t cookie;
    uint64_t camera; /* opaque */
    uint32_t about;  /* the same camera's home */
    uint32_t begun_for;
    uint64_t world_fetch;
};

struct sf_host_connection {
    struct sf_cache_version *version;
};

/* To the identity service. */
struct sf_host_question {
    struct sf_cache_version *version;
    uint64_t cookie;
    uint64_t token;
    uint32_t begun_for;
};

/* The host is about to call this function of a plug-in. */
static inline void sf_host_enter(struct sf_cache_host_state *host, enum sf_callback callback,
                                 uint32_t about, uint32_t begun_for)
{
    host->cause = (struct sf_cache_cause){callback, about, begun_for};
}

/* The number by which a cache knows a handle of the host's, and back. The number says nothing: not
 * the order in which handles were given, and no part of it is free of collisions. */
static inline uint64_t sf_host_told(const struct sf_cache_host_state *host,
                                    enum sf_opaque_kind kind, sf_handle handle)
{
    return sf_opaque(&host->opaque, kind, handle);
}

static inline sf_handle sf_host_meant(const struct sf_cache_version *version,
                                      enum sf_opaque_kind kind, uint64_t number)
{
    return sf_opaque_index(&version->host->opaque, kind, number);
}

/* Fills in the functions that a version of the cache is lent. */
void sf_cache_host_lend(struct sf_cache_version *version);

/* Is this a thread of the cache's own? The next sweep reports it. */
bool sf_host_is_foreign(struct sf_cache_version *version);

/* Tells the world that the version broke the contract; returns the code. */
int32_t sf_host_broken(struct sf_cache_version *version, int32_t code, uint64_t subject);

/* The version on the node that gets what is new; NULL for none, or on SF_NOBODY. */
struct sf_cache_version *sf_host_current(const struct sf_cache_host_state *host,
                                         struct sf_node_id node);

/* The request was answered or cancelled. Forgets the oldest of those where there are many: memory
 * must not grow with the length of a run. */
void sf_host_closed(struct sf_cache_host_state *host, sf_handle request);
/* The request if this version may answer it now; otherwise NULL with the code that says why not. */
struct sf_host_request *sf_host_answerable(struct sf_cache_version *version, uint64_t request,
                                           enum sf_request_phase phase, int32_t *code_out);

/* Exports the state of one version and imports it into another, where both can. */
void sf_host_hand_over(struct sf_cache_version *from, struct sf_cache_version *to);

/* ---- host_holds.c ---- */

void sf_host_holds_init(struct sf_cache_host_state *host);
/* What the world has offered for the end that it tells of; NULL: nothing. */
struct sf_content *sf_host_offered(struct sf_cache_host_state *host);
/* From here on a cache may hold the content, by the number of its upload or fetch; NULL: not any
 * more. */
void sf_host_offer_to(struct sf_cache_host_state *host, uint64_t number,
                      struct sf_content *content);
/* Lends `hold` and `drop`, if the host may. */
void sf_host_lend_holds(struct sf_cache_version *version);
/* Drops what the version holds; NULL: what any holds. */
void sf_host_holds_release(struct sf_cache_host_state *host,
                           const struct sf_cache_version *version);

/* ---- lent functions that have a file of their own ---- */
int64_t sf_host_wall_clock_ms(void *context);
int32_t sf_host_identity(void *context, uint64_t token, uint64_t cookie);
int32_t sf_host_answer_properties(void *context, uint64_t request,
                                  const struct sf_cache_answer_properties *properties);

#endif
