/* The edge's stills: what cameras send arrives in receptions of the store's, and goes back to it at
 * the end, unless a newer one has come meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/edge_private.h"

/* An upload on its way. */
struct upload {
    struct edge_key key;
    struct edge_reception *reception;
    bool ended; /* incomplete; kept for a store that takes what comes late */
};

/* ---- receptions ---- */

struct edge_reception *sf_edge_begin_aside(void *store, const struct edge_key *key,
                                           uint32_t total_bytes, int64_t now_ns)
{
    (void)store;
    (void)key;
    (void)now_ns;
    struct edge_reception *reception = sf_kit_alloc(1, sizeof *reception);
    reception->bytes = sf_kit_alloc(total_bytes, 1);
    reception->total_bytes = total_bytes;
    return reception;
}

void sf_edge_drop_aside(struct edge_reception *reception)
{
    free(reception->bytes);
    free(reception);
}

bool sf_edge_receive(struct edge_reception *reception, uint32_t offset, const uint8_t *bytes,
                     uint32_t count)
{
    bool fits = offset <= reception->total_bytes && count <= reception->total_bytes - offset;
    if (fits) {
        if (reception->bytes != NULL) {
            memcpy(reception->bytes + offset, bytes, count);
        }
        reception->received_bytes += count;
    }
    return fits;
}

void sf_edge_receive_aside(struct edge_reception **reception,
                           const struct sf_cache_fetch_part *part)
{
    if (*reception == NULL) {
        *reception = sf_edge_begin_aside(NULL, NULL, part->total_bytes, 0);
    }
    (*reception)->capture = part->capture;
    sf_edge_receive(*reception, part->offset, part->bytes, part->bytes_count);
}

static struct edge_reception *begin(struct edge *edge, const struct edge_key *key,
                                    uint32_t total_bytes)
{
    bool holds = edge->kind->begin_held != NULL && SF_CACHE_HAS(edge->host, drop);
    return (holds ? edge->kind->begin_held : edge->kind->begin)(edge->store, key, total_bytes,
                                                                sf_edge_now_ns(edge));
}

static void hold(const struct edge *edge, struct edge_reception *reception, uint64_t number)
{
    if (reception->bytes == NULL && edge->host->hold(edge->host->context, number, &reception->held,
                                                     &reception->hold) == SF_CACHE_DONE) {
        reception->holder = edge->host;
    }
}

void sf_edge_drop_held(struct edge_reception *reception)
{
    if (reception->holder != NULL) {
        reception->holder->drop(reception->holder->context, reception->hold);
        reception->holder = NULL;
    }
}

static void receive(const struct edge *edge, struct edge_reception *reception, uint32_t offset,
                    const uint8_t *bytes, uint32_t count)
{
    if (sf_edge_receive(reception, offset, bytes, count) && edge->kind->received != NULL) {
        edge->kind->received(edge->store, reception, offset, count);
    }
}

enum { OVERTAKEN_S = 15 };

/* A camera that restarts counts from 0 again; after a while it is believed. */
bool sf_edge_is_overtaken(void *context, const struct edge_key *key, uint32_t capture)
{
    struct edge *edge = context;
    struct edge_camera *camera = sf_edge_camera_of(edge, key->camera);
    int64_t now_ns = sf_edge_now_ns(edge);
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
                          struct edge_reception *reception, bool complete, uint64_t number)
{
    if (complete && sf_edge_is_overtaken(edge, key, reception->capture)) {
        reception->received_bytes = 0;
        complete = false;
    }
    if (complete) {
        hold(edge, reception, number);
        sf_edge_camera_of(edge, key->camera)->arrival = ++edge->arrivals;
    }
    return edge->kind->end(edge->store, key, reception, complete, sf_edge_now_ns(edge));
}

void sf_edge_end_receptions(struct edge *edge)
{
    for (size_t i = 0; i < edge->uploads.capacity; i++) {
        const struct upload *upload = edge->uploads.entries[i].value;
        if (upload != NULL && !upload->ended) {
            edge->kind->end(edge->store, &upload->key, upload->reception, false, 0);
        }
    }
    for (size_t i = 0; i < edge->cameras.capacity; i++) {
        const struct edge_camera *camera = edge->cameras.entries[i].value;
        if (camera != NULL && camera->fetching != NULL) {
            edge->kind->end(edge->store, &camera->key, camera->fetching, false, 0);
        }
    }
}

/* ---- uploads ---- */

struct edge_key sf_edge_key_of_upload(const struct sf_cache_upload *upload)
{
    return (struct edge_key){
        .tenant = upload->tenant,
        .camera = upload->camera,
        .model = upload->model,
        .serial = upload->serial,
        .camera_slot = upload->camera_slot,
    };
}

bool sf_edge_is_whole(const struct sf_cache_upload *upload)
{
    return !SF_CACHE_HAS(upload, kind) || upload->kind == SF_CACHE_STILL_WHOLE;
}

void sf_edge_on_upload(void *context, const struct sf_cache_upload *event)
{
    struct edge *edge = context;
    if (!sf_edge_is_whole(event)) {
        return;
    }
    struct upload *upload = sf_kit_alloc(1, sizeof *upload);
    upload->key = sf_edge_key_of_upload(event);
    upload->reception = begin(edge, &upload->key, event->total_bytes);
    upload->reception->capture = event->capture;
    upload->reception->flags = event->flags;
    upload->reception->validator = event->validator;
    sf_kit_map_put(&edge->uploads, event->upload, 0, upload);
}

void sf_edge_on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct edge *edge = context;
    const struct upload *upload = sf_kit_map_get(&edge->uploads, fragment->upload, 0);
    if (upload == NULL) { /* it has ended, and what comes late is of no use */
        return;
    }
    struct edge_reception *reception =
        upload->ended ? edge->kind->late(edge->store, upload->reception) : upload->reception;
    if (reception != NULL) {
        receive(edge, reception, fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

void sf_edge_on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct edge *edge = context;
    struct upload *upload = sf_kit_map_get(&edge->uploads, end->upload, 0);
    if (upload == NULL) {
        return;
    }
    upload->reception->received_bytes = end->received_bytes;
    bool complete = end->end == SF_CACHE_END_COMPLETE;
    if (end_reception(edge, &upload->key, upload->reception, complete, end->upload)) {
        sf_edge_arrived(edge, upload->key.camera);
    }
    if (!complete && edge->kind->late != NULL) {
        upload->ended = true;
    } else {
        free(sf_kit_map_remove(&edge->uploads, end->upload, 0));
    }
}

/* ---- fetches ---- */

void sf_edge_on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct edge *edge = context;
    struct edge_camera *camera = sf_kit_map_get(&edge->cameras, part->camera, 0);
    if (camera == NULL || !camera->fetch_running || camera->fetch != part->fetch) {
        return;
    }
    if (camera->fetching == NULL) {
        camera->fetching = begin(edge, &camera->key, part->total_bytes);
        camera->fetching->capture = part->capture;
        camera->fetching->flags = part->flags;
        camera->fetching->validator = part->validator;
    }
    receive(edge, camera->fetching, part->offset, part->bytes, part->bytes_count);
}

void sf_edge_on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct edge *edge = context;
    struct edge_camera *camera = sf_kit_map_get(&edge->cameras, end->camera, 0);
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
    if (end_reception(edge, &camera->key, reception, complete, end->fetch)) {
        sf_edge_arrived(edge, camera->id);
    }
}
