/* D28: a job's result goes to another destination after a retry.
 *
 * The engineer: "Exports are patient, so they are done one after the other: the n-th source is for
 * the n-th destination. A camera that does not answer is tried again when the others are done; it
 * moves to the end of the sources, and no job waits for it."
 *
 * It goes wrong with the first retry: the sources have moved up by one, the destinations have not.
 *
 * `lane` is how many jobs are done in turn; those for whom there is no room meanwhile are done at
 * once, by the way that displays go.
 *
 * The defence: a destination moves together with its source. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { JOBS_MAX = 256, RETRIES_MAX = 2 }; /* JOBS_MAX: the fallback of `lane` */
enum { OWN_COOKIE = 0 };                  /* no request's */

struct source {
    uint64_t camera;
    uint32_t retries_count;
};

struct store {
    struct shelf shelf; /* first */
    uint32_t lane;

    /* Jobs, in the order in which they are done. */
    struct source sources[JOBS_MAX];
    uint64_t destinations[JOBS_MAX]; /* requests; 0: cancelled */
    uint32_t jobs_count;
    uint32_t at; /* those before it are done */

    /* The source that is being asked. */
    uint64_t fetch; /* 0: none is */
    uint64_t timer;
    struct edge_reception *fetching; /* NULL until the first part */
};

#define OPTIONS(X) \
    SHELF_OPTIONS(X, 15000, 300000) X(lane, 256, JOBS_MAX, lane) X(defence, 0, 1, shelf.defence)

static void drop_fetching(struct store *store)
{
    if (store->fetching != NULL) {
        sf_edge_drop_aside(store->fetching);
        store->fetching = NULL;
    }
}

static void store_fini(void *context)
{
    struct store *store = context;
    drop_fetching(store);
    sf_shelf_fini(store);
}

static const struct edge_store kind = {
    SHELF_STORE,
    .fini = store_fini,
    .forget = sf_shelf_forget,
};

/* ---- exports ---- */

/* The job whose turn it is has this result. */
static void finish(void *edge, struct edge_still still)
{
    struct store *store = sf_edge_store_of(edge);
    uint64_t destination = store->destinations[store->at++];
    if (destination != 0) {
        sf_edge_answer(sf_edge_host_of(edge), destination, still);
    }
}

static void try_later(void *edge)
{
    struct store *store = sf_edge_store_of(edge);
    uint32_t at = store->at;
    uint32_t last = store->jobs_count - 1;
    struct source source = store->sources[at];
    uint64_t destination = store->destinations[at];
    if (source.retries_count++ == RETRIES_MAX) {
        finish(edge, (struct edge_still){NULL, 0});
        return;
    }
    memmove(&store->sources[at], &store->sources[at + 1], (last - at) * sizeof source);
    store->sources[last] = source;
    if (store->shelf.defence) {
        memmove(&store->destinations[at], &store->destinations[at + 1],
                (last - at) * sizeof destination);
        store->destinations[last] = destination;
    }
}

/* Asks the next source, unless one is being asked. */
static void work(void *edge)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = sf_edge_host_of(edge);
    while (store->fetch == 0 && store->at < store->jobs_count) {
        if (store->destinations[store->at] == 0) {
            store->at++;
        } else if (host->fetch(host->context, store->sources[store->at].camera, OWN_COOKIE,
                               &store->fetch) == SF_CACHE_DONE) {
            host->timer_set(host->context, sf_edge_patience_ns(edge), OWN_COOKIE, &store->timer);
        } else {
            store->fetch = 0;
            finish(edge, (struct edge_still){NULL, 0});
        }
    }
    if (store->fetch == 0) {
        store->at = 0;
        store->jobs_count = 0;
    }
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    if (request->path != SF_CACHE_PATH_EXPORT || store->jobs_count >= store->lane) {
        sf_edge_on_request(edge, request);
        return;
    }
    store->sources[store->jobs_count] = (struct source){.camera = request->camera};
    store->destinations[store->jobs_count] = request->request;
    store->jobs_count++;
    work(edge);
}

static void on_request_cancelled(void *edge, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    for (uint32_t i = store->at; i < store->jobs_count; i++) {
        if (store->destinations[i] == request) {
            store->destinations[i] = 0;
        }
    }
    sf_edge_on_request_cancelled(edge, request);
}

static void on_timer(void *edge, uint64_t timer, uint64_t cookie)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = sf_edge_host_of(edge);
    if (cookie != OWN_COOKIE) {
        sf_edge_on_timer(edge, timer, cookie);
        return;
    }
    host->fetch_cancel(host->context, store->fetch);
    store->fetch = 0;
    drop_fetching(store);
    try_later(edge);
    work(edge);
}

static void on_fetch_part(void *edge, const struct sf_cache_fetch_part *part)
{
    struct store *store = sf_edge_store_of(edge);
    if (part->fetch != store->fetch) {
        sf_edge_on_fetch_part(edge, part);
        return;
    }
    sf_edge_receive_aside(&store->fetching, part);
}

static void on_fetch_ended(void *edge, const struct sf_cache_fetch_end *end)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = sf_edge_host_of(edge);
    if (end->fetch != store->fetch) {
        sf_edge_on_fetch_ended(edge, end);
        return;
    }
    host->timer_cancel(host->context, store->timer);
    store->fetch = 0;
    if (end->end == SF_CACHE_END_COMPLETE && store->fetching != NULL) {
        finish(edge, (struct edge_still){store->fetching->bytes, store->fetching->total_bytes});
    } else {
        try_later(edge);
    }
    drop_fetching(store);
    work(edge);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d28_export_order = {
    EDGE_HEAD("d28-export-order", "1",
              "planted defect: an export that is tried again leaves its place in one list of two"),
    EDGE_UPLOADS,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = on_timer,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
};
