/* get_put.c with Redis behind it: real client code (hiredis) under test. What the memory of this
 * node does not have is looked up in Redis, over a pool of connections; what arrives is put there.
 * The client writes and reads the bytes of Redis' protocol as ever: this file carries them to the
 * harness's shared store and back, so that latency, losses and cancelled requests are the
 * scenario's.
 *
 *     cc -std=c11 -shared -fPIC -O2 -I harness/cache -o build/get_put_redis.so
 * docs/examples/get_put_redis.c -lhiredis build/release/strayframe gate --candidate
 * build/get_put_redis.so
 *
 * With -DREUSE it has the defect that many a pool had: the connection of a cancelled request goes
 * back to the pool with the reply still to come, and the next request on it reads that reply. */
#define sf_cache_plugin_get get_put_plugin_get
#include "get_put.c"
#undef sf_cache_plugin_get

#include <hiredis/hiredis.h>
#include <hiredis/sds.h>
#include <inttypes.h>

/* A connection of the pool. */
struct client {
    struct client *next;
    redisContext *redis;
    redisReader *server;             /* reads what the client wrote, in Redis' place */
    uint64_t connection;             /* to the harness's store */
    bool is_used;                    /* by `request`, or for a SET */
    struct sf_cache_request request; /* that reads the next reply; .request 0: none */
};

/* Stills that arrived before this are not served any more. */
struct forgotten {
    struct forgotten *next;
    uint64_t tenant;
    uint64_t camera; /* 0: all of the tenant's */
    int64_t until_ns;
};

struct redis_cache {
    struct cache cache; /* first: get_put.c's functions take one for the other */
    struct client *clients;
    struct forgotten *forgotten;
};

/* What is stored in front of a still's bytes. */
struct head {
    int64_t stored_ns;
    uint32_t capture;
    uint32_t reserved;
};

/* ---- between the client and the harness's store: bytes of Redis' protocol ---- */

/* Carries out what the client has written. */
static void carry_commands(const struct cache *cache, struct client *client)
{
    const struct sf_cache_host *host = cache->host;
    sds written = client->redis->obuf;
    void *reply = NULL;
    redisReaderFeed(client->server, written, sdslen(written));
    sdsfree(written);
    client->redis->obuf = sdsempty();
    while (redisReaderGetReply(client->server, &reply) == REDIS_OK && reply != NULL) {
        const redisReply *command = reply;
        const redisReply *key = command->element[1];
        const uint8_t *key_bytes = (const uint8_t *)key->str;
        uint32_t key_count = (uint32_t)key->len;
        if (strcmp(command->element[0]->str, "GET") == 0) {
            host->store_get(host->context, client->connection, key_bytes, key_count, 0);
        } else { /* SET key value PX ms */
            const redisReply *value = command->element[2];
            int64_t ttl_ns = strtoll(command->element[4]->str, NULL, 10) * 1000000;
            host->store_put(host->context, client->connection, key_bytes, key_count,
                            (const uint8_t *)value->str, (uint32_t)value->len, ttl_ns, 0);
        }
        freeReplyObject(reply);
    }
}

/* Lets the client receive a reply of the store's. */
static void carry_reply(const struct client *client, const struct sf_cache_store_reply *reply)
{
    redisReader *reader = client->redis->reader;
    char head[32];
    switch (reply->status) {
    case SF_CACHE_STORE_FOUND:
        snprintf(head, sizeof head, "$%" PRIu32 "\r\n", reply->bytes_count);
        redisReaderFeed(reader, head, strlen(head));
        redisReaderFeed(reader, (const char *)reply->bytes, reply->bytes_count);
        redisReaderFeed(reader, "\r\n", 2);
        break;
    case SF_CACHE_STORE_MISSING:
        redisReaderFeed(reader, "$-1\r\n", 5);
        break;
    case SF_CACHE_STORE_STORED:
        redisReaderFeed(reader, "+OK\r\n", 5);
        break;
    default:
        redisReaderFeed(reader, "-ERR lost\r\n", 11);
    }
}

/* ---- the pool: code as a team has it ---- */

