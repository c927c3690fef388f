#include "sim_cloud/caches/recycled.h"

void sf_recycled_init_sized(struct recycled *recycled, size_t buffer_size,
                            const struct sf_cache_config *config)
{
    sf_pool_init(&recycled->buffers, buffer_size, config->still_bytes_max);
}

void sf_recycled_init(void *recycled, const struct sf_cache_host *host,
                      const struct sf_cache_config *config)
{
    (void)host;
    sf_recycled_init_sized(recycled, sizeof(struct pool_slot), config);
}

void sf_recycled_fini(void *context)
{
    struct recycled *recycled = context;
    sf_kit_map_free(&recycled->stills);
    sf_pool_fini(&recycled->buffers);
}

struct edge_reception *sf_recycled_begin(void *context, const struct edge_key *key,
                                         uint32_t total_bytes, int64_t now_ns)
{
    (void)key;
    (void)now_ns;
    struct recycled *recycled = context;
    return sf_pool_begin(sf_pool_take(&recycled->buffers), total_bytes);
}

void sf_recycled_replace(struct recycled *recycled, const struct edge_key *key,
                         struct pool_slot *buffer, int64_t now_ns)
{
    buffer->stored_ns = now_ns;
    struct pool_slot *before = sf_kit_map_get(&recycled->stills, key->tenant, key->camera);
    if (before != NULL) {
        sf_pool_give(&recycled->buffers, before);
    }
    sf_kit_map_put(&recycled->stills, key->tenant, key->camera, buffer);
}

bool sf_recycled_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                     bool complete, int64_t now_ns)
{
    struct recycled *recycled = context;
    struct pool_slot *buffer = (struct pool_slot *)(void *)reception;
    if (complete) {
        sf_recycled_replace(recycled, key, buffer, now_ns);
    } else {
        sf_pool_give(&recycled->buffers, buffer);
    }
    return complete;
}

struct edge_still sf_recycled_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct recycled *recycled = context;
    return sf_pool_still(sf_kit_map_get(&recycled->stills, key->tenant, key->camera), now_ns,
                         recycled->fresh_for_ns);
}

void sf_recycled_forget(void *context, uint64_t tenant)
{
    struct recycled *recycled = context;
    struct pool_slot *buffer;
    while ((buffer = sf_kit_map_remove_any(&recycled->stills, tenant)) != NULL) {
        sf_pool_give(&recycled->buffers, buffer);
    }
}
