/* Links, from outside: setting one up, changing it, asking for a packet's fate. The draws
 * themselves are in netem_admit.c. */
#include "harness/net/netem.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_admit.h"
#include "harness/sim/rng.h"

void sf_netem_config_default(struct sf_netem_config *config_out)
{
    SF_ASSERT(config_out != NULL);
    memset(config_out, 0, sizeof *config_out);
    config_out->limit_packets = SF_NETEM_LIMIT_DEFAULT;
}

static bool has_slots(const struct sf_netem_config *config)
{
    return config->slot_delay_ns_min != 0 || config->slot_delay_ns_max != 0 ||
           config->slot_table_jitter_ns != 0;
}

bool sf_netem_config_needs_queue(const struct sf_netem_config *config)
{
    SF_ASSERT(config != NULL);
    return has_slots(config);
}

static void check_config(const struct sf_netem_config *config)
{
    SF_ASSERT(config->delay_ns >= 0);
    SF_ASSERT(config->jitter_ns >= 0);
    SF_ASSERT(config->jitter_ns <= SF_NETEM_JITTER_NS_MAX);
    SF_ASSERT(config->reorder == 0 || config->gap > 0);
    SF_ASSERT(config->reorder == 0 || !config->keep_order);
    SF_ASSERT(config->slot_delay_ns_min >= 0);
    SF_ASSERT(config->slot_delay_ns_max >= config->slot_delay_ns_min);
    SF_ASSERT(config->slot_table_delay_ns >= 0);
    SF_ASSERT(config->slot_table_jitter_ns >= 0);
    SF_ASSERT(config->slot_table_jitter_ns <= SF_NETEM_JITTER_NS_MAX);
    SF_ASSERT(config->slot_packets_max >= 0);
    SF_ASSERT(config->slot_bytes_max >= 0);
    SF_ASSERT(config->delay_table == NULL || config->delay_table->entries_count > 0);
    SF_ASSERT(config->slot_table == NULL || config->slot_table->entries_count > 0);
}

/* What receiving the full set of parameters does to the state. */
static void configure(struct sf_netem *link, const struct sf_netem_config *config, sf_ns now_ns)
{
    check_config(config);
    link->config = config;
    link->reorder_counter = 0;
    link->loss_state = 1;
    if (config->seed_given) {
        link->seed = config->seed;
        sf_netem_random_seed(&link->random, config->seed);
    }
    enum { LAST_COUNT = sizeof link->last / sizeof link->last[0] };
    for (uint64_t i = 0; i < LAST_COUNT; i++) {
        uint64_t index = link->changes_count * (uint64_t)LAST_COUNT + i;
        link->last[i] = (uint32_t)sf_rng_derive(link->seed, "netem correlation start", index);
    }
    link->slot_active = has_slots(config);
    link->slot_next_ns = now_ns;
    link->slot_packets_left = config->slot_packets_max > 0 ? config->slot_packets_max : INT32_MAX;
    link->slot_bytes_left = config->slot_bytes_max > 0 ? config->slot_bytes_max : INT32_MAX;
    link->changes_count++;
}

void sf_netem_init(struct sf_netem *link, const struct sf_netem_config *config, uint64_t seed)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(config != NULL);
    memset(link, 0, sizeof *link);
    link->seed = seed;
    sf_netem_random_seed(&link->random, seed);
    /* Set up before the first packet, even one at time 0. */
    configure(link, config, -1);
}

void sf_netem_change(struct sf_netem *link, const struct sf_netem_config *config, sf_ns now_ns)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(link->changes_count > 0);
    SF_ASSERT(now_ns >= 0);
    configure(link, config, now_ns);
}

sf_ns sf_netem_dwell_ns(const struct sf_netem *link, sf_ns dwell_ns_min, sf_ns dwell_ns_max)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(dwell_ns_min > 0);
    SF_ASSERT(dwell_ns_max >= dwell_ns_min);
    uint64_t range = (uint64_t)(dwell_ns_max - dwell_ns_min) + 1;
    uint64_t drawn = sf_rng_derive(link->seed, "netem dwell", link->changes_count);
    return dwell_ns_min + (sf_ns)(drawn % range);
}

void sf_netem_fix_fates(struct sf_netem *link, const struct sf_netem_fixed_fate *fates,
                        uint64_t fates_count)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(fates != NULL || fates_count == 0);
    for (uint64_t i = 0; i < fates_count; i++) {
        SF_ASSERT(i == 0 || fates[i].packet > fates[i - 1].packet);
        SF_ASSERT(fates[i].copies_count <= SF_NETEM_COPIES_MAX);
        SF_ASSERT(fates[i].copy[0].delay_ns >= 0);
        SF_ASSERT(fates[i].copy[1].delay_ns >= 0);
    }
    link->fixed = fates;
    link->fixed_count = fates_count;
    link->fixed_next = 0;
}

