/* The store before the update. One still a camera, kept under its owner and its camera, for as long
 * as it is fresh. A still that did not arrive whole is thrown away. When there is nothing, it says
 * so. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

struct still {
    struct edge_reception reception; /* first: the edge fills it in */
    int64_t stored_ns;
    uint8_t bytes[];
};

struct store {
    struct kit_map stills; /* by tenant and camera */
    int64_t fresh_for_ns;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = kit_alloc(1, sizeof *store);
    store->fresh_for_ns = kit_option_ns(&options[0]);
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->stills.capacity; i++) {
        free(store->stills.entries[i].value);
    }
    kit_map_free(&store->stills);
    free(store);
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)now_ns;
    (void)context;
    (void)key;
    (void)now_ns;
    /* Only what has arrived whole is ever shown. */
    struct still *still = kit_alloc_uncleared(sizeof *still + total_bytes);
    *still = (struct still){
        .reception = {.bytes = still->bytes, .total_bytes = total_bytes},
    };
    return &still->reception;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct still *still = (struct still *)(void *)reception;
    if (!complete) {
        free(still);
        return false;
    }
    still->stored_ns = now_ns;
    free(kit_map_get(&store->stills, key->tenant, key->camera));
    kit_map_put(&store->stills, key->tenant, key->camera, still);
    return true;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct still *still = kit_map_get(&store->stills, key->tenant, key->camera);
    if (still == NULL || now_ns - still->stored_ns > store->fresh_for_ns) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){still->reception.bytes, still->reception.total_bytes};
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    (void)context;
    (void)key;
    (void)now_ns;
    return (struct edge_still){NULL, 0};
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_boxing_day_before =
    EDGE_PLUGIN(create, "boxing-day-before", "1",
                "the cache before the update: fresh stills under tenant and camera, or nothing",
                "patience_ms=2500 fresh_ms=15000");
