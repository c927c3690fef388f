/* A small world while it runs: the state that an order changes, flat, so that it is saved and put
 * back by copying it; and around it what stays the same. For the files of this folder only. */
#ifndef STRAYFRAME_EXHAUST_STATE_H
#define STRAYFRAME_EXHAUST_STATE_H

#include <stddef.h>

#include "harness/base/bounds.h"
#include "harness/cache/load.h"
#include "harness/cache/opaque.h"
#include "harness/cache/strayframe_cache.h"
#include "harness/exhaust/small.h"
#include "harness/exhaust/story.h"
#include "harness/sim/rng.h"

enum {
    SMALL_UPLOADS = 4,
    SMALL_REQUESTS = 8,
    SMALL_FETCHES = 8,
    SMALL_TIMERS = 16,
    SMALL_CONNECTIONS = 6,
    SMALL_OPERATIONS = 12,
    SMALL_QUESTIONS = 8,
    SMALL_VERSIONS = 8,
    SMALL_RECORDS = 16,         /* in the shared store, and on their way to it */
    SMALL_POOL_BYTES = 1 << 17, /* their keys and bytes */
    SMALL_NONE = 255,
};

struct small_upload {
    uint64_t id; /* 0: the place is free */
    uint8_t camera;
    uint8_t capture; /* as the device counts */
    uint8_t taken;   /* as the world counts: decides the content */
    uint8_t version;
    uint8_t parts; /* bit set of the halves that arrived */
    uint8_t ended;
    uint8_t delta_rows; /* 0: a whole still */
    uint8_t base_capture;
    uint8_t hands;
    uint8_t reserved[7];
};

enum small_phase { SMALL_FREE, SMALL_OPEN, SMALL_ANSWERING, SMALL_ANSWERED, SMALL_CANCELLED };

struct small_request {
    uint64_t id;
    uint64_t validator; /* as answer_properties said it */
    uint32_t range_offset;
    uint32_t announced_bytes;
    uint32_t passed_bytes;
    uint32_t taken_bytes;
    uint8_t phase; /* enum small_phase */
    uint8_t camera;
    uint8_t hands;  /* in which the camera is: whose content is right */
    uint8_t viewer; /* of which tenant: a guest's is not the owner */
    uint8_t version;
    uint8_t connection; /* the viewer's count */
    uint8_t how;        /* SF_SMALL_ASK_... */
    uint8_t holds;
    uint8_t has_properties;
    uint8_t in_parts;
    uint8_t renewal; /* the session that it is given, as the viewer's count; 0: none */
    uint8_t reserved[5];
};

struct small_fetch {
    uint64_t id; /* 0: the place is free */
    uint64_t cookie;
    uint64_t validator; /* of fetch_if_changed */
    uint8_t camera;
    uint8_t version;
    uint8_t parts;
    uint8_t is_set; /* which still its parts are of is decided: this and the next two */
    uint8_t taken;
    uint8_t capture;
    uint8_t hands;
    uint8_t reserved[1];
};

struct small_timer {
    uint64_t id;
    uint64_t cookie;
    int64_t due_ns;
    uint8_t version;
    uint8_t reserved[7];
};

struct small_connection {
    uint64_t id; /* 0: the place is free */
    uint8_t version;
    uint8_t reserved[7];
};

/* An operation of the store, not yet replied to. In order of their beginning. */
struct small_operation {
    uint64_t cookie;
    uint8_t connection;
    uint8_t put;
    uint8_t record; /* its key, and what it puts */
    uint8_t reserved[5];
};

struct small_question {
    uint64_t cookie;
    uint64_t token;
    uint8_t version;
    uint8_t used;
    uint8_t reserved[6];
};

/* A key with bytes: in the store, or what an operation carries. */
struct small_record {
    uint32_t at; /* in the pool: the key, then the bytes */
    uint32_t bytes_count;
    uint16_t key_bytes;
    uint8_t used;
    uint8_t stored;
    uint8_t reserved[4];
    int64_t expires_ns; /* 0: never */
};

