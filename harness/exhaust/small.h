/* A small world: a few tenants with a camera each, their viewers, and the cache under test, with no
 * network and no pictures. A still is a row of bytes, each of which says by its value whose it is.
 * This header describes such a world and the events that can happen in it; it runs nothing. */
#ifndef STRAYFRAME_EXHAUST_SMALL_H
#define STRAYFRAME_EXHAUST_SMALL_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"

enum {
    SF_SMALL_TENANTS_MAX = 3,
    SF_SMALL_CAMERAS_MAX = 4, /* of all tenants */
    SF_SMALL_HANDS_MAX = 8,   /* whose hands cameras are in: each is sold once at most */
    SF_SMALL_NODES_MAX = 2,
    SF_SMALL_EVENTS_MAX = 24, /* of one order */
    SF_SMALL_STILL_BYTES_MAX = 24576,
    SF_SMALL_PIECES_MAX = 3,
    SF_SMALL_NAME_BYTES = 24,
    SF_SMALL_TEXT_BYTES = 256,
};

/* Which events a world has beside uploads, requests and the ends of fetches. */
enum sf_small_family {
    SF_SMALL_CUT = 1 << 0,         /* uploads that break off half way */
    SF_SMALL_PARTS = 1 << 1,       /* uploads piece by piece: out of order, twice, late */
    SF_SMALL_DELTA = 1 << 2,       /* cameras that send rows only, and captures that are lost */
    SF_SMALL_CANCEL = 1 << 3,      /* requests that their viewers cancel */
    SF_SMALL_CONNECTION = 1 << 4,  /* connections that close, and new ones */
    SF_SMALL_SLOW = 1 << 5,        /* viewers that take an answer later; otherwise at once */
    SF_SMALL_FETCH_PARTS = 1 << 6, /* fetches piece by piece */
    SF_SMALL_STORE = 1 << 7,       /* the store replies later, or fails; otherwise at once */
    SF_SMALL_IDENTITY =
        1 << 8,             /* the identity service answers later, or fails; otherwise at once */
    SF_SMALL_TIME = 1 << 9, /* the next timer, and waits */
    SF_SMALL_INVALIDATE = 1 << 10, /* of each scope */
    SF_SMALL_RECONFIGURE = 1 << 11,
    SF_SMALL_DEPLOY = 1 << 12,    /* hand-over to the other version */
    SF_SMALL_NODE = 1 << 13,      /* a node is lost, and comes back */
    SF_SMALL_CLOCK = 1 << 14,     /* a node's wall clock steps */
    SF_SMALL_DEVICE = 1 << 15,    /* cameras restart, or get newer firmware */
    SF_SMALL_EXPORT = 1 << 16,    /* export jobs */
    SF_SMALL_APP = 1 << 17,       /* requests of the app, beside those of the integration */
    SF_SMALL_RANGE = 1 << 18,     /* viewers who are interrupted, and go on from there */
    SF_SMALL_SETTLE = 1 << 19,    /* everything under way arrives, as one event */
    SF_SMALL_SALE = 1 << 20,      /* cameras get another owner */
    SF_SMALL_GUEST = 1 << 21,     /* viewers of the next tenant, with whom a camera is shared */
    SF_SMALL_SLOTS = 1 << 22,     /* owners rearrange their cameras */
    SF_SMALL_STATE = 1 << 23,     /* deploys that hand over a state that is cut short, or none */
    SF_SMALL_UNDER_WAY = 1 << 24, /* uploads that are under way for a while */
    SF_SMALL_ALL = (1 << 25) - 1,
};

/* What identities look like. A cache may not read anything into them, so each way is as good as any
 * other; all but the first have something in common that a short cut would stumble over. */
enum sf_small_numbering {
    SF_SMALL_NUMBERS_MIXED, /* as the gate's: a bijection that the seed decides */
    SF_SMALL_NUMBERS_LOW16, /* those of a kind have their low 16 bits in common */
    SF_SMALL_NUMBERS_LOW32,
    SF_SMALL_NUMBERS_HIGH32,
    SF_SMALL_NUMBERS_COUNTED, /* 1, 2, 3 ... for each kind */
    SF_SMALL_NUMBERS_DECIMAL, /* tenants 1 and 11, cameras 11 and 1: written in a row, the same */
    SF_SMALL_NUMBERINGS_COUNT
};

