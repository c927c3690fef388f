#include "sim_cloud/caches/builtin.h"

#include <stddef.h>

const struct sf_cache_plugin *const *sf_builtin_caches(void)
{
#define ROW(NAME) &sf_builtin_##NAME,
    static const struct sf_cache_plugin *const caches[] = {SF_BUILTIN_CACHES(ROW) NULL};
#undef ROW
    return caches;
}
