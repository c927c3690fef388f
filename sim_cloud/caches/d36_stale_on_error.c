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
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/last_sent.h"

struct store {
    struct shelf shelf; /* first */
    struct last_sent last_good;
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
    ((struct store *)context)->last_good.still_bytes_max = config->still_bytes_max;
}

static void fini(void *context)
{
    struct store *store = context;
    sf_last_sent_fini(&store->last_good);
    sf_shelf_fini(store);
}

static void served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    if (store->failed_camera != 0) {
        return; /* it was the fallback */
    }
    sf_last_sent_put(&store->last_good, fallback_place(store, key), still);
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    if (store->failed_camera == 0) {
        return sf_shelf_fresh(store, key, now_ns);
    }
    return sf_last_sent_get(&store->last_good, fallback_place(store, key));
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
    sf_last_sent_forget(&store->last_good, tenant);
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
