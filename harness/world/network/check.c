/* What holds of the network between two events. */
#include "harness/world/network/network.h"
#include "harness/world/network/slotted_links.h"

static bool is_arrival(const struct sf_event *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_FRAGMENT:
    case EVENT_FRAGMENT_BROKEN:
    case EVENT_ACK:
    case EVENT_ACK_BROKEN:
    case EVENT_PIECE:
    case EVENT_PIECE_BROKEN:
        return true;
    case EVENT_RESEND:
    case EVENT_SEND_LIMIT:
    case EVENT_UPLOAD_TIME_OUT:
    case EVENT_REQUEST_LIMIT:
    case EVENT_FETCH_LIMIT:
    case EVENT_CAMERA_TICK:
    case EVENT_VIEWER_TICK:
    case EVENT_CACHE_TIMER:
    case EVENT_STORE_ARRIVE:
    case EVENT_STORE_REPLY:
    case EVENT_TIMELINE:
    case EVENT_END:
    case EVENT_IDENTITY:
    case EVENT_SESSION_LIMIT:
    case EVENT_ERRAND_TICK:
    case EVENT_LINK_STATE:
    case EVENT_LINK_OPENS:
        return false;
    }
    SF_UNREACHABLE();
}

static void check_memory(const struct message *message)
{
    const struct sf_transfer *transfer = &message->transfer;
    const struct sf_content *content = message->content;
    uint32_t words = sf_transfer_words(transfer->total_bytes);
    SF_ASSERT((words > INLINE_WORDS) == (message->bits != NULL));
    SF_ASSERT(transfer->arrived == (message->bits != NULL ? message->bits : message->inline_bits));
    SF_ASSERT(transfer->acked == transfer->arrived + words);
    if (content != NULL) {
        SF_ASSERT(content->references > 0);
        SF_ASSERT(message->bytes >= content->bytes);
        SF_ASSERT(message->bytes + transfer->total_bytes <= content->bytes + content->count);
    }
}

void sf_message_check(const struct world *world, const struct message *message)
{
    const struct sf_transfer *transfer = &message->transfer;
    SF_ASSERT(message->kind < MESSAGE_KINDS_COUNT);
    SF_ASSERT(message->home.index < world->homes.count);
    SF_ASSERT(message->up == world->network.routes[message->kind].up);
    SF_ASSERT(sf_slots_get(&world->network.messages, message->handle) == message);
    check_memory(message);
    sf_transfer_check(transfer);
    SF_ASSERT(message->begun || transfer->arrived_count == 0);
    /* It is released as soon as neither end cares for it and nothing of it is on its way. */
    bool receiver_waits = message->begun && !transfer->receiver_done;
    SF_ASSERT(!transfer->sender_done || transfer->in_flight_count > 0 || receiver_waits);
}

static uint64_t check_messages(const struct world *world)
{
    const struct sf_slots *messages = &world->network.messages;
    uint64_t in_flight_count = 0;
    for (sf_handle h = sf_slots_next(messages, 0); h != 0; h = sf_slots_next(messages, h)) {
        const struct message *message = sf_slots_get(messages, h);
        sf_message_check(world, message);
        in_flight_count += message->transfer.in_flight_count;
    }
    return in_flight_count;
}

/* Copies that wait in links with slots. */
static uint64_t check_slotted(const struct world *world)
{
    const struct sf_slots *packets = &world->network.slotted_packets;
    uint64_t copies_count = 0;
    for (sf_handle h = sf_slots_next(packets, 0); h != 0; h = sf_slots_next(packets, h)) {
        const struct slotted_packet *packet = sf_slots_get(packets, h);
        SF_ASSERT(packet->copies_count > 0);
        SF_ASSERT(packet->sent_ns <= world_now(world));
        SF_ASSERT(sf_slots_get(&world->network.messages, packet->message) != NULL);
        copies_count += packet->copies_count;
    }
    return copies_count;
}

static uint64_t check_links(const struct world *world)
{
    uint64_t waiting_count = 0;
    SF_ASSERT(world->network.links_count == SF_LINKS_PER_HOME * world->homes.count);
    for (uint32_t i = 0; i < world->network.links_count; i++) {
        const struct slotted_link *slotted = slotted_link(world, sf_link_id(i));
        sf_netem_check(sf_link_netem(world, sf_link_id(i)));
        if (slotted != NULL) {
            sf_netem_queue_check(&slotted->queue);
            SF_ASSERT(slotted->wake_ns >= world_now(world));
            waiting_count += sf_netem_waiting_count(&slotted->queue.link);
        }
    }
    return waiting_count;
}

void sf_network_check(const struct world *world)
{
    uint64_t arrivals_count = 0;
    for (uint32_t i = 0; i < world->queue.count; i++) {
        arrivals_count += is_arrival(&world->queue.heap[i]);
    }
    uint64_t held_count = check_slotted(world);
    SF_ASSERT(check_links(world) == held_count);
    SF_ASSERT(check_messages(world) == arrivals_count + held_count);
}
