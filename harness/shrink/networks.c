/* Simpler networks: whole kinds of impairment removed, then the rest made milder. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/shrink/private.h"

static void keep_slots(const struct sf_netem_config *config, struct sf_netem_config *settled)
{
    settled->slot_delay_ns_min = config->slot_delay_ns_min;
    settled->slot_delay_ns_max = config->slot_delay_ns_max;
    settled->slot_table = config->slot_table;
    settled->slot_table_delay_ns = config->slot_table_delay_ns;
    settled->slot_table_jitter_ns = config->slot_table_jitter_ns;
    settled->slot_packets_max = config->slot_packets_max;
    settled->slot_bytes_max = config->slot_bytes_max;
}

/* Deterministic parameters are kept: a delay, a rate, a queue's bound, slots, a loss of 100%. A
 * wait for a slot cannot be a fate, so a network with slots keeps all parameters that delay
 * packets. */
void sf_network_settle(struct sf_netem_config *config, bool keep_rate)
{
    SF_ASSERT(config != NULL);
    struct sf_netem_config settled;
    sf_netem_config_default(&settled);
    settled.delay_ns = config->delay_ns;
    if (config->loss_model == SF_NETEM_LOSS_RANDOM && config->loss == SF_NETEM_ALWAYS) {
        settled.loss = SF_NETEM_ALWAYS;
    }
    keep_slots(config, &settled);
    if (keep_rate || sf_netem_config_needs_queue(config)) {
        settled.limit_packets = config->limit_packets;
        settled.rate_bytes_per_second = config->rate_bytes_per_second;
        settled.packet_overhead_bytes = config->packet_overhead_bytes;
        settled.cell_bytes = config->cell_bytes;
        settled.cell_overhead_bytes = config->cell_overhead_bytes;
    }
    *config = settled;
}

static bool config_has_chance(const struct sf_netem_config *config)
{
    struct sf_netem_config settled = *config;
    sf_network_settle(&settled, true);
    return memcmp(&settled, config, sizeof settled) != 0;
}

bool sf_network_has_chance(const struct sf_plan_network *network)
{
    SF_ASSERT(network != NULL);
    return network->states_count > 0 || config_has_chance(&network->up) ||
           config_has_chance(&network->down);
}

bool sf_network_is_injured(const struct sf_plan_network *network)
{
    SF_ASSERT(network != NULL);
    for (int direction = 0; direction < 2; direction++) {
        const struct sf_netem_config *config = direction == 0 ? &network->up : &network->down;
        struct sf_netem_config delay_only;
        sf_netem_config_default(&delay_only);
        delay_only.delay_ns = config->delay_ns;
        if (memcmp(&delay_only, config, sizeof delay_only) != 0) {
            return true;
        }
    }
    return false;
}

/* By a group or by the time line, not as a state of another. */
static bool is_named(const struct sf_plan *plan, uint32_t network)
{
    bool used = false;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        used |= plan->groups[i].network_index == network;
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        enum sf_plan_action action = plan->timeline[i].action;
        used |= (action == SF_ACTION_NETWORK || action == SF_ACTION_HEAL) &&
                plan->timeline[i].network_index == network;
    }
    return used;
}

bool sf_network_is_used(const struct sf_plan *plan, uint32_t network)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(network < plan->networks_count);
    bool used = is_named(plan, network);
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        for (uint32_t j = 0; j < plan->networks[i].states_count; j++) {
            used |= plan->networks[i].states[j].network_index == network && is_named(plan, i);
        }
    }
    return used;
}

struct sf_netem_config *sf_network_direction(struct sf_plan_network *network, int direction)
{
    SF_ASSERT(network != NULL);
    SF_ASSERT(direction == 0 || direction == 1);
    return direction == 0 ? &network->up : &network->down;
}

/* ---- simpler parameters ---- */

/* Below one in a thousand it is not worth an attempt. */
static uint32_t half_as_likely(uint32_t probability)
{
    return probability > SF_NETEM_ALWAYS / 1000 && probability != SF_NETEM_ALWAYS ? probability / 2
                                                                                  : probability;
}

static void half_as_bad(struct sf_netem_config *config)
{
    config->loss = half_as_likely(config->loss);
    config->state.p13 = half_as_likely(config->state.p13);
    config->state.p14 = half_as_likely(config->state.p14);
    config->gemodel.p = half_as_likely(config->gemodel.p);
    config->gemodel.k1 = half_as_likely(config->gemodel.k1);
    config->duplicate = half_as_likely(config->duplicate);
    config->corrupt = half_as_likely(config->corrupt);
    config->reorder = half_as_likely(config->reorder);
}

