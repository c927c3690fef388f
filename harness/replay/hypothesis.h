/* The hypotheses: mechanisms that could have been the update. Each is a built-in cache with its
 * twin; it runs in those arms of the replay that decide the facts, and is judged by the same
 * facts. */
#ifndef STRAYFRAME_REPLAY_HYPOTHESIS_H
#define STRAYFRAME_REPLAY_HYPOTHESIS_H

#include "harness/replay/replay.h"

/* All of them, in order; `count_out` is how many. */
const struct sf_hypothesis *sf_hypotheses(uint32_t *count_out);

/* Runs what is not run yet for every hypothesis and fills in replay->hypotheses; replay->jobs are
 * done. Errors as sf_replay_run. */
SF_MUST_USE enum sf_err sf_hypotheses_run(const struct sf_replay_options *options,
                                          struct sf_replay *replay, struct sf_diag *diag);

#endif
