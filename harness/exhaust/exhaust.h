/* Explores a cache in small worlds exhaustively: every order of events up to a depth that the
 * budget allows, world by world. A finding is confirmed by a replay in a fresh process, which also
 * records its story. */
#ifndef STRAYFRAME_EXHAUST_EXHAUST_H
#define STRAYFRAME_EXHAUST_EXHAUST_H

#include "harness/base/err.h"
#include "harness/exhaust/profile.h"
#include "harness/exhaust/state.h"

enum sf_exhaust_engine {
    SF_EXHAUST_SNAPSHOT, /* where the cache's memory can be saved and put back; else replay */
    SF_EXHAUST_REPLAY,
};

struct sf_exhaust_options {
    struct sf_cache_module candidate;
    struct sf_cache_module before; /* plugin NULL: the candidate itself runs before a deploy */
    const char *reconfigure; /* options that are pushed; NULL: those of the candidate, again */
    const struct sf_small_world *worlds;
    uint32_t worlds_count;
    double seconds_max;  /* of CPU time */
    uint32_t depth_max;  /* 1 to SF_SMALL_EVENTS_MAX */
    uint32_t engine;     /* enum sf_exhaust_engine */
    bool keeps_merging;  /* equal states are explored once */
    bool keeps_symmetry; /* tenants that are alike take turns in one way only */
    uint64_t seed;       /* of the identity numbers */
    const struct sf_small_world
        *sweep;                      /* not NULL: the world of the sweep, tried before the others */
    void (*progress)(void *context); /* called many times in a second; NULL: not */
    void *progress_context;
    uint64_t sweep_seeds_count; /* of sf_profile_sweeps, from `seed` on; 0: no sweep */
};

enum { SF_EXHAUST_WORLDS_MAX = 128, SF_EXHAUST_SWEEP = SF_EXHAUST_WORLDS_MAX };

/* What is known of one world. */
struct sf_exhaust_world {
    uint32_t depth;        /* every order of up to this many events was tried */
    bool is_complete;      /* no order is longer than `depth` */
    bool met_bound;        /* a table of the host's was full in some order */
    bool merged_in_part;   /* the table of states was full */
    uint64_t orders_count; /* of its deepest search that came to its end */
    uint64_t states_count; /* of that one */
    uint64_t answers_count;
    uint64_t own_bytes_count;
    uint64_t orders_in_all_count; /* of all searches, the unfinished one too */
    double cpu_s;
};

struct sf_exhaust_found {
    struct sf_small_find find; /* kind NONE: nothing */
    uint32_t world;            /* from SF_EXHAUST_SWEEP on: those of the sweep */
    uint64_t seed;
    struct sf_small_order order;
    bool is_confirmed;
    struct sf_small_story story; /* from the fresh process */
    struct sf_small_end ended;   /* CRASH of a cache in a box: how; code 0: not known */
};

/* A foreign cache is explored in its box first. */
struct sf_exhaust_boxed {
    bool ran;
    bool is_all; /* a program: nothing else follows */
    bool is_unrepeatable;
    uint64_t orders_count;
    uint64_t answers_count;
    uint32_t depth_least; /* every order of up to this many events in each world */
    double real_s;
};

struct sf_exhaust {
    uint32_t worlds_count;
    struct sf_exhaust_world worlds[SF_EXHAUST_WORLDS_MAX];
    struct sf_exhaust_world sweeps[SF_PROFILE_SWEEPS]; /* depth 0: not all its seeds were tried */
    uint64_t swept_count[SF_PROFILE_SWEEPS];           /* seeds */
    struct sf_exhaust_found leak;                      /* of bytes or a session, or a crash */
    struct sf_exhaust_found contract; /* the first broken contract; the search went on */
    struct sf_exhaust_boxed boxed;
    uint32_t engine; /* the one that was used */
    double cpu_s;
    uint32_t signal_number; /* of a crash; 0: it called exit, or is hung */
    bool is_hung;
};

SF_MUST_USE enum sf_err sf_exhaust(const struct sf_exhaust_options *options,
                                   struct sf_exhaust *exhaust_out, struct sf_diag *diag);

/* The world of a finding. */
const struct sf_small_world *sf_exhaust_world_of(const struct sf_exhaust_options *options,
                                                 const struct sf_exhaust_found *found);

/* Runs one order in a fresh process. `found->order`, `world` and `seed` are given; find, story and
 * is_confirmed come out (is_confirmed: it could be run as it stands). SF_ERR_INPUT if an event is
 * not possible when its turn comes: *failed_out is which, counted from 0. */
SF_MUST_USE enum sf_err sf_exhaust_order(const struct sf_exhaust_options *options,
                                         struct sf_exhaust_found *found, uint32_t *failed_out,
                                         struct sf_diag *diag);

#endif
