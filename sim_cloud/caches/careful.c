/* A sound cache that uses all of the interface: puts the rows that changed into the still that they
 * are of, asks cameras only for what it does not have, answers viewers with no more than they lack,
 * sends at the speed at which they take it, and says what is stale. It makes its own validators,
 * from all bytes of a still, for those of some firmware tell nothing apart. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/kit.h"
#include "sim_cloud/caches/rows.h"

#define MS_NS INT64_C(1000000)

enum { PART_BYTES = 4096, WINDOW_BYTES = 3 * PART_BYTES };

/* Kept while the store or an answer that is being sent needs it. */
struct still {
    uint32_t references;
    uint32_t count;
    uint32_t capture;
    uint64_t validator; /* ours */
    uint64_t origin;    /* the camera's */
    int64_t stored_ns;
    uint8_t *bytes;
};

/* An upload or a fetch on its way. */
struct arrival {
    uint64_t tenant;
    uint64_t camera;
    uint32_t total_bytes;
    uint32_t capture;
    uint64_t origin;
    struct rows_delta delta; /* rows_count 0: a whole still */
    uint8_t *bytes;
};

struct waiter {
    struct waiter *next;
    struct camera *camera;
    struct sf_cache_request request;
    uint64_t timer;
};

struct camera {
    uint64_t tenant;
    uint64_t id;
    struct still *still; /* NULL: none yet */
    struct waiter *waiters;
    struct arrival *fetching; /* NULL until the first part */
    uint64_t fetch;
    bool fetch_running;
};

/* An answer that is being sent in parts. */
struct sending {
    uint64_t request;
    struct still *still;
    uint32_t sent_bytes;
};

struct careful {
    const struct sf_cache_host *host;
    int64_t patience_ns;
    int64_t fresh_ns;
    int64_t stale_ns;
    struct kit_map cameras;  /* by tenant and camera */
    struct kit_map uploads;  /* by upload */
    struct kit_map waiters;  /* by request */
    struct kit_map fetches;  /* by fetch: its camera */
    struct kit_map sendings; /* by request */
};

static int64_t now(const struct careful *cache)
{
    return cache->host->now_ns(cache->host->context);
}

/* ---- stills ---- */

static void still_drop(struct still *still)
{
    if (still != NULL && --still->references == 0) {
        free(still->bytes);
        free(still);
    }
}

static struct camera *camera_of(struct careful *cache, uint64_t tenant, uint64_t id)
{
    struct camera *camera = kit_map_get(&cache->cameras, tenant, id);
    if (camera == NULL) {
        camera = kit_alloc(1, sizeof *camera);
        camera->tenant = tenant;
        camera->id = id;
        kit_map_put(&cache->cameras, tenant, id, camera);
    }
    return camera;
}

static bool is_at_most(const struct careful *cache, const struct still *still, int64_t age_ns)
{
    return still != NULL && now(cache) - still->stored_ns <= age_ns;
}

/* Takes over `bytes`. */
static void store(struct careful *cache, struct camera *camera, const struct arrival *arrival,
                  uint8_t *bytes, uint32_t count)
{
    /* Overtaken on its way. After a restart a camera counts from 0 again, and what there is grows
     * old. */
    if (is_at_most(cache, camera->still, cache->fresh_ns) &&
        camera->still->capture > arrival->capture) {
        free(bytes);
        return;
    }
    struct still *still = kit_alloc(1, sizeof *still);
    *still = (struct still){
        .references = 1,
        .count = count,
        .capture = arrival->capture,
        .validator = kit_hash(bytes, count),
        .origin = arrival->origin,
        .stored_ns = now(cache),
        .bytes = bytes,
    };
    still_drop(camera->still);
    camera->still = still;
}

/* ---- what arrives ---- */

static struct arrival *arrival_begin(uint64_t tenant, uint64_t camera, uint32_t total_bytes)
{
    struct arrival *arrival = kit_alloc(1, sizeof *arrival);
    arrival->tenant = tenant;
    arrival->camera = camera;
    arrival->total_bytes = total_bytes;
    arrival->bytes = kit_alloc(total_bytes, 1);
    return arrival;
}

