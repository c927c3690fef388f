/* An injury as a trace names it. */
#include "harness/base/assert.h"
#include "harness/live/origin.h"

enum sf_live_event sf_injury_event(const struct sf_injury *injury)
{
    static const enum sf_live_event events[SF_INJURIES_COUNT] = {
        [SF_INJURY_OK] = SF_LIVE_ORIGIN_OK,       [SF_INJURY_DROP] = SF_LIVE_ORIGIN_DROP,
        [SF_INJURY_5XX] = SF_LIVE_ORIGIN_5XX,     [SF_INJURY_SLOW] = SF_LIVE_ORIGIN_SLOW,
        [SF_INJURY_STALL] = SF_LIVE_ORIGIN_STALL, [SF_INJURY_CUT] = SF_LIVE_ORIGIN_CUT,
        [SF_INJURY_LOSSY] = SF_LIVE_ORIGIN_LOSSY,
    };
    SF_ASSERT(injury != NULL);
    SF_ASSERT(injury->kind < SF_INJURIES_COUNT);
    return events[injury->kind];
}
