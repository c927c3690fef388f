/* Figures of a replay that are no facts: false alarms in the arms without a leak, and the service
 * with each cache. */
#ifndef STRAYFRAME_REPLAY_SUMMARY_H
#define STRAYFRAME_REPLAY_SUMMARY_H

#include "harness/replay/replay.h"

/* The runs that must have no stray: every arm but the update on hubs with the poor network, and the
 * twins of the hypotheses. Runs that crashed are left out. */
struct sf_silence {
    uint32_t runs_count;
    uint64_t viewer_seconds; /* of virtual time: a viewer counts all of a run */
    uint64_t shown_count;
    uint64_t strays_count;
};
struct sf_silence sf_replay_silence(const struct sf_replay *replay);

/* How well hubs were served in the arm with the poor network, over all seeds: those in homes on a
 * poor network, or those on a good one. */
void sf_replay_service(const struct sf_replay *replay, enum sf_replay_cache cache, bool poor,
                       struct sf_service *service_out);

/* 0 where there is nothing to have a share of. For reports only. */
double sf_share_percent(uint64_t part, uint64_t whole);

#endif
