/* How one packet is taken in: the kernel's decisions in the kernel's order, draw by draw.
 *
 * The order, for one packet: duplicate, loss, corrupt, limit; then its duplicate (if any) passes
 * through all of this itself, except that it is never duplicated again, and is queued; then the
 * packet: reorder, delay. A draw that a parameter of 0 makes needless is not made. That is the one
 * place in this project where the number of draws depends on parameters: equality with a kernel
 * demands it, and each link has a generator of its own, so nothing else moves. */
#include "harness/net/netem_admit.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/sim/rng.h"

/* Indices into struct sf_netem's `last`. */
enum correlated { OF_DELAY, OF_LOSS, OF_DUPLICATE, OF_REORDER, OF_CORRUPT };

/* One packet on its way in. */
struct arrival {
    sf_ns now_ns;
    uint32_t bytes;
    bool ect;
    bool is_duplicate;
};

/* What comes before queueing. */
struct judgement {
    uint32_t copies_count; /* 0: lost, or the queue is full */
    bool dropped_by_limit;
    struct sf_netem_placed copy; /* marks are set, the time is not */
};

static inline uint32_t draw(struct sf_netem *link, enum correlated what, uint32_t rho)
{
    return sf_netem_random_correlated(&link->random, rho, &link->last[what]);
}

static inline bool strikes(struct sf_netem *link, enum correlated what, uint32_t probability,
                           uint32_t rho)
{
    return probability != 0 && probability >= draw(link, what, rho);
}

/* The outcome belongs to the state that is entered. One draw whatever the state. */
static bool loses_by_state(struct sf_netem *link)
{
    enum { GOOD = 1, GOOD_IN_BURST, LOST_IN_BURST, LOST_ALONE };
    const struct sf_netem_config *config = link->config;
    uint32_t x = sf_netem_random_u32(&link->random);
    switch (link->loss_state) {
    case GOOD:
        if (x < config->state.p14) {
            link->loss_state = LOST_ALONE;
        } else if (x < config->state.p13 + config->state.p14) { /* wraps, as in the kernel */
            link->loss_state = LOST_IN_BURST;
        }
        break;
    case GOOD_IN_BURST:
        if (x < config->state.p23) {
            link->loss_state = LOST_IN_BURST;
        }
        break;
    case LOST_IN_BURST:
        if (x < config->state.p32) {
            link->loss_state = GOOD_IN_BURST;
        } else if (x < config->state.p31 + config->state.p32) {
            link->loss_state = GOOD;
        }
        break;
    default: /* not an enum: a number from 1 to 4, as in the kernel */
        SF_ASSERT(link->loss_state == LOST_ALONE);
        link->loss_state = GOOD;
        break;
    }
    return link->loss_state == LOST_IN_BURST || link->loss_state == LOST_ALONE;
}

/* Two draws always; the loss is decided by the state before the transition. */
static bool loses_by_gemodel(struct sf_netem *link)
{
    enum { GOOD = 1, BAD };
    const struct sf_netem_config *config = link->config;
    uint32_t to_move = sf_netem_random_u32(&link->random);
    uint32_t to_lose = sf_netem_random_u32(&link->random);
    if (link->loss_state == GOOD) {
        if (to_move < config->gemodel.p) {
            link->loss_state = BAD;
        }
        return to_lose < config->gemodel.k1;
    }
    if (to_move < config->gemodel.r) {
        link->loss_state = GOOD;
    }
    return to_lose > config->gemodel.h;
}

static bool loses(struct sf_netem *link)
{
    const struct sf_netem_config *config = link->config;
    switch (config->loss_model) {
    case SF_NETEM_LOSS_RANDOM:
        return strikes(link, OF_LOSS, config->loss, config->loss_correlation);
    case SF_NETEM_LOSS_STATE:
        return loses_by_state(link);
    case SF_NETEM_LOSS_GEMODEL:
        return loses_by_gemodel(link);
    }
    SF_UNREACHABLE();
}

/* The kernel does not seed the place of the flipped bit, so ours comes from outside the generator,
 * and from the packet's number alone. */
static uint32_t pick_bit(const struct sf_netem *link, const struct arrival *arrival)
{
    uint64_t bits = (uint64_t)arrival->bytes * 8;
    if (bits == 0) {
        return 0;
    }
    uint64_t index = link->packets_count * 2 + (arrival->is_duplicate ? 1 : 0);
    return (uint32_t)(sf_rng_derive(link->seed, "netem corrupt", index) % bits);
}

