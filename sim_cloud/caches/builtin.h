/* The caches that come with the program. They know the public interface and nothing else of ours.
 */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_BUILTIN_H
#define STRAYFRAME_SIM_CLOUD_CACHES_BUILTIN_H

#include "harness/cache/strayframe_cache.h"

/* A row for each, in the order in which `strayframe list caches` shows them. A row X(NAME) is the
 * plug-in sf_builtin_NAME, in a file of that name. */
/* clang-format off */
#define SF_BUILTIN_CACHES(X)                                                                       \
    /* The incident of 26 December 2019. */                                                        \
    X(boxing_day_before)                                                                           \
    X(boxing_day_update)                                                                           \
    X(boxing_day_fix)                                                                              \
    /* Sound, without an incident. */                                                              \
    X(careful)                                                                                     \
    /* Classes of defect, one a file; `defence=1` is the correct twin. */                          \
    X(d01_tenantless)                                                                              \
    X(d02_fallback_by_model)                                                                       \
    X(d03_stale_for_anybody)                                                                       \
    X(d04_coalesced)                                                                               \
    X(d05_pooled_connection)                                                                       \
    X(d06_double_release)                                                                          \
    X(d07_stale_length)                                                                            \
    X(d08_no_pin)                                                                                  \
    X(d09_slot_handle)                                                                             \
    X(d10_short_upload_id)                                                                         \
    X(d11_short_hash)                                                                              \
    X(d12_empty_tenant)                                                                            \
    X(d13_mapping_race)                                                                            \
    X(d14_version_skew)                                                                            \
    X(d15_kept_store)                                                                              \
    X(d16_policy_reset)                                                                            \
    X(d17_session_in_head)                                                                         \
    X(d18_bodies_by_validator)                                                                     \
    X(d19_last_vary_word)                                                                          \
    X(d20_static_suffix)                                                                           \
    X(d21_shared_placeholder)                                                                      \
    X(d22_late_write)                                                                              \
    X(d23_recycled_lease)                                                                          \
    X(d24_local_slot)                                                                              \
    X(d25_context_kept)                                                                            \
    X(d26_any_reference)                                                                           \
    X(d27_shared_serial)                                                                           \
    X(d28_export_order)                                                                            \
    X(d29_parts_by_name)                                                                           \
    X(d30_calendar_lease)                                                                          \
    X(d31_one_per_account)                                                                         \
    X(d32_by_slot)                                                                                 \
    X(d33_by_device)                                                                               \
    X(d34_last_of_viewer)                                                                          \
    X(d35_lands_after_invalidation)                                                                \
    X(d36_stale_on_error)                                                                          \
    X(d37_evicted_entry)                                                                           \
    X(d39_first_still)                                                                             \
    X(d40_ticket_wraps)                                                                            \
    X(d42_forgets_half)                                                                            \
    X(d43_last_fetch)                                                                              \
    X(d44_any_state)                                                                               \
    X(d45_usual_size)                                                                              \
    X(d46_count_of_once)                                                                           \
    X(d47_handed_on)                                                                               \
    X(d48_renewed_on_error)                                                                        \
    X(d49_connection_context)                                                                      \
    X(d50_camera_of_owner)                                                                         \
    X(d51_owed_replies)                                                                            \
    X(d52_rest_by_validator)                                                                       \
    X(d53_background)                                                                              \
    X(d54_fetch_of_camera)                                                                           \
    X(d55_number_of_second)                                                                          \
    /* Planted faults, one for each oracle that a cache can set off; in canary*.c. */         \
    X(canary_tenantless)                                                                           \
    X(canary_scrap)                                                                                \
    X(canary_transcode)                                                                            \
    X(canary_silent)                                                                               \
    X(canary_babbler)                                                                              \
    X(canary_torn)                                                                                 \
    X(canary_seesaw)                                                                               \
    X(canary_frozen)                                                                               \
    X(canary_mute)                                                                                 \
    X(canary_renewer)                                                                              \
    X(canary_sibling)                                                                              \
    X(canary_last_byte)                                                                            \
    X(canary_one_byte)                                                                             \
    X(canary_length_of_content)                                                                    \
    X(canary_length_of_length)                                                                     \
    X(canary_validator)                                                                            \
    X(canary_order)                                                                                \
    X(canary_time)                                                                                 \
    X(canary_status)                                                                               \
    X(canary_flags)                                                                                \
    X(canary_session)                                                                              \
    X(canary_parts)                                                                                \
    X(canary_stopped)                                                                              \
    X(canary_scribbler)                                                                            \
    X(canary_unended)
/* clang-format on */

#define SF_BUILTIN_CACHE(NAME) extern const struct sf_cache_plugin sf_builtin_##NAME;
SF_BUILTIN_CACHES(SF_BUILTIN_CACHE)
#undef SF_BUILTIN_CACHE

/* All of them, ended by NULL, in that order. */
const struct sf_cache_plugin *const *sf_builtin_caches(void);

#endif
