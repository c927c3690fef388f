/* Which runs make a campaign, and in which order. A run has one number, whatever the sharding is:
 * first come the controls, then all arms of the first scenario under the first seed, and so on
 * (turns.h). A shard runs consecutive numbers; the first one also has the controls. Private to the
 * gate. */
#ifndef STRAYFRAME_GATE_FIELD_H
#define STRAYFRAME_GATE_FIELD_H

#include "harness/gate/gate.h"
#include "harness/gate/turns.h"

struct gate_field {
    const struct sf_gate_options *options; /* borrowed */
    struct sf_turns turns;
    uint32_t times[SF_GATE_SCENARIOS_MAX]; /* arms of the comparison, by scenario */
    uint32_t controls_count;               /* runs */
    bool has_controls;                     /* this shard runs them */
    uint32_t number_first;                 /* of this shard's first job */
    uint32_t seed_begin;                   /* this shard's seeds, from 0 */
    uint32_t seed_end;
    struct sf_plan *plans; /* owned; by arm and scenario */
    struct sf_run_caches *caches;
};

struct gate_place {
    uint32_t number;
    enum sf_arm arm;
    uint32_t plan;
    uint64_t seed;
};

/* SF_ERR_INPUT for a cache that cannot be loaded. To be finished in any case. */
SF_MUST_USE enum sf_err sf_gate_field_init(struct gate_field *field,
                                           const struct sf_gate_options *options,
                                           struct sf_diag *diag);
void sf_gate_field_fini(struct gate_field *field);

struct sf_plan *sf_gate_field_plan(const struct gate_field *field, enum sf_arm arm, uint32_t plan);
struct sf_run_caches *sf_gate_field_caches(const struct gate_field *field, enum sf_arm arm,
                                           uint32_t plan);

/* How many jobs this shard has under the first seeds_count seeds, the controls among them. */
uint32_t sf_gate_field_jobs(const struct gate_field *field, uint32_t seeds_count);

/* Runs of one scenario with the candidate in them under the first seeds_count seeds, in this shard.
 */
uint32_t sf_gate_field_wanted(const struct gate_field *field, uint32_t plan, uint32_t seeds_count);

/* The job with this index, from 0. */
struct gate_place sf_gate_field_at(const struct gate_field *field, uint32_t job);

/* Under how many seeds every scenario was run that has a turn, when the first jobs_done jobs are
 * done. */
uint32_t sf_gate_field_seeds(const struct gate_field *field, uint32_t jobs_done);

/* Where the traces of candidate and baseline alone differ: fills in `difference` of the result.
 * Runs both once more, in a worker. */
SF_MUST_USE enum sf_err sf_gate_differ(const struct gate_field *field, struct sf_gate *gate,
                                       struct sf_diag *diag);

#endif
