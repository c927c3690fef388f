/* What a world consists of, and what every wing of it needs: time, trace, events, who is who. Data
 * only: a wing that acts on another does so through that wing's functions, in the order
 *
 *     state <- network <- home, cloud <- build, time line, loop
 *
 * and what goes against that order goes through the routes of messages (routes.c). Private to the
 * world. */
#ifndef STRAYFRAME_WORLD_STATE_H
#define STRAYFRAME_WORLD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/judge/judge.h"
#include "harness/scenario/plan.h"
#include "harness/sim/queue.h"
#include "harness/sim/rng.h"
#include "harness/trace/trace.h"
#include "harness/world/cloud/state.h"
#include "harness/world/home/state.h"
#include "harness/world/message.h"
#include "harness/world/network/state.h"
#include "harness/world/variation.h"
#include "sim_cloud/authorisation.h"
#include "sim_cloud/sessions.h"

/* `a` and `b` of an event are a handle unless something else is said. */
enum event_kind {
    EVENT_FRAGMENT,        /* message; small fragment; target link */
    EVENT_FRAGMENT_BROKEN, /* the same, with a wrong checksum */
    EVENT_ACK,             /* message; target link */
    EVENT_ACK_BROKEN,
    EVENT_PIECE, /* message; small which piece: see messages.c; target link */
    EVENT_PIECE_BROKEN,
    EVENT_RESEND,          /* message */
    EVENT_SEND_LIMIT,      /* message: the camera gives up */
    EVENT_UPLOAD_TIME_OUT, /* message: the cloud gives up */
    EVENT_REQUEST_LIMIT,   /* request: the cloud gives up */
    EVENT_FETCH_LIMIT,     /* fetch */
    EVENT_CAMERA_TICK,     /* target home */
    EVENT_VIEWER_TICK,     /* target home; small which of its viewers */
    EVENT_CACHE_TIMER,     /* the host's timer */
    EVENT_STORE_ARRIVE,    /* operation */
    EVENT_STORE_REPLY,     /* operation */
    EVENT_TIMELINE,        /* a index, b how often it has happened already */
    EVENT_END,
    EVENT_IDENTITY,      /* question; small 1: it has failed */
    EVENT_SESSION_LIMIT, /* session, which expires */
    EVENT_ERRAND_TICK,   /* target home; small which errand */
    EVENT_LINK_STATE,    /* target link; a network, small its state that ends, b the number of the
                            link's change that began it */
    EVENT_LINK_OPENS,    /* target link: packets that wait in it may leave */
};

struct still_format {
    uint16_t width_px;
    uint16_t height_px;
    uint8_t quality;
    uint32_t bytes_max;
};

/* The plan's sections, as the structs that they are. */
struct config {
    struct sf_cloud_config cloud;
    struct sf_camera_config cameras[SF_GROUPS_MAX];
    struct sf_viewer_config viewers[SF_GROUPS_MAX][SF_VIEWERS_PER_HOME];
    struct still_format still;
};

/* The account service. The front door asks it, and so does a camera that is asked directly. */
struct accounts {
    struct sf_authorisation authorisation;
    struct sf_sessions sessions;
};

struct world {
    const struct sf_plan *plan; /* borrowed for the run */
    uint64_t seed;
    struct config config;
    struct sf_arena arena;
    struct sf_queue queue;
    struct sf_trace *trace; /* borrowed for the run */
    bool ended;
    uint64_t events_count;

    struct sf_book *book; /* owned: all captures of the run */
    struct sf_judge judge;
    struct sf_contents *contents; /* owned: stills on their way, kept or lent */
    uint64_t altered_count;       /* of the judge, as far as the cache was found guilty of them */

    /* Who watches the run, and what another one changes. */
    const struct sf_world_observer *observer; /* borrowed; NULL */
    struct sf_world_variation variation;
    struct sf_tenant_id varied; /* its account; none: there is no such run */

    struct accounts accounts;
    struct network network;
    struct homes homes;
    struct cloud cloud;
};

/* ---- time and trace ---- */

static inline sf_ns world_now(const struct world *world)
{
    return world->queue.now_ns;
}

