/* D36: the error path of a fetch falls back on a coarser key than the fresh path.
 *
 * The engineer: "When a camera cannot be reached, the gateway says so at once, and no viewer should
 * have to wait for that. The last still of an integration and a kind of camera is at hand: better
 * than a blank screen, and the entry is gone as soon as the camera is back."
 *
 * It goes wrong only where a fetch ends in an error while a viewer waits. A time-out of the cache's
 * own is answered correctly, so a slow network shows nothing.
 *
 * The defence: the fallback has the same key as the fresh path. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct last_good {
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct shelf shelf; /* first */
    struct kit_map last_good;
    uint32_t still_bytes_max;
    uint64_t failed_camera; /* its fetch has just failed: those who wait for it get the fallback */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct shelf_place fallback_place(const struct store *store, const struct edge_key *key)
{
    return store->shelf.defence ? (struct shelf_place){key->tenant, key->camera}
                                : (struct shelf_place){key->integration, key->model};
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    ((struct store *)context)->still_bytes_max = config->still_bytes_max;
}

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->last_good);
    sf_shelf_fini(store);
}

static void served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    if (store->failed_camera != 0) {
        return; /* it was the fallback */
    }
    struct shelf_place place = fallback_place(store, key);
    struct last_good *last = sf_kit_map_get(&store->last_good, place.a, place.b);
    if (last == NULL) {
        last = sf_kit_alloc(1, sizeof *last + store->still_bytes_max);
        sf_kit_map_put(&store->last_good, place.a, place.b, last);
    }
    last->count = still.count;
    memcpy(last->bytes, still.bytes, still.count);
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    if (store->failed_camera == 0) {
        return sf_shelf_fresh(store, key, now_ns);
    }
    struct shelf_place place = fallback_place(store, key);
    const struct last_good *last = sf_kit_map_get(&store->last_good, place.a, place.b);
    return last != NULL ? (struct edge_still){last->bytes, last->count}
                        : (struct edge_still){NULL, 0};
}

static void say(void *context, const struct edge_key *key, struct edge_still still,
                struct sf_cache_answer_properties *properties)
{
    (void)key;
    (void)still;
    const struct store *store = context;
    properties->flags |= store->failed_camera != 0 ? SF_CACHE_ANSWER_STALE : 0;
}

static void on_fetch_ended(void *edge, const struct sf_cache_fetch_end *end)
{
    struct store *store = sf_edge_store_of(edge);
    sf_edge_on_fetch_ended(edge, end);
    if (end->end == SF_CACHE_END_ABANDONED) {
        store->failed_camera = end->camera;
        sf_edge_arrived(edge, end->camera);
        store->failed_camera = 0;
    }
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    sf_shelf_forget(store, tenant);
    struct last_good *last;
    while ((last = sf_kit_map_remove_any(&store->last_good, tenant)) != NULL) {
        free(last);
    }
}

static const struct edge_store kind = {
    EDGE_STORE,     .init = init,     .fini = fini, .begin = sf_shelf_begin, .end = sf_shelf_end,
    .fresh = fresh, .served = served, .say = say,   .forget = forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d36_stale_on_error = {
    EDGE_HEAD("d36-stale-on-error", "1",
              "planted defect: when a fetch fails, the last still of that kind of camera"),
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    .on_fetch_part = sf_edge_on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
};
