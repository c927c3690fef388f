/* D35: an invalidation forgets what is there, not what is on its way.
 *
 * The engineer: "A camera is one device, so its stills stand under the device. When it changes
 * hands we get an invalidation, and throw its still away at once."
 *
 * It goes wrong when a still of the old owner's is being uploaded, or fetched, at that moment: it
 * lands after the invalidation, and the new owner asks next.
 *
 * The defence: what the old owner's registration began is dropped when it ends, unless a later
 * request says that the camera is still that owner's. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

/* For whom a camera was invalidated last. */
struct former {
    uint64_t tenant;
    bool is_owner; /* a request has come for it since: its stills are kept again */
};

struct store {
    struct shelf shelf;     /* first */
    struct kit_map formers; /* by camera */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    (void)context;
    return (struct shelf_place){key->camera, key->model};
}

SHELF_INIT(place_of)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->formers);
    sf_shelf_fini(store);
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    const struct store *store = context;
    const struct former *former = sf_kit_map_get(&store->formers, key->camera, 0);
    bool of_former = former != NULL && former->tenant == key->tenant && !former->is_owner;
    return sf_shelf_end(context, key, reception, complete && !(store->shelf.defence && of_former),
                        now_ns);
}

static void store_forget_camera(void *context, uint64_t tenant, uint64_t camera)
{
    struct store *store = context;
    free(sf_kit_map_remove_any(&store->shelf.stills, camera));
    struct former *former = sf_kit_map_get(&store->formers, camera, 0);
    if (former == NULL) {
        former = sf_kit_alloc(1, sizeof *former);
        sf_kit_map_put(&store->formers, camera, 0, former);
    }
    *former = (struct former){.tenant = tenant};
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    struct former *former = sf_kit_map_get(&store->formers, key->camera, 0);
    if (former != NULL && former->tenant == key->tenant) {
        former->is_owner = true;
    }
    return sf_shelf_fresh(context, key, now_ns);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = sf_shelf_fallback,
    .forget_camera = store_forget_camera,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d35_lands_after_invalidation = EDGE_PLUGIN(
    "d35-lands-after-invalidation", "1",
    "planted defect: a still on its way is kept although the camera was invalidated meanwhile");
