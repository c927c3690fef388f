/* What a scenario can say of the cloud. */
#ifndef STRAYFRAME_SIM_CLOUD_CONFIG_H
#define STRAYFRAME_SIM_CLOUD_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* In the order of sf_cloud_param_table. */
struct sf_cloud_config {
    int64_t request_deadline_ns; /* what a request's deadline is, counted from its arrival */
    int64_t upload_time_out_ns;  /* an upload that is not complete by then counts as abandoned */
    int64_t resend_after_ns; /* a packet that was not acknowledged is sent again after this long */
    int64_t resends_max;     /* and at most this many times */
    int64_t cache_capacity_bytes; /* what the cache is told it may keep */
    int64_t store_latency_ns;     /* one way, between a cache node and the shared store */
    int64_t store_loss_ppm;       /* a reply of the store that is lost (the operation fails) */
    int64_t store_slow_share_ppm; /* replies of the store that are late */
    int64_t store_slow_ns;        /* by half of this to all of it */
    int64_t kill_switch_grace_ns; /* what may still arrive after the block: packets already on their
                                     way */
    int64_t
        recover_within_ns;   /* after the heal each owner must see its own frame within this long */
    int64_t nodes;           /* how many nodes the cache has */
    int64_t front_door_open; /* bool: a planted fault, the front door lets everybody in */
    int64_t kill_switch_broken;  /* bool: a planted fault, the block is not obeyed */
    int64_t balance;             /* enum sf_balance: who chooses a node, and when */
    int64_t identity_latency_ns; /* from a question to the identity service until its answer */
    int64_t identity_failure_ppm;
    int64_t identity_slow_share_ppm; /* answers of the identity service that are late */
    int64_t identity_slow_ns;        /* by half of this to all of it */
    int64_t identity_time_out_ns;    /* a question to a service that is off fails after this long */
    int64_t session_life_ns;  /* a session expires by itself after this long; 0: it does not */
    int64_t unlink_grace_ns;  /* what may still arrive at a hub after its owner unlinked */
    int64_t consent_grace_ns; /* what may still leave a home after consent was withdrawn */
    int64_t expired_honoured; /* bool: a planted fault, an expired session is let in */
    int64_t unlink_broken;    /* bool: a planted fault, unlinking is not obeyed */
    int64_t fresh_within_ns;  /* age of a picture when it is answered; 0: not wanted */
    int64_t renew_every;      /* requests of a viewer, of which one renews its session; 0: none */
    int64_t limit_broken;     /* bool: a planted fault, requests that are not answered do not end */
};

extern const struct sf_param_table sf_cloud_param_table;

#endif
