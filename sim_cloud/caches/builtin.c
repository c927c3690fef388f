#include "sim_cloud/caches/builtin.h"

const struct sf_cache_plugin *const *sf_builtin_caches(void)
{
    static const struct sf_cache_plugin *const caches[] = {
        &sf_builtin_boxing_day_before,
        &sf_builtin_boxing_day_update,
        &sf_builtin_boxing_day_fix,
        &sf_builtin_canary_tenantless,
        &sf_builtin_canary_scrap,
        &sf_builtin_canary_transcode,
        &sf_builtin_canary_silent,
        &sf_builtin_canary_babbler,
        /* clang-format off: a line each, so that a new one touches no other */
        &sf_builtin_d02,
        &sf_builtin_d03,
        &sf_builtin_d06,
        &sf_builtin_d07,
        &sf_builtin_d08,
        &sf_builtin_d10,
        &sf_builtin_d11,
        &sf_builtin_d13,
        &sf_builtin_d15,
        &sf_builtin_d21,
        &sf_builtin_d23,
        &sf_builtin_d24,
        &sf_builtin_d25,
        &sf_builtin_d30,
        /* clang-format on */
        NULL,
    };
    return caches;
}