struct sf_small_world {
    char name[SF_SMALL_NAME_BYTES];
    uint32_t tenants;
    uint32_t cameras;         /* dealt out to the tenants in turn; at least one each */
    uint32_t nodes;           /* of the cache */
    uint32_t still_bytes;     /* of the first tenant's stills */
    uint32_t still_step;      /* each further tenant's are longer by so much */
    uint32_t still_turn;      /* every other still of a camera is longer by so much */
    uint32_t rows;            /* of a still, with JPEG's markers; 0: bytes only */
    uint32_t pieces;          /* in which stills arrive piece by piece; 0: 2 */
    uint32_t capacity_stills; /* the cache's capacity in stills; 0: plenty */
    uint32_t tick_ms;         /* how long each event takes */
    bool validator_is_size;   /* poor firmware; else validators are made of the content */
    bool serial_shared;       /* all cameras were made with one number */
    bool is_private;
    bool viewers_keep;  /* viewers say the validator of the still that they hold */
    bool renews;        /* each request renews its session */
    bool names_jpg;     /* viewers call their stills "porch.jpg" */
    bool front_door;    /* all requests come on one connection, which stays open */
    uint32_t numbering; /* enum sf_small_numbering */
    uint32_t families;  /* SF_SMALL_... */
    /* How often at most in one order; 0: no limit. */
    uint32_t uploads_max;  /* for each tenant */
    uint32_t requests_max; /* for each tenant */
    uint32_t waits_max;
    uint32_t
        others_max; /* events that are neither of these nor the end of one: deploys, losses ... */
    /* How many the host allows at once, and refuses a further one as busy; 0: what its tables take.
     */
    uint32_t fetches_max;
    uint32_t timers_max;
    uint32_t connections_max; /* of each node, to the shared store */
};

/* One line an event: its symbol, its word in a file, what its numbers mean (see
 * struct sf_small_event), and how many of them there are. */
#define SF_SMALL_EVENTS(X)                                  \
    X(UPLOAD, "upload", CAMERA, NONE)                       \
    X(UPLOAD_CUT, "upload-cut", CAMERA, NONE)               \
    X(UPLOAD_DELTA, "upload-delta", CAMERA, NONE)           \
    X(CAPTURE_LOST, "capture-lost", CAMERA, NONE)           \
    X(UPLOAD_BEGIN, "upload-begin", CAMERA, NONE)           \
    X(UPLOAD_PART, "upload-part", UPLOAD, PART)             \
    X(UPLOAD_REST, "upload-rest", UPLOAD, NONE)             \
    X(UPLOAD_COMPLETE, "upload-complete", UPLOAD, NONE)     \
    X(UPLOAD_ABANDON, "upload-abandon", UPLOAD, NONE)       \
    X(REQUEST, "request", CAMERA, HOW)                      \
    X(CANCEL, "cancel", REQUEST, NONE)                      \
    X(CLOSE, "close", REQUEST, NONE)                        \
    X(TAKE, "take", REQUEST, NONE)                          \
    X(FETCH_DONE, "fetch-done", FETCH, NONE)                \
    X(FETCH_FAIL, "fetch-fail", FETCH, NONE)                \
    X(FETCH_PART, "fetch-part", FETCH, PART)                \
    X(STORE_REPLY, "store-reply", CONNECTION, NONE)         \
    X(STORE_FAIL, "store-fail", CONNECTION, NONE)           \
    X(IDENTITY_KNOWN, "identity-known", QUESTION, NONE)     \
    X(IDENTITY_UNKNOWN, "identity-unknown", QUESTION, NONE) \
    X(IDENTITY_FAIL, "identity-fail", QUESTION, NONE)       \
    X(SETTLE, "settle", NONE, NONE)                         \
    X(TIMER, "timer", NONE, NONE)                           \
    X(WAIT, "wait", LAPSE, NONE)                            \
    X(INVALIDATE_CAMERA, "invalidate-camera", CAMERA, NONE) \
    X(INVALIDATE_TENANT, "invalidate-tenant", TENANT, NONE) \
    X(INVALIDATE_LINK, "invalidate-link", TENANT, NONE)     \
    X(RECONFIGURE, "reconfigure", NONE, NONE)               \
    X(DEPLOY, "deploy", NODE, NONE)                         \
    X(NODE_LOST, "node-lost", NODE, NONE)                   \
    X(NODE_BACK, "node-back", NODE, NONE)                   \
    X(CLOCK_BACK, "clock-back", NODE, NONE)                 \
    X(CLOCK_FORWARD, "clock-forward", NODE, NONE)           \
    X(RESTART, "restart", CAMERA, NONE)                     \
    X(FIRMWARE, "firmware", CAMERA, NONE)                   \
    X(SALE, "sale", CAMERA, NONE)                           \
    X(TRADE_SLOTS, "trade-slots", TENANT, NONE)             \
    X(DEPLOY_CUT, "deploy-cut", NODE, NONE)                 \
    X(DEPLOY_BARE, "deploy-bare", NODE, NONE)

