/* D13: device -> slot and slot -> user are updated in two steps, and a reader comes between.
 *
 * The engineer: "A camera that is heard of gets a slot for its stills, and loses it when it has
 * been silent for a while. Whose camera it is, is looked up in the shared store, since cameras are
 * sold and given away; until the answer comes the slot has no new user, so no account can read it."
 * The user of before is still written on it.
 *
 * It goes wrong after an outage. All cameras have lost their slots, all come back at once, get them
 * in another order, and wait in one queue for their look-ups. Meanwhile the account that had the
 * slot before reads it.
 *
 * The defence: a slot that was given up, or whose camera has changed hands, has no user until the
 * look-up has named one, and a record of the owner before names none. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/pool.h"

#define MS_NS INT64_C(1000000)
#define RETRY_NS (100 * MS_NS)
enum { TIMER_RETRY = 0 }; /* a cookie that is no request's */
enum { STORE_LOOKUP, STORE_WRITE };

struct slot {
    struct pool_slot still;  /* first */
    struct edge_key device;  /* step 1: whose stills land here */
    struct edge_key user;    /* step 2: who may read it */
    struct slot *next_asked; /* in the queue of look-ups */
    bool asked;              /* it is in that queue */
};

struct store {
    const struct sf_cache_host *host;
    struct pool slots;
    struct kit_map devices; /* by camera: struct slot */
    struct kit_map users;   /* by tenant and camera: struct slot */
    struct slot *asked_first;
    struct slot **asked_end;
    uint64_t connection; /* to the shared store: one look-up at a time */
    int64_t fresh_for_ns;
    int64_t silent_for_ns;
    bool defence;
};

#define OPTIONS(X)                             \
    X(fresh_ms, 15000, 86400000, fresh_for_ns) \
    X(silent_ms, 12000, 86400000, silent_for_ns) X(defence, 0, 1, defence)

static void store_fini(void *context)
{
    struct store *store = context;
    sf_kit_map_free(&store->devices);
    sf_kit_map_free(&store->users);
    sf_pool_fini(&store->slots);
}

/* ---- the look-up: whose camera is it? ---- */

static void ask_for_first(struct store *store)
{
    const struct slot *slot = store->asked_first;
    if (slot != NULL) {
        store->host->store_get(store->host->context, store->connection,
                               (const uint8_t *)&slot->device.camera, sizeof slot->device.camera,
                               STORE_LOOKUP);
    }
}

static void put_last_asked(struct store *store, struct slot *slot)
{
    slot->next_asked = NULL;
    slot->asked = true;
    *store->asked_end = slot;
    store->asked_end = &slot->next_asked;
}

static void ask_for_user(struct store *store, struct slot *slot)
{
    bool idle = store->asked_first == NULL;
    put_last_asked(store, slot);
    if (idle) {
        ask_for_first(store);
    }
}

static struct slot *take_first_asked(struct store *store)
{
    struct slot *slot = store->asked_first;
    slot->asked = false;
    store->asked_first = slot->next_asked;
    if (store->asked_first == NULL) {
        store->asked_end = &store->asked_first;
    }
    return slot;
}

static void set_user(struct store *store, struct slot *slot, uint64_t tenant)
{
    slot->user = slot->device;
    slot->user.tenant = tenant;
    sf_kit_map_put(&store->users, tenant, slot->device.camera, slot);
}

static void on_store_reply(void *edge, const struct sf_cache_store_reply *reply)
{
    struct store *store = sf_edge_store_of(edge);
    if (reply->cookie != STORE_LOOKUP) {
        return;
    }
    struct slot *slot = take_first_asked(store);
    if (reply->status == SF_CACHE_STORE_FAILED) {
        put_last_asked(store, slot);
        store->host->timer_set(store->host->context, RETRY_NS, TIMER_RETRY, NULL);
        return;
    }
    uint64_t tenant = slot->device.tenant; /* a camera that is new: as it says itself */
    uint64_t named = tenant;
    bool found = reply->status == SF_CACHE_STORE_FOUND && reply->bytes_count == sizeof named;
    if (found) {
        memcpy(&named, reply->bytes, sizeof named);
    }
    if (found && (!store->defence || named == tenant)) {
        tenant = named;
    } else {
        store->host->store_put(store->host->context, store->connection,
                               (const uint8_t *)&slot->device.camera, sizeof slot->device.camera,
                               (const uint8_t *)&tenant, sizeof tenant, 0, STORE_WRITE);
    }
    set_user(store, slot, tenant);
    sf_edge_arrived(edge, slot->device.camera);
    ask_for_first(store);
}

