/* D27: two devices with one number.
 *
 * The engineer: "Every device is made with a serial number, and that is the one thing about it that
 * never changes: not when it is reset, not when it moves to another account. Its stills are filed
 * under it." The factory has made two devices with one number.
 *
 * It goes wrong between those two: whichever was heard of last is what both owners see.
 *
 * The defence: a number is looked up within the account. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct shelf *shelf = context;
    return (struct shelf_place){shelf->defence ? key->tenant : 0, key->serial};
}

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    return sf_shelf_create(sizeof(struct shelf), options, place_of);
}

static const struct edge_store kind = {
    .options = {SHELF_DEFECT_OPTIONS(15000, 300000)},
    .create = store_create,
    .destroy = sf_shelf_destroy,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d27_shared_serial =
    EDGE_PLUGIN(create, "d27-shared-serial", "1",
                "planted defect: stills are filed under the number that the device was made with",
                "patience_ms=2500 fresh_ms=15000 stale_ms=300000 defence=0");
