/* What the second run of a pair showed, as its records have it, and how that is said. */
#ifndef STRAYFRAME_ORACLE_INFLUENCE_H
#define STRAYFRAME_ORACLE_INFLUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/trace/record.h"

/* The first difference. Plain values: goes through shared memory. */
struct sf_influence_shown {
    bool found;
    bool parted;   /* the traces differ in more than the stills and their answers */
    uint32_t what; /* enum sf_influence */
    uint32_t offset_bytes;
    uint64_t values[2]; /* of the ordinary run, and of the one with other stills */
    uint64_t parted_number;
    uint32_t parted_kind;
    sf_ns parted_ns;
};

/* Takes any record; `shown` starts zeroed. */
void sf_influence_see(struct sf_influence_shown *shown, const struct sf_record *record);

/* "bytes 3f a0 12 00 9c 41 7a 01 where they are 51 a0 12 00 9c 41 7a 01 in the run with the other
 * stills; the traces part at record 8123 (store), at 00:12.345": no full stop. */
void sf_influence_say(const struct sf_influence_shown *shown, struct sf_text *out);

#endif
