/* Probes: things that ought to happen somewhere in a campaign, read from the trace. They judge
 * nothing. A campaign that never came past one has not tested what lies behind it, and says so. */
#ifndef STRAYFRAME_ORACLE_PROBES_H
#define STRAYFRAME_ORACLE_PROBES_H

#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/trace/record.h"

/* name, how many runs of a campaign must come past it, what it means. The quota is 0 where it takes
 * a cache that works that way (one that uses the shared store, say). */
#define SF_PROBES(X)                                                                               \
    X(HIT, "hit", 0, "a request is answered at once, from memory")                                 \
    X(STALE, "served-stale", 0, "an answer is said to be older than the cache would like")         \
    X(TWO_WAIT, "two-tenants-wait", 1, "two tenants wait for an answer at the same time")          \
    X(THREE_WAIT, "three-tenants-wait", 1, "three tenants wait at the same time")                  \
    X(MANY_WAIT, "many-tenants-wait", 0, "more than 256 tenants wait at the same time")            \
    X(SHARED_ASK, "two-ask-for-one-camera", 1,                                                     \
      "two viewers ask for one camera's still within a second")                                    \
    X(ON_ONE_CONNECTION, "two-requests-on-a-connection", 1,                                        \
      "requests of two tenants come in the same millisecond on one connection to the cache")       \
    X(MANY_UPLOADS, "many-uploads", 1, "more than 256 uploads are under way at once")              \
    X(REQUEST_CANCELLED, "request-cancelled", 1, "a viewer gives up before it is answered")        \
    X(VIEWER_LEFT, "viewer-left", 1, "a viewer leaves with its request open")                      \
    X(PARTIAL_SHOWN, "partial-shown", 1, "a display shows a part of a picture")                    \
    X(FETCH_ABANDONED, "fetch-abandoned", 1, "a fetch ends without a still")                       \
    X(FETCH_FAILED_WAIT, "fetch-failed-in-wait", 1,                                                \
      "a fetch ends without a still while a viewer waits for its camera")                          \
    X(FETCH_CANCELLED, "fetch-cancelled-in-flight", 0,                                             \
      "a fetch is cancelled while its still is on the way")                                        \
    X(AGED, "asked-after-aging", 1,                                                                \
      "a still is wanted when the first one of its camera is too old to pass as fresh")            \
    X(OLD_LATEST, "asked-when-latest-is-old", 1,                                                   \
      "a still is wanted when the latest one of its camera is too old to pass as fresh")           \
    X(LONG_SILENCE, "asked-after-65536-stills", 1,                                                 \
      "a camera is asked for when 65,536 stills have come since its own last one")                 \
    X(MEMORY_SHORT, "memory-short", 1,                                                             \
      "the stills of all cameras take three times as much as the cache may keep")                  \
    X(UPLOAD_ABANDONED, "upload-abandoned", 1, "an upload ends with bytes missing")                \
    X(LATE_FRAGMENT, "late-fragment", 1, "a fragment comes after its upload has ended")            \
    X(STORE_USED, "store-used", 0, "the cache uses the shared store")                              \
    X(RESUMED, "rest-asked-for", 0, "a viewer is answered with the rest of a still")               \
    X(STORE_LATE, "store-late", 0, "a reply of the store is late, by more than 200 ms")            \
    X(IDENTITY_FAILED, "identity-failed", 0, "the identity service fails to answer the cache")     \
    X(IDENTITY_LATE, "identity-late", 0,                                                           \
      "an answer of the identity service is late, by more than 200 ms")                            \
    X(RENEWED, "session-renewed", 0, "a viewer is given a new session with an answer")             \
    X(DEPLOY_IN_FLIGHT, "deploy-in-flight", 1, "a new version goes live while requests wait")      \
    X(BLOCK_IN_FLIGHT, "block-in-flight", 1, "the operator blocks while requests wait")            \
    X(UNLINK_IN_FLIGHT, "unlink-in-flight", 1, "a tenant unlinks while its request waits")         \
    X(NODE_IN_FLIGHT, "node-lost-in-flight", 1, "a node is lost while requests wait")              \
    X(CLOCK_STEPPED, "clock-stepped", 1, "the clock of a node steps")                              \
    X(CLOCK_SET_BACK, "clock-set-back", 1,                                                         \
      "the clock of a node is set back by ten seconds or less, and a still arrives within them")   \
    X(RECONFIGURED, "reconfigured", 1, "new options are pushed to a running cache")                \
    X(EXPORTED, "exported", 1, "owners ask for copies of their stills")                            \
    X(MASS_RETURN, "mass-return", 1, "half of the viewers ask within two seconds")                 \
    X(NETWORK_CHANGED, "network-changed", 1, "a network changes under way")                        \
    X(PACKET_LOST, "packet-lost", 1, "a packet is lost")                                           \
    X(PACKET_DUPLICATED, "packet-duplicated", 1, "a packet comes twice")                           \
    X(PACKET_CORRUPTED, "packet-corrupted", 1, "a packet is damaged")                              \
    X(PACKET_REORDERED, "packet-reordered", 1, "a packet overtakes another")                       \
    X(PACKET_OVER_LIMIT, "packet-over-limit", 1, "a queue overflows")                              \
    X(RECOVERED, "recovered", 1, "the network heals")                                              \
    X(FETCH_BUSY, "fetch-refused", 0, "a fetch is refused as busy")                                \
    X(TIMER_BUSY, "timer-refused", 0, "a timer is refused as busy")                                \
    X(CONNECTION_BUSY, "connection-refused", 0,                                                    \
      "a connection to the shared store is refused as busy")                                       \
    X(FORGET_CAMERA, "forget-camera", 1, "the cache is to forget a camera")                        \
    X(FORGET_ACCOUNT, "forget-account", 1, "the cache is to forget an owner")                      \
    X(FORGET_WAITING, "forget-in-flight", 1,                                                       \
      "the cache is to forget a camera while a request for it waits")                              \
    X(FORGET_UPLOADING, "forget-while-uploading", 1,                                               \
      "the cache is to forget a camera while a still of it is being uploaded")                     \
    X(FORGET_FETCHING, "forget-while-fetching", 0,                                                 \
      "the cache is to forget a camera that it fetches from")                                      \
    X(HANDED_CUT, "handed-over-cut", 0, "a state is handed over that is cut short")                \
    X(HANDED_FOREIGN, "handed-over-foreign", 0, "a state of a foreign cache is handed over")       \
    X(HANDED_VERSION, "handed-over-version", 0, "a state of another version is handed over")       \
    X(FLAPPING, "node-flaps", 1, "a node is lost three times within twenty seconds")               \
    X(REDEPLOYED, "deploy-on-deploy", 1,                                                           \
      "a version is replaced within three seconds, while requests wait")                           \
    X(DEPLOYED_HEALED, "deploy-after-heal", 1, "a version goes live after the network has healed") \
    X(LONG_STILL, "long-still", 1, "a camera takes a still of more than 8,192 bytes")              \
    X(LIVE, "live-viewing", 1, "a viewer is answered with five pictures within two seconds")       \
    X(ACCOUNT_WAITS, "two-cameras-of-an-account-wait", 1,                                          \
      "two cameras of one account are waited for at the same time")                                \
    X(GUEST_ASKS, "guest-asks", 1, "a guest asks the cache for a camera that is shared")           \
    X(UNSHARE_IN_FLIGHT, "unshare-in-flight", 1,                                                   \
      "a share is withdrawn while the guest's request for the camera waits")                       \
    X(OWNER_IN_FLIGHT, "owner-change-in-flight", 1,                                                \
      "a camera changes hands while a request for it waits")                                       \
    X(OWNER_SENDING, "owner-change-while-sending", 1,                                              \
      "a camera changes hands while an upload of it is under way")                                 \
    X(NEW_OWNER_ASKS, "new-owner-asks-soon", 1,                                                    \
      "a camera that has changed hands shortly after a whole still is asked for within 5 s")       \
    X(OLD_STILL_LANDS, "former-owners-still-lands", 1,                                             \
      "an upload that began under the former owner ends whole, and the new owner asks within 5 s") \
    X(NEW_OWNER_IN_FETCH, "new-owner-asks-in-fetch", 1,                                            \
      "a camera changes hands while the cache fetches from it, and is asked for within a second")  \
    X(OWNER_AND_GUEST, "owner-and-guest-wait", 1,                                                  \
      "an owner and a guest wait for one camera at the same time")                                 \
    X(SLOT_TRADED, "slot-traded", 1, "a slot is given to another camera of its account")

enum sf_probe {
#define X(id, name, quota, meaning) SF_PROBE_##id,
    SF_PROBES(X)
#undef X
        SF_PROBES_COUNT
};

const char *sf_probe_name(enum sf_probe probe);
const char *sf_probe_meaning(enum sf_probe probe);
/* Runs of a campaign that must come past it; 0: it depends on the cache. */
uint32_t sf_probe_quota(enum sf_probe probe);

struct sf_probes;

/* Memory from `arena`. */
struct sf_probes *sf_probes_create(struct sf_arena *arena, uint32_t homes_count);
/* Fits struct sf_trace_listener. */
void sf_probes_hear(void *probes, const struct sf_record *records, uint32_t count);
/* How often each was passed. */
void sf_probes_read(const struct sf_probes *probes, uint64_t counts_out[SF_PROBES_COUNT]);

#endif
