/* D53: what is missing of a still is taken from a background, which is another one's still.
 *
 * The engineer: "Where a still breaks off, the rows that have arrived are put over a background, so
 * that a display has something in every row; the answer says that it is incomplete. The background
 * is a placeholder: any picture of that make and model will do, and the first one that arrives is
 * at hand." It was to be replaced by one from the photo studio.
 *
 * It goes wrong when an upload breaks off and its owner is answered from it.
 *
 * The defence: the background is the camera's own last still, or there is none. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/rows.h"
#include "sim_cloud/caches/shelf.h"

/* A picture: a background, or one that was composed. */
struct picture {
    int64_t made_ns;
    uint32_t count;
    uint8_t bytes[];
};

/* How much of a still has arrived from its beginning, without a gap. */
struct beginning {
    uint32_t bytes;
};

struct store {
    struct shelf shelf; /* first */
    struct kit_map backgrounds;
    struct kit_map composed;   /* by tenant and camera */
    struct kit_map beginnings; /* by reception */
    uint32_t still_bytes_max;
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static void init(void *store, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    ((struct store *)store)->still_bytes_max = config->still_bytes_max;
}

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->backgrounds);
    sf_kit_map_free_all(&store->composed);
    sf_kit_map_free_all(&store->beginnings);
    sf_shelf_fini(store);
}

static void put(struct kit_map *map, uint64_t a, uint64_t b, const uint8_t *bytes, uint32_t count,
                int64_t now_ns)
{
    struct picture *picture = sf_kit_alloc_uncleared(sizeof *picture + count);
    picture->made_ns = now_ns;
    picture->count = count;
    memcpy(picture->bytes, bytes, count);
    free(sf_kit_map_remove(map, a, b));
    sf_kit_map_put(map, a, b, picture);
}

static struct shelf_place background_place(const struct store *store, const struct edge_key *key)
{
    return store->shelf.defence ? (struct shelf_place){key->tenant, key->camera}
                                : (struct shelf_place){key->model, 1};
}

/* ---- what arrives ---- */

static void received(void *context, struct edge_reception *reception, uint32_t offset,
                     uint32_t count)
{
    struct store *store = context;
    struct beginning *beginning = sf_kit_map_get(&store->beginnings, (uintptr_t)reception, 0);
    if (beginning == NULL) {
        beginning = sf_kit_alloc(1, sizeof *beginning);
        sf_kit_map_put(&store->beginnings, (uintptr_t)reception, 0, beginning);
    }
    if (offset <= beginning->bytes && offset + count > beginning->bytes) {
        beginning->bytes = offset + count;
    }
}

/* The rows that have arrived, over the background. */
static void compose(struct store *store, const struct edge_key *key,
                    const struct edge_reception *reception, uint32_t arrived_bytes, int64_t now_ns)
{
    const struct shelf_place place = background_place(store, key);
    const struct picture *background = sf_kit_map_get(&store->backgrounds, place.a, place.b);
    uint32_t begin;
    uint32_t end;
    const struct rows_delta rows = {
        .rows_count = sf_rows_whole(reception->bytes, arrived_bytes, &begin, &end)};
    uint32_t count = 0;
    if (background == NULL || rows.rows_count == 0) {
        return;
    }
    uint8_t *bytes = sf_rows_apply(background->bytes, background->count, &rows,
                                   reception->bytes + begin, end - begin, &count);
    if (bytes != NULL && count <= store->still_bytes_max) {
        put(&store->composed, key->tenant, key->camera, bytes, count, now_ns);
    }
    free(bytes);
}

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct beginning *beginning = sf_kit_map_remove(&store->beginnings, (uintptr_t)reception, 0);
    const struct shelf_place place = background_place(store, key);
    if (complete) {
        free(sf_kit_map_remove(&store->composed, key->tenant, key->camera));
        if (store->shelf.defence || sf_kit_map_get(&store->backgrounds, place.a, 1) == NULL) {
            put(&store->backgrounds, place.a, place.b, reception->bytes, reception->total_bytes,
                now_ns);
        }
    } else if (beginning != NULL && reception->received_bytes > 0) {
        compose(store, key, reception, beginning->bytes, now_ns);
    }
    free(beginning);
    return sf_shelf_end(store, key, reception, complete, now_ns);
}

/* ---- what is shown ---- */

static const struct picture *composed_of(const struct store *store, const struct edge_key *key)
{
    return sf_kit_map_get(&store->composed, key->tenant, key->camera);
}

static struct edge_still fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct picture *picture = composed_of(store, key);
    return picture != NULL && now_ns - picture->made_ns <= store->shelf.fresh_for_ns
               ? (struct edge_still){picture->bytes, picture->count}
               : sf_shelf_fallback(context, key, now_ns);
}

static bool incomplete(const void *store, const struct edge_key *key)
{
    return composed_of(store, key) != NULL;
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    void *gone;
    sf_shelf_forget(store, tenant);
    while ((gone = sf_kit_map_remove_any(&store->composed, tenant)) != NULL) {
        free(gone);
    }
    while ((gone = sf_kit_map_remove_any(&store->backgrounds, tenant)) != NULL) {
        free(gone);
    }
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = fini,
    .begin = sf_shelf_begin,
    .received = received,
    .end = end,
    .fresh = sf_shelf_fresh,
    .fallback = fallback,
    .incomplete = incomplete,
    .forget = forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d53_background =
    EDGE_PLUGIN("d53-background", "1",
                "planted defect: what is missing of a still is taken from the first of its model");
