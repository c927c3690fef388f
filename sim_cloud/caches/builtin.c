#include "sim_cloud/caches/builtin.h"

const struct sf_cache_plugin *const *sf_builtin_caches(void)
{
    /* clang-format off */
    static const struct sf_cache_plugin *const caches[] = {
        &sf_builtin_boxing_day_before,
        &sf_builtin_boxing_day_update,
        &sf_builtin_boxing_day_fix,
        &sf_builtin_d01_tenantless,
        &sf_builtin_d04_coalesced,
        &sf_builtin_d05_pooled_connection,
        &sf_builtin_d09_slot_handle,
        &sf_builtin_d14_version_skew,
        &sf_builtin_d22_late_write,
        &sf_builtin_canary_tenantless,
        &sf_builtin_canary_scrap,
        &sf_builtin_canary_transcode,
        &sf_builtin_canary_silent,
        &sf_builtin_canary_babbler,
        NULL,
    };
    /* clang-format on */
    return caches;
}
