/* Stills that cameras send by themselves, as they reach the cache. */
#include "harness/base/assert.h"
#include "harness/run/world.h"

static void upload_begin(struct world *world, struct message *message)
{
    message->version = sf_cache_host_upload(
        &world->host, message->handle, cloud_camera_facts(world, message->home), message->capture,
        message->transfer.total_bytes, message->captured_unix_ms);
    message->subject = message->handle;
    world_trace(world, (struct sf_record){
                           .kind = SF_RECORD_UPLOAD_BEGUN,
                           .who = message->home,
                           .a = message->capture,
                           .b = message->transfer.total_bytes,
                           .c = message->handle,
                       });
    world_push(world, EVENT_UPLOAD_TIME_OUT, message->home, 0, message->handle,
               world_now(world) + world->cloud.upload_time_out_ns);
}

static void upload_end(struct world *world, struct message *message, bool complete)
{
    message->ended = true;
    world_trace(world, (struct sf_record){
                           .kind = SF_RECORD_UPLOAD_ENDED,
                           .flags = complete ? SF_CACHE_END_COMPLETE : SF_CACHE_END_ABANDONED,
                           .who = message->home,
                           .a = message->capture,
                           .b = cloud_received_bytes(message),
                           .c = message->handle,
                       });
    if (message->version != NULL) {
        sf_cache_host_upload_ended(message->version, message->handle, complete,
                                   cloud_received_bytes(message));
    }
}

void cloud_upload_fragment(struct world *world, struct message *message, uint32_t index, bool last)
{
    if (message->subject == 0) {
        upload_begin(world, message);
    }
    if (message->version != NULL) {
        uint32_t offset = sf_transfer_offset(index);
        sf_cache_host_fragment(message->version, message->handle, offset,
                               message->payload->bytes + offset,
                               sf_transfer_length(&message->transfer, index));
    }
    if (last && !message->ended) {
        upload_end(world, message, true);
    }
}

void cloud_upload_time_out(struct world *world, struct message *message)
{
    if (!message->ended) {
        upload_end(world, message, false);
        message_stop_receiving(world, message);
    }
}
