/* The update, as hypothesis H1 has it. "Designed to improve camera streaming quality": fewer blank
 * screens on bad networks, less memory churn. Three ideas, each reasonable on its own:
 *  - stills live in buffers of one size that are recycled, instead of an allocation each;
 *  - a still of which at least half has arrived is better than none, and counts as good;
 *  - when a camera does not answer in time, the last good still that this edge served for that kind
 * of camera is shown instead of nothing. The table of last good stills is small, one for each
 * (integration, model), because it began as a store of placeholder pictures, which do depend on
 * just that. The fresh path still has the full key. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

/* A buffer with a still in it, recycled when that is no longer fresh. */
struct buffer {
    struct edge_reception reception; /* first: the edge fills it in */
    struct buffer *next_free;
    int64_t stored_ns;
};

struct last_good {
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct kit_map fresh;     /* by tenant and camera */
    struct kit_map last_good; /* by integration and model */
    struct buffer
        *free; /* the one given back last is used first: it is warm in the processor's cache */
    uint32_t buffer_bytes;
    int64_t fresh_for_ns;
    uint32_t good_percent;
};

#define OPTIONS(X) X(fresh_ms, 15000, 86400000, fresh_for_ns) X(good_percent, 50, 100, good_percent)

static void buffer_free(struct buffer *buffer)
{
    free(buffer->reception.bytes);
    free(buffer);
}

static void store_fini(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->fresh.capacity; i++) {
        if (store->fresh.entries[i].value != NULL) {
            buffer_free(store->fresh.entries[i].value);
        }
    }
    for (size_t i = 0; i < store->last_good.capacity; i++) {
        free(store->last_good.entries[i].value);
    }
    while (store->free != NULL) {
        struct buffer *next = store->free->next_free;
        buffer_free(store->free);
        store->free = next;
    }
    sf_kit_map_free(&store->fresh);
    sf_kit_map_free(&store->last_good);
}

static void recycle(struct store *store, struct buffer *buffer)
{
    buffer->next_free = store->free;
    store->free = buffer;
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)now_ns;
    (void)key;
    (void)now_ns;
    struct store *store = context;
    struct buffer *buffer = store->free;
    if (buffer != NULL) {
        store->free = buffer->next_free;
    } else {
        buffer = sf_kit_alloc(1, sizeof *buffer);
        buffer->reception.bytes = sf_kit_alloc(store->buffer_bytes, 1);
    }
    buffer->reception.total_bytes = total_bytes;
    buffer->reception.received_bytes = 0;
    return &buffer->reception;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct buffer *buffer = (struct buffer *)(void *)reception;
    uint64_t percent = (uint64_t)reception->received_bytes * 100 / reception->total_bytes;
    if (!complete && percent < store->good_percent) {
        recycle(store, buffer);
        return false;
    }
    buffer->stored_ns = now_ns;
    struct buffer *before = sf_kit_map_remove(&store->fresh, key->tenant, key->camera);
    if (before != NULL) {
        recycle(store, before);
    }
    sf_kit_map_put(&store->fresh, key->tenant, key->camera, buffer);
    return true;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    struct buffer *buffer = sf_kit_map_get(&store->fresh, key->tenant, key->camera);
    if (buffer != NULL && now_ns - buffer->stored_ns > store->fresh_for_ns) {
        sf_kit_map_remove(&store->fresh, key->tenant, key->camera);
        recycle(store, buffer);
        buffer = NULL;
    }
    if (buffer == NULL) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){buffer->reception.bytes, buffer->reception.total_bytes};
}

static void store_served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    struct last_good *last = sf_kit_map_get(&store->last_good, key->integration, key->model);
    if (last == NULL) {
        last = sf_kit_alloc(1, sizeof *last + store->buffer_bytes);
        sf_kit_map_put(&store->last_good, key->integration, key->model, last);
    }
    last->count = still.count;
    memcpy(last->bytes, still.bytes, still.count);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    (void)now_ns;
    const struct store *store = context;
    const struct last_good *last = sf_kit_map_get(&store->last_good, key->integration, key->model);
    if (last == NULL) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){last->bytes, last->count};
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    store->buffer_bytes = config->still_bytes_max;
}

static const struct edge_store kind = {
    EDGE_STORE,       .init = init,         .fini = store_fini,     .begin = store_begin,
    .end = store_end, .fresh = store_fresh, .served = store_served, .fallback = store_fallback,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_boxing_day_update =
    EDGE_PLUGIN("boxing-day-update", "2",
                "the update (H1): recycled buffers, partial stills count, last good still by "
                "integration and model");
