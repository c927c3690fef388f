/* D37: an evicted entry is given to the next key with the still that is in it.
 *
 * The engineer: "An upload must not fail at its end for lack of memory, so its entry is reserved
 * when it begins: a free one, a new one, or the one that was used longest ago. The still is copied
 * into the entry when it is complete; until then the entry is as empty as a new one." An evicted
 * entry is not empty.
 *
 * It goes wrong only when the cache has more stills than it may keep: the owner of the new key is
 * answered with the still that was evicted, until its own is complete, or until that one is stale
 * where the upload is abandoned.
 *
 * The defence: eviction empties the entry. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct entry {
    struct pool_slot still; /* first */
    struct edge_key key;
    int64_t used_ns; /* UNUSED: no key has it */
};

struct store {
    struct pool entries;
    uint32_t entries_count_max;
    struct kit_map by_key; /* by tenant and camera: struct entry */
    int64_t fresh_for_ns;
    bool defence;
};

#define OPTIONS(X) X(fresh_ms, 15000, 86400000, fresh_for_ns) X(defence, 0, 1, defence)

enum { ENTRIES_MIN = 4, ENTRIES_MAX = 4096, UNUSED = -1 };

static struct entry *oldest(const struct store *store)
{
    struct entry *found = NULL;
    for (uint32_t i = 0; i < store->entries.slots_count; i++) {
        struct entry *entry = sf_pool_at(&store->entries, i);
        if (found == NULL || entry->used_ns < found->used_ns) {
            found = entry;
        }
    }
    return found;
}

/* A free entry, a new one, or the one that was used longest ago. */
static struct entry *take(struct store *store)
{
    struct entry *entry = oldest(store);
    if (entry != NULL && entry->used_ns == UNUSED) {
        return entry;
    }
    if (store->entries.slots_count < store->entries_count_max) {
        return sf_pool_take(&store->entries);
    }
    sf_kit_map_remove(&store->by_key, entry->key.tenant, entry->key.camera);
    if (store->defence) {
        entry->still.reception.total_bytes = 0;
    }
    return entry;
}

/* The entry of the key, which is made if there is none. */
static struct entry *reserve(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct entry *entry = sf_kit_map_get(&store->by_key, key->tenant, key->camera);
    if (entry == NULL) {
        entry = take(store);
        entry->key = *key;
        sf_kit_map_put(&store->by_key, key->tenant, key->camera, entry);
    }
    entry->used_ns = now_ns;
    return entry;
}

static struct edge_reception *begin(void *context, const struct edge_key *key, uint32_t total_bytes,
                                    int64_t now_ns)
{
    reserve(context, key, now_ns);
    return sf_edge_begin_aside(context, key, total_bytes, now_ns);
}

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    if (complete) {
        sf_pool_fill(&reserve(context, key, now_ns)->still, reception, now_ns);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    struct entry *entry = sf_kit_map_get(&store->by_key, key->tenant, key->camera);
    if (entry != NULL) {
        entry->used_ns = now_ns;
    }
    return sf_pool_still(entry != NULL ? &entry->still : NULL, now_ns, store->fresh_for_ns);
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    struct entry *entry;
    while ((entry = sf_kit_map_remove_any(&store->by_key, tenant)) != NULL) {
        entry->still.reception.total_bytes = 0;
        entry->used_ns = UNUSED;
    }
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    uint64_t count = config->capacity_bytes / config->still_bytes_max;
    store->entries_count_max = count < ENTRIES_MIN   ? ENTRIES_MIN
                               : count > ENTRIES_MAX ? ENTRIES_MAX
                                                     : (uint32_t)count;
    sf_pool_init(&store->entries, sizeof(struct entry), config->still_bytes_max);
}

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free(&store->by_key);
    sf_pool_fini(&store->entries);
}

static const struct edge_store kind = {
    EDGE_STORE, .init = init,   .fini = fini,     .begin = begin,
    .end = end, .fresh = fresh, .forget = forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d37_evicted_entry = EDGE_PLUGIN(
    "d37-evicted-entry", "1", "planted defect: an evicted entry is not emptied for the next key");
