/* The story of one finding, in words, from the trace alone: who asked whom for what and when, what
 * became of it on the way, whose picture came back. Names (of caches, networks) are the plan's. It
 * judges nothing: the finding is an oracle's. */
#ifndef STRAYFRAME_STORY_STORY_H
#define STRAYFRAME_STORY_STORY_H

#include "harness/base/text.h"
#include "harness/oracle/influence.h"
#include "harness/oracle/oracle.h"
#include "harness/scenario/plan.h"

/* Where something happens: three columns of a sequence diagram. */
enum sf_lane { SF_LANE_VIEWER, SF_LANE_CLOUD, SF_LANE_OWNER, SF_LANES_COUNT };

struct sf_story_step {
    sf_ns at_ns;
    uint32_t order; /* of the trace */
    enum sf_lane from;
    enum sf_lane to; /* the same: it happens there */
    bool lossy;      /* something of it was lost on the way */
    char who[32];    /* "hub of home 2", "cloud" */
    char *what;      /* "asks for its camera's picture" */
};

struct sf_story {
    bool stray;                           /* another home has a part in it */
    char lanes[SF_LANES_COUNT][24];       /* "home 2", "cloud", "home 5" */
    struct sf_text homes[SF_LANES_COUNT]; /* a line on each of the homes; empty: none */
    struct sf_story_step *steps;          /* in order of time */
    uint32_t steps_count;
    uint32_t culprit; /* index of the step in which the invariant was broken, as far as the trace
                         shows; steps_count: it shows none */
    struct sf_text paragraph;
};

enum { SF_GATHER_CAMERAS_MAX = 32 };

/* Collects, in one pass over a trace, the records that one finding's story is made of. */
struct sf_gather {
    struct sf_finding finding;
    struct sf_influence_shown influence; /* where it is one of a pair of runs */
    /* The cameras that the viewer's tenant owns, or that are shared with it, so far. */
    struct sf_camera_id cameras[SF_GATHER_CAMERAS_MAX];
    uint32_t cameras_count;
    struct sf_record *records; /* never NULL */
    uint32_t count;
    uint32_t capacity;
};

void sf_gather_init(struct sf_gather *gather, const struct sf_finding *finding);
/* Fits struct sf_trace_listener. */
void sf_gather_records(void *gather, const struct sf_record *records, uint32_t count);
void sf_gather_fini(struct sf_gather *gather);

/* After the whole trace was heard. */
void sf_story_tell(const struct sf_gather *gather, const struct sf_plan *plan,
                   struct sf_story *story_out);
void sf_story_fini(struct sf_story *story);

#endif