static bool is_full(const struct sf_netem *link)
{
    return link->timed_count + link->front_count >= link->config->limit_packets;
}

/* Everything up to queueing. */
static void judge(struct sf_netem *link, const struct arrival *arrival, struct judgement *out)
{
    const struct sf_netem_config *config = link->config;
    memset(out, 0, sizeof *out);
    uint32_t copies = 1;
    if (!arrival->is_duplicate &&
        strikes(link, OF_DUPLICATE, config->duplicate, config->duplicate_correlation)) {
        copies++;
    }
    if (loses(link)) {
        if (config->ecn && arrival->ect) {
            out->copy.ce_marked = true;
        } else {
            copies--; /* duplicated and lost is delivered once */
        }
    }
    if (copies == 0) {
        return;
    }
    if (strikes(link, OF_CORRUPT, config->corrupt, config->corrupt_correlation)) {
        out->copy.corrupted = true;
        out->copy.corrupt_bit = pick_bit(link, arrival);
    }
    if (is_full(link)) {
        out->dropped_by_limit = true;
        return;
    }
    out->copies_count = copies;
}

sf_ns sf_netem_later(sf_ns point_ns, sf_ns delay_ns)
{
    SF_ASSERT(delay_ns != SF_NS_NEVER);
    sf_ns sum;
    if (__builtin_add_overflow(point_ns, delay_ns, &sum) || sum == SF_NS_NEVER) {
        return delay_ns > 0 ? SF_NS_NEVER - 1 : INT64_MIN;
    }
    return sum;
}

sf_ns sf_netem_delay(sf_ns mean_ns, sf_ns spread_ns, const struct sf_netem_table *table,
                     uint32_t random)
{
    if (table == NULL) {
        uint32_t width = 2 * (uint32_t)spread_ns;
        return sf_netem_later(mean_ns, (sf_ns)(random % width) - spread_ns);
    }
    sf_ns value = table->entries[random % table->entries_count];
    sf_ns fine = (spread_ns % SF_NETEM_TABLE_SCALE) * value;
    fine += fine >= 0 ? SF_NETEM_TABLE_SCALE / 2 : -(SF_NETEM_TABLE_SCALE / 2);
    sf_ns coarse = (spread_ns / SF_NETEM_TABLE_SCALE) * value;
    return sf_netem_later(mean_ns, fine / SF_NETEM_TABLE_SCALE + coarse);
}

static sf_ns draw_delay(struct sf_netem *link)
{
    const struct sf_netem_config *config = link->config;
    if (config->jitter_ns == 0) {
        return config->delay_ns;
    }
    uint32_t random = draw(link, OF_DELAY, config->delay_correlation);
    return sf_netem_delay(config->delay_ns, config->jitter_ns, config->delay_table, random);
}

/* Overheads that would make a packet shorter than nothing (a kernel then computes with a huge
 * unsigned length) count as no bytes. */
sf_ns sf_netem_wire_ns(const struct sf_netem_config *config, uint32_t bytes)
{
    SF_ASSERT(config != NULL);
    int64_t length = (int64_t)bytes + config->packet_overhead_bytes;
    if (length < 0) {
        length = 0;
    }
    if (config->cell_bytes != 0) {
        int64_t cells = (length + config->cell_bytes - 1) / config->cell_bytes;
        int64_t cell = (int64_t)config->cell_bytes + config->cell_overhead_bytes;
        length = cell > 0 ? (uint32_t)((uint64_t)cells * (uint64_t)cell) : 0;
    }
    return (sf_ns)((uint64_t)length * (uint64_t)SF_SECOND / config->rate_bytes_per_second);
}

/* The only behaviour here that no kernel has. A packet that has left delays no other, so only the
 * waiting packets need to be remembered. */
static sf_ns in_order(const struct sf_netem *link, sf_ns send_ns)
{
    bool behind = link->config->keep_order && link->timed_count > 0;
    return behind && link->timed_ns_max > send_ns ? link->timed_ns_max : send_ns;
}

/* With a rate a packet is sent after the last one that is still queued; its delay passes while it
 * waits. An empty queue has no memory. */
