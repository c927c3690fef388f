/* The inside of the model, shared by sf_netem_decide and the queue: how one packet is taken in, and
 * how a slot begins. Only harness/net includes this. */
#ifndef STRAYFRAME_NET_NETEM_ADMIT_H
#define STRAYFRAME_NET_NETEM_ADMIT_H

#include "harness/net/netem.h"

/* One copy as it enters the queue. */
struct sf_netem_placed {
    sf_ns send_ns; /* may lie before now: then it leaves at once, before all later ones */
    bool in_front; /* reordered: at the head of the queue, whatever its time */
    bool corrupted;
    bool ce_marked;
    uint32_t corrupt_bit;
};

/* The copies in the order in which they are queued: the duplicate goes before its original. */
struct sf_netem_admission {
    uint32_t copies_count;
    bool dropped_by_limit;
    struct sf_netem_placed copy[SF_NETEM_COPIES_MAX];
};

/* Takes one packet in: every draw in the kernel's order, explicit fates, accounting of the queue.
 */
void sf_netem_admit(struct sf_netem *link, sf_ns now_ns, uint32_t bytes, bool ect,
                    struct sf_netem_admission *out);

/* A link that makes no second copy of a packet, corrupts none and lets none jump ahead. */
static inline bool sf_netem_is_plain(const struct sf_netem *link)
{
    const struct sf_netem_config *config = link->config;
    return (config->duplicate | config->corrupt | config->gap) == 0 && link->fixed_count == 0;
}

/* sf_netem_decide for a plain link and a packet that is not ECN-capable: the same in fewer steps.
 */
void sf_netem_decide_plain(struct sf_netem *link, sf_ns now_ns, uint32_t bytes,
                           struct sf_netem_fate *fate_out);

/* The delay of `table` around `mean_ns`, for one random number. */
sf_ns sf_netem_delay(sf_ns mean_ns, sf_ns spread_ns, const struct sf_netem_table *table,
                     uint32_t random);

/* Draws when the link opens next, counted from now_ns, and fills its quota. */
void sf_netem_slot_begin(struct sf_netem *link, sf_ns now_ns);

/* Later by `delay_ns` (which may be negative), never past SF_NS_NEVER - 1. */
sf_ns sf_netem_later(sf_ns point_ns, sf_ns delay_ns);

#endif
