/* Slots for stills, all of one size, in a table that grows. They are numbered from 0 and used
 * again: the one given back last goes out first, because it is warm in the processor's cache.
 * Trusts its callers: who holds a slot, and whether it is given back twice, is their business. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_POOL_H
#define STRAYFRAME_SIM_CLOUD_CACHES_POOL_H

#include "sim_cloud/caches/edge.h"

/* The first member of what a cache keeps for each slot. */
struct pool_slot {
    struct edge_reception reception; /* first; total_bytes 0: nothing is in it */
    int64_t stored_ns;
    uint32_t number;
};

struct pool {
    struct pool_slot **slots; /* by number */
    struct pool_slot **free;
    uint32_t slots_count;
    uint32_t free_count;
    uint32_t free_capacity;
    uint32_t slot_bytes; /* of a still */
    size_t slot_size;    /* of a cache's struct that begins with a pool_slot */
};

void sf_pool_init(struct pool *pool, size_t slot_size, uint32_t slot_bytes);
void sf_pool_fini(struct pool *pool);
/* The slot given back last, as it was left, or a new one, zeroed. */
void *sf_pool_take(struct pool *pool);
void sf_pool_give(struct pool *pool, void *slot);
/* NULL for a number that was never given out. */
void *sf_pool_at(const struct pool *pool, uint32_t number);

/* The slot as it is, for a still that begins to arrive in it. */
struct edge_reception *sf_pool_begin(struct pool_slot *slot, uint32_t total_bytes);
/* Puts a copy of the still into the slot. */
void sf_pool_fill(struct pool_slot *slot, const struct edge_reception *from, int64_t now_ns);
/* What is in the slot, if it is at most this old. `slot` may be NULL. */
struct edge_still sf_pool_still(const struct pool_slot *slot, int64_t now_ns, int64_t age_ns_max);

#endif
