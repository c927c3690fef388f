/* D01: the key lacks the tenant.
 *
 * A still is kept under what a request's address says: which camera of the account, and its model.
 * Whose account it is stands in a header, and nobody told the cache. Every first camera of a model
 * is the same to it.
 *
 * The defence: the key has the tenant and the camera in it. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

#define MS_NS INT64_C(1000000)

struct still {
    struct edge_reception reception; /* first: the edge fills it in */
    int64_t stored_ns;
};

struct store {
    struct kit_map stills; /* by the key */
    int64_t fresh_for_ns;
    bool defence;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = kit_alloc(1, sizeof *store);
    store->fresh_for_ns = (int64_t)options[0].value * MS_NS;
    store->defence = options[1].value != 0;
    return store;
}

static void still_free(struct still *still)
{
    if (still != NULL) {
        free(still->reception.bytes);
        free(still);
    }
}

static void store_destroy(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->stills.capacity; i++) {
        still_free(store->stills.entries[i].value);
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
    struct still *still = kit_alloc(1, sizeof *still);
    still->reception.bytes = kit_alloc(total_bytes, 1);
    still->reception.total_bytes = total_bytes;
    return &still->reception;
}

/* The two numbers that a still is kept under. */
struct pair {
    uint64_t a;
    uint64_t b;
};

static struct pair pair_of(const struct store *store, const struct edge_key *key)
{
    return store->defence ? (struct pair){key->tenant, key->camera}
                          : (struct pair){key->camera_slot, key->model};
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct still *still = (struct still *)(void *)reception;
    if (!complete) {
        still_free(still);
        return false;
    }
    struct pair pair = pair_of(store, key);
    still->stored_ns = now_ns;
    still_free(kit_map_get(&store->stills, pair.a, pair.b));
    kit_map_put(&store->stills, pair.a, pair.b, still);
    return true;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    struct pair pair = pair_of(store, key);
    const struct still *still = kit_map_get(&store->stills, pair.a, pair.b);
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
    .options = {{"fresh_ms", 15000, 86400000}, {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    return edge_create(&kind, host, config, error, error_bytes);
}

const struct sf_cache_plugin sf_builtin_d01_tenantless =
    EDGE_PLUGIN(create, "d01-tenantless", "1",
                "the key is the camera's place in the account and its model, without the tenant",
                "patience_ms=2500 fresh_ms=15000 defence=0");
