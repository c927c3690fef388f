/* The event loop: takes the next event and hands it to the wing that it concerns. */
#include "harness/world/world.h"

#include "harness/base/interrupt.h"
#include "harness/world/check.h"
#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"
#include "harness/world/network/network.h"
#include "harness/world/timeline.h"

static void dispatch(struct world *world, const struct sf_event *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_FRAGMENT:
    case EVENT_FRAGMENT_BROKEN:
    case EVENT_ACK:
    case EVENT_ACK_BROKEN:
    case EVENT_PIECE:
    case EVENT_PIECE_BROKEN:
    case EVENT_RESEND:
    case EVENT_SEND_LIMIT:
    case EVENT_LINK_STATE:
    case EVENT_LINK_OPENS:
        sf_network_event(world, event);
        return;
    case EVENT_UPLOAD_TIME_OUT:
        sf_cloud_upload_time_out(world, event_handle(event));
        return;
    case EVENT_REQUEST_LIMIT:
        sf_cloud_request_limit(world, event_handle(event));
        return;
    case EVENT_FETCH_LIMIT:
        sf_cloud_fetch_limit(world, event_handle(event));
        return;
    case EVENT_CAMERA_TICK:
        sf_camera_tick(world, sf_home_id(event->target));
        return;
    case EVENT_VIEWER_TICK:
        sf_viewer_tick(
            world, sf_viewer_of_home(sf_home_id(event->target), (enum sf_viewer_kind)event->small));
        return;
    case EVENT_CACHE_TIMER:
        sf_cache_host_timer_fired(&world->cloud.host, event_handle(event));
        return;
    case EVENT_STORE_ARRIVE:
        sf_store_arrive(world, event_handle(event));
        return;
    case EVENT_STORE_REPLY:
        sf_store_reply(world, event_handle(event));
        return;
    case EVENT_TIMELINE:
        sf_timeline_step(world, event->a, event->b);
        return;
    case EVENT_ERRAND_TICK:
        sf_errand_tick(world, sf_home_id(event->target), (enum sf_errand)event->small);
        return;
    case EVENT_SESSION_LIMIT:
        sf_session_limit(world, (struct sf_session_id){event_handle(event)});
        return;
    case EVENT_IDENTITY:
        sf_identity_answer(world, event_handle(event), event->small != 0);
        return;
    case EVENT_END:
        world->ended = true;
        sf_cache_host_judge_memory(&world->cloud.host);
        world_trace(world, sf_record_end((struct sf_end_record){0}));
        return;
    }
    SF_UNREACHABLE();
}

/* Has a cache written into bytes that are only lent to it? */
static void look_for_writes(struct world *world)
{
    struct sf_content *written = sf_contents_written(world->contents);
    if (written != NULL || world->judge.altered_count != world->altered_count) {
        world->altered_count = world->judge.altered_count;
        sf_cache_host_wrote(&world->cloud.host, written);
    }
}

bool sf_world_run(struct world *world, uint64_t events_max, uint64_t strays_max)
{
    struct sf_event event;
    while (!world->ended && sf_queue_pop(&world->queue, &event)) {
        dispatch(world, &event);
        look_for_writes(world);
        sf_cache_host_sweep(&world->cloud.host);
        world->events_count++;
        SF_CHECK(sf_world_check_event(world, &event));
        bool enough = (events_max != 0 && world->events_count >= events_max) ||
                      (strays_max != 0 && world->judge.strays_count >= strays_max);
        if ((enough || sf_interrupted() || sf_cache_host_is_over(&world->cloud.host)) &&
            !world->ended) {
            return false;
        }
    }
    return true;
}

/* ---- what is left of a run ---- */

const struct sf_cache_ended *sf_world_cache_ended(const struct world *world)
{
    return &world->cloud.host.ended;
}

sf_ns sf_world_end_ns(const struct world *world)
{
    return world_now(world);
}

uint64_t sf_world_events_count(const struct world *world)
{
    return world->events_count;
}

const struct sf_text *sf_world_log(const struct world *world)
{
    return &world->cloud.log;
}

const uint32_t *sf_world_states(const struct world *world)
{
    _Static_assert((int)SF_WORLD_STATES_COUNT == (int)CLOUD_STATES_COUNT,
                   "all that a cache reports");
    return world->cloud.states;
}
