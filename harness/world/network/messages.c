/* Messages in packets: what is sent, what the links make of it, what arrives, what is sent again.
 */
#include <stdlib.h>

#include "harness/base/assert.h"
#include "harness/world/network/network.h"
#include "harness/world/network/slotted_links.h"

enum { ACK_BYTES = 16 };

static const struct message_route *route_of(const struct world *world,
                                            const struct message *message)
{
    SF_ASSERT(message->kind < MESSAGE_KINDS_COUNT);
    return &world->network.routes[message->kind];
}

static struct sf_link_id link_of(const struct message *message, bool up)
{
    return up ? sf_link_up(message->home) : sf_link_down(message->home);
}

/* ---- messages ---- */

struct message *sf_message_create(struct world *world, enum message_kind kind,
                                  struct sf_home_id home, uint32_t total_bytes)
{
    SF_ASSERT(home.index < world->homes.count);
    void *item;
    sf_handle handle = sf_slots_take(&world->network.messages, &item);
    struct message *message = item;
    message->handle = handle;
    message->kind = (uint8_t)kind;
    message->home = home;
    message->up = route_of(world, message)->up;
    uint32_t words = sf_transfer_words(total_bytes);
    uint64_t *bits = message->inline_bits;
    if (words > INLINE_WORDS) {
        message->bits = sf_realloc(NULL, 2 * (size_t)words, sizeof *message->bits);
        bits = message->bits;
    }
    sf_transfer_init(&message->transfer, total_bytes, bits, bits + words);
    return message;
}

struct message *sf_message_control(struct world *world, enum message_kind kind,
                                   struct sf_home_id home)
{
    return sf_message_create(world, kind, home, CONTROL_BYTES);
}

void sf_message_carry(struct message *message, struct sf_content *content, const uint8_t *bytes)
{
    SF_ASSERT(message->content == NULL);
    SF_ASSERT(bytes >= content->bytes);
    SF_ASSERT((size_t)(bytes - content->bytes) + message->transfer.total_bytes <= content->count);
    message->content = content;
    message->bytes = bytes;
}

struct message *sf_message_get(struct world *world, sf_handle handle)
{
    return sf_slots_get(&world->network.messages, handle);
}

/* A message goes when neither end cares for it and no packet of it is on its way. */
static void message_release_if_done(struct world *world, struct message *message)
{
    const struct sf_transfer *transfer = &message->transfer;
    bool receiver_waits = message->begun && !transfer->receiver_done;
    if (!transfer->sender_done || transfer->in_flight_count > 0 || receiver_waits) {
        return;
    }
    const struct message_route *route = route_of(world, message);
    if (route->released != NULL) {
        route->released(world, message);
    }
    sf_content_drop(message->content);
    free(message->bits);
    sf_slots_give(&world->network.messages, message->handle);
}

void sf_message_stop_sending(struct world *world, struct message *message)
{
    message->transfer.sender_done = true;
    message_release_if_done(world, message);
}

void sf_message_stop_receiving(struct world *world, struct message *message)
{
    message->transfer.receiver_done = true;
    message_release_if_done(world, message);
}

/* ---- packets ---- */

static uint16_t fate_flags(const struct sf_netem_fate *fate)
{
    unsigned flags = fate->copies_count == 0 ? SF_FATE_LOST : 0;
    flags |= fate->copies_count > 1 ? SF_FATE_DUPLICATED : 0;
    flags |= fate->dropped_by_limit ? SF_FATE_OVER_LIMIT : 0;
    for (uint32_t i = 0; i < fate->copies_count; i++) {
        flags |= fate->copy[i].corrupted ? SF_FATE_CORRUPTED : 0;
    }
    return (uint16_t)flags;
}

static void trace_packet(struct world *world, const struct message *message, struct sf_link_id link,
                         uint32_t fragment, uint64_t number, uint16_t flags, sf_ns due)
{
    world_trace(world, SF_RECORD(packet, .fate = flags, .link = link,
                                 .transfer = (uint32_t)message->handle, .fragment = fragment,
                                 .number = number, .due_ns = due));
}

