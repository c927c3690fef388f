/* Service figures: how fast and how often viewers got stills. Filled in by the tally. */
#ifndef STRAYFRAME_MEASURE_SERVICE_H
#define STRAYFRAME_MEASURE_SERVICE_H

#include <stdint.h>

#include "harness/base/time.h"

/* An answer that begins this soon after its request was accepted came from memory: a hit. */
#define SF_SERVICE_HIT_NS_MAX (10 * SF_MS)

/* Waits in buckets of a sixteenth of their size, up to a quarter of an hour; the last one is for
 * those that never ended. */
enum {
    SF_WAITS_STEPS = 16,
    SF_WAITS_OCTAVES = 17,
    SF_WAITS_BUCKETS = (SF_WAITS_OCTAVES + 1) * SF_WAITS_STEPS,
};

struct sf_waits {
    uint32_t counts[SF_WAITS_BUCKETS];
};

/* Plain values: goes through pipes. */
struct sf_service {
    uint64_t asks_count;
    uint64_t admitted_count;
    uint64_t hits_count;    /* answered with a still at once */
    uint64_t blank_count;   /* asked, and nothing could be shown */
    struct sf_waits firsts; /* from the beginning of watching to the first own still on display */
};

void sf_waits_add(struct sf_waits *waits, sf_ns wait_ns);
/* A viewer gave up without a picture. */
void sf_waits_add_never(struct sf_waits *waits);
uint64_t sf_waits_count(const struct sf_waits *waits);
/* The percentile of waits in ms, at most a sixteenth too long; UINT64_MAX if that wait never ended,
 * or without waits. */
uint64_t sf_waits_ms(const struct sf_waits *waits, uint32_t percent);

/* The wait in ms that this share of all waits does not exceed, interpolated between the bounds of
 * its bucket; infinite if that wait never ended, not a number without waits. For figures that are
 * compared. */
double sf_waits_quantile_ms(const struct sf_waits *waits, double share);

/* Adds one to the other. */
void sf_service_add(struct sf_service *to, const struct sf_service *from);

#endif
