/* Taking, counting and finding contents. */
#include "harness/content/contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/content/private.h"

struct sf_contents *sf_contents_create(bool guarded)
{
    struct sf_contents *pool = sf_alloc(1, sizeof *pool);
    pool->guarded = guarded;
    if (guarded) {
        sf_guard_init(pool);
    }
    sf_contents_guard(pool);
    return pool;
}

void sf_contents_destroy(struct sf_contents *pool)
{
    if (pool == NULL) {
        return;
    }
    SF_ASSERT(pool->count == 0);
    for (uint32_t i = 0; i < pool->chunks_capacity; i++) {
        struct sf_chunk *chunk = pool->chunks[i];
        if (chunk != NULL) {
            munmap(chunk->seen, CHUNK_BYTES);
            if (chunk->written != chunk->seen) {
                munmap(chunk->written, CHUNK_BYTES);
            }
            free(chunk->contents);
            free(chunk);
        }
    }
    if (pool->guarded) {
        sf_guard_fini(pool);
    }
    free(pool->chunks);
    free(pool);
}

/* ---- chunks ---- */

static size_t place_of(const struct sf_contents *pool, uintptr_t base)
{
    return (size_t)(base / CHUNK_BYTES * 0x9e3779b97f4a7c15u >> 32) & (pool->chunks_capacity - 1);
}

struct sf_chunk *sf_chunk_of(const struct sf_contents *pool, const void *address)
{
    SF_ASSERT(pool != NULL);
    if (pool->chunks_capacity == 0) {
        return NULL;
    }
    uintptr_t base = (uintptr_t)address & ~((uintptr_t)CHUNK_BYTES - 1);
    size_t place = place_of(pool, base);
    while (pool->chunks[place] != NULL && (uintptr_t)pool->chunks[place]->seen != base) {
        place = (place + 1) & (pool->chunks_capacity - 1);
    }
    return pool->chunks[place];
}

static void chunk_put(struct sf_contents *pool, struct sf_chunk *chunk)
{
    size_t place = place_of(pool, (uintptr_t)chunk->seen);
    while (pool->chunks[place] != NULL) {
        place = (place + 1) & (pool->chunks_capacity - 1);
    }
    pool->chunks[place] = chunk;
}

/* At most half of the places are taken. */
static void make_room(struct sf_contents *pool)
{
    if (2 * (pool->chunks_count + 1) <= pool->chunks_capacity) {
        return;
    }
    struct sf_chunk **before = pool->chunks;
    uint32_t before_capacity = pool->chunks_capacity;
    pool->chunks_capacity = before_capacity > 0 ? 2 * before_capacity : 16;
    pool->chunks = sf_alloc(pool->chunks_capacity, sizeof(struct sf_chunk *));
    for (uint32_t i = 0; i < before_capacity; i++) {
        if (before[i] != NULL) {
            chunk_put(pool, before[i]);
        }
    }
    free(before);
}

static struct sf_chunk *chunk_add(struct sf_contents *pool, uint32_t class, uint32_t slot_bytes)
{
    struct sf_chunk *chunk = sf_alloc(1, sizeof *chunk);
    chunk->pool = pool;
    chunk->class = class;
    chunk->slot_bytes = slot_bytes;
    chunk->slots_count = CHUNK_BYTES / slot_bytes;
    chunk->contents = sf_alloc(chunk->slots_count, sizeof *chunk->contents);
    sf_guard_map(pool, chunk);
    make_room(pool);
    chunk_put(pool, chunk);
    pool->chunks_count++;
    return chunk;
}

/* ---- contents ---- */

static uint32_t class_of(uint32_t count, uint32_t *slot_bytes_out)
{
    if (count <= SLOT_BYTES_MIN) {
        *slot_bytes_out = SLOT_BYTES_MIN;
        return 0;
    }
    uint32_t power = 31 - (uint32_t)__builtin_clz(count - 1);
    uint32_t base = UINT32_C(1) << power;
    uint32_t step = base / CLASSES_PER_DOUBLING;
    uint32_t steps = (count - 1 - base) / step;
    uint32_t power_min = 31 - (uint32_t)__builtin_clz((uint32_t)SLOT_BYTES_MIN);
    *slot_bytes_out = base + (steps + 1) * step;
    return (power - power_min) * CLASSES_PER_DOUBLING + steps + 1;
}

/* The next slot of the chunk that was never taken. */
static struct sf_content *fresh(struct sf_contents *pool, uint32_t class, uint32_t slot_bytes)
{
    struct sf_chunk *chunk = pool->filling[class];
    if (chunk == NULL || chunk->used_count == chunk->slots_count) {
        chunk = chunk_add(pool, class, slot_bytes);
        pool->filling[class] = chunk;
    }
    struct sf_content *content = &chunk->contents[chunk->used_count];
    content->bytes = chunk->seen + (size_t)chunk->used_count * chunk->slot_bytes;
    content->chunk = chunk;
    chunk->used_count++;
    return content;
}

