/* The state of the network wing: links, packets that wait in them, messages on their way. */
#ifndef STRAYFRAME_WORLD_NETWORK_STATE_H
#define STRAYFRAME_WORLD_NETWORK_STATE_H

#include <stdint.h>

#include "harness/base/slots.h"
#include "harness/net/netem.h"
#include "harness/net/netem_queue.h"
#include "harness/world/message.h"

/* A link that holds packets back; see slotted_links.c. */
struct slotted_link {
    struct sf_netem_queue queue; /* its storage is owned */
    sf_ns wake_ns;               /* when its earliest EVENT_LINK_OPENS is due; SF_NS_NEVER: none */
};

struct message_route;

struct network {
    const struct message_route *routes; /* by message kind; see network.h */
    struct sf_slots messages;
    uint32_t links_count;
    struct sf_netem *links;        /* by link */
    struct slotted_link **slotted; /* by link, NULL for one that holds nothing back; NULL: none
                                      does */
    struct sf_slots slotted_packets;
};

#endif
