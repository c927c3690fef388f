/* D22: late data is written into a buffer that is another camera's by now.
 *
 * Buffers for stills are used again and again, the one given back last first. When an upload has
 * taken too long its buffer is given back at once; the line in the table that says where the
 * upload's bytes go stays until the upload is complete, since what comes late falls into a buffer
 * that is free, where it does no harm. Until the buffer is taken again.
 *
 * The defence: what comes after the end of an upload is dropped. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/recycled.h"

struct store {
    struct recycled recycled; /* first */
};

#define OPTIONS(X) RECYCLED_FRESH(X) RECYCLED_DEFENCE(X)

static struct edge_reception *store_late(void *context, struct edge_reception *reception)
{
    const struct recycled *recycled = context;
    return recycled->defence ? NULL : reception;
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = sf_recycled_init,
    .fini = sf_recycled_fini,
    .begin = sf_recycled_begin,
    .end = sf_recycled_end,
    .late = store_late,
    .fresh = sf_recycled_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d22_late_write =
    EDGE_PLUGIN("d22-late-write", "1",
                "an upload that took too long gives its buffer back and goes on writing into it");
