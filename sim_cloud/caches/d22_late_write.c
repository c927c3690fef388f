/* D22: late data is written into a buffer that is another camera's by now.
 *
 * Buffers for stills are used again and again, the one given back last first. When an upload has
 * taken too long its buffer is given back at once; the line in the table that says where the
 * upload's bytes go stays until the upload is complete, since what comes late falls into a buffer
 * that is free, where it does no harm. Until the buffer is taken again.
 *
 * The defence: what comes after the end of an upload is dropped. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct store {
    struct pool buffers;
    struct kit_map stills; /* by tenant and camera: struct pool_slot */
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
    sf_kit_map_free(&store->stills);
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
    if (!complete) {
        sf_pool_give(&store->buffers, buffer);
        return false;
    }
    buffer->stored_ns = now_ns;
    struct pool_slot *before = sf_kit_map_get(&store->stills, key->tenant, key->camera);
    if (before != NULL) {
        sf_pool_give(&store->buffers, before);
    }
    sf_kit_map_put(&store->stills, key->tenant, key->camera, buffer);
    return true;
}

static struct edge_reception *store_late(void *context, struct edge_reception *reception)
{
    const struct store *store = context;
    return store->defence ? NULL : reception;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return sf_pool_still(sf_kit_map_get(&store->stills, key->tenant, key->camera), now_ns,
                         store->fresh_for_ns);
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .end = store_end,
    .late = store_late,
    .fresh = store_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d22_late_write =
    EDGE_PLUGIN(create, "d22-late-write", "1",
                "an upload that took too long gives its buffer back and goes on writing into it",
                "patience_ms=2500 fresh_ms=15000 defence=0");
