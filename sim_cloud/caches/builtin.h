/* The caches that come with the program. They know the public interface and nothing else of ours.
 */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_BUILTIN_H
#define STRAYFRAME_SIM_CLOUD_CACHES_BUILTIN_H

#include "harness/cache/strayframe_cache.h"

extern const struct sf_cache_plugin sf_builtin_boxing_day_before;
extern const struct sf_cache_plugin sf_builtin_boxing_day_update;
extern const struct sf_cache_plugin sf_builtin_boxing_day_fix;

/* Sound, and without a story. */
extern const struct sf_cache_plugin sf_builtin_careful;

/* Classes of defect, one a file; each with `defence=1` as its correct twin. */
extern const struct sf_cache_plugin sf_builtin_d01_tenantless;
extern const struct sf_cache_plugin sf_builtin_d02_fallback_by_model;
extern const struct sf_cache_plugin sf_builtin_d03_stale_for_anybody;
extern const struct sf_cache_plugin sf_builtin_d04_coalesced;
extern const struct sf_cache_plugin sf_builtin_d05_pooled_connection;
extern const struct sf_cache_plugin sf_builtin_d06_double_release;
extern const struct sf_cache_plugin sf_builtin_d07_stale_length;
extern const struct sf_cache_plugin sf_builtin_d08_no_pin;
extern const struct sf_cache_plugin sf_builtin_d09_slot_handle;
extern const struct sf_cache_plugin sf_builtin_d10_short_upload_id;
extern const struct sf_cache_plugin sf_builtin_d11_short_hash;
extern const struct sf_cache_plugin sf_builtin_d12_empty_tenant;
extern const struct sf_cache_plugin sf_builtin_d13_mapping_race;
extern const struct sf_cache_plugin sf_builtin_d14_version_skew;
extern const struct sf_cache_plugin sf_builtin_d15_kept_store;
extern const struct sf_cache_plugin sf_builtin_d16_policy_reset;
extern const struct sf_cache_plugin sf_builtin_d17_session_in_head;
extern const struct sf_cache_plugin sf_builtin_d18_bodies_by_validator;
extern const struct sf_cache_plugin sf_builtin_d19_last_vary_word;
extern const struct sf_cache_plugin sf_builtin_d20_static_suffix;
extern const struct sf_cache_plugin sf_builtin_d21_shared_placeholder;
extern const struct sf_cache_plugin sf_builtin_d22_late_write;
extern const struct sf_cache_plugin sf_builtin_d23_recycled_lease;
extern const struct sf_cache_plugin sf_builtin_d24_local_slot;
extern const struct sf_cache_plugin sf_builtin_d25_context_kept;
extern const struct sf_cache_plugin sf_builtin_d26_any_reference;
extern const struct sf_cache_plugin sf_builtin_d27_shared_serial;
extern const struct sf_cache_plugin sf_builtin_d28_export_order;
extern const struct sf_cache_plugin sf_builtin_d29_parts_by_name;
extern const struct sf_cache_plugin sf_builtin_d30_calendar_lease;

/* Planted faults, one for each oracle that a cache can set off. */
extern const struct sf_cache_plugin sf_builtin_canary_tenantless;
extern const struct sf_cache_plugin sf_builtin_canary_scrap;
extern const struct sf_cache_plugin sf_builtin_canary_transcode;
extern const struct sf_cache_plugin sf_builtin_canary_silent;
extern const struct sf_cache_plugin sf_builtin_canary_babbler;
extern const struct sf_cache_plugin sf_builtin_canary_torn;
extern const struct sf_cache_plugin sf_builtin_canary_seesaw;
extern const struct sf_cache_plugin sf_builtin_canary_frozen;
extern const struct sf_cache_plugin sf_builtin_canary_mute;
extern const struct sf_cache_plugin sf_builtin_canary_renewer;

/* All of them, ended by NULL, in the order in which `strayframe list caches` shows them. */
const struct sf_cache_plugin *const *sf_builtin_caches(void);

#endif
