/* D40: a ticket of 16 bits names a still, and is given again after 65,536 stills.
 *
 * The engineer: "Every still that arrives takes the next ticket and lies in the row of that number;
 * a directory says for each camera which ticket its latest still has. Stills are dropped when they
 * are stale, the directory is left alone: a ticket without a still is a miss. By the time that a
 * ticket comes round again every camera has sent a newer still long since."
 *
 * Not a camera that was silent for that long: its entry then names the fresh still of another, and
 * its owner is shown that one.
 *
 * The defence: tickets are counted in 32 bits, and a row is asked for the whole ticket. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

enum { ROWS_COUNT = 1 << 16 };

struct row {
    struct shelf_still *still; /* NULL: none */
    uint32_t ticket;
};

struct store {
    struct row *rows;         /* by the low 16 bits of the ticket */
    struct kit_map directory; /* by tenant and camera: a ticket */
    uint32_t next;            /* ticket */
    uint32_t oldest;          /* ticket whose still may be there */
    int64_t fresh_for_ns;
    bool defence;
};

#define OPTIONS(X) X(fresh_ms, 15000, 86400000, fresh_for_ns) X(defence, 0, 1, defence)

static struct row *row_of(const struct store *store, uint32_t ticket)
{
    return &store->rows[ticket % ROWS_COUNT];
}

static void empty(struct row *row)
{
    free(row->still);
    row->still = NULL;
}

static void drop_stale(struct store *store, int64_t now_ns)
{
    for (; store->oldest != store->next; store->oldest++) {
        struct row *row = row_of(store, store->oldest);
        if (row->still != NULL && now_ns - row->still->stored_ns <= store->fresh_for_ns) {
            return;
        }
        empty(row);
    }
}

static uint32_t *entry_of(struct store *store, const struct edge_key *key)
{
    uint32_t *ticket = sf_kit_map_get(&store->directory, key->tenant, key->camera);
    if (ticket == NULL) {
        ticket = sf_kit_alloc(1, sizeof *ticket);
        sf_kit_map_put(&store->directory, key->tenant, key->camera, ticket);
    }
    return ticket;
}

static bool end(void *context, const struct edge_key *key, struct edge_reception *reception,
                bool complete, int64_t now_ns)
{
    struct store *store = context;
    struct shelf_still *still = (struct shelf_still *)(void *)reception;
    if (!complete) {
        free(still);
        return false;
    }
    drop_stale(store, now_ns);
    still->stored_ns = now_ns;
    struct row *row = row_of(store, store->next);
    empty(row);
    *row = (struct row){.still = still, .ticket = store->next};
    *entry_of(store, key) = store->next;
    store->next++;
    return true;
}

static struct edge_still fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const uint32_t *ticket = sf_kit_map_get(&store->directory, key->tenant, key->camera);
    const struct row *row = ticket != NULL ? row_of(store, *ticket) : NULL;
    bool there =
        row != NULL && row->still != NULL && now_ns - row->still->stored_ns <= store->fresh_for_ns;
    if (!there || (store->defence && row->ticket != *ticket)) {
        return (struct edge_still){NULL, 0};
    }
    return (struct edge_still){row->still->bytes, row->still->reception.total_bytes};
}

static void forget(void *context, uint64_t tenant)
{
    struct store *store = context;
    uint32_t *ticket;
    while ((ticket = sf_kit_map_remove_any(&store->directory, tenant)) != NULL) {
        free(ticket);
    }
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)host;
    (void)config;
    struct store *store = context;
    store->rows = sf_kit_alloc(ROWS_COUNT, sizeof *store->rows);
}

static void fini(void *context)
{
    struct store *store = context;
    for (uint32_t i = 0; i < ROWS_COUNT; i++) {
        empty(&store->rows[i]);
    }
    free(store->rows);
    sf_kit_map_free_all(&store->directory);
}

static const struct edge_store kind = {
    EDGE_STORE, .init = init,   .fini = fini,     .begin = sf_shelf_begin,
    .end = end, .fresh = fresh, .forget = forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d40_ticket_wraps = EDGE_PLUGIN(
    "d40-ticket-wraps", "1", "planted defect: the number that names a still wraps after 65,536");
