/* The functions that the object is lent. Most calls need no answer from the host: the runner knows
 * that they keep the contract (harness/cache/contract.h), and returns at once. That a bound of the
 * host's, which all instances share, is not reached is taken for granted as well: if it is, the
 * host repeats the run, with `asks`. For any other call the runner waits for the host's answer, so
 * that the object gets the host's code and the host learns of the breach. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/thread.h"
#include "harness/cache/contract.h"
#include "harness/runner/runner.h"

/* What is known of an open request: bits of its value in the table. The low half is its bytes that
 * are still to be passed. */
#define REQUEST_BEGUN (UINT64_C(1) << 32)
#define REQUEST_HOLDS_WHOLE (UINT64_C(1) << 33) /* the viewer holds a still, and wants all */
#define REQUEST_HOLDS_PART (UINT64_C(1) << 34)
#define REQUEST_HAS_PROPERTIES (UINT64_C(1) << 35)
#define REQUEST_BYTES_MASK UINT64_C(0xffffffff)

struct sf_wire_name sf_runner_name(uint64_t id)
{
    struct sf_wire_name name = {.bytes_count = sizeof id};
    memcpy(name.bytes, &id, sizeof id);
    return name;
}

uint64_t sf_runner_id(const struct sf_wire_name *name)
{
    SF_ASSERT(name != NULL);
    uint64_t id;
    memcpy(&id, name->bytes, sizeof id);
    return id;
}

/* The next number for what the cache begins: unique in its life, never 0 (but once in 2^64), and in
 * no order, as the host's own numbers. SplitMix64's finaliser, whose steps can be undone. */
static uint64_t next_id(struct sf_instance *instance)
{
    uint64_t z = ++instance->ids_count + instance->ids_key;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return z != 0 ? z : UINT64_MAX;
}

/* From inside an event that was to have no calls: none is made, for the run will be repeated. */
static bool is_silent(struct sf_instance *instance)
{
    if (instance->silent && instance->mispredicted_by == SF_EVENT_HELLO) {
        instance->mispredicted_by = instance->event;
    }
    return instance->silent;
}

/* Makes a call; with `sure`, the answer is known. */
static int32_t call(struct sf_instance *instance, enum sf_wire_call kind, bool sure,
                    const void *body)
{
    if (is_silent(instance)) {
        return SF_CACHE_DONE;
    }
    sf_runner_write(instance->pipes, kind, !sure, body);
    if (sure) {
        return SF_CACHE_DONE;
    }
    /* Read apart from the events: the object still reads the bytes of the event that it is
     * handling. */
    static struct sf_wire_pipes results;
    struct sf_wire_head head;
    union sf_wire_body answer;
    sf_runner_flush(instance->pipes);
    results.in_fd = instance->pipes->in_fd;
    sf_runner_read(&results, &head, &answer);
    SF_ASSERT(head.kind == SF_EVENT_RESULT);
    return (int32_t)((const struct sf_event_result *)(const void *)&answer)->code;
}

/* A thread of the object's own: nothing here is for it to touch but the note. */
static bool lent_is_foreign(void *context)
{
    struct sf_instance *instance = context;
    bool foreign = sf_thread() != instance->thread;
    if (foreign) {
        atomic_store(&instance->called_from_afar, true);
    }
    return foreign;
}

/* ---- time, chance, the trace ---- */

static int64_t lent_now_ns(void *context)
{
    return ((const struct sf_instance *)context)->now_ns;
}

static int64_t lent_wall_clock_ms(void *context)
{
    return ((const struct sf_instance *)context)->wall_ms;
}

static uint64_t lent_random_u64(void *context)
{
    return sf_rng_u64(&((struct sf_instance *)context)->rng);
}

