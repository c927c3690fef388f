/* Canaries that know whose still is whose, and are wrong in another way: each keeps the two latest
 * whole uploads, and the first, of every camera, and answers its owner with the wrong one, or with
 * one that is torn, or gives away a session. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"

enum wrong {
    WRONG_TORN,
    WRONG_SEESAW,
    WRONG_FROZEN,
    WRONG_MUTE,
    WRONG_RENEWAL,
    WRONG_CAMERA,
    WRONG_END
};

struct camera {
    struct canary_still *first;
    struct canary_still *previous;
    struct canary_still *latest; /* NULL: none yet; may be the first, too */
    bool turn;
};

struct store {
    struct canary canary;   /* first */
    struct kit_map cameras; /* by tenant and camera */
    uint64_t session;       /* the latest renewal of any viewer */
};

static void destroy(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->cameras.capacity; i++) {
        struct camera *camera = store->cameras.entries[i].value;
        if (camera != NULL) {
            free(camera->first);
            free(camera->previous);
            free(camera->latest);
        }
    }
    sf_kit_map_free_all(&store->cameras);
    sf_canary_destroy(store);
}

static struct canary_still *copy_of(const struct canary_still *still)
{
    struct canary_still *copy = sf_kit_alloc(1, sizeof *copy + still->count);
    memcpy(copy, still, sizeof *copy + still->count);
    return copy;
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct store *store = context;
    struct canary_still *still = sf_canary_take(&store->canary, end);
    if (still == NULL) {
        return;
    }
    struct camera *camera = sf_kit_map_get(&store->cameras, still->tenant, still->camera);
    if (camera == NULL) {
        camera = sf_kit_alloc(1, sizeof *camera);
        camera->first = copy_of(still);
        sf_kit_map_put(&store->cameras, still->tenant, still->camera, camera);
    }
    free(camera->previous);
    camera->previous = camera->latest;
    camera->latest = still;
}

/* The second half is nothing. */
static void answer_torn(const struct canary *canary, uint64_t request,
                        const struct canary_still *still)
{
    struct canary_still *torn = copy_of(still);
    memset(torn->bytes + torn->count / 2, 0, torn->count - torn->count / 2);
    sf_canary_answer(canary, request, torn);
    free(torn);
}

/* All of the still, and no end. */
static void answer_unended(const struct canary *canary, uint64_t request,
                           const struct canary_still *still)
{
    const struct sf_cache_host *host = canary->host;
    if (host->answer_begin(host->context, request, still->count) == SF_CACHE_DONE) {
        host->answer_part(host->context, request, still->bytes, still->count);
    }
}

/* Gives each viewer the session that was meant for the viewer before. */
static void answer_renewed(struct store *store, const struct sf_cache_request *request,
                           const struct canary_still *still)
{
    const struct sf_cache_host *host = store->canary.host;
    const struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                          .session = store->session};
    host->answer_properties(host->context, request->request, &properties);
    if (request->session_renewal != 0) {
        store->session = request->session_renewal;
    }
    sf_canary_answer(&store->canary, request->request, still);
}

/* The latest still of another camera of the same tenant; NULL if it has none. */
static const struct canary_still *sibling_of(const struct store *store,
                                             const struct sf_cache_request *request)
{
    for (size_t i = 0; i < store->cameras.capacity; i++) {
        const struct camera *camera = store->cameras.entries[i].value;
        if (camera != NULL && camera->latest->tenant == request->tenant &&
            camera->latest->camera != request->camera) {
            return camera->latest;
        }
    }
    return NULL;
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct store *store = context;
    const struct canary *canary = &store->canary;
    struct camera *camera = sf_kit_map_get(&store->cameras, request->tenant, request->camera);
    if (canary->wrong == WRONG_MUTE) {
        return;
    }
    if (camera == NULL) {
        sf_canary_answer(canary, request->request, NULL);
        return;
    }
    switch ((enum wrong)canary->wrong) {
    case WRONG_TORN:
        answer_torn(canary, request->request, camera->latest);
        return;
    case WRONG_SEESAW:
        camera->turn = !camera->turn && camera->previous != NULL;
        sf_canary_answer(canary, request->request,
                         camera->turn ? camera->previous : camera->latest);
        return;
    case WRONG_FROZEN:
        sf_canary_answer(canary, request->request, camera->first);
        return;
    case WRONG_RENEWAL:
        answer_renewed(store, request, camera->latest);
        return;
    case WRONG_CAMERA:
        sf_canary_answer(canary, request->request, sibling_of(store, request));
        return;
    case WRONG_END:
        answer_unended(canary, request->request, camera->latest);
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
       "planted fault: gives a renewed session to the viewer that asks next");
CANARY(sibling, "canary-sibling", WRONG_CAMERA,
       "planted fault: answers with a still of another camera of the same account");
CANARY(unended, "canary-unended", WRONG_END,
       "planted fault: answers in parts, and does not end the answer");
