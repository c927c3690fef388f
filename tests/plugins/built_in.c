/* A built-in cache as a user's shared object: in a box it has to give the runs that it gives in
 * process. SF_BUILT_IN is its name in SF_BUILTIN_CACHES. */
#include "sim_cloud/caches/builtin.h"

#define PLUGIN_OF(NAME) sf_builtin_##NAME
#define PLUGIN(NAME) PLUGIN_OF(NAME)

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t abi)
{
    return abi == SF_CACHE_ABI ? &PLUGIN(SF_BUILT_IN) : NULL;
}
