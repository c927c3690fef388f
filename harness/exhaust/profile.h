/* The default worlds of an exploration. */
#ifndef STRAYFRAME_EXHAUST_PROFILE_H
#define STRAYFRAME_EXHAUST_PROFILE_H

#include "harness/exhaust/small.h"

enum { SF_PROFILE_WORLDS_MAX = 24 };

/* A world in which many seeds are tried, each to this depth: the N of the sweep, divided by
 * 2^seeds_shift. */
struct sf_profile_sweep {
    struct sf_small_world world;
    uint32_t depth;
    uint32_t seeds_shift;
    bool merges; /* equal states are explored once: saves work from some depth on */
};
enum { SF_PROFILE_SWEEPS = 4 };
extern const struct sf_profile_sweep sf_profile_sweeps[SF_PROFILE_SWEEPS];

uint32_t sf_profile_count(void);
/* index below the count. */
const struct sf_small_world *sf_profile_world(uint32_t index);

#endif
