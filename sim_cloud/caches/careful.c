/* A sound cache that uses all of the interface: puts the rows that changed into the still that they
 * are of, asks cameras only for what it does not have, answers viewers with no more than they lack,
 * sends at the speed at which they take it, and says what is stale. It makes its own validators,
 * from all bytes of a still, for those of some firmware tell nothing apart. */
#include "sim_cloud/caches/careful.h"

#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"

struct careful_waiter {
    struct careful_waiter *next;
    struct careful_camera *camera;
    struct sf_cache_request request;
    uint64_t timer;
};

static struct careful_camera *camera_of(struct careful *cache, uint64_t tenant, uint64_t id)
{
    struct careful_camera *camera = sf_kit_map_get(&cache->cameras, tenant, id);
    if (camera == NULL) {
        camera = sf_kit_alloc(1, sizeof *camera);
        camera->tenant = tenant;
        camera->id = id;
        sf_kit_map_put(&cache->cameras, tenant, id, camera);
    }
    return camera;
}

/* ---- uploads ---- */

static void on_upload(void *context, const struct sf_cache_upload *upload)
{
    struct careful *cache = context;
    if (!cache->takes_uploads) {
        return;
    }
    struct careful_arrival *arrival =
        sf_careful_arrival_begin(upload->tenant, upload->camera, upload->total_bytes);
    arrival->capture = upload->capture;
    arrival->origin = upload->validator;
    if (upload->kind == SF_CACHE_STILL_DELTA) {
        arrival->delta = (struct rows_delta){
            .base_capture = upload->base_capture,
            .first_row = upload->first_row,
            .rows_count = upload->rows_count,
        };
    }
    sf_kit_map_put(&cache->uploads, upload->upload, 0, arrival);
}

static void on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct careful *cache = context;
    struct careful_arrival *arrival = sf_kit_map_get(&cache->uploads, fragment->upload, 0);
    if (arrival != NULL) {
        memcpy(arrival->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

/* ---- who waits ---- */

static void remove_waiter(struct careful *cache, struct careful_waiter *waiter)
{
    struct careful_waiter **link = &waiter->camera->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    cache->host->timer_cancel(cache->host->context, waiter->timer);
    sf_kit_map_remove(&cache->waiters, waiter->request.request, 0);
    free(waiter);
}

static void answer_waiters(struct careful *cache, struct careful_camera *camera)
{
    while (camera->waiters != NULL &&
           sf_careful_is_at_most(cache, camera->still, cache->fresh_ns)) {
        sf_careful_respond(cache, &camera->waiters->request, camera->still);
        remove_waiter(cache, camera->waiters);
    }
}

static void fetch(struct careful *cache, struct careful_camera *camera)
{
    const struct sf_cache_host *host = cache->host;
    /* Without uploads nothing else would tell of a change that the camera's validator does not. */
    bool may_ask = camera->still != NULL && cache->takes_uploads;
    uint64_t origin = may_ask ? camera->still->origin : 0;
    int32_t result = host->fetch_if_changed(host->context, camera->id, origin, 0, &camera->fetch);
    camera->fetch_running = result == SF_CACHE_DONE;
    if (camera->fetch_running) {
        sf_kit_map_put(&cache->fetches, camera->fetch, 0, camera);
    }
}

static struct careful_camera *fetching_camera(const struct careful *cache, uint64_t fetch)
{
    return sf_kit_map_get(&cache->fetches, fetch, 0);
}

static void fetch_over(struct careful *cache, struct careful_camera *camera)
{
    sf_kit_map_remove(&cache->fetches, camera->fetch, 0);
    camera->fetch_running = false;
    sf_careful_arrival_free(camera->fetching);
    camera->fetching = NULL;
}

static void stop_fetch_if_nobody_waits(struct careful *cache, struct careful_camera *camera)
{
    if (camera->waiters == NULL && camera->fetch_running && !cache->keeps_fetches) {
        cache->host->fetch_cancel(cache->host->context, camera->fetch);
        fetch_over(cache, camera);
    }
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct careful *cache = context;
    struct careful_arrival *arrival = sf_kit_map_remove(&cache->uploads, end->upload, 0);
    if (arrival != NULL && end->end == SF_CACHE_END_COMPLETE) {
        struct careful_camera *camera = camera_of(cache, arrival->tenant, arrival->camera);
        sf_careful_arrival_store(cache, camera, arrival);
        answer_waiters(cache, camera);
        stop_fetch_if_nobody_waits(cache, camera);
    }
    sf_careful_arrival_free(arrival);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct careful *cache = context;
    struct careful_camera *camera = camera_of(cache, request->tenant, request->camera);
    if (sf_careful_is_at_most(cache, camera->still, cache->fresh_ns)) {
        sf_careful_respond(cache, request, camera->still);
        return;
    }
    struct careful_waiter *waiter = sf_kit_alloc(1, sizeof *waiter);
    waiter->camera = camera;
    waiter->request = *request;
    waiter->next = camera->waiters;
    camera->waiters = waiter;
    sf_kit_map_put(&cache->waiters, request->request, 0, waiter);
    cache->host->timer_set(cache->host->context, cache->patience_ns, request->request,
                           &waiter->timer);
    if (!camera->fetch_running) {
        fetch(cache, camera);
    }
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct careful *cache = context;
    struct careful_waiter *waiter = sf_kit_map_get(&cache->waiters, request, 0);
    if (waiter != NULL) {
        struct careful_camera *camera = waiter->camera;
        remove_waiter(cache, waiter);
        stop_fetch_if_nobody_waits(cache, camera);
    }
    sf_careful_stop_sending(cache, request);
}

static void on_answer_progress(void *context, uint64_t request, uint32_t taken_bytes)
{
    sf_careful_send_on(context, request, taken_bytes);
}

static void on_timer(void *context, uint64_t timer, uint64_t request)
{
    (void)timer;
    struct careful *cache = context;
    struct careful_waiter *waiter = sf_kit_map_get(&cache->waiters, request, 0);
    if (waiter == NULL) {
        return;
    }
    struct careful_camera *camera = waiter->camera;
    bool usable = sf_careful_is_at_most(cache, camera->still, cache->stale_ns);
    sf_careful_respond(cache, &waiter->request, usable ? camera->still : NULL);
    remove_waiter(cache, waiter);
    stop_fetch_if_nobody_waits(cache, camera);
}

static void on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct careful_camera *camera = fetching_camera(context, part->fetch);
    if (camera == NULL) {
        return;
    }
    if (camera->fetching == NULL) {
        camera->fetching = sf_careful_arrival_begin(camera->tenant, camera->id, part->total_bytes);
        camera->fetching->capture = part->capture;
        camera->fetching->origin = part->validator;
    }
    memcpy(camera->fetching->bytes + part->offset, part->bytes, part->bytes_count);
}

static void on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct careful *cache = context;
    struct careful_camera *camera = fetching_camera(cache, end->fetch);
    if (camera == NULL) {
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE && camera->fetching != NULL) {
        sf_careful_arrival_store(cache, camera, camera->fetching);
    } else if (end->end == SF_CACHE_END_NOT_MODIFIED && camera->still != NULL) {
        camera->still->stored_ns = sf_careful_now(cache);
    }
    fetch_over(cache, camera);
    answer_waiters(cache, camera);
}

