/* A cache that crashes before its first call. */
#include "harness/cache/strayframe_cache.h"

#include <stdlib.h>

_Noreturn __attribute__((constructor)) static void begin(void)
{
    abort();
}

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    (void)host_abi;
    return NULL;
}
