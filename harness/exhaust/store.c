/* The shared store of a small world, and the operations that are on their way to it. An operation
 * takes effect when it is replied to; the replies of one connection come in the order of its
 * operations. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

static void record_drop(struct small_state *state, uint32_t index)
{
    struct small_record *record = &state->records[index];
    uint32_t length = record->key_bytes + record->bytes_count;
    uint32_t after = record->at + length;
    memmove(state->pool + record->at, state->pool + after, state->pool_bytes - after);
    state->pool_bytes -= length;
    memset(state->pool + state->pool_bytes, 0, length);
    for (uint32_t i = 0; i < SMALL_RECORDS; i++) {
        if (state->records[i].used && state->records[i].at >= after) {
            state->records[i].at -= length;
        }
    }
    *record = (struct small_record){0};
}

/* SMALL_NONE: no room. */
static uint32_t record_add(struct small_state *state, const uint8_t *key, uint32_t key_bytes,
                           const uint8_t *bytes, uint32_t count)
{
    uint32_t index = 0;
    while (index < SMALL_RECORDS && state->records[index].used) {
        index++;
    }
    if (index == SMALL_RECORDS || count > SMALL_POOL_BYTES - SF_CACHE_KEY_BYTES_MAX ||
        state->pool_bytes + key_bytes + count > SMALL_POOL_BYTES) {
        return SMALL_NONE;
    }
    state->records[index] = (struct small_record){
        .at = state->pool_bytes, .bytes_count = count, .key_bytes = (uint16_t)key_bytes, .used = 1};
    memcpy(state->pool + state->pool_bytes, key, key_bytes);
    if (count > 0) {
        memcpy(state->pool + state->pool_bytes + key_bytes, bytes, count);
    }
    state->pool_bytes += key_bytes + count;
    return index;
}

int32_t sf_small_store_start(struct small *small, uint32_t connection, bool put, const uint8_t *key,
                             uint32_t key_bytes, const uint8_t *bytes, uint32_t count,
                             int64_t ttl_ns, uint64_t cookie)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(key != NULL || key_bytes == 0);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(connection < SMALL_CONNECTIONS);
    struct small_state *state = &small->state;
    if (state->operations_count == SMALL_OPERATIONS) {
        return SF_CACHE_E_BUSY;
    }
    uint32_t record = record_add(state, key, key_bytes, bytes, count);
    if (record == SMALL_NONE) {
        return SF_CACHE_E_BUSY;
    }
    state->records[record].expires_ns = ttl_ns; /* from when it is stored on */
    state->operations[state->operations_count++] = (struct small_operation){
        .cookie = cookie, .connection = (uint8_t)connection, .put = put, .record = (uint8_t)record};
    return SF_CACHE_DONE;
}

static void operation_drop(struct small_state *state, uint32_t index)
{
    state->operations_count--;
    memmove(&state->operations[index], &state->operations[index + 1],
            (state->operations_count - index) * sizeof state->operations[0]);
    memset(&state->operations[state->operations_count], 0, sizeof state->operations[0]);
}

void sf_small_store_forget(struct small *small, uint32_t connection)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(connection < SMALL_CONNECTIONS);
    struct small_state *state = &small->state;
    for (uint32_t i = state->operations_count; i > 0; i--) {
        if (state->operations[i - 1].connection == connection) {
            record_drop(state, state->operations[i - 1].record);
            operation_drop(state, i - 1);
        }
    }
}

/* What is stored under the key of `wanted`; SMALL_NONE: nothing. */
static uint32_t stored(struct small_state *state, uint32_t wanted)
{
    const struct small_record *key = &state->records[wanted];
    for (uint32_t i = 0; i < SMALL_RECORDS; i++) {
        const struct small_record *record = &state->records[i];
        if (record->used && record->stored && record->key_bytes == key->key_bytes &&
            memcmp(state->pool + record->at, state->pool + key->at, key->key_bytes) == 0) {
            return i;
        }
    }
    return SMALL_NONE;
}

static void put_record(struct small_state *state, uint32_t index)
{
    uint32_t old = stored(state, index);
    if (old != SMALL_NONE) {
        record_drop(state, old);
    }
    struct small_record *record = &state->records[index];
    if (record->bytes_count == 0) {
        record_drop(state, index);
        return;
    }
    record->stored = 1;
    record->expires_ns = record->expires_ns > 0 ? state->now_ns + record->expires_ns : 0;
}

void sf_small_store_reply(struct small *small, uint32_t connection, bool fails)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(connection < SMALL_CONNECTIONS);
    struct small_state *state = &small->state;
    uint32_t index = 0;
    while (index < state->operations_count && state->operations[index].connection != connection) {
        index++;
    }
    SF_ASSERT(index < state->operations_count);
    const struct small_operation operation = state->operations[index];
    operation_drop(state, index);
    struct sf_cache_store_reply reply = {
        .struct_bytes = sizeof reply,
        .status = SF_CACHE_STORE_FAILED,
        .connection = state->connections[connection].id,
        .cookie = operation.cookie,
    };
    uint8_t copy[SMALL_POOL_BYTES]; /* the cache may put while it reads */
    if (!fails && operation.put) {
        put_record(state, operation.record);
        reply.status = SF_CACHE_STORE_STORED;
    } else if (!fails) {
        uint32_t found = stored(state, operation.record);
        if (found != SMALL_NONE && state->records[found].expires_ns != 0 &&
            state->records[found].expires_ns <= state->now_ns) {
            record_drop(state, found);
            found = SMALL_NONE;
        }
        reply.status = found != SMALL_NONE ? SF_CACHE_STORE_FOUND : SF_CACHE_STORE_MISSING;
        if (found != SMALL_NONE) {
            const struct small_record *record = &state->records[found];
            memcpy(copy, state->pool + record->at + record->key_bytes, record->bytes_count);
            reply.bytes = copy;
            reply.bytes_count = record->bytes_count;
        }
    }
    if (fails || !operation.put) {
        record_drop(state, operation.record);
    }
    static const char *const words[] = {"found", "missing", "stored", "failed"};
    SMALL_TELL(small, SMALL_LANE_STORE, SMALL_LANE_CACHE, "the store replies on connection %u: %s",
               connection + 1, words[reply.status]);
    uint32_t version = state->connections[connection].version;
    SMALL_CALL(small, version, on_store_reply, &reply);
}
