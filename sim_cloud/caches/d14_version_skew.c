/* D14: two versions share a store and disagree on what a record says of its owner.
 *
 * Stills are put into the shared store, so that there is something to show when a camera does not
 * answer. Version 1 has as many keys as there are buckets: a still goes into the bucket of its
 * tenant and camera, over whatever was there, and the record begins with whose it is, which a
 * reader compares (and with the still's age, so that no viewer is shown an older one than before).
 * Version 2 has a key for each tenant and camera, so its records need not say whose they are; they
 * expire, since nothing else bounds how many there are. So that the change to it is smooth, version
 * 2 also looks into the bucket when it finds nothing under the key: and shows what is behind the
 * record's head.
 *
 * version=1 is sound. The defence, in version 2: a record of version 1 is compared. */
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/desk.h"

/* What a record begins with: in version 1 its owner (tenant, camera) and the still's age, in
 * version 2 the age. */
enum { OWNER_BYTES = 16, AGE_BYTES = 16 };

/* Which of two stills is the newer one. */
struct age {
    int64_t stored_ns;
    uint64_t capture;
};

/* What has been done for a waiter. */
struct errand {
    uint64_t fetch; /* 0: none */
    uint64_t tenant;
    uint64_t camera;
    uint64_t request;
    struct desk_still *still;  /* from the camera, as far as it has come; NULL */
    struct desk_still *stored; /* from the store; NULL */
    bool in_bucket;            /* the bucket has been asked */
};

struct store {
    struct desk desk;       /* first: the desk takes one for the other */
    struct kit_map errands; /* by fetch */
    uint64_t connection;
    uint32_t version;
    uint32_t buckets_max; /* their number less 1 */
    bool defence;
    bool from_store; /* what is kept came from the store: it need not go there again */
};

#define OPTIONS(X) \
    X(version, 2, 2, version) X(buckets_max, 15, 65535, buckets_max) X(defence, 0, 1, defence)

static struct store *self(struct desk *desk)
{
    return (struct store *)(void *)desk;
}

static void start(struct desk *desk)
{
    desk->host->store_open(desk->host->context, &self(desk)->connection);
}

static void errand_free(struct errand *errand)
{
    free(errand->still);
    free(errand->stored);
    free(errand);
}

static void stop(struct desk *desk)
{
    struct store *cache = self(desk);
    for (size_t i = 0; i < cache->errands.capacity; i++) {
        if (cache->errands.entries[i].value != NULL) {
            errand_free(cache->errands.entries[i].value);
        }
    }
    sf_kit_map_free(&cache->errands);
}

/* ---- keys and records ---- */

struct key {
    uint64_t words[2];
    uint32_t bytes;
};

static struct key bucket_key(const struct store *cache, uint64_t tenant, uint64_t camera)
{
    uint64_t mixed = (tenant * 0x9e3779b97f4a7c15u ^ camera) * 0xbf58476d1ce4e5b9u;
    return (struct key){{(mixed >> 32) % (UINT64_C(1) + cache->buckets_max)}, sizeof(uint64_t)};
}

static struct key full_key(uint64_t tenant, uint64_t camera)
{
    return (struct key){{tenant, camera}, 2 * sizeof(uint64_t)};
}

static void put(struct store *cache, const struct key *key, const uint8_t *bytes, uint32_t count,
                int64_t ttl_ns)
{
    const struct sf_cache_host *host = cache->desk.host;
    host->store_put(host->context, cache->connection, (const uint8_t *)key->words, key->bytes,
                    bytes, count, ttl_ns, 0);
}

static void kept(struct desk *desk, uint64_t tenant, uint64_t camera,
                 const struct desk_still *still)
{
    struct store *cache = self(desk);
    if (cache->from_store) {
        return;
    }
    bool owned = cache->version == 1;
    uint32_t head_bytes = (owned ? OWNER_BYTES : 0) + AGE_BYTES;
    struct key key = owned ? bucket_key(cache, tenant, camera) : full_key(tenant, camera);
    const struct age age = {.stored_ns = still->stored_ns, .capture = still->capture};
    uint8_t *record = sf_kit_alloc(head_bytes + (size_t)still->total_bytes, 1);
    if (owned) {
        memcpy(record, &tenant, sizeof tenant);
        memcpy(record + sizeof tenant, &camera, sizeof camera);
    }
    memcpy(record + head_bytes - AGE_BYTES, &age, AGE_BYTES);
    memcpy(record + head_bytes, still->bytes, still->total_bytes);
    put(cache, &key, record, head_bytes + still->total_bytes, owned ? 0 : desk->fresh_for_ns);
    free(record);
}

static void ask_store(struct store *cache, const struct errand *errand, const struct key *key)
{
    const struct sf_cache_host *host = cache->desk.host;
    host->store_get(host->context, cache->connection, (const uint8_t *)key->words, key->bytes,
                    errand->request);
}

static void ask_bucket(struct store *cache, struct errand *errand)
{
    struct key key = bucket_key(cache, errand->tenant, errand->camera);
    errand->in_bucket = true;
    ask_store(cache, errand, &key);
}

static bool is_for(const struct errand *errand, const uint8_t *record)
{
    return memcmp(record, &errand->tenant, sizeof errand->tenant) == 0 &&
           memcmp(record + sizeof errand->tenant, &errand->camera, sizeof errand->camera) == 0;
}

