#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/canary.h"

void *sf_canary_create(size_t store_bytes, int wrong, const struct sf_cache_host *host,
                       const struct sf_cache_config *config, char *error, uint32_t error_bytes)
{
    if (!sf_kit_options_read(config->options, NULL, 0, error, error_bytes)) {
        return NULL;
    }
    struct canary *canary = sf_kit_alloc(1, store_bytes);
    canary->host = host;
    canary->wrong = wrong;
    return canary;
}

void sf_canary_destroy(void *store)
{
    struct canary *canary = store;
    sf_kit_map_free_all(&canary->uploads);
    free(store);
}

void sf_canary_on_upload(void *store, const struct sf_cache_upload *upload)
{
    struct canary *canary = store;
    struct canary_still *still = sf_kit_alloc(1, sizeof *still + upload->total_bytes);
    still->tenant = upload->tenant;
    still->camera = upload->camera;
    still->count = upload->total_bytes;
    sf_kit_map_put(&canary->uploads, upload->upload, 0, still);
}

void sf_canary_on_fragment(void *store, const struct sf_cache_fragment *fragment)
{
    const struct canary *canary = store;
    struct canary_still *still = sf_kit_map_get(&canary->uploads, fragment->upload, 0);
    if (still != NULL) {
        memcpy(still->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

struct canary_still *sf_canary_take(struct canary *canary, const struct sf_cache_upload_end *end)
{
    struct canary_still *still = sf_kit_map_remove(&canary->uploads, end->upload, 0);
    if (end->end == SF_CACHE_END_COMPLETE) {
        return still;
    }
    free(still);
    return NULL;
}

void sf_canary_answer(const struct canary *canary, uint64_t request,
                      const struct canary_still *still)
{
    const struct sf_cache_host *host = canary->host;
    if (still != NULL) {
        host->answer(host->context, request, SF_CACHE_STATUS_OK, still->bytes, still->count);
    } else {
        host->answer(host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
}
