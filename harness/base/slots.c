#include "harness/base/slots.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

struct slot {
    uint32_t generation;
    uint32_t free_next; /* index + 1, 0 for none */
    uint32_t used;
    uint32_t reserved;
};

_Static_assert(sizeof(struct slot) == 16, "an item behind it is aligned for any type");

static size_t slot_bytes(const struct sf_slots *slots)
{
    return sizeof(struct slot) + ((slots->item_bytes + 15) & ~(size_t)15);
}

static struct slot *slot_at(const struct sf_slots *slots, uint32_t index)
{
    uint8_t *chunk = slots->chunks[index / SF_SLOTS_PER_CHUNK];
    return (struct slot *)(void *)(chunk + (index % SF_SLOTS_PER_CHUNK) * slot_bytes(slots));
}

void sf_slots_init(struct sf_slots *slots, size_t item_bytes)
{
    SF_ASSERT(slots != NULL);
    SF_ASSERT(item_bytes > 0);
    *slots = (struct sf_slots){.item_bytes = item_bytes};
}

void sf_slots_fini(struct sf_slots *slots)
{
    SF_ASSERT(slots != NULL);
    for (uint32_t i = 0; i < slots->chunks_count; i++) {
        free(slots->chunks[i]);
    }
    free(slots->chunks);
    *slots = (struct sf_slots){.item_bytes = slots->item_bytes};
}

void sf_slots_reset(struct sf_slots *slots)
{
    SF_ASSERT(slots != NULL);
    slots->count = 0;
    slots->used_count = 0;
    slots->free_first = 0;
}

static void add_chunk(struct sf_slots *slots)
{
    if (slots->chunks_count == slots->chunks_capacity) {
        slots->chunks_capacity = slots->chunks_capacity > 0 ? slots->chunks_capacity * 2 : 4;
        SF_ASSERT(slots->chunks_capacity <= SF_SLOTS_CHUNKS_MAX);
        slots->chunks = sf_realloc(slots->chunks, slots->chunks_capacity, sizeof *slots->chunks);
    }
    slots->chunks[slots->chunks_count++] = sf_alloc(SF_SLOTS_PER_CHUNK, slot_bytes(slots));
}

static uint32_t free_index(struct sf_slots *slots)
{
    if (slots->free_first != 0) {
        uint32_t index = slots->free_first - 1;
        slots->free_first = slot_at(slots, index)->free_next;
        return index;
    }
    if (slots->used_count == slots->chunks_count * SF_SLOTS_PER_CHUNK) {
        add_chunk(slots);
    }
    uint32_t index = slots->used_count++;
    slot_at(slots, index)->generation = 0;
    return index;
}

sf_handle sf_slots_take(struct sf_slots *slots, void **item_out)
{
    SF_ASSERT(slots != NULL);
    SF_ASSERT(item_out != NULL);
    uint32_t index = free_index(slots);
    struct slot *slot = slot_at(slots, index);
    slot->generation++;
    SF_ASSERT(slot->generation != 0);
    slot->used = 1;
    slots->count++;
    *item_out = slot + 1;
    memset(*item_out, 0, slots->item_bytes);
    return (uint64_t)slot->generation << 32 | (index + 1);
}

static struct slot *slot_of(const struct sf_slots *slots, sf_handle handle)
{
    uint32_t number = (uint32_t)handle;
    if (number == 0 || number > slots->used_count) {
        return NULL;
    }
    struct slot *slot = slot_at(slots, number - 1);
    return slot->used != 0 && slot->generation == handle >> 32 ? slot : NULL;
}

void *sf_slots_get(const struct sf_slots *slots, sf_handle handle)
{
    SF_ASSERT(slots != NULL);
    struct slot *slot = slot_of(slots, handle);
    return slot != NULL ? slot + 1 : NULL;
}

void sf_slots_give(struct sf_slots *slots, sf_handle handle)
{
    SF_ASSERT(slots != NULL);
    struct slot *slot = slot_of(slots, handle);
    SF_ASSERT(slot != NULL);
    SF_ASSERT(slots->count > 0);
    slot->used = 0;
    slot->free_next = slots->free_first;
    slots->free_first = (uint32_t)handle;
    slots->count--;
}

sf_handle sf_slots_next(const struct sf_slots *slots, sf_handle after)
{
    SF_ASSERT(slots != NULL);
    for (uint32_t index = (uint32_t)after; index < slots->used_count; index++) {
        struct slot *slot = slot_at(slots, index);
        if (slot->used != 0) {
            return (uint64_t)slot->generation << 32 | (index + 1);
        }
    }
    return 0;
}

void sf_slots_check(const struct sf_slots *slots)
{
    SF_ASSERT(slots != NULL);
    SF_ASSERT(slots->chunks_count <= slots->chunks_capacity);
    SF_ASSERT(slots->used_count <= slots->chunks_count * SF_SLOTS_PER_CHUNK);
    SF_ASSERT(slots->count <= slots->used_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < slots->used_count; i++) {
        const struct slot *slot = slot_at(slots, i);
        SF_ASSERT(slot->generation > 0);
        SF_ASSERT(slot->used <= 1);
        count += slot->used;
    }
    SF_ASSERT(count == slots->count);
    uint32_t free_count = 0;
    for (uint32_t next = slots->free_first; next != 0; next = slot_at(slots, next - 1)->free_next) {
        SF_ASSERT(next <= slots->used_count);
        SF_ASSERT(slot_at(slots, next - 1)->used == 0);
        free_count++;
        SF_ASSERT(free_count <= slots->used_count); /* no circle */
    }
    SF_ASSERT(free_count + count == slots->used_count);
}
