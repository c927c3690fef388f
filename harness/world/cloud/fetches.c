/* Stills that the cloud asks cameras for: for the cache, and for the app's own path. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

enum { FETCH_LIMIT_S = 30 };

sf_handle sf_cloud_fetch_start(struct world *world, uint32_t camera, sf_handle host_fetch,
                               sf_handle request, uint64_t validator)
{
    void *item;
    sf_handle handle = sf_slots_take(&world->fetches, &item);
    *(struct fetch *)item =
        (struct fetch){.host_fetch = host_fetch, .request = request, .camera = camera};
    world_trace(world, SF_RECORD(fetch, .camera = sf_camera_id(camera), .fetch = handle));
    struct message *command =
        sf_message_create(world, MESSAGE_COMMAND, camera, false, CONTROL_BYTES, false);
    command->subject = handle;
    const struct request *asker = sf_slots_get(&world->requests, request);
    if (asker != NULL && asker->direct) {
        command->direct = true;
        command->session = asker->session;
        command->camera_id = asker->camera_id;
        command->asker = viewer_number(asker->home, asker->viewer);
        command->number = asker->number;
    }
    command->validator = validator;
    sf_message_send(world, command);
    sf_world_push(world, EVENT_FETCH_LIMIT, camera, 0, handle,
                  world_now(world) + FETCH_LIMIT_S * SF_SECOND);
    return handle;
}

void sf_cloud_fetch_forget(struct world *world, sf_handle handle)
{
    struct fetch *fetch = sf_slots_get(&world->fetches, handle);
    if (fetch == NULL) {
        return;
    }
    struct message *reply = fetch->reply != 0 ? sf_message_get(world, fetch->reply) : NULL;
    world_trace(world,
                SF_RECORD(fetch_cancelled, .camera = sf_camera_id(fetch->camera),
                          .received_bytes = reply != NULL ? sf_cloud_received_bytes(reply) : 0,
                          .fetch = handle));
    sf_slots_give(&world->fetches, handle);
    if (reply != NULL) {
        sf_message_stop_receiving(world, reply);
    }
}

_Static_assert((int)SF_ENDING_COMPLETE == (int)SF_CACHE_END_COMPLETE, "a record's endings");
_Static_assert((int)SF_ENDING_ABANDONED == (int)SF_CACHE_END_ABANDONED, "a record's endings");
_Static_assert((int)SF_ENDING_NOT_MODIFIED == (int)SF_CACHE_END_NOT_MODIFIED, "a record's endings");

static void trace_fetch_ended(struct world *world, sf_handle handle, const struct fetch *fetch,
                              uint32_t received_bytes, uint32_t end)
{
    world_trace(world, SF_RECORD(fetch_ended, .ending = (enum sf_ending)end,
                                 .camera = sf_camera_id(fetch->camera),
                                 .received_bytes = received_bytes, .fetch = handle));
}

/* The app's own path: whatever the camera sent goes to the app as it is, when it is whole. */
static void relay(struct world *world, sf_handle request_handle, const struct message *still)
{
    struct request *request = sf_slots_get(&world->requests, request_handle);
    if (request == NULL || request->answered) {
        return;
    }
    uint32_t total_bytes = still->transfer.total_bytes;
    if (sf_cloud_answer_begin(world, request, SF_CACHE_STATUS_OK, total_bytes) != NULL) {
        sf_cloud_answer_bytes(world, request, still->payload->bytes, total_bytes);
    }
}

void sf_cloud_fetched_fragment(struct world *world, struct message *message, uint32_t index,
                               bool last)
{
    struct fetch *fetch = sf_slots_get(&world->fetches, message->subject);
    if (fetch == NULL) {
        message->transfer.receiver_done = true; /* nobody waits for it any more */
        return;
    }
    fetch->reply = message->handle;
    sf_handle host_fetch = fetch->host_fetch;
    if (host_fetch != 0) {
        uint32_t offset = sf_transfer_offset(index);
        sf_cache_host_fetch_part(&world->host, host_fetch, &message->still, offset,
                                 message->payload->bytes + offset,
                                 sf_transfer_length(&message->transfer, index));
    }
    /* The cache may have cancelled the fetch from inside that call. */
    fetch = sf_slots_get(&world->fetches, message->subject);
    if (!last || fetch == NULL) {
        return;
    }
    struct fetch ended = *fetch;
    trace_fetch_ended(world, message->subject, &ended, message->transfer.total_bytes,
                      SF_CACHE_END_COMPLETE);
    sf_slots_give(&world->fetches, message->subject);
    if (host_fetch != 0) {
        sf_cache_host_fetch_ended(&world->host, host_fetch, SF_CACHE_END_COMPLETE);
    } else {
        relay(world, ended.request, message);
    }
}

void sf_cloud_fetch_limit(struct world *world, sf_handle handle)
{
    const struct fetch *fetch = sf_slots_get(&world->fetches, handle);
    if (fetch == NULL) {
        return;
    }
    struct fetch ended = *fetch;
    const struct message *reply = ended.reply != 0 ? sf_message_get(world, ended.reply) : NULL;
    trace_fetch_ended(world, handle, &ended, reply != NULL ? sf_cloud_received_bytes(reply) : 0,
                      SF_CACHE_END_ABANDONED);
    sf_cloud_fetch_forget(world, handle);
    if (ended.host_fetch != 0) {
        sf_cache_host_fetch_ended(&world->host, ended.host_fetch, SF_CACHE_END_ABANDONED);
    }
}

void sf_cloud_fetch_unchanged(struct world *world, sf_handle handle)
{
    const struct fetch *fetch = sf_slots_get(&world->fetches, handle);
    if (fetch == NULL) {
        return; /* nobody waits for it any more */
    }
    struct fetch ended = *fetch;
    SF_ASSERT(ended.host_fetch != 0);
    trace_fetch_ended(world, handle, &ended, 0, SF_CACHE_END_NOT_MODIFIED);
    sf_slots_give(&world->fetches, handle);
    sf_cache_host_fetch_ended(&world->host, ended.host_fetch, SF_CACHE_END_NOT_MODIFIED);
}
