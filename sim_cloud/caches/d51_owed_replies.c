/* D51: replies that are still owed are counted, and a failure sets the count to nothing.
 *
 * The engineer: "Lookups in the shared store go over one connection, and one that is slow is not
 * waited for: the camera is asked at the same time. Replies come in order, so a connection knows
 * how many it still owes for lookups that no request waits for any more; those are skipped. When
 * the store reports a failure, the exchange is over, and nothing is owed any more." Each operation
 * gets its reply, failed or not.
 *
 * It goes wrong when a lookup was given up, another follows it on its connection, and one of them
 * fails: from then on each lookup there reads the reply to the one before it.
 *
 * The defence: a failure is the reply to one operation. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

enum { LINES = 1 }; /* with more the one that owes least is taken, and it goes wrong more rarely */

/* A connection for lookups. */
struct line {
    uint64_t connection; /* 0: there is none */
    uint64_t request;    /* that waits for the next reply that is not owed; 0: none */
    uint32_t owed;       /* replies to lookups that were given up */
};

/* What has been done for a waiter. */
struct errand {
    uint64_t fetch;
    uint64_t tenant;
    uint64_t camera;
    uint64_t request;
    struct desk_still *still; /* from the camera, as far as it has come; NULL */
    struct line *line;        /* NULL: the store is not asked, or has replied */
};

struct store {
    struct desk desk;       /* first: the desk takes one for the other */
    struct kit_map errands; /* by fetch */
    struct line lines[LINES];
    uint64_t writer; /* the connection for what is put */
    bool defence;
    bool from_store; /* what is kept came from the store: it need not go there again */
};

/* What a record begins with. */
struct head {
    int64_t stored_ns;
    uint64_t capture;
};

#define OPTIONS(X) X(defence, 0, 1, defence)

static struct store *self(struct desk *desk)
{
    return (struct store *)(void *)desk;
}

static void start(struct desk *desk)
{
    struct store *cache = self(desk);
    const struct sf_cache_host *host = desk->host;
    host->store_open(host->context, &cache->writer);
    for (int i = 0; i < LINES; i++) {
        host->store_open(host->context, &cache->lines[i].connection);
    }
}

static void errand_free(struct errand *errand)
{
    free(errand->still);
    free(errand);
}

static void stop(struct desk *desk)
{
    struct store *cache = self(desk);
    for (size_t i = 0; i < cache->errands.capacity; i++) {
        if (cache->errands.entries[i].value != NULL) {
            errand_free(cache->errands.entries[i].value);
        }
    }
    sf_kit_map_free(&cache->errands);
}

/* ---- the store ---- */

static void kept(struct desk *desk, uint64_t tenant, uint64_t camera,
                 const struct desk_still *still)
{
    struct store *cache = self(desk);
    const uint64_t key[] = {tenant, camera};
    const struct head head = {.stored_ns = still->stored_ns, .capture = still->capture};
    if (cache->from_store || cache->writer == 0) {
        return;
    }
    uint32_t count = (uint32_t)sizeof head + still->total_bytes;
    uint8_t *record = sf_kit_alloc(count, 1);
    memcpy(record, &head, sizeof head);
    memcpy(record + sizeof head, still->bytes, still->total_bytes);
    desk->host->store_put(desk->host->context, cache->writer, (const uint8_t *)key, sizeof key,
                          record, count, desk->fresh_for_ns, 0);
    free(record);
}

/* Over the connection that owes least, of those that no request waits for. */
static void look_up(struct store *cache, struct errand *errand)
{
    const struct sf_cache_host *host = cache->desk.host;
    const uint64_t key[] = {errand->tenant, errand->camera};
    struct line *best = NULL;
    for (struct line *line = cache->lines; line < cache->lines + LINES; line++) {
        bool usable = line->connection != 0 && line->request == 0;
        best = usable && (best == NULL || line->owed < best->owed) ? line : best;
    }
    if (best != NULL && host->store_get(host->context, best->connection, (const uint8_t *)key,
                                        sizeof key, 0) == SF_CACHE_DONE) {
        best->request = errand->request;
        errand->line = best;
    }
}

static void leave_line(struct errand *errand)
{
    if (errand->line != NULL) {
        errand->line->request = 0;
        errand->line->owed++;
        errand->line = NULL;
    }
}

