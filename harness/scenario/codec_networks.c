/* Networks as a fuzzer's bytes. The first one does nothing and takes none; one is good, the one
 * that heals; the others are as bad as they like, or change among those that stay the same. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/time.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_table.h"
#include "harness/net/netem_units.h"
#include "harness/scenario/codec.h"

enum { NETWORKS_MAX = 8, STATES_MAX = 4, NONE = -1 };

/* Shares count in hundredths of a percent, as tc reads them. */
enum { SHARES_PER_PERCENT = 100, SHARES_MAX = 100 * SHARES_PER_PERCENT };

static uint32_t fraction_of(int64_t share, bool rest)
{
    char word[32];
    uint32_t fraction = 0;
    uint32_t remainder = 0;
    snprintf(word, sizeof word, "%d.%02d%%", (int)(share / SHARES_PER_PERCENT),
             (int)(share % SHARES_PER_PERCENT));
    enum sf_netem_number number = sf_netem_read_percent_and_rest(word, &fraction, &remainder);
    SF_ASSERT(number == SF_NETEM_NUMBER_OK);
    return rest ? remainder : fraction;
}

/* The share that reads as this fraction; NONE where there is none. */
static int64_t share_of(uint32_t fraction, bool rest)
{
    int64_t near = (int64_t)(((uint64_t)fraction * SHARES_MAX + UINT32_MAX / 2) / UINT32_MAX);
    near = rest ? SHARES_MAX - near : near;
    for (int64_t share = near - 1; share <= near + 1; share++) {
        if (share >= 0 && share <= SHARES_MAX && fraction_of(share, rest) == fraction) {
            return share;
        }
    }
    return NONE;
}

/* `percents` are the common ones: base, step and count; `one_in` of bytes have one, others 0. */
static void code_share(struct sf_codec *codec, const char *key, uint32_t one_in, uint32_t base,
                       uint32_t step, uint32_t count, uint32_t percent_max, bool rest,
                       uint32_t *fraction)
{
    const struct sf_code code = {
        .one_in = one_in,
        .count = count,
        .base = (int64_t)base * SHARES_PER_PERCENT,
        .step = (int64_t)step * SHARES_PER_PERCENT,
        .min = 0,
        .max = (int64_t)percent_max * SHARES_PER_PERCENT,
    };
    int64_t share = codec->writes ? share_of(*fraction, rest) : 0;
    share = sf_code_value(codec, key, share, &code);
    if (!codec->writes) {
        *fraction = fraction_of(share, rest);
    }
}

static void code_time(struct sf_codec *codec, const char *key, const struct sf_code *code,
                      sf_ns *time_ns)
{
    sf_ns value = sf_code_value(codec, key, *time_ns, code);
    if (!codec->writes) {
        *time_ns = value;
    }
}

static void code_u32(struct sf_codec *codec, const char *key, const struct sf_code *code,
                     uint32_t *number)
{
    int64_t value = sf_code_value(codec, key, *number, code);
    if (!codec->writes) {
        *number = (uint32_t)value;
    }
}

static void code_table(struct sf_codec *codec, const struct sf_netem_table **table)
{
    enum { TABLES_COUNT = 4 };
    const struct sf_code code = {.one_in = 6, .count = TABLES_COUNT, .base = 1, .step = 1};
    int64_t value = 0;
    for (int64_t i = 0; i < TABLES_COUNT; i++) {
        if (*table == sf_netem_table_builtin(sf_netem_table_names[i])) {
            value = i + 1;
        }
    }
    if (codec->writes && *table != NULL && value == 0) {
        sf_codec_stuck(codec, "distribution");
    }
    value = sf_code_value(codec, "distribution", value, &code);
    if (!codec->writes) {
        *table = value > 0 ? sf_netem_table_builtin(sf_netem_table_names[value - 1]) : NULL;
    }
}

