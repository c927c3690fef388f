#include "sim_cloud/caches/last_sent.h"

#include <stdlib.h>
#include <string.h>

struct copy {
    uint32_t count;
    uint8_t bytes[];
};

void sf_last_sent_put(struct last_sent *last, struct shelf_place place, struct edge_still still)
{
    struct copy *copy = sf_kit_map_get(&last->stills, place.a, place.b);
    if (copy == NULL) {
        copy = sf_kit_alloc(1, sizeof *copy + last->still_bytes_max);
        sf_kit_map_put(&last->stills, place.a, place.b, copy);
    }
    copy->count = still.count;
    memcpy(copy->bytes, still.bytes, still.count);
}

struct edge_still sf_last_sent_get(const struct last_sent *last, struct shelf_place place)
{
    const struct copy *copy = sf_kit_map_get(&last->stills, place.a, place.b);
    return copy != NULL ? (struct edge_still){copy->bytes, copy->count}
                        : (struct edge_still){NULL, 0};
}

void sf_last_sent_forget(struct last_sent *last, uint64_t a)
{
    void *copy;
    while ((copy = sf_kit_map_remove_any(&last->stills, a)) != NULL) {
        free(copy);
    }
}

void sf_last_sent_fini(struct last_sent *last)
{
    sf_kit_map_free_all(&last->stills);
}
