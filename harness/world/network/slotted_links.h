/* Links that hold packets back until a slot opens. Private to the network wing. */
#ifndef STRAYFRAME_WORLD_NETWORK_SLOTTED_LINKS_H
#define STRAYFRAME_WORLD_NETWORK_SLOTTED_LINKS_H

#include "harness/world/state.h"

/* A packet of which copies wait. */
struct slotted_packet {
    sf_handle message;
    sf_ns sent_ns;
    uint64_t number; /* on its link */
    uint32_t fragment;
    uint32_t copies_count;
    uint16_t kind;  /* enum event_kind: what its arrival is */
    uint16_t small; /* of that event */
    uint16_t flags;
    uint16_t reserved;
    uint32_t reserved_2;
};

/* A packet that is given to its link. */
struct packet {
    enum event_kind kind; /* what its arrival is */
    uint16_t small;       /* of that event */
    uint32_t fragment;
    uint32_t payload_bytes;
};

void sf_slotted_init(struct world *world);
/* Finds the links that are ever on a network with slots; their homes are not built yet. */
void sf_slotted_build(struct world *world);
void sf_slotted_link_init(struct slotted_link *link, const struct sf_netem_config *config,
                          uint64_t seed);
/* Drops what still waits when a run ends. */
void sf_slotted_drop(struct world *world);

/* NULL: the link decides the fate of a packet when it is sent. */
static inline struct slotted_link *slotted_link(const struct world *world, struct sf_link_id link)
{
    return world->network.slotted != NULL ? world->network.slotted[link.index] : NULL;
}

/* Takes a packet in, whose copies are then on their way, and returns its fate as far as it is
 * known: flags of PACKET. After the record sf_slotted_let_go is called. */
uint16_t sf_slotted_take_in(struct world *world, struct slotted_link *link, struct message *message,
                            const struct packet *packet);
/* Lets out what may leave now. */
void sf_slotted_let_go(struct world *world, struct sf_link_id link);
void sf_slotted_wake(struct world *world, struct sf_link_id link);
/* The link has got other parameters. */
void sf_slotted_changed(struct world *world, struct sf_link_id link);

/* A packet of a message arrives at the end of its link, whole or with a wrong checksum. */
static inline void push_arrival(struct world *world, struct sf_link_id link, enum event_kind kind,
                                bool corrupted, uint16_t small, sf_handle message, sf_ns due_ns)
{
    sf_queue_push(&world->queue,
                  (struct sf_event){
                      .due_ns = due_ns,
                      .kind = (uint16_t)(corrupted ? kind + 1 : kind),
                      .small = small,
                      .target = link.index,
                      .a = (uint32_t)message,
                      .b = (uint32_t)(message >> 32),
                  },
                  link.index);
}

#endif
