/* The state of the cloud wing: requests, fetches, what is on its way to and from the services, and
 * the host of the cache. */
#ifndef STRAYFRAME_WORLD_CLOUD_STATE_H
#define STRAYFRAME_WORLD_CLOUD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/slots.h"
#include "harness/base/text.h"
#include "harness/cache/host.h"
#include "harness/sim/rng.h"
#include "sim_cloud/balancer.h"
#include "sim_cloud/store.h"

struct request {
    sf_handle handle;
    sf_handle older;              /* the one before it of the same viewer; 0 */
    sf_handle asked_of_cache;     /* the host's handle; 0 */
    sf_handle fetch;              /* where the cache has no part in it; 0 */
    sf_handle answer;             /* the message, once it is being answered; 0 */
    struct sf_session_id session; /* with which it was asked */
    struct sf_viewer_id viewer;
    struct sf_camera_id camera;
    struct sf_camera_id
        named;       /* by the viewer, who may have brought a session of another account */
    uint32_t number; /* the viewer counts its requests */
    uint32_t connection;
    uint32_t front;         /* the connection of the front door to the node; 0: none of its own */
    struct sf_node_id node; /* of the cache; none: all were lost. The app's path has none */
    bool answered;
    bool direct;             /* the camera decides; the front door has no part in it */
    uint64_t camera_id;      /* direct: how the viewer names the camera */
    uint32_t range_offset;   /* how much of a still the viewer has already */
    uint64_t holds;          /* with this validator; 0: nothing */
    uint16_t said;           /* by the cache, of its answer: SF_FLAG_STALE, SF_FLAG_INCOMPLETE */
    uint64_t said_validator; /* by the cache, of the answer's still */
    struct sf_session_id said_session; /* by the cache, for the viewer */
};

struct fetch {
    sf_handle host_fetch; /* the cache's; 0: `request` wants it */
    sf_handle request;
    sf_handle reply; /* the message with the still; 0 until some of it has arrived */
    struct sf_camera_id camera;
};

/* To the identity service. */
struct question {
    sf_handle host_question;
    struct sf_session_id session;
    sf_ns late_ns; /* what the answer takes beyond the rule */
};

/* Of the shared store. */
struct store_operation {
    uint8_t *bytes; /* owned: the value to put, or the reply */
    uint32_t bytes_count;
    uint32_t version;
    uint64_t connection;
    uint64_t cookie;
    uint32_t begun_for; /* as in struct sf_cache_cause */
    uint32_t status;
    uint32_t key_bytes;
    sf_ns ttl_ns;
    sf_ns reply_due_ns; /* 0: it has not arrived at the store yet */
    bool put;
    uint8_t key[SF_CACHE_KEY_BYTES_MAX];
};

/* What the cloud knows of a viewer. */
struct cloud_viewer {
    sf_handle latest;           /* its latest open request; 0 */
    uint32_t closed_connection; /* the latest that the viewer has closed; 0 */
};

enum { CLOUD_STATES_COUNT = 64 };

struct cloud {
    const struct sf_cache_module *modules; /* borrowed: the first cache, then one for each entry of
                                              the time line */
    struct sf_cache_host_state host;
    struct sf_cache_services services;
    struct sf_balancer balancer;
    struct cloud_viewer *viewers; /* by viewer */
    struct sf_slots requests;
    struct sf_slots fetches;
    struct sf_rng fetch_rng;

    struct sf_store store;
    struct sf_slots operations;
    struct sf_rng store_rng;
    struct sf_rng store_slow_rng;
    bool store_off;

    struct sf_slots questions;
    struct sf_rng identity_rng;
    struct sf_rng identity_slow_rng;
    bool identity_off;

    bool forgets; /* the time line tells the cache to forget: then fetches say what they bring */

    struct sf_text log;                  /* what caches said, a line each; cut at 64 KiB */
    uint32_t states[CLOUD_STATES_COUNT]; /* what caches reported of themselves: sf_world_states */
};

/* The app's path passes the cache by. */
static inline bool request_uses_cache(const struct request *request)
{
    return sf_viewer_path(request->viewer) != SF_VIEWER_PATH_APP;
}

static inline bool request_is_integration(const struct request *request)
{
    return sf_viewer_path(request->viewer) == SF_VIEWER_PATH_INTEGRATION;
}

#endif