/* One parameter back to where it does nothing; false when it is there already. */
static bool simpler(struct sf_netem_config *config, int step)
{
    struct sf_netem_config before = *config;
    struct sf_netem_config none;
    sf_netem_config_default(&none);
    switch (step) {
    case 0:
        *config = none;
        break;
    case 1:
        sf_network_settle(config, false);
        break;
    case 2:
        config->loss_model = none.loss_model;
        config->loss = config->loss_correlation = 0;
        config->ecn = false;
        config->state = none.state;
        config->gemodel = none.gemodel;
        break;
    case 3:
        config->duplicate = config->duplicate_correlation = 0;
        break;
    case 4:
        config->corrupt = config->corrupt_correlation = 0;
        break;
    case 5:
        config->reorder = config->reorder_correlation = config->gap = 0;
        break;
    case 6:
        config->rate_bytes_per_second = 0;
        config->packet_overhead_bytes = config->cell_overhead_bytes = 0;
        config->cell_bytes = 0;
        break;
    case 7:
        config->limit_packets = none.limit_packets;
        break;
    case 8:
        config->jitter_ns = 0;
        config->delay_table = NULL;
        config->delay_correlation = 0;
        config->keep_order = false;
        break;
    case 9:
        keep_slots(&none, config);
        break;
    case 10:
        half_as_bad(config);
        break;
    default: /* not an enum: the number of a step */
        SF_UNREACHABLE();
    }
    return memcmp(&before, config, sizeof before) != 0;
}

enum { SIMPLER_STEPS = 11 };

/* A network that changes stays in one of its states, or has one less. */
static bool shrink_states(struct shrink *shrink, uint32_t network)
{
    bool smaller = false;
    uint32_t count = shrink->found.plan.networks[network].states_count;
    for (uint32_t i = 0; i < count && !smaller && !sf_shrink_is_over(shrink); i++) {
        sf_plan_network_settle(sf_shrink_attempt(shrink), network, i);
        smaller = sf_shrink_try(shrink, true);
    }
    for (uint32_t i = count; i-- > 0 && !sf_shrink_is_over(shrink);) {
        struct sf_plan_network *fewer = &sf_shrink_attempt(shrink)->networks[network];
        if (fewer->states_count > 2) {
            fewer->states_count--;
            memmove(&fewer->states[i], &fewer->states[i + 1],
                    (fewer->states_count - i) * sizeof fewer->states[0]);
            smaller |= sf_shrink_try(shrink, true);
        }
    }
    return smaller;
}

bool sf_shrink_networks(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    bool smaller = false;
    for (uint32_t i = 1; i < shrink->found.plan.networks_count; i++) {
        smaller |= sf_network_is_used(&shrink->found.plan, i) && shrink_states(shrink, i);
        for (int step = 0; step < SIMPLER_STEPS && sf_network_is_used(&shrink->found.plan, i);
             step++) {
            for (int direction = 0; direction < 2 && !sf_shrink_is_over(shrink); direction++) {
                struct sf_plan *plan = sf_shrink_attempt(shrink);
                if (simpler(sf_network_direction(&plan->networks[i], direction), step)) {
                    smaller |= sf_shrink_try(shrink, true);
                }
            }
        }
    }
    return smaller;
}

static void rename_network(struct sf_plan *plan, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        if (plan->groups[i].network_index == from) {
            plan->groups[i].network_index = to;
        }
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].network_index == from) {
            plan->timeline[i].network_index = to;
        }
    }
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        for (uint32_t j = 0; j < plan->networks[i].states_count; j++) {
            if (plan->networks[i].states[j].network_index == from) {
                plan->networks[i].states[j].network_index = to;
            }
        }
    }
}

static bool does_nothing(const struct sf_plan *plan, uint32_t network)
{
    const struct sf_plan_network *perfect = &plan->networks[0];
    return plan->networks[network].states_count == 0 &&
           memcmp(&plan->networks[network].up, &perfect->up, sizeof perfect->up) == 0 &&
           memcmp(&plan->networks[network].down, &perfect->down, sizeof perfect->down) == 0;
}

void sf_edit_drop_networks(struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan->networks_count > 0);
    for (uint32_t i = plan->networks_count - 1; i > 0; i--) {
        if (does_nothing(plan, i)) {
            rename_network(plan, i, 0);
        }
        if (sf_network_is_used(plan, i)) {
            continue;
        }
        plan->networks_count--;
        memmove(&plan->networks[i], &plan->networks[i + 1],
                (plan->networks_count - i) * sizeof plan->networks[0]);
        for (uint32_t after = i; after < plan->networks_count; after++) {
            rename_network(plan, after + 1, after);
        }
    }
}
