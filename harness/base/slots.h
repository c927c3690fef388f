/* A table of items of one size. Each has a handle that is never used again, so a stale handle is
 * recognised. Items do not move. The memory grows to its high-water mark
 * and is kept. */
#ifndef STRAYFRAME_BASE_SLOTS_H
#define STRAYFRAME_BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

enum { SF_SLOTS_PER_CHUNK = 256, SF_SLOTS_CHUNKS_MAX = 1 << 16 };

/* Index in the low half, counted from 1, and generation in the high half. Never 0. */
typedef uint64_t sf_handle;

struct sf_slots {
    size_t item_bytes;
    uint32_t count;      /* in use */
    uint32_t used_count; /* slots that were ever used */
    uint32_t free_first; /* index + 1 of the slot freed last; 0 for none */
    uint32_t chunks_count;
    uint32_t chunks_capacity;
    uint8_t **chunks;
};

void sf_slots_init(struct sf_slots *slots, size_t item_bytes);
void sf_slots_fini(struct sf_slots *slots);
/* Frees every slot, keeps the memory, and counts generations from 1 again. */
void sf_slots_reset(struct sf_slots *slots);

/* A zeroed item. */
sf_handle sf_slots_take(struct sf_slots *slots, void **item_out);
/* The item, or NULL if the handle is stale or never was one. */
void *sf_slots_get(const struct sf_slots *slots, sf_handle handle);
void sf_slots_give(struct sf_slots *slots, sf_handle handle);

/* The handles in use, in order of their index: 0 to start, 0 at the end. */
sf_handle sf_slots_next(const struct sf_slots *slots, sf_handle after);

/* Asserts that each slot ever used is either in use or in the list of free ones, once. Walks all
 * slots. */
void sf_slots_check(const struct sf_slots *slots);

#endif
