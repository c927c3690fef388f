/* Parameters back to text; and comparing them. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_units.h"

static void add_percent(struct sf_text *text, const char *before, uint32_t fraction)
{
    sf_text_add(text, "%s", before);
    sf_netem_print_percent(text, fraction);
}

static void add_time(struct sf_text *text, const char *before, sf_ns time_ns)
{
    sf_text_add(text, "%s", before);
    sf_netem_print_time(text, time_ns);
}

/* "WORD P [CORR]", nothing where both are 0. */
static void add_event(struct sf_text *text, const char *word, uint32_t probability,
                      uint32_t correlation)
{
    if (probability == 0 && correlation == 0) {
        return;
    }
    add_percent(text, word, probability);
    if (correlation != 0) {
        add_percent(text, " ", correlation);
    }
}

/* tc sends the correlation of a duplicate only along with another one; where there is no other, a
 * delay's of 0 % does it. */
static bool needs_company(const struct sf_netem_config *config)
{
    return config->duplicate_correlation != 0 && config->loss_correlation == 0 &&
           config->reorder_correlation == 0 && config->corrupt_correlation == 0;
}

static void add_delay(struct sf_text *text, const struct sf_netem_config *config)
{
    bool correlation = config->delay_correlation != 0 || needs_company(config);
    if (config->delay_ns == 0 && config->jitter_ns == 0 && !correlation) {
        return;
    }
    add_time(text, " delay ", config->delay_ns);
    if (config->jitter_ns != 0 || correlation) {
        add_time(text, " ", config->jitter_ns);
    }
    if (correlation) {
        add_percent(text, " ", config->delay_correlation);
    }
    if (config->delay_table != NULL) {
        sf_text_add(text, " distribution %s", config->delay_table->name);
    }
}

static void add_loss(struct sf_text *text, const struct sf_netem_config *config)
{
    add_event(text, " loss ", config->loss, config->loss_correlation);
    if (config->loss_model == SF_NETEM_LOSS_STATE) {
        add_percent(text, " loss state ", config->state.p13);
        add_percent(text, " ", config->state.p31);
        add_percent(text, " ", config->state.p32);
        add_percent(text, " ", config->state.p23);
        add_percent(text, " ", config->state.p14);
    } else if (config->loss_model == SF_NETEM_LOSS_GEMODEL) {
        add_percent(text, " loss gemodel ", config->gemodel.p);
        add_percent(text, " ", config->gemodel.r);
        add_percent(text, " ", UINT32_MAX - config->gemodel.h);
        add_percent(text, " ", config->gemodel.k1);
    }
    if (config->ecn) {
        sf_text_add(text, " ecn");
    }
}

static void add_rate(struct sf_text *text, const struct sf_netem_config *config)
{
    bool cell_overhead = config->cell_overhead_bytes != 0;
    bool cell = config->cell_bytes != 0 || cell_overhead;
    bool overhead = config->packet_overhead_bytes != 0 || cell;
    if (config->rate_bytes_per_second == 0 && !overhead) {
        return;
    }
    sf_text_add(text, " rate ");
    sf_netem_print_rate(text, config->rate_bytes_per_second);
    if (overhead) {
        sf_text_add(text, " %" PRId32, config->packet_overhead_bytes);
    }
    if (cell) {
        sf_text_add(text, " %" PRIu32, config->cell_bytes);
    }
    if (cell_overhead) {
        sf_text_add(text, " %" PRId32, config->cell_overhead_bytes);
    }
}

static void add_slot_quota(struct sf_text *text, const struct sf_netem_config *config)
{
    if (config->slot_packets_max != 0) {
        sf_text_add(text, " packets %" PRId32, config->slot_packets_max);
    }
    if (config->slot_bytes_max != 0) {
        sf_text_add(text, " bytes %" PRId32, config->slot_bytes_max);
    }
}

