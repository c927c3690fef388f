/* D43: an output that a refused call did not set is used.
 *
 * The engineer: "Each waiter is filed under the fetch that it waits for, whose number the host
 * writes where we say. A fetch can be refused when the host has its hands full, but the viewer then
 * gets our 'not now' when its patience ends, as with a camera that is silent: nothing to do." The
 * number of the fetch is kept in one place for all; a refused fetch leaves the one before in it.
 *
 * It goes wrong when a fetch is refused while the one before it is open: the waiter is filed under
 * that, and is answered with its still, which is another camera's.
 *
 * The defence: who was refused is filed under nothing. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

/* A fetch, and who waits for it. */
struct asked {
    uint64_t fetch;
    struct desk_waiter *waiters;
    struct desk_still *still; /* as far as it has come; NULL */
};

struct store {
    struct desk desk;     /* first: the desk takes one for the other */
    struct kit_map asked; /* by fetch */
    uint64_t fetch;       /* the latest */
    bool defence;
};

#define OPTIONS(X) X(defence, 0, 1, defence)

static struct store *self(struct desk *desk)
{
    return (struct store *)(void *)desk;
}

static void stop(struct desk *desk)
{
    struct store *cache = self(desk);
    for (size_t i = 0; i < cache->asked.capacity; i++) {
        struct asked *asked = cache->asked.entries[i].value;
        if (asked != NULL) {
            free(asked->still);
            free(asked);
        }
    }
    sf_kit_map_free(&cache->asked);
}

static struct asked *asked_of(struct store *cache, uint64_t fetch)
{
    struct asked *asked = sf_kit_map_get(&cache->asked, fetch, 0);
    if (asked == NULL) {
        asked = sf_kit_alloc(1, sizeof *asked);
        asked->fetch = fetch;
        sf_kit_map_put(&cache->asked, fetch, 0, asked);
    }
    return asked;
}

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    int32_t result = desk->host->fetch(desk->host->context, waiter->camera, 0, &cache->fetch);
    if (cache->fetch == 0 || (cache->defence && result != SF_CACHE_DONE)) {
        return; /* patience will end it */
    }
    struct asked *asked = asked_of(cache, cache->fetch);
    waiter->next = asked->waiters;
    asked->waiters = waiter;
    waiter->place = asked;
}

static void drop(struct store *cache, struct asked *asked)
{
    sf_kit_map_remove(&cache->asked, asked->fetch, 0);
    free(asked->still);
    free(asked);
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct asked *asked = waiter->place;
    if (asked == NULL) {
        return;
    }
    struct desk_waiter **link = &asked->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    if (asked->waiters == NULL) {
        desk->host->fetch_cancel(desk->host->context, asked->fetch);
        drop(self(desk), asked);
    }
}

static void part(struct desk *desk, const struct sf_cache_fetch_part *event)
{
    struct asked *asked = sf_kit_map_get(&self(desk)->asked, event->fetch, 0);
    if (asked != NULL) {
        sf_desk_still_take(&asked->still, event);
    }
}

static void ended(struct desk *desk, const struct sf_cache_fetch_end *end)
{
    struct store *cache = self(desk);
    struct asked *asked = sf_kit_map_get(&cache->asked, end->fetch, 0);
    if (asked == NULL) {
        return;
    }
    bool complete = end->end == SF_CACHE_END_COMPLETE && asked->still != NULL;
    while (asked->waiters != NULL) {
        struct desk_waiter *waiter = asked->waiters;
        asked->waiters = waiter->next;
        if (complete) {
            sf_desk_keep(desk, waiter->tenant, waiter->camera, asked->still);
        }
        sf_desk_answer(desk, waiter, complete ? asked->still : NULL);
    }
    drop(cache, asked);
}

static const struct desk_mechanism mechanism = {
    DESK_STORE, .stop = stop, .miss = miss, .gone = gone, .part = part, .ended = ended,
};

DESK_CREATE

const struct sf_cache_plugin sf_builtin_d43_last_fetch =
    DESK_PLUGIN("d43-last-fetch",
                "planted defect: a fetch that was refused as busy counts as the one before it");
