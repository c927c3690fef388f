/* What a plug-in may ask of the host. Nothing that it passes is believed before it is checked. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/cache/host_private.h"

int32_t sf_host_broken(struct sf_cache_version *version, int32_t code, uint64_t subject)
{
    SF_ASSERT(version != NULL);
    SF_ASSERT(version->host != NULL);
    const struct sf_cache_services *services = version->host->services;
    services->contract_broken(services->context, version->index, code, subject);
    return code;
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
        services->log(services->context, version->index, text, bytes < 200 ? bytes : 200);
    }
}

static int32_t lent_timer_set(void *context, int64_t delay_ns, uint64_t cookie, uint64_t *timer_out)
{
    struct sf_cache_version *version = context;
    struct sf_cache_host_state *host = version->host;
    if (delay_ns < 0) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, 0);
    }
    if (delay_ns > SF_HOUR * 24 * 365 || !has_room(version, &host->timers, SF_CACHE_BOUND_TIMERS)) {
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

static void finish(struct sf_host_request *request)
{
    request->phase = SF_REQUEST_ANSWERED;
    request->version->requests_count--;
}

static int32_t check_answer(uint32_t status, const uint8_t *bytes, uint32_t count)
{
    if (status > SF_CACHE_STATUS_PARTIAL) {
        return SF_CACHE_E_BAD_STATUS;
    }
    if (!sf_cache_status_has_bytes(status)) {
        return bytes != NULL || count != 0 ? SF_CACHE_E_BAD_STATUS : SF_CACHE_DONE;
    }
    if (bytes == NULL || count == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    return count > SF_CACHE_STILL_BYTES_MAX ? SF_CACHE_E_TOO_MANY_BYTES : SF_CACHE_DONE;
}

/* Two answers are for viewers who hold something, and said so. */
static bool fits(const struct sf_host_request *request, uint32_t status)
{
    bool holds_whole = request->holds && request->range_offset == 0;
    return (status != SF_CACHE_STATUS_NOT_MODIFIED || holds_whole) &&
           (status != SF_CACHE_STATUS_PARTIAL || request->range_offset > 0);
}

static int32_t lent_answer(void *context, uint64_t number, uint32_t status, const uint8_t *bytes,
                           uint32_t count)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    int32_t code = check_answer(status, bytes, count);
    if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    struct sf_host_request *request = sf_host_answerable(version, handle, SF_REQUEST_OPEN, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    if (!fits(request, status)) {
        return sf_host_broken(version, SF_CACHE_E_BAD_STATUS, handle);
    }
    services->answer_begin(services->context, request->world_request, status, count);
    if (count > 0) {
        services->answer_bytes(services->context, request->world_request, bytes, count);
        services->answer_end(services->context, request->world_request, false);
    }
    finish(request);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_begin(void *context, uint64_t number, uint32_t total_bytes)
{
    struct sf_cache_version *version = context;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    if (total_bytes == 0 || total_bytes > SF_CACHE_STILL_BYTES_MAX) {
        return sf_host_broken(version, SF_CACHE_E_TOO_MANY_BYTES, handle);
    }
    int32_t code = SF_CACHE_DONE;
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
    if (bytes == NULL || count == 0) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, handle);
    }
    if (count > request->announced_bytes - request->passed_bytes) {
        return sf_host_broken(version, SF_CACHE_E_TOO_MANY_BYTES, handle);
    }
    request->passed_bytes += count;
    services->answer_bytes(services->context, request->world_request, bytes, count);
    return SF_CACHE_DONE;
}

static int32_t end_answer(struct sf_cache_version *version, uint64_t number, bool aborted)
{
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    const struct sf_cache_services *services = version->host->services;
    int32_t code = SF_CACHE_DONE;
    struct sf_host_request *request =
        sf_host_answerable(version, handle, SF_REQUEST_ANSWERING, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    if (!aborted && request->passed_bytes < request->announced_bytes) {
        return sf_host_broken(version, SF_CACHE_E_TOO_FEW_BYTES, handle);
    }
    services->answer_end(services->context, request->world_request, aborted);
    finish(request);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_end(void *context, uint64_t number)
{
    return end_answer(context, number, false);
}

static int32_t lent_answer_abort(void *context, uint64_t number)
{
    return end_answer(context, number, true);
}

int32_t sf_host_fetch(struct sf_cache_version *version, uint64_t camera, uint64_t validator,
                      uint64_t cookie, uint64_t *fetch_out)
{
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

static int32_t lent_fetch(void *context, uint64_t camera, uint64_t cookie, uint64_t *fetch_out)
{
    return sf_host_fetch(context, camera, 0, cookie, fetch_out);
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

static int32_t sf_store_start(struct sf_cache_version *version, uint64_t number, bool put,
                              const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes,
                              uint32_t count, int64_t ttl_ns, uint64_t cookie)
{
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_STORE_CONNECTION, number);
    const struct sf_cache_services *services = version->host->services;
    const struct sf_host_connection *connection = sf_slots_get(&version->host->connections, handle);
    if (connection == NULL || connection->version != version) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_CONNECTION, handle);
    }
    bool bad_key = key == NULL || key_bytes == 0 || key_bytes > SF_CACHE_KEY_BYTES_MAX;
    bool bad_value = (bytes == NULL && count > 0) || ttl_ns < 0;
    if (bad_key || bad_value) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, handle);
    }
    if (count > SF_CACHE_STILL_BYTES_MAX) {
        return sf_host_broken(version, SF_CACHE_E_TOO_MANY_BYTES, handle);
    }
    services->store_start(services->context, version->index, handle, cookie, put, key, key_bytes,
                          bytes, count, ttl_ns);
    return SF_CACHE_DONE;
}

static int32_t lent_store_get(void *context, uint64_t connection, const uint8_t *key,
                              uint32_t key_bytes, uint64_t cookie)
{
    return sf_store_start(context, connection, false, key, key_bytes, NULL, 0, 0, cookie);
}

static int32_t lent_store_put(void *context, uint64_t connection, const uint8_t *key,
                              uint32_t key_bytes, const uint8_t *bytes, uint32_t count,
                              int64_t ttl_ns, uint64_t cookie)
{
    return sf_store_start(context, connection, true, key, key_bytes, bytes, count, ttl_ns, cookie);
}

static void lent_state(void *context, uint32_t index, uint32_t value)
{
    struct sf_cache_version *version = context;
    if (index < 64) {
        version->host->services->state(version->host->services->context, index, value);
    }
}

void sf_cache_host_lend(struct sf_cache_version *version)
{
    SF_ASSERT(version != NULL);
    SF_ASSERT(version->host != NULL);
    version->lent = (struct sf_cache_host){
        .struct_bytes = sizeof version->lent,
        .abi = SF_CACHE_ABI,
        .context = version,
        .now_ns = lent_now_ns,
        .random_u64 = lent_random_u64,
        .log = lent_log,
        .timer_set = lent_timer_set,
        .timer_cancel = lent_timer_cancel,
        .answer = lent_answer,
        .answer_begin = lent_answer_begin,
        .answer_part = lent_answer_part,
        .answer_end = lent_answer_end,
        .answer_abort = lent_answer_abort,
        .fetch = lent_fetch,
        .fetch_cancel = lent_fetch_cancel,
        .store_open = lent_store_open,
        .store_close = lent_store_close,
        .store_get = lent_store_get,
        .store_put = lent_store_put,
        .state = lent_state,
        .wall_clock_ms = sf_host_wall_clock_ms,
        .identity = sf_host_identity,
        .fetch_if_changed = sf_host_fetch_if_changed,
        .answer_properties = sf_host_answer_properties,
    };
}