static void arrival_free(struct arrival *arrival)
{
    if (arrival != NULL) {
        free(arrival->bytes);
        free(arrival);
    }
}

/* All of it is there. Rows of a still that is not the one here are of no use. */
static void arrival_store(struct careful *cache, struct camera *camera, struct arrival *arrival)
{
    uint8_t *bytes = arrival->bytes;
    uint32_t count = arrival->total_bytes;
    if (arrival->delta.rows_count > 0) {
        const struct still *base = camera->still;
        if (base == NULL || base->capture != arrival->delta.base_capture) {
            return;
        }
        bytes = rows_apply(base->bytes, base->count, &arrival->delta, arrival->bytes,
                           arrival->total_bytes, &count);
        if (bytes == NULL) {
            return;
        }
    } else {
        arrival->bytes = NULL;
    }
    store(cache, camera, arrival, bytes, count);
}

static void on_upload(void *context, const struct sf_cache_upload *upload)
{
    struct careful *cache = context;
    struct arrival *arrival = arrival_begin(upload->tenant, upload->camera, upload->total_bytes);
    arrival->capture = upload->capture;
    arrival->origin = upload->validator;
    if (upload->kind == SF_CACHE_STILL_DELTA) {
        arrival->delta = (struct rows_delta){
            .base_capture = upload->base_capture,
            .first_row = upload->first_row,
            .rows_count = upload->rows_count,
        };
    }
    kit_map_put(&cache->uploads, upload->upload, 0, arrival);
}

static void on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct careful *cache = context;
    struct arrival *arrival = kit_map_get(&cache->uploads, fragment->upload, 0);
    if (arrival != NULL) {
        memcpy(arrival->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

/* ---- answers ---- */

static void say(const struct careful *cache, const struct sf_cache_request *request,
                const struct still *still)
{
    const struct sf_cache_answer_properties properties = {
        .struct_bytes = sizeof properties,
        .flags = is_at_most(cache, still, cache->fresh_ns) ? 0 : SF_CACHE_ANSWER_STALE,
        .validator = still->validator,
        .session = request->session_renewal,
    };
    cache->host->answer_properties(cache->host->context, request->request, &properties);
}

static void send_more(struct careful *cache, struct sending *sending, uint32_t taken_bytes)
{
    const struct sf_cache_host *host = cache->host;
    const struct still *still = sending->still;
    while (sending->sent_bytes < still->count && sending->sent_bytes < taken_bytes + WINDOW_BYTES) {
        uint32_t left = still->count - sending->sent_bytes;
        uint32_t part = left < PART_BYTES ? left : PART_BYTES;
        host->answer_part(host->context, sending->request, still->bytes + sending->sent_bytes,
                          part);
        sending->sent_bytes += part;
    }
    if (sending->sent_bytes == still->count) {
        host->answer_end(host->context, sending->request);
        kit_map_remove(&cache->sendings, sending->request, 0);
        still_drop(sending->still);
        free(sending);
    }
}

static void send(struct careful *cache, uint64_t request, struct still *still)
{
    cache->host->answer_begin(cache->host->context, request, still->count);
    struct sending *sending = kit_alloc(1, sizeof *sending);
    sending->request = request;
    sending->still = still;
    still->references++;
    kit_map_put(&cache->sendings, request, 0, sending);
    send_more(cache, sending, 0);
}

static void on_answer_progress(void *context, uint64_t request, uint32_t taken_bytes)
{
    struct careful *cache = context;
    struct sending *sending = kit_map_get(&cache->sendings, request, 0);
    if (sending != NULL) {
        send_more(cache, sending, taken_bytes);
    }
}

static void respond(struct careful *cache, const struct sf_cache_request *request,
                    struct still *still)
{
    const struct sf_cache_host *host = cache->host;
    if (still == NULL) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        return;
    }
    say(cache, request, still);
    bool held = request->validator == still->validator;
    uint32_t offset = request->range_offset;
    if (held && offset == 0) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_NOT_MODIFIED, NULL, 0);
    } else if (held && offset < still->count) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_PARTIAL,
                     still->bytes + offset, still->count - offset);
    } else {
        send(cache, request->request, still);
    }
}