static inline void world_trace(struct world *world, struct sf_record record)
{
    record.at_ns = world->queue.now_ns;
    sf_trace_add(world->trace, record);
}

/* Pushes an event about a handle. The lane is the kind and the target: such events keep their
 * order. */
void sf_world_push(struct world *world, enum event_kind kind, uint32_t target, uint16_t small,
                   sf_handle handle, sf_ns due_ns);

static inline sf_handle event_handle(const struct sf_event *event)
{
    return (uint64_t)event->b << 32 | event->a;
}

/* By how much something is late; 0: it is not. A half to all of `slow_ns`. */
sf_ns sf_world_late(struct sf_rng *rng, int64_t share_ppm, sf_ns slow_ns);

/* ---- who is who ---- */

static inline struct home *home_at(const struct world *world, struct sf_home_id home)
{
    return &world->homes.all[home.index];
}

static inline struct viewer_state *viewer_at(const struct world *world, struct sf_viewer_id viewer)
{
    struct home *home = home_at(world, sf_home_of_viewer(viewer));
    return &home->viewers[sf_viewer_kind(viewer)];
}

static inline const struct sf_viewer_config *viewer_config(const struct world *world,
                                                           struct sf_viewer_id viewer)
{
    uint32_t group = home_at(world, sf_home_of_viewer(viewer))->group;
    return &world->config.viewers[group][sf_viewer_kind(viewer)];
}

/* The account of the people who live in a home. */
static inline struct sf_tenant_id account_of(const struct world *world, struct sf_home_id home)
{
    return home_at(world, home)->account;
}

/* The owner of a camera, now. */
static inline struct sf_tenant_id owner_of(const struct world *world, struct sf_camera_id camera)
{
    return world->accounts.authorisation.camera_tenant[camera.index];
}

/* The next home whose people have another account than this one; `home` itself if there is none. */
struct sf_home_id sf_home_next(const struct world *world, struct sf_home_id home,
                               struct sf_tenant_id not_of);

/* A stranger asks for the camera of the next home. */
static inline struct sf_camera_id next_camera(const struct world *world, struct sf_home_id home)
{
    return sf_camera_of_home(sf_home_next(world, home, account_of(world, home)));
}

/* ---- a run whose stills are varied ---- */

static inline bool world_is_varied(const struct world *world)
{
    return world->variation.kind != SF_VARY_NOTHING;
}

/* Does the varied tenant have a part in what this viewer gets of this camera? */
static inline bool world_is_of_varied(const struct world *world, struct sf_viewer_id viewer,
                                      struct sf_camera_id camera)
{
    return sf_tenant_same(account_of(world, sf_home_of_viewer(viewer)), world->varied) ||
           sf_tenant_same(owner_of(world, camera), world->varied);
}

/* Does an action on this group, or on SF_GROUP_ALL, concern the home? */
static inline bool group_has(uint32_t group_or_all, const struct home *home)
{
    return group_or_all == SF_GROUP_ALL || group_or_all == home->group;
}

/* A home in the trace is an index from 0, and so is its camera; a tenant has that of its first
 * home. What must not change when other homes are taken out of the plan goes by its number: chance,
 * and what a cache sees. */
static inline uint32_t home_number(const struct world *world, struct sf_home_id home)
{
    return home_at(world, home)->number;
}

/* False: no home has this number. */
bool sf_home_of_number(const struct world *world, uint32_t number, struct sf_home_id *home_out);

/* How the host of the cache names a viewer: by the home's number. */
static inline uint32_t viewer_for_host(const struct world *world, struct sf_viewer_id viewer)
{
    return home_number(world, sf_home_of_viewer(viewer)) * SF_VIEWERS_PER_HOME +
           (uint32_t)sf_viewer_kind(viewer);
}

/* A request's number in the trace: unique in the run. */
static inline uint64_t request_number(struct sf_viewer_id viewer, uint32_t number)
{
    return (uint64_t)viewer.index << 32 | number;
}

static inline uint16_t path_flag(struct sf_viewer_id viewer)
{
    return sf_flag_of_path(sf_viewer_path(viewer));
}

#endif
