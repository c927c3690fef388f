#include "sim_cloud/caches/builtin.h"

const struct sf_cache_plugin *const *sf_builtin_caches(void)
{
    static const struct sf_cache_plugin *const caches[] = {
        &sf_builtin_boxing_day_before, &sf_builtin_boxing_day_update, &sf_builtin_boxing_day_fix,
        &sf_builtin_careful,           &sf_builtin_canary_tenantless, &sf_builtin_canary_scrap,
        &sf_builtin_canary_transcode,  &sf_builtin_canary_silent,     &sf_builtin_canary_babbler,
        &sf_builtin_canary_torn,       &sf_builtin_canary_seesaw,     &sf_builtin_canary_frozen,
        &sf_builtin_canary_mute,       &sf_builtin_canary_renewer,    NULL,
    };
    return caches;
}
