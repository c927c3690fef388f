/* The host of the cache under test: everything between the world and a plug-in. It translates the
 * world's numbers into opaque ones, checks what a plug-in returns before using it, and knows
 * which version of the cache a request belongs to while one takes over from another. It moves no
 * packet and judges nothing: the world receives a breach of contract as an event. */
#ifndef STRAYFRAME_CACHE_HOST_H
#define STRAYFRAME_CACHE_HOST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/bounds.h"
#include "harness/base/callback.h"
#include "harness/base/ids.h"
#include "harness/base/slots.h"
#include "harness/base/time.h"
#include "harness/cache/contract.h"
#include "harness/cache/load.h"
#include "harness/cache/opaque.h"
#include "harness/content/contents.h"
#include "harness/cache/strayframe_cache.h"
#include "harness/sim/rng.h"

/* What a cache may have open at once, of all its versions and nodes together. */
enum sf_cache_bound {
    SF_CACHE_BOUND_FETCHES = 1,
    SF_CACHE_BOUND_TIMERS,
    SF_CACHE_BOUND_CONNECTIONS,
    SF_CACHE_BOUNDS_END
};

/* What becomes of a state between export and import. */
enum sf_cache_hand_over {
    SF_HAND_OVER_SOUND,
    SF_HAND_OVER_CUT,     /* only the beginning arrives */
    SF_HAND_OVER_FOREIGN, /* of a cache of another name, with the heads of other records */
    SF_HAND_OVER_VERSION, /* the same of another version of this cache */
    SF_HAND_OVER_MIXED,   /* one of these for each hand-over, drawn */
};

/* What the host needs from the world. None of these may call back into the host. */
struct sf_cache_services {
    void *context;
    sf_ns (*now_ns)(void *context);
    /* `world_request` is what the world gave with the request. The status is a valid one;
     * total_bytes is 0 unless it has bytes. Then come the bytes, in order, and the end; or, for an
     * answer without bytes, nothing more. */
    void (*answer_begin)(void *context, uint64_t world_request, uint32_t status,
                         uint32_t total_bytes);
    void (*answer_bytes)(void *context, uint64_t world_request, const uint8_t *bytes,
                         uint32_t count);
    void (*answer_end)(void *context, uint64_t world_request, bool aborted);
    void (*timer_start)(void *context, sf_handle timer, sf_ns delay_ns);
    /* Returns the world's own number of the fetch, for cancelling it. With a validator, 0 for
     * none, the camera sends nothing if that is its still's. */
    uint64_t (*fetch_start)(void *context, sf_handle fetch, struct sf_camera_id camera,
                            uint64_t validator);
    void (*fetch_cancel)(void *context, uint64_t world_fetch);
    /* bytes are borrowed; `put` tells the two operations apart. */
    void (*store_start)(void *context, uint32_t version, uint64_t connection, uint64_t cookie,
                        bool put, const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes,
                        uint32_t count, sf_ns ttl_ns);
    void (*contract_broken)(void *context, uint32_t version, int32_t code, uint64_t subject);
    /* A state is handed over that is not sound. May be NULL. */
    void (*handed_over)(void *context, uint32_t version, enum sf_cache_hand_over kind,
                        uint32_t bytes);
    /* A call was refused with SF_CACHE_E_BUSY. May be NULL. */
    void (*busy)(void *context, uint32_t version, enum sf_cache_bound bound);
    void (*log)(void *context, uint32_t version, const char *text, uint32_t bytes);
    void (*state)(void *context, uint32_t index, uint32_t value);
    /* Asks whose the session is; sf_cache_host_identity_known follows, once. */
    void (*identity_start)(void *context, sf_handle question, uint64_t session);
    /* The right time, which a node's clock may be away from: ms since 1970. */
    int64_t (*unix_ms)(void *context);
    /* Comes before the request's answer_begin, at most once. The session is one that
     * sf_cache_host_ask named or offered, or any number; 0 for none. SF_CACHE_DONE;
     * SF_CACHE_E_BAD_ARGUMENT if there never was such a session: then nothing happened;
     * SF_CACHE_E_OTHERS_SESSION if it is another viewer's, which was taken all the same. */
    int32_t (*answer_properties)(void *context, uint64_t world_request, uint32_t flags,
                                 uint64_t validator, uint64_t session);
};

