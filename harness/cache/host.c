/* What the host tells a plug-in, and the life of its versions. */
#include "harness/cache/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/cache/host_private.h"

/* A function of a plug-in that it may lack, or that its version of the header did not have. */
#define HAS(version, function)                                                \
    ((version)->cache != NULL && SF_CACHE_HAS((version)->plugin, function) && \
     (version)->plugin->function != NULL)

void sf_cache_host_init(struct sf_cache_host_state *host)
{
    *host = (struct sf_cache_host_state){0};
    sf_slots_init(&host->requests, sizeof(struct sf_host_request));
    sf_slots_init(&host->timers, sizeof(struct sf_host_timer));
    sf_slots_init(&host->fetches, sizeof(struct sf_host_fetch));
    sf_slots_init(&host->connections, sizeof(struct sf_host_connection));
}

static void destroy(struct sf_cache_version *version)
{
    if (version->cache != NULL) {
        version->plugin->destroy(version->cache);
        version->cache = NULL;
    }
}

void sf_cache_host_destroy_caches(struct sf_cache_host_state *host)
{
    for (uint32_t i = 0; i < host->versions_count; i++) {
        destroy(&host->versions[i]);
    }
    host->versions_count = 0;
}

void sf_cache_host_fini(struct sf_cache_host_state *host)
{
    sf_cache_host_destroy_caches(host);
    sf_slots_fini(&host->requests);
    sf_slots_fini(&host->timers);
    sf_slots_fini(&host->fetches);
    sf_slots_fini(&host->connections);
}

void sf_cache_host_reset(struct sf_cache_host_state *host, const struct sf_cache_services *services,
                         uint64_t seed, uint32_t cameras_count, uint32_t still_bytes_max,
                         uint64_t capacity_bytes)
{
    sf_cache_host_destroy_caches(host);
    sf_slots_reset(&host->requests);
    sf_slots_reset(&host->timers);
    sf_slots_reset(&host->fetches);
    sf_slots_reset(&host->connections);
    host->services = services;
    host->seed = seed;
    host->cameras_count = cameras_count;
    host->still_bytes_max = still_bytes_max;
    host->capacity_bytes = capacity_bytes;
}

static struct sf_cache_version *current(struct sf_cache_host_state *host)
{
    if (host->versions_count == 0) {
        return NULL;
    }
    struct sf_cache_version *version = &host->versions[host->versions_count - 1];
    return version->cache != NULL ? version : NULL;
}

static void collect(void *context, const uint8_t *bytes, uint64_t count)
{
    struct sf_text *text = context;
    if (bytes != NULL && count <= ((uint64_t)1 << 30) - text->length) {
        sf_text_add_bytes(text, bytes, count);
    }
}

static void hand_over(struct sf_cache_version *from, struct sf_cache_version *to)
{
    if (!HAS(from, export_state) || !HAS(to, import_state)) {
        return;
    }
    struct sf_text state = {0};
    const struct sf_cache_sink sink = {
        .struct_bytes = sizeof sink, .context = &state, .write = collect};
    from->plugin->export_state(from->cache, &sink);
    to->plugin->import_state(to->cache, from->plugin->name, from->plugin->version,
                             (const uint8_t *)state.data, state.length);
    sf_text_free(&state);
}

bool sf_cache_host_deploy(struct sf_cache_host_state *host, const struct sf_cache_module *module)
{
    SF_ASSERT(host->versions_count < SF_CACHE_VERSIONS_MAX);
    struct sf_cache_version *before = current(host);
    uint32_t index = host->versions_count++;
    struct sf_cache_version *version = &host->versions[index];
    *version = (struct sf_cache_version){.host = host, .plugin = module->plugin, .index = index};
    snprintf(version->options, sizeof version->options, "%s", module->options);
    sf_rng_init(&version->rng, host->seed, "cache", index);
    sf_cache_host_lend(version);

    const struct sf_cache_config config = {
        .struct_bytes = sizeof config,
        .nodes = 1,
        .still_bytes_max = host->still_bytes_max,
        .capacity_bytes = host->capacity_bytes,
        .options = version->options,
    };
    char error[256] = "";
    version->cache = module->plugin->create(&version->lent, &config, error, sizeof error);
    if (version->cache == NULL) {
        host->services->contract_broken(host->services->context, index, SF_CACHE_E_BAD_ARGUMENT, 0);
    } else if (before != NULL) {
        hand_over(before, version);
    }
    if (before != NULL) {
        before->draining = true;
    }
    return version->cache != NULL;
}

/* Gives back every handle of a table that belongs to `version`; the version pointer comes first in
 * each item. */
