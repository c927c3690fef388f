/* D01: the key lacks the tenant.
 *
 * A still is kept under what a request's address says: which camera of the account, and its model.
 * Whose account it is stands in a header, and nobody told the cache. Every first camera of a model
 * is the same to it.
 *
 * The defence: the key has the tenant and the camera in it. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct shelf *shelf = context;
    return shelf->defence ? (struct shelf_place){key->tenant, key->camera}
                          : (struct shelf_place){key->camera_slot, key->model};
}

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    (void)config;
    return sf_shelf_create(sizeof(struct shelf), options, place_of);
}

static const struct edge_store kind = {
    .options = {SHELF_DEFECT_OPTIONS(15000, 0)},
    .create = store_create,
    .destroy = sf_shelf_destroy,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d01_tenantless =
    EDGE_PLUGIN(create, "d01-tenantless", "1",
                "the key is the camera's place in the account and its model, without the tenant",
                "patience_ms=2500 fresh_ms=15000 stale_ms=0 defence=0");
