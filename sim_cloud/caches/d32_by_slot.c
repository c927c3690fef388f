/* D32: a slot is taken for the camera that has it.
 *
 * The engineer: "The account and the slot are short, and both are in every request and every
 * upload. Together they are one camera."
 *
 * They are, until the owner exchanges two cameras, or takes one out and puts another in its place:
 * then what is kept under the slot is the other camera's.
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
    return (struct shelf_place){key->tenant, store->shelf.defence ? key->camera : key->camera_slot};
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d32_by_slot = EDGE_PLUGIN(
    "d32-by-slot", "1", "planted defect: the key is the account and the camera's slot in it");