static sf_ns send_time(const struct sf_netem *link, const struct arrival *arrival, sf_ns delay_ns)
{
    sf_ns start_ns = arrival->now_ns;
    if (link->config->rate_bytes_per_second == 0) {
        return sf_netem_later(start_ns, delay_ns);
    }
    if (link->timed_count + link->front_count > 0) {
        sf_ns last_ns = link->front_count > 0 ? link->front_tail_ns : INT64_MIN;
        if (link->timed_count > 0 && link->timed_ns_max > last_ns) {
            last_ns = link->timed_ns_max;
        }
        delay_ns = sf_netem_later(delay_ns, -(last_ns - start_ns));
        delay_ns = delay_ns > 0 ? delay_ns : 0;
        start_ns = last_ns;
    }
    delay_ns = sf_netem_later(delay_ns, sf_netem_wire_ns(link->config, arrival->bytes));
    return sf_netem_later(start_ns, delay_ns);
}

static void count_in(struct sf_netem *link, const struct sf_netem_placed *copy)
{
    if (copy->in_front) {
        if (link->front_count == 0) {
            link->front_tail_ns = copy->send_ns;
        }
        link->front_count++;
        return;
    }
    if (link->timed_count == 0 || copy->send_ns > link->timed_ns_max) {
        link->timed_ns_max = copy->send_ns;
    }
    link->timed_count++;
}

/* The draw is made only where the gap has been passed. */
static bool jumps_ahead(struct sf_netem *link)
{
    const struct sf_netem_config *config = link->config;
    return config->gap != 0 && link->reorder_counter >= config->gap - 1 &&
           config->reorder >= draw(link, OF_REORDER, config->reorder_correlation);
}

static void place(struct sf_netem *link, const struct arrival *arrival,
                  const struct judgement *judgement, struct sf_netem_admission *out)
{
    struct sf_netem_placed *copy = &out->copy[out->copies_count++];
    *copy = judgement->copy;
    if (jumps_ahead(link)) {
        copy->in_front = true;
        copy->send_ns = arrival->now_ns;
        link->reorder_counter = 0;
    } else {
        copy->send_ns = in_order(link, send_time(link, arrival, draw_delay(link)));
        link->reorder_counter++;
    }
    count_in(link, copy);
}

/* The duplicate starts again from the top, with the mark that its original already had. Both share
 * one buffer in the kernel until a corruption gives the original a copy of its own: so a mark that
 * the duplicate receives shows on the original too, unless the original was corrupted. */
static void place_duplicate(struct sf_netem *link, const struct arrival *arrival,
                            struct judgement *original, struct sf_netem_admission *out)
{
    struct arrival again = *arrival;
    again.is_duplicate = true;
    struct judgement judgement;
    judge(link, &again, &judgement);
    out->dropped_by_limit |= judgement.dropped_by_limit;
    if (judgement.copy.ce_marked && !original->copy.corrupted) {
        original->copy.ce_marked = true;
    }
    if (judgement.copies_count > 0) {
        judgement.copy.ce_marked |= original->copy.ce_marked;
        place(link, &again, &judgement, out);
    }
}

static void admit_by_chance(struct sf_netem *link, const struct arrival *arrival,
                            struct sf_netem_admission *out)
{
    out->copies_count = 0;
    struct judgement judgement;
    judge(link, arrival, &judgement);
    out->dropped_by_limit = judgement.dropped_by_limit;
    if (judgement.copies_count == 0) {
        return;
    }
    if (judgement.copies_count == 2) {
        place_duplicate(link, arrival, &judgement, out);
    }
    place(link, arrival, &judgement, out);
}

/* The fixed fate of the packet that arrives now, or NULL. */
static const struct sf_netem_fixed_fate *fixed_fate(struct sf_netem *link)
{
    while (link->fixed_next < link->fixed_count &&
           link->fixed[link->fixed_next].packet < link->packets_count) {
        link->fixed_next++;
    }
    if (link->fixed_next < link->fixed_count &&
        link->fixed[link->fixed_next].packet == link->packets_count) {
        return &link->fixed[link->fixed_next];
    }
    return NULL;
}

/* As many copies as the fate says. A copy that chance did not make is like the one it did make, or
 * takes the plain delay. A full queue is not overruled. */
static void fix_copies(struct sf_netem *link, const struct arrival *arrival, uint32_t copies_count,
                       struct sf_netem_admission *admission)
{
    admission->dropped_by_limit = copies_count > 0 && is_full(link);
    if (admission->dropped_by_limit) {
        copies_count = 0;
    }
    if (admission->copies_count == 0) {
        memset(&admission->copy[0], 0, sizeof admission->copy[0]);
        admission->copy[0].send_ns =
            in_order(link, send_time(link, arrival, link->config->delay_ns));
        admission->copy[1] = admission->copy[0];
    } else if (admission->copies_count == 1) {
        admission->copy[1] = admission->copy[0];
    } else if (copies_count == 1) {
        admission->copy[0] = admission->copy[1]; /* the original stays */
    }
    admission->copies_count = copies_count;
}

