/* Which parameters each link has, and when they change: by the time line or, where the network has
 * states, when a state ends. The two directions of a home change independently. */
#include "harness/world/network/network.h"
#include "harness/world/network/slotted_links.h"

struct sf_netem *sf_link_netem(const struct world *world, struct sf_link_id link)
{
    SF_ASSERT(link.index < world->network.links_count);
    struct slotted_link *slotted = slotted_link(world, link);
    return slotted != NULL ? &slotted->queue.link : &world->network.links[link.index];
}

static const struct sf_netem_config *config_of(const struct world *world, struct sf_link_id link,
                                               uint32_t network)
{
    const struct sf_plan_network *found = &world->plan->networks[network];
    SF_ASSERT(found->states_count == 0);
    return sf_link_is_up(link) ? &found->up : &found->down;
}

/* The network whose parameters a link has while `network` is in this state. */
static uint32_t settled(const struct world *world, uint32_t network, uint32_t state)
{
    const struct sf_plan_network *found = &world->plan->networks[network];
    return found->states_count > 0 ? found->states[state].network_index : network;
}

/* The end of the state that the link has just entered. */
static void schedule(struct world *world, struct sf_link_id link, uint32_t network, uint32_t state)
{
    const struct sf_netem *netem = sf_link_netem(world, link);
    const struct sf_plan_state *begun = &world->plan->networks[network].states[state];
    sf_ns dwell_ns = sf_netem_dwell_ns(netem, begun->dwell_ns_min, begun->dwell_ns_max);
    sf_queue_push(&world->queue,
                  (struct sf_event){.due_ns = world_now(world) + dwell_ns,
                                    .kind = EVENT_LINK_STATE,
                                    .small = (uint16_t)state,
                                    .target = link.index,
                                    .a = network,
                                    .b = netem->changes_count},
                  link.index);
}

static void trace_network(struct world *world, struct sf_link_id link, uint32_t network)
{
    world_trace(world, SF_RECORD(network, .link = link, .network = network));
}

void sf_link_init(struct world *world, struct sf_link_id link, uint32_t network, uint64_t seed)
{
    uint32_t first = settled(world, network, 0);
    struct slotted_link *slotted = slotted_link(world, link);
    if (slotted != NULL) {
        sf_slotted_link_init(slotted, config_of(world, link, first), seed);
    } else {
        sf_netem_init(sf_link_netem(world, link), config_of(world, link, first), seed);
    }
}

void sf_link_start(struct world *world, struct sf_link_id link, uint32_t network)
{
    if (world->plan->networks[network].states_count > 0) {
        trace_network(world, link, settled(world, network, 0));
        schedule(world, link, network, 0);
    }
}

static void enter_state(struct world *world, struct sf_link_id link, uint32_t network,
                        uint32_t state)
{
    uint32_t entered = settled(world, network, state);
    sf_netem_change(sf_link_netem(world, link), config_of(world, link, entered), world_now(world));
    trace_network(world, link, entered);
    sf_slotted_changed(world, link);
    if (world->plan->networks[network].states_count > 0) {
        schedule(world, link, network, state);
    }
}

void sf_link_change(struct world *world, struct sf_link_id link, uint32_t network)
{
    enter_state(world, link, network, 0);
}

void sf_link_state_ends(struct world *world, const struct sf_event *event)
{
    const struct sf_link_id link = sf_link_id(event->target);
    SF_ASSERT(world->plan->networks[event->a].states_count > 0);
    /* The time line may have changed the link since. */
    if (sf_link_netem(world, link)->changes_count == event->b) {
        uint32_t states_count = world->plan->networks[event->a].states_count;
        enter_state(world, link, event->a, (event->small + 1u) % states_count);
    }
}
