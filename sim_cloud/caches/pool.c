#include "sim_cloud/caches/pool.h"

#include <stdlib.h>
#include <string.h>

enum { GROW_BY = 32 };

void sf_pool_init(struct pool *pool, size_t slot_size, uint32_t slot_bytes)
{
    *pool = (struct pool){.slot_size = slot_size, .slot_bytes = slot_bytes};
}

void sf_pool_fini(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        free(pool->slots[i]->reception.bytes);
        free(pool->slots[i]);
    }
    free(pool->slots);
    free(pool->free);
}

/* The list with room for at least one more. */
static struct pool_slot **with_room(struct pool_slot **list, uint32_t count, uint32_t capacity)
{
    if (count < capacity) {
        return list;
    }
    struct pool_slot **bigger = sf_kit_alloc((size_t)count + GROW_BY, sizeof(struct pool_slot *));
    if (count > 0) {
        memcpy(bigger, list, count * sizeof(struct pool_slot *));
    }
    free(list);
    return bigger;
}

static struct pool_slot *add(struct pool *pool)
{
    uint32_t capacity = (pool->slots_count + GROW_BY - 1) / GROW_BY * GROW_BY;
    struct pool_slot *slot = sf_kit_alloc(1, pool->slot_size);
    slot->reception.bytes = sf_kit_alloc(pool->slot_bytes, 1);
    slot->number = pool->slots_count;
    pool->slots = with_room(pool->slots, pool->slots_count, capacity);
    pool->slots[pool->slots_count++] = slot;
    return slot;
}

void *sf_pool_take(struct pool *pool)
{
    return pool->free_count > 0 ? pool->free[--pool->free_count] : add(pool);
}

void sf_pool_give(struct pool *pool, void *slot)
{
    pool->free = with_room(pool->free, pool->free_count, pool->free_capacity);
    if (pool->free_count == pool->free_capacity) {
        pool->free_capacity += GROW_BY;
    }
    pool->free[pool->free_count++] = slot;
}

void *sf_pool_at(const struct pool *pool, uint32_t number)
{
    return number < pool->slots_count ? pool->slots[number] : NULL;
}

struct edge_reception *sf_pool_begin(struct pool_slot *slot, uint32_t total_bytes)
{
    slot->reception.total_bytes = total_bytes;
    slot->reception.received_bytes = 0;
    return &slot->reception;
}

void sf_pool_fill(struct pool_slot *slot, const struct edge_reception *from, int64_t now_ns)
{
    memcpy(slot->reception.bytes, from->bytes, from->total_bytes);
    slot->reception.total_bytes = from->total_bytes;
    slot->stored_ns = now_ns;
}

struct edge_still sf_pool_still(const struct pool_slot *slot, int64_t now_ns, int64_t age_ns_max)
{
    if (slot == NULL || slot->reception.total_bytes == 0 || now_ns - slot->stored_ns > age_ns_max) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){slot->reception.bytes, slot->reception.total_bytes};
}
