/* The candidate in small worlds, as a part of the gate: every order of events that fits into a few
 * seconds, and what that covers. A shared object is explored in its box first, then in a child
 * process that it shares memory with; a program only in its box. */
#ifndef STRAYFRAME_GATE_SMALL_WORLDS_H
#define STRAYFRAME_GATE_SMALL_WORLDS_H

#include "harness/base/err.h"
#include "harness/campaign/campaign.h"

/* Explores for this much CPU time; 0: not at all. SF_ERR_INPUT for a cache that cannot be loaded.
 * With a baseline: the candidate takes over from it. Where that shows something, the candidate
 * alone, if the baseline alone shows something too. */
SF_MUST_USE enum sf_err sf_gate_small_compare(const char *candidate, const char *baseline,
                                              double seconds, struct sf_campaign_small *small_out,
                                              struct sf_diag *diag);

#endif
