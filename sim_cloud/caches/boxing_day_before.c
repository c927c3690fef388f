/* The store before the update. One still a camera, kept under its owner and its camera, for as long
 * as it is fresh. A still that did not arrive whole is thrown away. When there is nothing, it says
 * so. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    return sf_shelf_create(sizeof(struct shelf), options, NULL);
}

static const struct edge_store kind = {
    .options = {SHELF_OPTIONS(15000, 0)},
    .create = store_create,
    .destroy = sf_shelf_destroy,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_boxing_day_before =
    EDGE_PLUGIN(create, "boxing-day-before", "1",
                "the cache before the update: fresh stills under tenant and camera, or nothing",
                "patience_ms=2500 fresh_ms=15000 stale_ms=0");