struct small_version {
    struct sf_rng rng;
    uint8_t module; /* 0: the candidate, 1: what runs before it */
    uint8_t node;
    uint8_t draining;
    uint8_t requests_count;
    uint8_t uploads_count;
    uint8_t fetches_ever; /* what numbers were given, so that a late cancellation is no mistake */
    uint8_t timers_ever;
    uint8_t connections_ever;
};

struct small_camera {
    uint8_t taken;   /* stills ever: decides the content of the latest */
    uint8_t capture; /* as the device counts */
    uint8_t sent;    /* the capture that it uploaded last, for deltas; 0: none */
    uint8_t firmware;
    uint8_t uploads_ever;
    uint8_t used; /* an event has named it */
    uint8_t sold;
    uint8_t slot; /* in its owner's account */
};

struct small_viewer {
    uint64_t holds_validator;
    uint32_t holds_bytes;
    uint8_t holds_whole;
    uint8_t connection; /* the one that it uses; 0: none yet */
    uint8_t connections_ever;
    uint8_t connection_open;
    uint8_t session;
    uint8_t requests_ever;
    uint8_t uploads_ever; /* of its tenant's cameras: for the limit */
    uint8_t unlinked;
    uint8_t holds_camera;
    uint8_t slots_ever;
    uint8_t reserved[2];
};

struct small_state {
    int64_t now_ns;
    void *caches[SMALL_VERSIONS]; /* NULL: not created, or destroyed */
    int64_t clock_step_ms[SF_SMALL_NODES_MAX];
    uint8_t current[SF_SMALL_NODES_MAX];   /* version; SMALL_NONE: none */
    uint8_t installed[SF_SMALL_NODES_MAX]; /* module */
    uint8_t lost[SF_SMALL_NODES_MAX];
    uint8_t versions_count;
    uint8_t draining_count;
    uint8_t operations_count;
    uint8_t timers_count;
    uint8_t waits_ever;
    uint8_t others_ever;
    uint8_t requests_open; /* neither answered nor cancelled, or not yet taken */
    uint8_t reserved[3];
    struct small_camera cameras[SF_SMALL_CAMERAS_MAX];
    struct small_viewer viewers[SF_SMALL_TENANTS_MAX];
    struct small_version versions[SMALL_VERSIONS];
    struct small_upload uploads[SMALL_UPLOADS];
    struct small_request requests[SMALL_REQUESTS];
    struct small_fetch fetches[SMALL_FETCHES];
    struct small_question questions[SMALL_QUESTIONS];
    struct small_timer timers[SMALL_TIMERS];
    struct small_connection connections[SMALL_CONNECTIONS];
    struct small_operation operations[SMALL_OPERATIONS];
    struct small_record records[SMALL_RECORDS];
    uint32_t pool_bytes; /* in use */
    uint32_t reserved_2;
    uint8_t pool[SMALL_POOL_BYTES]; /* the last field: only what is in use is saved */
};

/* What has a number of its own that no cache may read anything into. */
enum small_number { SMALL_UPLOAD, SMALL_REQUEST, SMALL_FETCH, SMALL_TIMER, SMALL_CONNECTION };

/* What a promise was broken by. */
enum sf_small_find_kind {
    SF_SMALL_FIND_NONE,
    SF_SMALL_FIND_BYTE,    /* an answer holds a byte of another tenant's still */
    SF_SMALL_FIND_SESSION, /* an answer gives away another viewer's session */
    SF_SMALL_FIND_CONTRACT,
    SF_SMALL_FIND_CRASH, /* the cache ended its process, or did not come back */
};

struct sf_small_find {
    uint32_t kind;          /* enum sf_small_find_kind */
    uint32_t tenant;        /* who got it */
    uint32_t owner;         /* BYTE: in whose hands which camera; SESSION: the tenant */
    uint32_t offset;        /* BYTE: where in the answer */
    uint32_t value;         /* BYTE: the byte; CONTRACT: the code */
    uint32_t foreign_count; /* BYTE: how many in this piece of the answer */
};

/* How a cache in a box has ended. */
struct sf_small_end {
    int32_t code; /* SF_CACHE_E_EXITED ...; 0: it has not */
    char text[SF_BOX_TEXT_BYTES];
};

struct small;

/* What the host lends to one version points here. */
struct small_lent {
    struct small *small;
    uint32_t version;
};