/* ---- who waits ---- */

static void remove_waiter(struct careful *cache, struct waiter *waiter)
{
    struct waiter **link = &waiter->camera->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    cache->host->timer_cancel(cache->host->context, waiter->timer);
    kit_map_remove(&cache->waiters, waiter->request.request, 0);
    free(waiter);
}

static void answer_waiters(struct careful *cache, struct camera *camera)
{
    while (camera->waiters != NULL && is_at_most(cache, camera->still, cache->fresh_ns)) {
        respond(cache, &camera->waiters->request, camera->still);
        remove_waiter(cache, camera->waiters);
    }
}

static void fetch(struct careful *cache, struct camera *camera)
{
    const struct sf_cache_host *host = cache->host;
    uint64_t origin = camera->still != NULL ? camera->still->origin : 0;
    int32_t result = host->fetch_if_changed(host->context, camera->id, origin, 0, &camera->fetch);
    camera->fetch_running = result == SF_CACHE_DONE;
    if (camera->fetch_running) {
        kit_map_put(&cache->fetches, camera->fetch, 0, camera);
    }
}

static struct camera *fetching_camera(const struct careful *cache, uint64_t fetch)
{
    return kit_map_get(&cache->fetches, fetch, 0);
}

static void fetch_over(struct careful *cache, struct camera *camera)
{
    kit_map_remove(&cache->fetches, camera->fetch, 0);
    camera->fetch_running = false;
    arrival_free(camera->fetching);
    camera->fetching = NULL;
}

static void stop_fetch_if_nobody_waits(struct careful *cache, struct camera *camera)
{
    if (camera->waiters == NULL && camera->fetch_running) {
        cache->host->fetch_cancel(cache->host->context, camera->fetch);
        fetch_over(cache, camera);
    }
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct careful *cache = context;
    struct arrival *arrival = kit_map_remove(&cache->uploads, end->upload, 0);
    if (arrival != NULL && end->end == SF_CACHE_END_COMPLETE) {
        struct camera *camera = camera_of(cache, arrival->tenant, arrival->camera);
        arrival_store(cache, camera, arrival);
        answer_waiters(cache, camera);
        stop_fetch_if_nobody_waits(cache, camera);
    }
    arrival_free(arrival);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct careful *cache = context;
    struct camera *camera = camera_of(cache, request->tenant, request->camera);
    if (is_at_most(cache, camera->still, cache->fresh_ns)) {
        respond(cache, request, camera->still);
        return;
    }
    struct waiter *waiter = kit_alloc(1, sizeof *waiter);
    waiter->camera = camera;
    waiter->request = *request;
    waiter->next = camera->waiters;
    camera->waiters = waiter;
    kit_map_put(&cache->waiters, request->request, 0, waiter);
    cache->host->timer_set(cache->host->context, cache->patience_ns, request->request,
                           &waiter->timer);
    if (!camera->fetch_running) {
        fetch(cache, camera);
    }
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct careful *cache = context;
    struct waiter *waiter = kit_map_get(&cache->waiters, request, 0);
    struct sending *sending = kit_map_remove(&cache->sendings, request, 0);
    if (waiter != NULL) {
        struct camera *camera = waiter->camera;
        remove_waiter(cache, waiter);
        stop_fetch_if_nobody_waits(cache, camera);
    }
    if (sending != NULL) {
        still_drop(sending->still);
        free(sending);
    }
}

