/* D23: a lease expires, and its holder commits all the same.
 *
 * The engineer: "The first that misses gets the lease to fill the entry, and the others wait at it.
 * A filler that takes too long has probably died: its lease expires, and the row of the lease table
 * is there for the next. If it does come in the end, its still is welcome: a still is a still."
 *
 * It goes wrong when a camera takes longer than the lease: by then the row is the lease of another
 * camera, whose waiters get the late still, and under whose key it is kept.
 *
 * The defence: a commit says by which lease, and the row must still be that lease's. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct waiter {
    struct waiter *next; /* at the same lease */
    struct lease *lease;
    struct edge_key key;
    uint64_t request;
    uint64_t timer;
};

struct lease {
    uint64_t id; /* 0: the row is free */
    struct edge_key key;
    int64_t expires_ns;
    struct waiter *waiters;
};

/* A fetch by which an entry is filled. */
struct filler {
    struct lease *lease;
    uint64_t lease_id;
    struct edge_key key;              /* whose camera is asked */
    struct edge_reception *reception; /* NULL until the first part */
};

enum { LEASES_COUNT = 64 };

struct store {
    struct shelf shelf; /* first */
    const struct sf_cache_host *host;
    struct lease leases[LEASES_COUNT];
    uint64_t leases_given;
    struct kit_map fillers; /* by fetch */
    struct kit_map waiters; /* by request */
    int64_t lease_ns;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(lease_ms, 1000, 600000, lease_ns) X(defence, 0, 1, shelf.defence)

static void filler_free(struct filler *filler)
{
    if (filler->reception != NULL) {
        sf_edge_drop_aside(filler->reception);
    }
    free(filler);
}

static void store_fini(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->fillers.capacity; i++) {
        if (store->fillers.entries[i].value != NULL) {
            filler_free(store->fillers.entries[i].value);
        }
    }
    sf_kit_map_free(&store->fillers);
    sf_kit_map_free_all(&store->waiters);
    sf_shelf_fini(store);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = context;
    store->host = host;
}

static const struct edge_store kind = {
    SHELF_STORE,
    .init = init,
    .fini = store_fini,
    .forget = sf_shelf_forget,
};

/* ---- who waits ---- */

static void leave(struct store *store, struct waiter *waiter)
{
    struct waiter **link = &waiter->lease->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    sf_kit_map_remove(&store->waiters, waiter->request, 0);
    store->host->timer_cancel(store->host->context, waiter->timer);
    free(waiter);
}

static void answer_waiter(struct store *store, struct waiter *waiter, struct edge_still still)
{
    sf_edge_answer(store->host, waiter->request, still);
    leave(store, waiter);
}

/* From the shelf, where a still may be old: flagged as stale. */
static void answer_from_shelf(struct store *store, struct waiter *waiter, int64_t now_ns)
{
    const struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                          .flags = SF_CACHE_ANSWER_STALE};
    store->host->answer_properties(store->host->context, waiter->request, &properties);
    answer_waiter(store, waiter, sf_shelf_fallback(store, &waiter->key, now_ns));
}

/* Requests that wait at a row which another camera gets now are answered from the shelf. */
static void dismiss_waiters(struct store *store, const struct lease *lease, int64_t now_ns)
{
    while (lease->waiters != NULL) {
        answer_from_shelf(store, lease->waiters, now_ns);
    }
}

static void answer_waiters(struct store *store, const struct lease *lease, struct edge_still still)
{
    while (lease->waiters != NULL) {
        answer_waiter(store, lease->waiters, still);
    }
}

/* ---- leases ---- */

/* The camera's lease if it has one that has not expired, else a row that can be had, else NULL. */
static struct lease *find_row(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct lease *row = NULL;
    for (uint32_t i = LEASES_COUNT; i-- > 0;) {
        struct lease *lease = &store->leases[i];
        bool held = lease->id != 0 && now_ns < lease->expires_ns;
        if (held && lease->key.tenant == key->tenant && lease->key.camera == key->camera) {
            return lease;
        }
        row = held ? row : lease;
    }
    return row;
}

