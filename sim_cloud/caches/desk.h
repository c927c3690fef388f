/* The front desk of a small cache: keeps each camera's latest whole still under its owner and its
 * camera, answers from there while it is fresh, and lets no request wait longer than `patience`.
 * How a still that is missing is got from its camera is the mechanism's business: that is where
 * such caches differ.
 *
 * A cache's `struct store` begins with a `struct desk`. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_DESK_H
#define STRAYFRAME_SIM_CLOUD_CACHES_DESK_H

#include "sim_cloud/caches/kit.h"

enum { DESK_OPTIONS_MAX = 4 };

/* Bytes of one still, as they come in. */
struct desk_still {
    uint32_t total_bytes;
    uint32_t capacity_bytes;
    int64_t stored_ns; /* on the shelf: since when */
    uint32_t capture;  /* the camera's count of stills */
    uint8_t bytes[];
};

/* A request that is not answered yet. */
struct desk_waiter {
    struct desk_waiter *next; /* the mechanism's; NULL at first */
    void *place;              /* the mechanism's; NULL at first */
    uint64_t request;
    uint64_t tenant;
    uint64_t camera;
    uint64_t model;
    uint64_t integration;
    uint64_t timer;
};

struct desk;

struct desk_mechanism {
    struct kit_option options[DESK_OPTIONS_MAX]; /* with their fallbacks; name NULL ends them */
    size_t cache_bytes;                          /* of the cache's own struct */
    /* The desk is ready by then, and the options are set. May be NULL. */
    void (*start)(struct desk *desk);
    /* Frees what is its own; waiters are the desk's. */
    void (*stop)(struct desk *desk);
    /* There is no fresh still for the waiter: get one. */
    void (*miss)(struct desk *desk, struct desk_waiter *waiter);
    /* The waiter was cancelled, or has waited too long; it is gone after this. */
    void (*gone)(struct desk *desk, struct desk_waiter *waiter);
    /* What a waiter gets who has waited too long; NULL: nothing. Borrowed until it is gone. May be
     * NULL. */
    const struct desk_still *(*fallback)(struct desk *desk, const struct desk_waiter *waiter);
    /* A still was put on the shelf. May be NULL. */
    void (*kept)(struct desk *desk, uint64_t tenant, uint64_t camera,
                 const struct desk_still *still);
    /* The shared store has replied. May be NULL where it is not used. */
    void (*replied)(struct desk *desk, const struct sf_cache_store_reply *reply);
    void (*part)(struct desk *desk, const struct sf_cache_fetch_part *part);
    void (*ended)(struct desk *desk, const struct sf_cache_fetch_end *end);
};

struct desk {
    const struct desk_mechanism *mechanism;
    const struct sf_cache_host *host;
    int64_t patience_ns;
    int64_t fresh_for_ns;
    struct kit_map shelf;   /* by tenant and camera: the latest whole still */
    struct kit_map uploads; /* by upload: on their way */
    struct kit_map waiters; /* by request */
    struct kit_map forgets; /* by tenant: since when it is forgotten */
};

/* A still that can hold `total_bytes`. Freed with free(). */
struct desk_still *sf_desk_still_create(uint32_t total_bytes);
/* Copies what fits. */
void sf_desk_still_receive(struct desk_still *still, uint32_t offset, const uint8_t *bytes,
                           uint32_t count);

int64_t sf_desk_now(const struct desk *desk);
/* Puts a copy of a whole still on the shelf, in place of the one before; unless that is newer, and
 * fresh: then this one was slow. (A camera that restarts counts from 0 again; by then the one on
 * the shelf has grown old.) */
void sf_desk_keep(struct desk *desk, uint64_t tenant, uint64_t camera,
                  const struct desk_still *still);
/* Was this tenant to be forgotten at that time or later? Then a still that was stored by then is
 * not to be served. The desk's own shelf is empty of it. */
bool sf_desk_was_forgotten(const struct desk *desk, uint64_t tenant, int64_t stored_ns);
/* The waiter of this request; NULL if there is none. */
struct desk_waiter *sf_desk_waiter_of(const struct desk *desk, uint64_t request);
/* Answers the waiter with the still, or with "not now" where it is NULL; the waiter is gone. */
void sf_desk_answer(struct desk *desk, struct desk_waiter *waiter, const struct desk_still *still);

/* A part of a still that is fetched, into a still that is made with the first (NULL until then). */
void sf_desk_still_take(struct desk_still **still, const struct sf_cache_fetch_part *part);

/* Options and size of a `struct store` with a list of OPTIONS (see kit.h). */
#define DESK_STORE .options = {OPTIONS(KIT_OPTION)}, .cache_bytes = sizeof(struct store)

/* The plug-in's functions. Each plug-in passes its own `create` on to sf_desk_create: DESK_CREATE
 * writes that function for a desk_mechanism called `mechanism`. */
#define DESK_CREATE                                                                             \
    static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config, \
                        char *error, uint32_t error_bytes)                                      \
    {                                                                                           \
        return sf_desk_create(&mechanism, host, config, error, error_bytes);                    \
    }
void *sf_desk_create(const struct desk_mechanism *mechanism, const struct sf_cache_host *host,
                     const struct sf_cache_config *config, char *error, uint32_t error_bytes);
void sf_desk_destroy(void *desk);
void sf_desk_on_upload(void *desk, const struct sf_cache_upload *upload);
void sf_desk_on_upload_fragment(void *desk, const struct sf_cache_fragment *fragment);
void sf_desk_on_upload_ended(void *desk, const struct sf_cache_upload_end *end);
void sf_desk_on_request(void *desk, const struct sf_cache_request *request);
void sf_desk_on_request_cancelled(void *desk, uint64_t request);
void sf_desk_on_fetch_part(void *desk, const struct sf_cache_fetch_part *part);
void sf_desk_on_fetch_ended(void *desk, const struct sf_cache_fetch_end *end);
void sf_desk_on_store_reply(void *desk, const struct sf_cache_store_reply *reply);
void sf_desk_on_timer(void *desk, uint64_t timer, uint64_t request);
void sf_desk_on_invalidate(void *desk, const struct sf_cache_invalidation *invalidation);

/* The plug-in struct of a cache that is the desk with a mechanism. */
#define DESK_PLUGIN(NAME, SUMMARY)                                                               \
    {                                                                                            \
        .struct_bytes = sizeof(struct sf_cache_plugin), .abi = SF_CACHE_ABI, .name = NAME,       \
        .version = "1", .summary = SUMMARY,                                                      \
        .options = "patience_ms=2500 fresh_ms=15000" OPTIONS(KIT_OPTION_TEXT), .create = create, \
        .destroy = sf_desk_destroy, .on_upload = sf_desk_on_upload,                              \
        .on_upload_fragment = sf_desk_on_upload_fragment,                                        \
        .on_upload_ended = sf_desk_on_upload_ended, .on_request = sf_desk_on_request,            \
        .on_request_cancelled = sf_desk_on_request_cancelled,                                    \
        .on_fetch_part = sf_desk_on_fetch_part, .on_fetch_ended = sf_desk_on_fetch_ended,        \
        .on_store_reply = sf_desk_on_store_reply, .on_timer = sf_desk_on_timer,                  \
        .on_invalidate = sf_desk_on_invalidate,                                                  \
    }

#endif
