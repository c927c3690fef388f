/* Where fingerprints are: for each the few looks whose stills have it. Part of the ledger. */
#ifndef STRAYFRAME_FRAME_POSTINGS_H
#define STRAYFRAME_FRAME_POSTINGS_H

#include <stdint.h>

enum { SF_POSTINGS_SHARERS_MAX = 4 };

struct sf_posting {
    uint64_t hash;
    uint32_t look; /* index */
    uint32_t at;   /* byte of the still that was indexed for the look */
};

struct sf_postings {
    struct sf_posting *slots; /* owned; open addressing by hash */
    uint32_t slots_count;     /* a power of two, or 0 */
    uint32_t count;
};

/* All zero is empty. Forgetting keeps the memory, unless it is much. */
void sf_postings_forget(struct sf_postings *postings);
void sf_postings_fini(struct sf_postings *postings);

/* Makes room for this many postings without growing. */
void sf_postings_reserve(struct sf_postings *postings, uint64_t count);

/* A second place of a fingerprint in the same look is not kept, nor are the looks of one that more
 * than SF_POSTINGS_SHARERS_MAX have. */
void sf_postings_add(struct sf_postings *postings, struct sf_posting posting);

/* How many looks have the fingerprint, and where; SF_POSTINGS_SHARERS_MAX + 1, and nothing written,
 * if there are too many. */
uint32_t sf_postings_find(const struct sf_postings *postings, uint64_t hash,
                          struct sf_posting out[SF_POSTINGS_SHARERS_MAX]);

/* Asserts that each posting can be found, and that there are as many as are counted. Walks the
 * table. */
void sf_postings_check(const struct sf_postings *postings);

#endif