static void take_record(struct store *cache, struct errand *errand, const uint8_t *bytes,
                        uint32_t count)
{
    uint32_t head_bytes = (errand->in_bucket ? OWNER_BYTES : 0) + AGE_BYTES;
    bool compared = errand->in_bucket && (cache->version == 1 || cache->defence);
    if (count <= head_bytes || (compared && !is_for(errand, bytes))) {
        return;
    }
    bytes += head_bytes;
    count -= head_bytes;
    struct age age;
    memcpy(&age, bytes - AGE_BYTES, AGE_BYTES);
    if (sf_desk_was_forgotten(&cache->desk, errand->tenant, age.stored_ns)) {
        return;
    }
    errand->stored = sf_desk_still_create(count);
    errand->stored->capture = (uint32_t)age.capture;
    errand->stored->stored_ns = age.stored_ns;
    sf_desk_still_receive(errand->stored, 0, bytes, count);
}

static void replied(struct desk *desk, const struct sf_cache_store_reply *reply)
{
    struct store *cache = self(desk);
    struct desk_waiter *waiter = sf_desk_waiter_of(desk, reply->cookie);
    if (waiter == NULL || waiter->place == NULL) { /* a put, or no request waits any longer */
        return;
    }
    struct errand *errand = waiter->place;
    if (reply->status == SF_CACHE_STORE_FOUND) {
        take_record(cache, errand, reply->bytes, reply->bytes_count);
    } else if (!errand->in_bucket) {
        ask_bucket(cache, errand);
    }
}

/* ---- waiters ---- */

static void miss(struct desk *desk, struct desk_waiter *waiter)
{
    struct store *cache = self(desk);
    struct errand *errand = sf_kit_alloc(1, sizeof *errand);
    if (desk->host->fetch(desk->host->context, waiter->camera, 0, &errand->fetch) !=
        SF_CACHE_DONE) {
        free(errand);
        return; /* patience will end it */
    }
    errand->tenant = waiter->tenant;
    errand->camera = waiter->camera;
    errand->request = waiter->request;
    waiter->place = errand;
    sf_kit_map_put(&cache->errands, errand->fetch, 0, errand);
    if (cache->version == 1) {
        ask_bucket(cache, errand);
    } else {
        struct key key = full_key(waiter->tenant, waiter->camera);
        ask_store(cache, errand, &key);
    }
}

/* Stored later; and, while the other one is fresh, with a higher number: two nodes may have got
 * stills of one camera in another order. (A camera that restarts counts from 0 again.) */
static bool is_newer(const struct desk *desk, const struct desk_still *stored,
                     const struct desk_still *own)
{
    bool own_is_fresh = sf_desk_now(desk) - own->stored_ns <= desk->fresh_for_ns;
    return stored->stored_ns > own->stored_ns && (!own_is_fresh || stored->capture > own->capture);
}

static const struct desk_still *fallback(struct desk *desk, const struct desk_waiter *waiter)
{
    const struct errand *errand = waiter->place;
    const struct desk_still *own = sf_kit_map_get(&desk->shelf, waiter->tenant, waiter->camera);
    if (errand == NULL || errand->stored == NULL ||
        sf_desk_was_forgotten(desk, waiter->tenant, errand->stored->stored_ns) ||
        (own != NULL && !is_newer(desk, errand->stored, own))) {
        return NULL;
    }
    self(desk)->from_store = true;
    sf_desk_keep(desk, waiter->tenant, waiter->camera, errand->stored);
    self(desk)->from_store = false;
    return errand->stored;
}

static void gone(struct desk *desk, struct desk_waiter *waiter)
{
    struct errand *errand = waiter->place;
    if (errand != NULL) {
        desk->host->fetch_cancel(desk->host->context, errand->fetch);
        sf_kit_map_remove(&self(desk)->errands, errand->fetch, 0);
        errand_free(errand);
    }
}

static void part(struct desk *desk, const struct sf_cache_fetch_part *event)
{
    struct errand *errand = sf_kit_map_get(&self(desk)->errands, event->fetch, 0);
    if (errand == NULL) {
        return;
    }
    if (errand->still == NULL) {
        errand->still = sf_desk_still_create(event->total_bytes);
    }
    errand->still->capture = event->capture;
    sf_desk_still_receive(errand->still, event->offset, event->bytes, event->bytes_count);
}

static void ended(struct desk *desk, const struct sf_cache_fetch_end *end)
{
    struct errand *errand = sf_kit_map_get(&self(desk)->errands, end->fetch, 0);
    if (errand == NULL || end->end != SF_CACHE_END_COMPLETE || errand->still == NULL) {
        return; /* patience will end it */
    }
    sf_kit_map_remove(&self(desk)->errands, end->fetch, 0);
    sf_desk_keep(desk, errand->tenant, errand->camera, errand->still);
    sf_desk_answer(desk, sf_desk_waiter_of(desk, errand->request), errand->still);
    errand_free(errand);
}

static const struct desk_mechanism mechanism = {
    DESK_STORE,           .start = start, .stop = stop,       .miss = miss, .gone = gone,
    .fallback = fallback, .kept = kept,   .replied = replied, .part = part, .ended = ended,
};

DESK_CREATE

const struct sf_cache_plugin sf_builtin_d14_version_skew = DESK_PLUGIN(
    "d14-version-skew", "version 2 reads version 1's records and does not compare whose they are");
