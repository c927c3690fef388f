/* What the host tells a plug-in. */
#include "harness/cache/host.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/thread.h"
#include "harness/cache/host_private.h"

void sf_cache_host_init(struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    *host = (struct sf_cache_host_state){0};
    sf_slots_init(&host->requests, sizeof(struct sf_host_request));
    sf_slots_init(&host->timers, sizeof(struct sf_host_timer));
    sf_slots_init(&host->fetches, sizeof(struct sf_host_fetch));
    sf_slots_init(&host->connections, sizeof(struct sf_host_connection));
    sf_slots_init(&host->questions, sizeof(struct sf_host_question));
    sf_host_holds_init(host);
}

void sf_cache_host_fini(struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    sf_cache_host_destroy_caches(host);
    for (uint32_t i = 0; i < host->versions_capacity; i++) {
        free(host->versions[i]);
    }
    free(host->versions);
    sf_slots_fini(&host->requests);
    free(host->closed.handles);
    sf_slots_fini(&host->timers);
    sf_slots_fini(&host->fetches);
    sf_slots_fini(&host->connections);
    sf_slots_fini(&host->questions);
    sf_slots_fini(&host->holds);
}

void sf_cache_host_reset(struct sf_cache_host_state *host, const struct sf_cache_services *services,
                         uint64_t seed, uint32_t cameras_count, uint32_t still_bytes_max,
                         uint64_t capacity_bytes)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(services != NULL);
    SF_ASSERT(still_bytes_max > 0);
    sf_cache_host_destroy_caches(host);
    sf_slots_reset(&host->requests);
    host->closed.count = 0;
    host->closed.oldest = 0;
    host->closed.count_max = SF_CACHE_CLOSED_PER_CAMERA * cameras_count > SF_CACHE_CLOSED_MIN
                                 ? SF_CACHE_CLOSED_PER_CAMERA * cameras_count
                                 : SF_CACHE_CLOSED_MIN;
    sf_slots_reset(&host->timers);
    sf_slots_reset(&host->fetches);
    sf_slots_reset(&host->connections);
    sf_slots_reset(&host->questions);
    sf_slots_reset(&host->holds);
    host->lends = false;
    host->offered = NULL;
    host->services = services;
    host->thread = sf_thread();
    atomic_store(&host->called_from_afar, false);
    host->seed = seed;
    sf_opaque_init(&host->opaque, seed);
    host->cameras_count = cameras_count;
    host->still_bytes_max = still_bytes_max;
    host->capacity_bytes = capacity_bytes;
    host->fresh_within_ns = 0;
    host->nodes_count = 1;
    host->hand_over = SF_HAND_OVER_SOUND;
    sf_cache_host_set_bound(host, SF_CACHE_BOUND_FETCHES, 0);
    sf_cache_host_set_bound(host, SF_CACHE_BOUND_TIMERS, 0);
    sf_cache_host_set_bound(host, SF_CACHE_BOUND_CONNECTIONS, 0);
    memset(host->nodes, 0, sizeof host->nodes);
    host->refusal[0] = '\0';
    host->ended = (struct sf_cache_ended){0};
}

void sf_cache_host_set_bound(struct sf_cache_host_state *host, enum sf_cache_bound bound,
                             uint32_t count_max)
{
    static const uint32_t highest[SF_CACHE_BOUNDS_END] = {
        [SF_CACHE_BOUND_FETCHES] = SF_CACHE_FETCHES_MAX,
        [SF_CACHE_BOUND_TIMERS] = SF_CACHE_TIMERS_MAX,
        [SF_CACHE_BOUND_CONNECTIONS] = SF_CACHE_CONNECTIONS_MAX,
    };
    SF_ASSERT(count_max <= highest[bound]);
    host->bounds[bound] = count_max > 0 ? count_max : highest[bound];
}

void sf_cache_host_set_lends(struct sf_cache_host_state *host, bool lends)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(host->versions_count == 0);
    host->lends = lends;
}

/* ---- uploads ---- */

