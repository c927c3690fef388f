/* The way between a cache node and the shared store: there and back, each with its latency; now and
 * then the operation fails. */
#include <stdlib.h>
#include <string.h>

#include "harness/world/cloud/private.h"

/* All operations of a connection are in one lane, so that replies keep the order of requests. */
static void push(struct world *world, enum event_kind kind, sf_handle handle,
                 const struct store_operation *operation, sf_ns late_ns)
{
    sf_world_push(world, kind, (uint32_t)operation->connection, 0, handle,
                  world_now(world) + world->config.cloud.store_latency_ns + late_ns);
}

/* A reply that is late holds up those behind it on its connection. */
static sf_ns draw_late(struct world *world, struct store_operation *operation)
{
    sf_ns usual_ns = world_now(world) + world->config.cloud.store_latency_ns;
    sf_ns due_ns = usual_ns + sf_world_late(&world->cloud.store_slow_rng,
                                            world->config.cloud.store_slow_share_ppm,
                                            world->config.cloud.store_slow_ns);
    bool any_late = world->config.cloud.store_slow_share_ppm > 0;
    sf_handle handle = any_late ? sf_slots_next(&world->cloud.operations, 0) : 0;
    for (; handle != 0; handle = sf_slots_next(&world->cloud.operations, handle)) {
        const struct store_operation *other = sf_slots_get(&world->cloud.operations, handle);
        if (other->connection == operation->connection && other->reply_due_ns > due_ns) {
            due_ns = other->reply_due_ns;
        }
    }
    operation->reply_due_ns = due_ns;
    return due_ns - usual_ns;
}

void sf_store_start(void *context, uint32_t version, uint64_t connection, uint64_t cookie, bool put,
                    const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes, uint32_t count,
                    sf_ns ttl_ns)
{
    struct world *world = context;
    void *item;
    sf_handle handle = sf_slots_take(&world->cloud.operations, &item);
    struct store_operation *operation = item;
    operation->version = version;
    operation->connection = connection;
    operation->cookie = cookie;
    operation->begun_for = world->cloud.host.cause.begun_for;
    operation->put = put;
    operation->ttl_ns = ttl_ns;
    operation->reply_due_ns = 0;
    operation->key_bytes = key_bytes;
    SF_ASSERT(key_bytes <= sizeof operation->key);
    memcpy(operation->key, key, key_bytes);
    if (count > 0) {
        operation->bytes = sf_alloc(count, 1);
        operation->bytes_count = count;
        memcpy(operation->bytes, bytes, count);
    }
    push(world, EVENT_STORE_ARRIVE, handle, operation, 0);
}

static void get(struct world *world, struct store_operation *operation)
{
    uint32_t count;
    const uint8_t *value = sf_store_get(&world->cloud.store, operation->key, operation->key_bytes,
                                        world_now(world), &count);
    operation->status = value != NULL ? SF_CACHE_STORE_FOUND : SF_CACHE_STORE_MISSING;
    if (value != NULL) {
        operation->bytes = sf_alloc(count, 1);
        operation->bytes_count = count;
        memcpy(operation->bytes, value, count);
    }
}

static void drop_bytes(struct store_operation *operation)
{
    free(operation->bytes);
    operation->bytes = NULL;
    operation->bytes_count = 0;
}

void sf_store_arrive(struct world *world, sf_handle handle)
{
    struct store_operation *operation = sf_slots_get(&world->cloud.operations, handle);
    SF_ASSERT(operation != NULL);
    sf_ns late_ns = draw_late(world, operation);
    world_trace(world, SF_RECORD(store, .version = operation->version,
                                 .operation = operation->put ? SF_OPERATION_PUT : SF_OPERATION_GET,
                                 .bytes = operation->bytes_count,
                                 .connection = operation->connection, .late_ns = late_ns));
    if (world->cloud.store_off) {
        operation->status = SF_CACHE_STORE_FAILED;
        drop_bytes(operation);
    } else if (operation->put) {
        sf_store_put(&world->cloud.store, operation->key, operation->key_bytes, operation->bytes,
                     operation->bytes_count, world_now(world), operation->ttl_ns);
        operation->status = SF_CACHE_STORE_STORED;
        drop_bytes(operation);
    } else {
        get(world, operation);
    }
    if (sf_rng_chance(&world->cloud.store_rng, (uint32_t)world->config.cloud.store_loss_ppm)) {
        operation->status = SF_CACHE_STORE_FAILED;
        drop_bytes(operation);
    }
    push(world, EVENT_STORE_REPLY, handle, operation, late_ns);
}

void sf_store_reply(struct world *world, sf_handle handle)
{
    struct store_operation *operation = sf_slots_get(&world->cloud.operations, handle);
    SF_ASSERT(operation != NULL);
    sf_cache_host_store_reply(&world->cloud.host, operation->connection, operation->cookie,
                              operation->begun_for, operation->status, operation->bytes,
                              operation->bytes_count);
    drop_bytes(operation);
    sf_slots_give(&world->cloud.operations, handle);
}
