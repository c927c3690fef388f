/* What a world consists of: events, messages, homes, requests, and the world itself. Private to
 * harness/run, and included through world.h. */
#ifndef STRAYFRAME_WORLD_STATE_H
#define STRAYFRAME_WORLD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"
#include "harness/base/slots.h"
#include "harness/base/text.h"
#include "harness/cache/host.h"
#include "harness/frame/still.h"
#include "harness/net/netem_queue.h"
#include "harness/net/transfer.h"
#include "harness/judge/judge.h"
#include "harness/scenario/plan.h"
#include "harness/sim/queue.h"
#include "harness/sim/rng.h"
#include "harness/trace/trace.h"
#include "sim_camera/camera.h"
#include "sim_camera/errands.h"
#include "sim_camera/still_config.h"
#include "sim_cloud/balancer.h"
#include "sim_cloud/authorisation.h"
#include "sim_cloud/sessions.h"
#include "sim_cloud/store.h"
#include "sim_hub/exporter.h"
#include "sim_hub/viewer.h"

enum event_kind {
    EVENT_FRAGMENT,        /* a, b message; small fragment */
    EVENT_FRAGMENT_BROKEN, /* the same, with a wrong checksum */
    EVENT_ACK,             /* a, b message */
    EVENT_ACK_BROKEN,
    EVENT_RESEND,          /* a, b message */
    EVENT_SEND_LIMIT,      /* a, b message: the camera gives up */
    EVENT_UPLOAD_TIME_OUT, /* a, b message: the cloud gives up */
    EVENT_REQUEST_LIMIT,   /* a, b request: the cloud gives up */
    EVENT_FETCH_LIMIT,     /* a, b fetch */
    EVENT_CAMERA_TICK,     /* target home */
    EVENT_VIEWER_TICK,     /* target home; small which viewer */
    EVENT_CACHE_TIMER,     /* a, b the host's timer */
    EVENT_STORE_ARRIVE,    /* a, b operation */
    EVENT_STORE_REPLY,     /* a, b operation */
    EVENT_TIMELINE,        /* a index, b how often it has happened already */
    EVENT_END,
    EVENT_IDENTITY,      /* a, b the world's question; small it has failed */
    EVENT_SESSION_LIMIT, /* a, b session: it expires */
    EVENT_ERRAND_TICK,   /* target home; small which errand */
    EVENT_LINK_STATE,    /* target link; a network, small its state that ends, b change of the link
                            that began it */
    EVENT_LINK_OPENS,    /* target link: packets that wait in it may leave */
};

enum {
    VIEWER_HUB = SF_VIEWER_IS_HUB,
    VIEWER_APP = SF_VIEWER_IS_APP,
    VIEWER_EXPORT = SF_VIEWER_IS_EXPORT,
    VIEWERS_PER_HOME = SF_VIEWERS_PER_HOME,
};

enum message_kind {
    MESSAGE_UPLOAD,         /* camera to cloud: a still by itself */
    MESSAGE_FETCHED,        /* camera to cloud: a still that was asked for; subject is the fetch */
    MESSAGE_REQUEST,        /* viewer to cloud */
    MESSAGE_CANCEL,         /* viewer to cloud */
    MESSAGE_CLOSE,          /* viewer to cloud: the connection ends */
    MESSAGE_COMMAND,        /* cloud to camera: send a still; subject is the fetch */
    MESSAGE_ANSWER,         /* cloud to viewer; subject is the request's number for the viewer */
    MESSAGE_RESET,          /* cloud to viewer: the connection is broken */
    MESSAGE_SIGN_IN,        /* viewer to cloud */
    MESSAGE_SESSION,        /* cloud to viewer */
    MESSAGE_DIRECT_REFUSAL, /* camera to cloud, for a viewer; subject is the fetch */
    MESSAGE_ERRAND,         /* camera to one of its destinations */
    MESSAGE_UNCHANGED, /* camera to cloud: what was asked for is known already; subject the fetch */
};

enum {
    CONTROL_BYTES = 64, /* a request, command, cancellation or answer without a picture */
    ACK_BYTES = 16,
    INLINE_WORDS = 1, /* messages of up to 64 packets without a payload need no more */
};

/* Bytes on their way, with the two bit sets of their transfer before them. */
struct payload {
    struct payload *next_free;
    uint64_t *arrived;
    uint64_t *acked;
    uint8_t *bytes; /* `capacity` of them */
    uint32_t capacity;
    uint64_t bits[];
};