struct sf_cache_version *sf_cache_host_upload(struct sf_cache_host_state *host,
                                              struct sf_node_id node, uint64_t upload,
                                              struct sf_cache_host_camera camera,
                                              const struct sf_cache_host_still *still)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(still != NULL);
    struct sf_cache_version *version = sf_host_current(host, node);
    if (version == NULL) {
        return NULL;
    }
    version->uploads_count++;
    if (HAS(version, on_upload)) {
        const struct sf_cache_upload event = {
            .struct_bytes = sizeof event,
            .total_bytes = still->total_bytes,
            .upload = sf_host_told(host, SF_OPAQUE_UPLOAD, upload),
            .camera = sf_opaque(&host->opaque, SF_OPAQUE_CAMERA, camera.camera.index),
            .tenant = sf_opaque(&host->opaque, SF_OPAQUE_TENANT, camera.tenant.index),
            .model = sf_opaque(&host->opaque, SF_OPAQUE_MODEL, camera.model),
            .camera_slot = camera.slot,
            .capture = still->capture,
            .captured_unix_ms = still->captured_unix_ms,
            .validator = still->validator,
            .serial = sf_opaque(&host->opaque, SF_OPAQUE_SERIAL, camera.serial),
            .vary = still->vary,
            .flags = still->flags,
            .kind = still->kind,
            .base_capture = still->base_capture,
            .first_row = still->first_row,
            .rows_count = still->rows_count,
        };
        sf_host_enter(host, SF_CALLBACK_ON_UPLOAD, camera.camera.index, camera.camera.index);
        version->plugin->on_upload(version->cache, &event);
    }
    return version;
}

