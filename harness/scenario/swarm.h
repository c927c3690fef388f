/* Swarm testing: a scenario that says `swarm: true` is a bag of faults, and each run draws which
 * families of them it has at all. Runs with few kinds of fault reach states that runs with all of
 * them never reach, because one fault hides another.
 *
 * Source of the idea: A. Groce, C. Zhang, E. Eide, Y. Chen, J. Regehr, "Swarm Testing", ISSTA 2012.
 */
#ifndef STRAYFRAME_SCENARIO_SWARM_H
#define STRAYFRAME_SCENARIO_SWARM_H

#include <stdint.h>

#include "harness/scenario/plan.h"

/* The plan that a run of `plan` under this seed is: each kind of action on the time line, and each
 * kind of injury of the networks, is there or not with even chances; a network with states goes
 * through them, or stays in one; how often people watch is drawn for each group; whether they leave
 * early, and what has a slow tail, for the whole run. The network that heals stays as it is.
 * `entries_out` gets, for each entry of the time line that is left, its index in `plan`. Without
 * `swarm` it is the plan itself. */
void sf_plan_draw(const struct sf_plan_schema *schema, const struct sf_plan *plan, uint64_t seed,
                  struct sf_plan *drawn_out, uint32_t entries_out[SF_TIMELINE_MAX]);

#endif
