/* D46: stills of a camera whose count begins again are discarded as old.
 *
 * The engineer: "A slow upload must not take the place of a newer one, so a still with a lower
 * count than ours is dropped. That it came at all tells us that the camera has nothing newer than
 * what we have, so ours counts as fresh from now on." A count that has wrapped, or a camera that
 * restarted, is lower for long.
 *
 * It goes wrong when the count begins again: the owner is shown the last still of before, as fresh,
 * until the count has come round.
 *
 * The defence: a lower count is believed when what is there has grown old. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct shelf_still *kept = sf_kit_map_get(&store->shelf.stills, key->tenant, key->camera);
    if (!store->shelf.defence && kept != NULL && reception->capture < kept->reception.capture) {
        kept->stored_ns = now_ns;
        complete = false;
    }
    return sf_shelf_end(store, key, reception, complete, now_ns);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .fini = sf_shelf_fini,
    .begin = sf_shelf_begin,
    .end = end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d46_count_of_once = EDGE_PLUGIN(
    "d46-count-of-once", "1",
    "planted defect: a still with a lower count is old, however long ago the other came");
