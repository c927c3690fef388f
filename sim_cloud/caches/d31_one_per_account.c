/* D31: the key lacks the camera.
 *
 * The engineer: "Our key has the account and the model. Which of the account's cameras it is did
 * not matter when the product was one camera in a box."
 *
 * It goes wrong for an owner who buys a second one: the hall is shown as the nursery. No stranger
 * sees it.
 *
 * The defence: the key has the camera in it. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 0) X(defence, 0, 1, shelf.defence)

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    return (struct shelf_place){key->tenant, store->shelf.defence ? key->camera : key->model};
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d31_one_per_account =
    EDGE_PLUGIN("d31-one-per-account", "1",
                "planted defect: the key is the account and the model, without the camera");
