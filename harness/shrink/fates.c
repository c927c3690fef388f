/* Random outcomes replaced by a list of packets that were lost, late or duplicated; the list
 * minimised. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/shrink/private.h"
#include "harness/trace/trace.h"

/* ---- random outcomes into fates ---- */

/* The outcomes of a run's packets, as fates; and each link's network, whose constant delay needs no
 * fate. */
struct notes {
    const struct sf_plan *plan;
    uint32_t *networks; /* by link */
    struct sf_plan_fate *fates;
    uint32_t count;
    bool losses_only;
    bool overflown;
};

static enum sf_plan_direction direction_of(struct sf_link_id link)
{
    return sf_link_is_up(link) ? SF_DIRECTION_UP : SF_DIRECTION_DOWN;
}

static const struct sf_netem_config *config_of(const struct notes *notes, struct sf_link_id link)
{
    const struct sf_plan_network *network = &notes->plan->networks[notes->networks[link.index]];
    return direction_of(link) == SF_DIRECTION_UP ? &network->up : &network->down;
}

/* False: the packet did what it does on its network without chance. */
static bool fate_of(const struct notes *notes, const struct sf_record *record,
                    struct sf_plan_fate *fate_out)
{
    const struct sf_packet_record packet = sf_packet_of(record);
    const struct sf_netem_config *config = config_of(notes, packet.link);
    sf_ns delay_ns = packet.due_ns - packet.at_ns;
    enum sf_plan_fate_kind kind = SF_PLAN_FATE_DELAYED;
    if (packet.due_ns == SF_DUE_LOST || (packet.fate & SF_FATE_CORRUPTED) != 0) {
        kind = SF_PLAN_FATE_LOST;
        if (config->loss == SF_NETEM_ALWAYS) {
            return false;
        }
    } else if ((packet.fate & SF_FATE_DUPLICATED) != 0) {
        kind = SF_PLAN_FATE_DUPLICATED;
    } else if (notes->losses_only || packet.due_ns == SF_DUE_TOLD_LATER ||
               delay_ns == config->delay_ns) {
        return false;
    }
    *fate_out = (struct sf_plan_fate){
        .packet = packet.number,
        .home = sf_home_of_link(packet.link).index,
        .direction = direction_of(packet.link),
        .kind = kind,
        .delay_ns = kind == SF_PLAN_FATE_DELAYED ? delay_ns : 0,
    };
    return true;
}

/* Of a packet whose time was not known when it was sent: its delay, except where slots made it, for
 * those stay. False as above, or PACKET has said what became of it. */
static bool delay_of(const struct notes *notes, const struct sf_record *record,
                     struct sf_plan_fate *fate_out)
{
    const struct sf_packet_left_record left = sf_packet_left_of(record);
    const struct sf_netem_config *config = config_of(notes, left.link);
    if (notes->losses_only || sf_netem_config_needs_queue(config) ||
        (left.fate & (SF_FATE_DUPLICATED | SF_FATE_CORRUPTED)) != 0 ||
        left.held_ns == config->delay_ns) {
        return false;
    }
    *fate_out = (struct sf_plan_fate){
        .packet = left.number,
        .home = sf_home_of_link(left.link).index,
        .direction = direction_of(left.link),
        .kind = SF_PLAN_FATE_DELAYED,
        .delay_ns = left.held_ns,
    };
    return true;
}

static void note_packet(struct notes *notes, const struct sf_record *record)
{
    struct sf_plan_fate fate;
    bool left = record->kind == SF_RECORD_PACKET_LEFT;
    if (!(left ? delay_of(notes, record, &fate) : fate_of(notes, record, &fate))) {
        return;
    }
    if (notes->count == SF_FATES_MAX) {
        notes->overflown = true;
        return;
    }
    notes->fates[notes->count++] = fate;
}

static void note(void *context, const struct sf_record *records, uint32_t count)
{
    struct notes *notes = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind == SF_RECORD_NETWORK) {
            const struct sf_network_record network = sf_network_of(&records[i]);
            notes->networks[network.link.index] = network.network;
        } else if (records[i].kind == SF_RECORD_PACKET ||
                   records[i].kind == SF_RECORD_PACKET_LEFT) {
            note_packet(notes, &records[i]);
        }
    }
}

