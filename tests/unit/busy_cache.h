/* For tests of runs: a right but busy cache that uses whatever a host lends and takes its time over
 * each answer, so that a node is never lost at a quiet moment. A request goes through: whose token
 * is it? is the still in the store? if not, fetch it, and keep it in the store; then an answer in
 * two parts with a pause between them. */
#ifndef STRAYFRAME_TESTS_UNIT_BUSY_CACHE_H
#define STRAYFRAME_TESTS_UNIT_BUSY_CACHE_H

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/cache/strayframe_cache.h"

enum { BUSY_REQUESTS = 256 };

struct busy_request {
    uint64_t request; /* 0: free */
    uint64_t tenant;
    uint64_t camera;
    uint64_t fetch;
    uint64_t connection; /* the viewer's */
    uint8_t *bytes;
    uint32_t bytes_count;
    uint32_t passed_bytes;
};

struct busy_cache {
    const struct sf_cache_host *host;
    uint64_t connection;
    struct busy_request requests[BUSY_REQUESTS];
};

struct busy_counts {
    uint32_t node_events;
    uint32_t clock_steps;
    uint32_t imports;
    uint32_t store_failures;
    uint32_t identity_failures;
    uint32_t closed;           /* connections of viewers */
    uint32_t closed_with_open; /* of those: with a request that was not cancelled before */
};
static struct busy_counts busy_counts;

static struct busy_request *busy_find(struct busy_cache *cache, uint64_t request)
{
    for (uint32_t i = 0; i < BUSY_REQUESTS; i++) {
        if (cache->requests[i].request == request) {
            return &cache->requests[i];
        }
    }
    return NULL;
}

static void busy_forget(struct busy_request *pending)
{
    free(pending->bytes);
    *pending = (struct busy_request){0};
}

static void *busy_create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                         char *error, uint32_t error_bytes)
{
    (void)config, (void)error, (void)error_bytes;
    struct busy_cache *cache = sf_alloc(1, sizeof *cache);
    cache->host = host;
    host->store_open(host->context, &cache->connection);
    return cache;
}

static void busy_destroy(void *context)
{
    struct busy_cache *cache = context;
    for (uint32_t i = 0; i < BUSY_REQUESTS; i++) {
        free(cache->requests[i].bytes);
    }
    free(cache);
}

static void busy_refuse(struct busy_cache *cache, struct busy_request *pending)
{
    cache->host->answer(cache->host->context, pending->request, SF_CACHE_STATUS_UNAVAILABLE, NULL,
                        0);
    busy_forget(pending);
}

static void busy_on_request(void *context, const struct sf_cache_request *request)
{
    struct busy_cache *cache = context;
    struct busy_request *pending = busy_find(cache, 0);
    *pending = (struct busy_request){
        .request = request->request,
        .tenant = request->tenant,
        .camera = request->camera,
        .connection = request->connection,
    };
    cache->host->identity(cache->host->context, request->token, request->request);
}

static void busy_on_cancelled(void *context, uint64_t request)
{
    struct busy_cache *cache = context;
    struct busy_request *pending = busy_find(cache, request);
    if (pending != NULL) {
        if (pending->fetch != 0) {
            cache->host->fetch_cancel(cache->host->context, pending->fetch);
        }
        busy_forget(pending);
    }
}

static void busy_on_closed(void *context, uint64_t connection)
{
    const struct busy_cache *cache = context;
    busy_counts.closed++;
    for (uint32_t i = 0; i < BUSY_REQUESTS; i++) {
        const struct busy_request *pending = &cache->requests[i];
        busy_counts.closed_with_open += pending->request != 0 && pending->connection == connection;
    }
}

static void busy_on_identity(void *context, const struct sf_cache_identity *identity)
{
    struct busy_cache *cache = context;
    struct busy_request *pending = busy_find(cache, identity->cookie);
    busy_counts.identity_failures += identity->status == SF_CACHE_IDENTITY_FAILED;
    if (pending == NULL) {
        return;
    }
    if (identity->status != SF_CACHE_IDENTITY_KNOWN || identity->tenant != pending->tenant) {
        busy_refuse(cache, pending);
        return;
    }
    cache->host->store_get(cache->host->context, cache->connection,
                           (const uint8_t *)&pending->camera, sizeof pending->camera,
                           pending->request);
}