static void lent_log(void *context, const char *text, uint32_t bytes)
{
    char line[SF_CONTRACT_LOG_BYTES + 1];
    if (text == NULL) {
        return;
    }
    uint32_t count = bytes < sizeof line - 1 ? bytes : (uint32_t)sizeof line - 1;
    for (uint32_t i = 0; i < count; i++) {
        line[i] = text[i] != '\0' ? text[i] : ' ';
    }
    line[count] = '\0';
    const struct sf_call_log body = {line};
    (void)call(context, SF_CALL_LOG, true, &body);
}

static void lent_state(void *context, uint32_t index, uint32_t value)
{
    const struct sf_call_fuzz_state body = {index, value};
    if (index < SF_CONTRACT_STATES) {
        (void)call(context, SF_CALL_FUZZ_STATE, true, &body);
    }
}

/* ---- timers ---- */

static int32_t lent_timer_set(void *context, int64_t delay_ns, uint64_t cookie, uint64_t *timer_out)
{
    struct sf_instance *instance = context;
    bool sure = delay_ns >= 0 && delay_ns < INT64_C(1000000000) * 86400 && !instance->asks;
    uint64_t id = next_id(instance);
    const struct sf_call_timer body = {.timer = sf_runner_name(id), .delay_ns = delay_ns};
    int32_t code = call(instance, SF_CALL_TIMER_SET, sure, &body);
    if (code == SF_CACHE_DONE) {
        sf_map_put(&instance->timers, id, cookie);
        if (timer_out != NULL) {
            *timer_out = id;
        }
    }
    return code;
}

static void lent_timer_cancel(void *context, uint64_t timer)
{
    struct sf_instance *instance = context;
    if (sf_map_get(&instance->timers, timer) != NULL) {
        const struct sf_call_timer body = {.timer = sf_runner_name(timer)};
        (void)call(instance, SF_CALL_TIMER_CANCEL, true, &body);
        sf_map_remove(&instance->timers, timer);
    }
}

/* ---- requests ---- */

void sf_instance_request(struct sf_instance *instance, const struct sf_cache_request *request)
{
    SF_ASSERT(instance != NULL);
    SF_ASSERT(request != NULL);
    uint64_t known = 0;
    if (request->validator != 0) {
        known = request->range_offset == 0 ? REQUEST_HOLDS_WHOLE : REQUEST_HOLDS_PART;
    }
    sf_map_put(&instance->requests, request->request, known);
    sf_map_put(&instance->cameras, request->camera, 0);
}

void sf_instance_request_cancelled(struct sf_instance *instance, uint64_t request)
{
    SF_ASSERT(instance != NULL);
    sf_map_remove(&instance->requests, request);
}

/* A part of a still is never sure: the host knows from which byte on. */
static bool answer_is_sure(const uint64_t *known, uint32_t status, const uint8_t *bytes,
                           uint32_t count)
{
    if (known == NULL || (*known & REQUEST_BEGUN) != 0 || status == SF_CACHE_STATUS_PARTIAL) {
        return false;
    }
    bool holds_whole = (*known & REQUEST_HOLDS_WHOLE) != 0;
    return sf_contract_answer(status, bytes, count) == SF_CACHE_DONE &&
           sf_contract_status(status, holds_whole, 0) == SF_CACHE_DONE;
}

/* Bytes that are no good are not sent: that there was a pointer, and what it was said to point to,
 * is all that the host needs to refuse them. */
static int32_t call_answer(struct sf_instance *instance, enum sf_wire_call kind, bool sure,
                           uint64_t request, uint32_t status, const uint8_t *bytes, uint32_t count)
{
    struct sf_call_answer body = {
        .request = request, .status = status, .total_bytes = count, .has_pointer = bytes != NULL};
    if (bytes != NULL && count <= SF_WIRE_BYTES_MAX) {
        body.bytes = (struct sf_wire_bytes){bytes, count};
    }
    return call(instance, kind, sure, &body);
}

static int32_t lent_answer(void *context, uint64_t request, uint32_t status, const uint8_t *bytes,
                           uint32_t count)
{
    struct sf_instance *instance = context;
    bool sure = answer_is_sure(sf_map_get(&instance->requests, request), status, bytes, count);
    int32_t code = call_answer(instance, SF_CALL_ANSWER, sure, request, status, bytes, count);
    if (code == SF_CACHE_DONE) {
        sf_map_remove(&instance->requests, request);
    }
    return code;
}