enum {
    /* The first cache and whatever the time line may bring, on every node. */
    SF_CACHE_VERSIONS_MAX = (1 + SF_TIMELINE_MAX) * SF_NODES_MAX,
    SF_CACHE_TIMERS_MAX = 1 << 20,
    SF_CACHE_FETCHES_MAX = 1 << 16,
    SF_CACHE_CONNECTIONS_MAX = 1 << 12,
    SF_CACHE_QUESTIONS_MAX = 1 << 16, /* to the identity service */
    /* How many closed requests are remembered: the first of these, or the second for each camera
       where that is more. */
    SF_CACHE_CLOSED_MIN = 1 << 18,
    SF_CACHE_CLOSED_PER_CAMERA = 4,
};

struct sf_cache_host_state;

/* The function of a plug-in that the host is calling, and the home that the event is about: the
 * trace records it with an answer that is given from inside. Homes by number, SF_NOBODY: none. */
struct sf_cache_cause {
    enum sf_callback callback;
    uint32_t about;     /* the home of the camera or viewer that the event is about */
    uint32_t begun_for; /* the home for which the cache began what ends with this event: that of the
                           request (or the camera) in whose function it set the timer, asked the
                           store, the identity service or a camera */
};

/* One instance of one version of the cache on one node: live, draining or gone. */
struct sf_cache_version {
    struct sf_cache_host_state *host;
    const struct sf_cache_plugin *plugin;
    const struct sf_box *box; /* its process; NULL: it is in this one */
    void *cache;              /* NULL: not created, refused, or destroyed */
    struct sf_cache_host lent;
    struct sf_rng rng;
    uint32_t index;
    uint32_t requests_count; /* not yet answered or cancelled */
    uint32_t uploads_count;  /* not yet ended */
    bool draining;
    atomic_bool called_from_afar; /* a thread of its own has called the host */
    char options[SF_CACHE_SPEC_BYTES];
    struct sf_node_id node;
};

struct sf_cache_node {
    struct sf_cache_version *current; /* receives new requests; NULL: none, or it was refused */
    struct sf_cache_module module;    /* installed: starts again after a loss */
    sf_ns clock_step_ns;              /* how far its wall clock is ahead */
    bool lost;
};

/* The first instance that ended unexpectedly: its process crashed, for example. */
struct sf_cache_ended {
    int32_t code; /* SF_CACHE_E_EXITED ...; 0: none */
    uint64_t subject;
    char text[SF_BOX_TEXT_BYTES];
};

/* Requests that were answered or cancelled and are still known, the oldest first. */
struct sf_cache_closed {
    sf_handle *handles; /* owned; a ring once count_max is reached */
    uint32_t count;
    uint32_t count_max;
    uint32_t capacity;
    uint32_t oldest;
};

struct sf_cache_host_state {
    const struct sf_cache_services *services; /* borrowed */
    const void *thread;                       /* the one that calls the caches */
    atomic_bool called_from_afar;             /* see the same of its versions */
    uint64_t seed;
    struct sf_opaque opaque;
    uint32_t cameras_count;
    uint32_t still_bytes_max;
    uint64_t capacity_bytes;
    sf_ns fresh_within_ns; /* as struct sf_cache_config has it; 0: no limit */
    uint32_t versions_count;
    uint32_t versions_capacity;
    struct sf_cache_version **versions; /* in order of their index; do not move */
    uint32_t draining_count;            /* of the versions that are not gone yet */
    uint32_t nodes_count;
    struct sf_cache_node nodes[SF_NODES_MAX];
    struct sf_slots requests;
    struct sf_cache_closed closed;
    struct sf_slots timers;
    struct sf_slots fetches;
    struct sf_slots connections;
    struct sf_slots questions;
    struct sf_slots holds;
    bool lends;                 /* caches may hold stills without copying them */
    struct sf_content *offered; /* the still that may be held now; NULL: none */
    uint64_t offered_for;       /* the number of its upload or fetch */
    enum sf_cache_hand_over hand_over;
    uint32_t bounds[SF_CACHE_BOUNDS_END]; /* by enum sf_cache_bound */
    struct sf_cache_cause cause;          /* of the latest call into a plug-in */
    char refusal[256]; /* the message of the latest cache that refused to be created */
    struct sf_cache_ended ended;
};

/* Is the rest of the run meaningless? A cache has ended, or the run is void and will be repeated.
 */
static inline bool sf_cache_host_is_over(const struct sf_cache_host_state *host)
{
    return host->ended.code != 0 || sf_box_run_is_void();
}

/* The memory of an initialised host can be used again after reset. */
void sf_cache_host_init(struct sf_cache_host_state *host);
void sf_cache_host_fini(struct sf_cache_host_state *host);

/* Destroys every version, with the services still lent to it. */
void sf_cache_host_destroy_caches(struct sf_cache_host_state *host);

/* A new run, with one node: destroys what an earlier one left. `services` is borrowed until the
 * next reset or fini. */