struct small {
    const void *thread; /* the one that calls the caches */
    const struct sf_small_world *world;
    struct sf_cache_module modules[2]; /* the candidate, and what runs before it */
    char reconfigure_options[SF_CACHE_SPEC_BYTES];
    bool has_before;
    struct sf_opaque opaque;
    struct sf_opaque numbers; /* by enum small_number instead of enum sf_opaque_kind */
    bool symmetry;            /* of tenants that are alike, only the first unused one acts */
    bool uses_heap;           /* the caches' memory is in the heap that is saved and put back */
    /* Numbers that events say again and again. */
    uint64_t camera_ids[SF_SMALL_CAMERAS_MAX];
    uint64_t tenant_ids[SF_SMALL_TENANTS_MAX];
    uint64_t viewer_ids[SF_SMALL_TENANTS_MAX];
    uint64_t serial_ids[SF_SMALL_CAMERAS_MAX];
    uint64_t model_id;
    uint64_t integration_id;
    struct sf_rng rngs[SMALL_VERSIONS];
    uint32_t content_shift[SF_SMALL_HANDS_MAX]; /* of a twin: other content, same owner */
    uint32_t still_bytes_max;
    uint64_t capacity_bytes;
    struct sf_cache_host lent[SMALL_VERSIONS];
    struct small_lent contexts[SMALL_VERSIONS];
    struct small_state state;
    struct sf_small_find find;     /* the first of the order: of a byte or a session */
    struct sf_small_find contract; /* the first of the order */
    struct sf_small_end ended;     /* the first of the order */
    uint32_t answers_count;        /* of the latest event, with bytes */
    bool met_bound;                /* the host refused something because a table was full */
    struct sf_small_story *told;   /* NULL: no story is wanted */
    uint8_t scratch[SF_SMALL_STILL_BYTES_MAX];
};

/* In whose hands a camera is now, and whose it is. */
static inline uint32_t small_hands(const struct small *small, uint32_t camera)
{
    return camera + (small->state.cameras[camera].sold ? small->world->cameras : 0);
}
static inline uint32_t small_owner(const struct small *small, uint32_t camera)
{
    return sf_small_owner_in(small->world, small_hands(small, camera));
}
static inline uint32_t small_pieces(const struct sf_small_world *world)
{
    return world->pieces != 0 ? world->pieces : 2;
}
/* Where a piece of a still of this length begins; that of the last piece's successor is the end. */
static inline uint32_t small_piece_at(const struct sf_small_world *world, uint32_t bytes,
                                      uint32_t piece)
{
    return (uint32_t)((uint64_t)bytes * piece / small_pieces(world));
}

/* ---- numbers.c: identities ---- */
/* By the world's numbering; `kind` is one of those of `opaque`. The index: a number, or that of its
 * owner << 32 and a count. */
uint64_t sf_small_identity(const struct small *small, const struct sf_opaque *opaque, uint32_t kind,
                           uint64_t index);
/* Whose session is it? SMALL_NONE for a number that never was one. */
uint32_t sf_small_session_viewer(const struct small *small, uint64_t token);

/* ---- host.c: what a cache may ask ---- */
static inline uint64_t small_number(const struct small *small, enum small_number kind,
                                    uint32_t owner, uint32_t count)
{
    return sf_small_identity(small, &small->numbers, (uint32_t)kind, (uint64_t)owner << 32 | count);
}
/* A session, as a viewer's count. */
static inline uint64_t small_token(const struct small *small, uint32_t viewer, uint32_t session)
{
    return sf_small_identity(small, &small->opaque, SF_OPAQUE_TOKEN,
                             (uint64_t)viewer << 32 | session);
}
/* Notes that the cache broke its contract; returns the code. */
int32_t sf_small_broken(struct small *small, int32_t code);
void sf_small_lend(struct small *small, uint32_t version);

/* Are both caches where they cannot reach this process's memory: built in, or in a box? */
static inline bool sf_small_is_boxed(const struct small *small)
{
    return small->modules[0].box != NULL || small->modules[1].box != NULL;
}

