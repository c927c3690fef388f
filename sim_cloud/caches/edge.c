#include "sim_cloud/caches/edge_private.h"

#include <stdlib.h>
#include <string.h>

/* A request that waits for its camera. */
struct edge_waiter {
    struct edge_waiter *next; /* of the same camera */
    struct edge_camera *camera;
    struct edge_key key;
    uint64_t request;
    uint64_t timer;
};

void *sf_edge_create(const struct edge_store *kind, const struct sf_cache_host *host,
                     const struct sf_cache_config *config, char *error, uint32_t error_bytes)
{
    struct kit_option options[EDGE_OPTIONS_MAX + 1] = {
        KIT_OPTION_OF(struct edge, patience_ms, 2500, 600000, patience_ns)};
    size_t count = 1;
    for (size_t i = 0; i < EDGE_OPTIONS_MAX && kind->options[i].name != NULL; i++) {
        options[count++] = kind->options[i];
    }
    if (!sf_kit_options_read(config->options, options, count, error, error_bytes)) {
        return NULL;
    }
    struct edge *edge = sf_kit_alloc(1, sizeof *edge);
    edge->kind = kind;
    edge->host = host;
    sf_kit_options_apply(options, 1, edge);
    edge->store = sf_kit_alloc(1, kind->store_bytes);
    sf_kit_options_apply(options + 1, count - 1, edge->store);
    if (kind->init != NULL) {
        kind->init(edge->store, host, config);
    }
    return edge;
}

void *sf_edge_store_of(void *context)
{
    return ((struct edge *)context)->store;
}

const struct sf_cache_host *sf_edge_host_of(const void *context)
{
    return ((const struct edge *)context)->host;
}

int64_t sf_edge_patience_ns(const void *context)
{
    return ((const struct edge *)context)->patience_ns;
}

int64_t sf_edge_now_ns(const void *context)
{
    const struct edge *edge = context;
    return edge->host->now_ns(edge->host->context);
}

void sf_edge_destroy(void *context)
{
    struct edge *edge = context;
    sf_edge_end_receptions(edge);
    if (edge->kind->fini != NULL) {
        edge->kind->fini(edge->store);
    }
    free(edge->store);
    sf_kit_map_free_all(&edge->uploads);
    sf_kit_map_free_all(&edge->requests);
    sf_kit_map_free_all(&edge->cameras);
    sf_kit_map_free_all(&edge->forgotten);
    sf_kit_map_free_all(&edge->forgotten_cameras);
    free(edge);
}

/* ---- who waits ---- */

struct edge_camera *sf_edge_camera_of(struct edge *edge, uint64_t id)
{
    struct edge_camera *camera = sf_kit_map_get(&edge->cameras, id, 0);
    if (camera == NULL) {
        camera = sf_kit_alloc(1, sizeof *camera);
        camera->id = id;
        sf_kit_map_put(&edge->cameras, id, 0, camera);
    }
    return camera;
}

static void remove_waiter(struct edge *edge, struct edge_waiter *waiter)
{
    struct edge_waiter **link = &waiter->camera->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    edge->host->timer_cancel(edge->host->context, waiter->timer);
    sf_kit_map_remove(&edge->requests, waiter->request, 0);
    free(waiter);
}

size_t sf_edge_waiting_count(const void *context)
{
    return ((const struct edge *)context)->requests.count;
}

void sf_edge_answer(const struct sf_cache_host *host, uint64_t request, struct edge_still still)
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
    sf_edge_answer(edge->host, request, still);
    if (edge->kind->served != NULL) {
        edge->kind->served(edge->store, key, still);
    }
}

/* Was it to be forgotten after its latest still arrived? */
static bool is_forgotten_by(const struct kit_map *forgotten, uint64_t tenant, uint64_t camera,
                            uint64_t arrival)
{
    const uint64_t *before = sf_kit_map_get(forgotten, tenant, camera);
    return before != NULL && arrival <= *before;
}

static bool is_forgotten(const struct edge *edge, const struct edge_key *key)
{
    const struct edge_camera *camera = sf_kit_map_get(&edge->cameras, key->camera, 0);
    uint64_t arrival = camera != NULL ? camera->arrival : 0;
    return is_forgotten_by(&edge->forgotten, key->tenant, 0, arrival) ||
           is_forgotten_by(&edge->forgotten_cameras, key->tenant, key->camera, arrival);
}

/* What the store has, unless it was to be forgotten. */
static struct edge_still fresh(const struct edge *edge, const struct edge_key *key)
{
    struct edge_still still = edge->kind->fresh(edge->store, key, sf_edge_now_ns(edge));
    return is_forgotten(edge, key) ? (struct edge_still){NULL, 0} : still;
}

bool sf_edge_has_forgotten(const void *edge, const struct edge_key *key)
{
    return is_forgotten(edge, key);
}

void sf_edge_arrived(void *context, uint64_t id)
{
    struct edge *edge = context;
    const struct edge_camera *camera = sf_kit_map_get(&edge->cameras, id, 0);
    struct edge_waiter *waiter = camera != NULL ? camera->waiters : NULL;
    while (waiter != NULL) {
        struct edge_waiter *next = waiter->next;
        struct edge_still still = fresh(edge, &waiter->key);
        if (still.bytes != NULL) {
            send(edge, waiter->request, &waiter->key, still);
            remove_waiter(edge, waiter);
        }
        waiter = next;
    }
}

