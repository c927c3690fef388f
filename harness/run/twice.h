/* The same run twice, held against each other record by record. */
#ifndef STRAYFRAME_RUN_TWICE_H
#define STRAYFRAME_RUN_TWICE_H

#include "harness/run/run.h"

struct sf_twice {
    bool same;
    uint64_t records_count; /* of the run; where they differ, the number of the first record that
                               does, from 1 */
    uint64_t hash[2];
    struct sf_record
        record[2]; /* where they differ: both sides; all zeros beyond the end of a shorter run */
};

/* SF_ERR_MACHINE when the first run's records cannot be kept in a temporary file. */
SF_MUST_USE enum sf_err sf_run_twice(const struct sf_plan *plan, const struct sf_run_caches *caches,
                                     struct sf_twice *twice_out, struct sf_diag *diag);

#endif
