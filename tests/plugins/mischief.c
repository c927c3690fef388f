/* A cache that does one thing that no cache should, the one that its options name: at its first
 * request "exit" ends the process, "hang" never comes back, "print" writes to standard output. It
 * never answers. */
#include "harness/cache/strayframe_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cache {
    char mischief[16];
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)host;
    (void)error;
    (void)error_bytes;
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        snprintf(cache->mischief, sizeof cache->mischief, "%s", config->options);
    }
    return cache;
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    const struct cache *cache = context;
    (void)request;
    if (strcmp(cache->mischief, "do=exit") == 0) {
        exit(0);
    }
    while (strcmp(cache->mischief, "do=hang") == 0) {
        pause();
    }
    if (strcmp(cache->mischief, "do=print") == 0) {
        printf("here I am\n");
        fflush(stdout);
    }
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "mischief",
    .version = "1",
    .options = "do=exit, do=hang or do=print",
    .create = create,
    .destroy = free,
    .on_request = on_request,
};

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    return host_abi == SF_CACHE_ABI ? &plugin : NULL;
}
