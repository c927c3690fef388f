/* The edge service around a store of stills: takes uploads, asks cameras, keeps people waiting and
 * bounds how long they wait. It is the same before and after the update of 26 December 2019; what
 * the update replaced is the store behind it.
 *
 * A request is answered from the store when it has a fresh still. If not, the edge asks the camera
 * (once, however many wait) and answers all who wait when the still has come. A request that has
 * waited for `patience` gets whatever the store falls back to, or the status that there is nothing
 * now. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_EDGE_H
#define STRAYFRAME_SIM_CLOUD_CACHES_EDGE_H

#include "sim_cloud/caches/kit.h"

enum { EDGE_OPTIONS_MAX = 4 };

/* For whom a still is, as far as stores care. */
struct edge_key {
    uint64_t tenant;
    uint64_t camera;
    uint64_t model;
    uint64_t integration; /* 0 where no request is concerned */
    uint64_t serial;
    uint64_t name;        /* a hash of what the viewer calls the still; 0 where no viewer asks */
    uint64_t renewal;     /* the session that the viewer is to be told of; 0: none */
    uint64_t viewer;      /* that asks; 0 where no request is concerned */
    uint32_t camera_slot; /* the camera's place in its owner's account */
};

struct edge_still {
    const uint8_t *bytes; /* NULL: there is none */
    uint32_t count;
};

/* A store of stills. The edge receives into a reception; the store decides where those bytes live,
 * and what becomes of them at the end. */
struct edge_reception {
    uint8_t *bytes; /* NULL: nothing is copied, and the host is asked to hold the whole still */
    uint32_t total_bytes;
    uint32_t received_bytes; /* kept by the edge: different bytes, as far as it knows */

    /* What the camera says of the still; kept by the edge, and known when it ends. */
    uint32_t capture; /* the camera's count of stills */
    uint32_t flags;   /* SF_CACHE_STILL_... */
    uint64_t validator;

    /* Of a still that the host holds; kept by the edge, and known when it ends complete. */
    const uint8_t *held;
    uint64_t hold;
    const struct sf_cache_host *holder; /* NULL: nothing is held */
};

struct edge_store {
    struct kit_option options[EDGE_OPTIONS_MAX]; /* with their fallbacks; name NULL ends them */
    size_t store_bytes;

    /* The edge makes and frees the store; it is zeroed, and its options are set. May be NULL. */
    void (*init)(void *store, const struct sf_cache_host *host,
                 const struct sf_cache_config *config);
    /* Frees what is in the store. May be NULL. */
    void (*fini)(void *store);
    /* A still begins to arrive. */
    struct edge_reception *(*begin)(void *store, const struct edge_key *key, uint32_t total_bytes,
                                    int64_t now_ns);
    /* The same, where the host can hold stills: a reception without bytes of its own. May be NULL:
     * then the store copies all the same. */
    struct edge_reception *(*begin_held)(void *store, const struct edge_key *key,
                                         uint32_t total_bytes, int64_t now_ns);
    /* It has ended; the store owns the reception again. Says whether there is now something to
     * show. */
    bool (*end)(void *store, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns);
    /* Bytes came for an upload that had ended incomplete: where they go, NULL for nowhere. May be
     * NULL: nowhere. The reception must not have been freed. */
    struct edge_reception *(*late)(void *store, struct edge_reception *reception);
    /* `count` bytes were written into the reception at `offset`. May be NULL. */
    void (*received)(void *store, struct edge_reception *reception, uint32_t offset,
                     uint32_t count);
    struct edge_still (*fresh)(void *store, const struct edge_key *key, int64_t now_ns);
    /* `still` is sent, which `fresh` returned. May be NULL. */
    void (*served)(void *store, const struct edge_key *key, struct edge_still still);
    /* Adds to what is said of `still` when it is answered. May be NULL. */
    void (*say)(void *store, const struct edge_key *key, struct edge_still still,
                struct sf_cache_answer_properties *properties);
    /* A request has waited long enough. NULL: then there is nothing. */
    struct edge_still (*fallback)(void *store, const struct edge_key *key, int64_t now_ns);
    /* Are parts missing of what `fallback` has for this key? NULL: it is always whole. */
    bool (*incomplete)(const void *store, const struct edge_key *key);
    /* Forget what is the tenant's. May be NULL. */
    void (*forget)(void *store, uint64_t tenant);
    /* Forget what is the camera's: it is not this tenant's any more. May be NULL: then `forget` is
     * called, which does more. */
    void (*forget_camera)(void *store, uint64_t tenant, uint64_t camera);
};

/* Options and size of a `struct store` with a list of OPTIONS (see kit.h). */
#define EDGE_STORE .options = {OPTIONS(KIT_OPTION)}, .store_bytes = sizeof(struct store)

/* The plug-in's functions over a store. Each plug-in passes its own `create` on to sf_edge_create:
 * EDGE_CREATE writes that function for an edge_store called `kind`. */
#define EDGE_CREATE                                                                             \
    static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config, \
                        char *error, uint32_t error_bytes)                                      \
    {                                                                                           \
        return sf_edge_create(&kind, host, config, error, error_bytes);                         \
    }
