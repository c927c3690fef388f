/* D06: a buffer is released twice.
 *
 * The engineer: "Stills land in recycled buffers. An upload that breaks off gives its buffer back
 * at once, so that a bad network does not hold memory; whatever leaves the cache gives its buffer
 * back at the end of the function, the same for every way through it."
 *
 * It goes wrong when an upload breaks off: its buffer is in the free list twice, two cameras are
 * given it, and each writes its still over the other's. It stays so as long as the process lives.
 *
 * The defence: who gives a buffer back holds it no longer. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct store {
    struct pool buffers;
    struct kit_map fresh; /* by tenant and camera: struct pool_slot */
    int64_t fresh_for_ns;
    bool defence;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    struct store *store = sf_kit_alloc(1, sizeof *store);
    sf_pool_init(&store->buffers, sizeof(struct pool_slot), config->still_bytes_max);
    store->fresh_for_ns = kit_option_ns(&options[0]);
    store->defence = options[1].value != 0;
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    sf_kit_map_free(&store->fresh);
    sf_pool_fini(&store->buffers);
    free(store);
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)key;
    (void)now_ns;
    struct store *store = context;
    return sf_pool_begin(sf_pool_take(&store->buffers), total_bytes);
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct pool_slot *buffer = (struct pool_slot *)(void *)reception;
    struct pool_slot *leaving = buffer;
    if (complete) {
        leaving = sf_kit_map_get(&store->fresh, key->tenant, key->camera);
        buffer->stored_ns = now_ns;
        sf_kit_map_put(&store->fresh, key->tenant, key->camera, buffer);
    } else {
        sf_pool_give(&store->buffers, buffer);
        if (store->defence) {
            leaving = NULL;
        }
    }
    if (leaving != NULL) {
        sf_pool_give(&store->buffers, leaving);
    }
    return complete;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return sf_pool_still(sf_kit_map_get(&store->fresh, key->tenant, key->camera), now_ns,
                         store->fresh_for_ns);
}

static void store_forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    struct pool_slot *buffer;
    while ((buffer = sf_kit_map_remove_any(&store->fresh, tenant)) != NULL) {
        sf_pool_give(&store->buffers, buffer);
    }
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fresh,
    .forget = store_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d06_double_release =
    EDGE_PLUGIN(create, "d06-double-release", "1",
                "planted defect: an upload that breaks off gives its buffer back twice",
                "patience_ms=2500 fresh_ms=15000 defence=0");
