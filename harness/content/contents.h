/* Bytes that never change, with counted references: a still is made once, and the upload that
 * carries it, the cache that keeps it and the answer that passes it on are the same bytes.
 *
 * A pool of contents takes memory in chunks, each for contents of about one size, and keeps what is
 * given back for the next run. Any pointer can be asked whether it leads into a content, which is
 * how an answer that passes lent bytes on is recognised.
 *
 * In a guarded pool the bytes that others see are a second view of the memory, which the processor
 * does not let them write: a write is noted with the content that it hit, and is then let through.
 * Without a guard, sf_content_is_intact says by hash whether bytes are still what they were.
 *
 * A guarded pool is of use only in the process that made it: the memory of both views is one file,
 * which a forked process would share. */
#ifndef STRAYFRAME_CONTENT_CONTENTS_H
#define STRAYFRAME_CONTENT_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SF_CONTENT_BYTES_MAX = 4 << 20 };

struct sf_content {
    const uint8_t *bytes; /* `count` of them */
    uint64_t hash;        /* sf_hash of all, if `hashed` */
    uint32_t count;
    uint32_t references; /* 0: it is free */
    bool hashed;
    bool written;            /* of a guarded pool: another than its owner wrote */
    struct sf_content *next; /* while it is free */
    struct sf_chunk *chunk;
};

struct sf_contents;

/* Never NULL. */
struct sf_contents *sf_contents_create(bool guarded);
/* A run begins: from here on writes are noted, until another handler of SIGSEGV is installed. Does
 * nothing for a pool without a guard. */
void sf_contents_guard(struct sf_contents *pool);
/* No content may be in use. NULL is fine. */
void sf_contents_destroy(struct sf_contents *pool);

/* A new content of 1 to SF_CONTENT_BYTES_MAX bytes, with one reference, that belongs to the caller.
 * The caller fills it in through *room_out, and shows it to no one before that. */
struct sf_content *sf_content_take(struct sf_contents *pool, uint32_t count, uint8_t **room_out);
/* The same, filled in. */
struct sf_content *sf_content_copy(struct sf_contents *pool, const uint8_t *bytes, uint32_t count);
/* Where its owner writes. */
uint8_t *sf_content_room(const struct sf_content *content);

/* One reference more; returns the content. */
struct sf_content *sf_content_keep(struct sf_content *content);
/* One reference less. NULL is fine. After the last the memory is used again. */
void sf_content_drop(struct sf_content *content);

/* The content in use that has all of these bytes; NULL if they are not the pool's. */
struct sf_content *sf_contents_find(const struct sf_contents *pool, const uint8_t *bytes,
                                    uint32_t count);

/* Remembers the hash, which the caller has worked out. */
void sf_content_set_hash(struct sf_content *content, uint64_t hash);
/* False if the bytes are not those that the hash was worked out for. True without a hash. */
bool sf_content_is_intact(const struct sf_content *content);

/* A content that another than its owner has written into since the last call; guarded pools only.
 * NULL if there is none. It may have been dropped by then. */
struct sf_content *sf_contents_written(struct sf_contents *pool);

/* In use. */
uint32_t sf_contents_count(const struct sf_contents *pool);
/* Asserts what must hold: the count is right, and free contents are free. Looks at each. */
void sf_contents_check(const struct sf_contents *pool);

#endif
