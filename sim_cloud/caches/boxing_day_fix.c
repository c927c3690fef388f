/* The fix: what the update was for, without what it did. A camera that does not answer in time is
 * still covered by its last good still, but that is kept under tenant and camera, is shown to its
 * own tenant only, has arrived whole, and grows stale in the end. A buffer belongs to one camera
 * for good. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

#define MS_NS INT64_C(1000000)

struct still {
    struct edge_reception reception; /* first: the edge fills it in */
    uint64_t tenant;
    uint64_t camera;
    int64_t stored_ns;
};

struct store {
    struct kit_map stills; /* by tenant and camera */
    int64_t fresh_for_ns;
    int64_t stale_for_ns;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = kit_alloc(1, sizeof *store);
    store->fresh_for_ns = (int64_t)options[0].value * MS_NS;
    store->stale_for_ns = (int64_t)options[1].value * MS_NS;
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
                                          uint32_t total_bytes)
{
    (void)context;
    struct still *still = kit_alloc(1, sizeof *still);
    still->reception.bytes = kit_alloc(total_bytes, 1);
    still->reception.total_bytes = total_bytes;
    still->tenant = key->tenant;
    still->camera = key->camera;
    return &still->reception;
}

/* A still that was overtaken on its way: a newer one of the camera is there and still fresh. (A
 * camera that restarts counts from 0 again; by then what there is has grown old.) */
static bool is_overtaken(const struct store *store, const struct still *there,
                         const struct edge_reception *reception, int64_t now_ns)
{
    return there != NULL && now_ns - there->stored_ns <= store->fresh_for_ns &&
           there->reception.capture > reception->capture;
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
    struct still *there = kit_map_get(&store->stills, key->tenant, key->camera);
    if (is_overtaken(store, there, reception, now_ns)) {
        still_free(still);
        return true;
    }
    still->stored_ns = now_ns;
    still_free(there);
    kit_map_put(&store->stills, key->tenant, key->camera, still);
    return true;
}

/* The tenant's own still of that camera if it is at most this old. The owner is checked once more
 * where it counts: at delivery. */
static struct edge_still own_still(const struct store *store, const struct edge_key *key,
                                   int64_t now_ns, int64_t age_ns_max)
{
    const struct still *still = kit_map_get(&store->stills, key->tenant, key->camera);
    bool own = still != NULL && still->tenant == key->tenant && still->camera == key->camera;
    if (!own || now_ns - still->stored_ns > age_ns_max) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){still->reception.bytes, still->reception.total_bytes};
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return own_still(store, key, now_ns, store->fresh_for_ns);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return own_still(store, key, now_ns, store->stale_for_ns);
}

static void store_forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    for (size_t i = 0; i < store->stills.capacity; i++) {
        struct still *still = store->stills.entries[i].value;
        if (still != NULL && still->tenant == tenant) {
            kit_map_remove(&store->stills, still->tenant, still->camera);
            still_free(still);
            i = (size_t)-1; /* entries may have moved: look again from the start */
        }
    }
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"stale_ms", 300000, 86400000}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
    .forget = store_forget,
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    return edge_create(&kind, host, config, error, error_bytes);
}

const struct sf_cache_plugin sf_builtin_boxing_day_fix = EDGE_PLUGIN(
    create, "boxing-day-fix", "3",
    "the fix: whole stills only, under tenant and camera, stale only for their own tenant",
    "patience_ms=2500 fresh_ms=15000 stale_ms=300000");