void *sf_edge_create(const struct edge_store *store, const struct sf_cache_host *host,
                     const struct sf_cache_config *config, char *error, uint32_t error_bytes);
void sf_edge_destroy(void *edge);
void sf_edge_on_upload(void *edge, const struct sf_cache_upload *upload);
void sf_edge_on_upload_fragment(void *edge, const struct sf_cache_fragment *fragment);
void sf_edge_on_upload_ended(void *edge, const struct sf_cache_upload_end *end);
void sf_edge_on_request(void *edge, const struct sf_cache_request *request);
void sf_edge_on_request_cancelled(void *edge, uint64_t request);
void sf_edge_on_fetch_part(void *edge, const struct sf_cache_fetch_part *part);
void sf_edge_on_fetch_ended(void *edge, const struct sf_cache_fetch_end *end);
void sf_edge_on_timer(void *edge, uint64_t timer, uint64_t cookie);
void sf_edge_on_invalidate(void *edge, const struct sf_cache_invalidation *invalidation);

/* ---- for plug-ins that take some of these functions into their own hands ---- */

void *sf_edge_store_of(void *edge);
const struct sf_cache_host *sf_edge_host_of(const void *edge);
int64_t sf_edge_now_ns(const void *edge);
int64_t sf_edge_patience_ns(const void *edge);
/* Has a newer still of this camera come not long ago? Then this one was slow, and must not take its
 * place. If not, it is the newest from now on. Uploads and fetches that the edge ends itself it
 * asks about. */
bool sf_edge_is_overtaken(void *edge, const struct edge_key *key, uint32_t capture);
/* Was the camera's owner, or the camera, to be forgotten, and has no still of it come since? Then
 * nothing that the store has of it is to be served. The edge asks this itself. */
bool sf_edge_has_forgotten(const void *edge, const struct edge_key *key);
/* Is it a whole picture? The edge leaves what is not alone. */
bool sf_edge_is_whole(const struct sf_cache_upload *upload);
struct edge_key sf_edge_key_of_upload(const struct sf_cache_upload *upload);
struct edge_key sf_edge_key_of_request(const struct sf_cache_request *request);
/* A request for what `key` says: answered now if the store has it fresh, else when it has come. */
void sf_edge_request(void *edge, uint64_t request, const struct edge_key *key);
/* How many requests wait, for whatever camera. */
size_t sf_edge_waiting_count(const void *edge);
/* The store has something new of this camera: those that wait for it are answered. */
void sf_edge_arrived(void *edge, uint64_t camera);
/* Answers with this still, or, where there is none, that there is nothing now. */
void sf_edge_answer(const struct sf_cache_host *host, uint64_t request, struct edge_still still);
/* Writes into the reception what fits into it; false when it does not. */
bool sf_edge_receive(struct edge_reception *reception, uint32_t offset, const uint8_t *bytes,
                     uint32_t count);
/* Has the host drop what it holds for the reception, if it does. Not while the cache is destroyed:
 * then the host drops all that is held. */
void sf_edge_drop_held(struct edge_reception *reception);
/* A part of a still that a cache fetches past the edge, into a reception that is begun with the
 * first (NULL until then). */
void sf_edge_receive_aside(struct edge_reception **reception,
                           const struct sf_cache_fetch_part *part);
/* A reception apart from a store: for stores that look at a still only when it has ended. */
struct edge_reception *sf_edge_begin_aside(void *store, const struct edge_key *key,
                                           uint32_t total_bytes, int64_t now_ns);
void sf_edge_drop_aside(struct edge_reception *reception);

/* What a plug-in struct is made of: the edge over a store, in whole or in part. */
#define EDGE_HEAD(NAME, VERSION, SUMMARY)                                              \
    .struct_bytes = sizeof(struct sf_cache_plugin), .abi = SF_CACHE_ABI, .name = NAME, \
    .version = VERSION, .summary = SUMMARY,                                            \
    .options = "patience_ms=2500" OPTIONS(KIT_OPTION_TEXT), .create = create,          \
    .destroy = sf_edge_destroy, .on_invalidate = sf_edge_on_invalidate
#define EDGE_UPLOADS                                                                  \
    .on_upload = sf_edge_on_upload, .on_upload_fragment = sf_edge_on_upload_fragment, \
    .on_upload_ended = sf_edge_on_upload_ended
#define EDGE_REQUESTS                                                                       \
    .on_request = sf_edge_on_request, .on_request_cancelled = sf_edge_on_request_cancelled, \
    .on_timer = sf_edge_on_timer
#define EDGE_FETCHES \
    .on_fetch_part = sf_edge_on_fetch_part, .on_fetch_ended = sf_edge_on_fetch_ended

#define EDGE_PLUGIN(NAME, VERSION, SUMMARY)                                          \
    {                                                                                \
        EDGE_HEAD(NAME, VERSION, SUMMARY), EDGE_UPLOADS, EDGE_REQUESTS, EDGE_FETCHES \
    }

#endif
