/* The caches that come with the program. They know the public interface and nothing else of ours.
 */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_BUILTIN_H
#define STRAYFRAME_SIM_CLOUD_CACHES_BUILTIN_H

#include "harness/cache/strayframe_cache.h"

extern const struct sf_cache_plugin sf_builtin_boxing_day_before;
extern const struct sf_cache_plugin sf_builtin_boxing_day_update;
extern const struct sf_cache_plugin sf_builtin_boxing_day_fix;

/* Planted faults, one for each oracle that a cache can set off. */
extern const struct sf_cache_plugin sf_builtin_canary_tenantless;
extern const struct sf_cache_plugin sf_builtin_canary_scrap;
extern const struct sf_cache_plugin sf_builtin_canary_transcode;
extern const struct sf_cache_plugin sf_builtin_canary_silent;
extern const struct sf_cache_plugin sf_builtin_canary_babbler;

/* Planted defects, one for each class of harness/run/defects.h; with `defence=1` each is its own
 * correct twin. */
extern const struct sf_cache_plugin sf_builtin_d02;
extern const struct sf_cache_plugin sf_builtin_d03;
extern const struct sf_cache_plugin sf_builtin_d06;
extern const struct sf_cache_plugin sf_builtin_d07;
extern const struct sf_cache_plugin sf_builtin_d08;
extern const struct sf_cache_plugin sf_builtin_d10;
extern const struct sf_cache_plugin sf_builtin_d11;
extern const struct sf_cache_plugin sf_builtin_d13;
extern const struct sf_cache_plugin sf_builtin_d15;
extern const struct sf_cache_plugin sf_builtin_d21;
extern const struct sf_cache_plugin sf_builtin_d23;
extern const struct sf_cache_plugin sf_builtin_d24;
extern const struct sf_cache_plugin sf_builtin_d25;
extern const struct sf_cache_plugin sf_builtin_d30;

/* All of them, ended by NULL, in the order in which `strayframe list caches` shows them. */
const struct sf_cache_plugin *const *sf_builtin_caches(void);

#endif
