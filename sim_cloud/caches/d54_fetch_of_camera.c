/* D54: one fetch serves all who wait for its camera, those of its former owner and of its new one.
 *
 * The engineer: "A camera takes one picture at a time, so there is never a reason to ask it twice.
 * Who may see it the front door has checked before a request comes here." A fetch goes on when its
 * request is given up, for the next one. What is kept, is kept under owner and camera; an
 * invalidation drops it, and a fetch that began before is not kept.
 *
 * It goes wrong when a camera is sold while a fetch that its former owner began is under way: the
 * new owner's request joins it, and is answered with what it brings.
 *
 * The defence: a request joins only a fetch that its own account has begun, and that no
 * invalidation has overtaken. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

struct flight {
    uint64_t tenant; /* of the request that has begun it */
    uint64_t camera;
    uint64_t fetch; /* 0: it was refused, and patience ends the wait */
    int64_t begun_ns;
    struct desk_waiter *waiters;
    struct desk_still *still; /* as far as it has come; NULL */
};

struct store {
    struct desk desk;       /* first: the desk takes one for the other */
    struct kit_map flights; /* by camera; with the defence by tenant and camera */
    struct kit_map fetches; /* by fetch: its flight */
    bool defence;
};

#define OPTIONS(X) X(defence, 0, 1, defence)

static struct store *self(struct desk *desk)
{
    return (struct store *)(void *)desk;
}

static uint64_t account_of(const struct store *cache, uint64_t tenant)
{
    return cache->defence ? tenant : 0;
}

static void stop(struct desk *desk)
{
    struct store *cache = self(desk);
    for (size_t i = 0; i < cache->flights.capacity; i++) {
        struct flight *flight = cache->flights.entries[i].value;
        if (flight != NULL && flight->fetch == 0) {
            free(flight);
        }
    }
    for (size_t i = 0; i < cache->fetches.capacity; i++) {
        struct flight *flight = cache->fetches.entries[i].value;
        if (flight != NULL) {
            free(flight->still);
            free(flight);
        }
    }
    sf_kit_map_free(&cache->flights);
    sf_kit_map_free(&cache->fetches);
}

static struct flight *begin(struct store *cache, const struct desk_waiter *waiter)
{
    const struct sf_cache_host *host = cache->desk.host;
    struct flight *flight = sf_kit_alloc(1, sizeof *flight);
    flight->tenant = waiter->tenant;
    flight->camera = waiter->camera;
    flight->begun_ns = sf_desk_now(&cache->desk);
    sf_kit_map_put(&cache->flights, account_of(cache, waiter->tenant), waiter->camera, flight);
    if (host->fetch(host->context, waiter->camera, 0, &flight->fetch) == SF_CACHE_DONE) {
        sf_kit_map_put(&cache->fetches, flight->fetch, 0, flight);
    } else {
        flight->fetch = 0;
    }
    return flight;
}

static bool is_overtaken(const struct store *cache, const struct flight *flight)
{
    return sf_desk_was_forgotten(&cache->desk, flight->tenant, flight->begun_ns);
}

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    struct flight *flight =
        sf_kit_map_get(&cache->flights, account_of(cache, waiter->tenant), waiter->camera);
    if (flight == NULL || (cache->defence && flight->fetch != 0 && is_overtaken(cache, flight))) {
        flight = begin(cache, waiter);
    }
    waiter->place = flight;
    waiter->next = flight->waiters;
    flight->waiters = waiter;
}

/* A flight that is overtaken has no place among the others any more. */
static void land(struct store *cache, struct flight *flight)
{
    if (flight->fetch != 0) {
        sf_kit_map_remove(&cache->fetches, flight->fetch, 0);
    }
    uint64_t account = account_of(cache, flight->tenant);
    if (sf_kit_map_get(&cache->flights, account, flight->camera) == flight) {
        sf_kit_map_remove(&cache->flights, account, flight->camera);
    }
    free(flight->still);
    free(flight);
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    struct flight *flight = waiter->place;
    struct desk_waiter **link = &flight->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    if (flight->waiters == NULL && flight->fetch == 0) {
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
    if (complete && !is_overtaken(cache, flight)) {
        sf_desk_keep(desk, flight->tenant, flight->camera, flight->still);
    }
    while (flight->waiters != NULL) {
        struct desk_waiter *waiter = flight->waiters;
        flight->waiters = waiter->next;
        sf_desk_answer(desk, waiter, complete ? flight->still : NULL);
    }
    land(cache, flight);
}

static const struct desk_mechanism mechanism = {
    DESK_STORE, .stop = stop, .miss = miss, .gone = gone, .part = part, .ended = ended,
};

DESK_CREATE

const struct sf_cache_plugin sf_builtin_d54_fetch_of_camera =
    DESK_PLUGIN("d54-fetch-of-camera", "one fetch serves all who wait for its camera, its former "
                                       "owner's requests and its new owner's");