/* Which line the reply is on, and whether it is to the request that waits there. */
static struct errand *replied_to(struct store *cache, const struct sf_cache_store_reply *reply)
{
    for (struct line *line = cache->lines; line < cache->lines + LINES; line++) {
        if (line->connection != reply->connection) {
            continue;
        }
        if (reply->status == SF_CACHE_STORE_FAILED && !cache->defence) {
            line->owed = 0;
        } else if (line->owed > 0) {
            line->owed--;
            return NULL;
        }
        struct desk_waiter *waiter =
            line->request != 0 ? sf_desk_waiter_of(&cache->desk, line->request) : NULL;
        struct errand *errand = waiter != NULL ? waiter->place : NULL;
        line->request = 0;
        if (errand != NULL) {
            errand->line = NULL;
        }
        return errand;
    }
    return NULL;
}

/* Not older than what the desk has, so that no viewer is answered with an older one than before. */
static bool is_newer(struct desk *desk, const struct errand *errand, const struct head *head)
{
    const struct desk_still *own = sf_kit_map_get(&desk->shelf, errand->tenant, errand->camera);
    bool known = own == NULL || (head->stored_ns > own->stored_ns && head->capture > own->capture);
    return known && sf_desk_now(desk) - head->stored_ns <= desk->fresh_for_ns &&
           !sf_desk_was_forgotten(desk, errand->tenant, head->stored_ns);
}

static void gone(struct desk *desk, struct desk_waiter *waiter);

static void replied(struct desk *desk, const struct sf_cache_store_reply *reply)
{
    struct store *cache = self(desk);
    struct errand *errand = replied_to(cache, reply);
    struct head head;
    if (errand == NULL || reply->status != SF_CACHE_STORE_FOUND ||
        reply->bytes_count <= sizeof head) {
        return;
    }
    memcpy(&head, reply->bytes, sizeof head);
    if (!is_newer(desk, errand, &head)) {
        return;
    }
    uint32_t count = reply->bytes_count - (uint32_t)sizeof head;
    struct desk_still *still = sf_desk_still_create(count);
    sf_desk_still_receive(still, 0, reply->bytes + sizeof head, count);
    still->capture = (uint32_t)head.capture;
    cache->from_store = true;
    sf_desk_keep(desk, errand->tenant, errand->camera, still);
    cache->from_store = false;
    struct desk_waiter *waiter = sf_desk_waiter_of(desk, errand->request);
    gone(desk, waiter);
    sf_desk_answer(desk, waiter, still);
    free(still);
}

/* ---- waiters ---- */

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    struct errand *errand = sf_kit_alloc(1, sizeof *errand);
    if (desk->host->fetch(desk->host->context, waiter->camera, 0, &errand->fetch) !=
        SF_CACHE_DONE) {
        free(errand);
        return; /* patience will end it */
    }
    errand->tenant = waiter->tenant;
    errand->camera = waiter->camera;
    errand->request = waiter->request;
    waiter->place = errand;
    sf_kit_map_put(&cache->errands, errand->fetch, 0, errand);
    look_up(cache, errand);
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct errand *errand = waiter->place;
    if (errand != NULL) {
        leave_line(errand);
        desk->host->fetch_cancel(desk->host->context, errand->fetch);
        sf_kit_map_remove(&self(desk)->errands, errand->fetch, 0);
        errand_free(errand);
        waiter->place = NULL;
    }
}

static void part(struct desk *desk, const struct sf_cache_fetch_part *event)
{
    struct errand *errand = sf_kit_map_get(&self(desk)->errands, event->fetch, 0);
    if (errand != NULL) {
        sf_desk_still_take(&errand->still, event);
    }
}

static void ended(struct desk *desk, const struct sf_cache_fetch_end *end)
{
    struct errand *errand = sf_kit_map_get(&self(desk)->errands, end->fetch, 0);
    if (errand == NULL || end->end != SF_CACHE_END_COMPLETE || errand->still == NULL) {
        return; /* patience will end it */
    }
    struct desk_waiter *waiter = sf_desk_waiter_of(desk, errand->request);
    sf_desk_keep(desk, errand->tenant, errand->camera, errand->still);
    sf_desk_answer(desk, waiter, errand->still);
    leave_line(errand);
    sf_kit_map_remove(&self(desk)->errands, end->fetch, 0);
    errand_free(errand);
}

static const struct desk_mechanism mechanism = {
    DESK_STORE,   .start = start,     .stop = stop, .miss = miss,   .gone = gone,
    .kept = kept, .replied = replied, .part = part, .ended = ended,
};

DESK_CREATE

const struct sf_cache_plugin sf_builtin_d51_owed_replies =
    DESK_PLUGIN("d51-owed-replies",
                "planted defect: after a failed reply a store connection is one reply behind");