static void release_all(struct sf_slots *slots, const struct sf_cache_version *version)
{
    for (sf_handle handle = sf_slots_next(slots, 0); handle != 0;
         handle = sf_slots_next(slots, handle)) {
        struct sf_cache_version *const *owner = sf_slots_get(slots, handle);
        if (*owner == version) {
            sf_slots_give(slots, handle);
        }
    }
}

static void cancel_fetches(struct sf_cache_host_state *host, const struct sf_cache_version *version)
{
    for (sf_handle handle = sf_slots_next(&host->fetches, 0); handle != 0;
         handle = sf_slots_next(&host->fetches, handle)) {
        const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
        if (fetch->version == version) {
            host->services->fetch_cancel(host->services->context, fetch->world_fetch);
        }
    }
}

void sf_cache_host_sweep(struct sf_cache_host_state *host)
{
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = &host->versions[i];
        bool done =
            version->draining && version->requests_count == 0 && version->uploads_count == 0;
        if (done && version->cache != NULL) {
            cancel_fetches(host, version);
            destroy(version);
            release_all(&host->requests, version);
            release_all(&host->timers, version);
            release_all(&host->fetches, version);
            release_all(&host->connections, version);
        }
    }
}

/* ---- uploads ---- */

struct sf_cache_version *sf_cache_host_upload(struct sf_cache_host_state *host, uint64_t upload,
                                              struct sf_cache_host_camera camera, uint32_t capture,
                                              uint32_t total_bytes, int64_t captured_unix_ms)
{
    struct sf_cache_version *version = current(host);
    if (version == NULL) {
        return NULL;
    }
    version->uploads_count++;
    if (HAS(version, on_upload)) {
        const struct sf_cache_upload event = {
            .struct_bytes = sizeof event,
            .total_bytes = total_bytes,
            .upload = upload,
            .camera = sf_opaque(host->seed, SF_OPAQUE_CAMERA, camera.camera),
            .tenant = sf_opaque(host->seed, SF_OPAQUE_TENANT, camera.tenant),
            .model = sf_opaque(host->seed, SF_OPAQUE_MODEL, camera.model),
            .camera_slot = camera.slot,
            .capture = capture,
            .captured_unix_ms = captured_unix_ms,
        };
        version->plugin->on_upload(version->cache, &event);
    }
    return version;
}

void sf_cache_host_fragment(struct sf_cache_version *version, uint64_t upload, uint32_t offset,
                            const uint8_t *bytes, uint32_t count)
{
    if (HAS(version, on_upload_fragment)) {
        const struct sf_cache_fragment event = {
            .struct_bytes = sizeof event,
            .offset = offset,
            .upload = upload,
            .bytes = bytes,
            .bytes_count = count,
        };
        version->plugin->on_upload_fragment(version->cache, &event);
    }
}

void sf_cache_host_upload_ended(struct sf_cache_version *version, uint64_t upload, bool complete,
                                uint32_t received_bytes)
{
    SF_ASSERT(version->uploads_count > 0);
    version->uploads_count--;
    if (HAS(version, on_upload_ended)) {
        const struct sf_cache_upload_end event = {
            .struct_bytes = sizeof event,
            .end = complete ? SF_CACHE_END_COMPLETE : SF_CACHE_END_ABANDONED,
            .upload = upload,
            .received_bytes = received_bytes,
        };
        version->plugin->on_upload_ended(version->cache, &event);
    }
}

/* ---- requests ---- */

static uint64_t connection_number(uint32_t viewer, uint32_t connection)
{
    return (uint64_t)viewer << 32 | connection;
}

sf_handle sf_cache_host_request(struct sf_cache_host_state *host, uint64_t world_request,
                                struct sf_cache_host_camera camera, uint32_t viewer,
                                uint32_t viewer_tenant, uint32_t connection, bool integration,
                                sf_ns deadline_ns)
{
    struct sf_cache_version *version = current(host);
    if (version == NULL || !HAS(version, on_request)) {
        return 0;
    }
    void *item;
    sf_handle handle = sf_slots_take(&host->requests, &item);
    *(struct sf_host_request *)item =
        (struct sf_host_request){.version = version, .world_request = world_request};
    version->requests_count++;
    const struct sf_cache_request event = {
        .struct_bytes = sizeof event,
        .path = integration ? SF_CACHE_PATH_INTEGRATION : SF_CACHE_PATH_APP,
        .request = handle,
        .connection =
            sf_opaque(host->seed, SF_OPAQUE_CONNECTION, connection_number(viewer, connection)),
        .viewer = sf_opaque(host->seed, SF_OPAQUE_VIEWER, viewer),
        .tenant = sf_opaque(host->seed, SF_OPAQUE_TENANT, viewer_tenant),
        .camera = sf_opaque(host->seed, SF_OPAQUE_CAMERA, camera.camera),
        .model = sf_opaque(host->seed, SF_OPAQUE_MODEL, camera.model),
        .integration = integration ? sf_opaque(host->seed, SF_OPAQUE_INTEGRATION, 0) : 0,
        .deadline_ns = deadline_ns,
        .camera_slot = camera.slot,
    };
    version->plugin->on_request(version->cache, &event);
    return handle;
}