/* The same for a link that holds packets back. */
static void packet_queue(struct world *world, struct slotted_link *slotted, struct message *message,
                         struct sf_link_id link, const struct packet *packet)
{
    uint64_t number = slotted->queue.link.packets_count;
    uint16_t flags = sf_slotted_take_in(world, slotted, message, packet);
    trace_packet(world, message, link, packet->fragment, number, flags,
                 (flags & SF_FATE_LOST) != 0 ? SF_DUE_LOST : SF_DUE_TOLD_LATER);
    sf_slotted_let_go(world, link);
}

/* Gives one packet to its link; the copies that come out of it are on their way. */
static void packet_send(struct world *world, struct message *message, struct sf_link_id link,
                        struct packet packet)
{
    struct slotted_link *slotted = slotted_link(world, link);
    if (slotted != NULL) {
        packet_queue(world, slotted, message, link, &packet);
        return;
    }
    struct sf_netem *netem = &world->network.links[link.index];
    uint64_t number = netem->packets_count;
    struct sf_netem_fate fate;
    sf_netem_decide(netem, world_now(world), packet.payload_bytes + SF_PACKET_HEADER_BYTES, false,
                    &fate);
    uint16_t flags = fate_flags(&fate);
    trace_packet(world, message, link, packet.fragment, number,
                 (uint16_t)(flags | (packet.kind == EVENT_ACK ? SF_FATE_ACK : 0)),
                 fate.copies_count > 0 ? fate.copy[0].deliver_ns : SF_DUE_LOST);
    for (uint32_t i = 0; i < fate.copies_count; i++) {
        push_arrival(world, link, packet.kind, fate.copy[i].corrupted, packet.small,
                     message->handle, fate.copy[i].deliver_ns);
        message->transfer.in_flight_count++;
    }
}

/* Returns how many bytes it has. */
static uint32_t fragment_send(struct world *world, struct message *message, uint32_t index)
{
    uint32_t bytes = sf_transfer_packet_bytes(&message->transfer, index);
    bool last = index + 1 == message->transfer.fragments_count;
    uint32_t unpaid_bytes = last ? message->unpaid_bytes : 0;
    SF_ASSERT(unpaid_bytes <= sf_transfer_length(&message->transfer, index));
    const struct packet packet = {.kind = EVENT_FRAGMENT,
                                  .small = (uint16_t)index,
                                  .fragment = index,
                                  .payload_bytes = bytes > unpaid_bytes ? bytes - unpaid_bytes : 0};
    packet_send(world, message, link_of(message, message->up), packet);
    return bytes;
}

/* The event of a piece's arrival has 16 bits for it: 11 for where it ends in its fragment, 5 of the
 * fragment's number. A piece that is 32 fragments late is taken for one of the latest fragment only
 * if that is sent in pieces too; then it brings nothing that was not sent. */
enum { PIECE_END_BITS = 11, PIECE_END_MASK = (1 << PIECE_END_BITS) - 1, PIECE_NUMBER_MASK = 31 };

_Static_assert((int)SF_PACKET_PAYLOAD_BYTES <= (int)PIECE_END_MASK, "a piece's end has its bits");

/* Sends the open fragment up to byte `end`; 0: nothing. Returns how many bytes that packet has. */
static uint32_t piece_send(struct world *world, struct message *message, uint32_t end)
{
    if (end == 0) {
        return 0;
    }
    uint32_t index = message->transfer.piece_index;
    uint32_t bytes = end - message->transfer.piece_acked;
    uint32_t small = (index & PIECE_NUMBER_MASK) << PIECE_END_BITS | end;
    packet_send(world, message, link_of(message, message->up),
                (struct packet){EVENT_PIECE, (uint16_t)small, index, bytes});
    return bytes;
}

/* The sender checks again whether all was acknowledged: after a silence, or when it gives up,
 * whichever comes first. Most messages are through by then, so one such event waits for each, not
 * two. */
static void look_again(struct world *world, const struct message *message)
{
    sf_ns resend_ns = world_now(world) + world->config.cloud.resend_after_ns;
    bool gives_up = message->give_up_at_ns != 0 && message->give_up_at_ns <= resend_ns;
    sf_world_push(world, gives_up ? EVENT_SEND_LIMIT : EVENT_RESEND, message->home.index, 0,
                  message->handle, gives_up ? message->give_up_at_ns : resend_ns);
}

