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
