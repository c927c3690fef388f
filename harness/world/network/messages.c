/* Messages in packets: what is sent, what the links make of it, what arrives, what is sent again.
 * Knows homes and links, but not what a message means. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/world/world.h"

/* ---- payloads ---- */

/* Nothing in it is cleared: the pages of a large one are touched only as far as bytes are put in.
 */
static struct payload *payload_create(uint32_t capacity)
{
    uint32_t words = sf_transfer_words(capacity);
    size_t bits_bytes = 2 * (size_t)words * sizeof(uint64_t);
    struct payload *payload = sf_realloc(NULL, 1, sizeof *payload + bits_bytes + capacity);
    payload->capacity = capacity;
    payload->arrived = payload->bits;
    payload->acked = payload->bits + words;
    payload->bytes = (uint8_t *)(payload->bits + 2 * words);
    return payload;
}

/* Payloads of the usual size are kept for the next message: their number is the high-water mark of
 * what is on its way. */
static struct payload *payload_take(struct world *world, uint32_t bytes)
{
    if (bytes > world->payload_capacity) {
        return payload_create(bytes);
    }
    struct payload *payload = world->payloads_free;
    if (payload == NULL) {
        return payload_create(world->payload_capacity);
    }
    world->payloads_free = payload->next_free;
    return payload;
}

static void payload_give(struct world *world, struct payload *payload)
{
    if (payload->capacity != world->payload_capacity) {
        free(payload);
        return;
    }
    payload->next_free = world->payloads_free;
    world->payloads_free = payload;
}

/* ---- messages ---- */

struct message *sf_message_create(struct world *world, enum message_kind kind, uint32_t home,
                                  bool up, uint32_t total_bytes, bool content)
{
    void *item;
    sf_handle handle = sf_slots_take(&world->messages, &item);
    struct message *message = item;
    message->handle = handle;
    message->kind = (uint8_t)kind;
    message->home = home;
    message->up = up;
    if (content) {
        message->payload = payload_take(world, total_bytes);
        sf_transfer_init(&message->transfer, total_bytes, message->payload->arrived,
                         message->payload->acked);
    } else {
        SF_ASSERT(sf_transfer_words(total_bytes) <= INLINE_WORDS);
        sf_transfer_init(&message->transfer, total_bytes, message->inline_bits,
                         message->inline_bits + INLINE_WORDS);
    }
    return message;
}

struct message *sf_message_get(struct world *world, sf_handle handle)
{
    return sf_slots_get(&world->messages, handle);
}

