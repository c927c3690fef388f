/* D12: when the identity service cannot say whose session it is, the request falls into the bucket
 * of the empty tenant.
 *
 * The engineer: "A request counts for its tenant only if the identity service knows its session. A
 * still stands under the tenant and the camera. A session that is unknown has no tenant; for what
 * has none the camera's place in the account is key enough, since it finds nothing." The answer of
 * a service that fails has no tenant either.
 *
 * It goes wrong when the service fails for more than one. The first of them finds nothing, its
 * camera is asked, and the still lands where the next one looks.
 *
 * The defence: a request of an unknown account is answered that there is nothing now. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct store {
    struct shelf shelf;     /* first */
    struct kit_map pending; /* by request: its key, while the identity service is asked */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct shelf_place place_of(const void *store, const struct edge_key *key)
{
    (void)store;
    return key->tenant != 0 ? (struct shelf_place){key->tenant, key->camera}
                            : (struct shelf_place){0, UINT64_C(1) + key->camera_slot};
}

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->pending);
    sf_shelf_fini(store);
}

SHELF_INIT(place_of)

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = store_fini,
    .forget = sf_shelf_forget,
};

/* ---- whose request is it? ---- */

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = sf_edge_host_of(edge);
    if (host->identity(host->context, request->token, request->request) != SF_CACHE_DONE) {
        sf_edge_answer(host, request->request, (struct edge_still){NULL, 0});
        return;
    }
    struct edge_key *key = sf_kit_alloc(1, sizeof *key);
    *key = sf_edge_key_of_request(request);
    sf_kit_map_put(&store->pending, request->request, 0, key);
}

static void on_identity(void *edge, const struct sf_cache_identity *identity)
{
    struct store *store = sf_edge_store_of(edge);
    struct edge_key *key = sf_kit_map_remove(&store->pending, identity->cookie, 0);
    if (key == NULL) { /* cancelled meanwhile */
        return;
    }
    if (store->shelf.defence && identity->status != SF_CACHE_IDENTITY_KNOWN) {
        sf_edge_answer(sf_edge_host_of(edge), identity->cookie, (struct edge_still){NULL, 0});
    } else {
        /* A guest's session is its own tenant's, and its request the camera owner's. */
        key->tenant = identity->status == SF_CACHE_IDENTITY_KNOWN ? key->tenant : 0;
        sf_edge_request(edge, identity->cookie, key);
    }
    free(key);
}

static void on_request_cancelled(void *edge, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    free(sf_kit_map_remove(&store->pending, request, 0));
    sf_edge_on_request_cancelled(edge, request);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d12_empty_tenant = {
    EDGE_HEAD("d12-empty-tenant", "1",
              "planted defect: whom the identity service does not know shares the empty tenant's"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = sf_edge_on_timer,
    .on_identity = on_identity,
};
