/* The arms of a comparison as plans: a scenario in which the baseline and the candidate run alone,
 * after one another, or beside each other. */
#ifndef STRAYFRAME_GATE_ROLLOUT_H
#define STRAYFRAME_GATE_ROLLOUT_H

#include "harness/campaign/campaign.h"
#include "harness/scenario/plan.h"

/* Half of the nodes, or every second one, takes two nodes at least; and the timeline needs room. */
bool sf_rollout_has(const struct sf_plan *scenario, enum sf_arm arm);

/* CANDIDATE and BASELINE: that cache in every place. The others begin with the baseline:
 *
 * ROLLOUT   each deploy of the scenario brings the candidate; without one, the candidate is
 * deployed node by node after a quarter of the time (before the network heals) ROLLBACK  the
 * deploys bring the candidate and the baseline in turns, on each node, and a last one the baseline
 * HALF_WAY  as ROLLOUT, but only the first half of the nodes get the candidate
 * MIXED     every second node has the candidate from the start, and gets it with each deploy
 *
 * Only for arms that the scenario has. */
void sf_rollout_plan(const struct sf_plan *scenario, enum sf_arm arm, const char *baseline,
                     const char *candidate, struct sf_plan *plan_out);

#endif
