/* The harness's own proof: every planted defect of the catalogue must be caught in the gate's
 * scenarios by the oracle that it names, and its twin, the same code with the defence in place,
 * must pass every oracle. */
#ifndef STRAYFRAME_GATE_PROVE_H
#define STRAYFRAME_GATE_PROVE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/gate/canaries.h"
#include "harness/gate/defects.h"
#include "harness/run/run.h"

enum { SF_PROOFS_MAX = 64, SF_PROVE_SCENARIOS_MAX = 64 };

struct sf_prove_options {
    const struct sf_plan *plans; /* the scenarios; the caches that they name are replaced */
    uint32_t plans_count;
    const char *only; /* the id of one class; NULL: all of them */
    uint64_t seed_first;
    uint32_t seeds_count;      /* for each scenario, with the defect */
    uint32_t twin_seeds_count; /* for each scenario, with its twin */
    uint32_t workers;          /* 0: one for each processor */
    void (*progress)(void *context, uint32_t done_count, uint32_t count);
    void *progress_context;
};

/* Oracles that are removed, to see what would still be caught: each one alone, in the order of
 * sf_oracles(); then the two that look for stray frames together, since each catches what the other
 * misses. */
struct sf_removal {
    char name[64];
    uint32_t oracles; /* bit set */
};

enum { SF_REMOVALS_MAX = SF_ORACLES_MAX + 1 };

uint32_t sf_removals_count(void);
struct sf_removal sf_removal_at(uint32_t index);

/* One class. Runs are counted in the order in which a gate would make them: scenarios take turns.
 */
struct sf_proof {
    const struct sf_defect *defect;
    uint32_t runs_count;
    uint32_t caught_count;                  /* runs that failed, by any oracle or by a crash */
    uint32_t meant_count;                   /* of those: by the oracle that the class names */
    uint32_t oracle_counts[SF_ORACLES_MAX]; /* runs in which each found something */
    uint32_t left_counts[SF_REMOVALS_MAX];  /* runs that would fail without those of a removal */
    /* Of a campaign that begins at any of these runs: how many it takes, and how much simulated
     * time, until the first catch. 0: it never came. */
    uint32_t median_runs;
    double median_simulated_s;
    struct {
        uint32_t runs_count;
        uint32_t caught_count;           /* by any oracle, or by a crash */
        uint32_t meant_count;            /* by the oracle that the class names */
    } scenarios[SF_PROVE_SCENARIOS_MAX]; /* in order of the plans */
    uint32_t twin_runs_count;
    uint32_t false_alarms_count; /* twin runs that failed */
    uint64_t false_alarm_seed;   /* of the first of them */
    uint32_t false_alarm_plan;
};

struct sf_proofs {
    uint32_t canaries_count;                /* of sf_canaries(); 0: one class alone was asked for */
    uint32_t canary_pairs[SF_CANARIES_MAX]; /* in how many pairs each was caught; 0: not */
    uint32_t scenarios_count;
    uint32_t count;
    struct sf_proof proofs[SF_PROOFS_MAX];
};

/* SF_ERR_INPUT for an unknown class, or a cache that cannot be loaded. */
SF_MUST_USE enum sf_err sf_prove(const struct sf_prove_options *options,
                                 struct sf_proofs *proofs_out, struct sf_diag *diag);

/* Were all canaries caught that were run? */
bool sf_proofs_catch_canaries(const struct sf_proofs *proofs);

/* Caught by the oracle that the class names, and no twin run failed. */
bool sf_proof_holds(const struct sf_proof *proof);

/* Is the class caught, but would not be without those oracles? */
bool sf_proof_needs(const struct sf_proof *proof, uint32_t removal);

#endif