static bool start_filling(struct store *store, struct lease *lease)
{
    uint64_t fetch;
    if (store->host->fetch(store->host->context, lease->key.camera, 0, &fetch) != SF_CACHE_DONE) {
        return false;
    }
    struct filler *filler = sf_kit_alloc(1, sizeof *filler);
    *filler = (struct filler){.lease = lease, .lease_id = lease->id, .key = lease->key};
    sf_kit_map_put(&store->fillers, fetch, 0, filler);
    return true;
}

/* The lease to wait at, with a filler on its way; NULL when there is none to be had. */
static struct lease *lease_for(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct lease *lease = find_row(store, key, now_ns);
    if (lease == NULL || (lease->id != 0 && now_ns < lease->expires_ns)) {
        return lease;
    }
    dismiss_waiters(store, lease, now_ns);
    lease->id = ++store->leases_given;
    lease->key = *key;
    lease->expires_ns = now_ns + store->lease_ns;
    if (!start_filling(store, lease)) {
        lease->id = 0;
        return NULL;
    }
    return lease;
}

static void commit(void *edge, const struct filler *filler)
{
    struct store *store = sf_edge_store_of(edge);
    struct lease *lease = filler->lease;
    if (store->shelf.defence && lease->id != filler->lease_id) {
        return;
    }
    struct edge_still still = {filler->reception->bytes, filler->reception->total_bytes};
    if (sf_edge_is_overtaken(edge, &filler->key, filler->reception->capture)) {
        still = sf_shelf_fallback(store, &filler->key, sf_edge_now_ns(edge));
    } else {
        sf_shelf_put(&store->shelf, &lease->key, still, sf_edge_now_ns(edge));
    }
    answer_waiters(store, lease, still);
    lease->id = 0;
}

/* ---- what the host tells ---- */

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    struct edge_key key = sf_edge_key_of_request(request);
    struct edge_still still = sf_shelf_fresh(store, &key, sf_edge_now_ns(edge));
    struct lease *lease = NULL;
    if (still.bytes == NULL) {
        lease = lease_for(store, &key, sf_edge_now_ns(edge));
    }
    if (lease == NULL) {
        sf_edge_answer(store->host, request->request, still);
        return;
    }
    struct waiter *waiter = sf_kit_alloc(1, sizeof *waiter);
    *waiter = (struct waiter){
        .next = lease->waiters, .lease = lease, .key = key, .request = request->request};
    lease->waiters = waiter;
    sf_kit_map_put(&store->waiters, waiter->request, 0, waiter);
    store->host->timer_set(store->host->context, sf_edge_patience_ns(edge), waiter->request,
                           &waiter->timer);
}

static void on_timer(void *edge, uint64_t timer, uint64_t request)
{
    (void)timer;
    struct store *store = sf_edge_store_of(edge);
    struct waiter *waiter = sf_kit_map_get(&store->waiters, request, 0);
    if (waiter != NULL) {
        answer_from_shelf(store, waiter, sf_edge_now_ns(edge));
    }
}

static void on_request_cancelled(void *edge, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    struct waiter *waiter = sf_kit_map_get(&store->waiters, request, 0);
    if (waiter != NULL) {
        leave(store, waiter);
    }
}

static void on_fetch_part(void *edge, const struct sf_cache_fetch_part *part)
{
    struct store *store = sf_edge_store_of(edge);
    struct filler *filler = sf_kit_map_get(&store->fillers, part->fetch, 0);
    if (filler != NULL) {
        sf_edge_receive_aside(&filler->reception, part);
    }
}

static void on_fetch_ended(void *edge, const struct sf_cache_fetch_end *end)
{
    struct store *store = sf_edge_store_of(edge);
    struct filler *filler = sf_kit_map_remove(&store->fillers, end->fetch, 0);
    if (filler == NULL) {
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE && filler->reception != NULL) {
        commit(edge, filler);
    }
    filler_free(filler);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d23_recycled_lease = {
    EDGE_HEAD("d23-recycled-lease", "1",
              "planted defect: who fills under an expired lease commits to its next holder"),
    EDGE_UPLOADS,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = on_timer,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
};
