/* Simpler networks, and chance turned into a list of fates. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/run/shrink_private.h"
#include "harness/trace/trace.h"

static bool config_has_chance(const struct sf_netem_config *config)
{
    struct sf_netem_config still;
    sf_netem_config_default(&still);
    still.delay_ns = config->delay_ns;
    return memcmp(&still, config, sizeof still) != 0;
}

bool network_has_chance(const struct sf_plan_network *network)
{
    return network->states_count > 0 || config_has_chance(&network->up) ||
           config_has_chance(&network->down);
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

bool network_is_used(const struct sf_plan *plan, uint32_t network)
{
    bool used = is_named(plan, network);
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        for (uint32_t j = 0; j < plan->networks[i].states_count; j++) {
            used |= plan->networks[i].states[j].network_index == network && is_named(plan, i);
        }
    }
    return used;
}

static struct sf_netem_config *direction_of(struct sf_plan_network *network, int direction)
{
    return direction == 0 ? &network->up : &network->down;
}

/* ---- simpler parameters ---- */

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
        none.delay_ns = config->delay_ns;
        *config = none;
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
    default:
        SF_UNREACHABLE();
    }
    return memcmp(&before, config, sizeof before) != 0;
}

enum { SIMPLER_STEPS = 9 };

/* A network that changes stays in one of its states, or has one less. */
static bool shrink_states(struct shrink *shrink, uint32_t network)
{
    bool smaller = false;
    uint32_t count = shrink->found.plan.networks[network].states_count;
    for (uint32_t i = 0; i < count && !smaller && !shrink_is_over(shrink); i++) {
        sf_plan_network_settle(shrink_attempt(shrink), network, i);
        smaller = shrink_try(shrink, true);
    }
    for (uint32_t i = count; i-- > 0 && !shrink_is_over(shrink);) {
        struct sf_plan_network *fewer = &shrink_attempt(shrink)->networks[network];
        if (fewer->states_count > 2) {
            fewer->states_count--;
            memmove(&fewer->states[i], &fewer->states[i + 1],
                    (fewer->states_count - i) * sizeof fewer->states[0]);
            smaller |= shrink_try(shrink, true);
        }
    }
    return smaller;
}

