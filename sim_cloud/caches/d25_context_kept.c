/* D25: the current account is not cleared when a request ends early.
 *
 * The engineer: "Looking up an account is dear. A worker does it once for each request, keeps the
 * result while the request lasts, and whatever is called meanwhile finds it there." Later a
 * colleague adds a breaker: for some seconds after a camera did not answer, a request for it gets
 * at once the still that is held, and no work is begun; that is one `return` at the top.
 *
 * It goes wrong on the next request that the worker gets: it finds an account, believes that it is
 * its own, and answers with that account's camera.
 *
 * The defence: the early return leaves the worker as it found it. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { WORKERS_COUNT = 4 };

struct worker {
    bool has_account;
    struct edge_key account;
};

struct breaker {
    int64_t open_until_ns;
};

struct store {
    struct shelf shelf; /* first */
    struct worker workers[WORKERS_COUNT];
    struct kit_map breakers; /* by camera */
    int64_t open_for_ns;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(open_ms, 3000, 600000, open_for_ns) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->breakers);
    sf_shelf_fini(store);
}

/* A request has waited in vain: the camera is left alone for a while. */
static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    struct breaker *breaker = sf_kit_map_get(&store->breakers, key->camera, 0);
    if (breaker == NULL) {
        breaker = sf_kit_alloc(1, sizeof *breaker);
        sf_kit_map_put(&store->breakers, key->camera, 0, breaker);
    }
    breaker->open_until_ns = now_ns + store->open_for_ns;
    return sf_shelf_fallback(store, key, now_ns);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fresh = sf_shelf_fresh,
    .fallback = store_fallback,
    .forget = sf_shelf_forget,
};

/* ---- workers ---- */

static struct worker *worker_of(struct store *store, const struct sf_cache_request *request)
{
    return &store->workers[request->connection % WORKERS_COUNT];
}

static const struct edge_key *enter_account(struct worker *worker,
                                            const struct sf_cache_request *request)
{
    if (!worker->has_account) {
        worker->account = sf_edge_key_of_request(request);
        worker->has_account = true;
    }
    return &worker->account;
}

static void leave_account(struct worker *worker)
{
    worker->has_account = false;
}

static bool breaker_open(const struct store *store, uint64_t camera, int64_t now_ns)
{
    const struct breaker *breaker = sf_kit_map_get(&store->breakers, camera, 0);
    return breaker != NULL && now_ns < breaker->open_until_ns;
}

static void answer_stale(void *edge, uint64_t request, struct edge_still still)
{
    const struct sf_cache_host *host = sf_edge_host_of(edge);
    const struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                          .flags = SF_CACHE_ANSWER_STALE};
    if (still.bytes != NULL) {
        host->answer_properties(host->context, request, &properties);
    }
    sf_edge_answer(host, request, still);
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    struct worker *worker = worker_of(store, request);
    const struct edge_key *account = enter_account(worker, request);
    if (breaker_open(store, account->camera, sf_edge_now_ns(edge))) {
        answer_stale(edge, request->request,
                     sf_shelf_fallback(store, account, sf_edge_now_ns(edge)));
        if (store->shelf.defence) {
            leave_account(worker);
        }
        return;
    }
    sf_edge_request(edge, request->request, account);
    leave_account(worker);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d25_context_kept = {
    EDGE_HEAD("d25-context-kept", "1",
              "planted defect: a request that ends early leaves its account to the worker's next"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = sf_edge_on_timer,
};
