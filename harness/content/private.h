/* How a pool of contents is laid out. Private to contents.c, guard.c and their test. */
#ifndef STRAYFRAME_CONTENT_PRIVATE_H
#define STRAYFRAME_CONTENT_PRIVATE_H

#include "harness/content/contents.h"

/* Eight classes for each doubling of the size, from the smallest. */
enum {
    CHUNK_BYTES = SF_CONTENT_BYTES_MAX, /* a chunk begins at a multiple of it */
    SLOT_BYTES_MIN = 512,
    CLASSES_PER_DOUBLING = 8,
    CLASSES_COUNT = 13 * CLASSES_PER_DOUBLING + 1,
};

/* Memory for contents of one class. */
struct sf_chunk {
    struct sf_contents *pool;
    uint8_t *seen;    /* what others see: CHUNK_BYTES of it */
    uint8_t *written; /* the same memory where its owner writes; without a guard the same view */
    uint32_t class;
    uint32_t slot_bytes;
    uint32_t slots_count;
    uint32_t used_count; /* slots that were ever taken */
    struct sf_content *contents;
};

struct sf_contents {
    struct sf_content *free[CLASSES_COUNT];  /* by class */
    struct sf_chunk *filling[CLASSES_COUNT]; /* by class: has slots that were never taken; NULL */
    struct sf_chunk **chunks;                /* owned; open addressing by `seen` */
    uint32_t chunks_count;
    uint32_t chunks_capacity; /* a power of two, or 0 */
    uint32_t count;           /* contents in use */
    bool guarded;
    int file;                        /* guarded: the memory */
    int owner;                       /* guarded: the process that may use it */
    volatile uint32_t hits_count;    /* guarded: writes that were caught and not asked for yet */
    struct sf_content *volatile hit; /* the latest, and where it was */
    const void *volatile hit_at;
    struct sf_contents *next; /* of all guarded ones of the process */
};

/* The chunk that this address is in; NULL. Safe in a signal handler. */
struct sf_chunk *sf_chunk_of(const struct sf_contents *pool, const void *address);

/* ---- guard.c ---- */

void sf_guard_init(struct sf_contents *pool);
void sf_guard_fini(struct sf_contents *pool);
/* Maps both views of a new chunk. */
void sf_guard_map(struct sf_contents *pool, struct sf_chunk *chunk);
/* The page of the hit is read-only again. */
void sf_guard_restore(struct sf_contents *pool);

#endif
