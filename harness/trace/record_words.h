/* What can be done with a record of any kind from the table of kinds alone: its text form, the
 * fields in which two records differ, whether it can belong to a run of this size, and the table in
 * docs/traces.md. Knows no kind by name. */
#ifndef STRAYFRAME_TRACE_RECORD_WORDS_H
#define STRAYFRAME_TRACE_RECORD_WORDS_H

#include <stdbool.h>

#include "harness/base/text.h"
#include "harness/trace/record.h"

/* The text form: "00:02.828134000 hub 0 asks for camera 0, connection 1, request 3". Homes, and
 * what is in them, are counted from 0 here. */
void sf_record_say(const struct sf_record *record, struct sf_text *out);

/* The same as users see it, with homes, and what is in them, counted from 1 as in every sentence:
 * "00:02.828134000 hub of home 1 asks for camera 1, connection 1, request 3". */
void sf_record_tell(const struct sf_record *record, struct sf_text *out);

/* "viewer, hash": in which fields two records differ; "" if in none. */
void sf_record_say_difference(const struct sf_record *first, const struct sf_record *second,
                              struct sf_text *out);

/* A value of a field whose values have names: (number & mask) == value is said as `word`. */
struct sf_word {
    uint16_t mask;
    uint16_t value;
    const char *word;
};

/* The names of a type's values, ended by a word that is NULL; NULL for a type without names. */
const struct sf_word *sf_field_words(enum sf_field_type type);

/* The noun before a number of this type in the text form ("camera", "node"), "" for none; and what
 * is said in place of SF_NOBODY, NULL where that is no value of the type. Viewers are said by kind
 * and home ("hub 0") and have no noun. */
const char *sf_field_noun(enum sf_field_type type);
const char *sf_field_none(enum sf_field_type type);
/* The unit behind a number: "ns"; "" for none. */
const char *sf_field_unit(enum sf_field_type type);

/* Which numbers a field may have in a run of this size. */
struct sf_record_bounds {
    uint64_t end[SF_FIELD_TYPES_COUNT]; /* a number is below it, or is the type's SF_NOBODY */
};

void sf_record_bounds_init(struct sf_record_bounds *bounds, uint32_t homes_count);

/* Whether a record from outside can be of such a run: its kind is known, and each of its fields is
 * a value of the field's type. */
bool sf_record_fits(const struct sf_record_bounds *bounds, const struct sf_record *record);

/* The tables of kinds and of types, as docs/traces.md has them. */
void sf_record_document(struct sf_text *out);

/* The fields of a kind, one line: "viewer; a camera, b connection, c request". */
void sf_record_say_fields(enum sf_record_kind kind, struct sf_text *out);

#endif
