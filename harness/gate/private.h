/* Between the parts of the gate: gate.c (which runs, and running them), count.c (what came out),
 * conclude.c (the verdict and its sentence). */
#ifndef STRAYFRAME_GATE_PRIVATE_H
#define STRAYFRAME_GATE_PRIVATE_H

#include "harness/gate/gate.h"

enum { SF_GATE_OUTCOME_FINDINGS_MAX = SF_ORACLES_MAX };

/* What the gate needs of one run. Plain values: comes from a worker process. */
struct gate_outcome {
    enum sf_verdict verdict;
    struct sf_cache_ended ended;
    uint32_t findings_kept;
    bool cut; /* ended after SF_GATE_STRAYS_MAX stray pictures */
    uint64_t trace_hash;
    struct sf_oracle_result oracles[SF_ORACLES_MAX];
    struct sf_finding findings[SF_GATE_OUTCOME_FINDINGS_MAX]; /* the first of each signature */
    bool probes[SF_PROBES_COUNT];                             /* reached */
};

struct gate_place {
    uint32_t plan;
    uint64_t seed;
};

struct gate_controls {
    uint32_t leaky_caught_count;
    uint32_t leaky_runs_count;
    uint32_t sound_failed_count;
    uint32_t sound_runs_count;
};

/* Would the two be told as one? */
bool sf_gate_same_signature(const struct sf_finding *a, const struct sf_finding *b);

bool sf_gate_job_failed(const struct sf_job_status *status, const struct gate_outcome *outcome);

/* A run of the candidate; runs that did not start are counted as wanted only. */
void sf_gate_count(struct sf_gate *gate, struct gate_place place,
                   const struct sf_job_status *status, const struct gate_outcome *outcome);

/* Puts the signatures in the order in which they are shown. */
void sf_gate_sort(struct sf_gate *gate);

/* The verdict and its sentence, from what was counted. */
void sf_gate_conclude(struct sf_gate *gate, const struct gate_controls *controls);

#endif
