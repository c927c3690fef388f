/* D02: an error path falls back on a coarser key than the fresh path.
 *
 * The engineer: "A camera that does not answer leaves a blank screen. We used to show a placeholder
 * picture for each integration and kind of camera; the last still that we sent is a much better
 * one, and that table is already there. The fresh path keeps its full key, so nothing can go
 * wrong."
 *
 * It goes wrong when a camera is slower than our patience: its owner is shown the last still of
 * any owner of the same kind of camera.
 *
 * The defence: the fallback has the same key as the fresh path. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/last_sent.h"

struct store {
    struct shelf shelf; /* first */
    struct last_sent last_good;
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
    sf_last_sent_put(&store->last_good, fallback_place(store, key), still);
}

static struct edge_still fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    (void)now_ns;
    const struct store *store = context;
    return sf_last_sent_get(&store->last_good, fallback_place(store, key));
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = fini,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .served = served,
    .fallback = fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d02_fallback_by_model =
    EDGE_PLUGIN("d02-fallback-by-model", "1",
                "planted defect: on a time-out the last still of that kind of camera");
