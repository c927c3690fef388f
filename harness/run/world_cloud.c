/* The cloud: what it does with what arrives, and what it lends to the cache under test. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/run/world.h"

enum { FETCH_LIMIT_S = 30 };

static struct sf_cache_host_camera camera_facts(const struct world *world, uint32_t camera)
{
    const struct home *home = &world->homes[camera];
    return (struct sf_cache_host_camera){
        .camera = camera,
        .tenant = world->door.camera_tenant[camera],
        .model = (uint32_t)world->cameras[home->group].model,
        .slot = 0,
    };
}

/* ---- answers ---- */

/* Begins to answer; the message is NULL when the front door, asked again, does not let it out. */
static struct message *answer_begin(struct world *world, struct request *request, uint32_t status,
                                    uint32_t total_bytes)
{
    SF_ASSERT(!request->answered);
    request->answered = true;
    enum sf_door_answer door =
        sf_door_ask(&world->door, (struct sf_tenant_id){request->home},
                    (struct sf_camera_id){request->camera}, request->integration);
    bool picture = status == SF_CACHE_STATUS_OK && door == SF_DOOR_OPEN;
    uint32_t bytes = picture ? total_bytes : CONTROL_BYTES;
    struct message *message =
        message_create(world, MESSAGE_ANSWER, request->home, false, bytes, picture);
    message->viewer = request->viewer;
    message->number = request->number;
    message->picture = picture;
    message->transfer.ready_bytes = picture ? 0 : bytes;
    request->answer = message->handle;
    world_trace(world, (struct sf_record){
                           .kind = (uint16_t)(door == SF_DOOR_OPEN ? SF_RECORD_ANSWERED
                                                                   : SF_RECORD_REFUSED),
                           .flags = (uint16_t)(door == SF_DOOR_OPEN ? status : (uint32_t)door),
                           .who = viewer_number(request->home, request->viewer),
                           .a = door != SF_DOOR_OPEN ? request->camera
                                : picture            ? total_bytes
                                                     : 0,
                           .b = (uint32_t)message->handle,
                           .c = request_number(request->home, request->viewer, request->number),
                       });
    if (!picture) {
        message_send(world, message);
    }
    return picture ? message : NULL;
}

static void answer_bytes(struct world *world, const struct request *request, const uint8_t *bytes,
                         uint32_t count)
{
    struct message *message = message_get(world, request->answer);
    if (message == NULL || !message->picture || message->transfer.sender_done) {
        return; /* stopped since: the viewer is gone, or the operator has blocked the path */
    }
    memcpy(message->payload->bytes + message->transfer.ready_bytes, bytes, count);
    message->transfer.ready_bytes += count;
    message_send(world, message);
}

static void answer_end(struct world *world, const struct request *request, bool aborted)
{
    struct message *message = message_get(world, request->answer);
    if (aborted && message != NULL && message->picture) {
        message_stop_sending(world, message);
    }
}

static void request_release(struct world *world, struct request *request)
{
    struct viewer_state *state = &world->homes[request->home].viewers[request->viewer];
    if (state->cloud_request == request->handle) {
        state->cloud_request = 0;
    }
    sf_slots_give(&world->requests, request->handle);
}

/* ---- fetches ---- */

static sf_handle fetch_start(struct world *world, uint32_t camera, sf_handle host_fetch,
                             sf_handle request)
{
    void *item;
    sf_handle handle = sf_slots_take(&world->fetches, &item);
    *(struct fetch *)item =
        (struct fetch){.host_fetch = host_fetch, .request = request, .camera = camera};
    world_trace(world, (struct sf_record){.kind = SF_RECORD_FETCH, .who = camera, .c = handle});
    struct message *command =
        message_create(world, MESSAGE_COMMAND, camera, false, CONTROL_BYTES, false);
    command->subject = handle;
    message_send(world, command);
    world_push(world, EVENT_FETCH_LIMIT, camera, 0, handle,
               world_now(world) + FETCH_LIMIT_S * SF_SECOND);
    return handle;
}

