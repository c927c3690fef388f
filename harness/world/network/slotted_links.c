/* Links that hold packets back. Where a network has slots, the time at which a packet leaves
 * depends on packets that are sent after it: such a link runs with the model's queue
 * (netem_queue.h) and is woken when the next packet may leave. A link that is ever on such a
 * network has its queue from the start, so that no change of network moves a packet from one way of
 * running to the other. */
#include "harness/world/network/slotted_links.h"

#include <stdlib.h>

#include "harness/base/assert.h"

enum { PLACES_FIRST = 16 };

/* ---- which links ---- */

static bool config_needs_queue(const struct sf_plan_network *network, bool up)
{
    return sf_netem_config_needs_queue(up ? &network->up : &network->down);
}

static bool network_needs_queue(const struct sf_plan *plan, uint32_t network, bool up)
{
    const struct sf_plan_network *found = &plan->networks[network];
    bool needed = config_needs_queue(found, up);
    for (uint32_t i = 0; i < found->states_count; i++) {
        needed |= config_needs_queue(&plan->networks[found->states[i].network_index], up);
    }
    return needed;
}

static bool brings_network(const struct sf_plan_entry *entry, uint32_t group, bool up)
{
    enum sf_plan_direction other = up ? SF_DIRECTION_DOWN : SF_DIRECTION_UP;
    bool concerned = entry->group_index == SF_GROUP_ALL || entry->group_index == group;
    return entry->action == SF_ACTION_HEAL ||
           (entry->action == SF_ACTION_NETWORK && concerned && entry->direction != other);
}

static bool group_needs_queue(const struct sf_plan *plan, uint32_t group, bool up)
{
    bool needed = network_needs_queue(plan, plan->groups[group].network_index, up);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        needed |=
            brings_network(entry, group, up) && network_needs_queue(plan, entry->network_index, up);
    }
    return needed;
}

/* ---- from the beginning to the end ---- */

void sf_slotted_init(struct world *world)
{
    sf_slots_init(&world->network.slotted_packets, sizeof(struct slotted_packet));
}

static void make_slotted(struct world *world, struct sf_link_id link)
{
    struct network *network = &world->network;
    if (network->slotted == NULL) {
        network->slotted =
            sf_arena_take(&world->arena, network->links_count, sizeof(struct slotted_link *));
    }
    network->slotted[link.index] = sf_arena_take(&world->arena, 1, sizeof(struct slotted_link));
}

void sf_slotted_build(struct world *world)
{
    uint32_t home = 0;
    world->network.slotted = NULL;
    for (uint32_t group = 0; group < world->plan->groups_count; group++) {
        bool up = group_needs_queue(world->plan, group, true);
        bool down = group_needs_queue(world->plan, group, false);
        uint32_t end = home + world->plan->groups[group].homes_count;
        for (; home < end; home++) {
            if (up) {
                make_slotted(world, sf_link_up(sf_home_id(home)));
            }
            if (down) {
                make_slotted(world, sf_link_down(sf_home_id(home)));
            }
        }
    }
}

void sf_slotted_link_init(struct slotted_link *slotted, const struct sf_netem_config *config,
                          uint64_t seed)
{
    struct sf_netem_waiting *storage = sf_realloc(NULL, PLACES_FIRST, sizeof *storage);
    sf_netem_queue_init(&slotted->queue, config, seed, storage, PLACES_FIRST);
    slotted->wake_ns = SF_NS_NEVER;
}

void sf_slotted_drop(struct world *world)
{
    struct network *network = &world->network;
    uint64_t copies_count = 0;
    for (uint32_t i = 0; network->slotted != NULL && i < network->links_count; i++) {
        if (network->slotted[i] != NULL) {
            copies_count += sf_netem_waiting_count(&network->slotted[i]->queue.link);
            free(network->slotted[i]->queue.waiting);
        }
    }
    SF_ASSERT(network->slotted_packets.count <= copies_count);
    network->slotted = NULL;
    sf_slots_reset(&network->slotted_packets);
}

/* ---- in ---- */

/* Grows while time moves, as the event queue does: a thousand places for each of many links, most
 * of which stay empty, would be too much. The network's `limit` bounds it. */
static void make_room(struct sf_netem_queue *queue)
{
    if (sf_netem_queue_has_room(queue)) {
        return;
    }
    struct sf_netem_waiting *before = queue->waiting;
    uint64_t places = 2 * (uint64_t)queue->waiting_max;
    sf_netem_queue_move(queue, sf_realloc(NULL, places, sizeof *before), places);
    free(before);
}