static struct client *take(struct redis_cache *cache)
{
    const struct sf_cache_host *host = cache->cache.host;
    for (struct client *client = cache->clients; client != NULL; client = client->next) {
        if (!client->is_used) {
            client->is_used = true;
            return client;
        }
    }
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL || host->store_open(host->context, &client->connection) != SF_CACHE_DONE) {
        free(client);
        return NULL; /* no connection is to be had: the request goes to the camera */
    }
    client->redis = redisConnectFd(-1);
    client->server = redisReaderCreate();
    client->is_used = true;
    client->next = cache->clients;
    cache->clients = client;
    return client;
}

static void give_back(struct client *client)
{
    client->request.request = 0;
    client->is_used = false;
}

static void client_free(struct client *client)
{
    redisFree(client->redis);
    redisReaderFree(client->server);
    free(client);
}

#ifndef REUSE
static void hang_up(struct redis_cache *cache, struct client *client)
{
    const struct sf_cache_host *host = cache->cache.host;
    struct client **link = &cache->clients;
    while (*link != client) {
        link = &(*link)->next;
    }
    *link = client->next;
    host->store_close(host->context, client->connection);
    client_free(client);
}
#endif

static bool is_forgotten(const struct redis_cache *cache, struct key key, int64_t stored_ns)
{
    for (const struct forgotten *at = cache->forgotten; at != NULL; at = at->next) {
        if (at->tenant == key.tenant && (at->camera == 0 || at->camera == key.camera) &&
            stored_ns <= at->until_ns) {
            return true;
        }
    }
    return false;
}

/* Serves a request with what Redis has, or else as get_put.c does: from the camera. */
static void serve(struct redis_cache *cache, const struct sf_cache_request *request,
                  const redisReply *reply)
{
    struct key key = key_of(request->tenant, request->camera, request->camera_slot);
    struct head head = {0};
    int64_t now_ns = cache->cache.host->now_ns(cache->cache.host->context);
    if (reply->type == REDIS_REPLY_STRING && reply->len > sizeof head) {
        memcpy(&head, reply->str, sizeof head);
    }
    if (head.stored_ns == 0 || now_ns - head.stored_ns > FRESH_NS ||
        is_forgotten(cache, key, head.stored_ns)) {
        on_request(&cache->cache, request);
        return;
    }
    cache->cache.host->answer(cache->cache.host->context, request->request, SF_CACHE_STATUS_OK,
                              (const uint8_t *)reply->str + sizeof head,
                              (uint32_t)(reply->len - sizeof head));
}

/* The holder of the connection reads the next reply. */
static void read_reply(struct redis_cache *cache, struct client *client)
{
    void *reply = NULL;
    if (client->is_used && redisGetReplyFromReader(client->redis, &reply) == REDIS_OK &&
        reply != NULL) {
        struct sf_cache_request request = client->request;
        give_back(client);
        if (request.request != 0) {
            serve(cache, &request, reply);
        }
        freeReplyObject(reply);
    }
}

static void look_up(struct redis_cache *cache, const struct sf_cache_request *request)
{
    struct client *client = take(cache);
    if (client == NULL) {
        on_request(&cache->cache, request);
        return;
    }
    client->request = *request;
    redisAppendCommand(client->redis, "GET still:%" PRIx64 ":%" PRIx64, request->tenant,
                       request->camera);
    carry_commands(&cache->cache, client);
    read_reply(cache, client);
}

static void store(struct redis_cache *cache, struct key key)
{
    const struct sf_cache_host *host = cache->cache.host;
    const struct still *still = get(&cache->cache, key);
    if (still == NULL || still->stored_ns != host->now_ns(host->context)) {
        return; /* a newer one was there */
    }
    struct client *client = take(cache);
    if (client == NULL) {
        return;
    }
    const struct head head = {.stored_ns = still->stored_ns, .capture = still->capture};
    sds value = sdscatlen(sdsnewlen(&head, sizeof head), still->bytes, still->total_bytes);
    redisAppendCommand(client->redis, "SET still:%" PRIx64 ":%" PRIx64 " %b PX %d", key.tenant,
                       key.camera, value, sdslen(value), (int)(FRESH_NS / 1000000));
    sdsfree(value);
    carry_commands(&cache->cache, client);
}

