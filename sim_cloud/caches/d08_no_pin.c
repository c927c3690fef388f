/* D08: evicted while it is still being sent.
 *
 * The engineer: "Sending a still in one go floods a slow viewer's line, so it is sent in four
 * parts, a little later each. They are read from the slot, so that nothing has to be copied. When
 * memory is short, the slot that was used longest ago takes the next still; a slot that is being
 * sent was used a moment ago, so it is safe." A slot whose camera has sent a newer still is free at
 * once.
 *
 * It goes wrong when stills arrive while one is being sent, more than there are slots or one of the
 * same camera: the viewer gets the beginning of its own still and the rest of another owner's.
 *
 * The defence: a slot that is being sent is not evicted. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

struct slot {
    struct pool_slot still; /* first */
    struct edge_key key;
    int64_t used_ns; /* UNUSED: no still is in it */
    uint32_t sending_count;
};

struct sending {
    struct slot *slot;
    uint32_t total_bytes;
    uint32_t sent_bytes;
};

struct store {
    const struct sf_cache_host *host;
    struct pool slots;
    uint32_t slots_count_max;
    struct kit_map by_key;   /* by tenant and camera: struct slot */
    struct kit_map sendings; /* by request */
    int64_t fresh_for_ns;
    int64_t part_every_ns;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(part_every_ms, 150, 60000, part_every_ns) X(defence, 0, 1, defence)

enum { SLOTS_MIN = 4, SLOTS_MAX = 4096, PARTS_COUNT = 4, UNUSED = -1 };

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free(&store->by_key);
    sf_kit_map_free_all(&store->sendings);
    sf_pool_fini(&store->slots);
}

/* The slot that was used longest ago; NULL when all are being sent. */
static struct slot *oldest_slot(const struct store *store)
{
    struct slot *oldest = NULL;
    for (uint32_t i = 0; i < store->slots.slots_count; i++) {
        struct slot *slot = sf_pool_at(&store->slots, i);
        if (store->defence && slot->sending_count > 0) {
            continue;
        }
        if (oldest == NULL || slot->used_ns < oldest->used_ns) {
            oldest = slot;
        }
    }
    return oldest;
}

/* A slot without a still: a free one, a new one, or the one used longest ago. */
static struct slot *take_slot(struct store *store)
{
    struct slot *slot = oldest_slot(store);
    bool free = slot != NULL && slot->used_ns == UNUSED;
    if (!free && store->slots.slots_count < store->slots_count_max) {
        return sf_pool_take(&store->slots);
    }
    if (slot != NULL && !free) {
        sf_kit_map_remove(&store->by_key, slot->key.tenant, slot->key.camera);
    }
    return slot;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct slot *slot = complete ? take_slot(store) : NULL;
    if (slot != NULL) {
        struct slot *before = sf_kit_map_get(&store->by_key, key->tenant, key->camera);
        if (before != NULL) {
            before->used_ns = UNUSED;
        }
        sf_pool_fill(&slot->still, reception, now_ns);
        slot->key = *key;
        slot->used_ns = now_ns;
        sf_kit_map_put(&store->by_key, key->tenant, key->camera, slot);
    }
    sf_edge_drop_aside(reception);
    return slot != NULL;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    struct slot *slot = sf_kit_map_get(&store->by_key, key->tenant, key->camera);
    if (slot != NULL) {
        slot->used_ns = now_ns;
    }
    return sf_pool_still(slot != NULL ? &slot->still : NULL, now_ns, store->fresh_for_ns);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    struct store *store = context;
    uint64_t count = config->capacity_bytes / config->still_bytes_max;
    store->slots_count_max = count < SLOTS_MIN   ? SLOTS_MIN
                             : count > SLOTS_MAX ? SLOTS_MAX
                                                 : (uint32_t)count;
    store->host = host;
    sf_pool_init(&store->slots, sizeof(struct slot), config->still_bytes_max);
}

static const struct edge_store kind = {
    EDGE_STORE,       .init = init,         .fini = store_fini,      .begin = sf_edge_begin_aside,
    .end = store_end, .fresh = store_fresh, .fallback = store_fresh,
};

/* ---- sending in parts ---- */

static void stop_sending(struct store *store, uint64_t request)
{
    struct sending *sending = sf_kit_map_remove(&store->sendings, request, 0);
    sending->slot->sending_count--;
    free(sending);
}

static void send_part(struct store *store, uint64_t request, struct sending *sending)
{
    const struct sf_cache_host *host = store->host;
    uint32_t left = sending->total_bytes - sending->sent_bytes;
    uint32_t part = sending->total_bytes / PARTS_COUNT + 1;
    uint32_t count = left < part ? left : part;
    host->answer_part(host->context, request,
                      sending->slot->still.reception.bytes + sending->sent_bytes, count);
    sending->sent_bytes += count;
    if (sending->sent_bytes < sending->total_bytes) {
        host->timer_set(host->context, store->part_every_ns, request, NULL);
    } else {
        host->answer_end(host->context, request);
        stop_sending(store, request);
    }
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = store->host;
    struct edge_key key = sf_edge_key_of_request(request);
    struct edge_still still = store_fresh(store, &key, host->now_ns(host->context));
    if (still.bytes == NULL || sf_edge_has_forgotten(edge, &key)) {
        sf_edge_request(edge, request->request, &key);
        return;
    }
    struct sending *sending = sf_kit_alloc(1, sizeof *sending);
    sending->slot = sf_kit_map_get(&store->by_key, key.tenant, key.camera);
    sending->slot->sending_count++;
    sending->total_bytes = still.count;
    sf_kit_map_put(&store->sendings, request->request, 0, sending);
    host->answer_begin(host->context, request->request, still.count);
    send_part(store, request->request, sending);
}

static void on_timer(void *edge, uint64_t timer, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    struct sending *sending = sf_kit_map_get(&store->sendings, request, 0);
    if (sending != NULL) {
        send_part(store, request, sending);
    } else {
        sf_edge_on_timer(edge, timer, request);
    }
}

static void on_request_cancelled(void *edge, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    if (sf_kit_map_get(&store->sendings, request, 0) != NULL) {
        stop_sending(store, request);
    } else {
        sf_edge_on_request_cancelled(edge, request);
    }
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d08_no_pin = {
    EDGE_HEAD("d08-no-pin", "1",
              "planted defect: a slot may be evicted while it is being sent in parts"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = on_timer,
};
