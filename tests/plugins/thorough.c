/* A cache that uses every event and every call, to compare the clients of other languages
 * (tests/clients) with: each makes the same calls in the same order. It is no good example of a
 * cache. */
#include "strayframe_cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define SWEEP_NS (5 * SECOND_NS)
#define STALE_NS (10 * SECOND_NS)

struct still {
    struct still *next; /* stored: in the order of tenant and camera */
    uint64_t id;        /* upload or request */
    uint64_t tenant;
    uint64_t camera;
    uint64_t session_renewal;
    uint64_t fetch;
    uint32_t capture;
    uint32_t total_bytes;
    int64_t stored_ns;
    uint8_t *bytes;
};

struct cache {
    const struct sf_cache_host *host;
    int64_t fresh_ns;
    uint64_t connection;
    struct still *stored;
    struct still *uploads;
    struct still *requests;
};

static struct still **find(struct still **list, uint64_t id)
{
    while (*list != NULL && (*list)->id != id) {
        list = &(*list)->next;
    }
    return list;
}

static void drop(struct still **link)
{
    struct still *still = *link;
    if (still != NULL) {
        *link = still->next;
        free(still->bytes);
        free(still);
    }
}

static struct still *add(struct still **list, uint64_t id, uint64_t tenant, uint64_t camera)
{
    struct still *still = calloc(1, sizeof *still);
    if (still == NULL) {
        abort();
    }
    *still = (struct still){.next = *list, .id = id, .tenant = tenant, .camera = camera};
    *list = still;
    return still;
}

static void resize(struct still *still, uint32_t total_bytes)
{
    if (still->bytes == NULL) {
        still->bytes = calloc(total_bytes, 1);
        still->total_bytes = total_bytes;
        if (still->bytes == NULL) {
            abort();
        }
    }
}

static void say(const struct cache *cache, const char *text)
{
    cache->host->log(cache->host->context, text, (uint32_t)strlen(text));
}

/* ---- the stills that are stored, in order ---- */

static struct still **place(struct still **list, uint64_t tenant, uint64_t camera)
{
    while (*list != NULL &&
           ((*list)->tenant < tenant || ((*list)->tenant == tenant && (*list)->camera < camera))) {
        list = &(*list)->next;
    }
    return list;
}

static const struct still *get(struct cache *cache, uint64_t tenant, uint64_t camera)
{
    const struct still *still = *place(&cache->stored, tenant, camera);
    int64_t now_ns = cache->host->now_ns(cache->host->context);
    if (still == NULL || still->tenant != tenant || still->camera != camera ||
        now_ns - still->stored_ns > cache->fresh_ns) {
        return NULL;
    }
    return still;
}

static void store(struct cache *cache, uint64_t tenant, uint64_t camera, const uint8_t *bytes,
                  uint32_t total_bytes, uint32_t capture, int64_t stored_ns)
{
    struct still **at = place(&cache->stored, tenant, camera);
    if (*at != NULL && (*at)->tenant == tenant && (*at)->camera == camera) {
        drop(at);
    }
    struct still *still = add(at, 0, tenant, camera);
    resize(still, total_bytes);
    memcpy(still->bytes, bytes, total_bytes);
    still->capture = capture;
    still->stored_ns = stored_ns;
}

static uint32_t key_of(char key[64], uint64_t tenant, uint64_t camera)
{
    return (uint32_t)snprintf(key, 64, "%016" PRIx64 " %016" PRIx64, tenant, camera);
}

static void put(struct cache *cache, const struct still *still)
{
    const struct sf_cache_host *host = cache->host;
    const struct still *there = get(cache, still->tenant, still->camera);
    char key[64];
    uint32_t stored_count = 0;
    if (there != NULL && there->capture > still->capture) {
        return;
    }
    store(cache, still->tenant, still->camera, still->bytes, still->total_bytes, still->capture,
          host->now_ns(host->context));
    for (const struct still *at = cache->stored; at != NULL; at = at->next) {
        stored_count++;
    }
    host->state(host->context, 0, stored_count);
    (void)host->store_put(host->context, cache->connection, (const uint8_t *)key,
                          key_of(key, still->tenant, still->camera), still->bytes,
                          still->total_bytes, cache->fresh_ns, 0);
}

/* ---- answers ---- */

static void deliver(const struct cache *cache, const struct still *request, const uint8_t *bytes,
                    uint32_t count, int64_t age_ns)
{
    const struct sf_cache_host *host = cache->host;
    const struct sf_cache_answer_properties properties = {
        .struct_bytes = sizeof properties,
        .flags = age_ns > STALE_NS ? SF_CACHE_ANSWER_STALE : 0,
        .session = request->session_renewal,
    };
    uint32_t half = count / 2;
    (void)host->answer_properties(host->context, request->id, &properties);
    (void)host->answer_begin(host->context, request->id, count);
    (void)host->answer_part(host->context, request->id, bytes, half);
    (void)host->answer_part(host->context, request->id, bytes + half, count - half);
    (void)host->answer_end(host->context, request->id);
}