static void bytes_left(struct world *world, const struct message *message, uint32_t bytes)
{
    const struct message_route *route = route_of(world, message);
    if (route->left != NULL && bytes > 0) {
        route->left(world, message, bytes);
    }
}

void sf_message_send(struct world *world, struct message *message)
{
    SF_ASSERT(!message->transfer.sender_done);
    bool first = message->transfer.sent_count == 0 && message->transfer.piece_sent == 0;
    uint32_t index;
    uint32_t bytes = 0;
    while ((index = sf_transfer_next_unsent(&message->transfer)) != UINT32_MAX) {
        bytes += fragment_send(world, message, index);
    }
    if (message->in_parts) {
        bytes += piece_send(world, message, sf_transfer_next_piece(&message->transfer));
    }
    bytes_left(world, message, bytes);
    if (first && bytes > 0) {
        look_again(world, message);
    }
}

static void send_unacknowledged(struct world *world, struct message *message)
{
    uint32_t index = sf_transfer_next_unacked(&message->transfer, 0);
    uint32_t bytes = 0;
    while (index != UINT32_MAX) {
        bytes += fragment_send(world, message, index);
        index = sf_transfer_next_unacked(&message->transfer, index + 1);
    }
    bytes += piece_send(world, message, sf_transfer_unacked_piece(&message->transfer));
    bytes_left(world, message, bytes);
}

/* The sender has heard nothing for a while. */
static void resend(struct world *world, struct message *message)
{
    if (message->transfer.sender_done) {
        return;
    }
    /* Parts that the cache has not passed yet are not missing: repeats count from the last part
     * on. */
    bool all_ready = message->transfer.ready_bytes == message->transfer.total_bytes;
    if (all_ready && message->transfer.resends_count >= (uint32_t)world->config.cloud.resends_max) {
        sf_message_stop_sending(world, message);
        return;
    }
    message->transfer.resends_count += all_ready;
    send_unacknowledged(world, message);
    look_again(world, message);
}

static void acknowledge_packet(struct world *world, struct message *message, uint32_t index)
{
    packet_send(world, message, link_of(message, !message->up),
                (struct packet){EVENT_ACK, (uint16_t)index, index, ACK_BYTES});
}

static void fragment_arrived(struct world *world, struct message *message, uint32_t index)
{
    bool acknowledge;
    enum sf_transfer_arrival arrival = sf_transfer_arrive(&message->transfer, index, &acknowledge);
    message->begun = true;
    acknowledge = acknowledge || message->in_parts;
    if (acknowledge && !(message->transfer.receiver_done && arrival == SF_ARRIVAL_NEW)) {
        acknowledge_packet(world, message, index);
    }
    bool last = arrival == SF_ARRIVAL_LAST;
    if (last) {
        message->transfer.receiver_done = true;
    }
    const struct message_route *route = route_of(world, message);
    if (route->fragment != NULL && (arrival != SF_ARRIVAL_AGAIN || route->repeats)) {
        route->fragment(world, message, index, last);
    }
    if (route->whole != NULL && last) {
        route->whole(world, message);
    }
}

static void piece_arrived(struct world *world, struct message *message, uint32_t small)
{
    struct sf_transfer *transfer = &message->transfer;
    uint32_t late = (transfer->sent_count - (small >> PIECE_END_BITS)) & PIECE_NUMBER_MASK;
    uint32_t index = transfer->sent_count - late;
    bool news = late <= transfer->sent_count &&
                sf_transfer_piece_arrive(transfer, index, small & PIECE_END_MASK);
    message->begun = true;
    if (!(transfer->receiver_done && news)) {
        acknowledge_packet(world, message, index);
    }
    const struct message_route *route = route_of(world, message);
    if (news && route->fragment != NULL) {
        route->fragment(world, message, index, false);
    }
}

static void acknowledged(struct world *world, struct message *message)
{
    sf_transfer_acknowledged(&message->transfer);
    if (!message->transfer.sender_done && !message->in_parts) {
        send_unacknowledged(world, message);
    }
    const struct message_route *route = route_of(world, message);
    if (route->acknowledged != NULL) {
        route->acknowledged(world, message);
    }
    if (!message->transfer.sender_done && message->in_parts) {
        sf_message_send(world, message); /* a short part that has waited for this */
    }
}