enum sf_small_kind {
#define SF_SMALL_EVENT_KIND(SYMBOL, WORD, A, B) SF_SMALL_##SYMBOL##_EVENT,
    SF_SMALL_EVENTS(SF_SMALL_EVENT_KIND)
#undef SF_SMALL_EVENT_KIND
        SF_SMALL_KINDS_COUNT
};

/* What an event's number stands for. */
enum sf_small_operand {
    SF_SMALL_OF_NONE,
    SF_SMALL_OF_CAMERA, /* from 0 */
    SF_SMALL_OF_TENANT, /* from 0 */
    SF_SMALL_OF_NODE,   /* from 0 */
    SF_SMALL_OF_UPLOAD, /* its place in the host's table, as for the next three, and for requests */
    SF_SMALL_OF_FETCH,
    SF_SMALL_OF_CONNECTION, /* to the store */
    SF_SMALL_OF_QUESTION,   /* to the identity service */
    SF_SMALL_OF_REQUEST,
    SF_SMALL_OF_HOW,   /* SF_SMALL_ASK_... */
    SF_SMALL_OF_PART,  /* from 0: which piece */
    SF_SMALL_OF_LAPSE, /* into sf_small_lapse_ns */
};

/* How a request is made: bits of `b`; the node that it goes to is `c`. */
enum {
    SF_SMALL_ASK_PATH = 3,        /* SF_CACHE_PATH_... - 1: integration, app, export */
    SF_SMALL_ASK_NEW = 4,         /* on a new connection; else on the viewer's open one */
    SF_SMALL_ASK_INTERRUPTED = 8, /* its viewer gets the first half of the answer only */
    SF_SMALL_ASK_GUEST = 16,      /* by the guest with whom the camera is shared */
};

struct sf_small_event {
    uint8_t kind; /* enum sf_small_kind */
    uint8_t a;
    uint8_t b;
    uint8_t c;
};

enum { SF_SMALL_LAPSES_COUNT = 3 };
/* 2 s, 30 s, 10 minutes: past a patience, past a freshness, past everything. */
extern const sf_ns sf_small_lapse_ns[SF_SMALL_LAPSES_COUNT];

/* An order: the events of one run of a small world. */
struct sf_small_order {
    uint32_t count;
    struct sf_small_event events[SF_SMALL_EVENTS_MAX];
};

const char *sf_small_kind_word(uint32_t kind);
enum sf_small_operand sf_small_kind_operand(uint32_t kind);
enum sf_small_operand sf_small_kind_operand_2(uint32_t kind);

/* The tenant that has it at the beginning. */
static inline uint32_t sf_small_tenant_of(const struct sf_small_world *world, uint32_t camera)
{
    return camera % world->tenants;
}

/* Guests are of the next tenant, and cameras are sold to it. */
static inline uint32_t sf_small_next_tenant(const struct sf_small_world *world, uint32_t tenant)
{
    return (tenant + 1) % world->tenants;
}

/* Content says by its value in whose hands which camera was when it was taken: the number of the
 * camera, plus that of all cameras once it was sold. */
static inline uint32_t sf_small_camera_in(const struct sf_small_world *world, uint32_t hands)
{
    return hands % world->cameras;
}
static inline uint32_t sf_small_owner_in(const struct sf_small_world *world, uint32_t hands)
{
    uint32_t first = sf_small_tenant_of(world, sf_small_camera_in(world, hands));
    return hands < world->cameras ? first : sf_small_next_tenant(world, first);
}

#endif
