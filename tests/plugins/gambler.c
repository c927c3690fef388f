/* A cache that keeps nothing and asks the camera each time, after a pause of some milliseconds that
 * it throws dice for: its own, of which a run knows nothing. Nothing else is wrong with it. With
 * the option "dice=host" the dice are the host's, and no run differs from the next. */
#include "harness/cache/strayframe_cache.h"

#include <stdlib.h>
#include <string.h>

enum { WAITING_MAX = 1024 };

struct waiting {
    uint64_t request; /* 0: free */
    uint64_t camera;
    uint64_t fetch; /* 0: not under way */
    uint8_t *bytes;
    uint32_t bytes_count;
};

struct cache {
    const struct sf_cache_host *host;
    int asks_host;
    struct waiting waiting[WAITING_MAX];
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)error;
    (void)error_bytes;
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->host = host;
        cache->asks_host = strcmp(config->options, "dice=host") == 0;
    }
    return cache;
}

static struct waiting *find(struct cache *cache, uint64_t request)
{
    for (int i = 0; i < WAITING_MAX; i++) {
        if (cache->waiting[i].request == request) {
            return &cache->waiting[i];
        }
    }
    return NULL;
}

static void forget(struct waiting *waiting)
{
    free(waiting->bytes);
    *waiting = (struct waiting){0};
}

static void refuse(struct cache *cache, uint64_t request)
{
    cache->host->answer(cache->host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
}

static void destroy(void *context)
{
    struct cache *cache = context;
    for (int i = 0; i < WAITING_MAX; i++) {
        free(cache->waiting[i].bytes);
    }
    free(cache);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct cache *cache = context;
    const struct sf_cache_host *host = cache->host;
    struct waiting *waiting = find(cache, 0);
    if (waiting == NULL) {
        refuse(cache, request->request);
        return;
    }
    *waiting = (struct waiting){.request = request->request, .camera = request->camera};
    uint64_t dice = cache->asks_host ? host->random_u64(host->context) : (uint64_t)rand();
    host->timer_set(host->context, (int64_t)(dice % 8) * 1000000, request->request, NULL);
}

static void on_timer(void *context, uint64_t timer, uint64_t cookie)
{
    struct cache *cache = context;
    const struct sf_cache_host *host = cache->host;
    struct waiting *waiting = find(cache, cookie);
    (void)timer;
    if (waiting != NULL &&
        host->fetch(host->context, waiting->camera, cookie, &waiting->fetch) != SF_CACHE_DONE) {
        refuse(cache, cookie);
        forget(waiting);
    }
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct cache *cache = context;
    struct waiting *waiting = find(cache, request);
    if (waiting != NULL) {
        if (waiting->fetch != 0) {
            cache->host->fetch_cancel(cache->host->context, waiting->fetch);
        }
        forget(waiting);
    }
}

static void on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct waiting *waiting = find(context, part->cookie);
    if (waiting == NULL) {
        return;
    }
    if (waiting->bytes == NULL) {
        waiting->bytes = malloc(part->total_bytes);
        waiting->bytes_count = part->total_bytes;
    }
    if (waiting->bytes != NULL) {
        memcpy(waiting->bytes + part->offset, part->bytes, part->bytes_count);
    }
}

static void on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct cache *cache = context;
    struct waiting *waiting = find(cache, end->cookie);
    if (waiting == NULL) {
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE && waiting->bytes != NULL) {
        cache->host->answer(cache->host->context, waiting->request, SF_CACHE_STATUS_OK,
                            waiting->bytes, waiting->bytes_count);
    } else {
        refuse(cache, waiting->request);
    }
    forget(waiting);
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "gambler",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = on_timer,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
};

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    (void)host_abi;
    return &plugin;
}
