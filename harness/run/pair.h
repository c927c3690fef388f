/* A pair of runs that differ in nothing but one tenant's stills. Whatever the viewers of other
 * tenants get from the cloud (when, with which status, bytes, flags, validator and session, and in
 * which order) must be the same in both: a cache in which one tenant's content has an influence on
 * another tenant's answers has a way for it to leak, and one byte is enough to show that.
 *
 * The first run of a pair is the ordinary one. Records about the pair are added to its trace behind
 * its end; the oracle no-influence reads them. */
#ifndef STRAYFRAME_RUN_PAIR_H
#define STRAYFRAME_RUN_PAIR_H

#include "harness/cache/load.h"
#include "harness/scenario/plan.h"
#include "harness/trace/trace.h"
#include "harness/world/world.h"

struct sf_pair;

/* Never NULL. */
struct sf_pair *sf_pair_create(void);
void sf_pair_destroy(struct sf_pair *pair); /* NULL is fine */

/* Before the first run is built, and again if it is begun again: the plan has `vary`. */
void sf_pair_begin(struct sf_pair *pair, const struct sf_plan *plan, uint64_t seed);

/* For the setup of the first run; valid until the next sf_pair_begin. */
const struct sf_world_variation *sf_pair_variation(const struct sf_pair *pair);
const struct sf_world_observer *sf_pair_observer(const struct sf_pair *pair);

/* About the first run, which has been cleared. */
struct sf_pair_runs {
    struct world *world; /* the further runs are built in it */
    uint64_t events_max;
    double seconds_max; /* of work or sleep of the cache, in each run */
    bool finished;      /* the first run came to its end */
    sf_ns end_ns;       /* of the first run: the time of the records that are added */
};

/* After the first run, which had this setup: runs the second one, compares, and adds what came out
 * to the first run's trace. Nothing is added where there is no other tenant, or no second run of
 * this kind. Where they differ, both are run once more, to see the bytes and where their traces
 * part; if the ordinary run then gives other answers than before, the cache is not deterministic,
 * and nothing is added. */
void sf_pair_compare(struct sf_pair *pair, const struct sf_pair_runs *runs,
                     const struct sf_world_setup *setup, struct sf_trace *trace);

#endif
