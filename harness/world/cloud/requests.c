/* Requests in the cloud: accepted or refused at the front door, asked of the cache or of the
 * camera, cancelled. */
#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

static void request_release(struct world *world, struct request *request)
{
    sf_handle *link = &cloud_viewer(world, request->viewer)->latest;
    while (*link != request->handle) {
        struct request *newer = request_get(world, *link);
        SF_ASSERT(newer != NULL);
        link = &newer->older;
    }
    *link = request->older;
    sf_slots_give(&world->cloud.requests, request->handle);
}

void sf_cloud_refuse(struct world *world, struct request *request,
                     enum sf_authorisation_answer reason)
{
    SF_ASSERT(reason != SF_AUTHORISATION_OPEN);
    request->answered = true;
    world_trace(world, SF_RECORD(refused, .viewer = request->viewer,
                                 .reason = (enum sf_refusal)reason, .camera = request->camera,
                                 .request = request_number(request->viewer, request->number)));
    struct message *message =
        sf_message_control(world, MESSAGE_ANSWER, sf_home_of_viewer(request->viewer));
    message->answer = (struct answer_message){
        .viewer = request->viewer,
        .number = request->number,
        .session = request->session,
        .camera = request->named,
        .refusal = (uint8_t)reason,
    };
    sf_message_send(world, message);
    request_release(world, request);
}

/* ---- accepted ---- */

/* A job has longer. */
static sf_ns deadline_ns(const struct world *world, const struct request *request)
{
    bool job = sf_viewer_path(request->viewer) == SF_VIEWER_PATH_EXPORT;
    return job ? viewer_config(world, request->viewer)->time_out_ns
               : world->config.cloud.request_deadline_ns;
}

/* NULL: the usual one. */
static const char *still_name(const struct world *world, const struct request *request)
{
    const char *name = world->plan->texts[viewer_config(world, request->viewer)->name];
    return name[0] != '\0' ? name : NULL;
}

/* When every node is lost the load balancer answers in their place. */
static void ask_cache(struct world *world, struct request *request)
{
    if (sf_node_is_none(request->node)) {
        sf_cloud_answer_begin(world, request, SF_CACHE_STATUS_UNAVAILABLE, 0);
        return;
    }
    /* A front door without authorisation accepts requests without a session. */
    const struct sf_tenant_id known =
        sf_sessions_tenant_ever(&world->accounts.sessions, request->session);
    bool acts_for_owner =
        sf_authorisation_may_see(&world->accounts.authorisation, known, request->camera);
    const struct sf_tenant_id tenant = acts_for_owner ? owner_of(world, request->camera)
                                       : sf_tenant_is_none(known)
                                           ? account_of(world, sf_home_of_viewer(request->viewer))
                                           : known;
    struct sf_session_id renewal = sf_session_renew(world, request);
    const struct sf_cache_host_ask ask = {
        .world_request = request->handle,
        .camera = sf_cloud_camera_facts(world, request->camera),
        .viewer = sf_viewer_id(viewer_for_host(world, request->viewer)),
        .viewer_tenant = sf_tenant_id(home_number(world, sf_home_of_tenant(tenant))),
        .connection = request->connection,
        .front = request->front,
        .node = request->node,
        .session = sf_session_for_host(world, request->viewer, request->session),
        .path = sf_viewer_path(request->viewer),
        .deadline_ns = world_now(world) + deadline_ns(world, request),
        .session_renewal =
            sf_session_is_none(renewal) ? 0 : sf_session_for_host(world, request->viewer, renewal),
        .validator = request->holds,
        .range_offset = request->range_offset,
        .name = still_name(world, request),
    };
    sf_handle asked = sf_cache_host_request(&world->cloud.host, &ask);
    request->asked_of_cache = asked;
}

static void choose_node(struct world *world, struct request *request)
{
    const struct sf_balancer_ask ask = {
        .viewer_name = viewer_for_host(world, request->viewer),
        .connection = request->connection,
        .request = request->number,
        .camera_name = home_number(world, sf_home_of_camera(request->camera)),
    };
    request->node = sf_balancer_request(&world->cloud.balancer, request->viewer, &ask);
    request->front =
        sf_node_is_none(request->node) ? 0 : sf_balancer_front(&world->cloud.balancer, &ask);
}

