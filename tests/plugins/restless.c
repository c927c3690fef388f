/* A cache that no two runs agree about: what it answers hangs on the machine's clock. With the
 * option "do=crash" it ends its process at the first request instead. It answers no still at all,
 * so nothing but its restlessness is wrong with it. */
#include "harness/cache/strayframe_cache.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct cache {
    const struct sf_cache_host *host;
    int crash;
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)error;
    (void)error_bytes;
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->host = host;
        cache->crash = strcmp(config->options, "do=crash") == 0;
    }
    return cache;
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    const struct cache *cache = context;
    if (cache->crash) {
        abort();
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned bit = (unsigned)(now.tv_nsec >> 6) & 1u;
    cache->host->answer(cache->host->context, request->request,
                        bit != 0 ? SF_CACHE_STATUS_NOT_FOUND : SF_CACHE_STATUS_UNAVAILABLE, NULL,
                        0);
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "restless",
    .version = "1",
    .summary = "answers by the machine's clock",
    .options = "do=crash",
    .create = create,
    .destroy = free,
    .on_request = on_request,
};

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    return host_abi == SF_CACHE_ABI ? &plugin : NULL;
}
