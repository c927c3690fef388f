/* Finds the smallest plan that still fails: a shorter run, fewer homes, fewer requests, faults
 * removed one by one, random loss and delay replaced by a list of packets, which is minimised. Then
 * tries each remaining part: does the plan still fail without it? */
#ifndef STRAYFRAME_SHRINK_SHRINK_H
#define STRAYFRAME_SHRINK_SHRINK_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/run/run.h"
#include "harness/scenario/plan.h"

struct sf_shrink_options {
    /* Index into sf_oracles(): whose finding must stay; UINT32_MAX: that of the first
     * stray, or else of the first finding. */
    uint32_t oracle;
    uint64_t runs_max;    /* attempts at most */
    uint32_t seeds_count; /* seeds tried for each change before it is rejected; at least 1 */
    /* Called before each attempt; true ends the search with the smallest plan so far. May be NULL.
     */
    bool (*expired)(void *context);
    /* How long the search may still take in real time, so that a cache that hangs does not hold it
     * up. May be NULL. */
    double (*seconds_left)(void *context);
    void (*progress)(void *context, uint64_t runs_count);
    void *context;
};

/* Upper bound on necessity checks after a search was cut short, to return quickly. */
enum { SF_NECESSITIES_EARLY_MAX = 12 };
enum { SF_NECESSITIES_MAX = 64, SF_NECESSITY_SEEDS = 20 };

/* One part of the plan, and the result without it. */
struct sf_necessity {
    char what[160];
    bool fails_without;     /* under the plan's own seed */
    uint32_t seeds_failing; /* and under this many of SF_NECESSITY_SEEDS */
    bool possible;          /* false: a plan without it is invalid */
};

struct sf_shrunk {
    struct sf_plan plan; /* expects the failure; normal form */
    struct sf_finding finding;
    uint64_t runs_count;
    uint64_t events_before;
    uint64_t events_after;
    uint32_t homes_before;
    uint32_t homes_after;
    uint32_t asks_before;
    uint32_t asks_after;
    /* Faults: entries of the time line, packets with a fate, and random networks. */
    uint32_t faults_after;
    bool out_of_budget;
    bool necessities_cut; /* some parts were not tried */
    uint32_t necessities_count;
    struct sf_necessity necessities[SF_NECESSITIES_MAX];
};

/* `plan` has been checked. SF_ERR_INPUT if it does not fail by that oracle in the first place, or a
 * cache cannot be loaded. Foreign caches run in processes of their own. */
SF_MUST_USE enum sf_err sf_shrink(const struct sf_plan *plan,
                                  const struct sf_shrink_options *options,
                                  struct sf_shrunk *shrunk_out, struct sf_diag *diag);

#endif
