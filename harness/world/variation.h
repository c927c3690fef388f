/* Two runs that differ in nothing but one tenant's stills: what the second run changes, and who
 * watches what the cloud sends to viewers. Data only. */
#ifndef STRAYFRAME_WORLD_VARIATION_H
#define STRAYFRAME_WORLD_VARIATION_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/time.h"
#include "harness/scenario/plan.h"

/* The stills that a run changes: all that cameras take while this account owns them. */
struct sf_world_variation {
    enum sf_plan_vary kind; /* NOTHING: the ordinary run; the tenant is named all the same */
    uint32_t home_number;   /* a home of the account, as the plan numbers homes, from 0 */
    uint64_t key;           /* what the content is drawn from */
};

/* An answer as the cloud sends it. */
struct sf_world_answer {
    sf_ns at_ns;
    uint64_t request; /* its number in the trace */
    uint64_t validator;
    uint64_t session; /* to be used from now on; 0: none */
    struct sf_viewer_id viewer;
    uint32_t total_bytes; /* of a picture; 0: none comes */
    uint32_t range_offset;
    uint16_t said; /* SF_FLAG_STALE, SF_FLAG_INCOMPLETE */
    uint8_t status;
    uint8_t refusal;
    bool of_varied; /* the varied tenant has a part in it: its viewer, or its camera */
};

/* Hears every answer, in the order in which they are sent. */
struct sf_world_observer {
    void (*answer)(void *context, const struct sf_world_answer *answer);
    /* Bytes of the picture of an answer, from where the last ones ended. */
    void (*bytes)(void *context, sf_ns at_ns, uint64_t request, bool of_varied,
                  const uint8_t *bytes, uint32_t count);
    /* The rest of an answer does not come. */
    void (*stopped)(void *context, sf_ns at_ns, uint64_t request, bool of_varied);
    /* How many bytes of an answer take time on links. At most total_bytes. NULL: all. */
    uint32_t (*paid_bytes)(void *context, uint64_t request, uint32_t total_bytes);
    void *context;
};

#endif