void sf_cache_host_reset(struct sf_cache_host_state *host, const struct sf_cache_services *services,
                         uint64_t seed, uint32_t cameras_count, uint32_t still_bytes_max,
                         uint64_t capacity_bytes);

/* More nodes, 1 to SF_NODES_MAX; before the first deploy. */
void sf_cache_host_set_nodes(struct sf_cache_host_state *host, uint32_t nodes_count);
/* How long after its arrival a still may be answered without being flagged as stale: the
 * fresh_within of a cache's configuration; 0, as after a reset: no limit. Before the first deploy.
 */
void sf_cache_host_set_fresh_within(struct sf_cache_host_state *host, sf_ns fresh_within_ns);

/* Before the first deploy; after a reset states are sound. */
void sf_cache_host_set_hand_over(struct sf_cache_host_state *host, enum sf_cache_hand_over kind);

/* A lower bound than SF_CACHE_..._MAX; 0: that one. Before the first deploy. */
void sf_cache_host_set_bound(struct sf_cache_host_state *host, enum sf_cache_bound bound,
                             uint32_t count_max);

/* Caches in this process may hold whole stills without copying them, and the world offers those.
 * After a reset they may not. Before the first deploy. */
void sf_cache_host_set_lends(struct sf_cache_host_state *host, bool lends);

/* Puts a version into service on a node; the one before it there, if any, hands its state over and
 * drains. False if the plug-in would not be created: the node has then no cache, which is reported
 * as a breach of contract. On a lost node it is installed, and runs when the node comes back. */
bool sf_cache_host_deploy_node(struct sf_cache_host_state *host, struct sf_node_id node,
                               const struct sf_cache_module *module);
/* On every node, one after the other. */
bool sf_cache_host_deploy(struct sf_cache_host_state *host, const struct sf_cache_module *module);

/* The run ends: a breach of each version that has taken far more memory than it may. Those that end
 * earlier are judged when they do. Only processes of their own are measured. */
void sf_cache_host_judge_memory(struct sf_cache_host_state *host);

/* Destroys drained versions, and reports calls from threads of the caches' own. Called between
 * events, never from inside a plug-in. */
void sf_cache_host_sweep(struct sf_cache_host_state *host);

/* ---- what happens to nodes ---- */

/* The node crashes: its instances are destroyed as they stand, and what they had under way is
 * forgotten: requests, uploads, fetches, store connections, questions, timers. The other nodes are
 * notified. */
void sf_cache_host_node_lost(struct sf_cache_host_state *host, struct sf_node_id node);
/* A lost node starts again: a new, empty instance of what is installed on it. The others are
 * notified, and it is notified of each lost node. False if the plug-in refused to be created. */
bool sf_cache_host_node_back(struct sf_cache_host_state *host, struct sf_node_id node);

enum sf_reconfigured {
    SF_RECONFIGURED,          /* and the node keeps the options when it comes back from a loss */
    SF_RECONFIGURE_REFUSED,   /* not understood: nothing has changed */
    SF_RECONFIGURE_NOT_HEARD, /* there is no cache, or it has no reconfigure: nothing has changed */
};

/* Gives new options to the node's current version. */
enum sf_reconfigured sf_cache_host_reconfigure(struct sf_cache_host_state *host,
                                               struct sf_node_id node, const char *options);

/* The node's wall clock steps, and the instances on it are notified. */
void sf_cache_host_clock_step(struct sf_cache_host_state *host, struct sf_node_id node,
                              sf_ns step_ns);

/* ---- events from the world ---- */

struct sf_cache_host_camera {
    struct sf_camera_id camera;
    struct sf_tenant_id tenant;
    uint32_t model;  /* which model; cameras with the same one share it */
    uint32_t slot;   /* the camera's place in its owner's account */
    uint32_t serial; /* the number that it was made with; others may have it too */
};

/* What a camera says of a still that it sends. */
struct sf_cache_host_still {
    uint32_t capture;     /* as the device counts */
    uint32_t total_bytes; /* of what it sends */
    int64_t captured_unix_ms;
    uint64_t validator;
    const char *vary; /* lives as long as the program */
    uint32_t flags;   /* SF_CACHE_STILL_PRIVATE */
    uint32_t kind;    /* SF_CACHE_STILL_WHOLE, SF_CACHE_STILL_DELTA */
    uint32_t base_capture;
    uint32_t first_row;
    uint32_t rows_count;
};

/* The version that took the upload, to be given with its fragments and its end; NULL if there is
 * none. It stays a valid argument when its node is lost. */
