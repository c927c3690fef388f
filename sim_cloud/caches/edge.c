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
    uint32_t newest_capture; /* that arrived whole */
    int64_t newest_ns;       /* when; 0: none has */
};

/* An upload on its way. */
struct upload {
    struct edge_key key;
    struct edge_reception *reception;
    bool ended; /* incomplete; kept for a store that takes what comes late */
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
    edge->patience_ns = kit_option_ns(&options[0]);
    edge->store = kind->create(options + 1, config);
    if (kind->start != NULL) {
        kind->start(edge->store, host);
    }
    return edge;
}

void *edge_store_of(void *context)
{
    return ((struct edge *)context)->store;
}

const struct sf_cache_host *edge_host_of(const void *context)
{
    return ((const struct edge *)context)->host;
}

int64_t edge_patience_ns(const void *context)
{
    return ((const struct edge *)context)->patience_ns;
}

int64_t edge_now_ns(const void *context)
{
    const struct edge *edge = context;
    return edge->host->now_ns(edge->host->context);
}

/* Gives every reception back to the store, so that the store can free what it made. The host may
 * not even be asked for the time any more. */
static void end_receptions(struct edge *edge)
{
    for (size_t i = 0; i < edge->uploads.capacity; i++) {
        const struct upload *upload = edge->uploads.entries[i].value;
        if (upload != NULL && !upload->ended) {
            edge->kind->end(edge->store, &upload->key, upload->reception, false, 0);
        }
    }
    for (size_t i = 0; i < edge->cameras.capacity; i++) {
        const struct camera *camera = edge->cameras.entries[i].value;
        if (camera != NULL && camera->fetching != NULL) {
            edge->kind->end(edge->store, &camera->key, camera->fetching, false, 0);
        }
    }
}

