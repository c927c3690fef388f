/* Makes a plug-in of its own of one built-in cache: SUBJECT is its sf_cache_plugin. */
#include "harness/cache/strayframe_cache.h"

extern const struct sf_cache_plugin SUBJECT;

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    return host_abi == SF_CACHE_ABI ? &SUBJECT : 0;
}
