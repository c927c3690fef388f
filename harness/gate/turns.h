/* In which order a campaign runs scenarios under seeds: every scenario under the first seed, then
 * every one under the second, and so on, so that a campaign that ends early has seen something of
 * each. A scenario with `gate_every: N` has a turn under one seed of N. */
#ifndef STRAYFRAME_GATE_TURNS_H
#define STRAYFRAME_GATE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/scenario/plan.h"

struct sf_turns {
    const struct sf_plan *plans; /* borrowed */
    uint32_t plans_count;
    const uint32_t *times; /* by plan: how many runs a turn has, at least 1; NULL: one. Borrowed */
};

struct sf_turn {
    uint32_t plan;
    uint32_t seed; /* from 0 */
    uint32_t time; /* which of the turn's runs, from 0 */
};

/* How many runs there are under the first seeds_count seeds. */
uint32_t sf_turns_count(const struct sf_turns *turns, uint32_t seeds_count);

/* Run number `index`, from 0. */
struct sf_turn sf_turns_at(const struct sf_turns *turns, uint32_t index);

#endif
