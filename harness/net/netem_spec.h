/* A spec as words, and what a word may be: the layer between text and netem_grammar.c's keywords.
 * Every error says the column, what was expected and what stands there. Only harness/net includes
 * this. */
#ifndef STRAYFRAME_NET_NETEM_SPEC_H
#define STRAYFRAME_NET_NETEM_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/net/netem.h"
#include "harness/net/netem_notes.h"
#include "harness/net/netem_units.h"

enum { SF_NETEM_WORDS_MAX = 256 };

struct sf_netem_word {
    const char *text;
    uint32_t column; /* from 1 */
};

/* A spec being read. `words` ends with an entry whose text is NULL, at the column past the end. */
struct sf_netem_spec {
    struct sf_netem_word words[SF_NETEM_WORDS_MAX + 1];
    uint32_t next;       /* the word to be read */
    const char *keyword; /* being read; NULL before the first */
    struct sf_netem_tables *tables;
    struct sf_netem_config *config;
    struct sf_netem_columns columns;
    struct sf_netem_notes *notes; /* may be NULL */
    struct sf_diag *diag;
    bool correlation_present; /* one that makes tc send them */
    char *text;               /* owned; the words point into these */
    char *profile_text;
};

/* Cuts `text` into words; `profile NAME` is replaced by that profile's words. The other members are
 * the caller's to set before. Whatever comes back, sf_netem_spec_close follows. */
SF_MUST_USE enum sf_err sf_netem_spec_open(struct sf_netem_spec *spec, const char *text);
void sf_netem_spec_close(struct sf_netem_spec *spec);

/* "WHATDETAIL" at a column. */
SF_MUST_USE enum sf_err sf_netem_spec_fail(const struct sf_netem_spec *spec, uint32_t column,
                                           const char *what, const char *detail);

/* What is wrong with a number; `expected` is a noun, such as "a time". */
SF_MUST_USE enum sf_err sf_netem_spec_bad_number(const struct sf_netem_spec *spec,
                                                 const struct sf_netem_word *word,
                                                 enum sf_netem_number result, const char *expected);

/* Optional numbers are taken only if they start with a digit: ".5%" and "-1" do not. */
bool sf_netem_spec_number_follows(const struct sf_netem_spec *spec);
/* Or with a minus sign. */
bool sf_netem_spec_signed_number_follows(const struct sf_netem_spec *spec);
/* Whether the next word is `name` or an abbreviation of it. */
bool sf_netem_spec_word_follows(const struct sf_netem_spec *spec, const char *name);

/* The next word, which must be there, as it is or as a value of some kind. `column_out` may be NULL
 * in all of them. */
SF_MUST_USE enum sf_err sf_netem_spec_take(struct sf_netem_spec *spec, const char *expected,
                                           struct sf_netem_word *word_out);
SF_MUST_USE enum sf_err sf_netem_spec_percent(struct sf_netem_spec *spec, uint32_t *fraction_out,
                                              uint32_t *column_out);
SF_MUST_USE enum sf_err sf_netem_spec_percent_and_rest(struct sf_netem_spec *spec,
                                                       uint32_t *fraction_out, uint32_t *rest_out,
                                                       uint32_t *column_out);
/* An optional percentage that makes tc send correlations. */
SF_MUST_USE enum sf_err sf_netem_spec_correlation(struct sf_netem_spec *spec,
                                                  uint32_t *fraction_out, uint32_t *column_out);
/* `was_microseconds`: that is what older versions of tc take a bare number for. */
SF_MUST_USE enum sf_err sf_netem_spec_time(struct sf_netem_spec *spec, sf_ns *time_out,
                                           uint32_t *column_out, bool was_microseconds);
SF_MUST_USE enum sf_err sf_netem_spec_table(struct sf_netem_spec *spec,
                                            const struct sf_netem_table **table_out);
SF_MUST_USE enum sf_err sf_netem_spec_s32(struct sf_netem_spec *spec, int32_t *value_out);
SF_MUST_USE enum sf_err sf_netem_spec_u32(struct sf_netem_spec *spec, const char *expected,
                                          uint32_t *value_out, uint32_t *column_out);

#endif
