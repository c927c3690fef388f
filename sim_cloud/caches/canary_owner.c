/* Canaries that know whose still is whose, and are wrong in another way: each keeps the two latest
 * whole uploads, and the first, of every camera, and answers its owner with the wrong one, or with
 * one that is torn, or gives away a session. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"
#include "sim_cloud/caches/kit.h"

enum wrong { WRONG_TORN, WRONG_SEESAW, WRONG_FROZEN, WRONG_MUTE, WRONG_RENEWAL };

struct still {
    uint64_t tenant;
    uint64_t camera;
    uint32_t count;
    uint8_t bytes[];
};

struct camera {
    struct still *first;
    struct still *previous;
    struct still *latest; /* NULL: none yet; may be the first, too */
    bool turn;
};

struct canary {
    const struct sf_cache_host *host;
    enum wrong wrong;
    struct kit_map uploads; /* by upload */
    struct kit_map cameras; /* by tenant and camera */
    uint64_t session;       /* the latest renewal of anybody's */
};

static void *canary_create(enum wrong wrong, const struct sf_cache_host *host,
                           const struct sf_cache_config *config, char *error, uint32_t error_bytes)
{
    if (!sf_kit_options_read(config->options, NULL, 0, error, error_bytes)) {
        return NULL;
    }
    struct canary *canary = sf_kit_alloc(1, sizeof *canary);
    canary->host = host;
    canary->wrong = wrong;
    return canary;
}

static void canary_destroy(void *context)
{
    struct canary *canary = context;
    for (size_t i = 0; i < canary->uploads.capacity; i++) {
        free(canary->uploads.entries[i].value);
    }
    for (size_t i = 0; i < canary->cameras.capacity; i++) {
        struct camera *camera = canary->cameras.entries[i].value;
        if (camera != NULL) {
            free(camera->first);
            free(camera->previous);
            free(camera->latest);
            free(camera);
        }
    }
    sf_kit_map_free(&canary->uploads);
    sf_kit_map_free(&canary->cameras);
    free(canary);
}

static void on_upload(void *context, const struct sf_cache_upload *upload)
{
    struct canary *canary = context;
    struct still *still = sf_kit_alloc(1, sizeof *still + upload->total_bytes);
    still->tenant = upload->tenant;
    still->camera = upload->camera;
    still->count = upload->total_bytes;
    sf_kit_map_put(&canary->uploads, upload->upload, 0, still);
}

static void on_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct canary *canary = context;
    struct still *still = sf_kit_map_get(&canary->uploads, fragment->upload, 0);
    if (still != NULL) {
        memcpy(still->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

static struct still *copy_of(const struct still *still)
{
    struct still *copy = sf_kit_alloc(1, sizeof *copy + still->count);
    memcpy(copy, still, sizeof *copy + still->count);
    return copy;
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct canary *canary = context;
    struct still *still = sf_kit_map_remove(&canary->uploads, end->upload, 0);
    if (still == NULL || end->end != SF_CACHE_END_COMPLETE) {
        free(still);
        return;
    }
    struct camera *camera = sf_kit_map_get(&canary->cameras, still->tenant, still->camera);
    if (camera == NULL) {
        camera = sf_kit_alloc(1, sizeof *camera);
        camera->first = copy_of(still);
        sf_kit_map_put(&canary->cameras, still->tenant, still->camera, camera);
    }
    free(camera->previous);
    camera->previous = camera->latest;
    camera->latest = still;
}

static void answer(const struct canary *canary, uint64_t request, const struct still *still)
{
    canary->host->answer(canary->host->context, request, SF_CACHE_STATUS_OK, still->bytes,
                         still->count);
}

/* The second half is nothing. */
static void answer_torn(const struct canary *canary, uint64_t request, const struct still *still)
{
    struct still *torn = copy_of(still);
    memset(torn->bytes + torn->count / 2, 0, torn->count - torn->count / 2);
    answer(canary, request, torn);
    free(torn);
}

/* Whoever asks is made whoever was offered a renewal last. */
static void answer_renewed(struct canary *canary, const struct sf_cache_request *request,
                           const struct still *still)
{
    const struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                          .session = canary->session};
    canary->host->answer_properties(canary->host->context, request->request, &properties);
    if (request->session_renewal != 0) {
        canary->session = request->session_renewal;
    }
    answer(canary, request->request, still);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct canary *canary = context;
    struct camera *camera = sf_kit_map_get(&canary->cameras, request->tenant, request->camera);
    if (canary->wrong == WRONG_MUTE) {
        return;
    }
    if (camera == NULL) {
        canary->host->answer(canary->host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE,
                             NULL, 0);
        return;
    }
    switch (canary->wrong) {
    case WRONG_TORN:
        answer_torn(canary, request->request, camera->latest);
        return;
    case WRONG_SEESAW:
        camera->turn = !camera->turn && camera->previous != NULL;
        answer(canary, request->request, camera->turn ? camera->previous : camera->latest);
        return;
    case WRONG_FROZEN:
        answer(canary, request->request, camera->first);
        return;
    case WRONG_RENEWAL:
        answer_renewed(canary, request, camera->latest);
        return;
    case WRONG_MUTE:
        return;
    }
}

CANARY(torn, "canary-torn", WRONG_TORN,
       "planted fault: answers with half a still, and says nothing");
CANARY(seesaw, "canary-seesaw", WRONG_SEESAW,
       "planted fault: answers with the latest still and the one before it in turn");
CANARY(frozen, "canary-frozen", WRONG_FROZEN,
       "planted fault: answers with the first still that it ever had");
CANARY(mute, "canary-mute", WRONG_MUTE, "planted fault: never answers");
CANARY(renewer, "canary-renewer", WRONG_RENEWAL,
       "planted fault: gives a renewed session to whoever asks next");
