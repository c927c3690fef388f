#include "sim_cloud/caches/desk.h"

#include <stdlib.h>
#include <string.h>

/* ---- stills ---- */

struct desk_still *sf_desk_still_create(uint32_t total_bytes)
{
    struct desk_still *still = sf_kit_alloc(1, sizeof *still + total_bytes);
    still->total_bytes = total_bytes;
    still->capacity_bytes = total_bytes;
    return still;
}

void sf_desk_still_receive(struct desk_still *still, uint32_t offset, const uint8_t *bytes,
                           uint32_t count)
{
    if (offset <= still->capacity_bytes && count <= still->capacity_bytes - offset) {
        memcpy(still->bytes + offset, bytes, count);
    }
}

void sf_desk_still_take(struct desk_still **still, const struct sf_cache_fetch_part *part)
{
    if (*still == NULL) {
        *still = sf_desk_still_create(part->total_bytes);
    }
    (*still)->capture = part->capture;
    sf_desk_still_receive(*still, part->offset, part->bytes, part->bytes_count);
}

static void shelve(struct desk *desk, uint64_t tenant, uint64_t camera, struct desk_still *still)
{
    struct desk_still *there = sf_kit_map_get(&desk->shelf, tenant, camera);
    if (there != NULL && there->capture > still->capture &&
        sf_desk_now(desk) - there->stored_ns <= desk->fresh_for_ns) {
        free(still);
        return;
    }
    still->stored_ns = sf_desk_now(desk);
    free(there);
    sf_kit_map_put(&desk->shelf, tenant, camera, still);
    if (desk->mechanism->kept != NULL) {
        desk->mechanism->kept(desk, tenant, camera, still);
    }
}

void sf_desk_keep(struct desk *desk, uint64_t tenant, uint64_t camera,
                  const struct desk_still *still)
{
    struct desk_still *copy = sf_desk_still_create(still->total_bytes);
    memcpy(copy->bytes, still->bytes, still->total_bytes);
    copy->capture = still->capture;
    shelve(desk, tenant, camera, copy);
}

/* ---- life ---- */

int64_t sf_desk_now(const struct desk *desk)
{
    return desk->host->now_ns(desk->host->context);
}

void *sf_desk_create(const struct desk_mechanism *mechanism, const struct sf_cache_host *host,
                     const struct sf_cache_config *config, char *error, uint32_t error_bytes)
{
    enum { OWN_OPTIONS = 2 };
    struct kit_option options[OWN_OPTIONS + DESK_OPTIONS_MAX] = {
        KIT_OPTION_OF(struct desk, patience_ms, 2500, 600000, patience_ns),
        KIT_OPTION_OF(struct desk, fresh_ms, 15000, 86400000, fresh_for_ns),
    };
    size_t count = OWN_OPTIONS;
    for (size_t i = 0; i < DESK_OPTIONS_MAX && mechanism->options[i].name != NULL; i++) {
        options[count++] = mechanism->options[i];
    }
    if (!sf_kit_options_read(config->options, options, count, error, error_bytes)) {
        return NULL;
    }
    struct desk *desk = sf_kit_alloc(1, mechanism->cache_bytes);
    desk->mechanism = mechanism;
    desk->host = host;
    sf_kit_options_apply(options, count, desk);
    if (mechanism->start != NULL) {
        mechanism->start(desk);
    }
    return desk;
}

/* An upload on its way, and whose it is. */
struct upload {
    uint64_t tenant;
    uint64_t camera;
    struct desk_still *still;
};

void sf_desk_destroy(void *context)
{
    struct desk *desk = context;
    desk->mechanism->stop(desk);
    for (size_t i = 0; i < desk->uploads.capacity; i++) {
        const struct upload *upload = desk->uploads.entries[i].value;
        if (upload != NULL) {
            free(upload->still);
        }
    }
    sf_kit_map_free_all(&desk->uploads);
    sf_kit_map_free_all(&desk->shelf);
    sf_kit_map_free_all(&desk->waiters);
    sf_kit_map_free_all(&desk->forgets);
    free(desk);
}

/* ---- uploads ---- */

void sf_desk_on_upload(void *context, const struct sf_cache_upload *event)
{
    struct desk *desk = context;
    if (event->kind != SF_CACHE_STILL_WHOLE) {
        return; /* it keeps whole stills only */
    }
    struct upload *upload = sf_kit_alloc(1, sizeof *upload);
    upload->tenant = event->tenant;
    upload->camera = event->camera;
    upload->still = sf_desk_still_create(event->total_bytes);
    upload->still->capture = event->capture;
    sf_kit_map_put(&desk->uploads, event->upload, 0, upload);
}