static void code_loss(struct sf_codec *codec, struct sf_netem_config *config)
{
    const struct sf_code models = {.one_in = 4, .count = 2, .base = 1, .step = 1};
    int64_t model = sf_code_value(codec, "loss", (int64_t)config->loss_model, &models);
    config->loss_model = (enum sf_netem_loss_model)model;
    switch (config->loss_model) {
    case SF_NETEM_LOSS_RANDOM:
        code_share(codec, "loss", 1, 0, 10, 11, 100, false, &config->loss);
        code_share(codec, "loss", 12, 20, 20, 4, 100, false, &config->loss_correlation);
        return;
    case SF_NETEM_LOSS_STATE:
        code_share(codec, "loss state", 1, 2, 4, 8, 100, false, &config->state.p13);
        code_share(codec, "loss state", 1, 10, 10, 8, 100, false, &config->state.p31);
        code_share(codec, "loss state", 2, 10, 20, 4, 100, false, &config->state.p32);
        code_share(codec, "loss state", 2, 10, 20, 4, 100, false, &config->state.p23);
        code_share(codec, "loss state", 2, 1, 2, 4, 100, false, &config->state.p14);
        return;
    case SF_NETEM_LOSS_GEMODEL:
        code_share(codec, "loss gemodel", 1, 2, 4, 8, 100, false, &config->gemodel.p);
        code_share(codec, "loss gemodel", 1, 8, 6, 8, 100, false, &config->gemodel.r);
        code_share(codec, "loss gemodel", 1, 60, 8, 6, 100, true, &config->gemodel.h);
        code_share(codec, "loss gemodel", 1, 0, 3, 4, 100, false, &config->gemodel.k1);
        return;
    }
    SF_UNREACHABLE();
}

static void code_events(struct sf_codec *codec, struct sf_netem_config *config)
{
    const struct sf_code gaps = {.one_in = 2, .count = 4, .base = 2, .step = 1, .min = 0, .max = 9};
    code_share(codec, "duplicate", 2, 5, 5, 2, 50, false, &config->duplicate);
    code_share(codec, "corrupt", 6, 1, 2, 3, 20, false, &config->corrupt);
    if (config->delay_ns > 0) { /* or there is nothing to overtake */
        code_u32(codec, "gap", &gaps, &config->gap);
    }
    if (config->gap > 0) {
        code_share(codec, "reorder", 1, 10, 10, 3, 100, false, &config->reorder);
        config->gap = config->reorder > 0 ? config->gap : 0;
    } else {
        bool keeps = sf_code_rare(codec, "keep-order", config->keep_order, 8);
        config->keep_order = keeps;
    }
}

/* A rate fills a queue: one that took minutes to empty would reach beyond the heal. */
static void code_rate(struct sf_codec *codec, struct sf_netem_config *config)
{
    enum { BYTES_PER_KBIT = 125, LIMIT_USUAL = 50, SLOW_KBIT = 200 };
    const struct sf_code rates = {
        .one_in = 2, .count = 6, .base = 64, .step = 96, .min = 8, .max = 100000};
    const struct sf_code limits = {.one_in = 4,
                                   .count = 5,
                                   .usual = LIMIT_USUAL,
                                   .base = 10,
                                   .step = 10,
                                   .min = 1,
                                   .max = SF_NETEM_LIMIT_DEFAULT};
    int64_t kbit = (int64_t)(config->rate_bytes_per_second / BYTES_PER_KBIT);
    if (codec->writes && config->rate_bytes_per_second % BYTES_PER_KBIT != 0) {
        sf_codec_stuck(codec, "rate");
    }
    kbit = sf_code_value(codec, "rate", kbit, &rates);
    code_u32(codec, "limit", &limits, &config->limit_packets);
    if (!codec->writes) {
        config->rate_bytes_per_second = (uint64_t)kbit * BYTES_PER_KBIT;
        bool slow = kbit > 0 && kbit < SLOW_KBIT;
        config->limit_packets =
            slow && config->limit_packets > LIMIT_USUAL ? LIMIT_USUAL : config->limit_packets;
    }
}

