/* A cache that answers every request with one picture of its own, whose bytes have every value, and
 * with nothing that a camera ever sent. With the option "crash" it ends the process at the second
 * request. */
#include "harness/cache/strayframe_cache.h"

#include <stdlib.h>
#include <string.h>

enum { PICTURE_BYTES = 256 };

struct cache {
    const struct sf_cache_host *host;
    int crashes;
    int requests_count;
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)error;
    (void)error_bytes;
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->host = host;
        cache->crashes = strcmp(config->options, "crash") == 0;
    }
    return cache;
}

static void destroy(void *context)
{
    free(context);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct cache *cache = context;
    uint8_t picture[PICTURE_BYTES];
    if (++cache->requests_count == 2 && cache->crashes) {
        abort();
    }
    for (int i = 0; i < PICTURE_BYTES; i++) {
        picture[i] = (uint8_t)i;
    }
    cache->host->answer(cache->host->context, request->request, SF_CACHE_STATUS_OK, picture,
                        PICTURE_BYTES);
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "own-picture",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_request = on_request,
};

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    return host_abi == SF_CACHE_ABI ? &plugin : NULL;
}