/* The front door's own connections stay open when a viewer's is closed. */
static void tell_closed(struct world *world, struct sf_viewer_id viewer, uint32_t connection)
{
    if (world->cloud.balancer.front_connections == 0) {
        sf_cache_host_connection_closed(&world->cloud.host,
                                        sf_viewer_id(viewer_for_host(world, viewer)), connection);
    }
}

static void admit(struct world *world, struct request *request)
{
    sf_ns limit_ns = 2 * deadline_ns(world, request);
    sf_handle handle = request->handle;
    if (request_uses_cache(request)) {
        choose_node(world, request);
    }
    world_trace(world, SF_RECORD(admitted, .viewer = request->viewer, .camera = request->camera,
                                 .node = request->node,
                                 .request = request_number(request->viewer, request->number),
                                 .limit_ns = limit_ns, .flags = path_flag(request->viewer)));
    if (request->front != 0) {
        world_trace(world, SF_RECORD(passed_on, .viewer = request->viewer, .node = request->node,
                                     .connection = request->front,
                                     .request = request_number(request->viewer, request->number)));
    }
    sf_world_push(world, EVENT_REQUEST_LIMIT, sf_home_of_viewer(request->viewer).index, 0, handle,
                  world_now(world) + limit_ns);
    if (request_uses_cache(request)) {
        ask_cache(world, request);
    } else {
        request->fetch = sf_cloud_fetch_start(world, request->camera, 0, handle, 0);
    }
}

static void send_reset(struct world *world, struct sf_viewer_id viewer, uint32_t connection)
{
    struct message *message = sf_message_control(world, MESSAGE_RESET, sf_home_of_viewer(viewer));
    message->connection = (struct connection_message){.viewer = viewer, .connection = connection};
    sf_message_send(world, message);
}

/* Which camera is asked for: a stranger names its neighbour's; any other viewer names one relative
 * to its session. With a session of another account that is the camera at home where that session
 * was begun. */
static struct sf_camera_id camera_of(const struct world *world, const struct request_message *asked)
{
    const struct sf_tenant_id bearer =
        sf_sessions_tenant_ever(&world->accounts.sessions, asked->session);
    bool own = sf_tenant_is_none(bearer) ||
               sf_tenant_same(bearer, account_of(world, sf_home_of_viewer(asked->viewer)));
    if (own || viewer_config(world, asked->viewer)->asks_neighbour != 0) {
        return asked->camera;
    }
    return sf_camera_of_home(sf_home_of_viewer(sf_viewer_of_session(asked->session)));
}

static struct request *request_create(struct world *world, const struct request_message *asked)
{
    struct cloud_viewer *viewer = cloud_viewer(world, asked->viewer);
    void *item;
    sf_handle handle = sf_slots_take(&world->cloud.requests, &item);
    struct request *request = item;
    *request = (struct request){
        .handle = handle,
        .older = viewer->latest,
        .viewer = asked->viewer,
        .camera = camera_of(world, asked),
        .named = asked->camera,
        .number = asked->number,
        .connection = asked->connection,
        .session = asked->session,
        .camera_id = asked->camera_id,
        .direct = viewer_config(world, asked->viewer)->direct != 0,
        .range_offset = asked->range_offset,
        .holds = asked->validator,
    };
    viewer->latest = handle;
    return request;
}

void sf_cloud_request_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_REQUEST);
    const struct request_message *asked = &message->request;
    if (sf_balancer_is_broken(&world->cloud.balancer, asked->viewer, asked->connection)) {
        send_reset(world, asked->viewer, asked->connection);
        return;
    }
    uint32_t closed = cloud_viewer(world, asked->viewer)->closed_connection;
    if (asked->connection != 0 && asked->connection <= closed) {
        return; /* the end of its connection has overtaken it: nothing waits for an answer */
    }
    struct request *request = request_create(world, asked);
    if (request->direct) {
        sf_direct_relay(world, request);
        return;
    }
    enum sf_authorisation_answer authorised = sf_cloud_authorise(world, request);
    if (authorised == SF_AUTHORISATION_OPEN) {
        admit(world, request);
    } else {
        sf_cloud_refuse(world, request, authorised);
    }
}

/* ---- ended early ---- */

