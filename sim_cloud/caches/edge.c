#include "sim_cloud/caches/edge.h"

#include <stdlib.h>
#include <string.h>

/* A request that waits for its camera. */
struct waiter {
    struct waiter *next; /* of the same camera */
    struct camera *camera;
    struct edge_key key;
    uint64_t request;
    uint64_t timer;
};

/* What the edge knows of a camera: who waits, and the still that is on its way because they do. */
struct camera {
    uint64_t id;
    struct waiter *waiters;
    struct edge_reception *fetching; /* NULL until the first part */
    struct edge_key key;
    uint64_t fetch;
    bool fetch_running;
};

/* An upload on its way. */
struct upload {
    struct edge_key key;
    struct edge_reception *reception;
};

struct edge {
    const struct edge_store *kind;
    void *store;
    const struct sf_cache_host *host;
    int64_t patience_ns;
    struct kit_map uploads;  /* by upload */
    struct kit_map cameras;  /* by camera */
    struct kit_map requests; /* by request: its waiter */
};

#define MS_NS INT64_C(1000000)

void *edge_create(const struct edge_store *kind, const struct sf_cache_host *host,
                  const struct sf_cache_config *config, char *error, uint32_t error_bytes)
{
    struct kit_option options[EDGE_OPTIONS_MAX + 1] = {{"patience_ms", 2500, 600000}};
    size_t count = 1;
    for (size_t i = 0; i < EDGE_OPTIONS_MAX && kind->options[i].name != NULL; i++) {
        options[count++] = kind->options[i];
    }
    if (!kit_options_read(config->options, options, count, error, error_bytes)) {
        return NULL;
    }
    struct edge *edge = kit_alloc(1, sizeof *edge);
    edge->kind = kind;
    edge->host = host;
    edge->patience_ns = (int64_t)options[0].value * MS_NS;
    edge->store = kind->create(options + 1, config);
    return edge;
}

static int64_t now(const struct edge *edge)
{
    return edge->host->now_ns(edge->host->context);
}

static void free_values(struct kit_map *map)
{
    for (size_t i = 0; i < map->capacity; i++) {
        free(map->entries[i].value);
    }
    kit_map_free(map);
}

/* Gives every reception back to the store, so that the store can free what it made. */
static void end_receptions(struct edge *edge)
{
    for (size_t i = 0; i < edge->uploads.capacity; i++) {
        const struct upload *upload = edge->uploads.entries[i].value;
        if (upload != NULL) {
            edge->kind->end(edge->store, &upload->key, upload->reception, false, now(edge));
        }
    }
    for (size_t i = 0; i < edge->cameras.capacity; i++) {
        const struct camera *camera = edge->cameras.entries[i].value;
        if (camera != NULL && camera->fetching != NULL) {
            edge->kind->end(edge->store, &camera->key, camera->fetching, false, now(edge));
        }
    }
}

void edge_destroy(void *context)
{
    struct edge *edge = context;
    end_receptions(edge);
    edge->kind->destroy(edge->store);
    free_values(&edge->uploads);
    free_values(&edge->requests);
    free_values(&edge->cameras);
    free(edge);
}

/* ---- who waits ---- */

static struct camera *camera_of(struct edge *edge, uint64_t id)
{
    struct camera *camera = kit_map_get(&edge->cameras, id, 0);
    if (camera == NULL) {
        camera = kit_alloc(1, sizeof *camera);
        camera->id = id;
        kit_map_put(&edge->cameras, id, 0, camera);
    }
    return camera;
}

static void remove_waiter(struct edge *edge, struct waiter *waiter)
{
    struct waiter **link = &waiter->camera->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    edge->host->timer_cancel(edge->host->context, waiter->timer);
    kit_map_remove(&edge->requests, waiter->request, 0);
    free(waiter);
}

static void send(struct edge *edge, uint64_t request, const struct edge_key *key,
                 struct edge_still still)
{
    if (still.bytes == NULL) {
        edge->host->answer(edge->host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        return;
    }
    edge->host->answer(edge->host->context, request, SF_CACHE_STATUS_OK, still.bytes, still.count);
    if (edge->kind->served != NULL) {
        edge->kind->served(edge->store, key, still);
    }
}

/* Answers everyone who waits for the camera and whose still is in the store now. */
static void answer_waiters(struct edge *edge, struct camera *camera)
{
    struct waiter *waiter = camera->waiters;
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        struct edge_still still = edge->kind->fresh(edge->store, &waiter->key, now(edge));
        if (still.bytes != NULL) {
            send(edge, waiter->request, &waiter->key, still);
            remove_waiter(edge, waiter);
        }
        waiter = next;
    }
}

static void wait_for_camera(struct edge *edge, const struct sf_cache_request *request,
                            const struct edge_key *key)
{
    struct camera *camera = camera_of(edge, request->camera);
    struct waiter *waiter = kit_alloc(1, sizeof *waiter);
    waiter->camera = camera;
    waiter->key = *key;
    waiter->request = request->request;
    waiter->next = camera->waiters;
    camera->waiters = waiter;
    kit_map_put(&edge->requests, request->request, 0, waiter);
    edge->host->timer_set(edge->host->context, edge->patience_ns, request->request, &waiter->timer);
    if (!camera->fetch_running) {
        camera->key = *key;
        camera->fetch_running = edge->host->fetch(edge->host->context, request->camera,
                                                  request->camera, &camera->fetch) == SF_CACHE_DONE;
    }
}

