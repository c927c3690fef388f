/* D21: an error picture is cached with an identity in it.
 *
 * The engineer: "Instead of a blank screen, who waits for a camera in vain gets a picture that says
 * so, made of its last still. Making one takes time, and when a line goes down many wait at once:
 * then, and only then, the picture is kept for two seconds for those who wait too. It is an error
 * page; they are all alike." It was, before it had the last still in it.
 *
 * It goes wrong when several wait in vain within two seconds of each other.
 *
 * The defence: what has an account's still in it is kept for that account. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

/* A comment in the JPEG, by which displays know to write "offline" over the picture. */
static const uint8_t comment[] = {0xff, 0xfe, 0, 9, 'o', 'f', 'f', 'l', 'i', 'n', 'e'};
enum { SOI_BYTES = 2 };

struct placeholder {
    int64_t made_ns;
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct shelf shelf; /* first */
    struct kit_map placeholders;
    struct placeholder *made; /* for the request that is answered now */
    size_t waiting_count;
    int64_t kept_for_ns;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(kept_ms, 2000, 86400000, kept_for_ns) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->placeholders);
    free(store->made);
    sf_shelf_fini(store);
}

static struct placeholder *make(struct edge_still last, int64_t now_ns)
{
    struct placeholder *made = sf_kit_alloc(1, sizeof *made + sizeof comment + last.count);
    uint32_t start = last.count < SOI_BYTES ? last.count : SOI_BYTES;
    memcpy(made->bytes, last.bytes, start);
    memcpy(made->bytes + start, comment, sizeof comment);
    memcpy(made->bytes + start + sizeof comment, last.bytes + start, last.count - start);
    made->count = (uint32_t)sizeof comment + last.count;
    made->made_ns = now_ns;
    return made;
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    uint64_t a = store->shelf.defence ? key->tenant : key->model;
    uint64_t b = store->shelf.defence ? key->camera : 0;
    const struct placeholder *kept = sf_kit_map_get(&store->placeholders, a, b);
    if (kept != NULL && now_ns - kept->made_ns < store->kept_for_ns) {
        return (struct edge_still){kept->bytes, kept->count};
    }
    struct edge_still last = sf_shelf_fallback(store, key, now_ns);
    if (last.bytes == NULL) {
        return last;
    }
    struct placeholder *made = make(last, now_ns);
    if (store->waiting_count > 1) {
        free(sf_kit_map_remove(&store->placeholders, a, b));
        sf_kit_map_put(&store->placeholders, a, b, made);
    } else {
        free(store->made);
        store->made = made;
    }
    return (struct edge_still){made->bytes, made->count};
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

static void on_timer(void *edge, uint64_t timer, uint64_t request)
{
    struct store *store = sf_edge_store_of(edge);
    store->waiting_count = sf_edge_waiting_count(edge);
    sf_edge_on_timer(edge, timer, request);
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d21_shared_placeholder = {
    EDGE_HEAD("d21-shared-placeholder", "1",
              "planted defect: an offline picture with a last still in it is shared by who waits"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = sf_edge_on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = on_timer,
};