static void fetch_forget(struct world *world, sf_handle handle)
{
    struct fetch *fetch = sf_slots_get(&world->fetches, handle);
    if (fetch == NULL) {
        return;
    }
    struct message *reply = fetch->reply != 0 ? message_get(world, fetch->reply) : NULL;
    sf_slots_give(&world->fetches, handle);
    if (reply != NULL) {
        message_stop_receiving(world, reply);
    }
}

static void trace_fetch_ended(struct world *world, sf_handle handle, const struct fetch *fetch,
                              uint32_t received_bytes, bool complete)
{
    world_trace(world, (struct sf_record){
                           .kind = SF_RECORD_FETCH_ENDED,
                           .flags = complete ? SF_CACHE_END_COMPLETE : SF_CACHE_END_ABANDONED,
                           .who = fetch->camera,
                           .b = received_bytes,
                           .c = handle,
                       });
}

static uint32_t received_bytes(const struct message *message)
{
    uint64_t bytes = (uint64_t)message->transfer.arrived_count * SF_PACKET_PAYLOAD_BYTES;
    return bytes < message->transfer.total_bytes ? (uint32_t)bytes : message->transfer.total_bytes;
}

/* The app's own path: whatever the camera sent goes to the app as it is, when it is whole. */
static void relay(struct world *world, sf_handle request_handle, const struct message *still)
{
    struct request *request = sf_slots_get(&world->requests, request_handle);
    if (request == NULL || request->answered) {
        return;
    }
    uint32_t total_bytes = still->transfer.total_bytes;
    if (answer_begin(world, request, SF_CACHE_STATUS_OK, total_bytes) != NULL) {
        answer_bytes(world, request, still->payload->bytes, total_bytes);
    }
}

static void fetched_fragment(struct world *world, struct message *message, uint32_t index,
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
        sf_cache_host_fetch_part(
            &world->host, host_fetch, message->capture, message->transfer.total_bytes, offset,
            message->payload->bytes + offset, sf_transfer_length(&message->transfer, index));
    }
    /* The cache may have cancelled the fetch from inside that call. */
    fetch = sf_slots_get(&world->fetches, message->subject);
    if (!last || fetch == NULL) {
        return;
    }
    struct fetch ended = *fetch;
    trace_fetch_ended(world, message->subject, &ended, message->transfer.total_bytes, true);
    sf_slots_give(&world->fetches, message->subject);
    if (host_fetch != 0) {
        sf_cache_host_fetch_ended(&world->host, host_fetch, true);
    } else {
        relay(world, ended.request, message);
    }
}

void cloud_fetch_limit(struct world *world, sf_handle handle)
{
    const struct fetch *fetch = sf_slots_get(&world->fetches, handle);
    if (fetch == NULL) {
        return;
    }
    struct fetch ended = *fetch;
    const struct message *reply = ended.reply != 0 ? message_get(world, ended.reply) : NULL;
    trace_fetch_ended(world, handle, &ended, reply != NULL ? received_bytes(reply) : 0, false);
    fetch_forget(world, handle);
    if (ended.host_fetch != 0) {
        sf_cache_host_fetch_ended(&world->host, ended.host_fetch, false);
    }
}

/* ---- uploads ---- */

static void upload_begin(struct world *world, struct message *message)
{
    message->version = sf_cache_host_upload(
        &world->host, message->handle, camera_facts(world, message->home), message->capture,
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
                           .b = received_bytes(message),
                           .c = message->handle,
                       });
    if (message->version != NULL) {
        sf_cache_host_upload_ended(message->version, message->handle, complete,
                                   received_bytes(message));
    }
}

static void upload_fragment(struct world *world, struct message *message, uint32_t index, bool last)
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

/* ---- requests ---- */

