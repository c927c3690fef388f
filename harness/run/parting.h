/* Where the traces of two runs part, of which the second has other stills of one tenant: the first
 * record that differs in more than the content and the length of stills. Records of what viewers
 * were shown are left out: a varied run has none. */
#ifndef STRAYFRAME_RUN_PARTING_H
#define STRAYFRAME_RUN_PARTING_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/trace/record.h"

struct sf_parting {
    struct kept_record *kept; /* owned: of the first run */
    uint64_t kept_count;
    uint64_t kept_capacity;
    bool second;          /* the run that is heard */
    uint64_t heard_count; /* of its records: all, and those that are compared */
    uint64_t compared_count;
    bool found;
    uint64_t number; /* in the first run's trace, from 1; one more than it has where it was over */
    uint32_t kind;   /* of the second run's record; of the first run's where that was over */
    sf_ns at_ns;
};

/* All zero is new. Before each run: the first one, then the second. May be begun again. */
void sf_parting_begin(struct sf_parting *parting, bool second);
/* Fits struct sf_trace_listener. */
void sf_parting_hear(void *parting, const struct sf_record *records, uint32_t count);
/* After both. */
void sf_parting_end(struct sf_parting *parting);
void sf_parting_fini(struct sf_parting *parting);

#endif
