/* Between the parts of the gate: field.c (which runs), gate.c (running them), count.c (what came
 * out), conclude.c (the verdict and its sentence). */
#ifndef STRAYFRAME_GATE_PRIVATE_H
#define STRAYFRAME_GATE_PRIVATE_H

#include "harness/gate/gate.h"

/* Counts runs, in order of their numbers. */
struct gate_fold {
    struct sf_gate *gate;
    struct {
        struct sf_job_status status;
        struct sf_cache_ended ended;
        uint64_t trace_hash;
    } again[SF_GATE_SCENARIOS_MAX]; /* the repetition of the first seed, until that comes */
};

void sf_gate_fold(struct gate_fold *fold, const struct sf_campaign_run *run);

/* Are the two shown as one? */
bool sf_gate_same_signature(const struct sf_finding *a, const struct sf_finding *b);

/* The index of the oracle that judges pairs of runs. */
uint32_t sf_gate_pair_oracle(void);

/* Puts the signatures in the order in which they are shown. */
void sf_gate_sort(struct sf_gate *gate);

/* The verdict and its sentence, from what was counted. */
void sf_gate_conclude(struct sf_gate *gate);

#endif
