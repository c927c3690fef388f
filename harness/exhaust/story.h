/* The steps of an order: which party sent what to which. Plain values, since they come from another
 * process. */
#ifndef STRAYFRAME_EXHAUST_STORY_H
#define STRAYFRAME_EXHAUST_STORY_H

#include "harness/base/text.h"
#include "harness/exhaust/small.h"

enum { SF_SMALL_STEPS_MAX = 128, SF_SMALL_STEP_BYTES = 156 };

enum small_lane {
    SMALL_LANE_NONE, /* no party: a remark, or time */
    SMALL_LANE_CACHE,
    SMALL_LANE_STORE,
    SMALL_LANE_IDENTITY,
    SMALL_LANE_TENANT, /* the first; then one for each */
    SMALL_LANES_COUNT = SMALL_LANE_TENANT + SF_SMALL_TENANTS_MAX
};

struct sf_small_step {
    uint8_t from; /* enum small_lane */
    uint8_t to;
    uint8_t event; /* its place in the order, from 1; 0: what followed from it */
    uint8_t reserved;
    char text[SF_SMALL_STEP_BYTES];
};

struct sf_small_story {
    uint32_t steps_count;
    uint32_t events_count;
    bool is_cut; /* there was more */
    struct sf_small_step steps[SF_SMALL_STEPS_MAX];
};

/* The story as a sequence diagram: a column for each party, a line for each step, with its words.
 */
void sf_small_story_print(const struct sf_small_story *story, struct sf_text *out);

#endif
