/* Requests in the cloud: let in or refused at the front door, asked of the cache or of the camera,
 * answered, cancelled. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/world/world.h"

/* ---- answers ---- */

/* Where the camera decides, the front door has no part in it. */
static enum sf_authorisation_answer ask_authorisation(const struct world *world,
                                                      const struct request *request)
{
    return request->direct
               ? SF_AUTHORISATION_OPEN
               : sf_authorisation_ask(&world->door, request->session,
                                      (struct sf_camera_id){request->camera}, request->integration);
}

_Static_assert((int)SF_REFUSED_NOT_OWNER == (int)SF_AUTHORISATION_NOT_OWNER, "a record's reasons");
_Static_assert((int)SF_REFUSED_NOT_LINKED == (int)SF_AUTHORISATION_NOT_LINKED,
               "a record's reasons");
_Static_assert((int)SF_REFUSED_KILL_SWITCH == (int)SF_AUTHORISATION_KILL_SWITCH,
               "a record's reasons");
_Static_assert((int)SF_REFUSED_NO_SESSION == (int)SF_AUTHORISATION_NO_SESSION,
               "a record's reasons");

/* The reply to a request that had been admitted: its answer, or a refusal after all. */
static void trace_reply(struct world *world, const struct request *request,
                        const struct message *message, enum sf_authorisation_answer door,
                        uint16_t status)
{
    struct sf_viewer_id viewer = sf_viewer_id(viewer_number(request->home, request->viewer));
    uint64_t number = request_number(request->home, request->viewer, request->number);
    uint32_t transfer = (uint32_t)message->handle;
    if (door == SF_AUTHORISATION_OPEN) {
        world_trace(world, SF_RECORD(answered, .viewer = viewer, .status = status,
                                     .bytes = message->picture ? message->transfer.total_bytes : 0,
                                     .transfer = transfer, .request = number));
    } else {
        world_trace(world, SF_RECORD(refused, .viewer = viewer, .reason = (enum sf_refusal)door,
                                     .camera = sf_camera_id(request->camera), .transfer = transfer,
                                     .request = number));
    }
}

struct message *sf_cloud_answer_begin(struct world *world, struct request *request, uint32_t status,
                                      uint32_t total_bytes)
{
    SF_ASSERT(!request->answered);
    request->answered = true;
    enum sf_authorisation_answer door = ask_authorisation(world, request);
    bool picture = sf_cache_status_has_bytes(status) && door == SF_AUTHORISATION_OPEN;
    uint32_t bytes = picture ? total_bytes : CONTROL_BYTES;
    struct message *message =
        sf_message_create(world, MESSAGE_ANSWER, request->home, false, bytes, picture);
    message->viewer = request->viewer;
    message->number = request->number;
    message->picture = picture;
    message->refusal = (uint8_t)door;
    message->session = request->session;
    message->subject = request->handle;
    message->status =
        (uint8_t)(door == SF_AUTHORISATION_OPEN ? status : SF_CACHE_STATUS_UNAVAILABLE);
    message->said = request->said;
    message->new_session = request->said_session;
    message->validator = request->said_validator;
    message->range_offset = status == SF_CACHE_STATUS_PARTIAL ? request->range_offset : 0;
    message->transfer.ready_bytes = picture ? 0 : bytes;
    request->answer = message->handle;
    trace_reply(world, request, message, door, (uint16_t)(status | request->said));
    if (!picture) {
        sf_message_send(world, message);
    }
    return picture ? message : NULL;
}

void sf_cloud_answer_bytes(struct world *world, const struct request *request, const uint8_t *bytes,
                           uint32_t count)
{
    struct message *message = sf_message_get(world, request->answer);
    if (message == NULL || !message->picture || message->transfer.sender_done) {
        return; /* stopped since: the viewer is gone, or the operator has blocked the path */
    }
    memcpy(message->payload->bytes + message->transfer.ready_bytes, bytes, count);
    message->transfer.ready_bytes += count;
    message->in_parts |= message->transfer.ready_bytes < message->transfer.total_bytes;
    sf_message_send(world, message);
}

void sf_cloud_answer_end(struct world *world, const struct request *request, bool aborted)
{
    struct message *message = sf_message_get(world, request->answer);
    if (aborted && message != NULL && message->picture) {
        sf_message_stop_sending(world, message);
    }
}

void sf_cloud_answer_taken(struct world *world, const struct message *answer)
{
    const struct request *request = sf_slots_get(&world->requests, answer->subject);
    if (request != NULL) {
        sf_cache_host_progress(&world->host, request->asked_of_cache,
                               sf_transfer_acked_bytes(&answer->transfer));
    }
}

static void request_release(struct world *world, struct request *request)
{
    sf_handle *link = &world->homes[request->home].viewers[request->viewer].cloud_request;
    while (*link != request->handle) {
        struct request *newer = sf_slots_get(&world->requests, *link);
        link = &newer->older;
    }
    *link = request->older;
    sf_slots_give(&world->requests, request->handle);
}