static uint16_t flags_of(struct sf_netem_queued taken, enum event_kind kind)
{
    unsigned flags = taken.copies_count == 0 ? SF_FATE_LOST : 0;
    flags |= taken.copies_count > 1 ? SF_FATE_DUPLICATED : 0;
    flags |= taken.corrupted ? SF_FATE_CORRUPTED : 0;
    flags |= taken.dropped_by_limit ? SF_FATE_OVER_LIMIT : 0;
    flags |= kind == EVENT_ACK ? SF_FATE_ACK : 0;
    return (uint16_t)flags;
}

uint16_t sf_slotted_take_in(struct world *world, struct slotted_link *slotted,
                            struct message *message, const struct packet *given)
{
    void *item;
    sf_handle tag = sf_slots_take(&world->network.slotted_packets, &item);
    struct slotted_packet *packet = item;
    *packet = (struct slotted_packet){
        .message = message->handle,
        .sent_ns = world_now(world),
        .number = slotted->queue.link.packets_count,
        .fragment = given->fragment,
        .kind = (uint16_t)given->kind,
        .small = given->small,
    };
    make_room(&slotted->queue);
    struct sf_netem_queued taken =
        sf_netem_queue_enqueue(&slotted->queue, world_now(world),
                               given->payload_bytes + SF_PACKET_HEADER_BYTES, false, tag);
    packet->flags = flags_of(taken, given->kind);
    packet->copies_count = taken.copies_count;
    message->transfer.in_flight_count += taken.copies_count;
    uint16_t flags = packet->flags;
    if (taken.copies_count == 0) {
        sf_slots_give(&world->network.slotted_packets, tag);
    }
    return flags;
}

/* ---- out ---- */

/* It arrives at this very instant, after whatever is being done with the link now. */
static void leave(struct world *world, struct sf_link_id link,
                  const struct sf_netem_delivery *delivery)
{
    struct slotted_packet *packet = sf_slots_get(&world->network.slotted_packets, delivery->tag);
    SF_ASSERT(packet != NULL);
    unsigned flags = packet->flags & ~(unsigned)SF_FATE_CORRUPTED;
    flags |= delivery->corrupted ? SF_FATE_CORRUPTED : 0;
    world_trace(world,
                SF_RECORD(packet_left, .fate = (uint16_t)flags, .link = link,
                          .transfer = (uint32_t)packet->message, .fragment = packet->fragment,
                          .number = packet->number, .held_ns = world_now(world) - packet->sent_ns));
    push_arrival(world, link, (enum event_kind)packet->kind, delivery->corrupted, packet->small,
                 packet->message, world_now(world));
    if (--packet->copies_count == 0) {
        sf_slots_give(&world->network.slotted_packets, delivery->tag);
    }
}

/* Keeps one wake-up pending per link; pushes another only if it is due earlier. */
static void wake_later(struct world *world, struct sf_link_id link)
{
    struct slotted_link *slotted = world->network.slotted[link.index];
    sf_ns next_ns = sf_netem_queue_next_ns(&slotted->queue);
    sf_ns due_ns = next_ns > world_now(world) ? next_ns : world_now(world);
    if (due_ns < slotted->wake_ns) {
        slotted->wake_ns = due_ns;
        sf_queue_push(
            &world->queue,
            (struct sf_event){.due_ns = due_ns, .kind = EVENT_LINK_OPENS, .target = link.index},
            link.index);
    }
}

void sf_slotted_let_go(struct world *world, struct sf_link_id link)
{
    struct sf_netem_delivery delivery;
    while (sf_netem_queue_dequeue(&world->network.slotted[link.index]->queue, world_now(world),
                                  &delivery)) {
        leave(world, link, &delivery);
    }
    wake_later(world, link);
}

void sf_slotted_wake(struct world *world, struct sf_link_id link)
{
    struct slotted_link *slotted = world->network.slotted[link.index];
    if (slotted->wake_ns == world_now(world)) {
        slotted->wake_ns = SF_NS_NEVER;
    }
    /* Asked before the time, the model would begin another slot: the packet that was due now may
     * have been put off since. */
    if (sf_netem_queue_next_ns(&slotted->queue) <= world_now(world)) {
        sf_slotted_let_go(world, link);
    } else {
        wake_later(world, link);
    }
}

void sf_slotted_changed(struct world *world, struct sf_link_id link)
{
    if (slotted_link(world, link) != NULL) {
        wake_later(world, link);
    }
}