struct message {
    struct sf_transfer transfer;
    struct payload *payload; /* NULL: no content anyone looks at */
    uint64_t inline_bits[2 * INLINE_WORDS];
    uint64_t subject;
    sf_handle handle;
    struct sf_cache_version *version; /* UPLOAD: who took it */
    sf_ns give_up_at_ns; /* the sender's patience ends; 0: after so many repeats only */
    uint32_t home;
    uint32_t capture;      /* UPLOAD, FETCHED */
    uint32_t connection;   /* REQUEST, CLOSE, RESET */
    uint32_t number;       /* REQUEST, CANCEL, ANSWER: of the viewer's request */
    uint32_t judged_count; /* ANSWER: fragments that had arrived when it was judged last */
    sf_ns arrived_at_ns;   /* ANSWER: when a fragment came last that was not there before */
    uint8_t kind;          /* enum message_kind */
    uint8_t viewer;        /* which of the home's viewers */
    bool up;               /* home to cloud */
    bool begun;            /* the receiver knows of it */
    bool ended;            /* UPLOAD: its end was told */
    bool picture;          /* ANSWER: it has one */
    bool orphaned;         /* down: the device that it was for has lost power since */
    uint64_t session;      /* REQUEST: with which it is asked; SESSION: the new one */
    uint64_t camera_id;    /* REQUEST, COMMAND of a direct ask: as the viewer named it */
    uint8_t refusal;       /* ANSWER, DIRECT_REFUSAL: enum sf_authorisation_answer */
    bool direct;           /* COMMAND: the camera decides whether to answer; `session` is the
                              asker's */
    uint32_t asker;        /* COMMAND of a direct ask: number of the viewer in the trace */
    uint8_t destination;   /* enum sf_destination; NONE also where nobody looks at what leaves */
    uint32_t image_bytes;  /* how much of what goes to the destination is pictures, as measured */
    struct sf_cache_host_still still; /* UPLOAD, FETCHED: what the camera says of it */
    uint64_t validator;               /* REQUEST, COMMAND: of what is known already; ANSWER: of what
                                         comes; 0: none */
    uint32_t range_offset; /* REQUEST: how much of it is there; ANSWER: what comes begins here */
    uint64_t new_session;  /* ANSWER: to be used from now on; 0 */
    uint16_t said;         /* ANSWER: SF_FLAG_STALE, SF_FLAG_INCOMPLETE */
    uint8_t status;        /* ANSWER: SF_CACHE_STATUS_... */
    bool in_parts;         /* ANSWER: each packet is acknowledged, for the rest waits for that */
};

/* What a viewer keeps of what it was given, for its next request. */
struct holding {
    uint8_t *bytes; /* owned; NULL: nothing */
    uint32_t count;
    uint64_t validator; /* 0: nothing that it could say */
    bool whole;         /* a still that it has shown; or the beginning of one */
};

struct viewer_state {
    struct sf_viewer viewer;
    struct sf_rng rng;
    sf_ns tick_at_ns;
    sf_handle answer;        /* the message with the answer to the request under way; 0 */
    sf_handle cloud_request; /* the latest request that the cloud has of this viewer; 0 */
    uint32_t closed;         /* the latest connection of which the cloud knows that it is closed */
    bool present;
    uint64_t session; /* the latest that it was given; 0: none */
    struct holding holding;
};

struct home {
    struct sf_netem up;
    struct sf_netem down;
    struct sf_camera camera;
    struct sf_rng camera_rng;
    sf_ns camera_tick_at_ns;
    struct viewer_state viewers[VIEWERS_PER_HOME];
    uint32_t number; /* in the plan: see sf_plan_group_number */
    uint32_t group;
    uint32_t network;
    uint32_t scene;
    char camera_name[32]; /* as its stills show it */
    bool powered;
    uint32_t firmware;    /* version */
    sf_ns clock_ahead_ns; /* of the camera's clock; negative: behind */
    enum sf_consent consent;
    sf_ns errand_at_ns[SF_ERRANDS_COUNT]; /* when each is run next */
    uint8_t *sent; /* the still that the camera uploaded last; NULL where it sends no deltas */
    uint32_t sent_bytes;
    uint64_t validator; /* of the camera's latest still; 0: none yet */
    uint32_t serial;    /* of the camera: the number of the first home whose camera has it too */
};

