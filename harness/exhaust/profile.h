/* The worlds that a cache is explored in when no other is named. */
#ifndef STRAYFRAME_EXHAUST_PROFILE_H
#define STRAYFRAME_EXHAUST_PROFILE_H

#include "harness/exhaust/small.h"

enum { SF_PROFILE_WORLDS_MAX = 16 };

/* Where many seeds are tried, each to a small depth: no more than it takes for two tenants' stills
 * to be stored and asked for, and for a deploy between. */
extern const struct sf_small_world sf_profile_sweep;

uint32_t sf_profile_count(void);
/* index below the count. */
const struct sf_small_world *sf_profile_world(uint32_t index);

#endif
