/* D55: a number made of the clock's second is made again when the clock is set back.
 *
 * The engineer: "Each still gets a number: the second, and a count within it. Such numbers sort by
 * age, and no two are alike on a node. A directory says for each camera which number its latest
 * still has, and the still lies under that number."
 *
 * It goes wrong when the clock is set back by a few seconds, as a time service does that finds a
 * clock ahead: the same seconds come again, and so do their numbers. A still then takes the place
 * of one of another camera, whose entry in the directory is still good.
 *
 * The defence: numbers are counted, and no clock has a part in them. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { SECOND_MS = 1000, COUNT_BITS = 16 };

struct entry {
    uint64_t number;
};

struct store {
    const struct sf_cache_host *host;
    struct kit_map directory; /* by tenant and camera: struct entry */
    struct kit_map stills;    /* by number: struct shelf_still */
    uint64_t second;          /* of the latest number; with the defence always 0 */
    uint64_t count;           /* of numbers within it */
    int64_t fresh_for_ns;
    bool defence;
};

#define OPTIONS(X) X(fresh_ms, 15000, 86400000, fresh_for_ns) X(defence, 0, 1, defence)

static uint64_t next_number(struct store *store)
{
    uint64_t second = 0;
    if (!store->defence) {
        second = (uint64_t)store->host->wall_clock_ms(store->host->context) / SECOND_MS;
    }
    if (second != store->second) {
        store->second = second;
        store->count = 0;
    }
    return (second << COUNT_BITS) + ++store->count;
}

static struct entry *entry_of(struct store *store, const struct edge_key *key)
{
    struct entry *entry = sf_kit_map_get(&store->directory, key->tenant, key->camera);
    if (entry == NULL) {
        entry = sf_kit_alloc(1, sizeof *entry);
        sf_kit_map_put(&store->directory, key->tenant, key->camera, entry);
    }
    return entry;
}

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct shelf_still *still = (struct shelf_still *)(void *)reception;
    if (!complete) {
        free(still);
        return false;
    }
    still->stored_ns = now_ns;
    struct entry *entry = entry_of(store, key);
    free(sf_kit_map_remove(&store->stills, entry->number, 0));
    entry->number = next_number(store);
    free(sf_kit_map_remove(&store->stills, entry->number, 0));
    sf_kit_map_put(&store->stills, entry->number, 0, still);
    return true;
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct entry *entry = sf_kit_map_get(&store->directory, key->tenant, key->camera);
    const struct shelf_still *still =
        entry != NULL ? sf_kit_map_get(&store->stills, entry->number, 0) : NULL;
    if (still == NULL || now_ns - still->stored_ns > store->fresh_for_ns) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){still->bytes, still->reception.total_bytes};
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    struct entry *entry;
    while ((entry = sf_kit_map_remove_any(&store->directory, tenant)) != NULL) {
        free(sf_kit_map_remove(&store->stills, entry->number, 0));
        free(entry);
    }
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = context;
    store->host = host;
}

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->directory);
    sf_kit_map_free_all(&store->stills);
}

static const struct edge_store kind = {
    EDGE_STORE, .init = init,   .fini = fini,     .begin = sf_shelf_begin,
    .end = end, .fresh = fresh, .forget = forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d55_number_of_second =
    EDGE_PLUGIN("d55-number-of-second", "1",
                "planted defect: the number that names a still is made of the clock's second");