/* A message is gone when neither end cares for it and no packet of it is on its way. */
static void message_release_if_done(struct world *world, struct message *message)
{
    const struct sf_transfer *transfer = &message->transfer;
    bool receiver_waits = message->begun && !transfer->receiver_done;
    if (!transfer->sender_done || transfer->in_flight_count > 0 || receiver_waits) {
        return;
    }
    if (message->picture && transfer->arrived_count > message->judged_count) {
        sf_delivery_judge(world, message, SF_JUDGE_NOT_SHOWN);
    }
    if (message->payload != NULL) {
        payload_give(world, message->payload);
    }
    sf_slots_give(&world->messages, message->handle);
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

static void tell_packet(struct world *world, const struct message *message, uint32_t link,
                        uint32_t fragment, uint64_t number, uint16_t flags, sf_ns due)
{
    world_trace(world, SF_RECORD(packet, .fate = flags, .link = sf_link_id(link),
                                 .transfer = (uint32_t)message->handle, .fragment = fragment,
                                 .number = number, .due_ns = due));
}

/* The same for a link that holds packets back. */
static void packet_queue(struct world *world, struct slotted_link *queued, struct message *message,
                         uint32_t link, enum event_kind kind, uint32_t fragment,
                         uint32_t payload_bytes)
{
    uint64_t number = queued->queue.link.packets_count;
    uint16_t flags = sf_slotted_take_in(world, queued, message, kind, fragment,
                                        payload_bytes + SF_PACKET_HEADER_BYTES);
    tell_packet(world, message, link, fragment, number, flags,
                (flags & SF_FATE_LOST) != 0 ? SF_DUE_LOST : SF_DUE_TOLD_LATER);
    sf_slotted_let_go(world, link);
}

/* Gives one packet to its link; whatever copies come out of it are on their way. */
static void packet_send(struct world *world, struct message *message, bool up, enum event_kind kind,
                        uint32_t fragment, uint32_t payload_bytes)
{
    struct home *home = &world->homes[message->home];
    struct sf_netem *link = up ? &home->up : &home->down;
    uint32_t link_number = message->home * 2 + (up ? 0 : 1);
    uint64_t packet_number = link->packets_count;
    struct slotted_link *queued = slotted_link(world, link_number);
    if (queued != NULL) {
        packet_queue(world, queued, message, link_number, kind, fragment, payload_bytes);
        return;
    }
    struct sf_netem_fate fate;
    sf_netem_decide(link, world_now(world), payload_bytes + SF_PACKET_HEADER_BYTES, false, &fate);
    uint16_t flags = fate_flags(&fate);
    tell_packet(world, message, link_number, fragment, packet_number,
                (uint16_t)(flags | (kind == EVENT_ACK ? SF_FATE_ACK : 0)),
                fate.copies_count > 0 ? fate.copy[0].deliver_ns : SF_DUE_LOST);
    for (uint32_t i = 0; i < fate.copies_count; i++) {
        push_arrival(world, link_number, kind, fate.copy[i].corrupted, fragment, message->handle,
                     fate.copy[i].deliver_ns);
        message->transfer.in_flight_count++;
    }
}

/* Returns how many bytes it has. */
static uint32_t fragment_send(struct world *world, struct message *message, uint32_t index)
{
    uint32_t bytes = sf_transfer_length(&message->transfer, index);
    packet_send(world, message, message->up, EVENT_FRAGMENT, index, bytes);
    return bytes;
}

/* When the sender looks again whether all was acknowledged: after a silence, or when its patience
 * ends, whichever comes first. Most messages are through by then, so one such event waits for each,
 * not two. */
static void look_again(struct world *world, const struct message *message)
{
    sf_ns resend_ns = world_now(world) + world->cloud.resend_after_ns;
    bool gives_up = message->give_up_at_ns != 0 && message->give_up_at_ns <= resend_ns;
    sf_world_push(world, gives_up ? EVENT_SEND_LIMIT : EVENT_RESEND, message->home, 0,
                  message->handle, gives_up ? message->give_up_at_ns : resend_ns);
}

void sf_message_send(struct world *world, struct message *message)
{
    bool first = message->transfer.sent_count == 0;
    uint32_t index;
    uint32_t bytes = 0;
    while ((index = sf_transfer_next_unsent(&message->transfer)) != UINT32_MAX) {
        bytes += fragment_send(world, message, index);
    }
    sf_errand_bytes_left(world, message, bytes);
    if (first && message->transfer.sent_count > 0) {
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
    sf_errand_bytes_left(world, message, bytes);
}

/* The sender has heard nothing for a while. */
static void resend(struct world *world, struct message *message)
{
    if (message->transfer.sender_done) {
        return;
    }
    /* What the cache has not passed yet is not missing: the sender's patience begins with the last
     * part. */
    bool all_ready = message->transfer.ready_bytes == message->transfer.total_bytes;
    if (all_ready && message->transfer.resends_count >= (uint32_t)world->cloud.resends_max) {
        sf_message_stop_sending(world, message);
        return;
    }
    message->transfer.resends_count += all_ready;
    send_unacknowledged(world, message);
    look_again(world, message);
}

static void fragment_arrived(struct world *world, struct message *message, uint32_t index)
{
    bool acknowledge;
    enum sf_transfer_arrival arrival = sf_transfer_arrive(&message->transfer, index, &acknowledge);
    message->begun = true;
    acknowledge = acknowledge || message->in_parts;
    if (acknowledge && !(message->transfer.receiver_done && arrival == SF_ARRIVAL_NEW)) {
        packet_send(world, message, !message->up, EVENT_ACK, index, ACK_BYTES);
    }
    bool last = arrival == SF_ARRIVAL_LAST;
    if (last) {
        message->transfer.receiver_done = true;
    }
    if (message->up) {
        sf_cloud_fragment(world, message, index, last);
    } else if (message->kind == MESSAGE_COMMAND) {
        if (last) {
            if (message->direct) {
                sf_direct_command_arrived(world, message);
            } else if (!sf_still_unchanged(world, message)) {
                sf_camera_command(world, message->home, message->subject);
            }
        }
    } else if (message->kind == MESSAGE_SESSION) {
        if (last) {
            sf_session_arrived(world, message);
        }
    } else if (message->kind == MESSAGE_RESET) {
        if (last) {
            sf_viewer_connection_broke(world, message);
        }
    } else if (arrival != SF_ARRIVAL_AGAIN) {
        sf_viewer_fragment(world, message, last);
    }
}

static void acknowledged(struct world *world, struct message *message)
{
    sf_transfer_acknowledged(&message->transfer);
    if (!message->transfer.sender_done && !message->in_parts) {
        send_unacknowledged(world, message);
    }
    if (message->kind == MESSAGE_ANSWER) {
        sf_cloud_answer_taken(world, message);
    }
}

void sf_network_event(struct world *world, const struct sf_event *event)
{
    struct message *message = sf_message_get(world, event_handle(event));
    if (event->kind == EVENT_RESEND || event->kind == EVENT_SEND_LIMIT) {
        if (message != NULL && event->kind == EVENT_RESEND) {
            resend(world, message);
        } else if (message != NULL && !message->transfer.sender_done) {
            world_trace(world, SF_RECORD(send_given_up, .camera = sf_camera_id(message->home),
                                         .capture = message->capture,
                                         .packets_count = message->transfer.fragments_count -
                                                          message->transfer.acked_count));
            sf_message_stop_sending(world, message);
        }
        return;
    }
    /* A message lives as long as a packet of it is on its way. */
    SF_ASSERT(message != NULL);
    struct home *home = &world->homes[message->home];
    if (slotted_link(world, event->target) == NULL) {
        sf_netem_departed((event->target & 1) == 0 ? &home->up : &home->down);
    }
    /* What comes to a home without power, or for a device that has lost it since, meets nobody. */
    bool to_home = (event->target & 1) != 0;
    bool heard = !to_home || (home->powered && !message->orphaned);
    /* The packet still counts as on its way while it is looked at, so that nothing releases its
     * message. */
    if (event->kind == EVENT_FRAGMENT && heard) {
        fragment_arrived(world, message, event->small);
    } else if (event->kind == EVENT_ACK && heard) {
        acknowledged(world, message);
    }
    message->transfer.in_flight_count--;
    message_release_if_done(world, message);
}
