/* D47: what was handed over is handed on with the places that it had.
 *
 * The engineer: "A hand-over must be quick. The state is a table of heads, each with the number of
 * its slot, and the slots. We take it as it is and read stills from where they lie; what cameras
 * send from then on goes on the shelf. At the next hand-over the heads that are still good are
 * written as they stand, then those of the shelf."
 *
 * The slots of stills that were replaced meanwhile are left out, so what lay behind them moves up.
 * It goes wrong at the second hand-over, and only if it follows before all stills of the first have
 * been replaced: heads name the slots of others.
 *
 * The defence: each head is written with the number of the slot that is written for it. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

#define NAME "d47-handed-on"
#define VERSION "1"

struct head {
    uint64_t tenant; /* 0: forgotten */
    uint64_t camera;
    int64_t stored_ns;
    uint64_t slot;
};

struct store {
    struct shelf shelf; /* first */
    struct head *heads; /* that were handed over */
    uint8_t *slots;     /* theirs: a length of 4 bytes, and a still */
    uint64_t heads_count;
    uint64_t slot_bytes;
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 0) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    free(store->heads);
    free(store->slots);
    sf_shelf_fini(store);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    struct store *store = context;
    store->slot_bytes = sizeof(uint32_t) + (uint64_t)config->still_bytes_max;
}

static bool is_fresh(const struct store *store, int64_t stored_ns, int64_t now_ns)
{
    return now_ns - stored_ns <= store->shelf.fresh_for_ns;
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    struct edge_still still = sf_shelf_fresh(store, key, now_ns);
    for (uint64_t i = 0; still.bytes == NULL && i < store->heads_count; i++) {
        const struct head *head = &store->heads[i];
        bool same = head->tenant == key->tenant && head->camera == key->camera;
        if (same && is_fresh(store, head->stored_ns, now_ns)) {
            const uint8_t *slot = store->slots + head->slot * store->slot_bytes;
            memcpy(&still.count, slot, sizeof still.count);
            still.bytes = slot + sizeof still.count;
        }
    }
    return still;
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    sf_shelf_forget(store, tenant);
    for (uint64_t i = 0; i < store->heads_count; i++) {
        if (store->heads[i].tenant == tenant) {
            store->heads[i].tenant = 0;
        }
    }
}

static const struct edge_store kind = {
    EDGE_STORE,          .init = init,   .fini = store_fini, .begin = sf_shelf_begin,
    .end = sf_shelf_end, .fresh = fresh, .forget = forget,
};

/* ---- the hand-over ---- */

static void write_slot(const struct store *store, const struct sf_cache_sink *sink,
                       const uint8_t *bytes, uint32_t count)
{
    uint8_t *slot = sf_kit_alloc(1, store->slot_bytes);
    memcpy(slot, &count, sizeof count);
    memcpy(slot + sizeof count, bytes, count);
    sink->write(sink->context, slot, store->slot_bytes);
    free(slot);
}

/* Is this head still good: fresh, not forgotten, and not replaced by a still on the shelf? */
static bool is_good(const struct store *store, const struct head *head, int64_t now_ns)
{
    return head->tenant != 0 && is_fresh(store, head->stored_ns, now_ns) &&
           sf_kit_map_get(&store->shelf.stills, head->tenant, head->camera) == NULL;
}

static void write_heads(const struct store *store, const struct sf_cache_sink *sink, int64_t now_ns)
{
    uint64_t slot = 0;
    for (uint64_t i = 0; i < store->heads_count; i++) {
        struct head head = store->heads[i];
        if (is_good(store, &head, now_ns)) {
            head.slot = store->shelf.defence ? slot : head.slot;
            slot++;
            sink->write(sink->context, (const uint8_t *)&head, sizeof head);
        }
    }
    for (size_t i = 0; i < store->shelf.stills.capacity; i++) {
        const struct shelf_still *still = store->shelf.stills.entries[i].value;
        if (still != NULL) {
            const struct head head = {.tenant = still->key.tenant,
                                      .camera = still->key.camera,
                                      .stored_ns = still->stored_ns,
                                      .slot = slot++};
            sink->write(sink->context, (const uint8_t *)&head, sizeof head);
        }
    }
}

static void write_slots(const struct store *store, const struct sf_cache_sink *sink, int64_t now_ns)
{
    for (uint64_t i = 0; i < store->heads_count; i++) {
        const struct head *head = &store->heads[i];
        if (is_good(store, head, now_ns)) {
            uint32_t count;
            const uint8_t *slot = store->slots + head->slot * store->slot_bytes;
            memcpy(&count, slot, sizeof count);
            write_slot(store, sink, slot + sizeof count, count);
        }
    }
    for (size_t i = 0; i < store->shelf.stills.capacity; i++) {
        const struct shelf_still *still = store->shelf.stills.entries[i].value;
        if (still != NULL) {
            write_slot(store, sink, still->reception.bytes, still->reception.total_bytes);
        }
    }
}

static void export_state(void *edge, const struct sf_cache_sink *sink)
{
    const struct store *store = sf_edge_store_of(edge);
    int64_t now_ns = sf_edge_now_ns(edge);
    write_heads(store, sink, now_ns);
    write_slots(store, sink, now_ns);
}

/* As many heads as slots. */
static void import_state(void *edge, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count)
{
    struct store *store = sf_edge_store_of(edge);
    uint64_t each_bytes = sizeof(struct head) + store->slot_bytes;
    bool ours = strcmp(from_name, NAME) == 0 && strcmp(from_version, VERSION) == 0;
    uint64_t count = bytes_count / each_bytes;
    if (!ours || count == 0 || bytes_count % each_bytes != 0) {
        return; /* another format, or cut short */
    }
    store->heads = sf_kit_alloc(count, sizeof *store->heads);
    store->slots = sf_kit_alloc(count, store->slot_bytes);
    memcpy(store->heads, bytes, count * sizeof *store->heads);
    memcpy(store->slots, bytes + count * sizeof *store->heads, count * store->slot_bytes);
    store->heads_count = count;
    for (uint64_t i = 0; i < count; i++) {
        if (store->heads[i].slot >= count) {
            store->heads[i].tenant = 0;
            store->heads[i].slot = 0;
        }
    }
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d47_handed_on = {
    EDGE_HEAD(NAME, VERSION,
              "planted defect: what was handed over is handed on with the places that it had"),
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    EDGE_FETCHES,
    .export_state = export_state,
    .import_state = import_state,
};
