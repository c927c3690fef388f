/* Compares two runs record by record: one is saved in a stream, the other is running. Reports the
 * first record that differs, from both runs. */
#ifndef STRAYFRAME_RUN_COMPARE_H
#define STRAYFRAME_RUN_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/base/err.h"
#include "harness/trace/record.h"

struct sf_difference {
    bool found;
    bool over[2];               /* this run had ended before: it has no such record */
    uint64_t number;            /* of the first record that differs, from 1 */
    struct sf_record record[2]; /* both sides; all zeros where `over` */
};

struct sf_comparer {
    FILE *kept; /* borrowed: the first run's records, from where the stream stands */
    uint64_t kept_count;
    uint64_t heard_count;
    bool unreadable;
    struct sf_difference difference;
};

void sf_compare_begin(struct sf_comparer *comparer, FILE *kept, uint64_t kept_count);
/* Fits struct sf_trace_listener. */
void sf_compare_records(void *comparer, const struct sf_record *records, uint32_t count);
/* SF_ERR_MACHINE if the stream could not be read. */
SF_MUST_USE enum sf_err sf_compare_end(struct sf_comparer *comparer,
                                       struct sf_difference *difference_out, struct sf_diag *diag);

#endif
