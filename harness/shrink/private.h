/* Between the parts of the shrinker: shrink.c (attempts), search.c (in which order),
 * edit.c (changes of a plan), networks.c (simpler networks), fates.c
 * (chance into fates), necessity.c. */
#ifndef STRAYFRAME_SHRINK_PRIVATE_H
#define STRAYFRAME_SHRINK_PRIVATE_H

#include "harness/shrink/shrink.h"

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
    uint32_t specs_count;
    char specs[SF_SHRINK_SPECS_MAX][SF_CACHE_SPEC_BYTES];
    struct sf_cache_module modules[SF_SHRINK_SPECS_MAX];
    struct sf_run_caches caches; /* of the attempt */
    struct sf_run_result result; /* of the last attempt */
    struct sf_plan attempt;
    struct found found;
    struct found coarse; /* before random outcomes became fates */
    struct found fine;   /* the smallest with fates */
    struct found best;   /* of all starts */
    uint64_t runs_count;
    bool out_of_budget;
};

/* Runs the attempt under its own seed. True: it fails by the oracle in question. */
bool sf_shrink_fails(struct shrink *shrink, const struct sf_trace_listener *listener);

/* Tries `shrink->attempt`: under its own seed and, with `reseed`, under others. Where it fails as
 * wanted it becomes the best, under the seed that did it. */
bool sf_shrink_try(struct shrink *shrink, bool reseed);

/* After an attempt that failed as wanted: whose finding it was; and it becomes the best. */
const struct sf_finding *sf_shrink_finding(const struct shrink *shrink);
void sf_shrink_keep(struct shrink *shrink);

/* The attempt is what a run of `plan` is under this seed. True: it fails as wanted. */
bool sf_shrink_begin(struct shrink *shrink, const struct sf_plan *plan, uint64_t seed);

/* Minimises the best plan, from several starts. */
void sf_shrink_search(struct shrink *shrink, const struct sf_plan *plan);

/* After an attempt that failed as wanted: it becomes the best if it did so clearly sooner. */
bool sf_shrink_keep_if_sooner(struct shrink *shrink);

/* Begins an attempt: a copy of the best. */
struct sf_plan *sf_shrink_attempt(struct shrink *shrink);

bool sf_shrink_is_over(struct shrink *shrink);

/* Tries to leave out parts of 0..count, large ones first. `leave_out` takes the parts from..to out
 * of a plan and says whether that is possible. True if anything was left out. */
bool sf_shrink_parts(struct shrink *shrink, uint32_t count, bool reseed,
                     bool (*leave_out)(struct sf_plan *plan, uint32_t from, uint32_t to));

/* Passes. Each returns true if it made the best plan smaller. */
bool sf_shrink_time(struct shrink *shrink);
bool sf_shrink_seeds(struct shrink *shrink);
bool sf_shrink_gaps(struct shrink *shrink);
bool sf_shrink_timeline(struct shrink *shrink);
bool sf_shrink_homes(struct shrink *shrink);
bool sf_shrink_values(struct shrink *shrink);
bool sf_shrink_networks(struct shrink *shrink);
bool sf_shrink_fates(struct shrink *shrink);

/* Turns random outcomes into fates. False: the plan does not fail with them. */
bool sf_shrink_write_down(struct shrink *shrink);

/* Number of fates that replace the random outcomes of the attempt; UINT32_MAX if it does not fail
 * with them. */
uint32_t sf_fates_of_attempt(struct shrink *shrink);

/* Number of faults: entries of the time line, packets with a fate, networks. */
uint32_t sf_shrink_faults(const struct sf_plan *plan);

/* Edits. */
bool sf_edit_leave_entries(struct sf_plan *plan, uint32_t from, uint32_t to);
bool sf_edit_leave_homes(struct sf_plan *plan, uint32_t from, uint32_t to);
bool sf_edit_leave_fates(struct sf_plan *plan, uint32_t from, uint32_t to);

/* Removes networks without homes; a network without impairment becomes `perfect`. */
void sf_edit_drop_networks(struct sf_plan *plan);

/* Does this network draw random outcomes? */
bool sf_network_has_chance(const struct sf_plan_network *network);
/* Does it do more than a constant delay? */
bool sf_network_is_injured(const struct sf_plan_network *network);
bool sf_network_is_used(const struct sf_plan *plan, uint32_t network);

/* Keeps the deterministic parameters: the delay, a loss of 100% and, with `keep_rate`, rate and
 * queue. */
void sf_network_settle(struct sf_netem_config *config, bool keep_rate);

/* 0: up, 1: down. */
struct sf_netem_config *sf_network_direction(struct sf_plan_network *network, int direction);

void sf_shrink_necessities(struct shrink *shrink, struct sf_shrunk *shrunk);

#endif