static void refuse(struct world *world, struct request *request, enum sf_door_answer reason)
{
    request->answered = true;
    world_trace(world, (struct sf_record){
                           .kind = SF_RECORD_REFUSED,
                           .flags = (uint16_t)reason,
                           .who = viewer_number(request->home, request->viewer),
                           .a = request->camera,
                           .c = request_number(request->home, request->viewer, request->number),
                       });
    struct message *message =
        message_create(world, MESSAGE_ANSWER, request->home, false, CONTROL_BYTES, false);
    message->viewer = request->viewer;
    message->number = request->number;
    message_send(world, message);
}

static void admit(struct world *world, struct request *request, uint32_t connection)
{
    world_trace(world, (struct sf_record){
                           .kind = SF_RECORD_ADMITTED,
                           .flags = path_flag(request->viewer),
                           .who = viewer_number(request->home, request->viewer),
                           .a = request->camera,
                           .c = request_number(request->home, request->viewer, request->number),
                       });
    sf_handle handle = request->handle;
    sf_ns now_ns = world_now(world);
    world_push(world, EVENT_REQUEST_LIMIT, request->home, 0, handle,
               now_ns + 2 * world->cloud.request_deadline_ns);
    if (!request->integration) {
        request->fetch = fetch_start(world, request->camera, 0, handle);
        return;
    }
    sf_handle asked =
        sf_cache_host_request(&world->host, handle, camera_facts(world, request->camera),
                              viewer_number(request->home, request->viewer), request->home,
                              connection, true, now_ns + world->cloud.request_deadline_ns);
    request->asked_of_cache = asked;
}

static void request_arrived(struct world *world, const struct message *message)
{
    void *item;
    sf_handle handle = sf_slots_take(&world->requests, &item);
    struct request *request = item;
    struct viewer_state *viewer = &world->homes[message->home].viewers[message->viewer];
    bool stranger = viewer->viewer.config->asks_neighbour != 0;
    *request = (struct request){
        .handle = handle,
        .home = message->home,
        .camera = stranger ? (message->home + 1) % world->homes_count : message->home,
        .number = message->number,
        .viewer = message->viewer,
        .integration = message->viewer == VIEWER_HUB,
    };
    viewer->cloud_request = handle;
    enum sf_door_answer door =
        sf_door_ask(&world->door, (struct sf_tenant_id){request->home},
                    (struct sf_camera_id){request->camera}, request->integration);
    if (door == SF_DOOR_OPEN) {
        admit(world, request, message->connection);
    } else {
        refuse(world, request, door);
        request_release(world, request);
    }
}

/* Nobody waits for the request any more: what works on it stops, what answers it stops. */
static void request_stop(struct world *world, struct request *request)
{
    if (!request->answered) {
        world_trace(world, (struct sf_record){
                               .kind = SF_RECORD_CANCELLED,
                               .who = viewer_number(request->home, request->viewer),
                               .c = request_number(request->home, request->viewer, request->number),
                           });
    }
    struct message *answer = request->answer != 0 ? message_get(world, request->answer) : NULL;
    request->answered = true;
    fetch_forget(world, request->fetch);
    sf_cache_host_cancel(&world->host, request->asked_of_cache);
    request_release(world, request);
    if (answer != NULL) {
        message_stop_sending(world, answer);
    }
}

static void cancel_arrived(struct world *world, const struct message *message)
{
    sf_handle handle = world->homes[message->home].viewers[message->viewer].cloud_request;
    struct request *request = sf_slots_get(&world->requests, handle);
    if (request != NULL && request->number == message->number) {
        request_stop(world, request);
    }
}

void cloud_request_limit(struct world *world, sf_handle handle)
{
    struct request *request = sf_slots_get(&world->requests, handle);
    if (request != NULL) {
        request_stop(world, request);
    }
}

void cloud_stop_integration(struct world *world, uint32_t home_or_nobody)
{
    sf_handle handle = sf_slots_next(&world->requests, 0);
    while (handle != 0) {
        struct request *request = sf_slots_get(&world->requests, handle);
        bool concerned = home_or_nobody == SF_NOBODY || request->home == home_or_nobody;
        handle = sf_slots_next(&world->requests, handle);
        if (request->integration && concerned) {
            request_stop(world, request);
        }
    }
}

