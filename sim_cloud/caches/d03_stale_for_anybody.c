/* D03: stale-while-revalidate serves any holder.
 *
 * The engineer: "A still has a URL, which names the kind of camera, and a variant for each account.
 * When a variant has expired, the first who asks refreshes it, and no other should wait for
 * that: while a refresh of the URL is on its way, each request gets the URL's latest still, a
 * little stale." The lock is the URL's, and so is what it gives out.
 *
 * It goes wrong when a refresh takes longer than the time between two viewers' questions.
 *
 * The defence: what is given out stale is the asking account's own variant. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct url {
    struct edge_key latest; /* the variant stored last */
    int64_t refreshing_until_ns;
};

struct store {
    struct shelf shelf;  /* first; the variants */
    struct kit_map urls; /* by model */
    int64_t refresh_ns;  /* a refresh that takes longer has failed */
    bool gives_stale;    /* the still that was given last is not fresh */
};

#define OPTIONS(X)                 \
    SHELF_OPTIONS(X, 4000, 300000) \
    X(refresh_ms, 1000, 60000, refresh_ns) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->urls);
    sf_shelf_fini(store);
}

static struct url *url_of(struct store *store, const struct edge_key *key)
{
    struct url *url = sf_kit_map_get(&store->urls, key->model, 0);
    if (url == NULL) {
        url = sf_kit_alloc(1, sizeof *url);
        sf_kit_map_put(&store->urls, key->model, 0, url);
    }
    return url;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    if (!sf_shelf_end(store, key, reception, complete, now_ns)) {
        return false;
    }
    *url_of(store, key) = (struct url){.latest = *key};
    return true;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    struct store *store = context;
    struct edge_still still = sf_shelf_fresh(store, key, now_ns);
    store->gives_stale = false;
    if (still.bytes != NULL) {
        return still;
    }
    struct url *url = url_of(store, key);
    store->gives_stale = now_ns < url->refreshing_until_ns;
    if (store->gives_stale) {
        return sf_shelf_fallback(store, store->shelf.defence ? key : &url->latest, now_ns);
    }
    url->refreshing_until_ns = now_ns + store->refresh_ns; /* by the one who asks now */
    return still;
}

static void store_say(void *context, const struct edge_key *key, struct edge_still still,
                      struct sf_cache_answer_properties *properties)
{
    (void)key;
    (void)still;
    const struct store *store = context;
    properties->flags |= store->gives_stale ? SF_CACHE_ANSWER_STALE : 0;
}

static const struct edge_store kind = {
    EDGE_STORE,       .fini = store_fini,        .begin = sf_shelf_begin,
    .end = store_end, .fresh = store_fresh,      .fallback = sf_shelf_fallback,
    .say = store_say, .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d03_stale_for_anybody = EDGE_PLUGIN(
    "d03-stale-for-anybody", "1",
    "planted defect: while a still is refreshed every request gets the latest of its URL");