static void on_timer(void *edge, uint64_t timer, uint64_t cookie)
{
    if (cookie == TIMER_RETRY) {
        ask_for_first(sf_edge_store_of(edge));
    } else {
        sf_edge_on_timer(edge, timer, cookie);
    }
}

/* ---- slots ---- */

/* Slots of cameras that have been silent for long are there to be taken. */
static void give_up_silent(struct store *store, int64_t now_ns)
{
    for (uint32_t i = 0; i < store->slots.slots_count; i++) {
        struct slot *slot = sf_pool_at(&store->slots, i);
        bool silent = now_ns - slot->still.stored_ns > store->silent_for_ns;
        if (slot->device.camera != 0 && silent && !slot->asked) {
            sf_kit_map_remove(&store->devices, slot->device.camera, 0);
            slot->device = (struct edge_key){0};
            if (store->defence) {
                slot->user = (struct edge_key){0};
            }
            sf_pool_give(&store->slots, slot);
        }
    }
}

static struct slot *take(struct store *store, const struct edge_key *key, int64_t now_ns)
{
    give_up_silent(store, now_ns);
    struct slot *slot = sf_pool_take(&store->slots);
    slot->device = *key;
    sf_kit_map_put(&store->devices, key->camera, 0, slot);
    ask_for_user(store, slot);
    return slot;
}

static void change_hands(struct store *store, struct slot *slot, const struct edge_key *key)
{
    slot->device = *key;
    slot->user = (struct edge_key){0};
    if (!slot->asked) {
        ask_for_user(store, slot);
    }
}

static bool store_end(void *context, const struct edge_key *key, struct edge_reception *reception,
                      bool complete, int64_t now_ns)
{
    struct store *store = context;
    if (complete) {
        struct slot *slot = sf_kit_map_get(&store->devices, key->camera, 0);
        if (slot == NULL) {
            slot = take(store, key, now_ns);
        } else if (store->defence && slot->device.tenant != key->tenant) {
            change_hands(store, slot, key);
        }
        sf_pool_fill(&slot->still, reception, now_ns);
    }
    sf_edge_drop_aside(reception);
    return complete;
}

static struct edge_still store_fresh(void *context, const struct edge_key *key, int64_t now_ns)
{
    const struct store *store = context;
    const struct slot *slot = sf_kit_map_get(&store->users, key->tenant, key->camera);
    bool allowed =
        slot != NULL && slot->user.tenant == key->tenant && slot->user.camera == key->camera;
    return sf_pool_still(allowed ? &slot->still : NULL, now_ns, store->fresh_for_ns);
}

static void init(void *context, const struct sf_cache_host *host,
                 const struct sf_cache_config *config)
{
    struct store *store = context;
    store->host = host;
    store->asked_end = &store->asked_first;
    sf_pool_init(&store->slots, sizeof(struct slot), config->still_bytes_max);
    host->store_open(host->context, &store->connection);
}

static const struct edge_store kind = {
    EDGE_STORE,       .init = init,         .fini = store_fini,      .begin = sf_edge_begin_aside,
    .end = store_end, .fresh = store_fresh, .fallback = store_fresh,
};

EDGE_CREATE

const struct sf_cache_plugin sf_builtin_d13_mapping_race = {
    EDGE_HEAD("d13-mapping-race", "1",
              "planted defect: a reused slot keeps its user until the new one has been looked up"),
    EDGE_UPLOADS,
    EDGE_FETCHES,
    .on_request = sf_edge_on_request,
    .on_request_cancelled = sf_edge_on_request_cancelled,
    .on_timer = on_timer,
    .on_store_reply = on_store_reply,
};