void cloud_fragment(struct world *world, struct message *message, uint32_t index, bool last)
{
    switch ((enum message_kind)message->kind) {
    case MESSAGE_UPLOAD:
        upload_fragment(world, message, index, last);
        return;
    case MESSAGE_FETCHED:
        fetched_fragment(world, message, index, last);
        return;
    case MESSAGE_REQUEST:
        if (last) {
            request_arrived(world, message);
        }
        return;
    case MESSAGE_CANCEL:
        if (last) {
            cancel_arrived(world, message);
        }
        return;
    case MESSAGE_CLOSE:
        if (last) {
            sf_cache_host_connection_closed(
                &world->host, viewer_number(message->home, message->viewer), message->connection);
        }
        return;
    case MESSAGE_COMMAND:
    case MESSAGE_ANSWER:
        break; /* these go down */
    }
    SF_UNREACHABLE();
}

/* ---- what the host of the cache needs ---- */

static sf_ns service_now(void *context)
{
    return world_now(context);
}

static void service_answer_begin(void *context, uint64_t handle, uint32_t status,
                                 uint32_t total_bytes)
{
    struct request *request = sf_slots_get(&((struct world *)context)->requests, handle);
    if (request != NULL && !request->answered) {
        answer_begin(context, request, status, total_bytes);
    }
}

static void service_answer_bytes(void *context, uint64_t handle, const uint8_t *bytes,
                                 uint32_t count)
{
    const struct request *request = sf_slots_get(&((struct world *)context)->requests, handle);
    if (request != NULL) {
        answer_bytes(context, request, bytes, count);
    }
}

static void service_answer_end(void *context, uint64_t handle, bool aborted)
{
    const struct request *request = sf_slots_get(&((struct world *)context)->requests, handle);
    if (request != NULL) {
        answer_end(context, request, aborted);
    }
}

static void service_timer_start(void *context, sf_handle timer, sf_ns delay_ns)
{
    world_push(context, EVENT_CACHE_TIMER, 0, 0, timer, world_now(context) + delay_ns);
}

static uint64_t service_fetch_start(void *context, sf_handle fetch, uint32_t camera)
{
    return fetch_start(context, camera, fetch, 0);
}

static void service_fetch_cancel(void *context, uint64_t fetch)
{
    fetch_forget(context, fetch);
}

static void service_contract_broken(void *context, uint32_t version, int32_t code, uint64_t subject)
{
    world_trace(context,
                (struct sf_record){
                    .kind = SF_RECORD_CONTRACT, .who = version, .a = (uint32_t)code, .c = subject});
}

static void service_log(void *context, uint32_t version, const char *text, uint32_t bytes)
{
    struct world *world = context;
    enum { LOG_BYTES_MAX = 1 << 16 };
    world_trace(world, (struct sf_record){.kind = SF_RECORD_CACHE_LOG, .who = version, .a = bytes});
    if (world->log.length < LOG_BYTES_MAX) {
        sf_text_add(&world->log, "%lld ms, cache %u: %.*s\n", (long long)(world_now(world) / SF_MS),
                    version + 1, (int)bytes, text);
    }
}

static void service_state(void *context, uint32_t index, uint32_t value)
{
    struct world *world = context;
    world->state[index] = value;
}

void cloud_start(struct world *world)
{
    world->services = (struct sf_cache_services){
        .context = world,
        .now_ns = service_now,
        .answer_begin = service_answer_begin,
        .answer_bytes = service_answer_bytes,
        .answer_end = service_answer_end,
        .timer_start = service_timer_start,
        .fetch_start = service_fetch_start,
        .fetch_cancel = service_fetch_cancel,
        .store_start = store_start,
        .contract_broken = service_contract_broken,
        .log = service_log,
        .state = service_state,
    };
    sf_cache_host_reset(&world->host, &world->services, world->seed, world->homes_count,
                        world->still_bytes_max, (uint64_t)world->cloud.cache_capacity_bytes);
}
