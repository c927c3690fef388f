/* D26: a delta picture is decoded on another stream's reference.
 *
 * The engineer: "Cameras send whole stills now and then, and between them only the rows that
 * changed. The picture that rows are put into is the reference. We keep a few of them, in slots; a
 * camera that has none takes the slot that was used longest ago, and its next whole still fills
 * it."
 *
 * It goes wrong when that whole still is lost on the way and rows come first: they are put into
 * whatever picture sits in the slot.
 *
 * The defence: rows go only into the picture that they name, of the camera that sent them. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/rows.h"
#include "sim_cloud/caches/shelf.h"

enum { SLOTS_MAX = 4096 };

struct slot {
    uint64_t tenant; /* whose slot it is */
    uint64_t camera;
    int64_t used_ns;
    uint64_t picture_tenant; /* whose picture sits in it */
    uint64_t picture_camera;
    uint32_t capture;
    uint32_t count; /* 0: none */
    uint8_t *picture;
};

/* Rows on their way. */
struct arrival {
    struct edge_key key;
    struct rows_delta delta;
    uint32_t capture;
    uint32_t total_bytes;
    uint8_t *bytes;
};

struct store {
    struct shelf shelf;      /* first */
    struct kit_map arrivals; /* by upload */
    struct slot slots[SLOTS_MAX];
    uint32_t slots_max;
    uint32_t slots_count;
    uint32_t still_bytes_max;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(slots_max, 2, SLOTS_MAX - 1, slots_max) X(defence, 0, 1, shelf.defence)

static void arrival_free(struct arrival *arrival)
{
    free(arrival->bytes);
    free(arrival);
}

static void store_fini(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->arrivals.capacity; i++) {
        if (store->arrivals.entries[i].value != NULL) {
            arrival_free(store->arrivals.entries[i].value);
        }
    }
    sf_kit_map_free(&store->arrivals);
    for (uint32_t i = 0; i < SLOTS_MAX; i++) {
        free(store->slots[i].picture);
    }
    sf_shelf_fini(store);
}

/* ---- references ---- */

/* The camera's slot; one that it has not had before keeps the picture that sits in it. */
static struct slot *slot_of(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct slot *oldest = &store->slots[0];
    for (uint32_t i = 0; i < store->slots_count; i++) {
        struct slot *slot = &store->slots[i];
        if (slot->tenant == key->tenant && slot->camera == key->camera) {
            slot->used_ns = now_ns;
            return slot;
        }
        oldest = slot->used_ns < oldest->used_ns ? slot : oldest;
    }
    oldest->tenant = key->tenant;
    oldest->camera = key->camera;
    oldest->used_ns = now_ns;
    return oldest;
}

static void remember(struct store *store, const struct edge_key *key, uint32_t capture,
                     const uint8_t *bytes, uint32_t count, int64_t now_ns)
{
    struct slot *slot = slot_of(store, key, now_ns);
    uint8_t *picture = sf_kit_alloc_uncleared(count);
    memcpy(picture, bytes, count);
    free(slot->picture);
    slot->picture = picture;
    slot->count = count;
    slot->capture = capture;
    slot->picture_tenant = key->tenant;
    slot->picture_camera = key->camera;
}

static bool is_named(const struct slot *slot, const struct arrival *arrival)
{
    return slot->picture_tenant == arrival->key.tenant &&
           slot->picture_camera == arrival->key.camera &&
           slot->capture == arrival->delta.base_capture;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    if (complete) {
        remember(store, key, reception->capture, reception->bytes, reception->total_bytes, now_ns);
    } else {
        (void)slot_of(store, key, now_ns); /* its next one will fill it */
    }
    return sf_shelf_end(&store->shelf, key, reception, complete, now_ns);
}

/* ---- rows ---- */

static void on_upload(void *edge, const struct sf_cache_upload *upload)
{
    struct store *store = sf_edge_store_of(edge);
    if (sf_edge_is_whole(upload)) {
        sf_edge_on_upload(edge, upload);
        return;
    }
    struct arrival *arrival = sf_kit_alloc(1, sizeof *arrival);
    *arrival = (struct arrival){
        .key = sf_edge_key_of_upload(upload),
        .delta = {.base_capture = upload->base_capture,
                  .first_row = upload->first_row,
                  .rows_count = upload->rows_count},
        .capture = upload->capture,
        .total_bytes = upload->total_bytes,
        .bytes = sf_kit_alloc(upload->total_bytes, 1),
    };
    sf_kit_map_put(&store->arrivals, upload->upload, 0, arrival);
}

static void on_upload_fragment(void *edge, const struct sf_cache_fragment *fragment)
{
    struct store *store = sf_edge_store_of(edge);
    struct arrival *arrival = sf_kit_map_get(&store->arrivals, fragment->upload, 0);
    if (arrival == NULL) {
        sf_edge_on_upload_fragment(edge, fragment);
        return;
    }
    memcpy(arrival->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
}

static void show(void *edge, struct store *store, const struct arrival *arrival,
                 const uint8_t *bytes, uint32_t count)
{
    int64_t now_ns = sf_edge_now_ns(edge);
    remember(store, &arrival->key, arrival->capture, bytes, count, now_ns);
    if (sf_edge_is_overtaken(edge, &arrival->key, arrival->capture)) {
        return;
    }
    struct edge_reception *reception = sf_shelf_begin(&store->shelf, &arrival->key, count, now_ns);
    memcpy(reception->bytes, bytes, count);
    reception->received_bytes = count;
    reception->capture = arrival->capture;
    (void)sf_shelf_end(&store->shelf, &arrival->key, reception, true, now_ns);
}

static void apply(void *edge, struct store *store, const struct arrival *arrival)
{
    struct slot *slot = slot_of(store, &arrival->key, sf_edge_now_ns(edge));
    if (slot->count == 0 || (store->shelf.defence && !is_named(slot, arrival))) {
        return;
    }
    uint32_t count = 0;
    uint8_t *bytes = sf_rows_apply(slot->picture, slot->count, &arrival->delta, arrival->bytes,
                                   arrival->total_bytes, &count);
    if (bytes != NULL && count <= store->still_bytes_max) {
        show(edge, store, arrival, bytes, count);
    }
    free(bytes);
}

static void on_upload_ended(void *edge, const struct sf_cache_upload_end *end)
{
    struct store *store = sf_edge_store_of(edge);
    struct arrival *arrival = sf_kit_map_remove(&store->arrivals, end->upload, 0);
    if (arrival == NULL) {
        sf_edge_on_upload_ended(edge, end);
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE) {
        apply(edge, store, arrival);
    }
    arrival_free(arrival);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    store->slots_count = 1 + store->slots_max % SLOTS_MAX;
    store->still_bytes_max = config->still_bytes_max;
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = store_end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d26_any_reference = {
    EDGE_HEAD(
        "d26-any-reference", "1",
        "planted defect: rows that changed are put into the picture in the slot, whichever it is"),
    EDGE_FETCHES,
    .on_upload = on_upload,
    .on_upload_fragment = on_upload_fragment,
    .on_upload_ended = on_upload_ended,
    .on_request = sf_edge_on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = sf_edge_on_timer,
};
