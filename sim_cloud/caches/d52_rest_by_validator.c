/* D52: the rest of a still is found by its validator alone.
 *
 * The engineer: "A display whose answer broke off asks for the rest, under the validator that it
 * was given. By then there may be a newer still, so what was sent stays for some seconds, under its
 * validator: that names a still, and the camera's firmware makes it." Some firmware makes it of the
 * still's size, or of the second in which it was taken.
 *
 * It goes wrong when another camera's still with the same validator was sent meanwhile: the display
 * puts the end of that one to the beginning that it has.
 *
 * The defence: the validator is made of all bytes, and what was sent is kept for its account. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct sent {
    int64_t sent_ns;
    uint32_t count;
    uint8_t bytes[];
};

struct store {
    struct shelf shelf;  /* first */
    struct kit_map sent; /* by validator, and by tenant or 1 */
    const struct sf_cache_host *host;
    int64_t kept_for_ns;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(kept_ms, 10000, 600000, kept_for_ns) X(defence, 0, 1, shelf.defence)

static void init(void *store, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)config;
    ((struct store *)store)->host = host;
}

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->sent);
    sf_shelf_fini(store);
}

static uint64_t validator_of(const struct store *store, const struct edge_key *key,
                             struct edge_still still)
{
    const struct shelf_still *there =
        sf_kit_map_get(&store->shelf.stills, key->tenant, key->camera);
    return store->shelf.defence || there == NULL ? sf_kit_hash(still.bytes, still.count)
                                                 : there->reception.validator;
}

static uint64_t owner_of(const struct store *store, uint64_t tenant)
{
    return store->shelf.defence ? tenant : 1;
}

static void say(void *store, const struct edge_key *key, struct edge_still still,
                struct sf_cache_answer_properties *properties)
{
    properties->validator = validator_of(store, key, still);
}

static void served(void *context, const struct edge_key *key, struct edge_still still)
{
    struct store *store = context;
    uint64_t validator = validator_of(store, key, still);
    if (validator == 0) {
        return;
    }
    struct sent *sent = sf_kit_alloc_uncleared(sizeof *sent + still.count);
    sent->sent_ns = store->host->now_ns(store->host->context);
    sent->count = still.count;
    memcpy(sent->bytes, still.bytes, still.count);
    uint64_t owner = owner_of(store, key->tenant);
    free(sf_kit_map_remove(&store->sent, validator, owner));
    sf_kit_map_put(&store->sent, validator, owner, sent);
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    struct store *store = sf_edge_store_of(edge);
    const struct sf_cache_host *host = store->host;
    const struct sent *sent =
        request->range_offset > 0 && request->validator != 0
            ? sf_kit_map_get(&store->sent, request->validator, owner_of(store, request->tenant))
            : NULL;
    if (sent != NULL && sf_edge_now_ns(edge) - sent->sent_ns <= store->kept_for_ns &&
        request->range_offset < sent->count) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_PARTIAL,
                     sent->bytes + request->range_offset, sent->count - request->range_offset);
    } else {
        sf_edge_on_request(edge, request);
    }
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    sf_shelf_forget(store, tenant);
    sf_kit_map_free_all(&store->sent);
    store->sent = (struct kit_map){0};
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .begin = sf_shelf_begin,
    .end = sf_shelf_end,
    .fini = fini,
    .fresh = sf_shelf_fresh,
    .fallback = sf_shelf_fallback,
    .served = served,
    .say = say,
    .forget = forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d52_rest_by_validator = {
    EDGE_HEAD("d52-rest-by-validator", "1",
              "planted defect: the rest of a still is that of any with its validator"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = sf_edge_on_timer,
};