static void add_slot(struct sf_text *text, const struct sf_netem_config *config)
{
    bool quota = config->slot_packets_max != 0 || config->slot_bytes_max != 0;
    if (config->slot_delay_ns_max != 0 || (quota && config->slot_table == NULL)) {
        add_time(text, " slot ", config->slot_delay_ns_min);
        add_time(text, " ", config->slot_delay_ns_max);
        if (config->slot_table == NULL) {
            add_slot_quota(text, config);
        }
    }
    if (config->slot_table != NULL) {
        sf_text_add(text, " slot distribution %s", config->slot_table->name);
        add_time(text, " ", config->slot_table_delay_ns);
        add_time(text, " ", config->slot_table_jitter_ns);
        add_slot_quota(text, config);
    }
}

void sf_netem_print(const struct sf_netem_config *config, struct sf_text *text)
{
    SF_ASSERT(config != NULL);
    SF_ASSERT(text != NULL);
    sf_text_add(text, "limit %" PRIu32, config->limit_packets);
    add_delay(text, config);
    add_loss(text, config);
    add_event(text, " duplicate ", config->duplicate, config->duplicate_correlation);
    add_event(text, " corrupt ", config->corrupt, config->corrupt_correlation);
    add_event(text, " reorder ", config->reorder, config->reorder_correlation);
    if (config->gap > 0) {
        sf_text_add(text, " gap %" PRIu32, config->gap);
    }
    add_rate(text, config);
    add_slot(text, config);
    if (config->seed_given) {
        sf_text_add(text, " seed %" PRIu64, config->seed);
    }
    if (config->keep_order) {
        sf_text_add(text, " keep-order"); /* last: what stands before it is tc's */
    }
}

static bool same_delay(const struct sf_netem_config *a, const struct sf_netem_config *b)
{
    return a->delay_ns == b->delay_ns && a->jitter_ns == b->jitter_ns &&
           a->delay_table == b->delay_table && a->delay_correlation == b->delay_correlation &&
           a->limit_packets == b->limit_packets;
}

static bool same_loss(const struct sf_netem_config *a, const struct sf_netem_config *b)
{
    return a->loss_model == b->loss_model && a->loss == b->loss &&
           a->loss_correlation == b->loss_correlation && a->ecn == b->ecn &&
           a->state.p13 == b->state.p13 && a->state.p31 == b->state.p31 &&
           a->state.p32 == b->state.p32 && a->state.p23 == b->state.p23 &&
           a->state.p14 == b->state.p14 && a->gemodel.p == b->gemodel.p &&
           a->gemodel.r == b->gemodel.r && a->gemodel.h == b->gemodel.h &&
           a->gemodel.k1 == b->gemodel.k1;
}

static bool same_events(const struct sf_netem_config *a, const struct sf_netem_config *b)
{
    return a->duplicate == b->duplicate && a->duplicate_correlation == b->duplicate_correlation &&
           a->corrupt == b->corrupt && a->corrupt_correlation == b->corrupt_correlation &&
           a->reorder == b->reorder && a->reorder_correlation == b->reorder_correlation &&
           a->gap == b->gap;
}

static bool same_rate(const struct sf_netem_config *a, const struct sf_netem_config *b)
{
    return a->rate_bytes_per_second == b->rate_bytes_per_second &&
           a->packet_overhead_bytes == b->packet_overhead_bytes && a->cell_bytes == b->cell_bytes &&
           a->cell_overhead_bytes == b->cell_overhead_bytes;
}

static bool same_slot(const struct sf_netem_config *a, const struct sf_netem_config *b)
{
    return a->slot_delay_ns_min == b->slot_delay_ns_min &&
           a->slot_delay_ns_max == b->slot_delay_ns_max && a->slot_table == b->slot_table &&
           a->slot_table_delay_ns == b->slot_table_delay_ns &&
           a->slot_table_jitter_ns == b->slot_table_jitter_ns &&
           a->slot_packets_max == b->slot_packets_max && a->slot_bytes_max == b->slot_bytes_max;
}

bool sf_netem_config_same(const struct sf_netem_config *a, const struct sf_netem_config *b)
{
    SF_ASSERT(a != NULL);
    SF_ASSERT(b != NULL);
    return same_delay(a, b) && same_loss(a, b) && same_events(a, b) && same_rate(a, b) &&
           same_slot(a, b) && a->seed == b->seed && a->seed_given == b->seed_given &&
           a->keep_order == b->keep_order;
}