static void put_on_first_network(struct notes *notes)
{
    uint32_t link = 0;
    for (uint32_t group = 0; group < notes->plan->groups_count; group++) {
        for (uint32_t i = 0; i < SF_LINKS_PER_HOME * notes->plan->groups[group].homes_count; i++) {
            notes->networks[link++] = notes->plan->groups[group].network_index;
        }
    }
}

/* Runs the attempt and notes the random outcomes. False: it does not fail, or has too many. */
static bool take_notes(struct shrink *shrink, bool losses_only, struct notes *notes)
{
    *notes = (struct notes){
        .plan = &shrink->attempt,
        .networks = sf_alloc((size_t)SF_LINKS_PER_HOME * sf_plan_homes_count(&shrink->attempt),
                             sizeof *notes->networks),
        .fates = sf_alloc(SF_FATES_MAX, sizeof *notes->fates),
        .losses_only = losses_only,
    };
    put_on_first_network(notes);
    const struct sf_trace_listener listener = {note, notes};
    return sf_shrink_fails(shrink, &listener) && !notes->overflown;
}

static void notes_free(struct notes *notes)
{
    free(notes->networks);
    free(notes->fates);
}

uint32_t sf_fates_of_attempt(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    struct notes notes;
    bool noted = take_notes(shrink, false, &notes);
    notes_free(&notes);
    return noted ? notes.count : UINT32_MAX;
}

/* The same run without random outcomes: every network keeps its deterministic parameters, and the
 * packets that were lost, damaged, duplicated or delayed are on the list. With `losses_only`
 * delayed packets are left out: a far shorter list, where that suffices. */
static bool write_down(struct shrink *shrink, bool losses_only)
{
    struct notes notes;
    struct sf_plan *plan = sf_shrink_attempt(shrink);
    bool noted = take_notes(shrink, losses_only, &notes);
    if (noted) {
        plan->fates_count = notes.count;
        memcpy(plan->fates, notes.fates, notes.count * sizeof notes.fates[0]);
        for (uint32_t i = 1; i < plan->networks_count; i++) {
            sf_network_settle(&plan->networks[i].up, losses_only);
            sf_network_settle(&plan->networks[i].down, losses_only);
        }
    }
    notes_free(&notes);
    return noted && sf_shrink_try(shrink, false);
}

bool sf_shrink_write_down(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    return write_down(shrink, true) || write_down(shrink, false);
}

bool sf_edit_leave_fates(struct sf_plan *plan, uint32_t from, uint32_t to)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(from <= to);
    SF_ASSERT(to <= plan->fates_count);
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
        struct sf_plan *plan = sf_shrink_attempt(shrink);
        if (plan->fates[i].kind != SF_PLAN_FATE_DELAYED || plan->fates[i].direction != way) {
            continue;
        }
        sf_ns delay_ns = plan->fates[i].delay_ns / SF_MS * SF_MS;
        sf_network_direction(&plan->networks[network], direction)->delay_ns = delay_ns;
        uint32_t kept = 0;
        for (uint32_t j = 0; j < plan->fates_count; j++) {
            if (plan->fates[j].kind != SF_PLAN_FATE_DELAYED || plan->fates[j].direction != way) {
                plan->fates[kept++] = plan->fates[j];
            }
        }
        plan->fates_count = kept;
        if (sf_shrink_try(shrink, true)) {
            return true;
        }
    }
    return false;
}

/* Whole milliseconds are easier to read. */
static void round_delays(struct shrink *shrink)
{
    struct sf_plan *plan = sf_shrink_attempt(shrink);
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        plan->fates[i].delay_ns = plan->fates[i].delay_ns / SF_MS * SF_MS;
    }
    (void)sf_shrink_try(shrink, false);
}

bool sf_shrink_fates(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    bool smaller =
        sf_shrink_parts(shrink, shrink->found.plan.fates_count, true, sf_edit_leave_fates);
    for (uint32_t i = 1; i < shrink->found.plan.networks_count; i++) {
        smaller |= shrink_delays(shrink, i, 0);
        smaller |= shrink_delays(shrink, i, 1);
    }
    round_delays(shrink);
    return smaller;
}
