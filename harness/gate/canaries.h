/* The canaries of the oracle no-influence: caches in which one tenant's stills have a part in what
 * another tenant's viewers get, each in one way. A pair of runs has to show each of them, soon. */
#ifndef STRAYFRAME_GATE_CANARIES_H
#define STRAYFRAME_GATE_CANARIES_H

#include "harness/run/run.h"

enum { SF_CANARY_PAIRS_MAX = 40, SF_CANARIES_MAX = 16 };

struct sf_canary {
    const char *cache;
    enum sf_plan_vary vary; /* what shows it */
    enum sf_influence what; /* that is shown */
};

/* Ended by one whose cache is NULL. */
const struct sf_canary *sf_canaries(void);

/* In how many pairs the canary is caught, the scenarios taking turns; 0: not in
 * SF_CANARY_PAIRS_MAX. SF_ERR_INPUT for a cache that cannot be loaded. */
SF_MUST_USE enum sf_err sf_canary_run(const struct sf_canary *canary, const struct sf_plan *plans,
                                      uint32_t plans_count, uint64_t seed_first,
                                      uint32_t *pairs_out, struct sf_diag *diag);

#endif
