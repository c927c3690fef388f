/* What a link really does: a run of the model, counted. For people who want to know what their spec
 * means before they build on it. */
#ifndef STRAYFRAME_NET_NETEM_DESCRIBE_H
#define STRAYFRAME_NET_NETEM_DESCRIBE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/net/netem.h"
#include "harness/net/netem_states.h"

/* What is sent through the link: equal packets, evenly spaced. */
struct sf_netem_traffic {
    uint64_t packets_count; /* 1 to SF_NETEM_TRAFFIC_PACKETS_MAX */
    sf_ns spacing_ns;       /* >= 0 */
    uint32_t bytes;         /* with the Ethernet header */
    bool ect;
    uint64_t seed; /* unless the config has its own */
};

enum {
    SF_NETEM_TRAFFIC_PACKETS_MAX = 10000000,
    SF_NETEM_QUANTILES_COUNT = 9,
    SF_NETEM_PLOT_ROWS = 14,
};

/* Shares are in millionths: of the packets sent, unless said otherwise. */
struct sf_netem_description {
    struct sf_netem_traffic traffic;
    uint64_t copies_count;  /* delivered, duplicates included */
    uint64_t lost_count;    /* packets of which no copy arrived, for whatever reason */
    uint64_t limit_count;   /* packets that, or whose duplicate, met a full queue */
    uint64_t bursts_count;  /* runs of packets lost one after another */
    uint64_t burst_longest; /* packets */
    uint64_t changes_count; /* of the link's state; 0 for a plain link */
    uint32_t lost_ppm;
    uint32_t burst_mean_hundredths; /* mean length of a run, in hundredths of a packet; 0: none */
    uint32_t duplicated_ppm;
    uint32_t corrupted_ppm; /* of the copies */
    uint32_t marked_ppm;    /* of the copies */
    uint32_t overtaken_ppm; /* of the copies: arrived after a packet that was sent later */
    sf_ns delay_ns_mean;    /* of the copies; all delays are 0 where none arrived */
    sf_ns delay_ns[SF_NETEM_QUANTILES_COUNT];
    /* How the delays spread from plot_ns_min on, in rows of plot_row_ns; the last row takes all
     * that is above. */
    sf_ns plot_ns_min;
    sf_ns plot_row_ns;
    uint64_t plot[SF_NETEM_PLOT_ROWS];
};

/* Traffic that suits the link: 100,000 packets of 1000 bytes, one a millisecond, or at half the
 * link's rate where that is slower. */
void sf_netem_traffic_default(const struct sf_netem_config *config,
                              struct sf_netem_traffic *traffic_out);

/* The same for a link that changes, and long enough for ten rounds of its states, up to 2,000,000
 * packets. */
void sf_netem_traffic_default_states(const struct sf_netem_states *states,
                                     struct sf_netem_traffic *traffic_out);

void sf_netem_describe(const struct sf_netem_config *config, const struct sf_netem_traffic *traffic,
                       struct sf_netem_description *out);

/* The same for a link that changes, its first state beginning with the first packet. */
void sf_netem_describe_states(const struct sf_netem_states *states,
                              const struct sf_netem_traffic *traffic,
                              struct sf_netem_description *out);

/* A dozen lines and a plot for a terminal. */
void sf_netem_description_print(const struct sf_netem_description *description,
                                struct sf_text *text);

/* The same as an object, every number an integer; the caller owns the reference. */
json_t *sf_netem_description_json(const struct sf_netem_description *description);

#endif