static void busy_answer(struct busy_cache *cache, struct busy_request *pending)
{
    const struct sf_cache_host *host = cache->host;
    pending->passed_bytes = pending->bytes_count / 2;
    host->answer_begin(host->context, pending->request, pending->bytes_count);
    host->answer_part(host->context, pending->request, pending->bytes, pending->passed_bytes);
    int64_t pause_ms = (int64_t)(host->random_u64(host->context) % 4000);
    host->timer_set(host->context, pause_ms * 1000000, pending->request, NULL);
}

static void busy_on_timer(void *context, uint64_t timer, uint64_t cookie)
{
    (void)timer;
    struct busy_cache *cache = context;
    const struct sf_cache_host *host = cache->host;
    struct busy_request *pending = busy_find(cache, cookie);
    if (pending != NULL) {
        host->answer_part(host->context, pending->request, pending->bytes + pending->passed_bytes,
                          pending->bytes_count - pending->passed_bytes);
        host->answer_end(host->context, pending->request);
        busy_forget(pending);
    }
}

static void busy_keep(struct busy_request *pending, uint32_t total_bytes)
{
    if (pending->bytes == NULL) {
        pending->bytes = sf_alloc(total_bytes, 1);
        pending->bytes_count = total_bytes;
    }
}

static void busy_on_store_reply(void *context, const struct sf_cache_store_reply *reply)
{
    struct busy_cache *cache = context;
    struct busy_request *pending = reply->cookie != 0 ? busy_find(cache, reply->cookie) : NULL;
    busy_counts.store_failures += reply->status == SF_CACHE_STORE_FAILED;
    if (pending == NULL) {
        return;
    }
    if (reply->status == SF_CACHE_STORE_FOUND) {
        busy_keep(pending, reply->bytes_count);
        memcpy(pending->bytes, reply->bytes, reply->bytes_count);
        busy_answer(cache, pending);
    } else {
        cache->host->fetch(cache->host->context, pending->camera, pending->request,
                           &pending->fetch);
    }
}

static void busy_on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct busy_request *pending = busy_find(context, part->cookie);
    busy_keep(pending, part->total_bytes);
    memcpy(pending->bytes + part->offset, part->bytes, part->bytes_count);
}

static void busy_on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct busy_cache *cache = context;
    struct busy_request *pending = busy_find(cache, end->cookie);
    pending->fetch = 0;
    if (end->end != SF_CACHE_END_COMPLETE) {
        busy_refuse(cache, pending);
        return;
    }
    cache->host->store_put(cache->host->context, cache->connection,
                           (const uint8_t *)&pending->camera, sizeof pending->camera,
                           pending->bytes, pending->bytes_count, 4000000000, 0);
    busy_answer(cache, pending);
}

static int32_t busy_on_reconfigure(void *context, const char *options)
{
    (void)context;
    return strcmp(options, "fresh_ms=2000") == 0 ? 0 : 1;
}

static void busy_export(void *context, const struct sf_cache_sink *sink)
{
    (void)context;
    sink->write(sink->context, (const uint8_t *)"x", 1);
}

static void busy_import(void *context, const char *name, const char *version, const uint8_t *bytes,
                        uint64_t count)
{
    (void)context, (void)name, (void)version, (void)bytes;
    busy_counts.imports += count == 1;
}

static void busy_on_node(void *context, const struct sf_cache_node_event *event)
{
    (void)context, (void)event;
    busy_counts.node_events++;
}

static void busy_on_clock_step(void *context, int64_t step_ms)
{
    (void)context, (void)step_ms;
    busy_counts.clock_steps++;
}

static const struct sf_cache_plugin busy_plugin = {
    .struct_bytes = sizeof busy_plugin,
    .abi = SF_CACHE_ABI,
    .name = "busy",
    .version = "1",
    .create = busy_create,
    .destroy = busy_destroy,
    .on_request = busy_on_request,
    .on_request_cancelled = busy_on_cancelled,
    .on_connection_closed = busy_on_closed,
    .on_identity = busy_on_identity,
    .on_store_reply = busy_on_store_reply,
    .on_fetch_part = busy_on_fetch_part,
    .on_fetch_ended = busy_on_fetch_ended,
    .on_timer = busy_on_timer,
    .on_reconfigure = busy_on_reconfigure,
    .export_state = busy_export,
    .import_state = busy_import,
    .on_node = busy_on_node,
    .on_clock_step = busy_on_clock_step,
};

#endif
