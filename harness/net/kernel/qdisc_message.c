/* Parameters to the message that tc would send. */
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "harness/base/assert.h"
#include "harness/net/kernel/qdisc.h"
#include "harness/net/kernel/qdisc_wire.h"
#include "harness/net/kernel/rtnl.h"

/* Two tables of the largest size, and everything else with room to spare. */
enum { MESSAGE_BYTES_MAX = 4096 + 2 * 2 * SF_NETEM_TABLE_ENTRIES_MAX };

/* An attribute's length is 16 bits, and the one around everything has both tables in it. */
enum { OPTIONS_BYTES_MAX = UINT16_MAX };

/* Microseconds in tc 6.1's arithmetic, then ticks of 64 ns. */
static enum sf_err ticks(sf_ns time_ns, const char *what, uint32_t *ticks_out, struct sf_diag *diag)
{
    SF_ASSERT(time_ns >= 0);
    uint64_t count = (uint64_t)(time_ns / SF_US * SF_US) / 64;
    if (count > UINT32_MAX) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "a %s above 274.8 s does not fit into the older encoding", what);
    }
    *ticks_out = (uint32_t)count;
    return SF_OK;
}

static void put_times(struct nl_msg *message, const struct sf_netem_config *config, bool whole)
{
    int64_t delay_ns = config->delay_ns;
    int64_t jitter_ns = config->jitter_ns;
    if (whole || delay_ns != 0 || jitter_ns != 0) {
        sf_rtnl_put(message, TCA_NETEM_LATENCY64, &delay_ns, sizeof delay_ns);
    }
    if (whole || jitter_ns != 0) {
        sf_rtnl_put(message, TCA_NETEM_JITTER64, &jitter_ns, sizeof jitter_ns);
    }
}

static void put_chances(struct nl_msg *message, const struct sf_netem_config *config, bool whole)
{
    struct tc_netem_corr correlations = {.delay_corr = config->delay_correlation,
                                         .loss_corr = config->loss_correlation,
                                         .dup_corr = config->duplicate_correlation};
    struct tc_netem_reorder reorder = {.probability = config->reorder,
                                       .correlation = config->reorder_correlation};
    struct tc_netem_corrupt corrupt = {.probability = config->corrupt,
                                       .correlation = config->corrupt_correlation};
    uint32_t ecn = config->ecn;
    bool reorder_correlated = config->reorder_correlation != 0;
    bool corrupt_correlated = config->corrupt_correlation != 0;
    if (whole || correlations.delay_corr != 0 || correlations.loss_corr != 0 ||
        correlations.dup_corr != 0 || reorder_correlated || corrupt_correlated) {
        sf_rtnl_put(message, TCA_NETEM_CORR, &correlations, sizeof correlations);
    }
    /* A gap without this attribute would mean 100 %. */
    if (whole || config->reorder != 0 || reorder_correlated || config->gap != 0) {
        sf_rtnl_put(message, TCA_NETEM_REORDER, &reorder, sizeof reorder);
    }
    if (whole || config->ecn) {
        sf_rtnl_put(message, TCA_NETEM_ECN, &ecn, sizeof ecn);
    }
    if (whole || config->corrupt != 0 || corrupt_correlated) {
        sf_rtnl_put(message, TCA_NETEM_CORRUPT, &corrupt, sizeof corrupt);
    }
}

static void put_slot(struct nl_msg *message, const struct sf_netem_config *config, bool whole)
{
    struct tc_netem_slot slot = {.min_delay = config->slot_delay_ns_min,
                                 .max_delay = config->slot_delay_ns_max,
                                 .max_packets = config->slot_packets_max,
                                 .max_bytes = config->slot_bytes_max,
                                 .dist_delay = config->slot_table_delay_ns,
                                 .dist_jitter = config->slot_table_jitter_ns};
    bool any = slot.min_delay != 0 || slot.max_delay != 0 || slot.max_packets != 0 ||
               slot.max_bytes != 0 || slot.dist_delay != 0 || slot.dist_jitter != 0;
    if (whole || any || config->slot_table != NULL) {
        sf_rtnl_put(message, TCA_NETEM_SLOT, &slot, sizeof slot);
    }
}

/* Absent means random, also to a change: there is nothing more to say for it. */
static void put_loss_model(struct nl_msg *message, const struct sf_netem_config *config)
{
    struct tc_netem_gimodel state = {.p13 = config->state.p13,
                                     .p31 = config->state.p31,
                                     .p32 = config->state.p32,
                                     .p14 = config->state.p14,
                                     .p23 = config->state.p23};
    struct tc_netem_gemodel gemodel = {.p = config->gemodel.p,
                                       .r = config->gemodel.r,
                                       .h = config->gemodel.h,
                                       .k1 = config->gemodel.k1};
    if (config->loss_model == SF_NETEM_LOSS_RANDOM) {
        return;
    }
    struct nlattr *nest = sf_rtnl_nest(message, TCA_NETEM_LOSS, NLA_F_NESTED);
    if (config->loss_model == SF_NETEM_LOSS_STATE) {
        sf_rtnl_put(message, NETEM_LOSS_GI, &state, sizeof state);
    } else {
        sf_rtnl_put(message, NETEM_LOSS_GE, &gemodel, sizeof gemodel);
    }
    sf_rtnl_nest_end(message, nest);
}