static void refuse(const struct cache *cache, uint64_t request)
{
    (void)cache->host->answer(cache->host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
}

/* ---- events ---- */

static void on_upload(void *context, const struct sf_cache_upload *upload)
{
    struct cache *cache = context;
    if (upload->kind == SF_CACHE_STILL_WHOLE) {
        struct still *still = add(&cache->uploads, upload->upload, upload->tenant, upload->camera);
        still->capture = upload->capture;
        resize(still, upload->total_bytes);
    }
}

static void on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct cache *cache = context;
    const struct still *still = *find(&cache->uploads, fragment->upload);
    if (still != NULL) {
        memcpy(still->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct cache *cache = context;
    struct still **still = find(&cache->uploads, end->upload);
    if (*still != NULL && end->end == SF_CACHE_END_COMPLETE) {
        put(cache, *still);
    }
    drop(still);
}

static void look_up(struct cache *cache, struct still *request)
{
    const struct sf_cache_host *host = cache->host;
    const struct still *still = get(cache, request->tenant, request->camera);
    char key[64];
    if (still != NULL) {
        deliver(cache, request, still->bytes, still->total_bytes,
                host->now_ns(host->context) - still->stored_ns);
        drop(find(&cache->requests, request->id));
    } else {
        (void)host->store_get(host->context, cache->connection, (const uint8_t *)key,
                              key_of(key, request->tenant, request->camera), request->id);
    }
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct cache *cache = context;
    struct still *wanted =
        add(&cache->requests, request->request, request->tenant, request->camera);
    wanted->session_renewal = request->session_renewal;
    if (request->token != 0) {
        (void)cache->host->identity(cache->host->context, request->token, request->request);
    } else {
        look_up(cache, wanted);
    }
}

static void on_identity(void *context, const struct sf_cache_identity *identity)
{
    struct cache *cache = context;
    struct still **request = find(&cache->requests, identity->cookie);
    if (*request == NULL) {
        return;
    }
    if (identity->status == SF_CACHE_IDENTITY_KNOWN) {
        look_up(cache, *request);
    } else {
        refuse(cache, (*request)->id);
        drop(request);
    }
}

static void on_store_reply(void *context, const struct sf_cache_store_reply *reply)
{
    struct cache *cache = context;
    struct still **request = find(&cache->requests, reply->cookie);
    if (reply->cookie == 0 || *request == NULL) {
        return; /* of a put, or of a request that is gone */
    }
    if (reply->status == SF_CACHE_STORE_FOUND) {
        deliver(cache, *request, reply->bytes, reply->bytes_count, 0);
        drop(request);
    } else {
        (void)cache->host->fetch(cache->host->context, (*request)->camera, (*request)->id,
                                 &(*request)->fetch);
    }
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct cache *cache = context;
    struct still **wanted = find(&cache->requests, request);
    if (*wanted != NULL && (*wanted)->fetch != 0) {
        (void)cache->host->fetch_cancel(cache->host->context, (*wanted)->fetch);
    }
    drop(wanted);
}

static void on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct cache *cache = context;
    struct still *wanted = *find(&cache->requests, part->cookie);
    if (wanted != NULL) {
        resize(wanted, part->total_bytes);
        memcpy(wanted->bytes + part->offset, part->bytes, part->bytes_count);
        wanted->capture = part->capture;
    }
}

static void on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct cache *cache = context;
    struct still **wanted = find(&cache->requests, end->cookie);
    if (*wanted == NULL) {
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE) {
        put(cache, *wanted);
        deliver(cache, *wanted, (*wanted)->bytes, (*wanted)->total_bytes, 0);
    } else {
        refuse(cache, (*wanted)->id);
    }
    drop(wanted);
}

static void on_timer(void *context, uint64_t timer, uint64_t cookie)
{
    struct cache *cache = context;
    const struct sf_cache_host *host = cache->host;
    int64_t now_ns = host->now_ns(host->context);
    unsigned swept_count = 0;
    (void)timer;
    for (struct still **link = &cache->stored; *link != NULL;) {
        if (now_ns - (*link)->stored_ns > cache->fresh_ns) {
            drop(link);
            swept_count++;
        } else {
            link = &(*link)->next;
        }
    }
    char text[32];
    snprintf(text, sizeof text, "swept %u", swept_count);
    say(cache, text);
    (void)host->timer_set(host->context, SWEEP_NS, cookie, NULL);
}

static void on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct cache *cache = context;
    const struct sf_cache_host *host = cache->host;
    for (struct still **link = &cache->stored; *link != NULL;) {
        const struct still *still = *link;
        char key[64];
        if (still->tenant == invalidation->tenant &&
            (invalidation->camera == 0 || still->camera == invalidation->camera)) {
            (void)host->store_put(host->context, cache->connection, (const uint8_t *)key,
                                  key_of(key, still->tenant, still->camera), NULL, 0, 0, 0);
            drop(link);
        } else {
            link = &(*link)->next;
        }
    }
}

