#include "sim_cloud/caches/builtin.h"

const struct sf_cache_plugin *const *sf_builtin_caches(void)
{
    /* clang-format off */
    static const struct sf_cache_plugin *const caches[] = {
        &sf_builtin_boxing_day_before,
        &sf_builtin_boxing_day_update,
        &sf_builtin_boxing_day_fix,
        &sf_builtin_careful,
        &sf_builtin_d01_tenantless,
        &sf_builtin_d02_fallback_by_model,
        &sf_builtin_d03_stale_for_anybody,
        &sf_builtin_d04_coalesced,
        &sf_builtin_d05_pooled_connection,
        &sf_builtin_d06_double_release,
        &sf_builtin_d07_stale_length,
        &sf_builtin_d08_no_pin,
        &sf_builtin_d09_slot_handle,
        &sf_builtin_d10_short_upload_id,
        &sf_builtin_d11_short_hash,
        &sf_builtin_d12_empty_tenant,
        &sf_builtin_d13_mapping_race,
        &sf_builtin_d14_version_skew,
        &sf_builtin_d15_kept_store,
        &sf_builtin_d16_policy_reset,
        &sf_builtin_d17_session_in_head,
        &sf_builtin_d18_bodies_by_validator,
        &sf_builtin_d19_last_vary_word,
        &sf_builtin_d20_static_suffix,
        &sf_builtin_d21_shared_placeholder,
        &sf_builtin_d22_late_write,
        &sf_builtin_d23_recycled_lease,
        &sf_builtin_d24_local_slot,
        &sf_builtin_d25_context_kept,
        &sf_builtin_d27_shared_serial,
        &sf_builtin_d28_export_order,
        &sf_builtin_d29_parts_by_name,
        &sf_builtin_d30_lease_seconds,
        &sf_builtin_canary_tenantless,
        &sf_builtin_canary_scrap,
        &sf_builtin_canary_transcode,
        &sf_builtin_canary_silent,
        &sf_builtin_canary_babbler,
        &sf_builtin_canary_torn,
        &sf_builtin_canary_seesaw,
        &sf_builtin_canary_frozen,
        &sf_builtin_canary_mute,
        &sf_builtin_canary_renewer,
        NULL,
    };
    /* clang-format on */
    return caches;
}
