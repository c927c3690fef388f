/* Stills that the cloud asks cameras for: for the cache, and for the app's own path. */
#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

static void send_command(struct world *world, struct sf_camera_id camera, sf_handle fetch,
                         sf_handle request, uint64_t validator)
{
    struct message *message = sf_message_control(world, MESSAGE_COMMAND, sf_home_of_camera(camera));
    message->command = (struct command_message){.fetch = fetch, .validator = validator};
    const struct request *asker = request_get(world, request);
    if (asker != NULL && asker->direct) {
        message->command.direct = true;
        message->command.asker = asker->viewer;
        message->command.number = asker->number;
        message->command.session = asker->session;
        message->command.camera_id = asker->camera_id;
    }
    sf_message_send(world, message);
}

sf_handle sf_cloud_fetch_start(struct world *world, struct sf_camera_id camera,
                               sf_handle host_fetch, sf_handle request, uint64_t validator)
{
    SF_ASSERT((host_fetch == 0) != (request == 0));
    void *item;
    sf_handle handle = sf_slots_take(&world->cloud.fetches, &item);
    *(struct fetch *)item =
        (struct fetch){.host_fetch = host_fetch, .request = request, .camera = camera};
    world_trace(world, SF_RECORD(fetch, .camera = camera, .fetch = handle));
    bool fails = host_fetch != 0 && sf_rng_chance(&world->cloud.fetch_rng,
                                                  (uint32_t)world->config.cloud.fetch_failure_ppm);
    if (!fails) {
        send_command(world, camera, handle, request, validator);
    }
    sf_world_push(world, EVENT_FETCH_LIMIT, sf_home_of_camera(camera).index, 0, handle,
                  world_now(world) + (fails ? 0 : world->config.cloud.fetch_time_out_ns));
    return handle;
}

void sf_cloud_fetch_forget(struct world *world, sf_handle handle)
{
    struct fetch *fetch = fetch_get(world, handle);
    if (fetch == NULL) {
        return;
    }
    struct message *reply = sf_message_get(world, fetch->reply);
    uint32_t received_bytes = reply != NULL ? sf_cloud_received_bytes(reply) : 0;
    world_trace(world, SF_RECORD(fetch_cancelled, .camera = fetch->camera,
                                 .received_bytes = received_bytes, .fetch = handle));
    sf_slots_give(&world->cloud.fetches, handle);
    if (reply != NULL) {
        sf_message_stop_receiving(world, reply);
    }
}

static void trace_fetch_ended(struct world *world, sf_handle handle, const struct fetch *fetch,
                              uint32_t received_bytes, enum sf_ending ending)
{
    world_trace(world, SF_RECORD(fetch_ended, .camera = fetch->camera, .ending = ending,
                                 .received_bytes = received_bytes, .fetch = handle));
}

/* The app's own path: the still that the camera sent goes to the app as it is, when it is whole. */
static void relay(struct world *world, sf_handle request_handle, const struct message *still)
{
    struct request *request = request_get(world, request_handle);
    if (request == NULL || request->answered) {
        return;
    }
    uint32_t total_bytes = still->transfer.total_bytes;
    if (sf_cloud_answer_begin(world, request, SF_CACHE_STATUS_OK, total_bytes) != NULL) {
        sf_cloud_answer_bytes(world, request, still->bytes, total_bytes);
    }
}

static void fetch_complete(struct world *world, struct message *message, const struct fetch *ended)
{
    sf_handle handle = message->fetched.fetch;
    trace_fetch_ended(world, handle, ended, message->transfer.total_bytes, SF_ENDING_COMPLETE);
    sf_slots_give(&world->cloud.fetches, handle);
    if (ended->host_fetch != 0) {
        sf_cache_host_offer(&world->cloud.host, message->content);
        sf_cache_host_fetch_ended(&world->cloud.host, ended->host_fetch, SF_CACHE_END_COMPLETE);
    } else {
        relay(world, ended->request, message);
    }
}

void sf_cloud_fetched_fragment(struct world *world, struct message *message, uint32_t index,
                               bool last)
{
    SF_ASSERT(message->kind == MESSAGE_FETCHED);
    struct fetch *fetch = fetch_get(world, message->fetched.fetch);
    if (fetch == NULL) {
        message->transfer.receiver_done = true; /* nothing waits for it any more */
        return;
    }
    if (world->cloud.forgets && fetch->reply == 0) {
        world_trace(world, SF_RECORD(fetch_arrives, .camera = fetch->camera,
                                     .capture = message->capture, .fetch = message->fetched.fetch));
    }
    fetch->reply = message->handle;
    if (fetch->host_fetch != 0) {
        uint32_t offset = sf_transfer_offset(index);
        sf_cache_host_fetch_part(&world->cloud.host, fetch->host_fetch, &message->fetched.still,
                                 offset, message->bytes + offset,
                                 sf_transfer_length(&message->transfer, index));
    }
    /* The cache may have cancelled the fetch from inside that call. */
    fetch = fetch_get(world, message->fetched.fetch);
    if (last && fetch != NULL) {
        const struct fetch ended = *fetch;
        fetch_complete(world, message, &ended);
    }
}

void sf_cloud_fetch_limit(struct world *world, sf_handle handle)
{
    const struct fetch *fetch = fetch_get(world, handle);
    if (fetch == NULL) {
        return;
    }
    struct fetch ended = *fetch;
    const struct message *reply = sf_message_get(world, ended.reply);
    trace_fetch_ended(world, handle, &ended, reply != NULL ? sf_cloud_received_bytes(reply) : 0,
                      SF_ENDING_ABANDONED);
    sf_cloud_fetch_forget(world, handle);
    if (ended.host_fetch != 0) {
        sf_cache_host_fetch_ended(&world->cloud.host, ended.host_fetch, SF_CACHE_END_ABANDONED);
    }
}

void sf_cloud_unchanged_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_UNCHANGED);
    sf_handle handle = message->unchanged.fetch;
    const struct fetch *fetch = fetch_get(world, handle);
    if (fetch == NULL) {
        return; /* nothing waits for it any more */
    }
    struct fetch ended = *fetch;
    SF_ASSERT(ended.host_fetch != 0);
    trace_fetch_ended(world, handle, &ended, 0, SF_ENDING_NOT_MODIFIED);
    sf_slots_give(&world->cloud.fetches, handle);
    sf_cache_host_fetch_ended(&world->cloud.host, ended.host_fetch, SF_CACHE_END_NOT_MODIFIED);
}
