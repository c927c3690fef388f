#include "sim_cloud/config.h"

#include "harness/base/bounds.h"
#include "harness/base/time.h"

static const char *const balances[] = {"connection", "request", "camera", NULL};

static const struct sf_param params[] = {
    {"request_deadline", SF_PARAM_DURATION, 4 * SF_SECOND, 10 * SF_MS, SF_MINUTE, NULL,
     "a request has to be answered this long after it arrived"},
    {"upload_time_out", SF_PARAM_DURATION, 5 * SF_SECOND, 10 * SF_MS, SF_MINUTE, NULL,
     "an upload that is not complete by then counts as abandoned"},
    {"resend_after", SF_PARAM_DURATION, 700 * SF_MS, SF_MS, SF_MINUTE, NULL,
     "a packet that was not acknowledged is sent again after this long"},
    {"resends_max", SF_PARAM_COUNT, 4, 0, 100, NULL, "and at most this many times"},
    {"cache_capacity_bytes", SF_PARAM_COUNT, 64 << 20, 1 << 10, (int64_t)1 << 36, NULL,
     "how much the cache is told it may keep"},
    {"store_latency", SF_PARAM_DURATION, SF_MS, 0, SF_MINUTE, NULL,
     "one way, between a cache node and the shared store"},
    {"store_loss", SF_PARAM_PPM, 0, 0, 1000000, NULL,
     "share of the store's operations that fail after the way there and back"},
    {"store_slow_share", SF_PARAM_PPM, 0, 0, 1000000, NULL,
     "share of the store's replies that are late"},
    {"store_slow", SF_PARAM_DURATION, 500 * SF_MS, SF_MS, SF_MINUTE, NULL,
     "and by how much, uniform from half of it to all of it"},
    {"kill_switch_grace", SF_PARAM_DURATION, 6 * SF_SECOND, 0, SF_MINUTE, NULL,
     "what was on its way before the block may still arrive for this long"},
    {"recover_within", SF_PARAM_DURATION, SF_MINUTE, SF_SECOND, SF_HOUR, NULL,
     "after the heal each owner who asks must see its own frame within this long"},
    {"nodes", SF_PARAM_COUNT, 1, 1, SF_NODES_MAX, NULL, "how many nodes the cache has"},
    {"front_door_open", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: the front door authorises nobody and lets everybody in"},
    {"kill_switch_broken", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: the operator's block is not obeyed"},
    {"balance", SF_PARAM_CHOICE, 0, 0, 0, balances,
     "nodes in turn for each connection of a viewer, for each request, or one node for each "
     "camera"},
    {"identity_latency", SF_PARAM_DURATION, 5 * SF_MS, 0, SF_MINUTE, NULL,
     "from a question to the identity service until its answer"},
    {"identity_failure", SF_PARAM_PPM, 0, 0, 1000000, NULL,
     "share of the questions to the identity service that fail"},
    {"identity_slow_share", SF_PARAM_PPM, 0, 0, 1000000, NULL,
     "share of the identity service's answers that are late"},
    {"identity_slow", SF_PARAM_DURATION, 500 * SF_MS, SF_MS, SF_MINUTE, NULL,
     "and by how much, uniform from half of it to all of it"},
    {"identity_time_out", SF_PARAM_DURATION, 2 * SF_SECOND, SF_MS, SF_MINUTE, NULL,
     "a question to an identity service that is off fails after this long"},
    {"session_life", SF_PARAM_DURATION, 0, 0, 366 * 24 * SF_HOUR, NULL,
     "a viewer's session expires this long after it signed in; 0s: only when the time line says "
     "so"},
    {"unlink_grace", SF_PARAM_DURATION, 6 * SF_SECOND, 0, SF_MINUTE, NULL,
     "what was on its way to a hub when its owner unlinked may still arrive for this long"},
    {"consent_grace", SF_PARAM_DURATION, 6 * SF_SECOND, 0, SF_MINUTE, NULL,
     "images may still leave a home for this long after its owner withdrew consent, or unlinked"},
    {"expired_honoured", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: the front door honours a session that has expired"},
    {"unlink_broken", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: an owner's unlinking is not obeyed"},
    {"fresh_within", SF_PARAM_DURATION, 0, 0, 24 * SF_HOUR, NULL,
     "a picture that is answered and not flagged as stale is at most this old; 0s: not wanted"},
    {"renew_every", SF_PARAM_COUNT, 0, 0, 1 << 20, NULL,
     "the front door renews a viewer's session with each answer to so many requests; 0: never"},
    {"limit_broken", SF_PARAM_BOOL, 0, 0, 0, NULL,
     "a planted fault: a request that nobody answers is never ended"},
};

_Static_assert(sizeof(struct sf_cloud_config) == sizeof params / sizeof params[0] * sizeof(int64_t),
               "one member for each parameter");

const struct sf_param_table sf_cloud_param_table = {"cloud", "the vendor's cloud", params,
                                                    sizeof params / sizeof params[0]};
