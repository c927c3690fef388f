/* D07: a recycled buffer, and a length from its last use.
 *
 * The engineer: "To who has waited for a camera in vain the first half of a picture is better than
 * none, and displays can show it. A buffer knows how far it is filled without a gap; packets that
 * come twice or late must not make that less." Buffers are recycled, because allocating one for
 * each upload was slow.
 *
 * It goes wrong when an upload is cut short: the buffer counts as filled as far as it was with the
 * still before, and the rest of another owner's picture goes out behind the new beginning.
 *
 * The defence: a buffer that is taken into use is empty. */
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/recycled.h"

struct buffer {
    struct pool_slot slot; /* first */
    uint32_t filled_bytes; /* from the start, without a gap */
    bool whole;
};

struct store {
    struct recycled recycled; /* first */
    uint32_t good_percent;
};

#define OPTIONS(X) RECYCLED_FRESH(X) X(good_percent, 50, 100, good_percent) RECYCLED_DEFENCE(X)

static void init(void *store, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    sf_recycled_init_sized(store, sizeof(struct buffer), config);
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    const struct recycled *recycled = context;
    struct edge_reception *reception = sf_recycled_begin(context, key, total_bytes, now_ns);
    if (recycled->defence) {
        ((struct buffer *)(void *)reception)->filled_bytes = 0;
    }
    return reception;
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
        sf_pool_give(&store->recycled.buffers, buffer);
        return false;
    }
    buffer->whole = complete;
    sf_recycled_replace(&store->recycled, key, &buffer->slot, now_ns);
    return complete;
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct buffer *buffer = sf_kit_map_get(&store->recycled.stills, key->tenant, key->camera);
    if (buffer == NULL || now_ns - buffer->slot.stored_ns > store->recycled.fresh_for_ns) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){buffer->slot.reception.bytes, buffer->filled_bytes};
}

static bool store_incomplete(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    const struct buffer *buffer = sf_kit_map_get(&store->recycled.stills, key->tenant, key->camera);
    return buffer != NULL && !buffer->whole;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct buffer *buffer = sf_kit_map_get(&store->recycled.stills, key->tenant, key->camera);
    if (buffer == NULL || !buffer->whole) {
        return (struct edge_still){NULL, 0};
    }
    return store_fallback(context, key, now_ns);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = sf_recycled_fini,
    .begin = store_begin,
    .received = store_received,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
    .incomplete = store_incomplete,
    .forget = sf_recycled_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d07_stale_length =
    EDGE_PLUGIN("d07-stale-length", "1",
                "planted defect: a recycled buffer counts as filled as far as it was before");
