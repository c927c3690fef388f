/* What a scenario can say of the cloud. */
#ifndef STRAYFRAME_SIM_CLOUD_CONFIG_H
#define STRAYFRAME_SIM_CLOUD_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

enum { SF_CAPACITY_BYTES_USUAL = 64 << 20 };

/* The keys; see harness/scenario/param.h. `balance` is an enum sf_balance (sim_cloud/balancer.h).
 */
/* clang-format off */
#define SF_CLOUD_PARAMS(X)                                                                         \
    X(DURATION, request_deadline, 4 * SF_SECOND, 10 * SF_MS, SF_MINUTE,                            \
      "a request has to be answered this long after it arrived",                                   \
      SF_DRAWN(1, 2 * SF_SECOND, 500 * SF_MS, 9, 2 * SF_SECOND, 30 * SF_SECOND))                   \
    X(DURATION, upload_time_out, 5 * SF_SECOND, 10 * SF_MS, SF_MINUTE,                             \
      "an upload that is not complete by then counts as abandoned",                                \
      SF_DRAWN(1, 500 * SF_MS, 500 * SF_MS, 12, 500 * SF_MS, SF_MINUTE))                           \
    X(DURATION, resend_after, 700 * SF_MS, SF_MS, SF_MINUTE,                                       \
      "a packet that is not acknowledged is sent again after this long",                           \
      SF_DRAWN(1, 250 * SF_MS, 250 * SF_MS, 8, 100 * SF_MS, 5 * SF_SECOND))                        \
    X(COUNT, resends_max, 4, 0, 100,                                                               \
      "a packet is sent again at most this many times",                                            \
      SF_DRAWN(1, 0, 1, 5, 0, 10))                                                                 \
    X(COUNT, cache_capacity_bytes, SF_CAPACITY_BYTES_USUAL, 1 << 10, (int64_t)1 << 36,             \
      "capacity that the cache is configured with",                                                \
      SF_DRAWN_OR(SF_CAPACITY_BYTES_USUAL, 2, 8000, 4000, 6, 8000, (int64_t)1 << 36))              \
    X(DURATION, store_latency, SF_MS, 0, SF_MINUTE,                                                \
      "one way, between a cache node and the shared store",                                        \
      SF_DRAWN(1, 0, 20 * SF_MS, 8, 0, SF_SECOND))                                                 \
    X(SHARE, store_loss, 0, 0, 1000000,                                                            \
      "share of the store's operations that fail after the way there and back",                    \
      SF_DRAWN(1, 0, 50000, 5, 0, 300000))                                                         \
    X(SHARE, store_slow_share, 0, 0, 1000000,                                                      \
      "share of the store's replies that are late",                                                \
      SF_DROPPED("swarm-tail", 0),                                                                 \
      SF_DRAWN_OR(0, 3, 50000, 50000, 4, 0, 500000))                                               \
    X(DURATION, store_slow, 500 * SF_MS, SF_MS, SF_MINUTE,                                         \
      "delay of a late reply, uniform from half of this to all of it",                             \
      SF_DRAWN_OR(500 * SF_MS, 4, 250 * SF_MS, 500 * SF_MS, 4, SF_MS, 3 * SF_SECOND))              \
    X(DURATION, kill_switch_grace, 6 * SF_SECOND, 0, SF_MINUTE,                                    \
      "packets sent before the block may still arrive for this long",                              \
      SF_DRAWN_OR(6 * SF_SECOND, 8, 7 * SF_SECOND, SF_SECOND, 4, 6 * SF_SECOND, SF_MINUTE))        \
    X(DURATION, recover_within, SF_MINUTE, SF_SECOND, SF_HOUR,                                     \
      "after the heal each owner who asks must see its own frame within this long",                \
      .role = SF_ROLE_RECOVERY,                                                                    \
      SF_DRAWN(1, 20 * SF_SECOND, 0, 1, 20 * SF_SECOND, 2 * SF_MINUTE))                            \
    X(COUNT, nodes, 1, 1, SF_NODES_MAX,                                                            \
      "number of nodes of the cache",                                                              \
      .role = SF_ROLE_NODES,                                                                       \
      SF_DRAWN(1, 1, 1, 4, 1, 8))                                                                  \
    X(SWITCH, front_door_open, 0,                                                                  \
      "a planted fault: the front door admits every request, without authorisation",               \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(SWITCH, kill_switch_broken, 0,                                                               \
      "a planted fault: the operator's block is not obeyed",                                       \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(CHOICE, balance, 0, balances,                                                                \
      "nodes in turn for each connection of a viewer, for each request, or one node for each "     \
      "camera",                                                                                    \
      SF_DRAWN_WORD(1, 0, 3))                                                                      \
    X(DURATION, identity_latency, 5 * SF_MS, 0, SF_MINUTE,                                         \
      "from a question to the identity service until its answer",                                  \
      SF_DRAWN(1, 5 * SF_MS, 20 * SF_MS, 16, 0, SF_SECOND))                                        \
    X(SHARE, identity_failure, 0, 0, 1000000,                                                      \
      "share of the questions to the identity service that fail",                                  \
      SF_DRAWN_DISTURBING(0, 1, 0, 50000, 5, 0, 50000))                                            \
    X(SHARE, identity_slow_share, 0, 0, 1000000,                                                   \
      "share of the identity service's answers that are late",                                     \
      SF_DROPPED("swarm-tail", 1),                                                                 \
      SF_DRAWN_OR(0, 3, 50000, 50000, 4, 0, 500000))                                               \
    X(DURATION, identity_slow, 500 * SF_MS, SF_MS, SF_MINUTE,                                      \
      "delay of a late answer, uniform from half of this to all of it",                            \
      SF_DRAWN_OR(500 * SF_MS, 4, 250 * SF_MS, 500 * SF_MS, 4, SF_MS, 3 * SF_SECOND))              \
    X(DURATION, identity_time_out, 2 * SF_SECOND, SF_MS, SF_MINUTE,                                \
      "a question to an identity service that is off fails after this long",                       \
      SF_DRAWN_OR(2 * SF_SECOND, 4, 500 * SF_MS, 500 * SF_MS, 6, 100 * SF_MS, 5 * SF_SECOND))      \
    X(DURATION, session_life, 0, 0, 366 * 24 * SF_HOUR,                                            \
      "a viewer's session expires this long after it signed in; 0s: only by the time line",        \
      SF_DRAWN_OR(0, 6, 5 * SF_SECOND, 5 * SF_SECOND, 8, 5 * SF_SECOND, 24 * SF_HOUR))             \
    X(DURATION, unlink_grace, 6 * SF_SECOND, 0, SF_MINUTE,                                         \
      "packets sent to a hub before its owner unlinked may still arrive for this long",            \
      SF_DRAWN_OR(6 * SF_SECOND, 8, 7 * SF_SECOND, SF_SECOND, 4, 6 * SF_SECOND, SF_MINUTE))        \
    X(DURATION, consent_grace, 6 * SF_SECOND, 0, SF_MINUTE,                                        \
      "images may still leave a home for this long after its owner withdrew consent, or unlinked", \
      SF_DRAWN_OR(6 * SF_SECOND, 8, 7 * SF_SECOND, SF_SECOND, 4, 6 * SF_SECOND, SF_MINUTE))        \
    X(SWITCH, expired_honoured, 0,                                                                 \
      "a planted fault: the front door honours a session that has expired",                        \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(SWITCH, unlink_broken, 0,                                                                    \
      "a planted fault: an owner's unlinking is not obeyed",                                       \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(DURATION, fresh_within, 0, 0, 24 * SF_HOUR,                                                  \
      "upper bound on the age of a picture that is not flagged as stale; 0s: no bound",            \
      SF_DRAWN(1, 0, 30 * SF_SECOND, 3, 30 * SF_SECOND, SF_HOUR))                                  \
    X(COUNT, renew_every, 0, 0, 1 << 20,                                                           \
      "the front door renews a viewer's session with one answer in this many; 0: never",           \
      .period = true,                                                                              \
      SF_DRAWN_OR(0, 2, 1, 1, 6, 0, 1000))                                                         \
    X(SWITCH, limit_broken, 0,                                                                     \
      "a planted fault: a request that is not answered never ends",                                \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(DURATION, fetch_time_out, 30 * SF_SECOND, 10 * SF_MS, 10 * SF_MINUTE,                        \
      "a fetch that is not complete by then ends as abandoned",                                    \
      SF_DRAWN_OR(30 * SF_SECOND, 2, 1200 * SF_MS, SF_SECOND, 8, SF_SECOND, 10 * SF_MINUTE))       \
    X(SHARE, fetch_failure, 0, 0, 1000000,                                                         \
      "share of the cache's fetches that end as abandoned at once, without reaching the camera",   \
      SF_DROPPED("swarm-tail", 2),                                                                 \
      SF_DRAWN_DISTURBING(0, 2, 50000, 50000, 4, 0, 100000))                                       \
    X(DURATION, forget_grace, SF_SECOND, 0, SF_MINUTE,                                             \
      "for this long after forget_camera and forget_account answers are not judged: the cache's "  \
      "nodes and the shared store need a moment",                                                  \
      SF_DRAWN_OR(SF_SECOND, 8, 2 * SF_SECOND, SF_SECOND, 4, SF_SECOND, SF_MINUTE))                \
    X(COUNT, fetches_max, 0, 0, 1 << 16,                                                           \
      "largest number of open fetches, of all nodes together; a further one is refused as busy; 0: "\
      "65536",                                                                                     \
      SF_DRAWN_DISTURBING(0, 3, 1, 1, 6, 1, 1 << 16))                                              \
    X(COUNT, timers_max, 0, 0, 1 << 20,                                                            \
      "largest number of timers that are set; a further one is refused as busy; 0: 1048576",       \
      SF_DRAWN_DISTURBING(0, 8, 64, 64, 4, 64, 1 << 20))                                           \
    X(COUNT, connections_max, 0, 0, 1 << 12,                                                       \
      "largest number of open connections to the shared store; a further one is refused as busy; 0: "\
      "4096",                                                                                      \
      SF_DRAWN_OR(0, 8, 16, 8, 4, 16, 1 << 12))                                                    \
    X(CHOICE, hand_over, 0, hand_overs,                                                            \
      "state that a deploy hands over: as it was exported, cut short, of a foreign cache, of another "\
      "version, or one of these for each deploy",                                                  \
      SF_DRAWN_WORD(2, 1, 4))                                                                      \
    X(DURATION, unshare_grace, 6 * SF_SECOND, 0, SF_MINUTE,                                        \
      "packets sent to a guest before the share was withdrawn may still arrive for this long",     \
      SF_DRAWN_OR(6 * SF_SECOND, 8, 7 * SF_SECOND, SF_SECOND, 4, 6 * SF_SECOND, SF_MINUTE))        \
    X(SWITCH, unshare_broken, 0,                                                                   \
      "a planted fault: a guest's requests are accepted after the share was withdrawn",            \
      SF_NOT_DRAWN_FAULT)                                                                          \
    X(COUNT, front_connections, 0, 0, 1 << 12,                                                     \
      "the front door passes the requests of all viewers on over this many connections to each "   \
      "node; 0: over one for each connection of a viewer",                                         \
      SF_DRAWN_OR(0, 3, 1, 1, 4, 0, 1 << 12))
/* clang-format on */

struct sf_cloud_config {
    SF_CLOUD_PARAMS(SF_PARAM_MEMBER)
};

extern const struct sf_param_table sf_cloud_param_table;

#endif