void sf_desk_on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct desk *desk = context;
    const struct upload *upload = sf_kit_map_get(&desk->uploads, fragment->upload, 0);
    if (upload != NULL) {
        sf_desk_still_receive(upload->still, fragment->offset, fragment->bytes,
                              fragment->bytes_count);
    }
}

void sf_desk_on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct desk *desk = context;
    struct upload *upload = sf_kit_map_remove(&desk->uploads, end->upload, 0);
    if (upload == NULL) {
        return;
    }
    if (end->end == SF_CACHE_END_COMPLETE) {
        shelve(desk, upload->tenant, upload->camera, upload->still);
    } else {
        free(upload->still);
    }
    free(upload);
}

/* ---- requests ---- */

static void send(struct desk *desk, uint64_t request, const struct desk_still *still)
{
    if (still != NULL) {
        desk->host->answer(desk->host->context, request, SF_CACHE_STATUS_OK, still->bytes,
                           still->total_bytes);
    } else {
        desk->host->answer(desk->host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
}

static void forget(struct desk *desk, struct desk_waiter *waiter)
{
    desk->host->timer_cancel(desk->host->context, waiter->timer);
    sf_kit_map_remove(&desk->waiters, waiter->request, 0);
    free(waiter);
}

struct desk_waiter *sf_desk_waiter_of(const struct desk *desk, uint64_t request)
{
    return sf_kit_map_get(&desk->waiters, request, 0);
}

void sf_desk_answer(struct desk *desk, struct desk_waiter *waiter, const struct desk_still *still)
{
    send(desk, waiter->request, still);
    forget(desk, waiter);
}

void sf_desk_on_request(void *context, const struct sf_cache_request *request)
{
    struct desk *desk = context;
    const struct desk_still *still = sf_kit_map_get(&desk->shelf, request->tenant, request->camera);
    if (still != NULL && sf_desk_now(desk) - still->stored_ns <= desk->fresh_for_ns) {
        send(desk, request->request, still);
        return;
    }
    struct desk_waiter *waiter = sf_kit_alloc(1, sizeof *waiter);
    waiter->request = request->request;
    waiter->tenant = request->tenant;
    waiter->camera = request->camera;
    waiter->model = request->model;
    waiter->integration = request->integration;
    sf_kit_map_put(&desk->waiters, request->request, 0, waiter);
    desk->host->timer_set(desk->host->context, desk->patience_ns, request->request, &waiter->timer);
    desk->mechanism->miss(desk, waiter);
}

void sf_desk_on_request_cancelled(void *context, uint64_t request)
{
    struct desk *desk = context;
    struct desk_waiter *waiter = sf_kit_map_get(&desk->waiters, request, 0);
    if (waiter != NULL) {
        desk->mechanism->gone(desk, waiter);
        forget(desk, waiter);
    }
}

/* Patience is over. */
void sf_desk_on_timer(void *context, uint64_t timer, uint64_t request)
{
    (void)timer;
    struct desk *desk = context;
    struct desk_waiter *waiter = sf_kit_map_get(&desk->waiters, request, 0);
    if (waiter != NULL) {
        send(desk, request,
             desk->mechanism->fallback != NULL ? desk->mechanism->fallback(desk, waiter) : NULL);
        desk->mechanism->gone(desk, waiter);
        forget(desk, waiter);
    }
}

void sf_desk_on_store_reply(void *context, const struct sf_cache_store_reply *reply)
{
    struct desk *desk = context;
    if (desk->mechanism->replied != NULL) {
        desk->mechanism->replied(desk, reply);
    }
}

void sf_desk_on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct desk *desk = context;
    desk->mechanism->part(desk, part);
}

void sf_desk_on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct desk *desk = context;
    desk->mechanism->ended(desk, end);
}

/* ---- what is to be forgotten ---- */

bool sf_desk_was_forgotten(const struct desk *desk, uint64_t tenant, int64_t stored_ns)
{
    const int64_t *since_ns = sf_kit_map_get(&desk->forgets, tenant, 0);
    return since_ns != NULL && stored_ns <= *since_ns;
}

/* A tenant that unlinked is no longer asked for on that path, and is served on others. */
void sf_desk_on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    struct desk *desk = context;
    if (invalidation->scope == SF_CACHE_SCOPE_LINK) {
        return;
    }
    struct desk_still *still;
    while ((still = sf_kit_map_remove_any(&desk->shelf, invalidation->tenant)) != NULL) {
        free(still);
    }
    int64_t *since_ns = sf_kit_map_get(&desk->forgets, invalidation->tenant, 0);
    if (since_ns == NULL) {
        since_ns = sf_kit_alloc(1, sizeof *since_ns);
        sf_kit_map_put(&desk->forgets, invalidation->tenant, 0, since_ns);
    }
    *since_ns = sf_desk_now(desk);
}
