/* A small service with a pool of connections to a store of stills, to be tried with `strayframe live`. It keeps stills
 * in Redis or memcached, under tenant and path, and asks the origin where the store has none or does not answer in time.
 *
 *   still_pool redis|memcached SOCKET LISTEN_PORT ORIGIN [reuse]
 *
 * `reuse` is the mistake of redis-py's CVE-2023-28858: a connection whose request was given up goes back into the pool
 * although its reply is still to come. The next request on it reads that reply. Without the word such a connection is
 * closed. */
#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <libmemcached/memcached.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POOL_SIZE = 4, PATIENCE_MS = 300, KEY_BYTES = 400 };

/* A connection to the store: one of the two, or none. */
struct connection {
    redisContext *redis;
    memcached_st *memcached;
};

static struct {
    bool memcached;
    bool reuse;
    const char *socket;
    const char *origin;
    pthread_mutex_t lock;
    pthread_cond_t free;
    struct connection idle[POOL_SIZE];
    int idle_count;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .free = PTHREAD_COND_INITIALIZER};

struct bytes {
    char *data;
    size_t count;
};

/* ---- the pool ---- */

static void open_connection(struct connection *connection)
{
    if (pool.memcached && connection->memcached == NULL) {
        connection->memcached = memcached_create(NULL);
        memcached_server_add_unix_socket(connection->memcached, pool.socket);
        memcached_behavior_set(connection->memcached, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, PATIENCE_MS);
    } else if (!pool.memcached && connection->redis == NULL) {
        connection->redis = redisConnectUnix(pool.socket);
        if (connection->redis != NULL && connection->redis->err != 0) {
            redisFree(connection->redis);
            connection->redis = NULL;
        }
    }
}

static void close_connection(struct connection *connection)
{
    if (connection->redis != NULL) {
        redisFree(connection->redis);
    }
    if (connection->memcached != NULL) {
        memcached_free(connection->memcached);
    }
    *connection = (struct connection){0};
}

static struct connection borrow(void)
{
    pthread_mutex_lock(&pool.lock);
    while (pool.idle_count == 0) {
        pthread_cond_wait(&pool.free, &pool.lock);
    }
    struct connection connection = pool.idle[--pool.idle_count];
    pthread_mutex_unlock(&pool.lock);
    open_connection(&connection);
    return connection;
}

static void give_back(struct connection connection)
{
    pthread_mutex_lock(&pool.lock);
    pool.idle[pool.idle_count++] = connection;
    pthread_cond_signal(&pool.free);
    pthread_mutex_unlock(&pool.lock);
}

/* ---- the store ---- */

/* Sends what is buffered; then waits for the reply, but not for long. */
static bool replies_in_time(redisContext *redis)
{
    int sent = 0;
    while (sent == 0) {
        if (redisBufferWrite(redis, &sent) != REDIS_OK) {
            return false;
        }
    }
    struct pollfd ready = {.fd = redis->fd, .events = POLLIN};
    return poll(&ready, 1, PATIENCE_MS) == 1;
}

/* False: not in time; the reply may still come. */
static bool redis_get(redisContext *redis, const char *key, struct bytes *out)
{
    redisReply *reply = NULL;
    redisAppendCommand(redis, "GET %s", key);
    if (!replies_in_time(redis) || redisGetReply(redis, (void **)&reply) != REDIS_OK) {
        return false;
    }
    if (reply->type == REDIS_REPLY_STRING) {
        out->data = malloc((size_t)reply->len);
        out->count = (size_t)reply->len;
        memcpy(out->data, reply->str, out->count);
    }
    freeReplyObject(reply);
    return true;
}

static bool redis_set(redisContext *redis, const char *key, const struct bytes *still)
{
    redisReply *reply = NULL;
    redisAppendCommand(redis, "SET %s %b PX 60000", key, still->data, still->count);
    if (!replies_in_time(redis) || redisGetReply(redis, (void **)&reply) != REDIS_OK) {
        return false;
    }
    freeReplyObject(reply);
    return true;
}

