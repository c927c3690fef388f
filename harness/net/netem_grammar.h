/* tc's netem grammar: text to parameters and back. Accepts what the newest tc accepts between
 * `netem` and the end of its line, with the same meaning, and refuses what it refuses; a few inputs
 * that tc lets through although they are no numbers (nan, negative rates) are refused too. Ours are
 * two words that tc does not know and that are never cut short: `profile NAME`, which stands for
 * that profile's own spec, and `keep-order`. */
#ifndef STRAYFRAME_NET_NETEM_GRAMMAR_H
#define STRAYFRAME_NET_NETEM_GRAMMAR_H

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/net/netem.h"
#include "harness/net/netem_notes.h"

/* Reads `spec`, such as "delay 50ms 10ms distribution normal loss gemodel 1% 20% seed 7". An empty
 * one is a link that does nothing. Built-in tables only. `notes_out` may be NULL; else it is
 * emptied first. SF_ERR_INPUT with diag->column, from 1, at the offending word, or one past the end
 * where a word is missing; config_out is then undefined. */
SF_MUST_USE enum sf_err sf_netem_parse(const char *spec, struct sf_netem_config *config_out,
                                       struct sf_netem_notes *notes_out, struct sf_diag *diag);

/* The same with distribution tables from files too; the config borrows them from `tables`. */
SF_MUST_USE enum sf_err sf_netem_parse_with(const char *spec, struct sf_netem_tables *tables,
                                            struct sf_netem_config *config_out,
                                            struct sf_netem_notes *notes_out, struct sf_diag *diag);

/* Appends the canonical line for a config that came from sf_netem_parse: every keyword in full, a
 * fixed order, the limit always written; reading it gives an equal config. */
void sf_netem_print(const struct sf_netem_config *config, struct sf_text *text);

/* Whether two configs mean the same, field by field. */
bool sf_netem_config_same(const struct sf_netem_config *a, const struct sf_netem_config *b);

#endif
