#include "sim_cloud/caches/shelf.h"

#include <stdlib.h>
#include <string.h>

void sf_shelf_fini(void *store)
{
    struct shelf *shelf = store;
    sf_kit_map_free_all(&shelf->stills);
}

static struct shelf_place place_of(const struct shelf *shelf, const struct edge_key *key)
{
    return shelf->place != NULL ? shelf->place(shelf, key)
                                : (struct shelf_place){key->tenant, key->camera};
}

static void still_free(struct shelf_still *still)
{
    if (still != NULL) {
        sf_edge_drop_held(&still->reception);
        free(still);
    }
}

struct edge_still sf_shelf_bytes(const struct shelf_still *still)
{
    const struct edge_reception *reception = &still->reception;
    return (struct edge_still){reception->holder != NULL ? reception->held : reception->bytes,
                               reception->total_bytes};
}

struct edge_reception *sf_shelf_begin_held(void *context, const struct edge_key *key,
                                           uint32_t total_bytes, int64_t now_ns)
{
    (void)context;
    (void)now_ns;
    struct shelf_still *still = sf_kit_alloc_uncleared(sizeof *still);
    *still = (struct shelf_still){.reception = {.total_bytes = total_bytes}, .key = *key};
    return &still->reception;
}

struct edge_reception *sf_shelf_begin(void *context, const struct edge_key *key,
                                      uint32_t total_bytes, int64_t now_ns)
{
    (void)context;
    (void)now_ns;
    /* Only what has arrived whole is ever shown. */
    struct shelf_still *still = sf_kit_alloc_uncleared(sizeof *still + total_bytes);
    *still = (struct shelf_still){
        .reception = {.bytes = still->bytes, .total_bytes = total_bytes},
        .key = *key,
    };
    return &still->reception;
}

bool sf_shelf_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                  bool complete, int64_t now_ns)
{
    struct shelf *shelf = context;
    struct shelf_still *still = (struct shelf_still *)(void *)reception;
    if (!complete) {
        still_free(still);
        return false;
    }
    still->stored_ns = now_ns;
    still->place = place_of(shelf, key);
    still_free(sf_kit_map_get(&shelf->stills, still->place.a, still->place.b));
    sf_kit_map_put(&shelf->stills, still->place.a, still->place.b, still);
    return true;
}

/* The still that stands there if it is at most this old. Its place is checked once more where it
 * counts: at delivery. */
static struct edge_still own_still(const struct shelf *shelf, const struct edge_key *key,
                                   int64_t now_ns, int64_t age_ns_max)
{
    struct shelf_place place = place_of(shelf, key);
    const struct shelf_still *still = sf_kit_map_get(&shelf->stills, place.a, place.b);
    bool own = still != NULL && still->place.a == place.a && still->place.b == place.b;
    if (!own || now_ns - still->stored_ns > age_ns_max) {
        return (struct edge_still){NULL, 0};
    }
    return sf_shelf_bytes(still);
}

struct edge_still sf_shelf_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct shelf *shelf = context;
    return own_still(shelf, key, now_ns, shelf->fresh_for_ns);
}

struct edge_still sf_shelf_fallback(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct shelf *shelf = context;
    return own_still(shelf, key, now_ns, shelf->stale_for_ns);
}

void sf_shelf_forget(void *context, uint64_t tenant)
{
    struct shelf *shelf = context;
    struct shelf_still *still;
    while ((still = sf_kit_map_remove_any(&shelf->stills, tenant)) != NULL) {
        still_free(still);
    }
}

void sf_shelf_put(struct shelf *shelf, const struct edge_key *key, struct edge_still still,
                  int64_t now_ns)
{
    struct edge_reception *reception = sf_shelf_begin(shelf, key, still.count, now_ns);
    sf_edge_receive(reception, 0, still.bytes, still.count);
    sf_shelf_end(shelf, key, reception, true, now_ns);
}

void sf_shelf_remove(struct shelf *shelf, const struct edge_key *key)
{
    struct shelf_place place = place_of(shelf, key);
    still_free(sf_kit_map_remove(&shelf->stills, place.a, place.b));
}
