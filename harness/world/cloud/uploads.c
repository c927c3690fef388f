/* Stills that cameras upload, as they reach the cache. */
#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

static void trace_upload_ended(struct world *world, const struct message *message, bool complete)
{
    world_trace(world, SF_RECORD(upload_ended, .camera = sf_camera_of_home(message->home),
                                 .ending = complete ? SF_ENDING_COMPLETE : SF_ENDING_ABANDONED,
                                 .capture = message->capture,
                                 .received_bytes = sf_cloud_received_bytes(message),
                                 .upload = message->handle));
}

/* No node is there to take it: the rest is not acknowledged, and the camera gives up. */
static void upload_refuse(struct world *world, struct message *message)
{
    message->upload.ended = true;
    message->upload.version = NULL;
    trace_upload_ended(world, message, false);
    sf_message_stop_receiving(world, message);
}

static void upload_begin(struct world *world, struct message *message)
{
    const struct sf_camera_id camera = sf_camera_of_home(message->home);
    const struct sf_node_id node = sf_balancer_upload(
        &world->cloud.balancer, home_number(world, message->home), message->capture);
    message->upload.version =
        sf_cache_host_upload(&world->cloud.host, node, message->handle,
                             sf_cloud_camera_facts(world, camera), &message->upload.still);
    message->upload.told = true;
    world_trace(world, SF_RECORD(upload_begun, .camera = camera, .capture = message->capture,
                                 .bytes = message->transfer.total_bytes, .upload = message->handle,
                                 .node = node));
    if (sf_node_is_none(node)) {
        upload_refuse(world, message);
        return;
    }
    sf_world_push(world, EVENT_UPLOAD_TIME_OUT, message->home.index, 0, message->handle,
                  world_now(world) + world->config.cloud.upload_time_out_ns);
}

/* As the host knows the camera. */
static struct sf_camera_id camera_number(const struct world *world, const struct message *message)
{
    return sf_camera_id(home_number(world, message->home));
}

static void upload_end(struct world *world, struct message *message, bool complete)
{
    message->upload.ended = true;
    trace_upload_ended(world, message, complete);
    if (message->upload.version != NULL) {
        sf_cache_host_offer(&world->cloud.host, complete ? message->content : NULL);
        sf_cache_host_upload_ended(message->upload.version, camera_number(world, message),
                                   message->handle, complete, sf_cloud_received_bytes(message));
    }
}

static void pass_on(struct world *world, struct message *message, uint32_t index)
{
    uint32_t offset = sf_transfer_offset(index);
    if (message->upload.ended) {
        world_trace(world, SF_RECORD(fragment_late, .camera = sf_camera_of_home(message->home),
                                     .capture = message->capture, .offset_bytes = offset,
                                     .upload = message->handle));
    }
    sf_cache_host_fragment(message->upload.version, camera_number(world, message), message->handle,
                           offset, message->bytes + offset,
                           sf_transfer_length(&message->transfer, index));
}

void sf_cloud_upload_fragment(struct world *world, struct message *message, uint32_t index,
                              bool last)
{
    SF_ASSERT(message->kind == MESSAGE_UPLOAD);
    if (!message->upload.told &&
        !sf_tenant_same(message->upload.owner, owner_of(world, sf_camera_of_home(message->home)))) {
        /* The camera has changed hands since it took this still: with the registration that it had
         * then it may not upload any more. */
        sf_message_stop_receiving(world, message);
        return;
    }
    if (!message->upload.told) {
        upload_begin(world, message);
    }
    if (message->upload.version != NULL) {
        pass_on(world, message, index);
    }
    if (last && !message->upload.ended) {
        upload_end(world, message, true);
    }
}

void sf_cloud_upload_time_out(struct world *world, sf_handle handle)
{
    struct message *message = sf_message_get(world, handle);
    if (message == NULL) {
        return;
    }
    SF_ASSERT(message->kind == MESSAGE_UPLOAD);
    if (!message->upload.ended) {
        upload_end(world, message, false);
        sf_message_stop_receiving(world, message);
    }
}

static bool is_lost(const struct message *message)
{
    return message->kind == MESSAGE_UPLOAD && message->upload.version != NULL &&
           !message->upload.ended && sf_cache_version_is_gone(message->upload.version);
}

void sf_cloud_uploads_lost(struct world *world)
{
    sf_handle handle = sf_slots_next(&world->network.messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->network.messages, handle);
        if (is_lost(message)) {
            upload_refuse(world, message);
        }
    }
}
