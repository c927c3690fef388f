/* Between the parts of the gate: field.c (which runs), gate.c (running them), count.c (what came
 * out), conclude.c (the verdict and its sentence). */
#ifndef STRAYFRAME_GATE_PRIVATE_H
#define STRAYFRAME_GATE_PRIVATE_H

#include "harness/base/text.h"
#include "harness/gate/gate.h"

/* Counts runs, in order of their numbers. */
struct gate_fold {
    struct sf_gate *gate;
    struct {
        struct sf_job_status status;
        struct sf_cache_ended ended;
        uint64_t trace_hash;
    } again[SF_GATE_SCENARIOS_MAX]; /* the repetition of the first seed, until that comes */
    struct sf_gate_turn turn;
};

/* A result without a run. */
void sf_gate_begin(struct sf_gate *gate, const struct sf_gate_options *options);

void sf_gate_fold(struct gate_fold *fold, const struct sf_campaign_run *run);

/* Are the two shown as one? */
bool sf_gate_same_signature(const struct sf_finding *a, const struct sf_finding *b);

/* The index of the oracle that judges pairs of runs. */
uint32_t sf_gate_pair_oracle(void);

/* Puts the signatures in the order in which they are shown. */
void sf_gate_sort(struct sf_gate *gate);

/* Is there a figure whose limit is kept to this extent? */
bool sf_gate_any_figure(const struct sf_gate *gate, enum sf_gate_allowed allowed);
/* Each of them: "own-share is worse by 1.20 points (95%: +0.90 to +1.50), and a loss of 0.10 points
 * is allowed". An interval is that of the loss. */
void sf_gate_say_figures(const struct sf_gate *gate, enum sf_gate_allowed allowed,
                         struct sf_text *out);
/* How often the caches failed alone, and which arms failed where neither did. "" without a
 * baseline. */
void sf_gate_say_arms(const struct sf_gate *gate, struct sf_text *out);

/* The verdict and its sentence, from what was counted. */
void sf_gate_conclude(struct sf_gate *gate);

#endif
