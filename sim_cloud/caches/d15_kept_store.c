/* D15: the fix is deployed, the store that the fault has filled is kept.
 *
 * The engineer: "The version before could give two accounts one number; this one numbers them anew,
 * in the order in which they are seen. The stills are taken over from it: with an empty cache every
 * camera would be asked at once." The stills are under numbers, and what numbers mean was just
 * changed.
 *
 * It goes wrong at every restart: the table survives the rules that it was made by.
 *
 * The defence: what was stored under other numbers than ours is not taken over. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct number {
    uint32_t value;
};

struct store {
    struct pool stills;     /* by number */
    struct kit_map numbers; /* by tenant and camera: struct number */
    uint32_t numbers_count;
    uint64_t numbering; /* which it is; no two processes have the same */
    int64_t fresh_for_ns;
    int64_t stale_for_ns;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(stale_ms, 300000, 86400000, stale_for_ns) X(defence, 0, 1, defence)

/* What is handed over: this, and then `count` bytes, for each still. */
struct handed_over {
    uint64_t numbering;
    int64_t stored_ns;
    uint32_t number;
    uint32_t count;
};

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->numbers);
    sf_pool_fini(&store->stills);
}

static struct pool_slot *still_at(struct store *store, uint32_t number)
{
    while (store->stills.slots_count <= number) {
        sf_pool_take(&store->stills);
    }
    return sf_pool_at(&store->stills, number);
}

/* The account's still, under the number that it has or now gets. */
static struct pool_slot *still_of(struct store *store, const struct edge_key *key)
{
    struct number *number = sf_kit_map_get(&store->numbers, key->tenant, key->camera);
    if (number == NULL) {
        number = sf_kit_alloc(1, sizeof *number);
        number->value = store->numbers_count++;
        sf_kit_map_put(&store->numbers, key->tenant, key->camera, number);
    }
    return still_at(store, number->value);
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    if (complete) {
        sf_pool_fill(still_of(context, key), reception, now_ns);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    return sf_pool_still(still_of(store, key), now_ns, store->fresh_for_ns);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    return sf_pool_still(still_of(store, key), now_ns, store->stale_for_ns);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    struct store *store = context;
    sf_pool_init(&store->stills, sizeof(struct pool_slot), config->still_bytes_max);
    store->numbering = host->random_u64(host->context);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = store_fini,
    .begin = sf_edge_begin_aside,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
};

/* ---- hand-over ---- */

static void export_state(void *edge, const struct sf_cache_sink *sink)
{
    struct store *store = sf_edge_store_of(edge);
    for (uint32_t i = 0; i < store->stills.slots_count; i++) {
        const struct pool_slot *still = sf_pool_at(&store->stills, i);
        const struct handed_over head = {
            .numbering = store->numbering,
            .stored_ns = still->stored_ns,
            .number = i,
            .count = still->reception.total_bytes,
        };
        if (head.count > 0) {
            sink->write(sink->context, (const uint8_t *)&head, sizeof head);
            sink->write(sink->context, still->reception.bytes, head.count);
        }
    }
}

static void import_state(void *edge, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count)
{
    (void)from_version;
    struct store *store = sf_edge_store_of(edge);
    if (strcmp(from_name, "d15-kept-store") != 0) {
        return;
    }
    struct handed_over head;
    while (bytes_count >= sizeof head) {
        memcpy(&head, bytes, sizeof head);
        uint64_t size = sizeof head + (uint64_t)head.count;
        if (size > bytes_count || head.count > store->stills.slot_bytes) {
            return;
        }
        if (!store->defence || head.numbering == store->numbering) {
            struct pool_slot *still = still_at(store, head.number);
            memcpy(still->reception.bytes, bytes + sizeof head, head.count);
            still->reception.total_bytes = head.count;
            still->stored_ns = head.stored_ns;
        }
        bytes += size;
        bytes_count -= size;
    }
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d15_kept_store = {
    EDGE_HEAD("d15-kept-store", "1",
              "planted defect: numbers accounts anew, and keeps the stills under the old numbers"),
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    EDGE_FETCHES,
    .export_state = export_state,
    .import_state = import_state,
};
