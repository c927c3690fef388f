/* D39: a newer still renews the entry, and does not replace the picture in it.
 *
 * The engineer: "Most of what cameras send is the picture that we have. Where there is an entry, we
 * renew its time, and leave the bytes alone: that saves a copy." The comparison of the two was to
 * come later.
 *
 * Each owner is shown its own camera for ever, as it was when its first still arrived.
 *
 * The defence: the newer still replaces the one before. */
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
    struct shelf_still *there = sf_kit_map_get(&store->shelf.stills, key->tenant, key->camera);
    if (complete && there != NULL && !store->shelf.defence) {
        there->stored_ns = now_ns;
        free(reception); /* the first member of what was allocated */
        return true;
    }
    return sf_shelf_end(store, key, reception, complete, now_ns);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .begin = sf_shelf_begin,
    .end = end,
    .fini = sf_shelf_fini,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d39_first_still = EDGE_PLUGIN(
    "d39-first-still", "1", "planted defect: each owner's first still is shown for ever");