static int32_t read_options(struct cache *cache, const char *options)
{
    char *end = NULL;
    const char prefix[] = "fresh_ms=";
    if (strncmp(options, prefix, sizeof prefix - 1) != 0) {
        return options[0] != '\0';
    }
    long long fresh_ms = strtoll(options + sizeof prefix - 1, &end, 10);
    if (*end != '\0') {
        return 1;
    }
    cache->fresh_ns = fresh_ms * 1000000;
    return 0;
}

static int32_t on_reconfigure(void *context, const char *options)
{
    return read_options(context, options);
}

/* ---- hand-over: tenant, camera, capture, time, length, bytes of each still ---- */

enum { HEAD_BYTES = 8 + 8 + 4 + 8 + 4 };

static void export_state(void *context, const struct sf_cache_sink *sink)
{
    const struct cache *cache = context;
    for (const struct still *still = cache->stored; still != NULL; still = still->next) {
        uint8_t head[HEAD_BYTES];
        memcpy(head, &still->tenant, 8);
        memcpy(head + 8, &still->camera, 8);
        memcpy(head + 16, &still->capture, 4);
        memcpy(head + 20, &still->stored_ns, 8);
        memcpy(head + 28, &still->total_bytes, 4);
        sink->write(sink->context, head, sizeof head);
        sink->write(sink->context, still->bytes, still->total_bytes);
    }
}

static void import_state(void *context, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count)
{
    struct cache *cache = context;
    (void)from_version;
    if (strcmp(from_name, "thorough") != 0) {
        return;
    }
    for (uint64_t at = 0; at + HEAD_BYTES <= bytes_count;) {
        uint64_t ids[2];
        uint32_t capture;
        int64_t stored_ns;
        uint32_t count;
        memcpy(ids, bytes + at, sizeof ids);
        memcpy(&capture, bytes + at + 16, 4);
        memcpy(&stored_ns, bytes + at + 20, 8);
        memcpy(&count, bytes + at + 28, 4);
        at += HEAD_BYTES;
        store(cache, ids[0], ids[1], bytes + at, count, capture, stored_ns);
        at += count;
    }
}

static void on_connection_closed(void *context, uint64_t connection)
{
    (void)connection;
    say(context, "a connection closed");
}

static void on_node(void *context, const struct sf_cache_node_event *event)
{
    char text[32];
    snprintf(text, sizeof text, "node %u %s", event->node,
             event->event == SF_CACHE_NODE_LOST ? "lost" : "joined");
    say(context, text);
}

static void on_clock_step(void *context, int64_t step_ms)
{
    char text[64];
    snprintf(text, sizeof text, "the clock stepped by %" PRId64 " ms", step_ms);
    say(context, text);
}

static void on_answer_progress(void *context, uint64_t request, uint32_t taken_bytes)
{
    const struct cache *cache = context;
    (void)request;
    cache->host->state(cache->host->context, 1, taken_bytes >> 12);
}

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) {
        return NULL;
    }
    cache->host = host;
    cache->fresh_ns = 15 * SECOND_NS;
    if (read_options(cache, config->options) != 0) {
        snprintf(error, error_bytes, "it knows fresh_ms");
        free(cache);
        return NULL;
    }
    (void)host->store_open(host->context, &cache->connection);
    (void)host->timer_set(host->context, SWEEP_NS, 0, NULL);
    return cache;
}

static void destroy(void *context)
{
    struct cache *cache = context;
    while (cache->stored != NULL) {
        drop(&cache->stored);
    }
    while (cache->uploads != NULL) {
        drop(&cache->uploads);
    }
    while (cache->requests != NULL) {
        drop(&cache->requests);
    }
    free(cache);
}

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    static const struct sf_cache_plugin plugin = {
        .struct_bytes = sizeof plugin,
        .abi = SF_CACHE_ABI,
        .name = "thorough",
        .version = "1",
        .create = create,
        .destroy = destroy,
        .on_upload = on_upload,
        .on_upload_fragment = on_upload_fragment,
        .on_upload_ended = on_upload_ended,
        .on_request = on_request,
        .on_request_cancelled = on_request_cancelled,
        .on_connection_closed = on_connection_closed,
        .on_fetch_part = on_fetch_part,
        .on_fetch_ended = on_fetch_ended,
        .on_store_reply = on_store_reply,
        .on_timer = on_timer,
        .on_invalidate = on_invalidate,
        .on_reconfigure = on_reconfigure,
        .export_state = export_state,
        .import_state = import_state,
        .on_identity = on_identity,
        .on_node = on_node,
        .on_clock_step = on_clock_step,
        .on_answer_progress = on_answer_progress,
    };
    return host_abi == SF_CACHE_ABI ? &plugin : NULL;
}
