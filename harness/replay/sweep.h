/* How strays depend on loss and delay: the update on hubs, in a small world, over a grid of
 * networks for the homes that have a poor one. */
#ifndef STRAYFRAME_REPLAY_SWEEP_H
#define STRAYFRAME_REPLAY_SWEEP_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/scenario/plan.h"

enum { SF_SWEEP_LOSSES_COUNT = 6, SF_SWEEP_DELAYS_COUNT = 5, SF_SWEEP_SEEDS_COUNT = 3 };

extern const uint32_t sf_sweep_loss_percent[SF_SWEEP_LOSSES_COUNT]; /* each way, independent */
extern const uint32_t sf_sweep_delay_ms[SF_SWEEP_DELAYS_COUNT]; /* each way, give or take half */

struct sf_sweep_cell {
    uint64_t strays_count;
    uint64_t viewer_seconds; /* of the viewers on the swept network */
    uint32_t runs_count;     /* that finished; 0: no data */
};

struct sf_sweep {
    uint32_t homes_count; /* of one run; 0: there was no sweep */
    uint32_t poor_homes_count;
    sf_ns duration_ns;
    struct sf_sweep_cell cells[SF_SWEEP_DELAYS_COUNT][SF_SWEEP_LOSSES_COUNT];
};

/* Strays in an hour of one viewer, in thousandths. */
uint64_t sf_sweep_milli_per_hour(const struct sf_sweep_cell *cell);

/* `plan` is the arm of the update on hubs with the poor network. SF_ERR_INPUT for a cache that
 * cannot be loaded. */
SF_MUST_USE enum sf_err sf_sweep_run(const struct sf_plan *plan, uint64_t seed_first,
                                     uint32_t workers, double run_seconds_max,
                                     struct sf_sweep *sweep_out, struct sf_diag *diag);

#endif
