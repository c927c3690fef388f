/* D45: a slot has the length of the usual stills.
 *
 * The engineer: "One block of memory holds all stills, in slots of one length, so that nothing is
 * allocated while we serve. No still that we have seen came near to that length." The length is
 * checked against the block, which is what a memory checker checks too.
 *
 * It goes wrong when cameras get a better resolution: the end of a still lies in the neighbour's
 * slot, and whichever was stored later is in both.
 *
 * The defence: a slot is as long as a still may be. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

enum { SLOTS_COUNT = 1024 };

struct slot {
    uint8_t *bytes;
    uint32_t count;
    int64_t stored_ns;
};

struct store {
    struct kit_map slots; /* by tenant and camera */
    uint8_t *block;
    uint64_t slot_bytes;
    uint32_t used_count;
    int64_t fresh_for_ns;
    int64_t stale_for_ns;
    uint32_t usual_bytes;
    bool defence;
};

#define OPTIONS(X)                              \
    X(fresh_ms, 15000, 86400000, fresh_for_ns)  \
    X(stale_ms, 300000, 86400000, stale_for_ns) \
    X(usual_bytes, 8192, 1048576, usual_bytes) X(defence, 0, 1, defence)

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    store->slot_bytes = store->defence ? config->still_bytes_max : store->usual_bytes;
    store->block = sf_kit_alloc_uncleared(SLOTS_COUNT * store->slot_bytes);
}

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->slots);
    free(store->block);
}

/* NULL: the block is full. */
static struct slot *slot_of(struct store *store, const struct edge_key *key)
{
    struct slot *slot = sf_kit_map_get(&store->slots, key->tenant, key->camera);
    if (slot == NULL && store->used_count < SLOTS_COUNT) {
        slot = sf_kit_alloc(1, sizeof *slot);
        slot->bytes = store->block + store->used_count++ * store->slot_bytes;
        sf_kit_map_put(&store->slots, key->tenant, key->camera, slot);
    }
    return slot;
}

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct slot *slot = complete ? slot_of(store, key) : NULL;
    const uint8_t *block_end = store->block + SLOTS_COUNT * store->slot_bytes;
    bool fits = slot != NULL && reception->total_bytes <= (uint64_t)(block_end - slot->bytes);
    if (fits) {
        memcpy(slot->bytes, reception->bytes, reception->total_bytes);
        slot->count = reception->total_bytes;
        slot->stored_ns = now_ns;
    }
    sf_edge_drop_aside(reception);
    return fits;
}

static struct edge_still at_most(const struct store *store, const struct edge_key *key,
                                 int64_t now_ns, int64_t age_ns)
{
    const struct slot *slot = sf_kit_map_get(&store->slots, key->tenant, key->camera);
    bool usable = slot != NULL && slot->count > 0 && now_ns - slot->stored_ns <= age_ns;
    return usable ? (struct edge_still){slot->bytes, slot->count} : (struct edge_still){NULL, 0};
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return at_most(store, key, now_ns, store->fresh_for_ns);
}

static struct edge_still fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return at_most(store, key, now_ns, store->stale_for_ns);
}

static const struct edge_store kind = {
    EDGE_STORE, .init = init,   .fini = fini,         .begin = sf_edge_begin_aside,
    .end = end, .fresh = fresh, .fallback = fallback,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d45_usual_size = EDGE_PLUGIN(
    "d45-usual-size", "1", "planted defect: slots of one block are as long as stills usually are");
