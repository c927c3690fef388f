/* D49: the connection is taken for the request that is on it.
 *
 * The engineer: "A viewer asks one question at a time, on a connection of its own. So what belongs
 * to a request, its account and its camera, hangs on the connection: it is looked up once, where
 * the request comes in, and is at hand wherever the answer is made." Later a front door came before
 * the cache, which passes the requests of all viewers on over a few connections.
 *
 * It goes wrong where a request waits and another account's comes in on the same connection: what
 * the first is answered with is looked up for the second.
 *
 * The defence: what belongs to a request stays with the request. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

/* What the request is about that came in last on a connection. */
struct context {
    struct edge_key key;
};

struct store {
    struct shelf shelf;      /* first */
    struct kit_map contexts; /* by connection */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->contexts);
    sf_shelf_fini(store);
}

/* The edge's `viewer` is the connection here: see on_request. */
static const struct edge_key *meant(const struct store *store, const struct edge_key *key)
{
    const struct context *context = sf_kit_map_get(&store->contexts, key->viewer, 0);
    return store->shelf.defence || context == NULL ? key : &context->key;
}

static struct edge_still fresh(void *store, const struct edge_key *key, int64_t now_ns)
{
    return sf_shelf_fresh(store, meant(store, key), now_ns);
}

static struct edge_still fallback(void *store, const struct edge_key *key, int64_t now_ns)
{
    return sf_shelf_fallback(store, meant(store, key), now_ns);
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    struct edge_key key = sf_edge_key_of_request(request);
    struct context *context = sf_kit_map_get(&store->contexts, request->connection, 0);
    if (context == NULL) {
        context = sf_kit_alloc(1, sizeof *context);
        sf_kit_map_put(&store->contexts, request->connection, 0, context);
    }
    key.viewer = request->connection;
    context->key = key;
    sf_edge_request(edge, request->request, &key);
}

static void on_connection_closed(void *edge, uint64_t connection)
{
    struct store *store = sf_edge_store_of(edge);
    free(sf_kit_map_remove(&store->contexts, connection, 0));
}

static const struct edge_store kind = {
    EDGE_STORE,     .begin = sf_shelf_begin, .end = sf_shelf_end,       .fini = fini,
    .fresh = fresh, .fallback = fallback,    .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d49_connection_context = {
    EDGE_HEAD("d49-connection-context", "1",
              "planted defect: a request is answered for the account that its connection is at"),
    EDGE_UPLOADS,
    .on_request = on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_connection_closed = on_connection_closed,
    .on_timer = sf_edge_on_timer,
    EDGE_FETCHES,
};
