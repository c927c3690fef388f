/* The heap of caches under exploration: all that they allocate, in one block of memory that is
 * saved and put back by copying it. What was freed keeps its bytes, and is handed out again last
 * in, first out, as with most allocators, so that a cache that relies on recycled memory is caught.
 */
#ifndef STRAYFRAME_EXHAUST_HEAP_H
#define STRAYFRAME_EXHAUST_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SF_SMALL_HEAP_BYTES = 256 << 20,
    SF_SMALL_HEAP_GRANULE = 16,
    SF_SMALL_HEAP_CLASSES = 136, /* up to blocks of half the heap: four for each power of two */
    SF_SMALL_HEAP_PAGE = 4096,
    SF_SMALL_HEAP_PAGES = SF_SMALL_HEAP_BYTES / SF_SMALL_HEAP_PAGE,
    /* From this many granules in use on, pages that were never written are passed over. */
    SF_SMALL_HEAP_SPARSE = (64 << 10) / SF_SMALL_HEAP_GRANULE,
};

/* Before each block. */
struct sf_small_block {
    uint32_t requested_bytes; /* as the cache asked */
    uint32_t granules;        /* of its memory */
    uint32_t next_free;       /* of its class, as a granule; 0: none */
    uint32_t is_free;
};

struct sf_small_heap {
    uint32_t top;       /* granules in use, from the beginning */
    uint32_t dirty;     /* granules that may hold something */
    uint32_t too_small; /* 1: a cache wanted more than there is */
    uint32_t reserved;
    uint32_t free[SF_SMALL_HEAP_CLASSES]; /* the block that was freed last, as a granule; 0: none */
};

extern struct sf_small_heap sf_small_heap;
/* Which granules begin a block's header: one bit each. */
extern uint64_t sf_small_heap_starts[SF_SMALL_HEAP_BYTES / SF_SMALL_HEAP_GRANULE / 64];
extern uint8_t *sf_small_heap_base; /* NULL: there is none */

/* False where memory cannot be had, or where this program does not decide about malloc (under
 * sanitizers): caches are then replayed from the beginning. */
bool sf_small_heap_open(void);
/* Empty again. */
void sf_small_heap_reset(void);

void *sf_small_heap_alloc(size_t bytes);
void *sf_small_heap_alloc_zeroed(size_t bytes);
void *sf_small_heap_alloc_aligned(size_t alignment, size_t bytes);
void *sf_small_heap_realloc(void *memory, size_t bytes);
void sf_small_heap_free(void *memory);
static inline bool sf_small_heap_has(const void *memory)
{
    return sf_small_heap_base != NULL &&
           (uintptr_t)memory - (uintptr_t)sf_small_heap_base < SF_SMALL_HEAP_BYTES;
}

/* The block that a granule belongs to, as the granule of its header; UINT32_MAX: none. */
uint32_t sf_small_heap_block_at(uint32_t granule);
static inline struct sf_small_block *sf_small_heap_block(uint32_t granule)
{
    return (struct sf_small_block *)(void *)(sf_small_heap_base +
                                             (size_t)granule * SF_SMALL_HEAP_GRANULE);
}

/* Finds out which pages of the first `granules` may hold something; all others read as zero.
 * Returns how many pages there are. */
uint32_t sf_small_heap_look(uint32_t granules);
extern bool sf_small_heap_written[SF_SMALL_HEAP_PAGES];
static inline bool sf_small_heap_is_sparse(void)
{
    return sf_small_heap.top > SF_SMALL_HEAP_SPARSE;
}

/* Zeroes what is between these granules, and forgets that blocks began there. */
void sf_small_heap_clear(uint32_t from, uint32_t to);

/* Is malloc ours in this program? Defined with it, so that it is linked. */
extern const bool sf_small_malloc_is_ours;

#endif
