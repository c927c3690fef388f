/* D01: the key lacks the tenant.
 *
 * A still is kept under what a request's address says: which camera of the account, and its model.
 * Whose account it is stands in a header, which the cache does not read. Every first camera of a
 * model is the same to it.
 *
 * The defence: the key has the tenant and the camera in it. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 0) X(defence, 0, 1, shelf.defence)

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    return store->shelf.defence ? (struct shelf_place){key->tenant, key->camera}
                                : (struct shelf_place){key->camera_slot, key->model};
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = sf_shelf_fini,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d01_tenantless =
    EDGE_PLUGIN("d01-tenantless", "1",
                "the key is the camera's place in the account and its model, without the tenant");
