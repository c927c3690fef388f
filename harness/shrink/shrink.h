/* From a plan that fails to the smallest one that still does: a shorter run, fewer homes, fewer
 * requests, faults taken out one by one, chance turned into the list of packets that were lost or
 * late and that list minimised. Then, for each thing that is left: does it still fail without? */
#ifndef STRAYFRAME_SHRINK_SHRINK_H
#define STRAYFRAME_SHRINK_SHRINK_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/run/run.h"
#include "harness/scenario/plan.h"

struct sf_shrink_options {
    /* Index into sf_oracles(): whose finding must stay; UINT32_MAX: that of the first finding. */
    uint32_t oracle;
    uint64_t runs_max; /* attempts at most */
    uint32_t
        seeds_count; /* seeds that each change may try before it counts as no good; at least 1 */
    /* Asked before each attempt; true ends the search with what it has. May be NULL. */
    bool (*expired)(void *context);
    void (*progress)(void *context, uint64_t runs_count);
    void *context;
};

/* Upper bound on necessity checks after a search was cut short, to return quickly. */
enum { SF_NECESSITIES_EARLY_MAX = 12 };
enum { SF_NECESSITIES_MAX = 64, SF_NECESSITY_SEEDS = 20 };

/* One thing that is left in the plan, and what happens without it. */
struct sf_necessity {
    char what[160];
    bool fails_without;     /* under the plan's own seed */
    uint32_t seeds_failing; /* and under this many of SF_NECESSITY_SEEDS */
    bool possible;          /* false: without it the plan would not be one */
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
    /* What is injured: entries of the time line, packets with a fate, and networks on which chance
     * is left. */
    uint32_t faults_after;
    bool out_of_budget;
    bool necessities_cut; /* there are more than were tried */
    uint32_t necessities_count;
    struct sf_necessity necessities[SF_NECESSITIES_MAX];
};

/* `plan` has been checked. SF_ERR_INPUT if it does not fail by that oracle in the first place, or a
 * cache cannot be loaded. Caches of strangers run in processes of their own. */
SF_MUST_USE enum sf_err sf_shrink(const struct sf_plan *plan,
                                  const struct sf_shrink_options *options,
                                  struct sf_shrunk *shrunk_out, struct sf_diag *diag);

#endif