void sf_cache_host_fragment(struct sf_cache_version *version, struct sf_camera_id camera,
                            uint64_t upload, uint32_t offset, const uint8_t *bytes, uint32_t count)
{
    SF_ASSERT(version != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(count > 0);
    if (HAS(version, on_upload_fragment)) {
        const struct sf_cache_fragment event = {
            .struct_bytes = sizeof event,
            .offset = offset,
            .upload = sf_host_told(version->host, SF_OPAQUE_UPLOAD, upload),
            .bytes = bytes,
            .bytes_count = count,
        };
        sf_host_enter(version->host, SF_CALLBACK_ON_UPLOAD_FRAGMENT, camera.index, camera.index);
        version->plugin->on_upload_fragment(version->cache, &event);
    }
}

void sf_cache_host_upload_ended(struct sf_cache_version *version, struct sf_camera_id camera,
                                uint64_t upload, bool complete, uint32_t received_bytes)
{
    SF_ASSERT(version != NULL);
    struct sf_content *offered = sf_host_offered(version->host);
    if (sf_cache_version_is_gone(version)) {
        return; /* its node was lost */
    }
    SF_ASSERT(version->uploads_count > 0);
    version->uploads_count--;
    if (HAS(version, on_upload_ended)) {
        const struct sf_cache_upload_end event = {
            .struct_bytes = sizeof event,
            .end = complete ? SF_CACHE_END_COMPLETE : SF_CACHE_END_ABANDONED,
            .upload = sf_host_told(version->host, SF_OPAQUE_UPLOAD, upload),
            .received_bytes = received_bytes,
        };
        sf_host_enter(version->host, SF_CALLBACK_ON_UPLOAD_ENDED, camera.index, camera.index);
        sf_host_offer_to(version->host, event.upload, offered);
        version->plugin->on_upload_ended(version->cache, &event);
    }
    sf_host_offer_to(version->host, 0, NULL);
}

/* ---- requests ---- */

static uint64_t connection_number(struct sf_viewer_id viewer, uint32_t connection)
{
    return (uint64_t)viewer.index << 32 | connection;
}

/* One that the front door shares among viewers. */
static uint64_t front_number(struct sf_node_id node, uint32_t front)
{
    _Static_assert(SF_NODES_MAX <= UINT16_MAX, "a node has a number of 16 bits");
    return connection_number(sf_viewer_id(SF_NOBODY), node.index << 16 | front);
}

/* A cache is handed our number of a path. */
#define SAME_PATH(NAME, number) \
    _Static_assert((uint32_t)SF_VIEWER_PATH_##NAME == SF_CACHE_PATH_##NAME, "the same path");
SF_VIEWER_PATHS(SAME_PATH)
#undef SAME_PATH

sf_handle sf_cache_host_request(struct sf_cache_host_state *host,
                                const struct sf_cache_host_ask *ask)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(ask != NULL);
    struct sf_cache_version *version = sf_host_current(host, ask->node);
    if (version == NULL || !HAS(version, on_request)) {
        return 0;
    }
    void *item;
    sf_handle handle = sf_slots_take(&host->requests, &item);
    *(struct sf_host_request *)item = (struct sf_host_request){
        .version = version,
        .world_request = ask->world_request,
        .range_offset = ask->range_offset,
        .holds = ask->validator != 0,
    };
    version->requests_count++;
    bool integration = ask->path == SF_VIEWER_PATH_INTEGRATION;
    const struct sf_cache_request event = {
        .struct_bytes = sizeof event,
        .path = (uint32_t)ask->path,
        .request = sf_host_told(host, SF_OPAQUE_REQUEST, handle),
        .connection = sf_opaque(&host->opaque, SF_OPAQUE_CONNECTION,
                                ask->front != 0 ? front_number(ask->node, ask->front)
                                                : connection_number(ask->viewer, ask->connection)),
        .viewer = sf_opaque(&host->opaque, SF_OPAQUE_VIEWER, ask->viewer.index),
        .tenant = sf_opaque(&host->opaque, SF_OPAQUE_TENANT, ask->viewer_tenant.index),
        .camera = sf_opaque(&host->opaque, SF_OPAQUE_CAMERA, ask->camera.camera.index),
        .model = sf_opaque(&host->opaque, SF_OPAQUE_MODEL, ask->camera.model),
        .integration = integration ? sf_opaque(&host->opaque, SF_OPAQUE_INTEGRATION, 0) : 0,
        .deadline_ns = ask->deadline_ns,
        .camera_slot = ask->camera.slot,
        .token = sf_opaque(&host->opaque, SF_OPAQUE_TOKEN, ask->session),
        .session_renewal = ask->session_renewal != 0
                               ? sf_opaque(&host->opaque, SF_OPAQUE_TOKEN, ask->session_renewal)
                               : 0,
        .validator = ask->validator,
        .serial = sf_opaque(&host->opaque, SF_OPAQUE_SERIAL, ask->camera.serial),
        .name = ask->name != NULL ? ask->name : "still",
        .range_offset = ask->range_offset,
    };
    uint32_t home = sf_home_of_viewer(ask->viewer).index;
    ((struct sf_host_request *)item)->home = home;
    sf_host_enter(host, SF_CALLBACK_ON_REQUEST, home, home);
    version->plugin->on_request(version->cache, &event);
    return handle;
}

static void remember_closed(struct sf_cache_closed *closed, sf_handle request)
{
    if (closed->count == closed->capacity) {
        uint32_t wanted = closed->capacity > 0 ? 2 * closed->capacity : 256;
        closed->capacity = wanted < closed->count_max ? wanted : closed->count_max;
        closed->handles = sf_realloc(closed->handles, closed->capacity, sizeof *closed->handles);
    }
    closed->handles[closed->count++] = request;
}

void sf_host_closed(struct sf_cache_host_state *host, sf_handle request)
{
    SF_ASSERT(host != NULL);
    struct sf_cache_closed *closed = &host->closed;
    SF_ASSERT(closed->count <= closed->count_max);
    if (closed->count < closed->count_max) {
        remember_closed(closed, request);
        return;
    }
    sf_handle *oldest = &closed->handles[closed->oldest];
    if (sf_slots_get(&host->requests, *oldest) != NULL) { /* its version may be gone */
        sf_slots_give(&host->requests, *oldest);
    }
    *oldest = request;
    closed->oldest = (closed->oldest + 1) % closed->count_max;
}

void sf_cache_host_out_of_time(struct sf_cache_host_state *host, sf_handle handle)
{
    SF_ASSERT(host != NULL);
    const struct sf_host_request *request = sf_slots_get(&host->requests, handle);
    if (request != NULL && request->phase == SF_REQUEST_ANSWERING &&
        request->taken_bytes == request->announced_bytes) {
        (void)sf_host_broken(request->version, SF_CACHE_E_NOT_ENDED, handle);
    }
}

void sf_cache_host_cancel(struct sf_cache_host_state *host, sf_handle handle)
{
    SF_ASSERT(host != NULL);
    struct sf_host_request *request = sf_slots_get(&host->requests, handle);
    if (request == NULL || request->phase == SF_REQUEST_ANSWERED ||
        request->phase == SF_REQUEST_CANCELLED) {
        return;
    }
    struct sf_cache_version *version = request->version;
    request->phase = SF_REQUEST_CANCELLED;
    version->requests_count--;
    sf_host_closed(host, handle);
    if (HAS(version, on_request_cancelled)) {
        sf_host_enter(host, SF_CALLBACK_ON_REQUEST_CANCELLED, request->home, request->home);
        version->plugin->on_request_cancelled(version->cache,
                                              sf_host_told(host, SF_OPAQUE_REQUEST, handle));
    }
}

void sf_cache_host_connection_closed(struct sf_cache_host_state *host, struct sf_viewer_id viewer,
                                     uint32_t connection)
{
    SF_ASSERT(host != NULL);
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = host->versions[i];
        if (HAS(version, on_connection_closed)) {
            uint64_t number = connection_number(viewer, connection);
            uint32_t home = sf_home_of_viewer(viewer).index;
            sf_host_enter(host, SF_CALLBACK_ON_CONNECTION_CLOSED, home, home);
            version->plugin->on_connection_closed(
                version->cache, sf_opaque(&host->opaque, SF_OPAQUE_CONNECTION, number));
        }
    }
}