bool shrink_networks(struct shrink *shrink)
{
    bool smaller = false;
    for (uint32_t i = 1; i < shrink->found.plan.networks_count; i++) {
        smaller |= network_is_used(&shrink->found.plan, i) && shrink_states(shrink, i);
        for (int step = 0; step < SIMPLER_STEPS && network_is_used(&shrink->found.plan, i);
             step++) {
            for (int direction = 0; direction < 2 && !shrink_is_over(shrink); direction++) {
                struct sf_plan *plan = shrink_attempt(shrink);
                if (simpler(direction_of(&plan->networks[i], direction), step)) {
                    smaller |= shrink_try(shrink, true);
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

void edit_drop_networks(struct sf_plan *plan)
{
    for (uint32_t i = plan->networks_count - 1; i > 0; i--) {
        if (does_nothing(plan, i)) {
            rename_network(plan, i, 0);
        }
        if (network_is_used(plan, i)) {
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

/* ---- chance into fates ---- */

/* What became of the packets of a run, as fates; and the network that each link is on, to know
 * which delay needs no saying. */
struct notes {
    const struct sf_plan *plan;
    uint32_t *networks; /* by link */
    struct sf_plan_fate *fates;
    uint32_t count;
    bool overflown;
};

static void note_packet(struct notes *notes, const struct sf_record *record)
{
    const struct sf_plan_network *network = &notes->plan->networks[notes->networks[record->who]];
    bool up = record->who % 2 == 0;
    bool lost = record->d == UINT64_MAX || (record->flags & SF_FATE_CORRUPTED) != 0;
    sf_ns delay_ns = lost ? 0 : (sf_ns)record->d - record->at_ns;
    if (!lost && delay_ns == (up ? network->up.delay_ns : network->down.delay_ns)) {
        return;
    }
    if (notes->count == SF_FATES_MAX) {
        notes->overflown = true;
        return;
    }
    notes->fates[notes->count++] = (struct sf_plan_fate){
        .packet = record->c,
        .home = record->who / 2,
        .direction = up ? SF_DIRECTION_UP : SF_DIRECTION_DOWN,
        .kind = lost ? SF_PLAN_FATE_LOST : SF_PLAN_FATE_DELAYED,
        .delay_ns = delay_ns,
    };
}

static void note(void *context, const struct sf_record *records, uint32_t count)
{
    struct notes *notes = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind == SF_RECORD_NETWORK) {
            notes->networks[records[i].who] = records[i].a;
        } else if (records[i].kind == SF_RECORD_PACKET) {
            note_packet(notes, &records[i]);
        }
    }
}

/* The same run without chance: every network keeps its delay, and every packet that chance lost,
 * damaged or held up is on the list. */
static bool write_down(struct shrink *shrink)
{
    struct sf_plan *plan = shrink_attempt(shrink);
    struct notes notes = {
        .plan = &shrink->found.plan,
        .networks = sf_alloc((size_t)2 * sf_plan_homes_count(plan), sizeof *notes.networks),
        .fates = sf_alloc(SF_FATES_MAX, sizeof *notes.fates),
    };
    uint32_t home = 0;
    for (uint32_t group = 0; group < plan->groups_count; group++) {
        for (uint32_t i = 0; i < plan->groups[group].homes_count; i++, home++) {
            notes.networks[2 * home] = plan->groups[group].network_index;
            notes.networks[2 * home + 1] = plan->groups[group].network_index;
        }
    }
    const struct sf_trace_listener listener = {note, &notes};
    bool noted = shrink_fails(shrink, &listener) && !notes.overflown;
    if (noted) {
        plan->fates_count = notes.count;
        memcpy(plan->fates, notes.fates, notes.count * sizeof notes.fates[0]);
        for (uint32_t i = 1; i < plan->networks_count; i++) {
            (void)simpler(&plan->networks[i].up, 1);
            (void)simpler(&plan->networks[i].down, 1);
        }
    }
    free(notes.networks);
    free(notes.fates);
    return noted && shrink_try(shrink, false);
}

bool edit_leave_fates(struct sf_plan *plan, uint32_t from, uint32_t to)
{
    memmove(&plan->fates[from], &plan->fates[to], (plan->fates_count - to) * sizeof plan->fates[0]);
    plan->fates_count -= to - from;
    return true;
}

/* One delay for all packets of a direction instead of many fates: that of any of them. */
static bool shrink_delays(struct shrink *shrink, uint32_t network, int direction)
{
    enum { DELAYS_TRIED = 24 };
    enum sf_plan_direction way = direction == 0 ? SF_DIRECTION_UP : SF_DIRECTION_DOWN;
    for (uint32_t i = 0; i < shrink->found.plan.fates_count && i < DELAYS_TRIED; i++) {
        struct sf_plan *plan = shrink_attempt(shrink);
        if (plan->fates[i].kind != SF_PLAN_FATE_DELAYED || plan->fates[i].direction != way) {
            continue;
        }
        sf_ns delay_ns = plan->fates[i].delay_ns / SF_MS * SF_MS;
        direction_of(&plan->networks[network], direction)->delay_ns = delay_ns;
        uint32_t kept = 0;
        for (uint32_t j = 0; j < plan->fates_count; j++) {
            if (plan->fates[j].kind != SF_PLAN_FATE_DELAYED || plan->fates[j].direction != way) {
                plan->fates[kept++] = plan->fates[j];
            }
        }
        plan->fates_count = kept;
        if (shrink_try(shrink, true)) {
            return true;
        }
    }
    return false;
}

/* Whole milliseconds are easier to read. */
static void round_delays(struct shrink *shrink)
{
    struct sf_plan *plan = shrink_attempt(shrink);
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        plan->fates[i].delay_ns = plan->fates[i].delay_ns / SF_MS * SF_MS;
    }
    (void)shrink_try(shrink, false);
}

bool shrink_fates(struct shrink *shrink)
{
    bool chance = false;
    for (uint32_t i = 1; i < shrink->found.plan.networks_count; i++) {
        chance |= network_is_used(&shrink->found.plan, i) &&
                  network_has_chance(&shrink->found.plan.networks[i]);
    }
    bool smaller = chance && !shrink_is_over(shrink) && write_down(shrink);
    smaller |= shrink_parts(shrink, shrink->found.plan.fates_count, false, edit_leave_fates);
    for (uint32_t i = 1; i < shrink->found.plan.networks_count; i++) {
        smaller |= shrink_delays(shrink, i, 0);
        smaller |= shrink_delays(shrink, i, 1);
    }
    round_delays(shrink);
    return smaller;
}