/* Nothing waits for the request any more: stops the work on it, and its answer. */
static void request_stop(struct world *world, struct request *request)
{
    if (!request->answered) {
        world_trace(world, SF_RECORD(cancelled, .viewer = request->viewer,
                                     .request = request_number(request->viewer, request->number)));
    }
    struct message *answer = sf_message_get(world, request->answer);
    request->answered = true;
    sf_cloud_fetch_forget(world, request->fetch);
    sf_cache_host_cancel(&world->cloud.host, request->asked_of_cache);
    request_release(world, request);
    if (answer != NULL) {
        sf_message_stop_sending(world, answer);
    }
}

/* The planted fault. */
static bool is_left_hanging(const struct world *world, const struct request *request)
{
    return world->config.cloud.limit_broken != 0 && !request->answered;
}

void sf_cloud_cancel_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_CANCEL);
    sf_handle handle = cloud_viewer(world, message->cancel.viewer)->latest;
    struct request *request = request_get(world, handle);
    while (request != NULL && request->number != message->cancel.number) {
        request = request_get(world, request->older);
    }
    if (request != NULL && !is_left_hanging(world, request)) {
        request_stop(world, request);
    }
}

/* The cancellation of a request on this connection may still be on its way, and so may the request:
 * all that is open there ends first, and no more requests are accepted. */
void sf_cloud_close_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_CLOSE);
    struct sf_viewer_id id = message->connection.viewer;
    uint32_t connection = message->connection.connection;
    struct cloud_viewer *viewer = cloud_viewer(world, id);
    if (connection > viewer->closed_connection) {
        viewer->closed_connection = connection;
    }
    sf_handle handle = viewer->latest;
    while (handle != 0) {
        struct request *request = request_get(world, handle);
        handle = request->older;
        if (request->connection == connection && !is_left_hanging(world, request)) {
            request_stop(world, request);
        }
    }
    sf_balancer_closed(&world->cloud.balancer, id, connection);
    tell_closed(world, id, connection);
}

void sf_cloud_request_limit(struct world *world, sf_handle handle)
{
    struct request *request = request_get(world, handle);
    if (request != NULL && !is_left_hanging(world, request)) {
        sf_cache_host_out_of_time(&world->cloud.host, request->asked_of_cache);
        request_stop(world, request);
    }
}

static void stop_integration(struct world *world, bool all, struct sf_tenant_id tenant)
{
    sf_handle handle = sf_slots_next(&world->cloud.requests, 0);
    while (handle != 0) {
        struct request *request = request_get(world, handle);
        bool concerned =
            all || sf_tenant_same(account_of(world, sf_home_of_viewer(request->viewer)), tenant);
        handle = sf_slots_next(&world->cloud.requests, handle);
        if (request_is_integration(request) && concerned) {
            request_stop(world, request);
        }
    }
}

void sf_cloud_stop_integration(struct world *world)
{
    stop_integration(world, true, sf_tenant_id(SF_NOBODY));
}

void sf_cloud_stop_integration_of(struct world *world, struct sf_tenant_id tenant)
{
    stop_integration(world, false, tenant);
}

void sf_cloud_stop_strangers(struct world *world, struct sf_camera_id camera)
{
    sf_handle handle = sf_slots_next(&world->cloud.requests, 0);
    while (handle != 0) {
        struct request *request = request_get(world, handle);
        handle = sf_slots_next(&world->cloud.requests, handle);
        const struct sf_tenant_id tenant =
            sf_sessions_tenant_ever(&world->accounts.sessions, request->session);
        if (!request->direct && sf_camera_same(request->camera, camera) &&
            !sf_authorisation_may_see(&world->accounts.authorisation, tenant, camera)) {
            request_stop(world, request);
        }
    }
}

void sf_cloud_requests_lost(struct world *world, struct sf_node_id node)
{
    struct sf_balancer *balancer = &world->cloud.balancer;
    sf_handle handle = sf_slots_next(&world->cloud.requests, 0);
    while (handle != 0) {
        struct request *request = request_get(world, handle);
        handle = sf_slots_next(&world->cloud.requests, handle);
        if (request_uses_cache(request) &&
            (sf_node_same(request->node, node) ||
             sf_balancer_is_with(balancer, request->viewer, request->connection, node))) {
            request_stop(world, request);
        }
    }
    for (uint32_t i = 0; i < balancer->viewers_count; i++) {
        const struct sf_viewer_id viewer = sf_viewer_id(i);
        uint32_t connection = sf_balancer_break(balancer, viewer, node);
        if (connection != 0) {
            tell_closed(world, viewer, connection);
            send_reset(world, viewer, connection);
        }
    }
}
