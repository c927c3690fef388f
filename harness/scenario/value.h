/* The written form of single values: numbers, switches, shares, durations, instants, time zones,
 * names, texts. Each has a reader and a writer, and read(write(value)) == value. Readers know no
 * file: they give the reason ("'10' has no unit ..."), the caller adds the key and the place.
 *
 * A reader returns SF_OK or SF_ERR_INPUT; on an error `*_out` is not written. */
#ifndef STRAYFRAME_SCENARIO_VALUE_H
#define STRAYFRAME_SCENARIO_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"

enum { SF_SHOWN_BYTES = 48 };

/* `text` as a message shows it: cut after 40 bytes, between two characters, with "..." after the
 * cut. Returns `out`. */
const char *sf_value_shown(const char *text, char out[SF_SHOWN_BYTES]);

/* Whole numbers in decimal: no underscores, no leading zeros. */
SF_MUST_USE enum sf_err sf_value_whole_read(const char *text, int64_t *value_out,
                                            struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_value_seed_read(const char *text, uint64_t *value_out,
                                           struct sf_diag *diag);

/* true on yes, false off no, in small letters, Capitalised or CAPITALS. */
SF_MUST_USE enum sf_err sf_value_switch_read(const char *text, bool *value_out,
                                             struct sf_diag *diag);

/* "1.5%" in parts per million. */
SF_MUST_USE enum sf_err sf_value_share_read(const char *text, int64_t *ppm_out,
                                            struct sf_diag *diag);
void sf_value_share_print(int64_t ppm, struct sf_text *out);

/* "250ms", "1.5s", "1h30min": units ns us ms s min h d, from large to small, each at most once.
 * Exact: what is finer than 1 ns is refused. */
SF_MUST_USE enum sf_err sf_value_duration_read(const char *text, sf_ns *ns_out,
                                               struct sf_diag *diag);
/* In the largest unit that keeps a whole number. */
void sf_value_duration_print(sf_ns ns, struct sf_text *out);

/* RFC 3339 in UTC, "2019-12-26T22:00:00Z", years 1970 to 9999, whole seconds. */
#define SF_INSTANT_S_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
SF_MUST_USE enum sf_err sf_value_instant_read(const char *text, int64_t *unix_s_out,
                                              struct sf_diag *diag);
/* `unix_s` is 0 to SF_INSTANT_S_MAX. */
void sf_value_instant_print(int64_t unix_s, struct sf_text *out);

/* "+01:00": the offset from UTC, -12:00 to +14:00, in s. */
enum { SF_ZONE_S_MIN = -12 * 3600, SF_ZONE_S_MAX = 14 * 3600 };
SF_MUST_USE enum sf_err sf_value_zone_read(const char *text, int32_t *offset_s_out,
                                           struct sf_diag *diag);
void sf_value_zone_print(int32_t offset_s, struct sf_text *out);

/* A name fits SF_TEXT_BYTES and has only small letters, digits and '-'. Any other text fits `bytes`
 * with its terminator, is UTF-8, and has no character that YAML cannot carry in one line. `bytes`
 * is also how far a missing terminator is looked for, so a plan from a fuzzer can be handed in. */
SF_MUST_USE enum sf_err sf_value_name_check(const char *name, struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_value_text_check(const char *text, size_t bytes, struct sf_diag *diag);

/* "a, b or c", for "known are ..."; "none" for no word at all. `words` is NULL-terminated. */
void sf_value_words_print(const char *const *words, struct sf_text *out);

/* A checked text as a YAML scalar: in double quotes where YAML 1.1 or 1.2 would otherwise take it
 * for something else. */
void sf_value_text_print(const char *text, struct sf_text *out);

/* What may stand for a frame cache: "builtin:NAME" or the path of a ".so", either with
 * "?key=value&key=value" behind it. */
SF_MUST_USE enum sf_err sf_value_cache_check(const char *spec, struct sf_diag *diag);

#endif