static void code_slots(struct sf_codec *codec, struct sf_netem_config *config)
{
    const struct sf_code delays = {.one_in = 1,
                                   .count = 8,
                                   .base = 20 * SF_MS,
                                   .step = 40 * SF_MS,
                                   .min = 0,
                                   .max = SF_SECOND,
                                   .unit = SF_MS};
    const struct sf_code more = {.one_in = 1,
                                 .count = 4,
                                 .base = 0,
                                 .step = 50 * SF_MS,
                                 .min = 0,
                                 .max = SF_SECOND,
                                 .unit = SF_MS};
    const struct sf_code packets = {.one_in = 2, .count = 4, .base = 2, .step = 4, .max = 100};
    if (!sf_code_rare(codec, "slot", config->slot_delay_ns_max > 0, 10)) {
        return;
    }
    sf_ns spread_ns = config->slot_delay_ns_max - config->slot_delay_ns_min;
    code_time(codec, "slot", &delays, &config->slot_delay_ns_min);
    code_time(codec, "slot", &more, &spread_ns);
    uint32_t packets_max = (uint32_t)config->slot_packets_max;
    code_u32(codec, "slot", &packets, &packets_max);
    config->slot_delay_ns_max = config->slot_delay_ns_min + spread_ns;
    config->slot_packets_max = config->slot_delay_ns_max > 0 ? (int32_t)packets_max : 0;
}

static void code_good(struct sf_codec *codec, struct sf_netem_config *config)
{
    static const struct sf_code delays = {.one_in = 1,
                                          .count = 3,
                                          .base = 20 * SF_MS,
                                          .step = 5 * SF_MS,
                                          .min = 0,
                                          .max = 100 * SF_MS,
                                          .unit = SF_MS};
    static const struct sf_code jitters = {.one_in = 1,
                                           .count = 2,
                                           .base = 5 * SF_MS,
                                           .step = 5 * SF_MS,
                                           .min = 0,
                                           .max = 20 * SF_MS,
                                           .unit = SF_MS};
    static const struct sf_code losses = {
        .one_in = 4, .count = 3, .base = 5, .step = 10, .max = 30};
    code_time(codec, "delay", &delays, &config->delay_ns);
    code_time(codec, "delay", &jitters, &config->jitter_ns);
    int64_t share = codec->writes ? share_of(config->loss, false) : 0;
    share = sf_code_value(codec, "loss", share, &losses);
    if (!codec->writes) {
        config->loss = fraction_of(share, false);
    }
}

/* `good`: one on which every owner gets its still in time. */
static void code_link(struct sf_codec *codec, bool good, struct sf_netem_config *config)
{
    static const struct sf_code delays = {.one_in = 1,
                                          .count = 16,
                                          .base = 10 * SF_MS,
                                          .step = 100 * SF_MS,
                                          .min = 0,
                                          .max = 3 * SF_SECOND,
                                          .unit = SF_MS};
    static const struct sf_code jitters = {.one_in = 1,
                                           .count = 8,
                                           .base = 0,
                                           .step = 100 * SF_MS,
                                           .min = 0,
                                           .max = 2 * SF_SECOND,
                                           .unit = SF_MS};
    struct sf_netem_config before = *config;
    struct sf_netem_config scratch = *config;
    if (!codec->writes) {
        sf_netem_config_default(&scratch);
    }
    if (good) {
        code_good(codec, &scratch);
    } else {
        code_time(codec, "delay", &delays, &scratch.delay_ns);
        code_time(codec, "delay", &jitters, &scratch.jitter_ns);
        if (scratch.delay_ns > 0 && scratch.jitter_ns > 0) {
            code_table(codec, &scratch.delay_table);
        }
        code_loss(codec, &scratch);
        code_events(codec, &scratch);
        code_rate(codec, &scratch);
        code_slots(codec, &scratch);
    }
    *config = codec->writes ? before : scratch;
}

/* The same both ways, or each way its own. */
static void code_steady(struct sf_codec *codec, bool good, struct sf_plan_network *network)
{
    bool same = codec->writes && sf_netem_config_same(&network->up, &network->down);
    code_link(codec, good, &network->up);
    if (!sf_code_rare(codec, "both", same, 3)) {
        code_link(codec, good, &network->down);
    } else if (!codec->writes) {
        network->down = network->up;
    }
}

