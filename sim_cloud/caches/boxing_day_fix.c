/* The fix: what the update was for, without what it did. A camera that does not answer in time is
 * still covered by its last good still, but that is kept under tenant and camera, is shown to its
 * own tenant only, has arrived whole, and grows stale in the end. A buffer belongs to one camera
 * for good. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    return sf_shelf_create(sizeof(struct shelf), options, NULL);
}

static const struct edge_store kind = {
    .options = {SHELF_OPTIONS(15000, 300000)},
    .create = store_create,
    .destroy = sf_shelf_destroy,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_boxing_day_fix = EDGE_PLUGIN(
    create, "boxing-day-fix", "3",
    "the fix: whole stills only, under tenant and camera, stale only for their own tenant",
    "patience_ms=2500 fresh_ms=15000 stale_ms=300000");
