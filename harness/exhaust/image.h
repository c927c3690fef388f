/* A saved small world: its state, its caches' heap, and what the cache's shared object keeps in
 * variables of its own. */
#ifndef STRAYFRAME_EXHAUST_IMAGE_H
#define STRAYFRAME_EXHAUST_IMAGE_H

#include "harness/exhaust/heap.h"
#include "harness/exhaust/state.h"

enum { SF_SMALL_SEGMENTS_MAX = 8 };

/* Writable memory of the shared objects that the caches are in. */
struct sf_small_segments {
    uint32_t count;
    size_t bytes; /* of all */
    struct {
        uint8_t *memory;
        size_t bytes;
    } of[SF_SMALL_SEGMENTS_MAX];
};

/* None for built-in caches, which keep nothing there. */
void sf_small_segments_find(const struct small *small, struct sf_small_segments *segments_out);

struct sf_small_image {
    struct sf_small_heap heap;
    size_t state_bytes;
    size_t starts_bytes; /* 0: not kept */
    uint32_t pages; /* of the heap, of which only those that were written are kept; 0: all is */
    size_t size;    /* of all that it holds */
    size_t capacity;
    uint8_t *bytes; /* state, starts, heap, segments */
};

/* `keeps_starts`: also where blocks begin, which is known where only events of the same order came
 * after it. */
void sf_small_image_save(struct sf_small_image *image, const struct small *small,
                         const struct sf_small_segments *segments, bool keeps_starts);
void sf_small_image_restore(const struct sf_small_image *image, struct small *small,
                            const struct sf_small_segments *segments);
void sf_small_image_free(struct sf_small_image *image);

/* A number for everything that decides what can still happen: the state, and the caches' memory as
 * it is reached from their roots, pointers by the block that they point into instead of by their
 * value. Freed memory is part of it, in the order in which it would be handed out again: two worlds
 * are the same only if recycled memory holds the same. */
uint64_t sf_small_canonical(const struct small *small, const struct sf_small_segments *segments);

#endif
