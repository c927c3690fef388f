/* The stories of exhibits: how a stranger's still came to a display, step by step, told by
 * harness/story. The same run is repeated and listened to. */
#ifndef STRAYFRAME_REPLAY_STORIES_H
#define STRAYFRAME_REPLAY_STORIES_H

#include <stdint.h>

#include "harness/judge/exhibit.h"
#include "harness/scenario/plan.h"
#include "harness/story/story.h"

enum { SF_STORY_STEPS_MAX = 32, SF_STORY_STEP_BYTES = 240 };

/* A step of a story as plain values: it goes through pipes. */
struct sf_kept_step {
    sf_ns at_ns;
    uint32_t lane; /* enum sf_lane: where it happens, or begins */
    char who[32];
    char what[SF_STORY_STEP_BYTES]; /* cut where it is longer */
};

struct sf_kept_story {
    uint32_t steps_count; /* 0: there is no story */
    struct sf_kept_step steps[SF_STORY_STEPS_MAX];
};

struct sf_kept_stories {
    struct sf_kept_story items[SF_EXHIBITS_MAX]; /* one for each exhibit */
};

struct sf_listeners;

/* Listens to the repeated run for all exhibits at once. */
struct sf_listeners *sf_stories_listen(const struct sf_exhibits *exhibits);
/* Fits struct sf_trace_listener. */
void sf_stories_hear(void *listeners, const struct sf_record *records, uint32_t count);
/* After the run. */
void sf_stories_tell(const struct sf_listeners *listeners, const struct sf_plan *plan,
                     struct sf_kept_stories *stories_out);
void sf_stories_close(struct sf_listeners *listeners);

#endif
