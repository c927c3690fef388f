/* The fix: what the update was for, without what it did. A camera that does not answer in time is
 * still covered by its last good still, but that is kept under tenant and camera, is shown to its
 * own tenant only, has arrived whole, and grows stale in the end. A buffer belongs to one camera
 * for good. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf; /* first */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000)

static const struct edge_store kind = {
    SHELF_STORE,
    .fini = sf_shelf_fini,
    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_boxing_day_fix = EDGE_PLUGIN(
    "boxing-day-fix", "3",
    "the fix: whole stills only, under tenant and camera, stale only for their own tenant");
