/* D05: an answer is left on a pooled connection.
 *
 * Cameras are asked through a gateway, over connections that are pooled: one that is given back is
 * used again, the last one first. On a connection, replies come in the order of the requests, so
 * nothing in a reply has to say what it is the reply to: the next reply is for the holder of the
 * connection. When a request is cancelled, or has waited too long, its connection goes back to the
 * pool, with the reply still to come; the next one who takes it reads that reply as its own, leaves
 * its own behind, and so do all after it.
 *
 * With `typed` a reader knows one kind of record from another (a record's kind is its camera's
 * model): a reply of another kind than was asked for is an error, which closes the connection. So
 * most of what was left behind harms no viewer, and what does harm ends soon.
 *
 * The defence: a connection with a reply still to come is closed, not given back. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

/* A reply on its way over a connection. */
struct reply {
    struct reply *next;
    struct connection *connection;
    uint64_t fetch;
    uint64_t model;           /* of the camera that was asked */
    struct desk_still *still; /* as far as it has come; NULL */
    bool complete;            /* it waits for those before it */
};

struct connection {
    struct connection *next_all;
    struct connection *next_free;
    struct desk_waiter *holder; /* NULL: in the pool */
    struct reply *replies;      /* in the order of the requests */
};

struct store {
    struct desk desk; /* first: the desk takes one for the other */
    struct connection *all;
    struct connection *free;
    struct kit_map replies; /* by fetch */
    bool typed;
    bool defence;
};

#define OPTIONS(X) X(typed, 0, 1, typed) X(defence, 0, 1, defence)

static struct store *self(struct desk *desk)
{
    return (struct store *)(void *)desk;
}

static void drop_first(struct store *cache, struct connection *connection)
{
    struct reply *reply = connection->replies;
    connection->replies = reply->next;
    sf_kit_map_remove(&cache->replies, reply->fetch, 0);
    free(reply->still);
    free(reply);
}

static void stop(struct desk *desk)
{
    struct store *cache = self(desk);
    while (cache->all != NULL) {
        struct connection *connection = cache->all;
        cache->all = connection->next_all;
        while (connection->replies != NULL) {
            drop_first(cache, connection);
        }
        free(connection);
    }
    sf_kit_map_free(&cache->replies);
}

static struct connection *take(struct store *cache)
{
    struct connection *connection = cache->free;
    if (connection != NULL) {
        cache->free = connection->next_free;
        return connection;
    }
    connection = sf_kit_alloc(1, sizeof *connection);
    connection->next_all = cache->all;
    cache->all = connection;
    return connection;
}

static void give_back(struct store *cache, struct connection *connection)
{
    connection->holder = NULL;
    connection->next_free = cache->free;
    cache->free = connection;
}

/* Closes the connection: what was still to come over it never will. */
static void hang_up(struct store *cache, struct connection *connection)
{
    const struct sf_cache_host *host = cache->desk.host;
    while (connection->replies != NULL) {
        host->fetch_cancel(host->context, connection->replies->fetch);
        drop_first(cache, connection);
    }
}

/* Reads what is there. The first reply is for the holder of the connection; what lies behind it
 * stays there until the connection is taken again. */
static void read_reply(struct store *cache, struct connection *connection)
{
    struct desk_waiter *holder = connection->holder;
    if (holder == NULL || connection->replies == NULL || !connection->replies->complete) {
        return;
    }
    if (cache->typed && connection->replies->model != holder->model) {
        sf_desk_answer(&cache->desk, holder, NULL);
        hang_up(cache, connection);
        give_back(cache, connection);
        return;
    }
    struct desk_still *still = connection->replies->still;
    sf_desk_keep(&cache->desk, holder->tenant, holder->camera, still);
    sf_desk_answer(&cache->desk, holder, still);
    drop_first(cache, connection);
    give_back(cache, connection);
}

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    struct connection *connection = take(cache);
    connection->holder = waiter;
    waiter->place = connection;
    struct reply *reply = sf_kit_alloc(1, sizeof *reply);
    reply->connection = connection;
    reply->model = waiter->model;
    if (desk->host->fetch(desk->host->context, waiter->camera, 0, &reply->fetch) != SF_CACHE_DONE) {
        free(reply);
        return; /* patience will end it */
    }
    sf_kit_map_put(&cache->replies, reply->fetch, 0, reply);
    struct reply **end = &connection->replies;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = reply;
    read_reply(cache, connection);
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    if (cache->defence) {
        hang_up(cache, waiter->place);
    }
    give_back(cache, waiter->place);
}

static void part(struct desk *desk, const struct sf_cache_fetch_part *event)
{
    struct reply *reply = sf_kit_map_get(&self(desk)->replies, event->fetch, 0);
    if (reply != NULL) {
        sf_desk_still_take(&reply->still, event);
    }
}

static void ended(struct desk *desk, const struct sf_cache_fetch_end *end)
{
    struct store *cache = self(desk);
    struct reply *reply = sf_kit_map_get(&cache->replies, end->fetch, 0);
    if (reply == NULL) {
        return;
    }
    struct connection *connection = reply->connection;
    if (end->end != SF_CACHE_END_COMPLETE || reply->still == NULL) {
        hang_up(cache, connection); /* the gateway gave up, and closed it */
        return;
    }
    reply->complete = true;
    read_reply(cache, connection);
}

static const struct desk_mechanism mechanism = {
    DESK_STORE, .stop = stop, .miss = miss, .gone = gone, .part = part, .ended = ended,
};

DESK_CREATE

const struct sf_cache_plugin sf_builtin_d05_pooled_connection =
    DESK_PLUGIN("d05-pooled-connection",
                "a cancelled request gives its connection back with the reply still to come");
