/* D30: a lease by a clock that steps.
 *
 * The engineer: "A camera leases a slot for its stills, and renews the lease with each one. A lease
 * has a date on it, as everything that expires does, so that it can be read in a log. Seconds are
 * fine enough." Slots of leases that have run out are swept up by the clock that never goes back.
 *
 * It goes wrong when the node's clock is set back: dates that were past are to come again, and a
 * lease whose slot has gone to another camera is good once more.
 *
 * left=1: the lease is good while there are seconds left until its date, in an unsigned number. One
 * second after it there are 4,294,967,295 left: it never ends, and no clock need step for that.
 *
 * The defence: leases and slots go by one clock, which never goes back, and two instants are
 * compared. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

#define SECOND_MS 1000
#define SECOND_NS INT64_C(1000000000)

struct slot {
    struct pool_slot still; /* first */
    int64_t expires_ns;     /* by the sweeper's clock; 0: it is free */
};

struct lease {
    struct slot *slot;
    int64_t expires_ns; /* by the sweeper's clock */
    uint32_t expires_s; /* by the calendar */
};

struct store {
    const struct sf_cache_host *host;
    struct pool slots;
    struct kit_map leases; /* by tenant and camera */
    int64_t fresh_for_ns;
    int64_t lease_ns;
    bool left;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(lease_ms, 10000, 86400000, lease_ns) X(left, 0, 1, left) X(defence, 0, 1, defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->leases);
    sf_pool_fini(&store->slots);
}

static uint32_t calendar_s(const struct store *store)
{
    return (uint32_t)(store->host->wall_clock_ms(store->host->context) / SECOND_MS);
}

static bool is_good(const struct store *store, const struct lease *lease, int64_t now_ns)
{
    if (store->defence) {
        return now_ns < lease->expires_ns;
    }
    uint32_t left_s = lease->expires_s - calendar_s(store);
    return store->left ? left_s > 0 : lease->expires_s > calendar_s(store);
}

static void renew(const struct store *store, struct lease *lease, int64_t now_ns)
{
    lease->expires_ns = now_ns + store->lease_ns;
    lease->expires_s = calendar_s(store) + (uint32_t)(store->lease_ns / SECOND_NS);
    lease->slot->expires_ns = lease->expires_ns;
}

static void sweep(struct store *store, int64_t now_ns)
{
    for (uint32_t i = 0; i < store->slots.slots_count; i++) {
        struct slot *slot = sf_pool_at(&store->slots, i);
        if (slot->expires_ns != 0 && slot->expires_ns <= now_ns) {
            slot->expires_ns = 0;
            sf_pool_give(&store->slots, slot);
        }
    }
}

/* The camera's lease, if it is good. */
static struct lease *lease_of(const struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct lease *lease = sf_kit_map_get(&store->leases, key->tenant, key->camera);
    return lease != NULL && is_good(store, lease, now_ns) ? lease : NULL;
}

static struct lease *grant(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    struct lease *lease = sf_kit_map_get(&store->leases, key->tenant, key->camera);
    if (lease == NULL) {
        lease = sf_kit_alloc(1, sizeof *lease);
        sf_kit_map_put(&store->leases, key->tenant, key->camera, lease);
    }
    sweep(store, now_ns);
    lease->slot = sf_pool_take(&store->slots);
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
        sf_pool_fill(&lease->slot->still, reception, now_ns);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    struct lease *lease = lease_of(store, key, now_ns);
    if (lease == NULL) {
        return (struct edge_still){NULL, 0};
    }
    return sf_pool_still(&lease->slot->still, now_ns, store->fresh_for_ns);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    struct store *store = context;
    store->host = host;
    sf_pool_init(&store->slots, sizeof(struct slot), config->still_bytes_max);
}

static const struct edge_store kind = {
    EDGE_STORE,       .init = init,         .fini = store_fini,      .begin = sf_edge_begin_aside,
    .end = store_end, .fresh = store_fresh, .fallback = store_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d30_calendar_lease =
    EDGE_PLUGIN("d30-calendar-lease", "1",
                "planted defect: a lease runs by the calendar, its slot by another clock");
