#include "harness/frame/postings.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum {
    FREE = UINT32_MAX,       /* in place of a look */
    COMMON = UINT32_MAX - 1, /* likewise: too many have it */
    SLOTS_COUNT_MIN = 1 << 12,
};

static void all_free(struct sf_postings *postings)
{
    /* FREE is all ones. */
    memset(postings->slots, 0xff, postings->slots_count * sizeof *postings->slots);
    postings->count = 0;
}

void sf_postings_fini(struct sf_postings *postings)
{
    SF_ASSERT(postings != NULL);
    free(postings->slots);
    *postings = (struct sf_postings){0};
}

void sf_postings_forget(struct sf_postings *postings)
{
    SF_ASSERT(postings != NULL);
    /* Clearing a large one would cost a small run that comes next more than growing one anew. */
    enum { SLOTS_COUNT_KEPT = 1 << 14 };
    if (postings->slots_count > SLOTS_COUNT_KEPT) {
        sf_postings_fini(postings);
    } else if (postings->count > 0) {
        all_free(postings);
    }
}

/* Into a table that has room. */
static void insert(struct sf_postings *postings, struct sf_posting posting)
{
    uint32_t mask = postings->slots_count - 1;
    uint32_t slot = (uint32_t)posting.hash & mask;
    uint32_t sharers = 0;
    for (; postings->slots[slot].look != FREE; slot = (slot + 1) & mask) {
        struct sf_posting *there = &postings->slots[slot];
        if (there->hash != posting.hash) {
            continue;
        }
        if (there->look == COMMON || there->look == posting.look) {
            return;
        }
        if (++sharers == SF_POSTINGS_SHARERS_MAX) {
            there->look = COMMON;
            return;
        }
    }
    postings->slots[slot] = posting;
    postings->count++;
}

static void resize(struct sf_postings *postings, uint32_t slots_count)
{
    struct sf_postings before = *postings;
    postings->slots = sf_alloc(slots_count, sizeof *postings->slots);
    postings->slots_count = slots_count;
    all_free(postings);
    for (uint32_t i = 0; i < before.slots_count; i++) {
        if (before.slots[i].look != FREE) {
            insert(postings, before.slots[i]);
        }
    }
    free(before.slots);
}

void sf_postings_reserve(struct sf_postings *postings, uint64_t count)
{
    SF_ASSERT(postings != NULL);
    uint32_t slots_count = postings->slots_count > 0 ? postings->slots_count : SLOTS_COUNT_MIN;
    while (slots_count < 2 * count) {
        slots_count *= 2;
        SF_ASSERT(slots_count > 0);
    }
    if (slots_count != postings->slots_count) {
        resize(postings, slots_count);
    }
}

void sf_postings_add(struct sf_postings *postings, struct sf_posting posting)
{
    SF_ASSERT(postings != NULL);
    sf_postings_reserve(postings, (uint64_t)postings->count + 1);
    insert(postings, posting);
}

uint32_t sf_postings_find(const struct sf_postings *postings, uint64_t hash,
                          struct sf_posting out[SF_POSTINGS_SHARERS_MAX])
{
    SF_ASSERT(postings != NULL);
    SF_ASSERT(out != NULL);
    if (postings->slots_count == 0) {
        return 0;
    }
    struct sf_posting found[SF_POSTINGS_SHARERS_MAX];
    uint32_t mask = postings->slots_count - 1;
    uint32_t slot = (uint32_t)hash & mask;
    uint32_t count = 0;
    for (; postings->slots[slot].look != FREE; slot = (slot + 1) & mask) {
        if (postings->slots[slot].hash != hash) {
            continue;
        }
        if (postings->slots[slot].look == COMMON) {
            return SF_POSTINGS_SHARERS_MAX + 1;
        }
        SF_ASSERT(count < SF_POSTINGS_SHARERS_MAX);
        found[count++] = postings->slots[slot];
    }
    memcpy(out, found, count * sizeof *out);
    return count;
}

void sf_postings_check(const struct sf_postings *postings)
{
    SF_ASSERT(postings != NULL);
    SF_ASSERT((postings->slots_count & (postings->slots_count - 1)) == 0);
    SF_ASSERT(2 * (uint64_t)postings->count <= postings->slots_count);
    uint32_t mask = postings->slots_count - 1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < postings->slots_count; i++) {
        const struct sf_posting *posting = &postings->slots[i];
        if (posting->look == FREE) {
            continue;
        }
        count++;
        /* The search for it begins at its hash and ends at the first free slot. */
        SF_ASSERT(i == ((uint32_t)posting->hash & mask) ||
                  postings->slots[(i - 1) & mask].look != FREE);
    }
    SF_ASSERT(count == postings->count);
}