static void give_up(struct world *world, struct message *message)
{
    if (!message->transfer.sender_done) {
        uint32_t missing = message->transfer.fragments_count - message->transfer.acked_count;
        world_trace(world, SF_RECORD(send_given_up, .camera = sf_camera_of_home(message->home),
                                     .capture = message->capture, .packets_count = missing));
        sf_message_stop_sending(world, message);
    }
}

/* A packet, or a copy of one, has come to the end of its link. */
static void packet_arrived(struct world *world, const struct sf_event *event)
{
    const struct sf_link_id link = sf_link_id(event->target);
    struct message *message = sf_message_get(world, event_handle(event));
    /* A message lives as long as a packet of it is on its way. */
    SF_ASSERT(message != NULL);
    SF_ASSERT(message->transfer.in_flight_count > 0);
    SF_ASSERT(sf_home_same(sf_home_of_link(link), message->home));
    if (slotted_link(world, link) == NULL) {
        sf_netem_departed(&world->network.links[link.index]);
    }
    /* Dropped: the home is off, or the device rebooted after this was sent. */
    bool dropped =
        !sf_link_is_up(link) && (!home_at(world, message->home)->powered || message->orphaned);
    /* The packet still counts as on its way while it is looked at, so that nothing releases its
     * message. */
    if (event->kind == EVENT_FRAGMENT && !dropped) {
        fragment_arrived(world, message, event->small);
    } else if (event->kind == EVENT_PIECE && !dropped) {
        piece_arrived(world, message, event->small);
    } else if (event->kind == EVENT_ACK && !dropped) {
        acknowledged(world, message);
    }
    message->transfer.in_flight_count--;
    message_release_if_done(world, message);
}

void sf_network_event(struct world *world, const struct sf_event *event)
{
    struct message *message;
    switch (event->kind) {
    case EVENT_FRAGMENT:
    case EVENT_FRAGMENT_BROKEN:
    case EVENT_ACK:
    case EVENT_ACK_BROKEN:
    case EVENT_PIECE:
    case EVENT_PIECE_BROKEN:
        packet_arrived(world, event);
        return;
    case EVENT_RESEND:
        message = sf_message_get(world, event_handle(event));
        if (message != NULL) {
            resend(world, message);
        }
        return;
    case EVENT_SEND_LIMIT:
        message = sf_message_get(world, event_handle(event));
        if (message != NULL) {
            give_up(world, message);
        }
        return;
    case EVENT_LINK_STATE:
        sf_link_state_ends(world, event);
        return;
    case EVENT_LINK_OPENS:
        sf_slotted_wake(world, sf_link_id(event->target));
        return;
    }
    SF_UNREACHABLE();
}

/* ---- a run ---- */

void sf_network_init(struct world *world, const struct message_route *routes)
{
    for (uint32_t kind = 0; kind < MESSAGE_KINDS_COUNT; kind++) {
        const struct message_route *route = &routes[kind];
        SF_ASSERT(route->whole != NULL || route->fragment != NULL || route->left != NULL);
    }
    world->network.routes = routes;
    sf_slots_init(&world->network.messages, sizeof(struct message));
    sf_slotted_init(world);
}

void sf_network_build(struct world *world)
{
    struct network *network = &world->network;
    network->links_count = SF_LINKS_PER_HOME * world->homes.count;
    network->links = sf_arena_take(&world->arena, network->links_count, sizeof *network->links);
    sf_slotted_build(world);
}

/* Drops what is still on its way. */
void sf_network_clear(struct world *world)
{
    struct network *network = &world->network;
    for (sf_handle h = sf_slots_next(&network->messages, 0); h != 0;
         h = sf_slots_next(&network->messages, h)) {
        const struct message *message = sf_slots_get(&network->messages, h);
        sf_content_drop(message->content);
        free(message->bits);
    }
    sf_slotted_drop(world);
    sf_slots_reset(&network->messages);
    network->links_count = 0;
}

void sf_network_fini(struct world *world)
{
    sf_slots_fini(&world->network.messages);
    sf_slots_fini(&world->network.slotted_packets);
}
