#include "harness/base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"

enum { BLOCK_BYTES_MIN = 1 << 16 };

struct sf_arena_block {
    struct sf_arena_block *next;
    size_t size_bytes;
    size_t used_bytes;
    _Alignas(16) uint8_t bytes[];
};

_Static_assert(offsetof(struct sf_arena_block, bytes) % 16 == 0,
               "memory that is aligned for any type");

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "strayframe: the machine has no %zu bytes of memory left\n", bytes);
    exit(4);
}

static size_t product(size_t count, size_t size)
{
    size_t bytes;
    bool overflow = __builtin_mul_overflow(count, size, &bytes);
    SF_ASSERT(!overflow);
    return bytes;
}

void *sf_alloc(size_t count, size_t size)
{
    size_t bytes = product(count, size);
    void *memory = calloc(1, bytes > 0 ? bytes : 1);
    if (memory == NULL) {
        out_of_memory(bytes);
    }
    return memory;
}

void *sf_realloc(void *memory, size_t count, size_t size)
{
    size_t bytes = product(count, size);
    void *grown = realloc(memory, bytes > 0 ? bytes : 1);
    if (grown == NULL) {
        out_of_memory(bytes);
    }
    return grown;
}

char *sf_strdup(const char *text)
{
    SF_ASSERT(text != NULL);
    size_t bytes = strlen(text) + 1;
    char *copy = sf_alloc(bytes, 1);
    memcpy(copy, text, bytes);
    return copy;
}

void sf_arena_init(struct sf_arena *arena)
{
    SF_ASSERT(arena != NULL);
    *arena = (struct sf_arena){0};
}

static struct sf_arena_block *block_create(size_t bytes)
{
    size_t size = bytes > BLOCK_BYTES_MIN ? bytes : BLOCK_BYTES_MIN;
    struct sf_arena_block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        out_of_memory(size);
    }
    block->next = NULL;
    block->size_bytes = size;
    block->used_bytes = 0;
    return block;
}

/* The next block with room, reusing those that a reset left behind. */
static struct sf_arena_block *block_with_room(struct sf_arena *arena, size_t bytes)
{
    while (arena->current != NULL) {
        struct sf_arena_block *block = arena->current;
        if (block->size_bytes - block->used_bytes >= bytes) {
            return block;
        }
        if (block->next == NULL) {
            /* Doubling keeps the number of blocks, and so the reset, small. */
            size_t wanted = block->size_bytes * 2;
            block->next = block_create(wanted > bytes ? wanted : bytes);
        }
        arena->current = block->next;
    }
    arena->first = block_create(bytes);
    arena->current = arena->first;
    return arena->first;
}

void *sf_arena_take(struct sf_arena *arena, size_t count, size_t size)
{
    SF_ASSERT(arena != NULL);
    SF_ASSERT(!arena->sealed);
    size_t bytes = (product(count, size) + 15) & ~(size_t)15;
    struct sf_arena_block *block = block_with_room(arena, bytes);
    void *memory = block->bytes + block->used_bytes;
    block->used_bytes += bytes;
    SF_ASSERT(block->used_bytes <= block->size_bytes);
    memset(memory, 0, bytes);
    return memory;
}

void sf_arena_seal(struct sf_arena *arena)
{
    SF_ASSERT(arena != NULL);
    arena->sealed = true;
}

void sf_arena_reset(struct sf_arena *arena)
{
    SF_ASSERT(arena != NULL);
    for (struct sf_arena_block *block = arena->first; block != NULL; block = block->next) {
        block->used_bytes = 0;
    }
    arena->current = arena->first;
    arena->sealed = false;
}

void sf_arena_fini(struct sf_arena *arena)
{
    SF_ASSERT(arena != NULL);
    struct sf_arena_block *block = arena->first;
    while (block != NULL) {
        struct sf_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct sf_arena){0};
}

void sf_arena_check(const struct sf_arena *arena)
{
    SF_ASSERT(arena != NULL);
    bool before_current = true;
    SF_ASSERT((arena->first == NULL) == (arena->current == NULL));
    for (const struct sf_arena_block *block = arena->first; block != NULL; block = block->next) {
        SF_ASSERT(block->used_bytes <= block->size_bytes);
        SF_ASSERT(block->used_bytes % 16 == 0);
        SF_ASSERT(before_current || block->used_bytes == 0);
        before_current = before_current && block != arena->current;
    }
    SF_ASSERT(!before_current || arena->first == NULL); /* the current block is one of them */
}