/* ---- versions.c: the life of caches ---- */
struct sf_cache_config;
bool sf_small_start(struct small *small, uint32_t node);
/* How much of the old version's state the new one is given. */
enum small_handed { SMALL_HANDED_ALL, SMALL_HANDED_CUT, SMALL_HANDED_NOTHING };
void sf_small_deploy(struct small *small, uint32_t node, enum small_handed handed);
void sf_small_node_lost(struct small *small, uint32_t node);
void sf_small_node_back(struct small *small, uint32_t node);
/* Destroys versions that have drained. */
void sf_small_sweep(struct small *small);
void sf_small_destroy_all(struct small *small);

/* ---- store.c: the shared store ---- */
/* SF_CACHE_DONE or SF_CACHE_E_BUSY. */
int32_t sf_small_store_start(struct small *small, uint32_t connection, bool put, const uint8_t *key,
                             uint32_t key_bytes, const uint8_t *bytes, uint32_t count,
                             int64_t ttl_ns, uint64_t cookie);
/* Replies to the oldest operation of the connection, which has one. */
void sf_small_store_reply(struct small *small, uint32_t connection, bool fails);
/* Forgets the operations of a connection. */
void sf_small_store_forget(struct small *small, uint32_t connection);

/* ---- stills.c: bytes with owners ---- */
/* Writes a still of the camera in these hands, or the rows of a delta, to small->scratch; returns
 * its length. */
uint32_t sf_small_still(struct small *small, uint32_t hands, uint32_t taken, uint32_t delta_rows);
uint64_t sf_small_validator(const struct small *small, uint32_t camera, uint32_t taken);
const char *sf_small_vary(const struct small *small, uint32_t camera);
/* Looks for bytes that are not of the requested camera, in the hands of its owner. */
void sf_small_judge(struct small *small, const struct small_request *request, const uint8_t *bytes,
                    uint32_t count);

/* ---- apply.c: what events do ---- */
/* The world at its beginning, with its first caches. False if a cache would not be created. */
bool sf_small_begin(struct small *small);
/* The event must be one of those that sf_small_enabled names. */
void sf_small_apply(struct small *small, struct sf_small_event event);
/* The same for any event: false, and nothing has happened, where it is not possible. */
bool sf_small_possible(const struct small *small, struct sf_small_event event);

/* ---- enabled.c: which events can happen now ---- */
enum { SMALL_ENABLED_MAX = 480 };
uint32_t sf_small_enabled(const struct small *small, struct sf_small_event *events_out);

/* ---- tell.c ---- */
/* Adds a line to the story, if one is wanted: `from` tells `to`, each enum small_lane. */
#define SMALL_TELL(small, from, to, ...)                       \
    do {                                                       \
        if (__builtin_expect((small)->told != NULL, 0)) {      \
            sf_small_tell((small), (from), (to), __VA_ARGS__); \
        }                                                      \
    } while (0)
__attribute__((format(printf, 4, 5))) void sf_small_tell(struct small *small, uint32_t from,
                                                         uint32_t to, const char *format, ...);
/* What is about to happen, as a line of the story. */
void sf_small_tell_event(struct small *small, struct sf_small_event event);

/* ---- heap.c ---- */
/* 1 while a cache runs: what it allocates comes from the heap that is saved and put back. */
extern int sf_small_heap_active;

static inline size_t sf_small_state_bytes(const struct small_state *state)
{
    return offsetof(struct small_state, pool) + state->pool_bytes;
}

/* A function of a cache that it may lack, or that its version of the header did not have. */
#define SMALL_PLUGIN(small, version) \
    ((small)->modules[(small)->state.versions[version].module].plugin)
#define SMALL_HAS(small, version, function)                  \
    ((small)->state.caches[version] != NULL &&               \
     SF_CACHE_HAS(SMALL_PLUGIN(small, version), function) && \
     SMALL_PLUGIN(small, version)->function != NULL)
#define SMALL_CALL(small, version, function, ...)                                                \
    do {                                                                                         \
        if (SMALL_HAS(small, version, function)) {                                               \
            sf_small_heap_active = (small)->uses_heap;                                           \
            SMALL_PLUGIN(small, version)->function((small)->state.caches[version], __VA_ARGS__); \
            sf_small_heap_active = 0;                                                            \
        }                                                                                        \
    } while (0)

#endif
