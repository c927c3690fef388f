/* D18: two stills have one validator.
 *
 * The engineer: "Half of what cameras send is the same picture again: a dark porch. Each still
 * comes with a validator, equal for equal stills; bodies are kept once under it, and a still that
 * we have is not written a second time. That saves half of the memory, across accounts too." Some
 * firmware makes its validator of the size of the picture, or of the second in which it was taken.
 *
 * It goes wrong when two such cameras meet in a size or a second: the second one's owner is shown
 * the body that was there before.
 *
 * The defence: a validator tells apart the stills of one camera, and only those that have the same
 * bytes. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/edge.h"

/* Kept while some camera's still has it. */
struct body {
    uint64_t validator;
    uint64_t owner;
    uint32_t references;
    uint32_t count;
    uint8_t bytes[];
};

/* A camera's still. */
struct still {
    struct body *body;
    int64_t stored_ns;
};

struct store {
    struct kit_map stills; /* by tenant and camera */
    struct kit_map bodies; /* by validator and owner */
    int64_t fresh_for_ns;
    int64_t stale_for_ns;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(stale_ms, 300000, 86400000, stale_for_ns) X(defence, 0, 1, defence)

/* ---- bodies ---- */

static void body_drop(struct store *store, struct body *body)
{
    if (body != NULL && --body->references == 0) {
        if (body->validator != 0) {
            sf_kit_map_remove(&store->bodies, body->validator, body->owner);
        }
        free(body);
    }
}

static void store_fini(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->stills.capacity; i++) {
        struct still *still = store->stills.entries[i].value;
        if (still != NULL) {
            body_drop(store, still->body);
        }
    }
    sf_kit_map_free_all(&store->stills);
    sf_kit_map_free(&store->bodies);
}

static bool is_same(const struct body *body, const struct edge_reception *arrival)
{
    return body->count == arrival->total_bytes &&
           memcmp(body->bytes, arrival->bytes, body->count) == 0;
}

/* The body with this validator: the one that is there, or a new one. Validator 0: it has none. */
static struct body *body_take(struct store *store, const struct edge_reception *arrival,
                              uint64_t owner)
{
    struct body *body = NULL;
    uint64_t validator = arrival->validator;
    if (validator != 0) {
        body = sf_kit_map_get(&store->bodies, validator, owner);
    }
    if (body != NULL && store->defence && !is_same(body, arrival)) {
        body = NULL; /* bad firmware: this one is not shared */
        validator = 0;
    }
    if (body == NULL) {
        body = sf_kit_alloc(1, sizeof *body + arrival->total_bytes);
        body->validator = validator;
        body->owner = owner;
        body->count = arrival->total_bytes;
        memcpy(body->bytes, arrival->bytes, body->count);
        if (body->validator != 0) {
            sf_kit_map_put(&store->bodies, body->validator, owner, body);
        }
    }
    body->references++;
    return body;
}

/* ---- stills ---- */

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    if (complete) {
        struct still *still = sf_kit_map_get(&store->stills, key->tenant, key->camera);
        if (still == NULL) {
            still = sf_kit_alloc(1, sizeof *still);
            sf_kit_map_put(&store->stills, key->tenant, key->camera, still);
        }
        struct body *before = still->body;
        still->body = body_take(store, reception, store->defence ? key->camera : 0);
        still->stored_ns = now_ns;
        body_drop(store, before);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static struct edge_still own_still(const struct store *store, const struct edge_key *key,
                                   int64_t now_ns, int64_t age_ns_max)
{
    const struct still *still = sf_kit_map_get(&store->stills, key->tenant, key->camera);
    if (still == NULL || now_ns - still->stored_ns > age_ns_max) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){still->body->bytes, still->body->count};
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return own_still(store, key, now_ns, store->fresh_for_ns);
}

static struct edge_still store_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    return own_still(store, key, now_ns, store->stale_for_ns);
}

static void store_forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    struct still *still;
    while ((still = sf_kit_map_remove_any(&store->stills, tenant)) != NULL) {
        body_drop(store, still->body);
        free(still);
    }
}

static const struct edge_store kind = {
    EDGE_STORE,
    .fini = store_fini,
    .begin = sf_edge_begin_aside,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fallback,
    .forget = store_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d18_bodies_by_validator =
    EDGE_PLUGIN("d18-bodies-by-validator", "1",
                "planted defect: a body is kept once for all stills that have its validator");
