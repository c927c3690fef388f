/* D09: a handle says which slot, but not which of the slot's stills.
 *
 * Stills live in slots. A slot whose still is stale is used again, the stalest first; a directory
 * says for each camera which slot its latest still is in. Nobody clears the directory when a slot
 * is used again: that would need a way back from slot to camera, and a handle to a stale still is
 * harmless, since it is found to be stale. Unless the slot holds another camera's fresh still by
 * then.
 *
 * generation_bits=N: the handle has N bits of a count of the slot's uses, which wraps.
 * The defence: it has all 32 of them. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

#define MS_NS INT64_C(1000000)

struct slot {
    struct edge_reception reception; /* first: the edge fills it in */
    struct slot *next;               /* in the line of those with a still, or of those without */
    struct slot *next_all;
    uint32_t index;
    uint32_t uses_count;
    int64_t stored_ns;
    bool filled;
};

/* What the directory has of a camera. */
struct handle {
    uint32_t index;
    uint32_t generation;
};

struct store {
    struct kit_map directory; /* by tenant and camera: a handle */
    struct kit_map slots;     /* by index + 1 */
    struct slot *all;
    struct slot
        *stalest; /* the line of slots with a still, in the order in which they were filled */
    struct slot *freshest;
    struct slot *empty;
    uint32_t slots_count;
    uint32_t slot_bytes;
    uint32_t generation_mask;
    int64_t fresh_for_ns;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    struct store *store = kit_alloc(1, sizeof *store);
    store->slot_bytes = config->still_bytes_max;
    store->fresh_for_ns = (int64_t)options[0].value * MS_NS;
    uint64_t bits = options[2].value != 0 ? 32 : options[1].value;
    store->generation_mask = (uint32_t)((UINT64_C(1) << bits) - 1);
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    while (store->all != NULL) {
        struct slot *slot = store->all;
        store->all = slot->next_all;
        free(slot->reception.bytes);
        free(slot);
    }
    for (size_t i = 0; i < store->directory.capacity; i++) {
        free(store->directory.entries[i].value);
    }
    kit_map_free(&store->directory);
    kit_map_free(&store->slots);
    free(store);
}

static struct slot *new_slot(struct store *store)
{
    struct slot *slot = kit_alloc(1, sizeof *slot);
    slot->reception.bytes = kit_alloc(store->slot_bytes, 1);
    slot->index = store->slots_count++;
    slot->next_all = store->all;
    store->all = slot;
    kit_map_put(&store->slots, slot->index + 1, 0, slot);
    return slot;
}

/* An empty slot; else the stalest one, if its still is stale; else a new one. */
static struct slot *take_slot(struct store *store, int64_t now_ns)
{
    struct slot *slot = store->empty;
    if (slot != NULL) {
        store->empty = slot->next;
        return slot;
    }
    slot = store->stalest;
    if (slot != NULL && now_ns - slot->stored_ns > store->fresh_for_ns) {
        store->stalest = slot->next;
        return slot;
    }
    return new_slot(store);
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)key;
    struct store *store = context;
    struct slot *slot = take_slot(store, now_ns);
    slot->filled = false;
    slot->uses_count++;
    slot->reception.total_bytes = total_bytes;
    slot->reception.received_bytes = 0;
    return &slot->reception;
}

static struct handle *handle_of(struct store *store, const struct edge_key *key)
{
    struct handle *handle = kit_map_get(&store->directory, key->tenant, key->camera);
    if (handle == NULL) {
        handle = kit_alloc(1, sizeof *handle);
        kit_map_put(&store->directory, key->tenant, key->camera, handle);
    }
    return handle;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct slot *slot = (struct slot *)(void *)reception;
    slot->next = NULL;
    if (!complete) {
        slot->next = store->empty;
        store->empty = slot;
        return false;
    }
    slot->filled = true;
    slot->stored_ns = now_ns;
    if (store->stalest == NULL) {
        store->stalest = slot;
    } else {
        store->freshest->next = slot;
    }
    store->freshest = slot;
    *handle_of(store, key) = (struct handle){
        .index = slot->index,
        .generation = slot->uses_count & store->generation_mask,
    };
    return true;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct handle *handle = kit_map_get(&store->directory, key->tenant, key->camera);
    if (handle == NULL) {
        return (struct edge_still){NULL, 0};
    }
    const struct slot *slot = kit_map_get(&store->slots, handle->index + 1, 0);
    bool same_use = (slot->uses_count & store->generation_mask) == handle->generation;
    if (!same_use || !slot->filled || now_ns - slot->stored_ns > store->fresh_for_ns) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){slot->reception.bytes, slot->reception.total_bytes};
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    (void)context;
    (void)key;
    (void)now_ns;
    return (struct edge_still){NULL, 0};
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"generation_bits", 0, 32}, {"defence", 0, 1}},
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

const struct sf_cache_plugin sf_builtin_d09_slot_handle =
    EDGE_PLUGIN(create, "d09-slot-handle", "1",
                "slots are used again, and a handle to one does not say for which still it was",
                "patience_ms=2500 fresh_ms=15000 generation_bits=0 defence=0");