static void fix(struct sf_netem *link, const struct arrival *arrival,
                const struct sf_netem_fixed_fate *fate, struct sf_netem_admission *admission)
{
    if (fate->fixed & SF_NETEM_FIXED_COPIES) {
        fix_copies(link, arrival, fate->copies_count, admission);
    }
    for (uint32_t i = 0; i < admission->copies_count; i++) {
        struct sf_netem_placed *copy = &admission->copy[i];
        if (fate->fixed & SF_NETEM_FIXED_DELAY) {
            copy->send_ns = sf_netem_later(arrival->now_ns, fate->copy[i].delay_ns);
            copy->in_front = false;
        }
        if (fate->fixed & SF_NETEM_FIXED_CORRUPT) {
            copy->corrupted = fate->copy[i].corrupted;
            copy->corrupt_bit = fate->copy[i].corrupt_bit;
        }
        if (fate->fixed & SF_NETEM_FIXED_CE) {
            copy->ce_marked = fate->copy[i].ce_marked;
        }
        count_in(link, copy);
    }
}

void sf_netem_admit(struct sf_netem *link, sf_ns now_ns, uint32_t bytes, bool ect,
                    struct sf_netem_admission *out)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(link->config != NULL);
    struct arrival arrival = {.now_ns = now_ns, .bytes = bytes, .ect = ect};
    const struct sf_netem_fixed_fate *fate = fixed_fate(link);
    if (fate == NULL) {
        admit_by_chance(link, &arrival, out);
    } else {
        /* Chance takes its course, draws and all; then the queue is as if it had not. */
        struct sf_netem before = *link;
        admit_by_chance(link, &arrival, out);
        link->timed_count = before.timed_count;
        link->front_count = before.front_count;
        link->timed_ns_max = before.timed_ns_max;
        link->front_tail_ns = before.front_tail_ns;
        fix(link, &arrival, fate, out);
    }
    link->packets_count++;
}

void sf_netem_decide_plain(struct sf_netem *link, sf_ns now_ns, uint32_t bytes,
                           struct sf_netem_fate *fate_out)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(fate_out != NULL);
    SF_ASSERT(sf_netem_is_plain(link));
    memset(fate_out, 0, sizeof *fate_out);
    bool lost = loses(link);
    link->packets_count++;
    fate_out->dropped_by_limit = !lost && is_full(link);
    if (lost || fate_out->dropped_by_limit) {
        return;
    }
    const struct arrival arrival = {.now_ns = now_ns, .bytes = bytes};
    const struct sf_netem_placed copy = {
        .send_ns = in_order(link, send_time(link, &arrival, draw_delay(link)))};
    link->reorder_counter++;
    count_in(link, &copy);
    if (copy.send_ns <= now_ns) { /* it has left before the next packet comes */
        link->timed_count--;
        link->gone_count++;
    }
    fate_out->copies_count = 1;
    fate_out->copy[0].deliver_ns = copy.send_ns > now_ns ? copy.send_ns : now_ns;
}

void sf_netem_slot_begin(struct sf_netem *link, sf_ns now_ns)
{
    SF_ASSERT(link != NULL);
    SF_ASSERT(link->config != NULL);
    const struct sf_netem_config *config = link->config;
    sf_ns delay_ns;
    if (config->slot_table == NULL) {
        /* The kernel draws this from outside the seeded generator, in 64-bit arithmetic that wraps
         * for a range above 2.147 s. */
        uint64_t random = (uint32_t)sf_rng_derive(link->seed, "netem slot", link->slots_count);
        uint64_t range = (uint64_t)(config->slot_delay_ns_max - config->slot_delay_ns_min);
        delay_ns = config->slot_delay_ns_min + ((int64_t)(random * range) >> 32);
    } else if (config->slot_table_jitter_ns == 0) {
        delay_ns = config->slot_table_delay_ns;
    } else {
        delay_ns = sf_netem_delay(config->slot_table_delay_ns, config->slot_table_jitter_ns,
                                  config->slot_table, sf_netem_random_u32(&link->random));
    }
    link->slot_next_ns = sf_netem_later(now_ns, delay_ns);
    link->slot_packets_left = config->slot_packets_max > 0 ? config->slot_packets_max : INT32_MAX;
    link->slot_bytes_left = config->slot_bytes_max > 0 ? config->slot_bytes_max : INT32_MAX;
    link->slots_count++;
}
