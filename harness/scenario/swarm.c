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

static const enum sf_plan_section_kind viewers[] = {SF_SECTION_HUB, SF_SECTION_APP};
enum { VIEWERS_COUNT = sizeof viewers / sizeof viewers[0] };

/* Nobody leaves with a request open. */
static void draw_leaving(const struct sf_plan_schema *schema, uint64_t seed, struct sf_plan *plan)
{
    if (is_on(seed, "swarm-leaving", 0)) {
        return;
    }
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        for (uint32_t j = 0; j < VIEWERS_COUNT; j++) {
            uint32_t index = sf_param_find(schema->tables[viewers[j]], "leaves_early");
            SF_ASSERT(index != UINT32_MAX);
            plan->groups[i].sections[viewers[j]].values[index] = 0;
        }
    }
}

/* Slow tails of what a cache leans on, each drawn apart. */
static void draw_tails(const struct sf_plan_schema *schema, uint64_t seed, struct sf_plan *plan)
{
    static const char *const tails[] = {"store_slow_share", "identity_slow_share"};
    for (uint32_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        uint32_t index = sf_param_find(schema->tables[SF_SECTION_CLOUD], tails[i]);
        SF_ASSERT(index != UINT32_MAX);
        if (!is_on(seed, "swarm-tail", i)) {
            plan->cloud.values[index] = 0;
        }
    }
}

/* Hot and cold: somebody watches four times as often, as said, or a quarter as often. */
static void draw_watching(const struct sf_plan_schema *schema, uint64_t seed, struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        for (uint32_t j = 0; j < VIEWERS_COUNT; j++) {
            const struct sf_param_table *table = schema->tables[viewers[j]];
            uint32_t index = sf_param_find(table, "watch_every");
            SF_ASSERT(index != UINT32_MAX);
            int64_t *value = &plan->groups[i].sections[viewers[j]].values[index];
            uint64_t heat = sf_rng_derive(seed, "swarm-heat", 2 * i + j) % 3;
            int64_t wanted = heat == 0 ? *value / 4 : heat == 1 ? *value : *value * 4;
            const struct sf_param *param = &table->params[index];
            *value = wanted < param->min ? param->min : wanted > param->max ? param->max : wanted;
        }
    }
}

void sf_plan_draw(const struct sf_plan_schema *schema, const struct sf_plan *plan, uint64_t seed,
                  struct sf_plan *drawn, uint32_t entries[SF_TIMELINE_MAX])
{
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
    draw_watching(schema, seed, drawn);
    draw_leaving(schema, seed, drawn);
    draw_tails(schema, seed, drawn);
    sf_plan_normalise(schema, drawn);
}
