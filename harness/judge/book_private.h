/* How a book of captures is laid out. Private to book.c and its tests. */
#ifndef STRAYFRAME_JUDGE_BOOK_PRIVATE_H
#define STRAYFRAME_JUDGE_BOOK_PRIVATE_H

#include "harness/judge/book.h"

/* A capture that was made. Each knows the one before it of the same camera. */
struct book_entry {
    uint32_t camera;
    uint32_t capture;
    uint32_t previous; /* place in `entries`, from 1; 0: none */
    uint32_t tenant;   /* owner of the camera at the time */
    int64_t when;      /* local_unix_s, and in the lowest bit whether it is an infrared picture */
};
_Static_assert(sizeof(struct book_entry) == 24, "a run has many, and keeps them all");

static inline int64_t book_entry_local_unix_s(const struct book_entry *entry)
{
    return entry->when >> 1;
}

static inline bool book_entry_night(const struct book_entry *entry)
{
    return (entry->when & 1) != 0;
}

struct book_camera {
    struct sf_book_camera facts;
    bool described;
    bool given; /* it has had another owner */
    uint32_t captures_count;
    uint32_t latest;                      /* place in `entries`, from 1; 0: none yet */
    uint64_t hashes[SF_BOOK_HASHES_KEPT]; /* by the capture's number modulo SF_BOOK_HASHES_KEPT */
};

struct sf_book {
    struct sf_book_stills stills;
    struct book_camera *cameras; /* owned */
    uint32_t cameras_count;
    uint32_t cameras_capacity;
    struct book_entry *entries; /* owned; all captures of the run, in order */
    uint32_t entries_count;
    uint32_t entries_capacity;
    struct sf_ledger *ledger; /* owned; made when first needed */
    uint32_t ledger_told;     /* how many of `entries` it knows */
    uint8_t *scratch;         /* owned; still_bytes_max long; NULL until it is needed */
    size_t still_bytes_max;
};

#endif
