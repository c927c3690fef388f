/* The worlds that a cache is explored in when no other is named. */
#ifndef STRAYFRAME_EXHAUST_PROFILE_H
#define STRAYFRAME_EXHAUST_PROFILE_H

#include "harness/exhaust/small.h"

enum { SF_PROFILE_WORLDS_MAX = 16 };

uint32_t sf_profile_count(void);
/* index below the count. */
const struct sf_small_world *sf_profile_world(uint32_t index);

#endif
