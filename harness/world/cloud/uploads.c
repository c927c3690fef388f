/* Stills that cameras send by themselves, as they reach the cache. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

static void trace_upload_ended(struct world *world, const struct message *message, bool complete)
{
    world_trace(world, SF_RECORD(upload_ended,
                                 .ending = complete ? SF_ENDING_COMPLETE : SF_ENDING_ABANDONED,
                                 .camera = sf_camera_id(message->home), .capture = message->capture,
                                 .received_bytes = sf_cloud_received_bytes(message),
                                 .upload = message->handle));
}

/* Nobody is there to take it: the rest is not acknowledged, and the camera gives up by itself. */
static void upload_refuse(struct world *world, struct message *message)
{
    message->ended = true;
    message->version = NULL;
    trace_upload_ended(world, message, false);
    sf_message_stop_receiving(world, message);
}

static void upload_begin(struct world *world, struct message *message)
{
    uint32_t node =
        sf_balancer_upload(&world->balancer, home_number(world, message->home), message->capture);
    message->version =
        sf_cache_host_upload(&world->host, node, message->handle,
                             sf_cloud_camera_facts(world, message->home), &message->still);
    message->subject = message->handle;
    world_trace(world,
                SF_RECORD(upload_begun, .camera = sf_camera_id(message->home),
                          .capture = message->capture, .bytes = message->transfer.total_bytes,
                          .upload = message->handle, .node = sf_node_id(node)));
    if (node == SF_NOBODY) {
        upload_refuse(world, message);
        return;
    }
    sf_world_push(world, EVENT_UPLOAD_TIME_OUT, message->home, 0, message->handle,
                  world_now(world) + world->cloud.upload_time_out_ns);
}

static void upload_end(struct world *world, struct message *message, bool complete)
{
    message->ended = true;
    trace_upload_ended(world, message, complete);
    if (message->version != NULL) {
        sf_cache_host_upload_ended(message->version, message->handle, complete,
                                   sf_cloud_received_bytes(message));
    }
}

void sf_cloud_upload_fragment(struct world *world, struct message *message, uint32_t index,
                              bool last)
{
    if (message->subject == 0) {
        upload_begin(world, message);
    }
    if (message->version != NULL) {
        uint32_t offset = sf_transfer_offset(index);
        if (message->ended) {
            world_trace(world, SF_RECORD(fragment_late, .camera = sf_camera_id(message->home),
                                         .capture = message->capture, .offset_bytes = offset,
                                         .upload = message->handle));
        }
        sf_cache_host_fragment(message->version, message->handle, offset,
                               message->payload->bytes + offset,
                               sf_transfer_length(&message->transfer, index));
    }
    if (last && !message->ended) {
        upload_end(world, message, true);
    }
}

void sf_cloud_upload_time_out(struct world *world, struct message *message)
{
    if (!message->ended) {
        upload_end(world, message, false);
        sf_message_stop_receiving(world, message);
    }
}

void sf_cloud_uploads_lost(struct world *world)
{
    sf_handle handle = sf_slots_next(&world->messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->messages, handle);
        if (message->version != NULL && !message->ended &&
            sf_cache_version_is_gone(message->version)) {
            upload_refuse(world, message);
        }
    }
}
