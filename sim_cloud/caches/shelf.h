/* A sound store of stills behind the edge: whole ones only, under tenant and camera, fresh for a
 * while and after that a stopgap for their own tenant. Planted defects start from it, and change
 * one thing: often the place at which a still stands. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_SHELF_H
#define STRAYFRAME_SIM_CLOUD_CACHES_SHELF_H

#include "sim_cloud/caches/edge.h"

/* The first options of a cache with a shelf, as rows of its OPTIONS; stale_ms 0: there is no
 * stopgap. A planted defect has X(defence, 0, 1, shelf.defence) as its last. */
#define SHELF_OPTIONS(X, FRESH_MS, STALE_MS)            \
    X(fresh_ms, FRESH_MS, 86400000, shelf.fresh_for_ns) \
    X(stale_ms, STALE_MS, 86400000, shelf.stale_for_ns)

/* Under what a still stands: a pair of numbers, not both 0. */
struct shelf_place {
    uint64_t a;
    uint64_t b;
};

struct shelf_still {
    struct edge_reception reception; /* first: the edge fills it in */
    struct edge_key key;
    struct shelf_place place;
    int64_t stored_ns;
    uint8_t bytes[]; /* none where the host holds the still */
};

/* The first member of a cache's `struct store`. */
struct shelf {
    struct kit_map stills; /* by place: struct shelf_still */
    /* Where a still with this key stands. NULL: under tenant and camera. */
    struct shelf_place (*place)(const void *shelf, const struct edge_key *key);
    int64_t fresh_for_ns;
    int64_t stale_for_ns;
    bool defence; /* of a planted defect: it is put back */
};

/* The bytes of a still that has ended complete, wherever they are. */
struct edge_still sf_shelf_bytes(const struct shelf_still *still);

/* An edge_store's functions. A store whose first member is a shelf may use them as they are. */
struct edge_reception *sf_shelf_begin(void *shelf, const struct edge_key *key, uint32_t total_bytes,
                                      int64_t now_ns);
/* The same, for a still that the host is to hold. */
struct edge_reception *sf_shelf_begin_held(void *shelf, const struct edge_key *key,
                                           uint32_t total_bytes, int64_t now_ns);
void sf_shelf_fini(void *shelf);
bool sf_shelf_end(void *shelf, const struct edge_key *key, struct edge_reception *reception,
                  bool complete, int64_t now_ns);
struct edge_still sf_shelf_fresh(void *shelf, const struct edge_key *key, int64_t now_ns);
struct edge_still sf_shelf_fallback(void *shelf, const struct edge_key *key, int64_t now_ns);
/* Forgets what stands under the tenant's number. */
void sf_shelf_forget(void *shelf, uint64_t tenant);

/* Writes `init`, for a store whose stills stand where PLACE says. */
#define SHELF_INIT(PLACE)                                           \
    static void init(void *store, const struct sf_cache_host *host, \
                     const struct sf_cache_config *config)          \
    {                                                               \
        (void)host;                                                 \
        (void)config;                                               \
        ((struct shelf *)store)->place = (PLACE);                   \
    }

/* An edge_store's members for a store that uses all of these as they are. */
#define SHELF_STORE                                                                              \
    EDGE_STORE, .begin = sf_shelf_begin, .begin_held = sf_shelf_begin_held, .end = sf_shelf_end, \
                .fresh = sf_shelf_fresh, .fallback = sf_shelf_fallback

/* Keeps a copy of a whole still. */
void sf_shelf_put(struct shelf *shelf, const struct edge_key *key, struct edge_still still,
                  int64_t now_ns);
/* Forgets what stands where a still with this key would. */
void sf_shelf_remove(struct shelf *shelf, const struct edge_key *key);

#endif
