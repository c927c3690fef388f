/* Between the parts of the shrinker: shrink.c (the search), shrink_edit.c (changes of a plan),
 * shrink_fates.c (chance into fates), shrink_necessity.c. */
#ifndef STRAYFRAME_RUN_SHRINK_PRIVATE_H
#define STRAYFRAME_RUN_SHRINK_PRIVATE_H

#include "harness/run/shrink.h"

enum { SF_SHRINK_SPECS_MAX = 1 + SF_TIMELINE_MAX };

/* The smallest plan so far, and its run. */
struct found {
    struct sf_plan plan;
    struct sf_finding finding;
    uint64_t events; /* 0: nothing yet */
    uint32_t asks;
};

struct shrink {
    const struct sf_shrink_options *options;
    uint32_t oracle; /* whose finding must stay */
    struct sf_runner *runner;
    bool foreign;
    bool cut_short; /* the last run of a foreign cache did not come to its end */
    uint32_t specs_count;
    char specs[SF_SHRINK_SPECS_MAX][SF_CACHE_SPEC_BYTES];
    struct sf_cache_module modules[SF_SHRINK_SPECS_MAX];
    struct sf_run_caches caches; /* of the attempt */
    struct sf_run_result result; /* of the last attempt */
    struct sf_plan attempt;
    struct found found;
    struct found before; /* of another start */
    uint64_t runs_count;
    bool out_of_budget;
};

/* Runs the attempt under its own seed. True: it fails by the oracle in question. */
bool shrink_fails(struct shrink *shrink, const struct sf_trace_listener *listener);

/* Tries `shrink->attempt`: under its own seed and, with `reseed`, under others. Where it fails as
 * wanted it becomes the best, under the seed that did it. */
bool shrink_try(struct shrink *shrink, bool reseed);

/* Begins an attempt: a copy of the best. */
struct sf_plan *shrink_attempt(struct shrink *shrink);

bool shrink_is_over(struct shrink *shrink);

/* Tries to leave out parts of 0..count, large ones first. `leave_out` takes the parts from..to out
 * of a plan and says whether that is possible. True if anything was left out. */
bool shrink_parts(struct shrink *shrink, uint32_t count, bool reseed,
                  bool (*leave_out)(struct sf_plan *plan, uint32_t from, uint32_t to));

/* Passes. Each returns true if it made the best plan smaller. */
bool shrink_time(struct shrink *shrink);
bool shrink_timeline(struct shrink *shrink);
bool shrink_homes(struct shrink *shrink);
bool shrink_values(struct shrink *shrink);
bool shrink_networks(struct shrink *shrink);
bool shrink_fates(struct shrink *shrink);

/* Edits. */
bool edit_leave_entries(struct sf_plan *plan, uint32_t from, uint32_t to);
bool edit_leave_homes(struct sf_plan *plan, uint32_t from, uint32_t to);
bool edit_leave_fates(struct sf_plan *plan, uint32_t from, uint32_t to);

/* Leaves out networks that nobody is on; one that does nothing becomes the one that never does. */
void edit_drop_networks(struct sf_plan *plan);

/* Is anything on this network left to chance? */
bool network_has_chance(const struct sf_plan_network *network);
bool network_is_used(const struct sf_plan *plan, uint32_t network);

void shrink_necessities(struct shrink *shrink, struct sf_shrunk *shrunk);

#endif
