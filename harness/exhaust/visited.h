/* The states that were explored already, each with how many events further it was followed. */
#ifndef STRAYFRAME_EXHAUST_VISITED_H
#define STRAYFRAME_EXHAUST_VISITED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hash of 59 bits and a count below 32 in one word; 0 is none. */
struct sf_visited {
    uint64_t *words;
    size_t capacity; /* a power of two */
    size_t count;
    bool is_full; /* no more memory: new states are not recorded */
};

enum { SF_VISITED_WORDS_MAX = 1 << 25 };

void sf_visited_free(struct sf_visited *visited);

/* Was the state already followed for `further` events or more? Records that it is now. */
bool sf_visited_seen(struct sf_visited *visited, uint64_t state, uint32_t further);

#endif
