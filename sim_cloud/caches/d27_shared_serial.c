/* D27: two devices with one number.
 *
 * The engineer: "Every device is made with a serial number, and that is the one thing about it that
 * never changes: not when it is reset, not when it moves to another account. Its stills are filed
 * under it." The factory has made two devices with one number.
 *
 * It goes wrong between those two: whichever was heard of last is what both owners see.
 *
 * The defence: a number is looked up within the account. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
    bool defence;
};

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    return (struct shelf_place){store->defence ? key->tenant : 0, key->serial};
}

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = kit_alloc(1, sizeof *store);
    shelf_init(&store->shelf, options);
    store->shelf.place = place_of;
    store->defence = options[SHELF_OPTIONS_COUNT].value != 0;
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    shelf_fini(&store->shelf);
    free(store);
}

static const struct edge_store kind = {
    .options = {SHELF_OPTIONS(15000), {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = shelf_begin,
    .end = shelf_end,
    .fresh = shelf_fresh,
    .fallback = shelf_fallback,
    .forget = shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d27_shared_serial =
    EDGE_PLUGIN(create, "d27-shared-serial", "1",
                "planted defect: stills are filed under the number that the device was made with",
                "patience_ms=2500 fresh_ms=15000 stale_ms=300000 defence=0");