static void on_timer(void *context, uint64_t timer, uint64_t request)
{
    (void)timer;
    struct careful *cache = context;
    struct waiter *waiter = kit_map_get(&cache->waiters, request, 0);
    if (waiter == NULL) {
        return;
    }
    struct camera *camera = waiter->camera;
    bool usable = is_at_most(cache, camera->still, cache->stale_ns);
    respond(cache, &waiter->request, usable ? camera->still : NULL);
    remove_waiter(cache, waiter);
    stop_fetch_if_nobody_waits(cache, camera);
}

static void on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct camera *camera = fetching_camera(context, part->fetch);
    if (camera == NULL) {
        return;
    }
    if (camera->fetching == NULL) {
        camera->fetching = arrival_begin(camera->tenant, camera->id, part->total_bytes);
        camera->fetching->capture = part->capture;
        camera->fetching->origin = part->validator;
    }
    memcpy(camera->fetching->bytes + part->offset, part->bytes, part->bytes_count);
}

static void on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct careful *cache = context;
    struct camera *camera = fetching_camera(cache, end->fetch);
    if (camera == NULL) {
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE && camera->fetching != NULL) {
        arrival_store(cache, camera, camera->fetching);
    } else if (end->end == SF_CACHE_END_NOT_MODIFIED && camera->still != NULL) {
        camera->still->stored_ns = now(cache);
    }
    fetch_over(cache, camera);
    answer_waiters(cache, camera);
}

static void on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct careful *cache = context;
    for (size_t i = 0; i < cache->cameras.capacity; i++) {
        struct camera *camera = cache->cameras.entries[i].value;
        bool concerned = camera != NULL && camera->tenant == invalidation->tenant &&
                         (invalidation->camera == 0 || camera->id == invalidation->camera);
        if (concerned) {
            still_drop(camera->still);
            camera->still = NULL;
        }
    }
}

/* ---- its life ---- */

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    struct kit_option options[] = {{"patience_ms", 2500, 600000},
                                   {"fresh_ms", 15000, 86400000},
                                   {"stale_ms", 300000, 86400000}};
    if (!kit_options_read(config->options, options, sizeof options / sizeof options[0], error,
                          error_bytes)) {
        return NULL;
    }
    struct careful *cache = kit_alloc(1, sizeof *cache);
    cache->host = host;
    cache->patience_ns = (int64_t)options[0].value * MS_NS;
    cache->fresh_ns = (int64_t)options[1].value * MS_NS;
    cache->stale_ns = (int64_t)options[2].value * MS_NS;
    return cache;
}

static void free_camera(struct camera *camera)
{
    if (camera != NULL) {
        while (camera->waiters != NULL) {
            struct waiter *next = camera->waiters->next;
            free(camera->waiters);
            camera->waiters = next;
        }
        arrival_free(camera->fetching);
        still_drop(camera->still);
        free(camera);
    }
}

static void destroy(void *context)
{
    struct careful *cache = context;
    for (size_t i = 0; i < cache->uploads.capacity; i++) {
        arrival_free(cache->uploads.entries[i].value);
    }
    for (size_t i = 0; i < cache->sendings.capacity; i++) {
        struct sending *sending = cache->sendings.entries[i].value;
        if (sending != NULL) {
            still_drop(sending->still);
            free(sending);
        }
    }
    for (size_t i = 0; i < cache->cameras.capacity; i++) {
        free_camera(cache->cameras.entries[i].value);
    }
    kit_map_free(&cache->uploads);
    kit_map_free(&cache->sendings);
    kit_map_free(&cache->waiters);
    kit_map_free(&cache->fetches);
    kit_map_free(&cache->cameras);
    free(cache);
}

const struct sf_cache_plugin sf_builtin_careful = {
    .struct_bytes = sizeof(struct sf_cache_plugin),
    .abi = SF_CACHE_ABI,
    .name = "careful",
    .version = "1",
    .summary = "a sound cache that uses all of the interface: rows, validators, parts, renewals",
    .options = "patience_ms=2500 fresh_ms=15000 stale_ms=300000",
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