void edge_destroy(void *context)
{
    struct edge *edge = context;
    end_receptions(edge);
    edge->kind->destroy(edge->store);
    kit_map_free_all(&edge->uploads);
    kit_map_free_all(&edge->requests);
    kit_map_free_all(&edge->cameras);
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

size_t edge_waiting_count(const void *context)
{
    return ((const struct edge *)context)->requests.count;
}

void edge_answer(const struct sf_cache_host *host, uint64_t request, struct edge_still still)
{
    if (still.bytes != NULL) {
        host->answer(host->context, request, SF_CACHE_STATUS_OK, still.bytes, still.count);
    } else {
        host->answer(host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
}

static void say(struct edge *edge, uint64_t request, const struct edge_key *key,
                struct edge_still still, uint32_t flags)
{
    struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                    .flags = flags};
    if (edge->kind->say != NULL) {
        edge->kind->say(edge->store, key, still, &properties);
    } else if (flags == 0) {
        return;
    }
    edge->host->answer_properties(edge->host->context, request, &properties);
}

static void send(struct edge *edge, uint64_t request, const struct edge_key *key,
                 struct edge_still still)
{
    say(edge, request, key, still, 0);
    edge_answer(edge->host, request, still);
    if (edge->kind->served != NULL) {
        edge->kind->served(edge->store, key, still);
    }
}

void edge_arrived(void *context, uint64_t id)
{
    struct edge *edge = context;
    const struct camera *camera = kit_map_get(&edge->cameras, id, 0);
    struct waiter *waiter = camera != NULL ? camera->waiters : NULL;
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        struct edge_still still = edge->kind->fresh(edge->store, &waiter->key, edge_now_ns(edge));
        if (still.bytes != NULL) {
            send(edge, waiter->request, &waiter->key, still);
            remove_waiter(edge, waiter);
        }
        waiter = next;
    }
}

static void wait_for_camera(struct edge *edge, uint64_t request, const struct edge_key *key)
{
    struct camera *camera = camera_of(edge, key->camera);
    struct waiter *waiter = kit_alloc(1, sizeof *waiter);
    waiter->camera = camera;
    waiter->key = *key;
    waiter->request = request;
    waiter->next = camera->waiters;
    camera->waiters = waiter;
    kit_map_put(&edge->requests, request, 0, waiter);
    edge->host->timer_set(edge->host->context, edge->patience_ns, request, &waiter->timer);
    if (!camera->fetch_running) {
        camera->key = *key;
        camera->fetch_running = edge->host->fetch(edge->host->context, key->camera, key->camera,
                                                  &camera->fetch) == SF_CACHE_DONE;
    }
}

void edge_request(void *context, uint64_t request, const struct edge_key *key)
{
    struct edge *edge = context;
    struct edge_still still = edge->kind->fresh(edge->store, key, edge_now_ns(edge));
    if (still.bytes != NULL) {
        send(edge, request, key, still);
    } else {
        wait_for_camera(edge, request, key);
    }
}

struct edge_key edge_key_of_request(const struct sf_cache_request *request)
{
    return (struct edge_key){
        .tenant = request->tenant,
        .camera = request->camera,
        .model = request->model,
        .integration = request->integration,
        .serial = request->serial,
        .name = kit_hash(request->name, strlen(request->name)),
        .renewal = request->session_renewal,
        .camera_slot = request->camera_slot,
    };
}

void edge_on_request(void *edge, const struct sf_cache_request *request)
{
    struct edge_key key = edge_key_of_request(request);
    edge_request(edge, request->request, &key);
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
        edge->kind->end(edge->store, &camera->key, camera->fetching, false, edge_now_ns(edge));
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

static struct edge_still fallback(const struct edge *edge, const struct edge_key *key)
{
    return edge->kind->fallback != NULL ? edge->kind->fallback(edge->store, key, edge_now_ns(edge))
                                        : (struct edge_still){NULL, 0};
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
    struct edge_still still = fallback(edge, &waiter->key);
    if (still.bytes != NULL) {
        bool incomplete =
            edge->kind->incomplete != NULL && edge->kind->incomplete(edge->store, &waiter->key);
        say(edge, request, &waiter->key, still,
            SF_CACHE_ANSWER_STALE | (incomplete ? SF_CACHE_ANSWER_INCOMPLETE : 0u));
    }
    edge_answer(edge->host, request, still);
    remove_waiter(edge, waiter);
    stop_fetch_if_nobody_waits(edge, camera);
}

/* ---- stills that arrive ---- */

struct edge_reception *edge_begin_aside(void *store, const struct edge_key *key,
                                        uint32_t total_bytes, int64_t now_ns)
{
    (void)store;
    (void)key;
    (void)now_ns;
    struct edge_reception *reception = kit_alloc(1, sizeof *reception);
    reception->bytes = kit_alloc(total_bytes, 1);
    reception->total_bytes = total_bytes;
    return reception;
}

void edge_drop_aside(struct edge_reception *reception)
{
    free(reception->bytes);
    free(reception);
}

bool edge_receive(struct edge_reception *reception, uint32_t offset, const uint8_t *bytes,
                  uint32_t count)
{
    bool fits = offset <= reception->total_bytes && count <= reception->total_bytes - offset;
    if (fits) {
        memcpy(reception->bytes + offset, bytes, count);
        reception->received_bytes += count;
    }
    return fits;
}

static void receive(const struct edge *edge, struct edge_reception *reception, uint32_t offset,
                    const uint8_t *bytes, uint32_t count)
{
    if (edge_receive(reception, offset, bytes, count) && edge->kind->received != NULL) {
        edge->kind->received(edge->store, reception, offset, count);
    }
}

struct edge_key edge_key_of_upload(const struct sf_cache_upload *upload)
{
    return (struct edge_key){
        .tenant = upload->tenant,
        .camera = upload->camera,
        .model = upload->model,
        .serial = upload->serial,
        .camera_slot = upload->camera_slot,
    };
}

bool edge_is_whole(const struct sf_cache_upload *upload)
{
    return !SF_CACHE_HAS(upload, kind) || upload->kind == SF_CACHE_STILL_WHOLE;
}

void edge_on_upload(void *context, const struct sf_cache_upload *event)
{
    struct edge *edge = context;
    if (!edge_is_whole(event)) {
        return;
    }
    struct upload *upload = kit_alloc(1, sizeof *upload);
    upload->key = edge_key_of_upload(event);
    upload->reception =
        edge->kind->begin(edge->store, &upload->key, event->total_bytes, edge_now_ns(edge));
    upload->reception->capture = event->capture;
    upload->reception->flags = event->flags;
    upload->reception->validator = event->validator;
    kit_map_put(&edge->uploads, event->upload, 0, upload);
}

void edge_on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct edge *edge = context;
    const struct upload *upload = kit_map_get(&edge->uploads, fragment->upload, 0);
    if (upload == NULL) { /* it has ended, and what comes late is of no use */
        return;
    }
    struct edge_reception *reception =
        upload->ended ? edge->kind->late(edge->store, upload->reception) : upload->reception;
    if (reception != NULL) {
        receive(edge, reception, fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

enum { OVERTAKEN_S = 15 };

/* A camera that restarts counts from 0 again; after a while it is believed. */
bool edge_is_overtaken(void *context, const struct edge_key *key, uint32_t capture)
{
    struct edge *edge = context;
    struct camera *camera = camera_of(edge, key->camera);
    int64_t now_ns = edge_now_ns(edge);
    if (camera->newest_ns != 0 && camera->newest_capture > capture &&
        now_ns - camera->newest_ns <= OVERTAKEN_S * INT64_C(1000000000)) {
        return true;
    }
    camera->newest_capture = capture;
    camera->newest_ns = now_ns;
    return false;
}

/* Gives the reception back to the store: as if nothing had arrived if it was overtaken. */
static bool end_reception(struct edge *edge, const struct edge_key *key,
                          struct edge_reception *reception, bool complete)
{
    if (complete && edge_is_overtaken(edge, key, reception->capture)) {
        reception->received_bytes = 0;
        complete = false;
    }
    return edge->kind->end(edge->store, key, reception, complete, edge_now_ns(edge));
}

void edge_on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct edge *edge = context;
    struct upload *upload = kit_map_get(&edge->uploads, end->upload, 0);
    if (upload == NULL) {
        return;
    }
    upload->reception->received_bytes = end->received_bytes;
    bool complete = end->end == SF_CACHE_END_COMPLETE;
    if (end_reception(edge, &upload->key, upload->reception, complete)) {
        edge_arrived(edge, upload->key.camera);
    }
    if (!complete && edge->kind->late != NULL) {
        upload->ended = true;
    } else {
        free(kit_map_remove(&edge->uploads, end->upload, 0));
    }
}

void edge_on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct edge *edge = context;
    struct camera *camera = kit_map_get(&edge->cameras, part->camera, 0);
    if (camera == NULL || !camera->fetch_running || camera->fetch != part->fetch) {
        return;
    }
    if (camera->fetching == NULL) {
        camera->fetching =
            edge->kind->begin(edge->store, &camera->key, part->total_bytes, edge_now_ns(edge));
        camera->fetching->capture = part->capture;
        camera->fetching->flags = part->flags;
        camera->fetching->validator = part->validator;
    }
    receive(edge, camera->fetching, part->offset, part->bytes, part->bytes_count);
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
    if (end_reception(edge, &camera->key, reception, complete)) {
        edge_arrived(edge, camera->id);
    }
}

void edge_on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct edge *edge = context;
    if (edge->kind->forget != NULL) {
        edge->kind->forget(edge->store, invalidation->tenant);
    }
}
