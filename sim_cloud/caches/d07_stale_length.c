/* D07: a recycled buffer, and a length from its last use.
 *
 * The engineer: "To who has waited for a camera in vain the first half of a picture is better than
 * none, and displays can show it. A buffer knows how far it is filled without a gap; packets that
 * come twice or late must not make that less." Buffers are recycled, because allocating one for
 * each upload was slow.
 *
 * It goes wrong when an upload is cut short: the buffer counts as filled as far as it was with the
 * still before, and the rest of somebody else's picture goes out behind the new beginning.
 *
 * The defence: a buffer that is taken into use is empty. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct buffer {
    struct pool_slot slot; /* first */
    uint32_t filled_bytes; /* from the start, without a gap */
    bool whole;
};

struct store {
    struct pool buffers;
    struct kit_map stills; /* by tenant and camera: struct buffer */
    int64_t fresh_for_ns;
    uint32_t good_percent;
    bool defence;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    struct store *store = sf_kit_alloc(1, sizeof *store);
    sf_pool_init(&store->buffers, sizeof(struct buffer), config->still_bytes_max);
    store->fresh_for_ns = kit_option_ns(&options[0]);
    store->good_percent = (uint32_t)options[1].value;
    store->defence = options[2].value != 0;
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    sf_kit_map_free(&store->stills);
    sf_pool_fini(&store->buffers);
    free(store);
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)key;
    (void)now_ns;
    struct store *store = context;
    struct buffer *buffer = sf_pool_take(&store->buffers);
    if (store->defence) {
        buffer->filled_bytes = 0;
    }
    return sf_pool_begin(&buffer->slot, total_bytes);
}

static void store_received(void *context, struct edge_reception *reception, uint32_t offset,
                           uint32_t count)
{
    (void)context;
    struct buffer *buffer = (struct buffer *)(void *)reception;
    if (offset <= buffer->filled_bytes && offset + count > buffer->filled_bytes) {
        buffer->filled_bytes = offset + count;
    }
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct buffer *buffer = (struct buffer *)(void *)reception;
    if (complete) {
        buffer->filled_bytes = reception->total_bytes;
    }
    uint64_t percent = (uint64_t)buffer->filled_bytes * 100 / reception->total_bytes;
    if (percent < store->good_percent || reception->received_bytes == 0) {
        sf_pool_give(&store->buffers, buffer);
        return false;
    }
    buffer->slot.stored_ns = now_ns;
    buffer->whole = complete;
    struct buffer *before = sf_kit_map_get(&store->stills, key->tenant, key->camera);
    if (before != NULL) {
        sf_pool_give(&store->buffers, before);
    }
    sf_kit_map_put(&store->stills, key->tenant, key->camera, buffer);
    return complete;
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct buffer *buffer = sf_kit_map_get(&store->stills, key->tenant, key->camera);
    if (buffer == NULL || now_ns - buffer->slot.stored_ns > store->fresh_for_ns) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){buffer->slot.reception.bytes, buffer->filled_bytes};
}

static bool store_incomplete(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    const struct buffer *buffer = sf_kit_map_get(&store->stills, key->tenant, key->camera);
    return buffer != NULL && !buffer->whole;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct buffer *buffer = sf_kit_map_get(&store->stills, key->tenant, key->camera);
    if (buffer == NULL || !buffer->whole) {
        return (struct edge_still){NULL, 0};
    }
    return store_fallback(context, key, now_ns);
}

static void store_forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    struct buffer *buffer;
    while ((buffer = sf_kit_map_remove_any(&store->stills, tenant)) != NULL) {
        sf_pool_give(&store->buffers, buffer);
    }
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"good_percent", 50, 100}, {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .received = store_received,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
    .incomplete = store_incomplete,
    .forget = store_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d07_stale_length =
    EDGE_PLUGIN(create, "d07-stale-length", "1",
                "planted defect: a recycled buffer counts as filled as far as it was before",
                "patience_ms=2500 fresh_ms=15000 good_percent=50 defence=0");
