/* Records in words, and what can be said of any record from the table of kinds alone: what each of
 * its fields means, whether it can belong to a run of this size. Knows no kind by name. */
#ifndef STRAYFRAME_TRACE_RECORD_WORDS_H
#define STRAYFRAME_TRACE_RECORD_WORDS_H

#include <stdbool.h>

#include "harness/base/text.h"
#include "harness/trace/record.h"

/* "00:02.828134000 delivered: viewer 2, bytes arrived 10400, total bytes 10400, request 1 of viewer
 * 2 ..., flags 0x3". */
void sf_record_say(const struct sf_record *record, struct sf_text *out);

/* "who (viewer) and d (content hash)": in which fields two records differ; "" if in none. */
void sf_record_say_difference(const struct sf_record *first, const struct sf_record *second,
                              struct sf_text *out);

/* Whom or what `who` numbers. */
enum sf_subject {
    SF_SUBJECT_OTHER,
    SF_SUBJECT_TENANT,
    SF_SUBJECT_CAMERA,
    SF_SUBJECT_VIEWER,
    SF_SUBJECT_LINK
};

enum sf_subject sf_record_subject(enum sf_record_kind kind);

/* The largest tenant, camera, viewer and link that a record may name, by kind, for who, a and b. */
struct sf_record_bounds {
    uint64_t end[SF_RECORD_KINDS_COUNT][3]; /* the value is below it; or it is SF_NOBODY and ... */
    bool nobody[SF_RECORD_KINDS_COUNT][3];  /* ... that is allowed */
};

void sf_record_bounds_init(struct sf_record_bounds *bounds, uint32_t homes_count);

/* Whether a record from outside can be of such a run: its kind is known, and everybody whom it
 * names is there. */
bool sf_record_fits(const struct sf_record_bounds *bounds, const struct sf_record *record);

#endif
