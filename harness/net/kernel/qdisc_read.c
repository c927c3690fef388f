/* What a kernel says about a qdisc, to parameters. */
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/kernel/qdisc.h"
#include "harness/net/kernel/qdisc_wire.h"

/* Copies a struct out of an attribute; false, and nothing done, where it is absent or too short. */
static bool take(const struct nlattr *attribute, void *out, size_t bytes)
{
    if (attribute == NULL || nla_len(attribute) < (int)bytes) {
        return false;
    }
    memcpy(out, nla_data(attribute), bytes);
    return true;
}

static void read_times(struct nlattr **attributes, const struct tc_netem_qopt *fixed,
                       struct sf_netem_config *config)
{
    int64_t time_ns;
    config->delay_ns = (sf_ns)fixed->latency * 64;
    config->jitter_ns = (sf_ns)fixed->jitter * 64;
    if (take(attributes[TCA_NETEM_LATENCY64], &time_ns, sizeof time_ns)) {
        config->delay_ns = time_ns;
    }
    if (take(attributes[TCA_NETEM_JITTER64], &time_ns, sizeof time_ns)) {
        config->jitter_ns = time_ns;
    }
}

static void read_chances(struct nlattr **attributes, struct sf_netem_config *config)
{
    struct tc_netem_corr correlations;
    struct tc_netem_reorder reorder;
    struct tc_netem_corrupt corrupt;
    uint32_t ecn;
    if (take(attributes[TCA_NETEM_CORR], &correlations, sizeof correlations)) {
        config->delay_correlation = correlations.delay_corr;
        config->loss_correlation = correlations.loss_corr;
        config->duplicate_correlation = correlations.dup_corr;
    }
    if (take(attributes[TCA_NETEM_REORDER], &reorder, sizeof reorder)) {
        config->reorder = reorder.probability;
        config->reorder_correlation = reorder.correlation;
    }
    if (take(attributes[TCA_NETEM_CORRUPT], &corrupt, sizeof corrupt)) {
        config->corrupt = corrupt.probability;
        config->corrupt_correlation = corrupt.correlation;
    }
    config->ecn = take(attributes[TCA_NETEM_ECN], &ecn, sizeof ecn) && ecn != 0;
}

static void read_loss_model(struct nlattr *attribute, struct sf_netem_config *config)
{
    struct nlattr *models[NETEM_LOSS_MAX + 1];
    struct tc_netem_gimodel state;
    struct tc_netem_gemodel gemodel;
    if (attribute == NULL || nla_parse_nested(models, NETEM_LOSS_MAX, attribute, NULL) < 0) {
        return;
    }
    if (take(models[NETEM_LOSS_GI], &state, sizeof state)) {
        config->loss_model = SF_NETEM_LOSS_STATE;
        config->state.p13 = state.p13;
        config->state.p31 = state.p31;
        config->state.p32 = state.p32;
        config->state.p23 = state.p23;
        config->state.p14 = state.p14;
    } else if (take(models[NETEM_LOSS_GE], &gemodel, sizeof gemodel)) {
        config->loss_model = SF_NETEM_LOSS_GEMODEL;
        config->gemodel.p = gemodel.p;
        config->gemodel.r = gemodel.r;
        config->gemodel.h = gemodel.h;
        config->gemodel.k1 = gemodel.k1;
    }
}

static void read_rate(struct nlattr **attributes, struct sf_netem_config *config)
{
    struct tc_netem_rate rate;
    if (!take(attributes[TCA_NETEM_RATE], &rate, sizeof rate)) {
        return;
    }
    config->rate_bytes_per_second = rate.rate;
    config->packet_overhead_bytes = rate.packet_overhead;
    config->cell_bytes = rate.cell_size;
    config->cell_overhead_bytes = rate.cell_overhead;
    uint64_t wide;
    if (take(attributes[TCA_NETEM_RATE64], &wide, sizeof wide)) {
        config->rate_bytes_per_second = wide;
    }
}

