/* One block of memory for a run: taken once, handed out piece by piece while the world is built,
 * then sealed. Nothing is given back singly; the whole is reset or freed. */
#ifndef STRAYFRAME_BASE_ARENA_H
#define STRAYFRAME_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sf_arena_block;

/* Grows by blocks while it is open; a sealed arena asserts that no more is taken. */
struct sf_arena {
    struct sf_arena_block *first;
    struct sf_arena_block *current;
    bool sealed;
};

void sf_arena_init(struct sf_arena *arena);

/* Zeroed memory, aligned for any type, valid until reset or fini; never NULL (running out of memory
 * ends the process with a message and exit code 4). count * size must not overflow. */
void *sf_arena_take(struct sf_arena *arena, size_t count, size_t size);

/* From here on taking is a broken promise. */
void sf_arena_seal(struct sf_arena *arena);

/* Opens the arena again and hands the same memory out anew; what was taken before is invalid. */
void sf_arena_reset(struct sf_arena *arena);

void sf_arena_fini(struct sf_arena *arena);

/* malloc, realloc, strdup that never return NULL: out of memory is a message and exit code 4. For
 * the rooms outside a run (loading, reports). */
void *sf_alloc(size_t count, size_t size);
void *sf_realloc(void *memory, size_t count, size_t size);
char *sf_strdup(const char *text);

/* Asserts that no block holds more than fits, and that the blocks behind the current one are empty.
 * Walks the blocks. */
void sf_arena_check(const struct sf_arena *arena);

#endif
