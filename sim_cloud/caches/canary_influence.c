/* Canaries that answer each owner with its own latest still and yet let another tenant's stills
 * have a part in the answer: a byte, a length, a validator, the order of answers. No picture and no
 * run of bytes shows it: the oracle no-influence is there for them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"

enum wrong {
    WRONG_LAST_BYTE,
    WRONG_ONE_BYTE,
    WRONG_LENGTH_OF_CONTENT,
    WRONG_LENGTH_OF_LENGTH,
    WRONG_VALIDATOR,
    WRONG_ORDER
};

enum { EXTRA_BYTES_MAX = 16, WAITING_MAX = 64 };

struct store {
    struct canary canary;   /* first */
    struct kit_map cameras; /* by tenant and camera: struct canary_still, the latest */
    /* The latest still of any camera, and the latest before it that is of another tenant; borrowed;
     * NULL: none yet. */
    const struct canary_still *newest;
    const struct canary_still *other;
    uint8_t *buffer; /* that every still goes through; what it had before stays behind a shorter
                        one */
    uint32_t buffer_bytes;
    uint64_t waiting[WAITING_MAX]; /* requests; ORDER */
    uint64_t waiting_tenant[WAITING_MAX];
    uint64_t waiting_camera[WAITING_MAX];
    uint32_t waiting_count;
};

static void destroy(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->cameras);
    free(store->buffer);
    sf_canary_destroy(store);
}

/* ---- stills ---- */

static void fill_buffer(struct store *store, const struct canary_still *still)
{
    uint32_t bytes = still->count + EXTRA_BYTES_MAX;
    if (bytes > store->buffer_bytes) {
        uint8_t *larger = sf_kit_alloc(1, bytes);
        if (store->buffer != NULL) {
            memcpy(larger, store->buffer, store->buffer_bytes);
        }
        free(store->buffer);
        store->buffer = larger;
        store->buffer_bytes = bytes;
    }
    memcpy(store->buffer, still->bytes, still->count);
}

static void keep(struct store *store, struct canary_still *still)
{
    struct canary_still *old = sf_kit_map_remove(&store->cameras, still->tenant, still->camera);
    if (store->newest != NULL && store->newest->tenant != still->tenant) {
        store->other = store->newest;
    }
    store->newest = still;
    if (old != NULL && old == store->other) {
        store->other = NULL;
    }
    sf_kit_map_put(&store->cameras, still->tenant, still->camera, still);
    free(old);
}

/* The latest still that is not this tenant's; NULL. */
static const struct canary_still *stranger(const struct store *store, uint64_t tenant)
{
    return store->newest != NULL && store->newest->tenant != tenant ? store->newest : store->other;
}

/* ---- answers ---- */

static void answer_buffer(struct store *store, uint64_t request, const struct canary_still *still,
                          uint32_t extra_bytes)
{
    const struct sf_cache_host *host = store->canary.host;
    host->answer(host->context, request, SF_CACHE_STATUS_OK, store->buffer,
                 still->count + extra_bytes);
}

static void answer(struct store *store, uint64_t request, const struct canary_still *still)
{
    const struct sf_cache_host *host = store->canary.host;
    const struct canary_still *other = stranger(store, still->tenant);
    struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties};
    fill_buffer(store, still);
    switch ((enum wrong)store->canary.wrong) {
    case WRONG_LAST_BYTE: /* whatever stands there */
        answer_buffer(store, request, still, 1);
        return;
    case WRONG_ONE_BYTE:
        if (other != NULL && other->count > still->count / 2) {
            store->buffer[still->count / 2] = other->bytes[still->count / 2];
        }
        answer_buffer(store, request, still, 0);
        return;
    case WRONG_LENGTH_OF_CONTENT:
        memset(store->buffer + still->count, 0, EXTRA_BYTES_MAX);
        answer_buffer(store, request, still,
                      other != NULL
                          ? (uint32_t)(sf_kit_hash(other->bytes, other->count) % EXTRA_BYTES_MAX)
                          : 0);
        return;
    case WRONG_LENGTH_OF_LENGTH:
        memset(store->buffer + still->count, 0, EXTRA_BYTES_MAX);
        answer_buffer(store, request, still, other != NULL ? other->count % EXTRA_BYTES_MAX : 0);
        return;
    case WRONG_VALIDATOR:
        properties.validator = other != NULL ? sf_kit_hash(other->bytes, other->count) : 1;
        host->answer_properties(host->context, request, &properties);
        answer_buffer(store, request, still, 0);
        return;
    case WRONG_ORDER:
        answer_buffer(store, request, still, 0);
        return;
    }
}

static void answer_or_not(struct store *store, uint64_t request, uint64_t tenant, uint64_t camera)
{
    const struct canary_still *still = sf_kit_map_get(&store->cameras, tenant, camera);
    if (still != NULL) {
        answer(store, request, still);
    } else {
        sf_canary_answer(&store->canary, request, NULL);
    }
}

/* ---- events ---- */

/* All that wait are answered when the next still comes; which end of the queue comes first, its
 * content says. */
static void answer_waiting(struct store *store, const struct canary_still *still)
{
    bool backwards = sf_kit_hash(still->bytes, still->count) % 2 != 0;
    uint32_t count = store->waiting_count;
    store->waiting_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = backwards ? count - 1 - i : i;
        answer_or_not(store, store->waiting[at], store->waiting_tenant[at],
                      store->waiting_camera[at]);
    }
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct store *store = context;
    struct canary_still *still = sf_canary_take(&store->canary, end);
    if (still != NULL) {
        fill_buffer(store, still);
        keep(store, still);
        answer_waiting(store, still);
    }
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct store *store = context;
    if (store->canary.wrong != WRONG_ORDER || store->waiting_count == WAITING_MAX) {
        answer_or_not(store, request->request, request->tenant, request->camera);
        return;
    }
    uint32_t at = store->waiting_count++;
    store->waiting[at] = request->request;
    store->waiting_tenant[at] = request->tenant;
    store->waiting_camera[at] = request->camera;
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct store *store = context;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < store->waiting_count; i++) {
        if (store->waiting[i] != request) {
            store->waiting[kept] = store->waiting[i];
            store->waiting_tenant[kept] = store->waiting_tenant[i];
            store->waiting_camera[kept++] = store->waiting_camera[i];
        }
    }
    store->waiting_count = kept;
}

CANARY(last_byte, "canary-last-byte", WRONG_LAST_BYTE,
       "planted fault: each answer has one byte too many, of what was in its buffer before");
CANARY(one_byte, "canary-one-byte", WRONG_ONE_BYTE,
       "planted fault: the middle byte of each answer is another tenant's");
CANARY(length_of_content, "canary-length-of-content", WRONG_LENGTH_OF_CONTENT,
       "planted fault: answers are longer by what another tenant's still hashes to");
CANARY(length_of_length, "canary-length-of-length", WRONG_LENGTH_OF_LENGTH,
       "planted fault: answers are longer by a remainder of another still's length");
CANARY(validator, "canary-validator", WRONG_VALIDATOR,
       "planted fault: the validator of each answer is made of another tenant's still");

CANARY_WITH(order, "canary-order", WRONG_ORDER,
            "planted fault: in which order viewers are answered depends on a still's content",
            .on_request_cancelled = on_request_cancelled);
