#include "harness/scenario/swarm.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/params.h"
#include "harness/sim/rng.h"

/* Kinds of injury of a network, drawn apart. */
enum injury {
    LOSS,
    JITTER,
    DELAY,
    DUPLICATION,
    CORRUPTION,
    REORDERING,
    RATE,
    SLOTS,
    INJURIES_COUNT
};

static bool is_on(uint64_t seed, const char *family, uint64_t index)
{
    return (sf_rng_derive(seed, family, index) & 1) != 0;
}

static void take_away(struct sf_netem_config *config, enum injury injury)
{
    struct sf_netem_config none;
    sf_netem_config_default(&none);
    switch (injury) {
    case LOSS:
        config->loss_model = none.loss_model;
        config->loss = config->loss_correlation = 0;
        config->ecn = false; /* it needs a loss */
        config->state = none.state;
        config->gemodel = none.gemodel;
        return;
    case JITTER:
        config->jitter_ns = 0;
        config->delay_table = NULL;
        config->delay_correlation = 0;
        config->keep_order = false;
        return;
    case DELAY:
        config->delay_ns /= 4;
        config->jitter_ns /= 4;
        return;
    case DUPLICATION:
        config->duplicate = config->duplicate_correlation = 0;
        return;
    case CORRUPTION:
        config->corrupt = config->corrupt_correlation = 0;
        return;
    case REORDERING:
        config->reorder = config->reorder_correlation = config->gap = 0;
        return;
    case RATE:
        config->rate_bytes_per_second = 0;
        config->limit_packets = none.limit_packets;
        return;
    case SLOTS:
        config->slot_delay_ns_min = config->slot_delay_ns_max = 0;
        config->slot_table = NULL;
        config->slot_table_delay_ns = config->slot_table_jitter_ns = 0;
        config->slot_packets_max = config->slot_bytes_max = 0;
        return;
    case INJURIES_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static uint32_t healed_network(const struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return plan->timeline[i].network_index;
        }
    }
    return 0;
}

static void draw_networks(uint64_t seed, struct sf_plan *plan)
{
    uint32_t healed = healed_network(plan);
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        for (int injury = 0; injury < INJURIES_COUNT; injury++) {
            if (i != healed && !is_on(seed, "swarm-network", (uint64_t)injury)) {
                take_away(&plan->networks[i].up, (enum injury)injury);
                take_away(&plan->networks[i].down, (enum injury)injury);
            }
        }
    }
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        uint32_t states_count = plan->networks[i].states_count;
        if (states_count > 0 && !is_on(seed, "swarm-states", i)) {
            sf_plan_network_settle(
                plan, i, (uint32_t)(sf_rng_derive(seed, "swarm-state", i) % states_count));
        }
    }
}

static void draw_timeline(uint64_t seed, struct sf_plan *plan, uint32_t *entries)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        enum sf_plan_action action = plan->timeline[i].action;
        if (action == SF_ACTION_HEAL || is_on(seed, "swarm-action", (uint64_t)action)) {
            plan->timeline[kept] = plan->timeline[i];
            entries[kept++] = i;
        }
    }
    plan->timeline_count = kept;
}

/* Drops, or heats, the values of one section: hot and cold is a quarter of the value, the value, or
 * four times it. `heat_index` is of the group and of the section in it. */
static void draw_section(const struct sf_param_table *table, uint64_t seed, uint64_t heat_index,
                         struct sf_plan_section *section)
{
    for (uint32_t i = 0; i < table->params_count; i++) {
        const struct sf_param *param = &table->params[i];
        int64_t value = section->values[i];
        int64_t heated[] = {value / 4, value, value * 4};
        switch (param->swarm) {
        case SF_SWARM_KEEPS:
            break;
        case SF_SWARM_DROPS:
            value = is_on(seed, param->swarm_stream, param->swarm_index) ? value : 0;
            break;
        case SF_SWARM_HEATS:
            value = heated[sf_rng_derive(seed, param->swarm_stream, heat_index) % 3];
            value = value < param->min ? param->min : value > param->max ? param->max : value;
            break;
        }
        section->values[i] = value;
    }
}

static void draw_values(const struct sf_plan_schema *schema, uint64_t seed, struct sf_plan *plan)
{
    enum { VIEWERS_COUNT = 2 };
    _Static_assert(SF_SECTION_APP == SF_SECTION_HUB + VIEWERS_COUNT - 1,
                   "the sections of viewers are neighbours");
    draw_section(schema->tables[SF_SECTION_CLOUD], seed, 0, &plan->cloud);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        for (uint32_t j = 0; j < VIEWERS_COUNT; j++) {
            uint32_t kind = SF_SECTION_HUB + j;
            draw_section(schema->tables[kind], seed, VIEWERS_COUNT * i + j,
                         &plan->groups[i].sections[kind]);
        }
    }
}

void sf_plan_draw(const struct sf_plan_schema *schema, const struct sf_plan *plan, uint64_t seed,
                  struct sf_plan *drawn, uint32_t entries[SF_TIMELINE_MAX])
{
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(drawn != NULL);
    SF_ASSERT(entries != NULL);
    SF_ASSERT(plan != drawn);
    memcpy(drawn, plan, sizeof *drawn);
    if (!plan->swarm) {
        for (uint32_t i = 0; i < plan->timeline_count; i++) {
            entries[i] = i;
        }
        return;
    }
    drawn->swarm = false;
    drawn->seed = seed;
    draw_networks(seed, drawn);
    draw_timeline(seed, drawn, entries);
    draw_values(schema, seed, drawn);
    sf_plan_normalise(schema, drawn);
}