struct sf_cache_version *sf_cache_host_upload(struct sf_cache_host_state *host,
                                              struct sf_node_id node, uint64_t upload,
                                              struct sf_cache_host_camera camera,
                                              const struct sf_cache_host_still *still);
/* Was the version's node lost with the upload? */
static inline bool sf_cache_version_is_gone(const struct sf_cache_version *version)
{
    return version->cache == NULL;
}

/* `camera` as it was given with the upload. */
void sf_cache_host_fragment(struct sf_cache_version *version, struct sf_camera_id camera,
                            uint64_t upload, uint32_t offset, const uint8_t *bytes, uint32_t count);
void sf_cache_host_upload_ended(struct sf_cache_version *version, struct sf_camera_id camera,
                                uint64_t upload, bool complete, uint32_t received_bytes);

/* The whole still that the next end of an upload or fetch is about, borrowed for that call: a cache
 * may hold it. NULL: none. */
void sf_cache_host_offer(struct sf_cache_host_state *host, struct sf_content *content);
/* Lent bytes were written into: a breach of the version that holds the content, or else of the
 * newest. NULL: it is not known which bytes. */
void sf_cache_host_wrote(struct sf_cache_host_state *host, const struct sf_content *content);

/* A request as the world knows it. */
struct sf_cache_host_ask {
    uint64_t world_request;
    struct sf_cache_host_camera camera; /* the one that is wanted */
    struct sf_viewer_id viewer;
    struct sf_tenant_id viewer_tenant;
    uint32_t connection;
    uint32_t front;         /* the front door's connection to the node, from 1; 0: the viewer's */
    struct sf_node_id node; /* where it goes */
    uint64_t session;
    enum sf_viewer_path path;
    sf_ns deadline_ns;
    uint64_t session_renewal; /* 0: none */
    uint64_t validator;       /* of what the viewer holds; 0: nothing */
    uint32_t range_offset;
    const char *name; /* of the still, as the viewer says; NULL: the usual one */
};

/* Returns the host's handle of the request, for cancelling; 0 if there is no cache to ask. */
sf_handle sf_cache_host_request(struct sf_cache_host_state *host,
                                const struct sf_cache_host_ask *ask);
/* The viewer has `taken_bytes` of an answer in parts. */
void sf_cache_host_progress(struct sf_cache_host_state *host, sf_handle request,
                            uint32_t taken_bytes);
/* The time of the request is up. A breach where its answer is not ended, though the viewer has all
 * of it. The cancellation follows. */
void sf_cache_host_out_of_time(struct sf_cache_host_state *host, sf_handle request);
/* A request that has been answered already is no error. */
void sf_cache_host_cancel(struct sf_cache_host_state *host, sf_handle request);
void sf_cache_host_connection_closed(struct sf_cache_host_state *host, struct sf_viewer_id viewer,
                                     uint32_t connection);

void sf_cache_host_timer_fired(struct sf_cache_host_state *host, sf_handle timer);
void sf_cache_host_fetch_part(struct sf_cache_host_state *host, sf_handle fetch,
                              const struct sf_cache_host_still *still, uint32_t offset,
                              const uint8_t *bytes, uint32_t count);
/* `end` is SF_CACHE_END_... */
void sf_cache_host_fetch_ended(struct sf_cache_host_state *host, sf_handle fetch, uint32_t end);
/* `begun_for`: that of the cause when the operation was started. */
void sf_cache_host_store_reply(struct sf_cache_host_state *host, uint64_t connection,
                               uint64_t cookie, uint32_t begun_for, uint32_t status,
                               const uint8_t *bytes, uint32_t count);
/* `status` is SF_CACHE_IDENTITY_...; the tenant counts only if it is KNOWN. */
void sf_cache_host_identity_known(struct sf_cache_host_state *host, sf_handle question,
                                  uint32_t status, struct sf_tenant_id tenant);
/* `scope` is SF_CACHE_SCOPE_...; the camera counts only with SF_CACHE_SCOPE_CAMERA. Every version
 * receives it, one that drains too. */
void sf_cache_host_invalidate(struct sf_cache_host_state *host, uint32_t scope,
                              struct sf_tenant_id tenant, struct sf_camera_id camera);

/* ---- checks ---- */

/* Asserts that versions and nodes agree: which runs where, which drain. Walks versions and nodes.
 */
void sf_cache_host_check(const struct sf_cache_host_state *host);
/* Asserts that each request, timer, fetch, connection and question belongs to a version that runs,
 * and that a version counts its open requests right. Walks all handles, and a request is kept until
 * its version is gone: not for every event. */
void sf_cache_host_check_handles(const struct sf_cache_host_state *host);

#endif
