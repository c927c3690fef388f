/* The recorder of a live run: what happens at the origin and at the viewers becomes the records of
 * a trace, on a clock that begins with the run. Answers that take long to judge are kept until the
 * run is over; then the records are put in the order of time. */
#ifndef STRAYFRAME_LIVE_RECORDER_H
#define STRAYFRAME_LIVE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/live/identity.h"
#include "harness/live/stills.h"
#include "harness/live/viewers.h"
#include "harness/trace/record.h"

struct sf_kept_answer;

struct sf_recorder {
    struct sf_stills *stills;                 /* borrowed */
    const struct sf_credentials *credentials; /* borrowed */
    struct sf_exhibits *exhibits;             /* borrowed; NULL: none are kept */
    sf_ns began_ns;                           /* CLOCK_MONOTONIC */
    struct sf_record *records;                /* owned */
    uint32_t count;
    uint32_t capacity;
    struct sf_kept_answer *kept; /* owned; to be judged */
    uint64_t *leftovers;         /* owned; requests whose answers had a still of an earlier run */
    uint32_t leftovers_count;
};

/* A home for each tenant from 0 on: its camera and its hub. `now_ns` is CLOCK_MONOTONIC, everywhere
 * here. */
void sf_recorder_begin(struct sf_recorder *recorder, uint32_t homes_count, sf_ns now_ns);
void sf_recorder_fini(struct sf_recorder *recorder);

/* The camera of the still's tenant has made it. */
void sf_recorder_made(struct sf_recorder *recorder, const struct sf_still_made *made, sf_ns now_ns);
void sf_recorder_event(struct sf_recorder *recorder, enum sf_live_event event, sf_ns now_ns);

/* The tenant's request with this number, from 1: its number in the trace. */
uint64_t sf_recorder_request(uint32_t tenant, uint32_t number);
void sf_recorder_asked(struct sf_recorder *recorder, uint32_t tenant, uint64_t request,
                       sf_ns now_ns);
/* Also where none came. */
void sf_recorder_answered(struct sf_recorder *recorder, uint32_t tenant, uint32_t place,
                          uint64_t request, const struct sf_answer *answer, sf_ns now_ns);

/* Judges what was kept, ends the trace, and puts it in order. Takes long. */
void sf_recorder_end(struct sf_recorder *recorder, sf_ns now_ns);

#endif
