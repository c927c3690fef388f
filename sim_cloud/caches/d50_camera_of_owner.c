/* D50: a still is found by its camera alone, and who may see it is looked up.
 *
 * The engineer: "A camera has one still. Whose it is changes when it is sold, and then the still
 * changes hands with it. So stills stand under their camera, and a directory says who owns each
 * camera: every request and every upload names its owner." An invalidation drops what is there.
 *
 * It goes wrong when a camera is sold while an upload of the former owner's is on its way: it ends
 * when the directory has the new owner, who is then answered with what it shows.
 *
 * The defence: what arrives counts for the owner under whom it began. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct owner {
    uint64_t tenant;
};

struct store {
    struct shelf shelf;    /* first */
    struct kit_map owners; /* by camera */
};

#define OPTIONS(X) SHELF_OPTIONS(X, 15000, 300000) X(defence, 0, 1, shelf.defence)

static struct shelf_place place(const void *shelf, const struct edge_key *key)
{
    (void)shelf;
    return (struct shelf_place){key->camera, 1};
}

SHELF_INIT(place)

static void fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->owners);
    sf_shelf_fini(store);
}

static void note_owner(struct store *store, uint64_t camera, uint64_t tenant)
{
    struct owner *owner = sf_kit_map_get(&store->owners, camera, 0);
    if (owner == NULL) {
        owner = sf_kit_alloc(1, sizeof *owner);
        sf_kit_map_put(&store->owners, camera, 0, owner);
    }
    owner->tenant = tenant;
}

static bool is_owner(const struct store *store, const struct edge_key *key)
{
    const struct owner *owner = sf_kit_map_get(&store->owners, key->camera, 0);
    return owner != NULL && owner->tenant == key->tenant;
}

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    const struct store *store = context;
    bool counts = !store->shelf.defence || is_owner(store, key);
    return sf_shelf_end(context, key, reception, complete && counts, now_ns);
}

static struct edge_still fresh(void *store, const struct edge_key *key, int64_t now_ns)
{
    return is_owner(store, key) ? sf_shelf_fresh(store, key, now_ns) : (struct edge_still){NULL, 0};
}

static struct edge_still fallback(void *store, const struct edge_key *key, int64_t now_ns)
{
    return is_owner(store, key) ? sf_shelf_fallback(store, key, now_ns)
                                : (struct edge_still){NULL, 0};
}

/* Whose it is the next request or upload tells. */
static void forget_camera(void *store, uint64_t tenant, uint64_t camera)
{
    const struct edge_key key = {.tenant = tenant, .camera = camera};
    sf_shelf_remove(store, &key);
    note_owner(store, camera, 0);
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    for (size_t i = 0; i < store->owners.capacity; i++) {
        const struct owner *owner = store->owners.entries[i].value;
        if (owner != NULL && owner->tenant == tenant) {
            forget_camera(store, tenant, store->owners.entries[i].a);
        }
    }
}

static void on_upload(void *edge, const struct sf_cache_upload *upload)
{
    note_owner(sf_edge_store_of(edge), upload->camera, upload->tenant);
    sf_edge_on_upload(edge, upload);
}

static void on_request(void *edge, const struct sf_cache_request *request)
{
    note_owner(sf_edge_store_of(edge), request->camera, request->tenant);
    sf_edge_on_request(edge, request);
}

static const struct edge_store kind = {
    EDGE_STORE,
    .init = init,
    .fini = fini,
    .begin = sf_shelf_begin,
    .end = end,
    .fresh = fresh,
    .fallback = fallback,
    .forget = forget,
    .forget_camera = forget_camera,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d50_camera_of_owner = {
    EDGE_HEAD("d50-camera-of-owner", "1",
              "planted defect: what is on its way when a camera is sold counts for the new owner"),
    .on_upload = on_upload,
    .on_upload_fragment = sf_edge_on_upload_fragment,
    .on_upload_ended = sf_edge_on_upload_ended,
    .on_request = on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = sf_edge_on_timer,
    EDGE_FETCHES,
};
