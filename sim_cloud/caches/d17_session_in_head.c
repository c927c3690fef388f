/* D17: what was said to one viewer is stored, and said to the next.
 *
 * The engineer: "What is said of an answer beside its bytes, the head, is the same for all stills
 * of one kind of camera. It is made once a minute and kept." Later the front door begins to renew
 * sessions in answers, and the renewal goes where everything goes that is said of an answer: into
 * the head.
 *
 * It goes wrong when a head is made for a request that renews: for a minute each viewer with that
 * kind of camera is handed that viewer's session, and from then on asks as another account.
 *
 * The defence: the renewal is the request's own, whatever the head says. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/shelf.h"

struct head {
    struct sf_cache_answer_properties properties;
    int64_t made_ns;
};

struct store {
    struct shelf shelf;   /* first */
    struct kit_map heads; /* by model */
    const struct sf_cache_host *host;
    int64_t head_for_ns;
};

#define OPTIONS(X)                  \
    SHELF_OPTIONS(X, 15000, 300000) \
    X(head_ms, 20000, 86400000, head_for_ns) X(defence, 0, 1, shelf.defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->heads);
    sf_shelf_fini(store);
}

static struct head *head_of(struct store *store, uint64_t model)
{
    struct head *head = sf_kit_map_get(&store->heads, model, 0);
    if (head == NULL) {
        head = sf_kit_alloc(1, sizeof *head);
        head->made_ns = -store->head_for_ns;
        sf_kit_map_put(&store->heads, model, 0, head);
    }
    return head;
}

static void store_say(void *context, const struct edge_key *key, struct edge_still still,
                      struct sf_cache_answer_properties *properties)
{
    (void)still;
    struct store *store = context;
    struct head *head = head_of(store, key->model);
    int64_t now_ns = store->host->now_ns(store->host->context);
    if (now_ns - head->made_ns >= store->head_for_ns) {
        head->made_ns = now_ns;
        head->properties = *properties;
        head->properties.session = key->renewal;
    }
    uint32_t flags = properties->flags; /* these are the still's */
    *properties = head->properties;
    properties->flags = flags;
    if (store->shelf.defence) {
        properties->session = key->renewal;
    }
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    (void)config;
    struct store *store = context;
    store->host = host;
}

static const struct edge_store kind = {
    SHELF_STORE, .init = init, .fini = store_fini, .say = store_say, .forget = sf_shelf_forget,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d17_session_in_head =
    EDGE_PLUGIN("d17-session-in-head", "1",
                "planted defect: a renewed session is kept with what is said of every answer");
