/* D34: what a viewer was shown last is kept for the viewer.
 *
 * The engineer: "When a camera does not answer in time, the display keeps what it had. We remember
 * for each viewer the last still that we sent it: it has seen that one already, so it may see it."
 *
 * It goes wrong for viewers that look at two cameras, and worst when the second one is a
 * neighbour's, who shared it and has taken that back.
 *
 * The defence: the stopgap has the same key as the fresh path. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct last_sent {
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct shelf shelf;       /* first */
    struct kit_map last_sent; /* by viewer */
    uint32_t still_bytes_max;
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->last_sent);
    sf_shelf_fini(store);
}

static void store_served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    struct last_sent *last = sf_kit_map_get(&store->last_sent, key->viewer, 0);
    if (last == NULL) {
        last = sf_kit_alloc(1, sizeof *last + store->still_bytes_max);
        sf_kit_map_put(&store->last_sent, key->viewer, 0, last);
    }
    last->count = still.count;
    memcpy(last->bytes, still.bytes, still.count);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    if (store->shelf.defence) {
        return sf_shelf_fallback(context, key, now_ns);
    }
    const struct last_sent *last = sf_kit_map_get(&store->last_sent, key->viewer, 0);
    return last != NULL ? (struct edge_still){last->bytes, last->count}
                        : (struct edge_still){NULL, 0};
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    store->still_bytes_max = config->still_bytes_max;
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .served = store_served,
    .fallback = store_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d34_last_of_viewer =
    EDGE_PLUGIN("d34-last-of-viewer", "1",
                "planted defect: on a time-out the last still that the viewer was sent");
