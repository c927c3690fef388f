/* A complete frame cache for strayframe, to start from. It puts every still that arrives whole
 * under its tenant and camera, gets it from there while it is fresh, and asks the camera when it is
 * not.
 *
 *     cc -std=c11 -shared -fPIC -O2 -I harness/cache -o build/get_put.so docs/examples/get_put.c
 *     build/release/strayframe gate --candidate build/get_put.so
 */
#include "strayframe_cache.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRESH_NS (INT64_C(15) * 1000 * 1000 * 1000)

struct key {
    uint64_t tenant;
    uint64_t camera;
};

/* A still: in the cache, or on its way into it. */
struct still {
    struct still *next;
    uint64_t id; /* on its way: the upload, or the request that waits for it */
    uint64_t fetch;
    struct key key;
    int64_t stored_ns;
    uint32_t capture; /* the camera's count of stills */
    uint32_t total_bytes;
    uint8_t *bytes; /* NULL: how long it is has not been said yet */
};

struct cache {
    const struct sf_cache_host *host;
    struct still *stored;
    struct still *uploads;
    struct still *fetches;
};

#ifndef LEAK
static struct key key_of(uint64_t tenant, uint64_t camera, uint32_t camera_slot)
{
    (void)camera_slot;
    return (struct key){tenant, camera};
}
#else /* The mistake, made on purpose: every home's first camera is camera_slot 0. */
static struct key key_of(uint64_t tenant, uint64_t camera, uint32_t camera_slot)
{
    (void)tenant;
    (void)camera;
    return (struct key){1, camera_slot + UINT64_C(1)};
}
#endif

/* ---- lists of stills ---- */

static struct still *still_add(struct still **list, uint64_t id, struct key key)
{
    struct still *still = calloc(1, sizeof *still);
    if (still == NULL) {
        abort();
    }
    still->id = id;
    still->key = key;
    still->next = *list;
    *list = still;
    return still;
}

static struct still *still_find(struct still *list, uint64_t id)
{
    while (list != NULL && list->id != id) {
        list = list->next;
    }
    return list;
}

static void still_take(struct still **list, const struct still *still)
{
    while (*list != still) {
        list = &(*list)->next;
    }
    *list = still->next;
}

static void still_free(struct still *still)
{
    if (still != NULL) {
        free(still->bytes);
        free(still);
    }
}

static void still_fill(struct still *still, uint32_t total_bytes, uint32_t offset,
                       const uint8_t *bytes, uint32_t count)
{
    if (still->bytes == NULL) {
        still->total_bytes = total_bytes;
        still->bytes = malloc(total_bytes);
        if (still->bytes == NULL) {
            abort();
        }
    }
    memcpy(still->bytes + offset, bytes, count);
}

/* ---- get and put ---- */

static const struct still *get(const struct cache *cache, struct key key)
{
    int64_t now_ns = cache->host->now_ns(cache->host->context);
    for (const struct still *still = cache->stored; still != NULL; still = still->next) {
        if (still->key.tenant == key.tenant && still->key.camera == key.camera) {
            return now_ns - still->stored_ns <= FRESH_NS ? still : NULL;
        }
    }
    return NULL;
}

/* Forgets all of a tenant's stills, or (camera not 0) those of one camera. */
static void forget(struct cache *cache, uint64_t tenant, uint64_t camera)
{
    struct still **link = &cache->stored;
    while (*link != NULL) {
        struct still *still = *link;
        if (still->key.tenant == tenant && (camera == 0 || still->key.camera == camera)) {
            *link = still->next;
            still_free(still);
        } else {
            link = &still->next;
        }
    }
}

/* A late still may arrive after a newer one, which must then stay. (A camera that restarts counts
 * from 0 again; by then the stored still has expired.) */
static bool is_overtaken(const struct cache *cache, const struct still *still)
{
    const struct still *there = get(cache, still->key);
    return there != NULL && there->capture > still->capture;
}

static void put(struct cache *cache, struct still *still)
{
    forget(cache, still->key.tenant, still->key.camera);
    still->stored_ns = cache->host->now_ns(cache->host->context);
    still->next = cache->stored;
    cache->stored = still;
}

