/* D02: an error path falls back on a coarser key than the fresh path.
 *
 * The engineer: "A camera that does not answer leaves a blank screen. We used to show a placeholder
 * picture for each integration and kind of camera; the last still that we sent is a much better
 * one, and that table is already there. The fresh path keeps its full key, so nothing can go
 * wrong."
 *
 * It goes wrong when a camera is slower than our patience: its owner is shown the last still of
 * any owner of the same kind of camera.
 *
 * The defence: the fallback has the same key as the fresh path. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct last_good {
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct shelf shelf; /* first */
    struct kit_map last_good;
    uint32_t still_bytes_max;
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

struct pair {
    uint64_t a;
    uint64_t b;
};

static struct pair fallback_key(const struct store *store, const struct edge_key *key)
{
    if (store->shelf.defence) {
        return (struct pair){key->tenant, key->camera};
    }
    return (struct pair){key->integration, key->model};
}

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->last_good);
    sf_shelf_fini(store);
}

static void store_served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    struct pair at = fallback_key(store, key);
    struct last_good *last = sf_kit_map_get(&store->last_good, at.a, at.b);
    if (last == NULL) {
        last = sf_kit_alloc(1, sizeof *last + store->still_bytes_max);
        sf_kit_map_put(&store->last_good, at.a, at.b, last);
    }
    last->count = still.count;
    memcpy(last->bytes, still.bytes, still.count);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    (void)now_ns;
    const struct store *store = context;
    struct pair at = fallback_key(store, key);
    const struct last_good *last = sf_kit_map_get(&store->last_good, at.a, at.b);
    return last != NULL ? (struct edge_still){last->bytes, last->count}
                        : (struct edge_still){NULL, 0};
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    store->still_bytes_max = config->still_bytes_max;
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .served = store_served,
    .fallback = store_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d02_fallback_by_model =
    EDGE_PLUGIN("d02-fallback-by-model", "1",
                "planted defect: on a time-out the last still of that kind of camera");
