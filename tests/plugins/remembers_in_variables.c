/* A cache that keeps everything in variables of its shared object, which no exploration can see in
 * its heap: how many requests came, and the latest still of any camera. The third request is
 * answered with that still, whose ever it is. So it leaks after an upload and three requests, and
 * sooner only to a driver that lets one order's requests count in the next. */
#include "harness/cache/strayframe_cache.h"

#include <stdlib.h>
#include <string.h>

enum { STILL_MAX = 4096, LEAKS_AT = 3 };

static unsigned requests_count;
static uint8_t still[STILL_MAX];
static uint32_t still_bytes;

struct cache {
    const struct sf_cache_host *host;
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config;
    (void)error;
    (void)error_bytes;
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->host = host;
    }
    requests_count = 0;
    still_bytes = 0;
    return cache;
}

static void destroy(void *context)
{
    free(context);
}

static void on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    (void)context;
    if (fragment->offset + fragment->bytes_count <= STILL_MAX) {
        memcpy(still + fragment->offset, fragment->bytes, fragment->bytes_count);
        still_bytes = fragment->offset + fragment->bytes_count;
    }
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    const struct sf_cache_host *host = ((struct cache *)context)->host;
    requests_count++;
    if (requests_count == LEAKS_AT && still_bytes > 0) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_OK, still, still_bytes);
    } else {
        host->answer(host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "remembers-in-variables",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_upload_fragment = on_upload_fragment,
    .on_request = on_request,
};

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    return host_abi == SF_CACHE_ABI ? &plugin : NULL;
}