struct request {
    sf_handle handle;
    sf_handle older;          /* the one before it of the same viewer; 0 */
    sf_handle asked_of_cache; /* the host's handle; 0 */
    sf_handle fetch;          /* the app's own path; 0 */
    sf_handle answer;         /* the message, once it is being answered; 0 */
    uint64_t session;         /* with which it was asked; 0: none */
    uint32_t home;
    uint32_t camera;
    uint32_t number;
    uint8_t viewer;
    bool integration;
    bool answered;
    uint32_t connection;
    uint32_t node;      /* of the cache; SF_NOBODY: all were lost. The app's path has none */
    bool direct;        /* the camera is asked and decides; the front door has no part in it */
    uint64_t camera_id; /* direct: as the viewer named it */
    bool export_job;
    uint16_t said;           /* by the cache, of its answer: SF_FLAG_STALE, SF_FLAG_INCOMPLETE */
    uint32_t range_offset;   /* what the viewer has of a still already */
    uint64_t holds;          /* with this validator; 0: nothing */
    uint64_t said_validator; /* of the answer's still, by the cache */
    uint64_t said_session;   /* for the viewer, by the cache; 0 */
};

struct fetch {
    sf_handle host_fetch; /* the cache's; 0: the app's path, then `request` */
    sf_handle request;
    sf_handle reply; /* the message with the still; 0 until the camera has answered */
    uint32_t camera;
};

/* To the identity service. */
struct question {
    sf_handle host_question;
    uint64_t session;
    sf_ns late_ns; /* what the answer takes beyond the rule */
};

struct store_operation {
    uint8_t *bytes; /* of the value to put, or of the reply; freed with the operation */
    uint32_t bytes_count;
    uint32_t version;
    uint64_t connection;
    uint64_t cookie;
    uint32_t status;
    uint32_t key_bytes;
    sf_ns ttl_ns;
    sf_ns reply_due_ns; /* 0: it has not arrived at the store yet */
    bool put;
    uint8_t key[SF_CACHE_KEY_BYTES_MAX];
};

/* A link that holds packets back; see world_queued.c. */
struct slotted_link {
    struct sf_netem_queue queue; /* its storage is owned */
    sf_ns wake_ns;               /* the earliest EVENT_LINK_OPENS that waits; SF_NS_NEVER */
};

struct world {
    const struct sf_plan *plan; /* borrowed for the run */
    const struct sf_cache_module
        *modules; /* the first cache, then one for each entry of the time line */
    struct sf_cloud_config cloud;
    struct sf_camera_config cameras[SF_GROUPS_MAX];
    struct sf_viewer_config viewers[SF_GROUPS_MAX][VIEWERS_PER_HOME];
    uint16_t still_width_px;
    uint16_t still_height_px;
    uint8_t still_quality;
    uint32_t still_bytes_max;
    uint8_t *still_scratch; /* still_bytes_max long */
    uint64_t seed;

    struct sf_arena arena;
    struct sf_queue queue;
    struct sf_trace trace;
    struct sf_authorisation door;
    struct sf_store store;
    struct sf_rng store_rng;
    struct sf_rng store_slow_rng;
    struct sf_cache_host_state host;
    struct sf_cache_services services;
    struct sf_slots messages;
    struct sf_slots requests;
    struct sf_slots fetches;
    struct sf_slots operations;
    struct payload *payloads_free;
    uint32_t payload_capacity;

    struct home *homes;
    uint32_t homes_count;
    struct slotted_link *
        *queued; /* by link, NULL for one that holds nothing back; NULL: none does */
    struct sf_slots slotted_packets;
    uint32_t healthy_network; /* what the heal brings, or what is called "good"; UINT32_MAX */
    bool ended;

    struct sf_book *book; /* owned: all captures of the run */
    struct sf_judge judge;
    struct sf_byte_range *ranges; /* room for what arrived of one answer */
    uint32_t ranges_capacity;
    struct sf_text log;  /* what caches said, a line each; cut at 64 KiB */
    uint64_t strays_max; /* the run ends with this stray; 0: no bound */
    uint32_t state[64];  /* what caches reported of themselves: see sf_runner_states */
    uint64_t events_count;

    struct sf_balancer balancer;
    struct sf_sessions sessions;
    struct sf_slots questions;
    struct sf_rng identity_rng;
    struct sf_rng identity_slow_rng;
    uint8_t *stitched; /* room for a picture that came in two answers */
    uint32_t stitched_capacity;
    bool identity_off;
    bool store_off;
    bool exposure_watched; /* the scenario concerns itself with what leaves homes */
};

#endif