static void wait_for_camera(struct edge *edge, uint64_t request, const struct edge_key *key)
{
    struct edge_camera *camera = sf_edge_camera_of(edge, key->camera);
    struct edge_waiter *waiter = sf_kit_alloc(1, sizeof *waiter);
    waiter->camera = camera;
    waiter->key = *key;
    waiter->request = request;
    waiter->next = camera->waiters;
    camera->waiters = waiter;
    sf_kit_map_put(&edge->requests, request, 0, waiter);
    edge->host->timer_set(edge->host->context, edge->patience_ns, request, &waiter->timer);
    if (!camera->fetch_running) {
        camera->key = *key;
        camera->fetch_running = edge->host->fetch(edge->host->context, key->camera, key->camera,
                                                  &camera->fetch) == SF_CACHE_DONE;
    }
}

void sf_edge_request(void *context, uint64_t request, const struct edge_key *key)
{
    struct edge *edge = context;
    struct edge_still still = fresh(edge, key);
    if (still.bytes != NULL) {
        send(edge, request, key, still);
    } else {
        wait_for_camera(edge, request, key);
    }
}

struct edge_key sf_edge_key_of_request(const struct sf_cache_request *request)
{
    return (struct edge_key){
        .tenant = request->tenant,
        .camera = request->camera,
        .model = request->model,
        .integration = request->integration,
        .serial = request->serial,
        .name = sf_kit_hash(request->name, strlen(request->name)),
        .renewal = request->session_renewal,
        .viewer = request->viewer,
        .camera_slot = request->camera_slot,
    };
}

void sf_edge_on_request(void *edge, const struct sf_cache_request *request)
{
    struct edge_key key = sf_edge_key_of_request(request);
    sf_edge_request(edge, request->request, &key);
}

/* No request waits for the camera any longer: a still that may never come must not stand in the way
 * of the next request. */
static void stop_fetch_if_nobody_waits(struct edge *edge, struct edge_camera *camera)
{
    if (camera->waiters != NULL || !camera->fetch_running) {
        return;
    }
    edge->host->fetch_cancel(edge->host->context, camera->fetch);
    camera->fetch_running = false;
    if (camera->fetching != NULL) {
        edge->kind->end(edge->store, &camera->key, camera->fetching, false, sf_edge_now_ns(edge));
        camera->fetching = NULL;
    }
}

void sf_edge_on_request_cancelled(void *context, uint64_t request)
{
    struct edge *edge = context;
    struct edge_waiter *waiter = sf_kit_map_get(&edge->requests, request, 0);
    if (waiter != NULL) {
        struct edge_camera *camera = waiter->camera;
        remove_waiter(edge, waiter);
        stop_fetch_if_nobody_waits(edge, camera);
    }
}

static struct edge_still fallback(const struct edge *edge, const struct edge_key *key)
{
    return edge->kind->fallback != NULL && !is_forgotten(edge, key)
               ? edge->kind->fallback(edge->store, key, sf_edge_now_ns(edge))
               : (struct edge_still){NULL, 0};
}

/* The camera did not answer in time: the fallback goes out. */
void sf_edge_on_timer(void *context, uint64_t timer, uint64_t request)
{
    (void)timer;
    struct edge *edge = context;
    struct edge_waiter *waiter = sf_kit_map_get(&edge->requests, request, 0);
    if (waiter == NULL) {
        return;
    }
    struct edge_camera *camera = waiter->camera;
    struct edge_still still = fallback(edge, &waiter->key);
    if (still.bytes != NULL) {
        bool incomplete =
            edge->kind->incomplete != NULL && edge->kind->incomplete(edge->store, &waiter->key);
        say(edge, request, &waiter->key, still,
            SF_CACHE_ANSWER_STALE | (incomplete ? SF_CACHE_ANSWER_INCOMPLETE : 0u));
    }
    sf_edge_answer(edge->host, request, still);
    remove_waiter(edge, waiter);
    stop_fetch_if_nobody_waits(edge, camera);
}

static void note_forgotten(const struct edge *edge, struct kit_map *forgotten, uint64_t tenant,
                           uint64_t camera)
{
    uint64_t *before = sf_kit_map_get(forgotten, tenant, camera);
    if (before == NULL) {
        before = sf_kit_alloc(1, sizeof *before);
        sf_kit_map_put(forgotten, tenant, camera, before);
    }
    *before = edge->arrivals;
}

void sf_edge_on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct edge *edge = context;
    if (invalidation->scope == SF_CACHE_SCOPE_CAMERA && edge->kind->forget_camera != NULL) {
        edge->kind->forget_camera(edge->store, invalidation->tenant, invalidation->camera);
    } else if (edge->kind->forget != NULL) {
        edge->kind->forget(edge->store, invalidation->tenant);
    }
    if (invalidation->scope == SF_CACHE_SCOPE_CAMERA) {
        note_forgotten(edge, &edge->forgotten_cameras, invalidation->tenant, invalidation->camera);
    } else if (invalidation->scope == SF_CACHE_SCOPE_TENANT) {
        note_forgotten(edge, &edge->forgotten, invalidation->tenant, 0);
    }
}
