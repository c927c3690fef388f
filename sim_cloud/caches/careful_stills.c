/* The careful cache's stills: what arrives becomes the still of its camera, whole or put together
 * of rows. */
#include "sim_cloud/caches/careful.h"

#include <stdlib.h>

int64_t sf_careful_now(const struct careful *cache)
{
    return cache->host->now_ns(cache->host->context);
}

bool sf_careful_is_at_most(const struct careful *cache, const struct careful_still *still,
                           int64_t age_ns)
{
    return still != NULL && sf_careful_now(cache) - still->stored_ns <= age_ns;
}

void sf_careful_still_drop(struct careful_still *still)
{
    if (still != NULL && --still->references == 0) {
        free(still->bytes);
        free(still);
    }
}

/* Takes over `bytes`. */
static void store(struct careful *cache, struct careful_camera *camera,
                  const struct careful_arrival *arrival, uint8_t *bytes, uint32_t count)
{
    /* Overtaken on its way. After a restart a camera counts from 0 again, and the still on the
     * shelf grows old. */
    if (sf_careful_is_at_most(cache, camera->still, cache->fresh_ns) &&
        camera->still->capture > arrival->capture) {
        free(bytes);
        return;
    }
    struct careful_still *still = sf_kit_alloc(1, sizeof *still);
    *still = (struct careful_still){
        .references = 1,
        .count = count,
        .capture = arrival->capture,
        .validator = sf_kit_hash(bytes, count),
        .origin = arrival->origin,
        .stored_ns = sf_careful_now(cache),
        .bytes = bytes,
    };
    sf_careful_still_drop(camera->still);
    camera->still = still;
}

struct careful_arrival *sf_careful_arrival_begin(uint64_t tenant, uint64_t camera,
                                                 uint32_t total_bytes)
{
    struct careful_arrival *arrival = sf_kit_alloc(1, sizeof *arrival);
    arrival->tenant = tenant;
    arrival->camera = camera;
    arrival->total_bytes = total_bytes;
    arrival->bytes = sf_kit_alloc(total_bytes, 1);
    return arrival;
}

void sf_careful_arrival_free(struct careful_arrival *arrival)
{
    if (arrival != NULL) {
        free(arrival->bytes);
        free(arrival);
    }
}

void sf_careful_arrival_store(struct careful *cache, struct careful_camera *camera,
                              struct careful_arrival *arrival)
{
    uint8_t *bytes = arrival->bytes;
    uint32_t count = arrival->total_bytes;
    if (arrival->delta.rows_count > 0) {
        const struct careful_still *base = camera->still;
        if (base == NULL || base->capture != arrival->delta.base_capture) {
            return;
        }
        bytes = sf_rows_apply(base->bytes, base->count, &arrival->delta, arrival->bytes,
                              arrival->total_bytes, &count);
        if (bytes == NULL) {
            return;
        }
    } else {
        arrival->bytes = NULL;
    }
    store(cache, camera, arrival, bytes, count);
}