/* ---- what the cache had started ---- */

void sf_cache_host_timer_fired(struct sf_cache_host_state *host, sf_handle handle)
{
    SF_ASSERT(host != NULL);
    const struct sf_host_timer *timer = sf_slots_get(&host->timers, handle);
    if (timer == NULL) {
        return; /* cancelled, or its version is gone */
    }
    struct sf_host_timer fired = *timer;
    sf_slots_give(&host->timers, handle);
    if (HAS(fired.version, on_timer)) {
        sf_host_enter(host, SF_CALLBACK_ON_TIMER, fired.begun_for, fired.begun_for);
        fired.version->plugin->on_timer(fired.version->cache,
                                        sf_host_told(host, SF_OPAQUE_TIMER, handle), fired.cookie);
    }
}

void sf_cache_host_fetch_part(struct sf_cache_host_state *host, sf_handle handle,
                              const struct sf_cache_host_still *still, uint32_t offset,
                              const uint8_t *bytes, uint32_t count)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(still != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(count > 0);
    const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
    if (fetch == NULL || !HAS(fetch->version, on_fetch_part)) {
        return;
    }
    const struct sf_cache_fetch_part event = {
        .struct_bytes = sizeof event,
        .offset = offset,
        .fetch = sf_host_told(host, SF_OPAQUE_FETCH, handle),
        .cookie = fetch->cookie,
        .camera = fetch->camera,
        .total_bytes = still->total_bytes,
        .bytes_count = count,
        .bytes = bytes,
        .capture = still->capture,
        .validator = still->validator,
        .vary = still->vary,
        .flags = still->flags,
    };
    sf_host_enter(host, SF_CALLBACK_ON_FETCH_PART, fetch->about, fetch->begun_for);
    fetch->version->plugin->on_fetch_part(fetch->version->cache, &event);
}

void sf_cache_host_fetch_ended(struct sf_cache_host_state *host, sf_handle handle, uint32_t end)
{
    SF_ASSERT(host != NULL);
    struct sf_content *offered = sf_host_offered(host);
    const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
    if (fetch == NULL) {
        return;
    }
    struct sf_host_fetch ended = *fetch;
    sf_slots_give(&host->fetches, handle);
    if (HAS(ended.version, on_fetch_ended)) {
        const struct sf_cache_fetch_end event = {
            .struct_bytes = sizeof event,
            .end = end,
            .fetch = sf_host_told(host, SF_OPAQUE_FETCH, handle),
            .cookie = ended.cookie,
            .camera = ended.camera,
        };
        sf_host_enter(host, SF_CALLBACK_ON_FETCH_ENDED, ended.about, ended.begun_for);
        sf_host_offer_to(host, event.fetch, offered);
        ended.version->plugin->on_fetch_ended(ended.version->cache, &event);
    }
    sf_host_offer_to(host, 0, NULL);
}

void sf_cache_host_store_reply(struct sf_cache_host_state *host, uint64_t connection,
                               uint64_t cookie, uint32_t begun_for, uint32_t status,
                               const uint8_t *bytes, uint32_t count)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    const struct sf_host_connection *open = sf_slots_get(&host->connections, connection);
    if (open == NULL || !HAS(open->version, on_store_reply)) {
        return;
    }
    const struct sf_cache_store_reply event = {
        .struct_bytes = sizeof event,
        .status = status,
        .connection = sf_host_told(host, SF_OPAQUE_STORE_CONNECTION, connection),
        .cookie = cookie,
        .bytes = bytes,
        .bytes_count = count,
    };
    sf_host_enter(host, SF_CALLBACK_ON_STORE_REPLY, begun_for, begun_for);
    open->version->plugin->on_store_reply(open->version->cache, &event);
}

void sf_cache_host_invalidate(struct sf_cache_host_state *host, uint32_t scope,
                              struct sf_tenant_id tenant, struct sf_camera_id camera)
{
    bool one_camera = scope == SF_CACHE_SCOPE_CAMERA;
    SF_ASSERT(host != NULL);
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = host->versions[i];
        if (HAS(version, on_invalidate)) {
            const struct sf_cache_invalidation event = {
                .struct_bytes = sizeof event,
                .scope = scope,
                .tenant = sf_opaque(&host->opaque, SF_OPAQUE_TENANT, tenant.index),
                .camera = one_camera ? sf_opaque(&host->opaque, SF_OPAQUE_CAMERA, camera.index) : 0,
            };
            sf_host_enter(host, SF_CALLBACK_ON_INVALIDATE, tenant.index, tenant.index);
            version->plugin->on_invalidate(version->cache, &event);
        }
    }
}
