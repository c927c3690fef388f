/* The life of a stray: how a stranger's still came to a display, step by step as the trace has it.
 * Told for exhibits, by running the same run again and listening. */
#ifndef STRAYFRAME_REPLAY_LIFE_H
#define STRAYFRAME_REPLAY_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/judge/exhibit.h"
#include "harness/trace/record.h"

/* Of the stranger's still that has the largest share of the exhibit. Times are SF_NS_NEVER for what
 * did not happen until it was shown. Plain values: goes through pipes. */
struct sf_life {
    uint32_t told;  /* 0: there is none */
    uint32_t owner; /* tenant */
    uint32_t capture;
    uint32_t still_bytes;
    uint32_t fetched; /* 1: the cloud had asked for it; 0: the camera sent it unasked */
    uint32_t whole;   /* 1: all of it had arrived in time */
    sf_ns captured_ns;
    sf_ns begun_ns; /* the first packet of it arrived */
    sf_ns ended_ns; /* all had arrived, or nobody waited for the rest */
    sf_ns owner_saw_ns;
    sf_ns asked_ns; /* from here on: the request that it was the answer to */
    sf_ns admitted_ns;
    sf_ns answered_ns;
    sf_ns shown_ns;
    uint32_t packets_count; /* of the still, on the way to the cloud, repeats included */
    uint32_t packets_lost_count;
    uint32_t received_bytes;
    uint32_t others_count; /* other strangers' displays that had shown it before */
    uint32_t answer_packets_count;
    uint32_t answer_packets_lost_count;
};

struct sf_lives {
    struct sf_life items[SF_EXHIBITS_MAX]; /* one for each exhibit */
};

struct sf_biographer;

struct sf_biographer *sf_biographer_create(const struct sf_exhibits *exhibits);
void sf_biographer_destroy(struct sf_biographer *teller);
/* Fits struct sf_trace_listener. */
void sf_biographer_hear(void *teller, const struct sf_record *records, uint32_t count);
/* To be asked when the run is over. */
void sf_biographer_tell(const struct sf_biographer *teller, struct sf_lives *stories_out);

#endif
