/* The network wing: messages cut into packets, and the links that carry them. It knows which home a
 * message is of, but not what it means: for each kind of message the world hands it a route. */
#ifndef STRAYFRAME_WORLD_NETWORK_NETWORK_H
#define STRAYFRAME_WORLD_NETWORK_NETWORK_H

#include "harness/world/state.h"

/* What becomes of a message of one kind. Functions that are NULL are not called. */
struct message_route {
    bool up; /* home to cloud */
    /* All of it has arrived. Called once. */
    void (*whole)(struct world *world, struct message *message);
    /* One fragment has arrived for the first time; `last` when nothing is missing any more. */
    void (*fragment)(struct world *world, struct message *message, uint32_t index, bool last);
    bool repeats; /* `fragment` is called for fragments that had arrived before, too */
    /* The sender has heard what has arrived by now. */
    void (*acknowledged)(struct world *world, struct message *message);
    /* The sender has put these bytes of it on the link, for the first time or again. */
    void (*left)(struct world *world, const struct message *message, uint32_t bytes);
    /* Neither end cares for it any more and no packet of it is on its way: it is about to go. */
    void (*released)(struct world *world, struct message *message);
};

/* ---- a run ---- */

/* `routes`, by message kind, are borrowed for the world's life. */
void sf_network_init(struct world *world, const struct message_route *routes);
/* Makes the links of all homes, which are not built yet. */
void sf_network_build(struct world *world);
void sf_network_clear(struct world *world);
void sf_network_fini(struct world *world);

/* Every event whose kind names a packet, a sender's patience or a link. */
void sf_network_event(struct world *world, const struct sf_event *event);

/* ---- messages (messages.c) ---- */

/* A new message of total_bytes. Nothing is sent yet. */
struct message *sf_message_create(struct world *world, enum message_kind kind,
                                  struct sf_home_id home, uint32_t total_bytes);
/* The message carries these bytes of the content, whose reference it takes over. */
void sf_message_carry(struct message *message, struct sf_content *content, const uint8_t *bytes);
/* One of CONTROL_BYTES without content. */
struct message *sf_message_control(struct world *world, enum message_kind kind,
                                   struct sf_home_id home);
/* NULL for a handle of a message that is gone, and for 0. */
struct message *sf_message_get(struct world *world, sf_handle handle);
/* Sends what is ready and was not sent before. */
void sf_message_send(struct world *world, struct message *message);
/* Both may release the message. */
void sf_message_stop_sending(struct world *world, struct message *message);
void sf_message_stop_receiving(struct world *world, struct message *message);

/* ---- links (links.c) ---- */

struct sf_netem *sf_link_netem(const struct world *world, struct sf_link_id link);
void sf_link_init(struct world *world, struct sf_link_id link, uint32_t network, uint64_t seed);
/* The run begins: a link on a network with states enters its first one. */
void sf_link_start(struct world *world, struct sf_link_id link, uint32_t network);
void sf_link_change(struct world *world, struct sf_link_id link, uint32_t network);
/* EVENT_LINK_STATE. */
void sf_link_state_ends(struct world *world, const struct sf_event *event);

/* ---- invariants (check.c) ---- */

void sf_message_check(const struct world *world, const struct message *message);
/* The links, every message, and the sum of what is on its way. */
void sf_network_check(const struct world *world);

#endif