static int32_t lent_answer_begin(void *context, uint64_t request, uint32_t total_bytes)
{
    struct sf_instance *instance = context;
    uint64_t *known = sf_map_get(&instance->requests, request);
    bool sure = known != NULL && (*known & REQUEST_BEGUN) == 0 &&
                sf_contract_announce(total_bytes) == SF_CACHE_DONE;
    int32_t code = call_answer(instance, SF_CALL_ANSWER_BEGIN, sure, request, 0, NULL, total_bytes);
    if (code == SF_CACHE_DONE && known != NULL) {
        *known = (*known & ~REQUEST_BYTES_MASK) | REQUEST_BEGUN | total_bytes;
    }
    return code;
}

static int32_t lent_answer_part(void *context, uint64_t request, const uint8_t *bytes,
                                uint32_t count)
{
    struct sf_instance *instance = context;
    uint64_t *known = sf_map_get(&instance->requests, request);
    bool sure =
        known != NULL && (*known & REQUEST_BEGUN) != 0 &&
        sf_contract_part((uint32_t)(*known & REQUEST_BYTES_MASK), bytes, count) == SF_CACHE_DONE;
    int32_t code = call_answer(instance, SF_CALL_ANSWER_PART, sure, request, 0, bytes, count);
    if (code == SF_CACHE_DONE && sure) {
        *known -= count;
    }
    return code;
}

static int32_t lent_answer_over(void *context, uint64_t request, bool aborted)
{
    struct sf_instance *instance = context;
    const uint64_t *known = sf_map_get(&instance->requests, request);
    bool sure = known != NULL && (*known & REQUEST_BEGUN) != 0 &&
                sf_contract_end((uint32_t)(*known & REQUEST_BYTES_MASK), aborted) == SF_CACHE_DONE;
    int32_t code = call_answer(instance, aborted ? SF_CALL_ANSWER_ABORT : SF_CALL_ANSWER_END, sure,
                               request, 0, NULL, 0);
    if (code == SF_CACHE_DONE) {
        sf_map_remove(&instance->requests, request);
    }
    return code;
}

static int32_t lent_answer_properties(void *context, uint64_t request,
                                      const struct sf_cache_answer_properties *properties)
{
    struct sf_instance *instance = context;
    uint64_t *known = sf_map_get(&instance->requests, request);
    struct sf_call_properties body = {.request = request};
    if (properties == NULL) {
        body.flags = ~0u; /* unknown flags get the same code */
    } else {
        const struct sf_cache_answer_properties read = sf_contract_properties(properties);
        body.flags = read.flags;
        body.validator = read.validator;
        body.session = read.session;
    }
    bool sure = known != NULL && (*known & (REQUEST_BEGUN | REQUEST_HAS_PROPERTIES)) == 0 &&
                body.session == 0 && sf_contract_flags(body.flags) == SF_CACHE_DONE;
    int32_t code = call(instance, SF_CALL_ANSWER_PROPERTIES, sure, &body);
    if (code == SF_CACHE_DONE && known != NULL) {
        *known |= REQUEST_HAS_PROPERTIES;
    }
    return code;
}

/* ---- cameras ---- */

static int32_t lent_fetch_if_changed(void *context, uint64_t camera, uint64_t validator,
                                     uint64_t cookie, uint64_t *fetch_out)
{
    struct sf_instance *instance = context;
    bool sure = sf_map_get(&instance->cameras, camera) != NULL && !instance->asks;
    uint64_t id = next_id(instance);
    const struct sf_call_fetch body = {
        .fetch = sf_runner_name(id), .camera = camera, .validator = validator};
    int32_t code = call(instance, SF_CALL_FETCH, sure, &body);
    if (code == SF_CACHE_DONE) {
        sf_map_put(&instance->fetches, id, cookie);
        if (fetch_out != NULL) {
            *fetch_out = id;
        }
    }
    return code;
}

