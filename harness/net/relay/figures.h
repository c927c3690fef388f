/* What a relay did, and how far that is from what was asked of it. Counts while it runs; says
 * nothing about packets one by one. */
#ifndef STRAYFRAME_NET_RELAY_FIGURES_H
#define STRAYFRAME_NET_RELAY_FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/net/netem.h"

/* Spans of time, gathered in steps of 1/1024 of their size: 5 ms and 5.005 ms are two. */
enum { SF_RELAY_STEP_BITS = 10, SF_RELAY_SPAN_BITS = 48 };
enum { SF_RELAY_STEPS = (SF_RELAY_SPAN_BITS - SF_RELAY_STEP_BITS + 1) << SF_RELAY_STEP_BITS };

/* Zero-initialise. */
struct sf_relay_spread {
    uint64_t counts[SF_RELAY_STEPS];
    uint64_t sums_ns[SF_RELAY_STEPS];
    uint64_t count;
    sf_ns max_ns;
};

/* Spans below 0 count as 0; above three days, as that. */
void sf_relay_spread_add(struct sf_relay_spread *spread, sf_ns span_ns);

/* The span that `per_mille` of all are not above, as the mean of its step; 0 for none. */
sf_ns sf_relay_spread_at(const struct sf_relay_spread *spread, uint32_t per_mille);

/* One direction, while it runs. */
struct sf_relay_figures {
    uint64_t packets_in;
    uint64_t packets_out; /* copies */
    uint64_t bytes_in;    /* as the model counts: with an Ethernet header */
    uint64_t bytes_out;
    uint64_t lost_count; /* by chance */
    uint64_t full_count; /* met a full queue */
    uint64_t duplicated_count;
    uint64_t corrupted_count; /* copies */
    uint64_t marked_count;    /* copies */
    uint64_t refused_count; /* copies that were spoilt so that the receiver drops them: the Ethernet
                               header, or IP's version; part of the corrupted ones */
    uint64_t line_count;    /* copies that left right behind another, as `rate` has it */
    sf_ns line_asked_ns;    /* how long these were to take */
    sf_ns line_given_ns;    /* and took */
    struct sf_relay_spread asked; /* delays */
    struct sf_relay_spread given;
    struct sf_relay_spread late; /* by how much a copy left after its time */
};

/* What a spread comes to. */
struct sf_relay_delays {
    sf_ns p50_ns;
    sf_ns p99_ns;
    sf_ns max_ns;
};

/* One direction, summed up. in = lost + full + (out + refused + waiting - duplicated). */
struct sf_relay_way_report {
    uint64_t packets_in;
    uint64_t packets_out;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t lost_count;
    uint64_t full_count;
    uint64_t duplicated_count;
    uint64_t corrupted_count;
    uint64_t marked_count;
    uint64_t refused_count;
    uint64_t waiting_count; /* copies still under way */
    uint64_t
        missed_count; /* packets that the relay was too slow to read: the model never saw them */
    struct sf_relay_delays asked;
    struct sf_relay_delays given;
    struct sf_relay_delays late;
    uint64_t line_count;
    uint64_t rate_asked_bytes_per_second; /* 0: none */
    uint64_t rate_given_bytes_per_second; /* of the packets that waited in line; 0 for none */
};

struct sf_relay_report {
    struct sf_relay_way_report there; /* near to far */
    struct sf_relay_way_report back;
    sf_ns elapsed_ns;
    sf_ns cpu_ns;    /* of the relay's thread */
    bool precedence; /* sf_relay_take_precedence */
};

/* All but waiting_count and missed_count, which only the relay knows. The rate is the link's; 0 for
 * none. */
void sf_relay_figures_sum_up(const struct sf_relay_figures *figures, uint64_t rate_bytes_per_second,
                             struct sf_relay_way_report *report_out);

/* For a person, several lines, each ended. */
void sf_relay_report_print(const struct sf_relay_report *report, struct sf_text *text);

/* The same for machines, in nanoseconds, bytes and counts. The caller's to release. */
json_t *sf_relay_report_json(const struct sf_relay_report *report);

#endif