void edge_on_request(void *context, const struct sf_cache_request *request)
{
    struct edge *edge = context;
    struct edge_key key = {
        .tenant = request->tenant,
        .camera = request->camera,
        .model = request->model,
        .integration = request->integration,
    };
    struct edge_still still = edge->kind->fresh(edge->store, &key, now(edge));
    if (still.bytes != NULL) {
        send(edge, request->request, &key, still);
    } else {
        wait_for_camera(edge, request, &key);
    }
}

/* Nobody waits for the camera any longer: a still that may never come must not stand in the way of
 * the next request. */
static void stop_fetch_if_nobody_waits(struct edge *edge, struct camera *camera)
{
    if (camera->waiters != NULL || !camera->fetch_running) {
        return;
    }
    edge->host->fetch_cancel(edge->host->context, camera->fetch);
    camera->fetch_running = false;
    if (camera->fetching != NULL) {
        edge->kind->end(edge->store, &camera->key, camera->fetching, false, now(edge));
        camera->fetching = NULL;
    }
}

void edge_on_request_cancelled(void *context, uint64_t request)
{
    struct edge *edge = context;
    struct waiter *waiter = kit_map_get(&edge->requests, request, 0);
    if (waiter != NULL) {
        struct camera *camera = waiter->camera;
        remove_waiter(edge, waiter);
        stop_fetch_if_nobody_waits(edge, camera);
    }
}

static void say_stale(struct edge *edge, uint64_t request)
{
    const struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                          .flags = SF_CACHE_ANSWER_STALE};
    edge->host->answer_properties(edge->host->context, request, &properties);
}

/* The camera did not answer in time: what there is goes out. */
void edge_on_timer(void *context, uint64_t timer, uint64_t request)
{
    (void)timer;
    struct edge *edge = context;
    struct waiter *waiter = kit_map_get(&edge->requests, request, 0);
    if (waiter == NULL) {
        return;
    }
    struct camera *camera = waiter->camera;
    struct edge_still still = edge->kind->fallback(edge->store, &waiter->key, now(edge));
    if (still.bytes != NULL) {
        say_stale(edge, request);
        edge->host->answer(edge->host->context, request, SF_CACHE_STATUS_OK, still.bytes,
                           still.count);
    } else {
        edge->host->answer(edge->host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
    remove_waiter(edge, waiter);
    stop_fetch_if_nobody_waits(edge, camera);
}

/* ---- stills that arrive ---- */

static void receive(struct edge_reception *reception, uint32_t offset, const uint8_t *bytes,
                    uint32_t count)
{
    if (offset <= reception->total_bytes && count <= reception->total_bytes - offset) {
        memcpy(reception->bytes + offset, bytes, count);
        reception->received_bytes += count;
    }
}

void edge_on_upload(void *context, const struct sf_cache_upload *event)
{
    struct edge *edge = context;
    if (SF_CACHE_HAS(event, kind) && event->kind != SF_CACHE_STILL_WHOLE) {
        return; /* it keeps whole stills only */
    }
    struct upload *upload = kit_alloc(1, sizeof *upload);
    upload->key =
        (struct edge_key){.tenant = event->tenant, .camera = event->camera, .model = event->model};
    upload->reception = edge->kind->begin(edge->store, &upload->key, event->total_bytes);
    upload->reception->capture = event->capture;
    kit_map_put(&edge->uploads, event->upload, 0, upload);
}

void edge_on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct edge *edge = context;
    struct upload *upload = kit_map_get(&edge->uploads, fragment->upload, 0);
    if (upload != NULL) { /* NULL: it has ended, and what comes late is of no use */
        receive(upload->reception, fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

void edge_on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct edge *edge = context;
    struct upload *upload = kit_map_remove(&edge->uploads, end->upload, 0);
    if (upload == NULL) {
        return;
    }
    upload->reception->received_bytes = end->received_bytes;
    bool complete = end->end == SF_CACHE_END_COMPLETE;
    bool shows = edge->kind->end(edge->store, &upload->key, upload->reception, complete, now(edge));
    struct camera *camera = kit_map_get(&edge->cameras, upload->key.camera, 0);
    if (shows && camera != NULL) {
        answer_waiters(edge, camera);
    }
    free(upload);
}

void edge_on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct edge *edge = context;
    struct camera *camera = kit_map_get(&edge->cameras, part->camera, 0);
    if (camera == NULL || !camera->fetch_running || camera->fetch != part->fetch) {
        return;
    }
    if (camera->fetching == NULL) {
        camera->fetching = edge->kind->begin(edge->store, &camera->key, part->total_bytes);
        camera->fetching->capture = part->capture;
    }
    receive(camera->fetching, part->offset, part->bytes, part->bytes_count);
}

void edge_on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct edge *edge = context;
    struct camera *camera = kit_map_get(&edge->cameras, end->camera, 0);
    if (camera == NULL || !camera->fetch_running || camera->fetch != end->fetch) {
        return;
    }
    camera->fetch_running = false;
    if (camera->fetching == NULL) {
        return;
    }
    struct edge_reception *reception = camera->fetching;
    camera->fetching = NULL;
    bool complete = end->end == SF_CACHE_END_COMPLETE;
    if (edge->kind->end(edge->store, &camera->key, reception, complete, now(edge))) {
        answer_waiters(edge, camera);
    }
}

void edge_on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct edge *edge = context;
    if (edge->kind->forget != NULL) {
        edge->kind->forget(edge->store, invalidation->tenant);
    }
}