/* ---- requests ---- */

void sf_cloud_refuse(struct world *world, struct request *request,
                     enum sf_authorisation_answer reason)
{
    request->answered = true;
    world_trace(
        world,
        SF_RECORD(refused, .reason = (enum sf_refusal)reason,
                  .viewer = sf_viewer_id(viewer_number(request->home, request->viewer)),
                  .camera = sf_camera_id(request->camera),
                  .request = request_number(request->home, request->viewer, request->number)));
    struct message *message =
        sf_message_create(world, MESSAGE_ANSWER, request->home, false, CONTROL_BYTES, false);
    message->viewer = request->viewer;
    message->number = request->number;
    message->refusal = (uint8_t)reason;
    message->session = request->session;
    sf_message_send(world, message);
    request_release(world, request);
}

/* NULL: the usual one. */
static const char *still_name(const struct world *world, const struct request *request)
{
    const struct viewer_state *state = &world->homes[request->home].viewers[request->viewer];
    const char *name = world->plan->texts[state->viewer.config->name];
    return name[0] != '\0' ? name : NULL;
}

/* When every node is lost the load balancer answers by itself. */
static void ask_cache(struct world *world, struct request *request)
{
    if (request->node == SF_NOBODY) {
        sf_cloud_answer_begin(world, request, SF_CACHE_STATUS_UNAVAILABLE, 0);
        return;
    }
    /* Where the front door lets anybody in, whoever it is. */
    uint32_t known = sf_sessions_tenant_ever(&world->sessions, request->session);
    uint32_t tenant = known != SF_NOBODY ? known : request->home;
    uint64_t renewal = sf_session_renew(world, request);
    const struct sf_cache_host_ask ask = {
        .world_request = request->handle,
        .camera = sf_cloud_camera_facts(world, request->camera),
        .viewer = viewer_for_host(world, request->home, request->viewer),
        .viewer_tenant = home_number(world, tenant),
        .connection = request->connection,
        .node = request->node,
        .session = sf_session_for_host(world, request->home, request->viewer, request->session),
        .integration = request->integration,
        .deadline_ns = world_now(world) + sf_request_deadline_ns(world, request),
        .export_job = request->export_job,
        .session_renewal =
            renewal != 0 ? sf_session_for_host(world, request->home, request->viewer, renewal) : 0,
        .validator = request->holds,
        .range_offset = request->range_offset,
        .name = still_name(world, request),
    };
    sf_handle asked = sf_cache_host_request(&world->host, &ask);
    request->asked_of_cache = asked;
}

static void admit(struct world *world, struct request *request)
{
    sf_ns limit_ns = 2 * sf_request_deadline_ns(world, request);
    if (request_uses_cache(request)) {
        const struct sf_balancer_ask ask = {
            .viewer_name = viewer_for_host(world, request->home, request->viewer),
            .connection = request->connection,
            .request = request->number,
            .camera_name = home_number(world, request->camera),
        };
        request->node = sf_balancer_request(&world->balancer,
                                            viewer_number(request->home, request->viewer), &ask);
    }
    world_trace(
        world, SF_RECORD(admitted, .flags = path_flag(request->viewer),
                         .viewer = sf_viewer_id(viewer_number(request->home, request->viewer)),
                         .camera = sf_camera_id(request->camera), .node = sf_node_id(request->node),
                         .request = request_number(request->home, request->viewer, request->number),
                         .limit_ns = limit_ns));
    sf_handle handle = request->handle;
    sf_world_push(world, EVENT_REQUEST_LIMIT, request->home, 0, handle,
                  world_now(world) + limit_ns);
    if (!request_uses_cache(request)) {
        request->fetch = sf_cloud_fetch_start(world, request->camera, 0, handle, 0);
        return;
    }
    ask_cache(world, request);
}

static void send_reset(struct world *world, uint32_t home, uint8_t viewer, uint32_t connection)
{
    struct message *message =
        sf_message_create(world, MESSAGE_RESET, home, false, CONTROL_BYTES, false);
    message->viewer = viewer;
    message->connection = connection;
    sf_message_send(world, message);
}

/* Which camera is asked for: a stranger's neighbour's; else that of whoever's session it is, for a
 * viewer says "still" and no more. Each account has one camera. */
static uint32_t camera_of(const struct world *world, const struct message *message)
{
    const struct viewer_state *state = &world->homes[message->home].viewers[message->viewer];
    if (state->viewer.config->asks_neighbour != 0) {
        return (message->home + 1) % world->homes_count;
    }
    uint32_t tenant = sf_sessions_tenant_ever(&world->sessions, message->session);
    return tenant != SF_NOBODY ? tenant : message->home;
}

