/* D30: time left, in unsigned whole seconds.
 *
 * The engineer: "A camera leases a slot for its stills, and renews the lease with each one. Seconds
 * are fine enough for that, and 32 bits of them last for 136 years: a lease is good while there are
 * seconds left." Slots of leases that have run out are swept up by the nanosecond clock.
 *
 * It goes wrong after a lease has run out and its slot has gone to another camera: what is left of
 * it is minus one, which is 4,294,967,295 seconds. It never ends.
 *
 * The defence: two instants are compared, not their difference with nothing. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)

struct slot {
    struct pool_slot still; /* first */
    int64_t expires_ns;     /* by the sweeper's clock; 0: it is free */
};

struct lease {
    struct slot *slot;
    uint32_t expires_s;
};

struct store {
    struct pool slots;
    struct kit_map leases; /* by tenant and camera */
    int64_t fresh_for_ns;
    int64_t lease_ns;
    bool defence;
};

static void *store_create(const struct kit_option *options, const struct sf_cache_config *config)
{
    struct store *store = kit_alloc(1, sizeof *store);
    pool_init(&store->slots, sizeof(struct slot), config->still_bytes_max);
    store->fresh_for_ns = kit_option_ns(&options[0]);
    store->lease_ns = kit_option_ns(&options[1]);
    store->defence = options[2].value != 0;
    return store;
}

static void store_destroy(void *context)
{
    struct store *store = context;
    kit_map_free_all(&store->leases);
    pool_fini(&store->slots);
    free(store);
}

static bool is_good(const struct store *store, const struct lease *lease, int64_t now_ns)
{
    uint32_t now_s = (uint32_t)(now_ns / SECOND_NS);
    uint32_t left_s = lease->expires_s - now_s;
    return store->defence ? lease->expires_s > now_s : left_s > 0;
}

static void renew(const struct store *store, struct lease *lease, int64_t now_ns)
{
    lease->slot->expires_ns = now_ns + store->lease_ns;
    lease->expires_s = (uint32_t)(lease->slot->expires_ns / SECOND_NS);
}

static void sweep(struct store *store, int64_t now_ns)
{
    for (uint32_t i = 0; i < store->slots.slots_count; i++) {
        struct slot *slot = pool_at(&store->slots, i);
        if (slot->expires_ns != 0 && slot->expires_ns <= now_ns) {
            slot->expires_ns = 0;
            pool_give(&store->slots, slot);
        }
    }
}

/* The camera's lease, if it is good. */
static struct lease *lease_of(const struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct lease *lease = kit_map_get(&store->leases, key->tenant, key->camera);
    return lease != NULL && is_good(store, lease, now_ns) ? lease : NULL;
}

static struct lease *grant(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct lease *lease = kit_map_get(&store->leases, key->tenant, key->camera);
    if (lease == NULL) {
        lease = kit_alloc(1, sizeof *lease);
        kit_map_put(&store->leases, key->tenant, key->camera, lease);
    }
    sweep(store, now_ns);
    lease->slot = pool_take(&store->slots);
    return lease;
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    if (complete) {
        struct lease *lease = lease_of(store, key, now_ns);
        if (lease == NULL) {
            lease = grant(store, key, now_ns);
        }
        renew(store, lease, now_ns);
        pool_fill(&lease->slot->still, reception, now_ns);
    }
    edge_drop_aside(reception);
    return complete;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    struct lease *lease = lease_of(store, key, now_ns);
    if (lease == NULL) {
        return (struct edge_still){NULL, 0};
    }
    return pool_still(&lease->slot->still, now_ns, store->fresh_for_ns);
}

static const struct edge_store kind = {
    .options = {{"fresh_ms", 15000, 86400000}, {"lease_ms", 10000, 86400000}, {"defence", 0, 1}},
    .create = store_create,
    .destroy = store_destroy,
    .begin = edge_begin_aside,
    .end = store_end,
    .fresh = store_fresh,
    .fallback = store_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d30_lease_seconds =
    EDGE_PLUGIN(create, "d30-lease-seconds", "1",
                "planted defect: what is left of a lease is an unsigned number of seconds",
                "patience_ms=2500 fresh_ms=15000 lease_ms=10000 defence=0");
