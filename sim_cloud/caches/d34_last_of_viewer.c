/* D34: the still that a viewer was shown last is kept for the viewer.
 *
 * The engineer: "When a camera does not answer in time, the display keeps what it had. We remember
 * for each viewer the last still that we sent it: it has seen that one already, so it may see it."
 *
 * It goes wrong for viewers that look at two cameras, and worst when the second one is a
 * neighbour's, who shared it and has taken that back.
 *
 * The defence: the stopgap has the same key as the fresh path. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/last_sent.h"

struct store {
    struct shelf shelf;         /* first */
    struct last_sent last_sent; /* by viewer */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    ((struct store *)context)->last_sent.still_bytes_max = config->still_bytes_max;
}

static void fini(void *context)
{
    struct store *store = context;
    sf_last_sent_fini(&store->last_sent);
    sf_shelf_fini(store);
}

static void served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    sf_last_sent_put(&store->last_sent, (struct shelf_place){key->viewer, 0}, still);
}

static struct edge_still fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return store->shelf.defence
               ? sf_shelf_fallback(context, key, now_ns)
               : sf_last_sent_get(&store->last_sent, (struct shelf_place){key->viewer, 0});
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

const struct sf_cache_plugin sf_builtin_d34_last_of_viewer =
    EDGE_PLUGIN("d34-last-of-viewer", "1",
                "planted defect: on a time-out the last still that the viewer was sent");
