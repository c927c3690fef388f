/* The store before the update. One still a camera, kept under its owner and its camera, for as long
 * as it is fresh. A still that did not arrive whole is thrown away. When there is nothing, it says
 * so. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 0)

static const struct edge_store kind = {
    SHELF_STORE,
    .fini = sf_shelf_fini,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_boxing_day_before =
    EDGE_PLUGIN("boxing-day-before", "1",
                "the cache before the update: fresh stills under tenant and camera, or nothing");