void sf_cloud_request_arrived(struct world *world, const struct message *message)
{
    uint32_t number = viewer_number(message->home, message->viewer);
    if (sf_balancer_is_broken(&world->balancer, number, message->connection)) {
        send_reset(world, message->home, message->viewer, message->connection);
        return;
    }
    struct viewer_state *viewer = &world->homes[message->home].viewers[message->viewer];
    if (message->connection != 0 && message->connection <= viewer->closed) {
        return; /* the end of its connection has overtaken it: nobody waits for an answer */
    }
    void *item;
    sf_handle handle = sf_slots_take(&world->requests, &item);
    struct request *request = item;
    *request = (struct request){
        .handle = handle,
        .older = viewer->cloud_request,
        .home = message->home,
        .camera = camera_of(world, message),
        .number = message->number,
        .viewer = message->viewer,
        .integration = message->viewer == VIEWER_HUB,
        .connection = message->connection,
        .session = message->session,
        .camera_id = message->camera_id,
        .direct = viewer->viewer.config->direct != 0,
        .export_job = message->viewer == VIEWER_EXPORT,
        .range_offset = message->range_offset,
        .holds = message->validator,
    };
    viewer->cloud_request = handle;
    if (request->direct) {
        sf_direct_relay(world, request);
        return;
    }
    enum sf_authorisation_answer door = ask_authorisation(world, request);
    if (door == SF_AUTHORISATION_OPEN) {
        admit(world, request);
    } else {
        sf_cloud_refuse(world, request, door);
    }
}

/* Nobody waits for the request any more: what works on it stops, what answers it stops. */
static void request_stop(struct world *world, struct request *request)
{
    if (!request->answered) {
        world_trace(
            world,
            SF_RECORD(cancelled,
                      .viewer = sf_viewer_id(viewer_number(request->home, request->viewer)),
                      .request = request_number(request->home, request->viewer, request->number)));
    }
    struct message *answer = request->answer != 0 ? sf_message_get(world, request->answer) : NULL;
    request->answered = true;
    sf_cloud_fetch_forget(world, request->fetch);
    sf_cache_host_cancel(&world->host, request->asked_of_cache);
    request_release(world, request);
    if (answer != NULL) {
        sf_message_stop_sending(world, answer);
    }
}

/* The planted fault. */
static bool is_left_hanging(const struct world *world, const struct request *request)
{
    return world->cloud.limit_broken != 0 && !request->answered;
}

void sf_cloud_cancel_arrived(struct world *world, const struct message *message)
{
    sf_handle handle = world->homes[message->home].viewers[message->viewer].cloud_request;
    struct request *request = sf_slots_get(&world->requests, handle);
    while (request != NULL && request->number != message->number) {
        request = sf_slots_get(&world->requests, request->older);
    }
    if (request != NULL && !is_left_hanging(world, request)) {
        request_stop(world, request);
    }
}

/* The cancellation of what was asked on the connection may still be on its way, and so may what was
 * asked: whatever is open there ends first, and nothing more is let in. */
void sf_cloud_close_arrived(struct world *world, const struct message *message)
{
    struct viewer_state *viewer = &world->homes[message->home].viewers[message->viewer];
    viewer->closed = message->connection > viewer->closed ? message->connection : viewer->closed;
    sf_handle handle = viewer->cloud_request;
    while (handle != 0) {
        struct request *request = sf_slots_get(&world->requests, handle);
        handle = request->older;
        if (request->connection == message->connection && !is_left_hanging(world, request)) {
            request_stop(world, request);
        }
    }
    sf_balancer_closed(&world->balancer, viewer_number(message->home, message->viewer),
                       message->connection);
    sf_cache_host_connection_closed(
        &world->host, viewer_for_host(world, message->home, message->viewer), message->connection);
}

void sf_cloud_request_limit(struct world *world, sf_handle handle)
{
    struct request *request = sf_slots_get(&world->requests, handle);
    if (request != NULL && !is_left_hanging(world, request)) {
        request_stop(world, request);
    }
}

void sf_cloud_stop_integration(struct world *world, uint32_t home_or_nobody)
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

void sf_cloud_requests_lost(struct world *world, uint32_t node)
{
    sf_handle handle = sf_slots_next(&world->requests, 0);
    while (handle != 0) {
        struct request *request = sf_slots_get(&world->requests, handle);
        uint32_t viewer = viewer_number(request->home, request->viewer);
        handle = sf_slots_next(&world->requests, handle);
        if (request_uses_cache(request) &&
            (request->node == node ||
             sf_balancer_is_with(&world->balancer, viewer, request->connection, node))) {
            request_stop(world, request);
        }
    }
    for (uint32_t i = 0; i < world->balancer.viewers_count; i++) {
        uint32_t connection = sf_balancer_break(&world->balancer, i, node);
        if (connection != 0) {
            uint32_t home = i / VIEWERS_PER_HOME;
            uint32_t viewer = i % VIEWERS_PER_HOME;
            sf_cache_host_connection_closed(&world->host, viewer_for_host(world, home, viewer),
                                            connection);
            send_reset(world, home, (uint8_t)viewer, connection);
        }
    }
}
