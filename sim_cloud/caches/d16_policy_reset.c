/* D16: "private, do not store" is overridden.
 *
 * The engineer: "What a camera calls private stands under its account, the rest under the camera,
 * for every viewer. A policy bit says that we honour what cameras say; without it, which is for
 * load tests, all stills stand in one table by name, as every web cache has it." Later the operator
 * wants to change how long a still is fresh without a restart: the push makes a new policy of what
 * it says, and what it does not say stays 0.
 *
 * It goes wrong with the first push: the push did not name the bit, so it is off. What viewers call
 * a still is relative to their session, and the table answers every request with the still that
 * came last.
 *
 * The defence: a push starts from the policy that is in force. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct policy {
    int64_t fresh_for_ns;
    int64_t stale_for_ns;
    bool honours_private;
};

struct camera {
    bool is_public; /* its latest still was not called private */
};

struct store {
    struct shelf shelf;     /* first */
    struct kit_map cameras; /* by tenant and camera; who is not there has said nothing */
    struct policy policy;
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static bool is_private(const struct store *store, const struct edge_key *key)
{
    const struct camera *camera = sf_kit_map_get(&store->cameras, key->tenant, key->camera);
    return camera == NULL || !camera->is_public;
}

static struct shelf_place place_of(const void *context, const struct edge_key *key)
{
    const struct store *store = context;
    if (!store->policy.honours_private && key->name != 0) {
        return (struct shelf_place){0, key->name};
    }
    return is_private(store, key) ? (struct shelf_place){key->tenant, key->camera}
                                  : (struct shelf_place){key->camera, 0};
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct camera *camera = sf_kit_map_get(&store->cameras, key->tenant, key->camera);
    if (camera == NULL) {
        camera = sf_kit_alloc(1, sizeof *camera);
        sf_kit_map_put(&store->cameras, key->tenant, key->camera, camera);
    }
    camera->is_public = (reception->flags & SF_CACHE_STILL_PRIVATE) == 0;
    return sf_shelf_end(store, key, reception, complete, now_ns);
}

static void apply(struct store *store, struct policy policy)
{
    store->policy = policy;
    store->shelf.fresh_for_ns = policy.fresh_for_ns;
    store->shelf.stale_for_ns = policy.stale_for_ns;
}

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->cameras);
    sf_shelf_fini(store);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    (void)config;
    struct store *store = context;
    store->shelf.place = place_of;
    store->policy = (struct policy){
        .fresh_for_ns = store->shelf.fresh_for_ns,
        .stale_for_ns = store->shelf.stale_for_ns,
        .honours_private = true,
    };
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = store_fini,
    .begin = sf_shelf_begin,
    .end = store_end,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .forget = sf_shelf_forget,
};

static int32_t on_reconfigure(void *edge, const char *text)
{
    struct store *store = sf_edge_store_of(edge);
    struct kit_option options[] = {
        KIT_OPTION_OF(struct policy, fresh_ms, 15000, 86400000, fresh_for_ns),
        KIT_OPTION_OF(struct policy, stale_ms, 300000, 86400000, stale_for_ns),
    };
    enum { OPTIONS_COUNT = sizeof options / sizeof options[0] };
    char error[128];
    if (!sf_kit_options_read(text, options, OPTIONS_COUNT, error, sizeof error)) {
        return 1;
    }
    struct policy policy = {0};
    if (store->shelf.defence) {
        policy = store->policy;
    }
    sf_kit_options_apply(options, OPTIONS_COUNT, &policy);
    apply(store, policy);
    return 0;
}

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d16_policy_reset = {
    EDGE_HEAD(
        "d16-policy-reset", "1",
        "planted defect: new options switch off that private stills stay under their account"),
    EDGE_UPLOADS,
    EDGE_REQUESTS,
    EDGE_FETCHES,
    .on_reconfigure = on_reconfigure,
};