static void put_rate(struct nl_msg *message, const struct sf_netem_config *config, bool whole)
{
    uint64_t rate = config->rate_bytes_per_second;
    struct tc_netem_rate parts = {.rate = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate,
                                  .packet_overhead = config->packet_overhead_bytes,
                                  .cell_size = config->cell_bytes,
                                  .cell_overhead = config->cell_overhead_bytes};
    if (rate > UINT32_MAX) {
        sf_rtnl_put(message, TCA_NETEM_RATE64, &rate, sizeof rate);
    }
    if (whole || rate != 0 || parts.packet_overhead != 0 || parts.cell_size != 0 ||
        parts.cell_overhead != 0) {
        sf_rtnl_put(message, TCA_NETEM_RATE, &parts, sizeof parts);
    }
}

static void put_table(struct nl_msg *message, int type, const struct sf_netem_table *table)
{
    if (table != NULL) {
        sf_rtnl_put(message, type, table->entries, table->entries_count * sizeof table->entries[0]);
    }
}

/* Two tables and 1 KiB for everything else: a bound for one attribute that tc does not check. */
enum sf_err sf_qdisc_check(const struct sf_netem_config *config, struct sf_diag *diag)
{
    SF_ASSERT(config != NULL);
    if (config->keep_order) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "keep-order is strayframe's own and no kernel's netem can do it: leave it "
                       "out, or give the link a rate, which keeps packets in order too");
    }
    uint32_t entries = (config->delay_table != NULL ? config->delay_table->entries_count : 0) +
                       (config->slot_table != NULL ? config->slot_table->entries_count : 0);
    if (entries * sizeof(int16_t) > OPTIONS_BYTES_MAX - 1024) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the two distribution tables have %u entries together, which does not fit "
                       "into one message to the kernel",
                       entries);
    }
    return SF_OK;
}

/* In tc's order. */
static enum sf_err put_options(struct nl_msg *message, const struct sf_netem_config *config,
                               enum sf_qdisc_encoding encoding, bool whole, struct sf_diag *diag)
{
    SF_TRY(sf_qdisc_check(config, diag));
    struct tc_netem_qopt fixed = {.limit = config->limit_packets,
                                  .loss = config->loss,
                                  .gap = config->gap,
                                  .duplicate = config->duplicate};
    if (encoding == SF_QDISC_TICKS) {
        SF_TRY(ticks(config->delay_ns, "delay", &fixed.latency, diag));
        SF_TRY(ticks(config->jitter_ns, "jitter", &fixed.jitter, diag));
    }
    struct nlattr *options = nlmsg_tail(nlmsg_hdr(message));
    sf_rtnl_put(message, TCA_OPTIONS, &fixed, sizeof fixed);
    if (encoding == SF_QDISC_NANOSECONDS) {
        put_times(message, config, whole);
    }
    put_chances(message, config, whole);
    put_slot(message, config, whole);
    put_loss_model(message, config);
    put_rate(message, config, whole);
    if (encoding == SF_QDISC_NANOSECONDS && config->seed_given) {
        sf_rtnl_put(message, SF_TCA_NETEM_PRNG_SEED, &config->seed, sizeof config->seed);
    }
    put_table(message, TCA_NETEM_DELAY_DIST, config->delay_table);
    put_table(message, TCA_NETEM_SLOT_DIST, config->slot_table);
    sf_rtnl_nest_end(message, options);
    return SF_OK;
}

static int flags_of(enum sf_qdisc_verb verb)
{
    switch (verb) {
    case SF_QDISC_ADD:
        return NLM_F_CREATE | NLM_F_EXCL;
    case SF_QDISC_CHANGE:
    case SF_QDISC_REMOVE:
        return 0;
    case SF_QDISC_REPLACE:
        return NLM_F_CREATE | NLM_F_REPLACE;
    }
    SF_UNREACHABLE();
}

enum sf_err sf_qdisc_message(int interface_index, enum sf_qdisc_verb verb,
                             const struct sf_netem_config *config, enum sf_qdisc_encoding encoding,
                             enum sf_qdisc_extent extent, struct nl_msg **message_out,
                             struct sf_diag *diag)
{
    SF_ASSERT(config != NULL || verb == SF_QDISC_REMOVE);
    SF_ASSERT(message_out != NULL);
    SF_ASSERT(interface_index > 0);
    int type = verb == SF_QDISC_REMOVE ? RTM_DELQDISC : RTM_NEWQDISC;
    struct nl_msg *message = sf_rtnl_message(type, flags_of(verb) | NLM_F_ACK, MESSAGE_BYTES_MAX);
    struct tcmsg header = {
        .tcm_family = AF_UNSPEC, .tcm_ifindex = interface_index, .tcm_parent = TC_H_ROOT};
    sf_rtnl_append(message, &header, sizeof header);
    /* To a removal the kind is a condition. Its options mean nothing, but tc sends them. */
    sf_rtnl_put_text(message, TCA_KIND, "netem");
    struct sf_netem_config nothing;
    if (verb == SF_QDISC_REMOVE) {
        sf_netem_config_default(&nothing);
        config = &nothing;
    }
    enum sf_err err = put_options(message, config, encoding, extent == SF_QDISC_WHOLE, diag);
    if (err != SF_OK) {
        nlmsg_free(message);
        return err;
    }
    *message_out = message;
    return SF_OK;
}
