/* Which parameters each link has, and when that changes: by the time line, or by itself where the
 * network has states. Each direction of a home changes by itself, by draws of its own. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

static bool is_up(uint32_t link)
{
    return link % 2 == 0;
}

struct sf_netem *sf_link_netem(struct world *world, uint32_t link)
{
    struct slotted_link *queued = slotted_link(world, link);
    if (queued != NULL) {
        return &queued->queue.link;
    }
    struct home *home = &world->homes[link / 2];
    return is_up(link) ? &home->up : &home->down;
}

static const struct sf_netem_config *config_of(const struct world *world, uint32_t link,
                                               uint32_t network)
{
    const struct sf_plan_network *found = &world->plan->networks[network];
    SF_ASSERT(found->states_count == 0);
    return is_up(link) ? &found->up : &found->down;
}

/* The network that a link is on while its network is in this state. */
static uint32_t stays_on(const struct world *world, uint32_t network, uint32_t state)
{
    const struct sf_plan_network *found = &world->plan->networks[network];
    return found->states_count > 0 ? found->states[state].network_index : network;
}

/* How long the state lasts that the link has just begun. */
static void schedule(struct world *world, uint32_t link, uint32_t network, uint32_t state)
{
    const struct sf_netem *netem = sf_link_netem(world, link);
    const struct sf_plan_state *begun = &world->plan->networks[network].states[state];
    sf_ns dwell_ns = sf_netem_dwell_ns(netem, begun->dwell_ns_min, begun->dwell_ns_max);
    sf_queue_push(&world->queue,
                  (struct sf_event){.due_ns = world_now(world) + dwell_ns,
                                    .kind = EVENT_LINK_STATE,
                                    .small = (uint16_t)state,
                                    .target = link,
                                    .a = network,
                                    .b = netem->changes_count},
                  link);
}

static void tell(struct world *world, uint32_t link, uint32_t network)
{
    world_trace(world, SF_RECORD(network, .link = sf_link_id(link), .network = network));
}

void sf_link_init(struct world *world, uint32_t link, uint32_t network, uint64_t seed)
{
    uint32_t first = stays_on(world, network, 0);
    struct slotted_link *queued = slotted_link(world, link);
    if (queued != NULL) {
        sf_slotted_link_init(queued, config_of(world, link, first), seed);
    } else {
        sf_netem_init(sf_link_netem(world, link), config_of(world, link, first), seed);
    }
}

void sf_link_start(struct world *world, uint32_t link, uint32_t network)
{
    if (world->plan->networks[network].states_count > 0) {
        tell(world, link, stays_on(world, network, 0));
        schedule(world, link, network, 0);
    }
}

static void enter_state(struct world *world, uint32_t link, uint32_t network, uint32_t state)
{
    uint32_t entered = stays_on(world, network, state);
    sf_netem_change(sf_link_netem(world, link), config_of(world, link, entered), world_now(world));
    tell(world, link, entered);
    sf_slotted_changed(world, link);
    if (world->plan->networks[network].states_count > 0) {
        schedule(world, link, network, state);
    }
}

void sf_link_change(struct world *world, uint32_t link, uint32_t network)
{
    enter_state(world, link, network, 0);
}

void sf_link_state_ends(struct world *world, const struct sf_event *event)
{
    /* The time line may have changed the link since. */
    if (sf_link_netem(world, event->target)->changes_count == event->b) {
        uint32_t states_count = world->plan->networks[event->a].states_count;
        enter_state(world, event->target, event->a, (event->small + 1u) % states_count);
    }
}