struct sf_content *sf_content_take(struct sf_contents *pool, uint32_t count, uint8_t **room_out)
{
    SF_ASSERT(pool != NULL);
    SF_ASSERT(count > 0);
    SF_ASSERT(count <= SF_CONTENT_BYTES_MAX);
    SF_ASSERT(room_out != NULL);
    uint32_t slot_bytes;
    uint32_t class = class_of(count, &slot_bytes);
    struct sf_content *content = pool->free[class];
    if (content != NULL) {
        pool->free[class] = content->next;
    } else {
        content = fresh(pool, class, slot_bytes);
    }
    SF_ASSERT(content->references == 0);
    content->next = NULL;
    content->references = 1;
    content->count = count;
    content->hashed = false;
    content->written = false;
    pool->count++;
    *room_out = sf_content_room(content);
    return content;
}

struct sf_content *sf_content_copy(struct sf_contents *pool, const uint8_t *bytes, uint32_t count)
{
    SF_ASSERT(bytes != NULL);
    uint8_t *room;
    struct sf_content *content = sf_content_take(pool, count, &room);
    memcpy(room, bytes, count);
    return content;
}

uint8_t *sf_content_room(const struct sf_content *content)
{
    SF_ASSERT(content != NULL);
    const struct sf_chunk *chunk = content->chunk;
    return chunk->written + (content->bytes - chunk->seen);
}

struct sf_content *sf_content_keep(struct sf_content *content)
{
    SF_ASSERT(content != NULL);
    SF_ASSERT(content->references > 0);
    content->references++;
    return content;
}

void sf_content_drop(struct sf_content *content)
{
    if (content == NULL) {
        return;
    }
    SF_ASSERT(content->references > 0);
    if (--content->references == 0) {
        struct sf_contents *pool = content->chunk->pool;
        content->next = pool->free[content->chunk->class];
        pool->free[content->chunk->class] = content;
        pool->count--;
    }
}

struct sf_content *sf_contents_find(const struct sf_contents *pool, const uint8_t *bytes,
                                    uint32_t count)
{
    SF_ASSERT(pool != NULL);
    const struct sf_chunk *chunk = sf_chunk_of(pool, bytes);
    if (chunk == NULL) {
        return NULL;
    }
    size_t slot = (size_t)(bytes - chunk->seen) / chunk->slot_bytes;
    struct sf_content *content = slot < chunk->used_count ? &chunk->contents[slot] : NULL;
    bool has = content != NULL && content->references > 0 &&
               (size_t)(bytes - content->bytes) + count <= content->count;
    return has ? content : NULL;
}

void sf_content_set_hash(struct sf_content *content, uint64_t hash)
{
    SF_ASSERT(content != NULL);
    SF_ASSERT(!content->hashed);
    content->hash = hash;
    content->hashed = true;
}

bool sf_content_is_intact(const struct sf_content *content)
{
    SF_ASSERT(content != NULL);
    SF_ASSERT(content->references > 0);
    return !content->hashed || sf_hash(content->bytes, content->count) == content->hash;
}

struct sf_content *sf_contents_written(struct sf_contents *pool)
{
    SF_ASSERT(pool != NULL);
    if (pool->hits_count == 0) {
        return NULL;
    }
    sf_guard_restore(pool);
    struct sf_content *content = pool->hit;
    SF_ASSERT(content != NULL);
    content->written = true;
    return content;
}

uint32_t sf_contents_count(const struct sf_contents *pool)
{
    SF_ASSERT(pool != NULL);
    return pool->count;
}

void sf_contents_check(const struct sf_contents *pool)
{
    SF_ASSERT(pool != NULL);
    uint32_t count = 0;
    for (uint32_t i = 0; i < pool->chunks_capacity; i++) {
        const struct sf_chunk *chunk = pool->chunks[i];
        for (uint32_t k = 0; chunk != NULL && k < chunk->used_count; k++) {
            SF_ASSERT(chunk->contents[k].count <= chunk->slot_bytes);
            count += chunk->contents[k].references > 0;
        }
    }
    SF_ASSERT(count == pool->count);
    for (uint32_t class = 0; class < CLASSES_COUNT; class ++) {
        for (const struct sf_content *c = pool->free[class]; c != NULL; c = c->next) {
            SF_ASSERT(c->references == 0);
            SF_ASSERT(c->chunk->class == class);
        }
    }
}
