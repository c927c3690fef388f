/* A canary that keeps stills where the host holds them, and writes into them: what a cache does
 * that takes lent bytes for its own. */
#include <stdlib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"

enum wrong { WRONG_WRITE };

struct held {
    const uint8_t *bytes;
    uint32_t count;
    uint64_t hold;
};

struct store {
    struct canary canary;   /* first */
    struct kit_map cameras; /* by tenant and camera: the latest still */
};

static void destroy(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->cameras);
    sf_canary_destroy(store);
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct store *store = context;
    const struct sf_cache_host *host = store->canary.host;
    struct canary_still *still = sf_canary_take(&store->canary, end);
    if (still == NULL || !SF_CACHE_HAS(host, drop)) {
        free(still);
        return;
    }
    struct held *held = sf_kit_map_get(&store->cameras, still->tenant, still->camera);
    if (held == NULL) {
        held = sf_kit_alloc(1, sizeof *held);
        sf_kit_map_put(&store->cameras, still->tenant, still->camera, held);
    } else {
        host->drop(host->context, held->hold);
    }
    held->count = still->count;
    if (host->hold(host->context, end->upload, &held->bytes, &held->hold) != SF_CACHE_DONE) {
        free(sf_kit_map_remove(&store->cameras, still->tenant, still->camera));
    }
    free(still);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct store *store = context;
    const struct sf_cache_host *host = store->canary.host;
    const struct held *held = sf_kit_map_get(&store->cameras, request->tenant, request->camera);
    if (held == NULL) {
        sf_canary_answer(&store->canary, request->request, NULL);
        return;
    }
    uint8_t *mine = (uint8_t *)(uintptr_t)held->bytes; /* the fault: it is not */
    mine[held->count / 2] ^= 1;
    host->answer(host->context, request->request, SF_CACHE_STATUS_OK, held->bytes, held->count);
}

CANARY(scribbler, "canary-scribbler", WRONG_WRITE,
       "planted fault: writes into the bytes that the host lends");
