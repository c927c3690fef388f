/* D04: concurrent misses are coalesced by too coarse a key.
 *
 * Asking a camera takes long, and many ask at once; so a miss that finds another one under way
 * joins it instead of asking again, and the answer is given to every request that joined. The
 * key by which misses find each other is the resource's: integration and model, which is what the
 * address of a still looks like once the account is left to a header.
 *
 * waiters_only=1: who started the flight is answered alone, and those who came in the meantime form
 * the next flight, led by the first of them. Then two tenants are not enough to see anything wrong.
 *
 * The defence: misses find each other by tenant and camera. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

/* One question to a camera, and all who will be given the answer. */
struct flight {
    uint64_t key[2];
    uint64_t tenant; /* of the viewer that leads it: whose camera is asked */
    uint64_t camera;
    uint64_t fetch;
    struct desk_waiter *group; /* gets this answer */
    struct desk_waiter *line;  /* came later: gets the next one */
    struct desk_still *still;  /* as far as it has come; NULL */
};

struct store {
    struct desk desk;       /* first: the desk takes one for the other */
    struct kit_map flights; /* by key */
    struct kit_map fetches; /* by fetch: its flight */
    bool waiters_only;
    bool defence;
};

#define OPTIONS(X) X(waiters_only, 0, 1, waiters_only) X(defence, 0, 1, defence)

static struct store *self(struct desk *desk)
{
    return (struct store *)(void *)desk;
}

static void stop(struct desk *desk)
{
    struct store *cache = self(desk);
    for (size_t i = 0; i < cache->flights.capacity; i++) {
        struct flight *flight = cache->flights.entries[i].value;
        if (flight != NULL) {
            free(flight->still);
            free(flight);
        }
    }
    sf_kit_map_free(&cache->flights);
    sf_kit_map_free(&cache->fetches);
}

static void append(struct desk_waiter **list, struct desk_waiter *waiter)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }
    waiter->next = NULL;
    *list = waiter;
}

static void take_out(struct desk_waiter **list, const struct desk_waiter *waiter)
{
    while (*list != NULL && *list != waiter) {
        list = &(*list)->next;
    }
    if (*list != NULL) {
        *list = waiter->next;
    }
}

/* Asks the camera of the first in the group. */
static void take_off(struct store *cache, struct flight *flight)
{
    const struct sf_cache_host *host = cache->desk.host;
    flight->tenant = flight->group->tenant;
    flight->camera = flight->group->camera;
    flight->fetch = 0;
    if (host->fetch(host->context, flight->camera, 0, &flight->fetch) == SF_CACHE_DONE) {
        sf_kit_map_put(&cache->fetches, flight->fetch, 0, flight);
    }
}

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    uint64_t a = cache->defence ? waiter->tenant : waiter->integration;
    uint64_t b = cache->defence ? waiter->camera : waiter->model;
    struct flight *flight = sf_kit_map_get(&cache->flights, a, b);
    if (flight != NULL) {
        append(cache->waiters_only ? &flight->line : &flight->group, waiter);
    } else {
        flight = sf_kit_alloc(1, sizeof *flight);
        flight->key[0] = a;
        flight->key[1] = b;
        flight->group = waiter;
        sf_kit_map_put(&cache->flights, a, b, flight);
        take_off(cache, flight);
    }
    waiter->place = flight;
}

/* The answer has come, or never will: the first that has queued meanwhile asks next. */
static void land(struct store *cache, struct flight *flight)
{
    if (flight->fetch != 0) {
        sf_kit_map_remove(&cache->fetches, flight->fetch, 0);
    }
    free(flight->still);
    flight->still = NULL;
    flight->group = flight->line;
    flight->line = NULL;
    if (flight->group != NULL) {
        take_off(cache, flight);
    } else {
        sf_kit_map_remove(&cache->flights, flight->key[0], flight->key[1]);
        free(flight);
    }
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    struct flight *flight = waiter->place;
    take_out(&flight->group, waiter);
    take_out(&flight->line, waiter);
    if (flight->group == NULL) {
        if (flight->fetch != 0) {
            desk->host->fetch_cancel(desk->host->context, flight->fetch);
        }
        land(cache, flight);
    }
}

static void part(struct desk *desk, const struct sf_cache_fetch_part *event)
{
    struct flight *flight = sf_kit_map_get(&self(desk)->fetches, event->fetch, 0);
    if (flight != NULL) {
        sf_desk_still_take(&flight->still, event);
    }
}

static void ended(struct desk *desk, const struct sf_cache_fetch_end *end)
{
    struct store *cache = self(desk);
    struct flight *flight = sf_kit_map_get(&cache->fetches, end->fetch, 0);
    if (flight == NULL) {
        return;
    }
    bool complete = end->end == SF_CACHE_END_COMPLETE && flight->still != NULL;
    if (complete) {
        sf_desk_keep(desk, flight->tenant, flight->camera, flight->still);
    }
    while (flight->group != NULL) {
        struct desk_waiter *waiter = flight->group;
        flight->group = waiter->next;
        sf_desk_answer(desk, waiter, complete ? flight->still : NULL);
    }
    land(cache, flight);
}

static const struct desk_mechanism mechanism = {
    DESK_STORE, .stop = stop, .miss = miss, .gone = gone, .part = part, .ended = ended,
};

DESK_CREATE

const struct sf_cache_plugin sf_builtin_d04_coalesced = DESK_PLUGIN(
    "d04-coalesced", "misses are coalesced by integration and model, and all get one answer");
