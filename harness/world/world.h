/* The virtual stage: a plan and a seed become a world, which runs on virtual time and writes a
 * trace. Judges nothing. One world serves any number of runs, one after the other. */
#ifndef STRAYFRAME_WORLD_WORLD_H
#define STRAYFRAME_WORLD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/cache/load.h"
#include "harness/judge/exhibit.h"
#include "harness/scenario/plan.h"
#include "harness/trace/trace.h"
#include "harness/world/variation.h"

struct world;

struct world *sf_world_create(void); /* never NULL */
void sf_world_destroy(struct world *world);

/* All pointers are borrowed until sf_world_clear. */
struct sf_world_setup {
    const struct sf_plan *plan;            /* checked; swarms are drawn */
    const struct sf_cache_module *modules; /* the first cache, then one for each entry of the time
                                              line */
    uint64_t seed;
    struct sf_trace *trace;
    struct sf_exhibits *exhibits; /* NULL: none are kept */
    /* NULL: an ordinary run. Where stills are varied, nothing that viewers get is measured: the
     * trace has no records of the judge. */
    const struct sf_world_variation *variation;
    const struct sf_world_observer *observer; /* NULL: none */
};

/* Builds homes, network and cloud, and puts the first events into the queue. The world is new or
 * has been cleared. */
void sf_world_build(struct world *world, const struct sf_world_setup *setup);

/* Runs to the plan's end, but for at most `events_max` events and at most `strays_max` pictures
 * shown that are strays; 0: no bound. False if a bound ended it. */
bool sf_world_run(struct world *world, uint64_t events_max, uint64_t strays_max);

/* Of the run that is built. May the length of stills be varied in it? Not where a short memory or
 * a state that is handed over cut short makes a length matter for what is kept. */
bool sf_world_may_lengthen(const struct world *world);
/* The account of the variation; where no home has its number, or all homes have one account, that
 * is none. */
struct sf_tenant_id sf_world_varied_tenant(const struct world *world);

/* The virtual time that the run came to. */
sf_ns sf_world_end_ns(const struct world *world);

/* Destroys the caches and drops what is still on its way. Part of the run: what a cache says while
 * it is destroyed is in the trace. */
void sf_world_clear(struct world *world);

/* Of the latest run, valid until the next build. */
uint64_t sf_world_events_count(const struct world *world);
/* A cache that came to an end of its own, and the run with it. */
const struct sf_cache_ended *sf_world_cache_ended(const struct world *world);
const struct sf_text *sf_world_log(const struct world *world); /* of the caches, a line each */

enum { SF_WORLD_STATES_COUNT = 64, SF_WORLD_STATE_RANGES_COUNT = 8 };

/* What caches reported of themselves, SF_WORLD_STATES_COUNT sets: bit N of the I-th is set if state
 * I was at some time in the N-th of the ranges 0, 1, 2, 3, to 7, to 31, to 255, more. */
const uint32_t *sf_world_states(const struct world *world);

#endif
