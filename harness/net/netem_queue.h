/* A link that also carries: the packets wait in here, in the kernel's order, until they are taken
 * out. Needed where a fate depends on when the queue is emptied (slots), and for replaying a
 * recording. The decisions are those of netem.h; sf_netem_decide must not be called on the link
 * inside. */
#ifndef STRAYFRAME_NET_NETEM_QUEUE_H
#define STRAYFRAME_NET_NETEM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/net/netem.h"

/* One place in the caller's storage; private. */
struct sf_netem_waiting {
    sf_ns send_ns;
    uint64_t order;
    uint64_t tag;
    uint32_t bytes;
    uint32_t corrupt_bit;
    bool corrupted;
    bool ce_marked;
};

/* `link` may be read, changed with sf_netem_change and given fates with sf_netem_fix_fates. The
 * timed packets are a heap from the storage's start, those in front a stack from its end. */
struct sf_netem_queue {
    struct sf_netem link;
    struct sf_netem_waiting *waiting; /* borrowed */
    uint32_t waiting_max;
    uint64_t order_next;
    uint64_t full_count; /* packets for which, or for whose duplicate, there was no place left */
};

/* A copy that leaves the link. */
struct sf_netem_delivery {
    uint64_t tag; /* the caller's name for the packet */
    uint32_t bytes;
    uint32_t corrupt_bit;
    bool corrupted;
    bool ce_marked;
};

/* Places that no run can exceed: the limit and one more, for a duplicate is let in together with
 * its original. */
uint64_t sf_netem_queue_places(const struct sf_netem_config *config);

/* `storage` is borrowed for the queue's life. Fewer than sf_netem_queue_places(config) places will
 * do where the caller knows that fewer copies are ever under way (twice the packets of a replay);
 * running out is a broken promise. The rest as in sf_netem_init. */
void sf_netem_queue_init(struct sf_netem_queue *queue, const struct sf_netem_config *config,
                         uint64_t seed, struct sf_netem_waiting *storage, uint64_t storage_count);

/* Whether the storage is sure to hold the copies of one more packet. */
bool sf_netem_queue_has_room(const struct sf_netem_queue *queue);

/* Goes on in a larger storage, and leaves the one before to the caller. */
void sf_netem_queue_move(struct sf_netem_queue *queue, struct sf_netem_waiting *storage,
                         uint64_t storage_count);

/* What is known of a packet once it has been taken in. */
struct sf_netem_queued {
    uint32_t copies_count; /* 0 to SF_NETEM_COPIES_MAX */
    bool dropped_by_limit; /* the packet, or its duplicate, met a full queue */
    bool corrupted;        /* one of the copies is */
};

/* Takes a packet in. The caller then calls sf_netem_queue_dequeue(queue, now_ns, ...) until it says
 * false, as a kernel does after each packet; with slots the fates depend on it. */
struct sf_netem_queued sf_netem_queue_enqueue(struct sf_netem_queue *queue, sf_ns now_ns,
                                              uint32_t bytes, bool ect, uint64_t tag);

/* Takes the next copy out, if one may leave at now_ns; false if none may. */
bool sf_netem_queue_dequeue(struct sf_netem_queue *queue, sf_ns now_ns,
                            struct sf_netem_delivery *delivery_out);

/* When to call sf_netem_queue_dequeue again if nothing is queued until then; SF_NS_NEVER for an
 * empty queue. May lie in the past: then at once. */
sf_ns sf_netem_queue_next_ns(const struct sf_netem_queue *queue);

/* Asserts that the packets fit into the storage and wait in the order in which they leave. Walks
 * all packets. */
void sf_netem_queue_check(const struct sf_netem_queue *queue);

#endif