static void answer(const struct cache *cache, uint64_t request, const struct still *still)
{
    const struct sf_cache_host *host = cache->host;
    if (still != NULL) {
        host->answer(host->context, request, SF_CACHE_STATUS_OK, still->bytes, still->total_bytes);
    } else {
        host->answer(host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
}

/* ---- what the host tells ---- */

static void on_upload(void *context, const struct sf_cache_upload *upload)
{
    struct cache *cache = context;
    if (upload->kind != SF_CACHE_STILL_WHOLE) {
        return; /* rows of a still: this cache does not apply deltas */
    }
    struct still *still = still_add(&cache->uploads, upload->upload,
                                    key_of(upload->tenant, upload->camera, upload->camera_slot));
    still->total_bytes = upload->total_bytes;
    still->capture = upload->capture;
}

static void on_upload_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct cache *cache = context;
    struct still *still = still_find(cache->uploads, fragment->upload);
    if (still != NULL) { /* NULL: its upload has ended, and this packet was slow */
        still_fill(still, still->total_bytes, fragment->offset, fragment->bytes,
                   fragment->bytes_count);
    }
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct cache *cache = context;
    struct still *still = still_find(cache->uploads, end->upload);
    if (still == NULL) {
        return;
    }
    still_take(&cache->uploads, still);
    if (end->end == SF_CACHE_END_COMPLETE && !is_overtaken(cache, still)) {
        put(cache, still);
    } else {
        still_free(still); /* the missing bytes are unknown */
    }
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct cache *cache = context;
    struct key key = key_of(request->tenant, request->camera, request->camera_slot);
    const struct still *still = get(cache, key);
    if (still != NULL) {
        answer(cache, request->request, still);
        return;
    }
    struct still *wanted = still_add(&cache->fetches, request->request, key);
    if (cache->host->fetch(cache->host->context, request->camera, request->request,
                           &wanted->fetch) != SF_CACHE_DONE) {
        answer(cache, request->request, NULL);
        still_take(&cache->fetches, wanted);
        still_free(wanted);
    }
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct cache *cache = context;
    struct still *wanted = still_find(cache->fetches, request);
    if (wanted != NULL) {
        cache->host->fetch_cancel(cache->host->context, wanted->fetch);
        still_take(&cache->fetches, wanted);
        still_free(wanted);
    }
}

static void on_fetch_part(void *context, const struct sf_cache_fetch_part *part)
{
    struct cache *cache = context;
    struct still *wanted = still_find(cache->fetches, part->cookie);
    if (wanted != NULL) {
        wanted->capture = part->capture;
        still_fill(wanted, part->total_bytes, part->offset, part->bytes, part->bytes_count);
    }
}

static void on_fetch_ended(void *context, const struct sf_cache_fetch_end *end)
{
    struct cache *cache = context;
    struct still *wanted = still_find(cache->fetches, end->cookie);
    if (wanted == NULL) {
        return;
    }
    still_take(&cache->fetches, wanted);
    if (end->end == SF_CACHE_END_COMPLETE) {
        uint64_t request = wanted->id;
        struct key key = wanted->key;
        if (is_overtaken(cache, wanted)) {
            still_free(wanted);
        } else {
            put(cache, wanted);
        }
        answer(cache, request, get(cache, key));
    } else {
        answer(cache, wanted->id, NULL);
        still_free(wanted);
    }
}

/* What is on its way goes on, and ends under the tenant that it was begun for: a request that names
 * another tenant, such as the camera's next owner, does not find it. */
static void on_invalidate(void *context, const struct sf_cache_invalidation *invalidation)
{
    forget(context, invalidation->tenant, invalidation->camera);
}

/* ---- its life ---- */

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    if (config->options[0] != '\0') {
        snprintf(error, error_bytes, "it has no options");
        return NULL;
    }
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->host = host;
    }
    return cache;
}

static void free_all(struct still *list)
{
    while (list != NULL) {
        struct still *next = list->next;
        still_free(list);
        list = next;
    }
}

static void destroy(void *context)
{
    struct cache *cache = context;
    free_all(cache->stored);
    free_all(cache->uploads);
    free_all(cache->fetches);
    free(cache);
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "get-put",
    .version = "1",
    .summary = "whole stills under tenant and camera, while they are fresh",
    .create = create,
    .destroy = destroy,
    .on_upload = on_upload,
    .on_upload_fragment = on_upload_fragment,
    .on_upload_ended = on_upload_ended,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
    .on_invalidate = on_invalidate,
};

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    return host_abi == SF_CACHE_ABI ? &plugin : NULL;
}