/* ---- what the host tells, where it differs from get_put.c ---- */

static void redis_store_reply(void *context, const struct sf_cache_store_reply *reply)
{
    struct redis_cache *cache = context;
    for (struct client *client = cache->clients; client != NULL; client = client->next) {
        if (client->connection == reply->connection) {
            carry_reply(client, reply);
            read_reply(cache, client);
            return;
        }
    }
}

static void redis_request(void *context, const struct sf_cache_request *request)
{
    struct redis_cache *cache = context;
    const struct still *still =
        get(&cache->cache, key_of(request->tenant, request->camera, request->camera_slot));
    if (still != NULL) {
        answer(&cache->cache, request->request, still);
    } else {
        look_up(cache, request);
    }
}

static void redis_request_cancelled(void *context, uint64_t request)
{
    struct redis_cache *cache = context;
    on_request_cancelled(&cache->cache, request);
    for (struct client *client = cache->clients; client != NULL; client = client->next) {
        if (client->request.request == request) {
#ifdef REUSE
            give_back(client); /* the mistake, made on purpose: its reply is still to come */
#else
            hang_up(cache, client);
#endif
            return;
        }
    }
}

static void redis_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct redis_cache *cache = context;
    const struct still *still = still_find(cache->cache.uploads, end->upload);
    struct key key = still != NULL ? still->key : (struct key){0, 0};
    on_upload_ended(&cache->cache, end);
    store(cache, key);
}

static void redis_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct redis_cache *cache = context;
    const struct still *wanted = still_find(cache->cache.fetches, end->cookie);
    struct key key = wanted != NULL ? wanted->key : (struct key){0, 0};
    on_fetch_ended(&cache->cache, end);
    store(cache, key);
}

static void redis_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct redis_cache *cache = context;
    struct forgotten *forgotten = calloc(1, sizeof *forgotten);
    if (forgotten == NULL) {
        abort();
    }
    forgotten->tenant = invalidation->tenant;
    forgotten->camera = invalidation->camera;
    forgotten->until_ns = cache->cache.host->now_ns(cache->cache.host->context);
    forgotten->next = cache->forgotten;
    cache->forgotten = forgotten;
    on_invalidate(&cache->cache, invalidation);
}

static void *redis_create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                          char *error, uint32_t error_bytes)
{
    struct redis_cache *cache = calloc(1, sizeof *cache);
    void *made =
        create(host, config, error, error_bytes); /* it knows whether it likes the options */
    if (cache == NULL || made == NULL) {
        free(cache);
        free(made);
        return NULL;
    }
    cache->cache = *(struct cache *)made;
    free(made);
    return cache;
}

static void redis_destroy(void *context)
{
    struct redis_cache *cache = context;
    while (cache->clients != NULL) {
        struct client *next = cache->clients->next;
        client_free(cache->clients);
        cache->clients = next;
    }
    while (cache->forgotten != NULL) {
        struct forgotten *next = cache->forgotten->next;
        free(cache->forgotten);
        cache->forgotten = next;
    }
    destroy(cache); /* with what get_put.c has of it */
}

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    static struct sf_cache_plugin redis_plugin;
    redis_plugin = plugin;
    redis_plugin.name = "get-put-redis";
    redis_plugin.summary = "get-put, with Redis behind it";
    redis_plugin.create = redis_create;
    redis_plugin.destroy = redis_destroy;
    redis_plugin.on_upload_ended = redis_upload_ended;
    redis_plugin.on_request = redis_request;
    redis_plugin.on_request_cancelled = redis_request_cancelled;
    redis_plugin.on_fetch_ended = redis_fetch_ended;
    redis_plugin.on_store_reply = redis_store_reply;
    redis_plugin.on_invalidate = redis_invalidate;
    return host_abi == SF_CACHE_ABI ? &redis_plugin : NULL;
}
