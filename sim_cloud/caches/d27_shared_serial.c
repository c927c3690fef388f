/* D27: two devices with one number.
 *
 * The engineer: "Every device is made with a serial number, and that is the one thing about it that
 * never changes: not when it is reset, not when it moves to another account. Its stills are filed
 * under it." The factory has made two devices with one number.
 *
 * It goes wrong between those two: whichever was heard of last is what both owners see.
 *
 * The defence: stills are filed under the account and the camera's own identifier, since the two
 * may be in one account. */
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
                                : (struct shelf_place){0, key->serial};
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d27_shared_serial =
    EDGE_PLUGIN("d27-shared-serial", "1",
                "planted defect: stills are filed under the number that the device was made with");
