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
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/recycled.h"

struct store {
    struct recycled recycled; /* first */
};

#define OPTIONS(X) RECYCLED_FRESH(X) RECYCLED_DEFENCE(X)

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct recycled *recycled = context;
    struct pool_slot *buffer = (struct pool_slot *)(void *)reception;
    struct pool_slot *leaving = buffer;
    if (complete) {
        leaving = sf_kit_map_get(&recycled->stills, key->tenant, key->camera);
        buffer->stored_ns = now_ns;
        sf_kit_map_put(&recycled->stills, key->tenant, key->camera, buffer);
    } else {
        sf_pool_give(&recycled->buffers, buffer);
        if (recycled->defence) {
            leaving = NULL;
        }
    }
    if (leaving != NULL) {
        sf_pool_give(&recycled->buffers, leaving);
    }
    return complete;
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = sf_recycled_init,
    .fini = sf_recycled_fini,
    .begin = sf_recycled_begin,
    .end = store_end,
    .fresh = sf_recycled_fresh,
    .fallback = sf_recycled_fresh,
    .forget = sf_recycled_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d06_double_release =
    EDGE_PLUGIN("d06-double-release", "1",
                "planted defect: an upload that breaks off gives its buffer back twice");
