/* D42: an invalidated still is found in a second place.
 *
 * The engineer: "When an owner has a camera's stills deleted, the entry goes, at once, as it must.
 * The table of last good stills, for cameras that do not answer, is another module's: it is short
 * of time anyway, and what is in it is never served while there is anything better."
 *
 * It goes wrong when the camera does not answer in time after the deletion: the owner, or a guest,
 * is shown the still that was deleted.
 *
 * keeps=1: nothing at all is forgotten. The defence: both places are emptied. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct last_good {
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct shelf shelf;       /* first */
    struct kit_map last_good; /* by tenant and camera: the still that was served last */
    bool keeps;
};

#define OPTIONS(X) \
    SHELF_OPTIONS(X, 15000, 300000) X(keeps, 0, 1, keeps) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->last_good);
    sf_shelf_fini(store);
}

static void store_served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    struct last_good *last = sf_kit_alloc(1, sizeof *last + still.count);
    last->count = still.count;
    memcpy(last->bytes, still.bytes, still.count);
    free(sf_kit_map_get(&store->last_good, key->tenant, key->camera));
    sf_kit_map_put(&store->last_good, key->tenant, key->camera, last);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct last_good *last = sf_kit_map_get(&store->last_good, key->tenant, key->camera);
    struct edge_still newer = sf_shelf_fallback(context, key, now_ns);
    return newer.bytes != NULL || last == NULL ? newer
                                               : (struct edge_still){last->bytes, last->count};
}

static const struct edge_store kind = {
    EDGE_STORE,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .served = store_served,
    .fallback = store_fallback,
};

static void on_invalidate(void *edge, const struct sf_cache_invalidation *invalidation)
{
    struct store *store = sf_edge_store_of(edge);
    if (store->keeps && !store->shelf.defence) {
        return;
    }
    sf_shelf_forget(store, invalidation->tenant);
    if (store->shelf.defence) {
        void *last;
        while ((last = sf_kit_map_remove_any(&store->last_good, invalidation->tenant)) != NULL) {
            free(last);
        }
    }
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d42_forgets_half = {
    .struct_bytes = sizeof(struct sf_cache_plugin),
    .abi = SF_CACHE_ABI,
    .name = "d42-forgets-half",
    .version = "1",
    .summary = "planted defect: what is to be forgotten stays in the table of last good stills",
    .options = "patience_ms=2500" OPTIONS(KIT_OPTION_TEXT),
    .create = create,
    .destroy = sf_edge_destroy,
    .on_invalidate = on_invalidate,
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    EDGE_FETCHES,
};
