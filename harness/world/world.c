/* The event loop: takes the next event and hands it to the part of the world that it concerns. */
#include "harness/world/world.h"

#include "harness/base/assert.h"

void sf_world_push(struct world *world, enum event_kind kind, uint32_t target, uint16_t small,
                   sf_handle handle, sf_ns due_ns)
{
    struct sf_event event = {
        .due_ns = due_ns,
        .kind = (uint16_t)kind,
        .small = small,
        .target = target,
        .a = (uint32_t)handle,
        .b = (uint32_t)(handle >> 32),
    };
    /* Lanes of links are small numbers; the others stay clear of them. */
    sf_queue_push(&world->queue, event, (0x80000000u | (uint32_t)kind << 24) ^ target);
}

sf_ns sf_world_late(struct sf_rng *rng, int64_t share_ppm, sf_ns slow_ns)
{
    bool late = sf_rng_chance(rng, (uint32_t)share_ppm);
    sf_ns late_ns = slow_ns - (sf_ns)sf_rng_below(rng, (uint64_t)slow_ns / 2 + 1);
    return late ? late_ns : 0;
}

static void dispatch(struct world *world, const struct sf_event *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_FRAGMENT:
    case EVENT_FRAGMENT_BROKEN:
    case EVENT_ACK:
    case EVENT_ACK_BROKEN:
    case EVENT_RESEND:
    case EVENT_SEND_LIMIT:
        sf_network_event(world, event);
        return;
    case EVENT_UPLOAD_TIME_OUT: {
        struct message *message = sf_message_get(world, event_handle(event));
        if (message != NULL) {
            sf_cloud_upload_time_out(world, message);
        }
        return;
    }
    case EVENT_REQUEST_LIMIT:
        sf_cloud_request_limit(world, event_handle(event));
        return;
    case EVENT_FETCH_LIMIT:
        sf_cloud_fetch_limit(world, event_handle(event));
        return;
    case EVENT_CAMERA_TICK:
        sf_camera_tick(world, event->target);
        return;
    case EVENT_VIEWER_TICK:
        sf_viewer_tick(world, event->target, event->small);
        return;
    case EVENT_CACHE_TIMER:
        sf_cache_host_timer_fired(&world->host, event_handle(event));
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
    case EVENT_LINK_STATE:
        sf_link_state_ends(world, event);
        return;
    case EVENT_LINK_OPENS:
        sf_slotted_wake(world, event->target);
        return;
    case EVENT_ERRAND_TICK:
        sf_errand_tick(world, event->target, (enum sf_errand)event->small);
        return;
    case EVENT_SESSION_LIMIT:
        sf_session_limit(world, event_handle(event));
        return;
    case EVENT_IDENTITY:
        sf_identity_answer(world, event_handle(event), event->small != 0);
        return;
    case EVENT_END:
        world->ended = true;
        world_trace(world, sf_record_end((struct sf_end_record){0}));
        return;
    }
    SF_UNREACHABLE();
}

bool sf_world_run(struct world *world, uint64_t events_max)
{
    struct sf_event event;
    while (!world->ended && sf_queue_pop(&world->queue, &event)) {
        dispatch(world, &event);
        sf_cache_host_sweep(&world->host);
        world->events_count++;
        bool enough = (events_max != 0 && world->events_count >= events_max) ||
                      (world->strays_max != 0 && world->judge.strays_count >= world->strays_max);
        if (enough && !world->ended) {
            return false;
        }
    }
    return true;
}
