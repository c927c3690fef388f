/* Messages between homes and the cloud: the kinds, and what each carries. The network moves them
 * and looks at the common part only; what becomes of a message that arrives is in routes.c. */
#ifndef STRAYFRAME_WORLD_MESSAGE_H
#define STRAYFRAME_WORLD_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/slots.h"
#include "harness/base/time.h"
#include "harness/cache/host.h"
#include "harness/content/contents.h"
#include "harness/net/transfer.h"
#include "harness/trace/record.h"

enum message_kind {
    MESSAGE_UPLOAD,         /* camera to cloud: a still that was not asked for */
    MESSAGE_FETCHED,        /* camera to cloud: a still that was asked for */
    MESSAGE_REQUEST,        /* viewer to cloud */
    MESSAGE_CANCEL,         /* viewer to cloud */
    MESSAGE_CLOSE,          /* viewer to cloud: the connection ends */
    MESSAGE_COMMAND,        /* cloud to camera: send a still */
    MESSAGE_ANSWER,         /* cloud to viewer */
    MESSAGE_RESET,          /* cloud to viewer: the connection is broken */
    MESSAGE_SIGN_IN,        /* viewer to cloud */
    MESSAGE_SESSION,        /* cloud to viewer: a new session */
    MESSAGE_DIRECT_REFUSAL, /* camera to cloud, for a viewer that asked the camera directly */
    MESSAGE_ERRAND,         /* camera to one of its other destinations */
    MESSAGE_UNCHANGED,      /* camera to cloud: its still is the one that the cloud knows */
    MESSAGE_KINDS_COUNT,
};

enum {
    CONTROL_BYTES = 64, /* a request, command, cancellation or answer without a picture */
    INLINE_WORDS = 1,   /* messages of up to 64 packets need no more */
};

/* ---- what each kind carries ---- */

struct upload_message {
    struct sf_cache_version *version; /* of the cache, which took it; NULL: none did */
    struct sf_cache_host_still still; /* what the camera says of it */
    struct sf_tenant_id owner;        /* of the camera, when it took the still */
    bool told;                        /* the cache knows that it has begun */
    bool ended;                       /* the cache knows that it has ended */
};

struct fetched_message {
    sf_handle fetch;
    struct sf_cache_host_still still; /* what the camera says of it */
};

struct request_message {
    struct sf_viewer_id viewer;
    uint32_t number; /* the viewer counts its requests */
    uint32_t connection;
    uint32_t range_offset;      /* how much of a still the viewer has already */
    struct sf_camera_id camera; /* that the viewer names */
    uint64_t validator;         /* of the still that it has, whole or in part; 0: none */
    struct sf_session_id session;
    uint64_t camera_id; /* of a direct request: how the viewer names the camera */
};

struct cancel_message {
    struct sf_viewer_id viewer;
    uint32_t number; /* of the request */
};

/* CLOSE, RESET. */
struct connection_message {
    struct sf_viewer_id viewer;
    uint32_t connection;
};

struct command_message {
    sf_handle fetch;
    uint64_t validator; /* of the still that the cloud has; 0: none */
    /* Of a direct request, where the camera decides whether to answer: */
    bool direct;
    struct sf_viewer_id asker;
    uint32_t number; /* of the asker's request */
    struct sf_session_id session;
    uint64_t camera_id; /* as the asker names the camera */
};

struct answer_message {
    struct sf_viewer_id viewer;
    uint32_t number;                  /* of the viewer's request */
    sf_handle request;                /* in the cloud; 0: it is gone already */
    struct sf_session_id session;     /* with which the viewer asked */
    struct sf_session_id session_new; /* to be used from now on */
    uint64_t validator;               /* of the still that comes; 0: none */
    struct sf_camera_id camera;       /* that the viewer named */
    uint32_t range_offset;            /* the bytes that come are those of the still from here on */
    uint32_t judged_bytes;            /* that had arrived when it was judged last */
    sf_ns arrived_at_ns;              /* when the latest fragment came */
    uint16_t said;                    /* by the cache: SF_FLAG_STALE, SF_FLAG_INCOMPLETE */
    uint8_t status;                   /* SF_CACHE_STATUS_... */
    uint8_t refusal;                  /* enum sf_authorisation_answer */
    bool picture;                     /* it has one: its content comes with the first bytes */
};

/* SIGN_IN, SESSION. */
struct session_message {
    struct sf_viewer_id viewer;
    struct sf_session_id session; /* SESSION: the new one */
};

struct refusal_message {
    sf_handle fetch;
    uint8_t reason; /* enum sf_authorisation_answer */
};

struct unchanged_message {
    sf_handle fetch;
};

/* ---- the common part ---- */

/* What leaves a home by this message, where a scenario states what may leave. */
struct exposure {
    enum sf_destination destination; /* NONE: not watched */
    uint32_t image_bytes;            /* how much of it is pictures, as measured */
};

struct message {
    struct sf_transfer transfer;
    struct sf_content *content; /* one reference; NULL: all that it says is in this struct, or the
                                   bytes come later */
    const uint8_t *bytes;       /* in `content`: those of this message */
    uint64_t *bits;             /* owned: the transfer's two bit sets; NULL: they are inline */
    uint64_t inline_bits[2 * INLINE_WORDS];
    sf_handle handle;
    sf_ns give_up_at_ns; /* when the sender stops repeating; 0: after a number of repeats */
    struct sf_home_id home;
    uint32_t capture; /* UPLOAD, FETCHED: number of the still, for the trace */
    /* Bytes of the last fragment that take no time on links: what a varied still has more than the
     * ordinary one. */
    uint32_t unpaid_bytes;
    struct exposure exposure;
    uint8_t kind;  /* enum message_kind */
    bool up;       /* home to cloud */
    bool begun;    /* some of it has arrived */
    bool in_parts; /* each packet is acknowledged: the sender waits for that before it has more */
    bool orphaned; /* down: the device that it is for has lost power since */
    union {
        struct upload_message upload;
        struct fetched_message fetched;
        struct request_message request;
        struct cancel_message cancel;
        struct connection_message connection; /* CLOSE, RESET */
        struct command_message command;
        struct answer_message answer;
        struct session_message session; /* SIGN_IN, SESSION */
        struct refusal_message refusal;
        struct unchanged_message unchanged;
    };
};

#endif