static void code_states(struct sf_codec *codec, const uint32_t *steady, uint32_t steady_count,
                        struct sf_plan_network *network)
{
    static const struct sf_code dwells = {.one_in = 1,
                                          .count = 8,
                                          .base = SF_SECOND,
                                          .step = SF_SECOND,
                                          .min = SF_MS,
                                          .max = 10 * SF_MINUTE,
                                          .unit = SF_MS};
    static const struct sf_code spreads = {.one_in = 2,
                                           .count = 4,
                                           .base = SF_SECOND,
                                           .step = 2 * SF_SECOND,
                                           .min = 0,
                                           .max = 10 * SF_MINUTE,
                                           .unit = SF_MS};
    uint32_t count = sf_code_choice(codec, "states", network->states_count - 2, STATES_MAX - 1) + 2;
    if (codec->stuck) {
        return;
    }
    network->states_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct sf_plan_state *state = &network->states[i];
        uint32_t which = 0;
        while (codec->writes && which < steady_count && steady[which] != state->network_index) {
            which++;
        }
        which = sf_code_choice(codec, "states", which, steady_count);
        sf_ns spread_ns = state->dwell_ns_max - state->dwell_ns_min;
        code_time(codec, "states", &dwells, &state->dwell_ns_min);
        code_time(codec, "states", &spreads, &spread_ns);
        if (!codec->writes) {
            state->network_index = steady[which];
            state->dwell_ns_max = state->dwell_ns_min + spread_ns;
        }
    }
}

void sf_codec_steady_network(struct sf_plan_network *network, sf_ns delay_ns, sf_ns jitter_ns,
                             uint32_t loss_percent)
{
    SF_ASSERT(network != NULL);
    sf_netem_config_default(&network->up);
    network->up.delay_ns = delay_ns;
    network->up.jitter_ns = jitter_ns;
    network->up.loss = fraction_of((int64_t)loss_percent * SHARES_PER_PERCENT, false);
    network->down = network->up;
    network->states_count = 0;
    memset(network->states, 0, sizeof network->states);
}

void sf_codec_name_networks(struct sf_plan *plan, uint32_t good)
{
    SF_ASSERT(plan != NULL);
    uint32_t bad = 0;
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        struct sf_plan_network *network = &plan->networks[i];
        memset(network->name, 0, sizeof network->name);
        if (i == good) {
            snprintf(network->name, sizeof network->name, "good");
        } else {
            snprintf(network->name, sizeof network->name, "bad-%u", ++bad);
        }
    }
}

uint32_t sf_codec_good_network(const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return plan->timeline[i].network_index;
        }
    }
    return 1;
}

void sf_code_networks(struct sf_codec *codec)
{
    SF_ASSERT(codec != NULL);
    static const struct sf_code counts = {
        .one_in = 1, .count = 3, .base = 1, .step = 1, .min = 0, .max = NETWORKS_MAX - 2};
    struct sf_plan *plan = codec->plan;
    sf_codec_at(codec, "networks.");
    int64_t bad_count = sf_code_value(codec, "count", (int64_t)plan->networks_count - 2, &counts);
    if (codec->stuck) {
        return;
    }
    plan->networks_count = (uint32_t)bad_count + 2;
    uint32_t good = codec->writes ? sf_codec_good_network(plan) : 1;
    const struct sf_code others = {
        .one_in = 1, .count = 1, .base = 1, .min = 1, .max = plan->networks_count - 1};
    if (codec->heals) {
        good = (uint32_t)sf_code_value(codec, "heal", good, &others);
    }
    if (codec->stuck) {
        return; /* it heals to the network that does nothing */
    }
    codec->good_network = good;
    if (!codec->writes) {
        sf_codec_name_networks(plan, good);
    }
    uint32_t steady[NETWORKS_MAX] = {0};
    uint32_t steady_count = 1; /* the one that does nothing */
    bool changes[NETWORKS_MAX] = {false};
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        sf_codec_at(codec, "networks.%s.", plan->networks[i].name);
        changes[i] =
            i != good &&
            sf_code_rare(codec, "states", codec->writes && plan->networks[i].states_count > 0, 6);
        if (!changes[i]) {
            steady[steady_count++] = i;
            code_steady(codec, i == good, &plan->networks[i]);
        }
    }
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        if (changes[i]) {
            sf_codec_at(codec, "networks.%s.", plan->networks[i].name);
            if (!codec->writes) {
                sf_netem_config_default(&plan->networks[i].up);
                sf_netem_config_default(&plan->networks[i].down);
                plan->networks[i].states_count = 2;
            }
            code_states(codec, steady, steady_count, &plan->networks[i]);
        }
    }
}
