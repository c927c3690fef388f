#include "harness/run/decoded.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

SF_MUST_USE static enum sf_err load(const char *spec, char name_out[SF_CACHE_SPEC_BYTES],
                                    struct sf_cache_module *module_out, struct sf_diag *diag)
{
    if (strlen(spec) >= SF_CACHE_SPEC_BYTES) {
        return sf_fail(diag, SF_ERR_INPUT, "the name of a cache has at most %d bytes",
                       SF_CACHE_SPEC_BYTES - 1);
    }
    snprintf(name_out, SF_CACHE_SPEC_BYTES, "%s", spec);
    return sf_run_load_cache(spec, module_out, diag);
}

enum sf_err sf_decoded_load(struct sf_decoded *decoded, const char *cache, const char *before,
                            struct sf_diag *diag)
{
    SF_ASSERT(decoded != NULL);
    SF_ASSERT(cache != NULL);
    SF_TRY(load(cache, decoded->cache, &decoded->module, diag));
    return load(before != NULL ? before : cache, decoded->before, &decoded->module_before, diag);
}

static struct sf_cache_module module_of(const struct sf_decoded *decoded, const char *cache)
{
    return strcmp(cache, decoded->cache) == 0 ? decoded->module : decoded->module_before;
}

void sf_decoded_input(struct sf_decoded *decoded, const uint8_t *bytes, size_t count)
{
    SF_ASSERT(decoded != NULL);
    const struct sf_plan_versions versions = {.cache = decoded->cache, .before = decoded->before};
    sf_plan_decode(bytes, count, &versions, sf_run_schema(), &decoded->plan);
    sf_decoded_modules(decoded);
}

void sf_decoded_modules(struct sf_decoded *decoded)
{
    SF_ASSERT(decoded != NULL);
    const struct sf_plan *plan = &decoded->plan;
    decoded->caches.modules[0] = module_of(decoded, plan->cache);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            decoded->caches.modules[1 + i] = module_of(decoded, plan->timeline[i].cache);
        }
    }
}
