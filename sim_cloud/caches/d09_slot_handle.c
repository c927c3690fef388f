/* D09: a handle says which slot, but not which of the slot's stills.
 *
 * Stills live in slots. A slot whose still is stale is used again, the stalest first; a directory
 * says for each camera which slot its latest still is in. The directory is not cleared when a slot
 * is used again: that would need a way back from slot to camera, and a handle to a stale still is
 * harmless, since it is found to be stale. Unless the slot holds another camera's fresh still by
 * then.
 *
 * generation_bits=N: the handle has N bits of a count of the slot's uses, which wraps.
 * The defence: it has all 32 of them. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct slot {
    struct pool_slot still; /* first */
    struct slot *next;      /* in the line of those with a still */
    uint32_t uses_count;
    bool filled;
};

/* What the directory has of a camera. */
struct handle {
    uint32_t number;
    uint32_t generation;
};

struct store {
    struct kit_map directory; /* by tenant and camera: a handle */
    struct pool slots;
    struct slot
        *stalest; /* the line of those with a still, in the order in which they were filled */
    struct slot *freshest;
    uint32_t generation_mask;
    uint32_t generation_bits;
    bool defence;
    int64_t fresh_for_ns;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(generation_bits, 0, 32, generation_bits) X(defence, 0, 1, defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->directory);
    sf_pool_fini(&store->slots);
}

/* An empty slot; else the stalest one, if its still is stale; else a new one. */
static struct slot *take_slot(struct store *store, int64_t now_ns)
{
    struct slot *stalest = store->stalest;
    bool none_is_empty = store->slots.free_count == 0;
    if (none_is_empty && stalest != NULL &&
        now_ns - stalest->still.stored_ns > store->fresh_for_ns) {
        store->stalest = stalest->next;
        return stalest;
    }
    return sf_pool_take(&store->slots);
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)key;
    struct slot *slot = take_slot(context, now_ns);
    slot->filled = false;
    slot->uses_count++;
    return sf_pool_begin(&slot->still, total_bytes);
}

static struct handle *handle_of(struct store *store, const struct edge_key *key)
{
    struct handle *handle = sf_kit_map_get(&store->directory, key->tenant, key->camera);
    if (handle == NULL) {
        handle = sf_kit_alloc(1, sizeof *handle);
        sf_kit_map_put(&store->directory, key->tenant, key->camera, handle);
    }
    return handle;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct slot *slot = (struct slot *)(void *)reception;
    if (!complete) {
        sf_pool_give(&store->slots, slot);
        return false;
    }
    slot->next = NULL;
    slot->filled = true;
    slot->still.stored_ns = now_ns;
    if (store->stalest == NULL) {
        store->stalest = slot;
    } else {
        store->freshest->next = slot;
    }
    store->freshest = slot;
    *handle_of(store, key) = (struct handle){
        .number = slot->still.number,
        .generation = slot->uses_count & store->generation_mask,
    };
    return true;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct handle *handle = sf_kit_map_get(&store->directory, key->tenant, key->camera);
    if (handle == NULL) {
        return (struct edge_still){NULL, 0};
    }
    const struct slot *slot = sf_pool_at(&store->slots, handle->number);
    bool same_use = (slot->uses_count & store->generation_mask) == handle->generation;
    return sf_pool_still(same_use && slot->filled ? &slot->still : NULL, now_ns,
                         store->fresh_for_ns);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    uint64_t bits = store->defence ? 32 : store->generation_bits;
    store->generation_mask = (uint32_t)((UINT64_C(1) << bits) - 1);
    sf_pool_init(&store->slots, sizeof(struct slot), config->still_bytes_max);
}

static const struct edge_store kind = {
    EDGE_STORE,           .init = init,     .fini = store_fini,
    .begin = store_begin, .end = store_end, .fresh = store_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d09_slot_handle =
    EDGE_PLUGIN("d09-slot-handle", "1",
                "slots are used again, and a handle to one does not say for which still it was");
