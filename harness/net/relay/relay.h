/* The model in real time: two private networks, and between them this program, which reads real IP
 * packets on either side, asks the model what becomes of them, and puts them down on the other side
 * when their time has come. Real programs run there and know nothing of it. For machines whose
 * kernel has no sch_netem, and for users who may not put one on an interface.
 *
 * One thread, which spends its time in sf_relay_run. Its clock is CLOCK_MONOTONIC. The decisions of
 * chance (loss, duplicate, corrupt, ecn, reorder) are those of sf_netem for the same parameters,
 * seed and packets in the same order, however slow the machine; those that look at the queue
 * (limit, rate, slot) and the times themselves are as good as the machine's timers. */
#ifndef STRAYFRAME_NET_RELAY_RELAY_H
#define STRAYFRAME_NET_RELAY_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/netem_states.h"
#include "harness/net/relay/figures.h"

/* The two ends of the link. Each network has one interface, "relay", with its address. */
#define SF_RELAY_NEAR_ADDRESS "10.77.0.1"
#define SF_RELAY_FAR_ADDRESS "10.77.0.2"

/* Longest queue a way may have. */
enum { SF_RELAY_LIMIT_PACKETS_MAX = 1000000 };

/* What becomes of what one end sends. */
struct sf_relay_way {
    const struct sf_netem_states *states; /* borrowed; limits up to SF_RELAY_LIMIT_PACKETS_MAX */
    uint64_t seed;                        /* as in sf_netem_init */
};

struct sf_relay;

/* Makes both networks, with the link between them. `there` is near to far, `back` far to near.
 * SF_ERR_INPUT for a limit that is too large; SF_ERR_MACHINE where namespaces or /dev/net/tun
 * cannot be had. */
SF_MUST_USE enum sf_err sf_relay_open(const struct sf_relay_way *there,
                                      const struct sf_relay_way *back, struct sf_relay **relay_out,
                                      struct sf_diag *diag);

/* Closes both networks and drops what is under way. A network lives on while another process is in
 * it. `relay` may be NULL. */
void sf_relay_close(struct sf_relay *relay);

/* The networks; borrowed, until the relay is closed. */
const struct sf_namespace *sf_relay_near(const struct sf_relay *relay);
const struct sf_namespace *sf_relay_far(const struct sf_relay *relay);

/* The first state of each way begins when this is called first.
 *
 * Relays until `wake_fd` can be read, which is left to the caller. May be called again; what comes
 * due in between leaves late. SF_ERR_MACHINE if a device is taken away. */
SF_MUST_USE enum sf_err sf_relay_run(struct sf_relay *relay, int wake_fd, struct sf_diag *diag);

/* Lets the calling thread go before other programs (SCHED_RR), where that is allowed: to root,
 * mostly. What it starts is not so. On a busy machine this is the difference between packets that
 * are late by tens of microseconds and by several milliseconds. Returns whether it was allowed. */
bool sf_relay_take_precedence(void);

/* What it did since it first ran. From the thread that ran it. */
SF_MUST_USE enum sf_err sf_relay_sum_up(const struct sf_relay *relay,
                                        struct sf_relay_report *report_out, struct sf_diag *diag);

#endif