static void on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct careful *cache = context;
    for (size_t i = 0; i < cache->cameras.capacity; i++) {
        struct careful_camera *camera = cache->cameras.entries[i].value;
        bool concerned = camera != NULL && camera->tenant == invalidation->tenant &&
                         (invalidation->camera == 0 || camera->id == invalidation->camera);
        if (concerned) {
            sf_careful_still_drop(camera->still);
            camera->still = NULL;
        }
    }
}

/* ---- its life ---- */

#define CAREFUL_OPTION(...) KIT_OPTION_OF(struct careful, __VA_ARGS__),
#define OPTIONS(X)                            \
    X(patience_ms, 2500, 600000, patience_ns) \
    X(fresh_ms, 15000, 86400000, fresh_ns)    \
    X(stale_ms, 300000, 86400000, stale_ns)   \
    X(part_bytes, 4096, 1048576, part_bytes)  \
    X(parts_ahead, 3, 1000, parts_ahead)      \
    X(uploads, 1, 1, takes_uploads)           \
    X(keeps_fetches, 0, 1, keeps_fetches)

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    struct kit_option options[] = {OPTIONS(CAREFUL_OPTION)};
    enum { OPTIONS_COUNT = sizeof options / sizeof options[0] };
    if (!sf_kit_options_read(config->options, options, OPTIONS_COUNT, error, error_bytes)) {
        return NULL;
    }
    struct careful *cache = sf_kit_alloc(1, sizeof *cache);
    cache->host = host;
    sf_kit_options_apply(options, OPTIONS_COUNT, cache);
    return cache;
}

static void free_camera(struct careful_camera *camera)
{
    if (camera != NULL) {
        while (camera->waiters != NULL) {
            struct careful_waiter *next = camera->waiters->next;
            free(camera->waiters);
            camera->waiters = next;
        }
        sf_careful_arrival_free(camera->fetching);
        sf_careful_still_drop(camera->still);
        free(camera);
    }
}

static void destroy(void *context)
{
    struct careful *cache = context;
    for (size_t i = 0; i < cache->uploads.capacity; i++) {
        sf_careful_arrival_free(cache->uploads.entries[i].value);
    }
    for (size_t i = 0; i < cache->cameras.capacity; i++) {
        free_camera(cache->cameras.entries[i].value);
    }
    sf_kit_map_free(&cache->uploads);
    sf_careful_forget_sendings(cache);
    sf_kit_map_free(&cache->waiters);
    sf_kit_map_free(&cache->fetches);
    sf_kit_map_free(&cache->cameras);
    free(cache);
}

const struct sf_cache_plugin sf_builtin_careful = {
    .struct_bytes = sizeof(struct sf_cache_plugin),
    .abi = SF_CACHE_ABI,
    .name = "careful",
    .version = "1",
    .summary = "a sound cache that uses all of the interface: rows, validators, parts, renewals",
    .options = &OPTIONS(KIT_OPTION_TEXT)[1], /* without the first space */
    .create = create,
    .destroy = destroy,
    .on_upload = on_upload,
    .on_upload_fragment = on_upload_fragment,
    .on_upload_ended = on_upload_ended,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
    .on_timer = on_timer,
    .on_invalidate = on_invalidate,
    .on_answer_progress = on_answer_progress,
};