void sf_cache_host_cancel(struct sf_cache_host_state *host, sf_handle handle)
{
    struct sf_host_request *request = sf_slots_get(&host->requests, handle);
    if (request == NULL || request->phase == SF_REQUEST_ANSWERED ||
        request->phase == SF_REQUEST_CANCELLED) {
        return;
    }
    struct sf_cache_version *version = request->version;
    request->phase = SF_REQUEST_CANCELLED;
    version->requests_count--;
    if (HAS(version, on_request_cancelled)) {
        version->plugin->on_request_cancelled(version->cache, handle);
    }
}

void sf_cache_host_connection_closed(struct sf_cache_host_state *host, uint32_t viewer,
                                     uint32_t connection)
{
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = &host->versions[i];
        if (HAS(version, on_connection_closed)) {
            uint64_t number = connection_number(viewer, connection);
            version->plugin->on_connection_closed(
                version->cache, sf_opaque(host->seed, SF_OPAQUE_CONNECTION, number));
        }
    }
}

/* ---- what the cache had started ---- */

void sf_cache_host_timer_fired(struct sf_cache_host_state *host, sf_handle handle)
{
    const struct sf_host_timer *timer = sf_slots_get(&host->timers, handle);
    if (timer == NULL) {
        return; /* cancelled, or its version is gone */
    }
    struct sf_host_timer fired = *timer;
    sf_slots_give(&host->timers, handle);
    if (HAS(fired.version, on_timer)) {
        fired.version->plugin->on_timer(fired.version->cache, handle, fired.cookie);
    }
}

void sf_cache_host_fetch_part(struct sf_cache_host_state *host, sf_handle handle, uint32_t capture,
                              uint32_t total_bytes, uint32_t offset, const uint8_t *bytes,
                              uint32_t count)
{
    const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
    if (fetch == NULL || !HAS(fetch->version, on_fetch_part)) {
        return;
    }
    const struct sf_cache_fetch_part event = {
        .struct_bytes = sizeof event,
        .offset = offset,
        .fetch = handle,
        .cookie = fetch->cookie,
        .camera = fetch->camera,
        .total_bytes = total_bytes,
        .bytes_count = count,
        .bytes = bytes,
        .capture = capture,
    };
    fetch->version->plugin->on_fetch_part(fetch->version->cache, &event);
}

void sf_cache_host_fetch_ended(struct sf_cache_host_state *host, sf_handle handle, bool complete)
{
    const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
    if (fetch == NULL) {
        return;
    }
    struct sf_host_fetch ended = *fetch;
    sf_slots_give(&host->fetches, handle);
    if (HAS(ended.version, on_fetch_ended)) {
        const struct sf_cache_fetch_end event = {
            .struct_bytes = sizeof event,
            .end = complete ? SF_CACHE_END_COMPLETE : SF_CACHE_END_ABANDONED,
            .fetch = handle,
            .cookie = ended.cookie,
            .camera = ended.camera,
        };
        ended.version->plugin->on_fetch_ended(ended.version->cache, &event);
    }
}

void sf_cache_host_store_reply(struct sf_cache_host_state *host, uint64_t connection,
                               uint64_t cookie, uint32_t status, const uint8_t *bytes,
                               uint32_t count)
{
    const struct sf_host_connection *open = sf_slots_get(&host->connections, connection);
    if (open == NULL || !HAS(open->version, on_store_reply)) {
        return;
    }
    const struct sf_cache_store_reply event = {
        .struct_bytes = sizeof event,
        .status = status,
        .connection = connection,
        .cookie = cookie,
        .bytes = bytes,
        .bytes_count = count,
    };
    open->version->plugin->on_store_reply(open->version->cache, &event);
}

void sf_cache_host_unlinked(struct sf_cache_host_state *host, uint32_t tenant)
{
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = &host->versions[i];
        if (HAS(version, on_invalidate)) {
            const struct sf_cache_invalidation event = {
                .struct_bytes = sizeof event,
                .scope = SF_CACHE_SCOPE_LINK,
                .tenant = sf_opaque(host->seed, SF_OPAQUE_TENANT, tenant),
            };
            version->plugin->on_invalidate(version->cache, &event);
        }
    }
}
