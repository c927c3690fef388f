/* D22: late data is written into a slot that is another camera's by now.
 *
 * Stills that are asked for are received into slots, which are used again and again. When nobody
 * waits for a camera any longer its slot is given back at once, so that a few slots are enough; but
 * the camera is not told to stop, because a still that comes late is still good for the next
 * request. What it sends lands where the transfer says: in a slot that another camera's still is
 * being received into.
 *
 * The defence: a slot is the transfer's until the transfer has ended. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

struct slot {
    struct slot *next_all;
    struct slot *next_free;
    struct desk_still *still;
};

/* A still on its way. */
struct transfer {
    uint64_t fetch;
    uint64_t tenant;
    uint64_t camera;
    struct desk_waiter *waiter; /* NULL: nobody waits any longer */
    struct slot *slot;
    uint32_t total_bytes; /* 0 until the first part */
};

struct late {
    struct desk desk; /* first: the desk takes one for the other */
    struct slot *all;
    struct slot *free;
    struct kit_map transfers; /* by fetch */
    uint32_t slot_bytes;
    bool defence;
};

static struct late *self(struct desk *desk)
{
    return (struct late *)(void *)desk;
}

static void start(struct desk *desk, const struct kit_option *options,
                  const struct sf_cache_config *config)
{
    self(desk)->slot_bytes = config->still_bytes_max;
    self(desk)->defence = options[0].value != 0;
}

static void stop(struct desk *desk)
{
    struct late *cache = self(desk);
    for (size_t i = 0; i < cache->transfers.capacity; i++) {
        free(cache->transfers.entries[i].value);
    }
    kit_map_free(&cache->transfers);
    while (cache->all != NULL) {
        struct slot *slot = cache->all;
        cache->all = slot->next_all;
        free(slot->still);
        free(slot);
    }
}

static struct slot *take_slot(struct late *cache)
{
    struct slot *slot = cache->free;
    if (slot != NULL) {
        cache->free = slot->next_free;
        return slot;
    }
    slot = kit_alloc(1, sizeof *slot);
    slot->still = desk_still_create(cache->slot_bytes);
    slot->next_all = cache->all;
    cache->all = slot;
    return slot;
}

static void give_slot_back(struct late *cache, struct slot *slot)
{
    slot->next_free = cache->free;
    cache->free = slot;
}

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct late *cache = self(desk);
    struct transfer *transfer = kit_alloc(1, sizeof *transfer);
    if (desk->host->fetch(desk->host->context, waiter->camera, 0, &transfer->fetch) !=
        SF_CACHE_DONE) {
        free(transfer);
        return; /* patience will end it */
    }
    transfer->tenant = waiter->tenant;
    transfer->camera = waiter->camera;
    transfer->waiter = waiter;
    transfer->slot = take_slot(cache);
    kit_map_put(&cache->transfers, transfer->fetch, 0, transfer);
    waiter->place = transfer;
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct late *cache = self(desk);
    struct transfer *transfer = waiter->place;
    if (transfer == NULL) {
        return;
    }
    transfer->waiter = NULL;
    if (!cache->defence) {
        give_slot_back(cache, transfer->slot);
    }
}

static void part(struct desk *desk, const struct sf_cache_fetch_part *event)
{
    struct transfer *transfer = kit_map_get(&self(desk)->transfers, event->fetch, 0);
    if (transfer != NULL) {
        transfer->total_bytes = event->total_bytes;
        desk_still_receive(transfer->slot->still, event->offset, event->bytes, event->bytes_count);
    }
}

static void ended(struct desk *desk, const struct sf_cache_fetch_end *end)
{
    struct late *cache = self(desk);
    struct transfer *transfer = kit_map_remove(&cache->transfers, end->fetch, 0);
    if (transfer == NULL) {
        return;
    }
    struct desk_still *still = transfer->slot->still;
    bool complete = end->end == SF_CACHE_END_COMPLETE && transfer->total_bytes > 0;
    if (complete) {
        still->total_bytes = transfer->total_bytes;
        desk_keep(desk, transfer->tenant, transfer->camera, still);
    }
    if (transfer->waiter != NULL || cache->defence) {
        give_slot_back(cache, transfer->slot);
    }
    if (transfer->waiter != NULL) {
        desk_answer(desk, transfer->waiter, complete ? still : NULL);
    }
    free(transfer);
}

static const struct desk_mechanism mechanism = {
    .cache_bytes = sizeof(struct late),
    .options = {{"defence", 0, 1}},
    .start = start,
    .stop = stop,
    .miss = miss,
    .gone = gone,
    .part = part,
    .ended = ended,
};

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    return desk_create(&mechanism, host, config, error, error_bytes);
}

const struct sf_cache_plugin sf_builtin_d22_late_write =
    DESK_PLUGIN(create, "d22-late-write",
                "a transfer that took too long gives its slot back and goes on writing into it",
                "defence=0");