void sf_netem_fixed_from_fate(uint64_t packet, sf_ns now_ns, const struct sf_netem_fate *fate,
                              struct sf_netem_fixed_fate *fixed_out)
{
    SF_ASSERT(fate != NULL);
    SF_ASSERT(fixed_out != NULL);
    SF_ASSERT(fate->copies_count <= SF_NETEM_COPIES_MAX);
    memset(fixed_out, 0, sizeof *fixed_out);
    fixed_out->packet = packet;
    fixed_out->fixed =
        SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_DELAY | SF_NETEM_FIXED_CORRUPT | SF_NETEM_FIXED_CE;
    fixed_out->copies_count = fate->copies_count;
    for (uint32_t i = 0; i < fate->copies_count; i++) {
        fixed_out->copy[i].delay_ns = fate->copy[i].deliver_ns - now_ns;
        fixed_out->copy[i].corrupted = fate->copy[i].corrupted;
        fixed_out->copy[i].corrupt_bit = fate->copy[i].corrupt_bit;
        fixed_out->copy[i].ce_marked = fate->copy[i].ce_marked;
    }
}

/* Whether `a`, queued before `b`, leaves before it. The front is a stack, the rest goes by time and
 * then by order of queueing. */
static bool leaves_first(const struct sf_netem_placed *a, const struct sf_netem_placed *b)
{
    if (a->in_front || b->in_front) {
        return !b->in_front;
    }
    return a->send_ns <= b->send_ns;
}

static void announce(const struct sf_netem_placed *copy, sf_ns now_ns, struct sf_netem_fate *fate)
{
    uint32_t i = fate->copies_count++;
    bool at_once = copy->in_front || copy->send_ns < now_ns;
    fate->copy[i].deliver_ns = at_once ? now_ns : copy->send_ns;
    fate->copy[i].corrupted = copy->corrupted;
    fate->copy[i].ce_marked = copy->ce_marked;
    fate->copy[i].corrupt_bit = copy->corrupt_bit;
}

/* A kernel empties what is due right after each packet is queued; so whatever need not wait has
 * left the queue before the next packet comes. */
static void let_go(struct sf_netem *link, const struct sf_netem_placed *copy, sf_ns now_ns)
{
    if (copy->in_front) {
        SF_ASSERT(link->front_count > 0);
        link->front_count--;
        link->gone_count++;
    } else if (copy->send_ns <= now_ns) {
        SF_ASSERT(link->timed_count > 0);
        link->timed_count--;
        link->gone_count++;
    }
}

void sf_netem_decide(struct sf_netem *link, sf_ns now_ns, uint32_t bytes, bool ect,
                     struct sf_netem_fate *fate_out)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(fate_out != NULL);
    SF_ASSERT(!link->slot_active);
    SF_ASSERT(now_ns >= 0);
    if (sf_netem_is_plain(link) && !ect) {
        sf_netem_decide_plain(link, now_ns, bytes, fate_out);
        return;
    }
    struct sf_netem_admission admission;
    sf_netem_admit(link, now_ns, bytes, ect, &admission);

    memset(fate_out, 0, sizeof *fate_out);
    fate_out->dropped_by_limit = admission.dropped_by_limit;
    for (uint32_t i = 0; i < admission.copies_count; i++) {
        let_go(link, &admission.copy[i], now_ns);
    }
    uint32_t first = 0;
    if (admission.copies_count == 2) {
        first = leaves_first(&admission.copy[0], &admission.copy[1]) ? 0 : 1;
    }
    for (uint32_t i = 0; i < admission.copies_count; i++) {
        announce(&admission.copy[i ^ first], now_ns, fate_out);
    }
}

void sf_netem_departed(struct sf_netem *link)
{
    SF_ASSERT(link != NULL);
    if (link->gone_count > 0) {
        link->gone_count--;
        return;
    }
    SF_ASSERT(link->timed_count > 0);
    link->timed_count--;
}

uint32_t sf_netem_waiting_count(const struct sf_netem *link)
{
    SF_ASSERT(link != NULL);
    return link->timed_count + link->front_count + link->gone_count;
}

void sf_netem_check(const struct sf_netem *link)
{
    SF_ASSERT(link != NULL);
    check_config(link->config);
    SF_ASSERT(link->changes_count > 0);
    SF_ASSERT(link->loss_state >= 1);
    SF_ASSERT(link->loss_state <= 4);
    SF_ASSERT(link->slot_active == has_slots(link->config));
    SF_ASSERT(link->fixed_next <= link->fixed_count);
    SF_ASSERT(link->fixed_count == 0 || link->fixed != NULL);
    SF_ASSERT(sf_netem_waiting_count(link) <= SF_NETEM_COPIES_MAX * link->packets_count);
}
