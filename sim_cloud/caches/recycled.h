/* A sound store of stills in recycled buffers, behind the edge: each upload is received into a
 * buffer of a pool, and the buffer of a camera's still before goes back when a newer one is
 * complete. Planted defects start from it, and change one thing.
 *
 * A cache's `struct store` begins with a `struct recycled`; a buffer begins with a pool_slot. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_RECYCLED_H
#define STRAYFRAME_SIM_CLOUD_CACHES_RECYCLED_H

#include "sim_cloud/caches/pool.h"

struct recycled {
    struct pool buffers;
    struct kit_map stills; /* by tenant and camera: the buffer */
    int64_t fresh_for_ns;
    bool defence; /* of a planted defect: it is put back */
};

/* The options of a cache whose `struct store` has it as `recycled`: first and last rows. */
#define RECYCLED_FRESH(X) X(fresh_ms, 15000, 86400000, recycled.fresh_for_ns)
#define RECYCLED_DEFENCE(X) X(defence, 0, 1, recycled.defence)

void sf_recycled_init(void *recycled, const struct sf_cache_host *host,
                      const struct sf_cache_config *config);
void sf_recycled_fini(void *recycled);
/* Buffers of another size than a pool_slot's; in place of sf_recycled_init. */
void sf_recycled_init_sized(struct recycled *recycled, size_t buffer_size,
                            const struct sf_cache_config *config);
struct edge_reception *sf_recycled_begin(void *recycled, const struct edge_key *key,
                                         uint32_t total_bytes, int64_t now_ns);
bool sf_recycled_end(void *recycled, const struct edge_key *key, struct edge_reception *reception,
                     bool complete, int64_t now_ns);
struct edge_still sf_recycled_fresh(void *recycled, const struct edge_key *key, int64_t now_ns);
void sf_recycled_forget(void *recycled, uint64_t tenant);

/* Puts the buffer in the place of the camera's still before, whose buffer goes back. */
void sf_recycled_replace(struct recycled *recycled, const struct edge_key *key,
                         struct pool_slot *buffer, int64_t now_ns);

#endif
