/* D22: late data is written into a buffer that is another camera's by now.
 *
 * Buffers for stills are used again and again, the one given back last first. When an upload has
 * taken too long its buffer is given back at once; the line in the table that says where the
 * upload's bytes go stays until the upload is complete, since what comes late falls into a buffer
 * that is free, where it does no harm. Until the buffer is taken again.
 *
 * The defence: what comes after the end of an upload is dropped. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

#define MS_NS INT64_C(1000000)

struct buffer {
    struct edge_reception reception; /* first: the edge fills it in */
    struct buffer *next_free;
    struct buffer *next_all;
    int64_t stored_ns;
};

struct store {
    struct kit_map stills; /* by tenant and camera: a buffer */
    struct buffer *all;
    struct buffer *free;
    uint32_t buffer_bytes;
    int64_t fresh_for_ns;
    bool defence;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    struct store *store = kit_alloc(1, sizeof *store);
    store->buffer_bytes = config->still_bytes_max;
    store->fresh_for_ns = (int64_t)options[0].value * MS_NS;
    store->defence = options[1].value != 0;
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    while (store->all != NULL) {
        struct buffer *buffer = store->all;
        store->all = buffer->next_all;
        free(buffer->reception.bytes);
        free(buffer);
    }
    kit_map_free(&store->stills);
    free(store);
}

static void give_back(struct store *store, struct buffer *buffer)
{
    buffer->next_free = store->free;
    store->free = buffer;
}

static struct edge_reception *store_begin(void *context, const struct edge_key *key,
                                          uint32_t total_bytes, int64_t now_ns)
{
    (void)key;
    (void)now_ns;
    struct store *store = context;
    struct buffer *buffer = store->free;
    if (buffer != NULL) {
        store->free = buffer->next_free;
    } else {
        buffer = kit_alloc(1, sizeof *buffer);
        buffer->reception.bytes = kit_alloc(store->buffer_bytes, 1);
        buffer->next_all = store->all;
        store->all = buffer;
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
    if (!complete) {
        give_back(store, buffer);
        return false;
    }
    buffer->stored_ns = now_ns;
    struct buffer *before = kit_map_remove(&store->stills, key->tenant, key->camera);
    if (before != NULL) {
        give_back(store, before);
    }
    kit_map_put(&store->stills, key->tenant, key->camera, buffer);
    return true;
}

static struct edge_reception *store_late(void *context, struct edge_reception *reception)
{
    const struct store *store = context;
    return store->defence ? NULL : reception;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct buffer *buffer = kit_map_get(&store->stills, key->tenant, key->camera);
    if (buffer == NULL || now_ns - buffer->stored_ns > store->fresh_for_ns) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){buffer->reception.bytes, buffer->reception.total_bytes};
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    (void)context;
    (void)key;
    (void)now_ns;
    return (struct edge_still){NULL, 0};
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = store_begin,
    .end = store_end,
    .late = store_late,
    .fresh = store_fresh,
    .fallback = store_fallback,
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    return edge_create(&kind, host, config, error, error_bytes);
}

const struct sf_cache_plugin sf_builtin_d22_late_write =
    EDGE_PLUGIN(create, "d22-late-write", "1",
                "an upload that took too long gives its buffer back and goes on writing into it",
                "patience_ms=2500 fresh_ms=15000 defence=0");
