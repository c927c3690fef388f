/* D24: a slot number that is local to a node is written where other nodes read it.
 *
 * The engineer: "A directory in the shared store says which node has a camera's still, and in which
 * slot; the balancer reads it too and sends the request to that node. So who is asked has the
 * still, in the slot that the directory names, and there is nothing more to compare."
 *
 * It goes wrong when the node is lost or replaced. Its entries live on, its requests go to a
 * neighbour or to its successor, and there the same numbers are other cameras' slots.
 *
 * The defence: an entry names the process that the number is good for. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

/* An entry of the directory, as it is in the shared store. */
struct entry {
    uint32_t node;
    uint32_t slot;
    uint64_t started; /* which of the processes that this node has had */
};

struct directory_key {
    uint64_t tenant;
    uint64_t camera;
};

/* A request whose camera is looked up in the directory. */
struct lookup {
    struct edge_key key;
};

struct store {
    const struct sf_cache_host *host;
    struct pool slots;
    struct kit_map mine;    /* by tenant and camera: struct pool_slot */
    struct kit_map lookups; /* by request */
    uint64_t connection;
    struct entry self; /* without a slot */
    int64_t fresh_for_ns;
    int64_t entry_for_ns;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(entry_ms, 60000, 86400000, entry_for_ns) X(defence, 0, 1, defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free(&store->mine);
    sf_kit_map_free_all(&store->lookups);
    sf_pool_fini(&store->slots);
}

static void publish(const struct store *store, const struct edge_key *key, uint32_t slot)
{
    const struct directory_key at = {key->tenant, key->camera};
    struct entry entry = store->self;
    entry.slot = slot;
    store->host->store_put(store->host->context, store->connection, (const uint8_t *)&at, sizeof at,
                           (const uint8_t *)&entry, sizeof entry, store->entry_for_ns, 0);
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    if (complete) {
        struct pool_slot *slot = sf_kit_map_get(&store->mine, key->tenant, key->camera);
        if (slot == NULL) {
            slot = sf_pool_take(&store->slots);
            sf_kit_map_put(&store->mine, key->tenant, key->camera, slot);
        }
        sf_pool_fill(slot, reception, now_ns);
        publish(store, key, slot->number);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return sf_pool_still(sf_kit_map_get(&store->mine, key->tenant, key->camera), now_ns,
                         store->fresh_for_ns);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    struct store *store = context;
    store->host = host;
    store->self.node = config->node;
    store->self.started = host->random_u64(host->context);
    sf_pool_init(&store->slots, sizeof(struct pool_slot), config->still_bytes_max);
    host->store_open(host->context, &store->connection);
}

static const struct edge_store kind = {
    EDGE_STORE,       .init = init,         .fini = store_fini,      .begin = sf_edge_begin_aside,
    .end = store_end, .fresh = store_fresh, .fallback = store_fresh,
};

/* ---- the directory ---- */

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    const struct directory_key at = {request->tenant, request->camera};
    struct lookup *lookup = sf_kit_alloc(1, sizeof *lookup);
    lookup->key = sf_edge_key_of_request(request);
    sf_kit_map_put(&store->lookups, request->request, 0, lookup);
    store->host->store_get(store->host->context, store->connection, (const uint8_t *)&at, sizeof at,
                           request->request);
}

/* The still that the entry leads to, if it is there and fresh. */
static struct edge_still look_there(const struct store *store, const struct entry *entry,
                                    int64_t now_ns)
{
    bool ours = entry->node == store->self.node && entry->started == store->self.started;
    if (store->defence && !ours) {
        return (struct edge_still){NULL, 0};
    }
    return sf_pool_still(sf_pool_at(&store->slots, entry->slot), now_ns, store->fresh_for_ns);
}

static void on_store_reply(void *edge, const struct sf_cache_store_reply *reply)
{
    struct store *store = sf_edge_store_of(edge);
    uint64_t request = reply->cookie;
    struct lookup *lookup = sf_kit_map_remove(&store->lookups, request, 0);
    if (lookup == NULL) {
        return; /* the reply to a put, or no request waits any more */
    }
    struct edge_still still = {NULL, 0};
    struct entry entry;
    if (reply->status == SF_CACHE_STORE_FOUND && reply->bytes_count == sizeof entry) {
        memcpy(&entry, reply->bytes, sizeof entry);
        still = look_there(store, &entry, sf_edge_now_ns(edge));
    }
    if (still.bytes != NULL && !sf_edge_has_forgotten(edge, &lookup->key)) {
        sf_edge_answer(store->host, request, still);
    } else {
        sf_edge_request(edge, request, &lookup->key);
    }
    free(lookup);
}

static void on_request_cancelled(void *edge, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    struct lookup *lookup = sf_kit_map_remove(&store->lookups, request, 0);
    if (lookup == NULL) {
        sf_edge_on_request_cancelled(edge, request);
    }
    free(lookup);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d24_local_slot = {
    EDGE_HEAD("d24-local-slot", "1",
              "planted defect: the shared directory names a slot, but not whose slots they are"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = sf_edge_on_timer,
    .on_store_reply = on_store_reply,
};
