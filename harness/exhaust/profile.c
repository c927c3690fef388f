/* The default profile: small worlds that together bring about each thing that the public header
 * says can happen to a cache. It was written from that header, before any code of the planted
 * classes was read; their descriptions were known. */
#include <stddef.h>

#include "harness/exhaust/profile.h"

#include "harness/base/assert.h"

/* Stills of simple worlds; a still of the world of clients does not fit into one packet. */
enum { SHORT_STILL = 24, LONG_STILL = 1500, SHORT_STEP = 8, ROWS_STILL = 32, ROWS = 4 };

static const struct sf_small_world worlds[] = {
    /* Small enough to be exhausted: what is complete is said of this one first. */
    {
        .name = "closed",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .families = SF_SMALL_CUT | SF_SMALL_CANCEL | SF_SMALL_SETTLE | SF_SMALL_TIME,
        .uploads_max = 1,
        .requests_max = 1,
        .waits_max = 1,
        .others_max = 1,
    },
    /* Three tenants with one camera each, on an ordinary day. */
    {
        .name = "plain",
        .tenants = 3,
        .cameras = 3,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .families = SF_SMALL_CUT | SF_SMALL_CANCEL | SF_SMALL_TIME | SF_SMALL_SETTLE,
    },
    /* Everything arrives in pieces, viewers are slow, and there is room for two stills. */
    {
        .name = "pieces",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .still_step = SHORT_STEP,
        .capacity_stills = 2,
        .tick_ms = 1,
        .is_private = true,
        .families =
            SF_SMALL_CUT | SF_SMALL_PARTS | SF_SMALL_FETCH_PARTS | SF_SMALL_SLOW | SF_SMALL_CANCEL,
    },
    /* What the cache asks others is answered late, in any order, or not at all. */
    {
        .name = "services",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .is_private = true,
        .families = SF_SMALL_CANCEL | SF_SMALL_CONNECTION | SF_SMALL_STORE | SF_SMALL_IDENTITY |
                    SF_SMALL_TIME | SF_SMALL_SETTLE,
    },
    /* All that a viewer may say, and poor firmware. */
    {
        .name = "clients",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = LONG_STILL,
        .validator_is_size = true,
        .serial_shared = true,
        .is_private = true,
        .viewers_keep = true,
        .renews = true,
        .names_jpg = true,
        .families = SF_SMALL_RANGE | SF_SMALL_APP | SF_SMALL_EXPORT | SF_SMALL_CANCEL |
                    SF_SMALL_DEVICE | SF_SMALL_TIME | SF_SMALL_SETTLE,
    },
    /* All that an operator may do, with two nodes. */
    {
        .name = "operator",
        .tenants = 2,
        .cameras = 2,
        .nodes = 2,
        .still_bytes = SHORT_STILL,
        .is_private = true,
        .families = SF_SMALL_INVALIDATE | SF_SMALL_RECONFIGURE | SF_SMALL_DEPLOY | SF_SMALL_NODE |
                    SF_SMALL_CLOCK | SF_SMALL_TIME | SF_SMALL_SETTLE,
    },
    /* Four cameras that send changed rows, and whole stills that are lost. */
    {
        .name = "rows",
        .tenants = 2,
        .cameras = 4,
        .nodes = 1,
        .still_bytes = ROWS_STILL,
        .rows = ROWS,
        .capacity_stills = 2,
        .tick_ms = 1,
        .is_private = true,
        .families = SF_SMALL_CUT | SF_SMALL_DELTA | SF_SMALL_DEVICE | SF_SMALL_TIME,
    },
    /* Everything at once. */
    {
        .name = "everything",
        .tenants = 3,
        .cameras = 3,
        .nodes = 2,
        .still_bytes = SHORT_STILL,
        .still_step = SHORT_STEP,
        .capacity_stills = 2,
        .tick_ms = 1,
        .serial_shared = true,
        .is_private = true,
        .viewers_keep = true,
        .renews = true,
        .families = SF_SMALL_ALL & ~(uint32_t)SF_SMALL_DELTA,
    },
};

/* Two tenants' stills are stored and asked for, there may be a deploy between, and a camera may not
 * answer in time (which was added after the class D14 was missed without it). */
#define SWEEP_WORLD                                                                          \
    {                                                                                        \
        .name = "sweep", .tenants = 3, .cameras = 3, .nodes = 1, .still_bytes = SHORT_STILL, \
        .families = SF_SMALL_SETTLE | SF_SMALL_DEPLOY | SF_SMALL_TIME,                       \
    }

const struct sf_profile_sweep sf_profile_sweeps[SF_PROFILE_SWEEPS] = {
    {.world = SWEEP_WORLD, .depth = 2, .seeds_shift = 0},
    {.world = SWEEP_WORLD, .depth = 3, .seeds_shift = 4},
    {.world = SWEEP_WORLD, .depth = 4, .seeds_shift = 8},
    /* One upload each, in pieces that arrive in every order: nothing longer can happen. */
    {.world =
         {
             .name = "sweep-pieces",
             .tenants = 2,
             .cameras = 2,
             .nodes = 1,
             .still_bytes = SHORT_STILL,
             .uploads_max = 1,
             .requests_max = 1,
             .families = SF_SMALL_PARTS,
         },
     .depth = 7,
     .seeds_shift = 6,
     .merges = true},
};

uint32_t sf_profile_count(void)
{
    return sizeof worlds / sizeof worlds[0];
}

const struct sf_small_world *sf_profile_world(uint32_t index)
{
    SF_ASSERT(index < sf_profile_count());
    return &worlds[index];
}
