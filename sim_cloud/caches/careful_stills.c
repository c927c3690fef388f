/* The careful cache's stills: what arrives becomes the still of its camera, whole or put together
 * of rows. */
#include "sim_cloud/caches/careful.h"

#include <stdlib.h>

int64_t careful_now(const struct careful *cache)
{
    return cache->host->now_ns(cache->host->context);
}

bool careful_is_at_most(const struct careful *cache, const struct careful_still *still,
                        int64_t age_ns)
{
    return still != NULL && careful_now(cache) - still->stored_ns <= age_ns;
}

void careful_still_drop(struct careful_still *still)
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
    /* Overtaken on its way. After a restart a camera counts from 0 again, and what there is grows
     * old. */
    if (careful_is_at_most(cache, camera->still, cache->fresh_ns) &&
        camera->still->capture > arrival->capture) {
        free(bytes);
        return;
    }
    struct careful_still *still = kit_alloc(1, sizeof *still);
    *still = (struct careful_still){
        .references = 1,
        .count = count,
        .capture = arrival->capture,
        .validator = kit_hash(bytes, count),
        .origin = arrival->origin,
        .stored_ns = careful_now(cache),
        .bytes = bytes,
    };
    careful_still_drop(camera->still);
    camera->still = still;
}

struct careful_arrival *careful_arrival_begin(uint64_t tenant, uint64_t camera,
                                              uint32_t total_bytes)
{
    struct careful_arrival *arrival = kit_alloc(1, sizeof *arrival);
    arrival->tenant = tenant;
    arrival->camera = camera;
    arrival->total_bytes = total_bytes;
    arrival->bytes = kit_alloc(total_bytes, 1);
    return arrival;
}

void careful_arrival_free(struct careful_arrival *arrival)
{
    if (arrival != NULL) {
        free(arrival->bytes);
        free(arrival);
    }
}

void careful_arrival_store(struct careful *cache, struct careful_camera *camera,
                           struct careful_arrival *arrival)
{
    uint8_t *bytes = arrival->bytes;
    uint32_t count = arrival->total_bytes;
    if (arrival->delta.rows_count > 0) {
        const struct careful_still *base = camera->still;
        if (base == NULL || base->capture != arrival->delta.base_capture) {
            return;
        }
        bytes = rows_apply(base->bytes, base->count, &arrival->delta, arrival->bytes,
                           arrival->total_bytes, &count);
        if (bytes == NULL) {
            return;
        }
    } else {
        arrival->bytes = NULL;
    }
    store(cache, camera, arrival, bytes, count);
}
