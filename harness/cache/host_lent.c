/* The functions that the host lends to a plug-in. What the plug-in passes is checked before use. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/thread.h"
#include "harness/cache/contract.h"
#include "harness/cache/host_private.h"

int32_t sf_host_broken(struct sf_cache_version *version, int32_t code, uint64_t subject)
{
    SF_ASSERT(version != NULL);
    SF_ASSERT(version->host != NULL);
    const struct sf_cache_services *services = version->host->services;
    services->contract_broken(services->context, version->index, code, subject);
    return code;
}

bool sf_host_is_foreign(struct sf_cache_version *version)
{
    SF_ASSERT(version != NULL);
    if (sf_thread() == version->host->thread) {
        return false;
    }
    /* Whatever else the host has is not for this thread to touch. */
    atomic_store(&version->called_from_afar, true);
    atomic_store(&version->host->called_from_afar, true);
    return true;
}

static bool lent_is_foreign(void *context)
{
    return sf_host_is_foreign(context);
}

/* Is there room for one more? If not, the world is notified, and the call is refused. */
static bool has_room(const struct sf_cache_version *version, const struct sf_slots *open,
                     enum sf_cache_bound bound)
{
    const struct sf_cache_host_state *host = version->host;
    if (open->count < host->bounds[bound]) {
        return true;
    }
    if (host->services->busy != NULL) {
        host->services->busy(host->services->context, version->index, bound);
    }
    return false;
}

static int64_t lent_now_ns(void *context)
{
    const struct sf_cache_version *version = context;
    return version->host->services->now_ns(version->host->services->context);
}

static uint64_t lent_random_u64(void *context)
{
    struct sf_cache_version *version = context;
    return sf_rng_u64(&version->rng);
}

static void lent_log(void *context, const char *text, uint32_t bytes)
{
    struct sf_cache_version *version = context;
    const struct sf_cache_services *services = version->host->services;
    if (text != NULL) {
        services->log(services->context, version->index, text,
                      bytes < SF_CONTRACT_LOG_BYTES ? bytes : SF_CONTRACT_LOG_BYTES);
    }
}

static int32_t lent_timer_set(void *context, int64_t delay_ns, uint64_t cookie, uint64_t *timer_out)
{
    struct sf_cache_version *version = context;
    struct sf_cache_host_state *host = version->host;
    if (delay_ns < 0) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, 0);
    }
    if (delay_ns > SF_CONTRACT_DELAY_NS_MAX ||
        !has_room(version, &host->timers, SF_CACHE_BOUND_TIMERS)) {
        return SF_CACHE_E_BUSY;
    }
    void *item;
    sf_handle handle = sf_slots_take(&host->timers, &item);
    struct sf_host_timer *timer = item;
    timer->version = version;
    timer->cookie = cookie;
    timer->begun_for = host->cause.begun_for;
    host->services->timer_start(host->services->context, handle, delay_ns);
    if (timer_out != NULL) {
        *timer_out = sf_host_told(host, SF_OPAQUE_TIMER, handle);
    }
    return SF_CACHE_DONE;
}

static void lent_timer_cancel(void *context, uint64_t number)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_TIMER, number);
    const struct sf_host_timer *timer = sf_slots_get(&version->host->timers, handle);
    if (timer != NULL && timer->version == version) {
        sf_slots_give(&version->host->timers, handle);
    }
}

struct sf_host_request *sf_host_answerable(struct sf_cache_version *version, uint64_t handle,
                                           enum sf_request_phase phase, int32_t *code_out)
{
    SF_ASSERT(version != NULL);
    SF_ASSERT(code_out != NULL);
    SF_ASSERT(version->host != NULL);
    struct sf_host_request *request = sf_slots_get(&version->host->requests, handle);
    if (request == NULL || request->version != version) {
        *code_out = SF_CACHE_E_UNKNOWN_REQUEST;
        return NULL;
    }
    if (request->phase == SF_REQUEST_CANCELLED) {
        *code_out = SF_CACHE_E_CANCELLED;
        return NULL;
    }
    if (request->phase != (uint32_t)phase) {
        *code_out = phase == SF_REQUEST_OPEN ? SF_CACHE_E_ANSWERED : SF_CACHE_E_UNKNOWN_REQUEST;
        return NULL;
    }
    return request;
}

static void finish(struct sf_host_request *request, sf_handle handle)
{
    request->phase = SF_REQUEST_ANSWERED;
    request->version->requests_count--;
    sf_host_closed(request->version->host, handle);
}

