/* D11: a hash that is cut short, and the full key is not compared.
 *
 * The engineer: "Tenant and camera are sixteen bytes, and there are millions of entries. Their hash
 * says which entry it is, and sixteen bits of it are plenty for what one node has in memory at
 * once. The full key is in the entry too, for debugging; comparing it again would cost a cache
 * miss."
 *
 * It goes wrong with scale: of ninety homes two share a hash in one run of seventeen (birthday
 * problem), of three hundred in every other one.
 *
 * The defence: the full key is compared. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct kit_map stills; /* by hash: struct shelf_still */
    int64_t fresh_for_ns;
    uint32_t hash_bits;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(hash_bits, 16, 63, hash_bits) X(defence, 0, 1, defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->stills);
}

static uint64_t hash_of(const struct store *store, const struct edge_key *key)
{
    uint64_t mixed = (key->tenant ^ (key->camera << 31 | key->camera >> 33)) * 0x9e3779b97f4a7c15u;
    return (mixed ^ mixed >> 29) & ((UINT64_C(1) << store->hash_bits) - 1);
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct shelf_still *still = (struct shelf_still *)(void *)reception;
    if (!complete) {
        free(still);
        return false;
    }
    still->stored_ns = now_ns;
    uint64_t hash = hash_of(store, key);
    free(sf_kit_map_get(&store->stills, hash, 1));
    sf_kit_map_put(&store->stills, hash, 1, still);
    return true;
}

static bool same_key(const struct edge_key *a, const struct edge_key *b)
{
    return a->tenant == b->tenant && a->camera == b->camera;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct shelf_still *still = sf_kit_map_get(&store->stills, hash_of(store, key), 1);
    if (still == NULL || now_ns - still->stored_ns > store->fresh_for_ns ||
        (store->defence && !same_key(&still->key, key))) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){still->reception.bytes, still->reception.total_bytes};
}

static const struct edge_store kind = {
    EDGE_STORE,       .fini = store_fini,   .begin = sf_shelf_begin,
    .end = store_end, .fresh = store_fresh, .fallback = store_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d11_short_hash = EDGE_PLUGIN(
    "d11-short-hash", "1", "planted defect: sixteen bits of the key's hash stand for the key");
