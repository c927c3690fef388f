/* Counts of a run that are no invariants: requests, pictures, affected viewers. Read from the
 * trace, like the oracles; the facts of the replay use these figures. */
#ifndef STRAYFRAME_MEASURE_TALLY_H
#define STRAYFRAME_MEASURE_TALLY_H

#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/measure/service.h"
#include "harness/trace/record.h"

enum sf_path { SF_PATH_APP, SF_PATH_HUB, SF_PATHS_COUNT };

enum {
    SF_TALLY_OWNERS_MAX = 8,   /* other tenants counted for each viewer */
    SF_TALLY_MINUTES_MAX = 60, /* of virtual time, from the start; what comes later has no minute */
};

/* Of one path. Plain values: goes through pipes. */
struct sf_tally_path {
    uint64_t viewers_count;
    uint64_t asks_count;
    uint64_t shown_count;     /* pictures on displays, partial ones included */
    uint64_t own_whole_count; /* of those: the viewer's own, whole */
    uint64_t blank_count;     /* asked, and nothing could be shown */
    uint64_t strays_count;    /* pictures with something of another tenant's in them */
    uint64_t
        shown_after_block_count; /* pictures shown later than the grace after the kill switch */
    uint64_t asks_after_block_count;
    uint64_t answers_whole_count; /* whole answers in time */
    uint64_t waits_ns_sum;        /* from asking to having all of it, over those */
    uint32_t shown_by_minute[SF_TALLY_MINUTES_MAX];
    uint32_t strays_by_minute[SF_TALLY_MINUTES_MAX];
    /* Of viewers on a good network, and of those on a poor one, as it was at the start. */
    struct sf_service service[2];
};

struct sf_tally {
    struct sf_tally_path paths[SF_PATHS_COUNT];
    struct sf_tally_path exports; /* the jobs that copy stills, which are no viewers of a path */
    uint64_t strays_before_deploy_count;
    uint64_t strays_after_deploy_count;
    uint64_t strays_grayscale_count;
    uint64_t strays_damaged_count;
    uint64_t strays_other_zone_count; /* the capture's offset from UTC is not the viewer's */
    uint64_t uploads_complete_count;
    uint64_t uploads_abandoned_count;
    uint64_t fetches_count;
    uint64_t owner_changes_count; /* cameras that changed hands during the run */
    sf_ns deployed_at_ns;         /* the first deploy; SF_NS_NEVER */
    sf_ns stray_first_ns;         /* SF_NS_NEVER */
    sf_ns stray_last_ns;
    sf_ns blocked_at_ns;            /* SF_NS_NEVER */
    uint32_t affected_count;        /* viewers that were shown a stray */
    uint32_t affected_poor_count;   /* of those: on a poor network from the start */
    uint32_t owners_per_viewer_max; /* different other tenants that one viewer saw */
    uint32_t poor_viewers_count;
};

/* Of some homes. */
struct sf_tally_group {
    uint32_t homes_count;
    uint32_t viewers_count;  /* jobs that copy stills are among them */
    uint32_t affected_count; /* viewers that were shown a stray */
    uint32_t exposed_count;  /* homes whose pictures were shown to a stranger */
};

struct sf_tally_state;

/* Memory from `arena`. */
struct sf_tally_state *sf_tally_create(struct sf_arena *arena, uint32_t homes_count);
/* Fits struct sf_trace_listener. */
void sf_tally_hear(void *tally, const struct sf_record *records, uint32_t count);
/* Of these homes. */
void sf_tally_group_read(const struct sf_tally_state *state, uint32_t home_first,
                         uint32_t homes_count, struct sf_tally_group *group_out);
void sf_tally_read(const struct sf_tally_state *state, struct sf_tally *tally_out);

#endif