static int32_t lent_fetch_cancel(void *context, uint64_t fetch)
{
    struct sf_instance *instance = context;
    bool under_way = sf_map_get(&instance->fetches, fetch) != NULL;
    if (!under_way && fetch != 0 && fetch <= instance->ids_count) {
        return SF_CACHE_DONE; /* it has ended */
    }
    const struct sf_call_fetch body = {.fetch = sf_runner_name(fetch)};
    sf_map_remove(&instance->fetches, fetch);
    return call(instance, SF_CALL_FETCH_CANCEL, under_way, &body);
}

/* ---- the shared store, the identity service ---- */

static int32_t lent_store_open(void *context, uint64_t *connection_out)
{
    struct sf_instance *instance = context;
    struct sf_call_store body = {.connection = sf_runner_name(0)};
    if (connection_out == NULL) { /* told as the breach that it is: NULL for a key */
        body.op = sf_runner_name(next_id(instance));
        return call(instance, SF_CALL_STORE_GET, false, &body);
    }
    uint64_t id = next_id(instance);
    body.connection = sf_runner_name(id);
    int32_t code = call(instance, SF_CALL_STORE_OPEN, false, &body);
    if (code == SF_CACHE_DONE) {
        sf_map_put(&instance->connections, id, 0);
        *connection_out = id;
    }
    return code;
}

static int32_t lent_store_close(void *context, uint64_t connection)
{
    struct sf_instance *instance = context;
    bool open = sf_map_get(&instance->connections, connection) != NULL;
    const struct sf_call_store body = {.connection = sf_runner_name(connection)};
    sf_map_remove(&instance->connections, connection);
    return call(instance, SF_CALL_STORE_CLOSE, open, &body);
}

static int32_t lent_store(void *context, uint64_t connection, bool put, const uint8_t *key,
                          uint32_t key_bytes, const uint8_t *bytes, uint32_t count, int64_t ttl_ns,
                          uint64_t cookie)
{
    struct sf_instance *instance = context;
    uint64_t id = next_id(instance);
    struct sf_call_store body = {
        .connection = sf_runner_name(connection), .op = sf_runner_name(id), .ttl_ns = ttl_ns};
    bool key_is_good = key != NULL && key_bytes > 0 && key_bytes <= sizeof body.key.bytes;
    bool value_is_good = (bytes != NULL || count == 0) && count <= SF_WIRE_BYTES_MAX && ttl_ns >= 0;
    if (key_is_good) {
        body.key.bytes_count = key_bytes;
        memcpy(body.key.bytes, key, key_bytes);
    }
    if (value_is_good && bytes != NULL) {
        body.bytes = (struct sf_wire_bytes){bytes, count};
    } else if (!value_is_good) {
        body.ttl_ns = -1; /* a bad argument, whichever it was */
    }
    bool sure = sf_contract_store(key, key_bytes, bytes, count, ttl_ns) == SF_CACHE_DONE &&
                sf_map_get(&instance->connections, connection) != NULL;
    int32_t code = call(instance, put ? SF_CALL_STORE_PUT : SF_CALL_STORE_GET, sure, &body);
    if (code == SF_CACHE_DONE) {
        sf_map_put(&instance->operations, id, cookie);
    }
    return code;
}

static int32_t lent_identity(void *context, uint64_t token, uint64_t cookie)
{
    struct sf_instance *instance = context;
    uint64_t id = next_id(instance);
    const struct sf_call_identity body = {.op = sf_runner_name(id), .token = token};
    int32_t code = call(instance, SF_CALL_IDENTITY, !instance->asks, &body);
    if (code == SF_CACHE_DONE) {
        sf_map_put(&instance->questions, id, cookie);
    }
    return code;
}

#include "harness/cache/lent_table.def"

void sf_instance_lend(struct sf_instance *instance)
{
    SF_ASSERT(instance != NULL);
    lend(&instance->host, instance);
}