static bool memcached_take(memcached_st *memcached, const char *key, struct bytes *out)
{
    uint32_t flags;
    memcached_return_t result;
    out->data = memcached_get(memcached, key, strlen(key), &out->count, &flags, &result);
    return result == MEMCACHED_SUCCESS || result == MEMCACHED_NOTFOUND;
}

static bool store_get(struct connection *connection, const char *key, struct bytes *out)
{
    return pool.memcached ? memcached_take(connection->memcached, key, out)
                          : connection->redis != NULL && redis_get(connection->redis, key, out);
}

static bool store_set(struct connection *connection, const char *key, const struct bytes *still)
{
    if (pool.memcached) {
        return memcached_set(connection->memcached, key, strlen(key), still->data, still->count, 60, 0) ==
               MEMCACHED_SUCCESS;
    }
    return connection->redis != NULL && redis_set(connection->redis, key, still);
}

/* After a request that was given up: here is the mistake, and its remedy. */
static void return_after(struct connection connection, bool in_time)
{
    if (!in_time && !pool.reuse) {
        close_connection(&connection);
    }
    give_back(connection);
}

/* ---- the origin ---- */

static size_t take(char *part, size_t size, size_t count, void *context)
{
    struct bytes *still = context;
    still->data = realloc(still->data, still->count + size * count);
    memcpy(still->data + still->count, part, size * count);
    still->count += size * count;
    return size * count;
}

static bool fetch(const char *path, const char *tenant, struct bytes *still)
{
    char line[1024];
    CURL *easy = curl_easy_init();
    snprintf(line, sizeof line, "X-Tenant: %s", tenant);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    snprintf(line, sizeof line, "http://%s%s", pool.origin, path);
    curl_easy_setopt(easy, CURLOPT_URL, line);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, still);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1000L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    bool fetched = curl_easy_perform(easy) == CURLE_OK;
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    return fetched;
}

/* ---- requests ---- */

static struct bytes still_for(const char *path, const char *tenant)
{
    char key[KEY_BYTES];
    struct bytes still = {0};
    snprintf(key, sizeof key, "%s%s", tenant, path);
    struct connection connection = borrow();
    return_after(connection, store_get(&connection, key, &still));
    if (still.data == NULL && fetch(path, tenant, &still)) {
        connection = borrow();
        return_after(connection, store_set(&connection, key, &still));
    }
    return still;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *http, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_bytes, void **slot)
{
    (void)context, (void)method, (void)version, (void)upload, (void)upload_bytes;
    if (*slot == NULL) {
        *slot = &pool; /* answers on the second call, when the request is complete */
        return MHD_YES;
    }
    const char *tenant = MHD_lookup_connection_value(http, MHD_HEADER_KIND, "X-Tenant");
    struct bytes still = still_for(url, tenant != NULL ? tenant : "anonymous");
    unsigned status = still.count > 0 ? MHD_HTTP_OK : MHD_HTTP_BAD_GATEWAY;
    struct MHD_Response *response = MHD_create_response_from_buffer(still.count, still.data, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result = MHD_queue_response(http, status, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "still_pool redis|memcached SOCKET LISTEN_PORT ORIGIN [reuse]\n");
        return 2;
    }
    pool.memcached = strcmp(argv[1], "memcached") == 0;
    pool.socket = argv[2];
    pool.origin = argv[4];
    pool.reuse = argc > 5 && strcmp(argv[5], "reuse") == 0;
    pool.idle_count = POOL_SIZE; /* opened when they are first used */
    curl_global_init(CURL_GLOBAL_ALL);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD,
                         (uint16_t)strtoul(argv[3], NULL, 10), NULL, NULL, answer, NULL, MHD_OPTION_END);
    if (daemon == NULL) {
        fprintf(stderr, "still_pool: cannot listen at port %s\n", argv[3]);
        return 1;
    }
    for (;;) {
        pause();
    }
}
