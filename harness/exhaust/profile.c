/* The default profile: small worlds that together bring about each thing that the public header
 * says can happen to a cache. It was written from that header, without the code of the planted
 * classes; their descriptions were known. A family of events that multiplies the orders has a world
 * with little else in it, so that this world gets deep; docs/exhaust.md says which were added when.
 */
#include <stddef.h>

#include "harness/exhaust/profile.h"

#include "harness/base/assert.h"

/* Stills of simple worlds; a still of the world of clients does not fit into one packet. */
enum {
    SHORT_STILL = 24,
    LONG_STILL = 1500,
    SHORT_STEP = 8,
    ROWS_STILL = 32,
    ROWS = 4,
    LARGE_STILL = 20000
};

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
        .capacity_stills = 32,
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
    /* Four cameras that send changed rows, whole stills that are lost, and room for two stills. No
     * time passes: rows have no age. */
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
        .families = SF_SMALL_DELTA,
    },
    /* The same of two cameras that break off, restart, and get other firmware. */
    {
        .name = "devices",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = ROWS_STILL,
        .rows = ROWS,
        .tick_ms = 1,
        .is_private = true,
        .families = SF_SMALL_CUT | SF_SMALL_DELTA | SF_SMALL_DEVICE | SF_SMALL_TIME,
    },
    /* A camera is sold while something of it is under way. */
    {
        .name = "sales",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .is_private = true,
        .families = SF_SMALL_SALE | SF_SMALL_UNDER_WAY | SF_SMALL_TIME | SF_SMALL_SETTLE,
    },
    /* Guests, sessions that are renewed, and a front door that sends all on one connection. */
    {
        .name = "guests",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .viewers_keep = true,
        .renews = true,
        .front_door = true,
        .families = SF_SMALL_GUEST | SF_SMALL_CANCEL | SF_SMALL_TIME | SF_SMALL_SETTLE,
    },
    /* Accounts of two cameras, which trade their slots. */
    {
        .name = "accounts",
        .tenants = 2,
        .cameras = 4,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .families = SF_SMALL_SLOTS | SF_SMALL_SALE | SF_SMALL_SETTLE,
    },
    /* Viewers who are interrupted, and go on from there; poor firmware. */
    {
        .name = "resumes",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .still_turn = SHORT_STEP,
        .validator_is_size = true,
        .viewers_keep = true,
        .families = SF_SMALL_RANGE | SF_SMALL_SETTLE,
    },
    /* Two nodes, and a store that replies late, or fails. */
    {
        .name = "store",
        .tenants = 2,
        .cameras = 3,
        .nodes = 2,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .connections_max = 1,
        .families = SF_SMALL_STORE | SF_SMALL_SETTLE | SF_SMALL_TIME,
        .waits_max = 1,
    },
    /* A store that keeps what memory has no room for, and look-ups that are given up. */
    {
        .name = "look-ups",
        .tenants = 3,
        .cameras = 3,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .capacity_stills = 2,
        .tick_ms = 1,
        .connections_max = 2,
        .families = SF_SMALL_STORE | SF_SMALL_CANCEL | SF_SMALL_SETTLE,
        .uploads_max = 1,
        .requests_max = 2,
    },
    /* Deploys, of which the state may be cut short, or not arrive. */
    {
        .name = "deploys",
        .tenants = 3,
        .cameras = 3,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .families = SF_SMALL_DEPLOY | SF_SMALL_STATE | SF_SMALL_CUT,
    },
    /* Three tenants, and room for two stills. */
    {
        .name = "memory",
        .tenants = 3,
        .cameras = 3,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .still_step = SHORT_STEP,
        .capacity_stills = 2,
        .tick_ms = 1,
        .families = SF_SMALL_CUT | SF_SMALL_UNDER_WAY | SF_SMALL_SLOW | SF_SMALL_CANCEL,
    },
    /* Uploads and fetches of three pieces, of which some come twice and some never. */
    {
        .name = "thirds",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .pieces = 3,
        .tick_ms = 1,
        .families = SF_SMALL_FETCH_PARTS | SF_SMALL_CANCEL,
    },
    {
        .name = "third-uploads",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .pieces = 3,
        .tick_ms = 1,
        .families = SF_SMALL_PARTS | SF_SMALL_CUT,
    },
    /* Stills of many packets, and slow viewers. */
    {
        .name = "large",
        .tenants = 2,
        .cameras = 2,
        .nodes = 1,
        .still_bytes = LARGE_STILL,
        .capacity_stills = 16,
        .tick_ms = 1,
        .families = SF_SMALL_SLOW | SF_SMALL_CUT | SF_SMALL_CANCEL | SF_SMALL_INVALIDATE,
    },
    /* The host refuses what is too much. */
    {
        .name = "refused",
        .tenants = 3,
        .cameras = 3,
        .nodes = 1,
        .still_bytes = SHORT_STILL,
        .tick_ms = 1,
        .fetches_max = 1,
        .timers_max = 2,
        .connections_max = 1,
        .families = SF_SMALL_CANCEL | SF_SMALL_CUT | SF_SMALL_TIME | SF_SMALL_SETTLE,
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