static int32_t lent_answer(void *context, uint64_t number, uint32_t status, const uint8_t *bytes,
                           uint32_t count)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    int32_t code = sf_contract_answer(status, bytes, count);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    struct sf_host_request *request = sf_host_answerable(version, handle, SF_REQUEST_OPEN, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    code = sf_contract_status(status, request->holds, request->range_offset);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    services->answer_begin(services->context, request->world_request, status, count);
    if (count > 0) {
        services->answer_bytes(services->context, request->world_request, bytes, count);
        services->answer_end(services->context, request->world_request, false);
    }
    finish(request, handle);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_begin(void *context, uint64_t number, uint32_t total_bytes)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    int32_t code = sf_contract_announce(total_bytes);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    struct sf_host_request *request = sf_host_answerable(version, handle, SF_REQUEST_OPEN, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    request->phase = SF_REQUEST_ANSWERING;
    request->announced_bytes = total_bytes;
    request->in_parts = true;
    services->answer_begin(services->context, request->world_request, SF_CACHE_STATUS_OK,
                           total_bytes);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_part(void *context, uint64_t number, const uint8_t *bytes,
                                uint32_t count)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    int32_t code = SF_CACHE_DONE;
    struct sf_host_request *request =
        sf_host_answerable(version, handle, SF_REQUEST_ANSWERING, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    code = sf_contract_part(request->announced_bytes - request->passed_bytes, bytes, count);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    request->passed_bytes += count;
    services->answer_bytes(services->context, request->world_request, bytes, count);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_over(void *context, uint64_t number, bool aborted)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    int32_t code = SF_CACHE_DONE;
    struct sf_host_request *request =
        sf_host_answerable(version, handle, SF_REQUEST_ANSWERING, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    code = sf_contract_end(request->announced_bytes - request->passed_bytes, aborted);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    services->answer_end(services->context, request->world_request, aborted);
    finish(request, handle);
    return SF_CACHE_DONE;
}

static int32_t lent_fetch_if_changed(void *context, uint64_t camera, uint64_t validator,
                                     uint64_t cookie, uint64_t *fetch_out)
{
    struct sf_cache_version *version = context;
    struct sf_cache_host_state *host = version->host;
    uint64_t index = sf_opaque_index(&host->opaque, SF_OPAQUE_CAMERA, camera);
    if (index >= host->cameras_count) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_CAMERA, camera);
    }
    if (!has_room(version, &host->fetches, SF_CACHE_BOUND_FETCHES)) {
        return SF_CACHE_E_BUSY;
    }
    void *item;
    sf_handle handle = sf_slots_take(&host->fetches, &item);
    struct sf_host_fetch *fetch = item;
    fetch->version = version;
    fetch->cookie = cookie;
    fetch->camera = camera;
    fetch->about = (uint32_t)index;
    fetch->begun_for = host->cause.begun_for;
    fetch->world_fetch = host->services->fetch_start(host->services->context, handle,
                                                     sf_camera_id((uint32_t)index), validator);
    if (fetch_out != NULL) {
        *fetch_out = sf_host_told(host, SF_OPAQUE_FETCH, handle);
    }
    return SF_CACHE_DONE;
}

static int32_t lent_fetch_cancel(void *context, uint64_t number)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_FETCH, number);
    struct sf_cache_host_state *host = version->host;
    const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
    if (fetch == NULL) {
        /* It has ended already, which the cache may not have seen coming; or it never was. */
        bool ended = (uint32_t)handle != 0 && (uint32_t)handle <= host->fetches.used_count;
        return ended ? SF_CACHE_DONE : sf_host_broken(version, SF_CACHE_E_UNKNOWN_FETCH, handle);
    }
    if (fetch->version != version) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_FETCH, handle);
    }
    host->services->fetch_cancel(host->services->context, fetch->world_fetch);
    sf_slots_give(&host->fetches, handle);
    return SF_CACHE_DONE;
}

static int32_t lent_store_open(void *context, uint64_t *connection_out)
{
    struct sf_cache_version *version = context;
    if (connection_out == NULL) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, 0);
    }
    if (!has_room(version, &version->host->connections, SF_CACHE_BOUND_CONNECTIONS)) {
        return SF_CACHE_E_BUSY;
    }
    void *item;
    sf_handle handle = sf_slots_take(&version->host->connections, &item);
    *connection_out = sf_host_told(version->host, SF_OPAQUE_STORE_CONNECTION, handle);
    ((struct sf_host_connection *)item)->version = version;
    return SF_CACHE_DONE;
}

static int32_t lent_store_close(void *context, uint64_t number)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_STORE_CONNECTION, number);
    const struct sf_host_connection *connection = sf_slots_get(&version->host->connections, handle);
    if (connection == NULL || connection->version != version) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_CONNECTION, handle);
    }
    sf_slots_give(&version->host->connections, handle);
    return SF_CACHE_DONE;
}

static int32_t lent_store(void *context, uint64_t number, bool put, const uint8_t *key,
                          uint32_t key_bytes, const uint8_t *bytes, uint32_t count, int64_t ttl_ns,
                          uint64_t cookie)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_STORE_CONNECTION, number);
    const struct sf_cache_services *services = version->host->services;
    const struct sf_host_connection *connection = sf_slots_get(&version->host->connections, handle);
    if (connection == NULL || connection->version != version) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_CONNECTION, handle);
    }
    int32_t code = sf_contract_store(key, key_bytes, bytes, count, ttl_ns);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    services->store_start(services->context, version->index, handle, cookie, put, key, key_bytes,
                          bytes, count, ttl_ns);
    return SF_CACHE_DONE;
}

static void lent_state(void *context, uint32_t index, uint32_t value)
{
    struct sf_cache_version *version = context;
    if (index < SF_CONTRACT_STATES) {
        version->host->services->state(version->host->services->context, index, value);
    }
}

/* In files of their own. */
#define lent_wall_clock_ms sf_host_wall_clock_ms
#define lent_identity sf_host_identity
#define lent_answer_properties sf_host_answer_properties

#include "harness/cache/lent_table.def"

void sf_cache_host_lend(struct sf_cache_version *version)
{
    SF_ASSERT(version != NULL);
    SF_ASSERT(version->host != NULL);
    lend(&version->lent, version);
    sf_host_lend_holds(version);
}
