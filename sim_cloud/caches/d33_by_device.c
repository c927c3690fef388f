/* D33: the key lacks the owner, and devices change hands.
 *
 * The engineer: "No two cameras have one identifier, so it is key enough. Whether a viewer may see
 * the camera was decided before we are asked."
 *
 * It goes wrong when a camera is sold: the new owner may see the camera, and is shown the last
 * still of the old owner's home. The cache has to forget what is the old owner's; it looks for
 * that under the owner, and there is nothing.
 *
 * The defence: the key has the tenant in it. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    return store->shelf.defence ? (struct shelf_place){key->tenant, key->camera}
                                : (struct shelf_place){key->camera, key->model};
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d33_by_device =
    EDGE_PLUGIN("d33-by-device", "1", "planted defect: the key is the device, without its owner");
