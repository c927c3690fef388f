#include "harness/exhaust/visited.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { FURTHER_BITS = 5, FIRST_CAPACITY = 1 << 12 };
#define FURTHER_MASK ((UINT64_C(1) << FURTHER_BITS) - 1)

void sf_visited_free(struct sf_visited *visited)
{
    SF_ASSERT(visited != NULL);
    free(visited->words);
    *visited = (struct sf_visited){0};
}

/* Where the state is, or would be. */
static size_t place_of(const struct sf_visited *visited, uint64_t key)
{
    size_t at = (size_t)(key >> FURTHER_BITS) & (visited->capacity - 1);
    while (visited->words[at] != 0 && (visited->words[at] & ~FURTHER_MASK) != key) {
        at = (at + 1) & (visited->capacity - 1);
    }
    return at;
}

static void grow(struct sf_visited *visited)
{
    struct sf_visited larger = {.capacity = visited->capacity == 0 ? FIRST_CAPACITY
                                                                   : visited->capacity * 2};
    larger.words = sf_alloc(larger.capacity, sizeof larger.words[0]);
    for (size_t i = 0; i < visited->capacity; i++) {
        if (visited->words[i] != 0) {
            larger.words[place_of(&larger, visited->words[i] & ~FURTHER_MASK)] = visited->words[i];
        }
    }
    larger.count = visited->count;
    free(visited->words);
    *visited = larger;
}

bool sf_visited_seen(struct sf_visited *visited, uint64_t state, uint32_t further)
{
    SF_ASSERT(visited != NULL);
    SF_ASSERT(further <= FURTHER_MASK);
    if (visited->count * 2 >= visited->capacity && visited->capacity < SF_VISITED_WORDS_MAX) {
        grow(visited);
    }
    uint64_t key = state & ~FURTHER_MASK;
    key = key != 0 ? key : FURTHER_MASK + 1;
    size_t at = place_of(visited, key);
    if (visited->words[at] != 0) {
        if ((visited->words[at] & FURTHER_MASK) >= further) {
            return true;
        }
        visited->words[at] = key | further;
        return false;
    }
    if (visited->count * 4 >= visited->capacity * 3) {
        visited->is_full = true;
        return false;
    }
    visited->words[at] = key | further;
    visited->count++;
    return false;
}
