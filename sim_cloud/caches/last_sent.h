/* A table beside the shelf: a copy of the last still that was sent, by places of the cache's choice.
 * For planted defects with a fallback of their own. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_LAST_SENT_H
#define STRAYFRAME_SIM_CLOUD_CACHES_LAST_SENT_H

#include "sim_cloud/caches/shelf.h"

/* Empty when zeroed, but for still_bytes_max, which its owner sets. */
struct last_sent {
    struct kit_map stills; /* by place */
    uint32_t still_bytes_max;
};

/* Replaces the copy at this place. */
void sf_last_sent_put(struct last_sent *last, struct shelf_place place, struct edge_still still);
/* Without bytes if there is none. */
struct edge_still sf_last_sent_get(const struct last_sent *last, struct shelf_place place);
/* Removes every copy whose place begins with `a`. */
void sf_last_sent_forget(struct last_sent *last, uint64_t a);
void sf_last_sent_fini(struct last_sent *last);

#endif
