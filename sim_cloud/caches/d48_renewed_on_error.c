/* D48: a camera that cannot be reached renews the still that is there.
 *
 * The engineer: "While a camera is away, every request asks for it again, waits, and gets the old
 * still in the end. Where a fetch has failed, the still that we have counts as new for a while:
 * no viewer waits, and the camera's gateway has its peace." It was to be seconds; each failure
 * begins them anew.
 *
 * It goes wrong where a camera stays away for longer than a picture may pass as fresh: its owner is
 * shown an old picture that nothing tells from a new one.
 *
 * The defence: the still goes out at once as well, and is flagged as stale. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf;     /* first */
    uint64_t failed_camera; /* its fetch has just failed */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    if (store->failed_camera == 0) {
        return sf_shelf_fresh(store, key, now_ns);
    }
    struct edge_still still = sf_shelf_fallback(store, key, now_ns);
    struct shelf_still *there = sf_kit_map_get(&store->shelf.stills, key->tenant, key->camera);
    if (still.bytes != NULL && !store->shelf.defence) {
        there->stored_ns = now_ns;
    }
    return still;
}

static void say(void *context, const struct edge_key *key, struct edge_still still,
                struct sf_cache_answer_properties *properties)
{
    const struct store *store = context;
    (void)key;
    (void)still;
    if (store->failed_camera != 0 && store->shelf.defence) {
        properties->flags |= SF_CACHE_ANSWER_STALE;
    }
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

static const struct edge_store kind = {
    EDGE_STORE,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fini = sf_shelf_fini,
    .fresh = fresh,
    .say = say,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d48_renewed_on_error = {
    EDGE_HEAD("d48-renewed-on-error", "1",
              "planted defect: a fetch that fails makes the old still pass as fresh"),
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    .on_fetch_part = sf_edge_on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
};
