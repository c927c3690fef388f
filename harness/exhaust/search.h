/* Every order of one small world up to a depth, depth first. */
#ifndef STRAYFRAME_EXHAUST_SEARCH_H
#define STRAYFRAME_EXHAUST_SEARCH_H

#include "harness/exhaust/image.h"
#include "harness/exhaust/visited.h"

enum sf_search_end {
    SF_SEARCH_DONE,    /* every order of this depth was tried */
    SF_SEARCH_FOUND,   /* the last order leaks */
    SF_SEARCH_STOPPED, /* the budget ended */
};

struct sf_search {
    struct small small;
    struct sf_small_segments segments;
    bool snapshots; /* else each order is replayed from the beginning */
    bool merges;    /* states that were explored are not explored again; snapshots only */
    /* Called from time to time: true ends the search. May be NULL. */
    bool (*expired)(void *context);
    void *context;
    struct sf_visited visited;
    struct sf_small_image images[SF_SMALL_EVENTS_MAX + 1];
    struct sf_small_image aside; /* while an order is replayed with other content */

    /* What came out of the latest depth. */
    struct sf_small_order order;    /* with FOUND, and while it runs: what is being tried */
    struct sf_small_order *watched; /* the same, where another process sees it; NULL: none */
    struct sf_small_find find;
    uint64_t orders_count;    /* sequences of events tried: each that is longer by one counts */
    uint64_t answers_count;   /* with bytes, judged */
    uint64_t copied_bytes;    /* of snapshots, saved and put back */
    uint64_t states_count;    /* merges: different ones that were followed */
    uint32_t depth_reached;   /* the longest order */
    uint64_t own_bytes_count; /* answers that only seemed to leak: the cache's own bytes */
    bool merged_in_part;      /* the table of states was full */
    bool is_unrepeatable;     /* a boxed cache did not do the same again; the search has stopped */
    bool met_bound;           /* a table of the host's was full somewhere */

    struct sf_small_order contract_order; /* the first that breaks the contract; count 0: none */
    struct sf_small_find contract_find;
};

/* Prepares a world for the cache; `small` has its modules and world set. */
void sf_search_init(struct sf_search *search, uint64_t seed);
/* Other identity numbers, for the next depth. */
void sf_search_name(struct sf_search *search, uint64_t seed);
void sf_search_free(struct sf_search *search);

enum sf_search_end sf_search_depth(struct sf_search *search, uint32_t depth);

/* Runs an order from the beginning. False if an event of it is not possible when its turn comes:
 * *failed_out is which. What came out is in search->find, the first of the order, and in
 * search->small.contract. */
bool sf_search_replay(struct sf_search *search, const struct sf_small_order *order,
                      uint32_t *failed_out);

#endif