static void read_slot(struct nlattr *attribute, struct sf_netem_config *config)
{
    struct tc_netem_slot slot;
    if (take(attribute, &slot, sizeof slot)) {
        config->slot_delay_ns_min = slot.min_delay;
        config->slot_delay_ns_max = slot.max_delay;
        config->slot_packets_max = slot.max_packets;
        config->slot_bytes_max = slot.max_bytes;
        config->slot_table_delay_ns = slot.dist_delay;
        config->slot_table_jitter_ns = slot.dist_jitter;
    }
}

/* netem's options are a struct with attributes behind it. */
static bool read_options(const struct nlattr *options, struct sf_netem_config *config)
{
    struct tc_netem_qopt fixed;
    struct nlattr *attributes[SF_TCA_NETEM_PRNG_SEED + 1] = {0};
    if (!take(options, &fixed, sizeof fixed)) {
        return false;
    }
    int skip = NLA_ALIGN((int)sizeof fixed);
    struct nlattr *head = (struct nlattr *)(void *)((char *)nla_data(options) + skip);
    if (nla_len(options) > skip &&
        nla_parse(attributes, SF_TCA_NETEM_PRNG_SEED, head, nla_len(options) - skip, NULL) < 0) {
        return false;
    }
    config->limit_packets = fixed.limit;
    config->loss = fixed.loss;
    config->gap = fixed.gap;
    config->duplicate = fixed.duplicate;
    read_times(attributes, &fixed, config);
    read_chances(attributes, config);
    read_loss_model(attributes[TCA_NETEM_LOSS], config);
    read_rate(attributes, config);
    read_slot(attributes[TCA_NETEM_SLOT], config);
    config->seed_given =
        take(attributes[SF_TCA_NETEM_PRNG_SEED], &config->seed, sizeof config->seed);
    return true;
}

static void read_counts(struct nlattr *attribute, struct sf_qdisc_state *state)
{
    struct nlattr *attributes[TCA_STATS_MAX + 1];
    struct gnet_stats_basic basic;
    struct gnet_stats_queue queue;
    if (attribute == NULL || nla_parse_nested(attributes, TCA_STATS_MAX, attribute, NULL) < 0) {
        return;
    }
    /* The struct ends in padding that a kernel may leave out. */
    if (take(attributes[TCA_STATS_BASIC], &basic, offsetof(struct gnet_stats_basic, packets) + 4)) {
        state->packets_count = basic.packets;
    }
    uint64_t wide;
    if (take(attributes[TCA_STATS_PKT64], &wide, sizeof wide)) {
        state->packets_count = wide;
    }
    if (take(attributes[TCA_STATS_QUEUE], &queue, sizeof queue)) {
        state->dropped_count = queue.drops;
        state->waiting_count = queue.qlen;
    }
}

bool sf_qdisc_read(struct nlmsghdr *message, int *interface_index_out, uint32_t *parent_out,
                   struct sf_qdisc_state *state_out)
{
    SF_ASSERT(message != NULL);
    SF_ASSERT(interface_index_out != NULL);
    SF_ASSERT(parent_out != NULL);
    SF_ASSERT(state_out != NULL);
    struct nlattr *attributes[TCA_MAX + 1];
    *state_out = (struct sf_qdisc_state){0};
    if (message->nlmsg_type != RTM_NEWQDISC ||
        nlmsg_parse(message, sizeof(struct tcmsg), attributes, TCA_MAX, NULL) < 0 ||
        attributes[TCA_KIND] == NULL) {
        return false;
    }
    const struct tcmsg *header = nlmsg_data(message);
    *interface_index_out = header->tcm_ifindex;
    *parent_out = header->tcm_parent;
    state_out->handle = header->tcm_handle;
    snprintf(state_out->kind, sizeof state_out->kind, "%.*s", nla_len(attributes[TCA_KIND]),
             (const char *)nla_data(attributes[TCA_KIND]));
    state_out->netem = strcmp(state_out->kind, "netem") == 0;
    read_counts(attributes[TCA_STATS2], state_out);
    return !state_out->netem || read_options(attributes[TCA_OPTIONS], &state_out->config);
}
