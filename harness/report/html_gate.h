/* The parts of the gate's page, in its order. Each writes a section, or nothing where it has
 * nothing to say. Included by html_gate*.c only. */
#ifndef STRAYFRAME_REPORT_HTML_GATE_H
#define STRAYFRAME_REPORT_HTML_GATE_H

#include "harness/report/gate_page.h"
#include "harness/report/html_parts.h"

extern const char sf_html_gate_style[]; /* html_gate_style.c */

void sf_html_gate_finds(const struct sf_gate_page *page, struct sf_text *out);
void sf_html_gate_comparison(const struct sf_gate_page *page, struct sf_text *out);
void sf_html_gate_matrix(const struct sf_gate_page *page, struct sf_text *out);
void sf_html_gate_probes(const struct sf_gate *gate, struct sf_text *out);
void sf_html_gate_small(const struct sf_gate_page *page, struct sf_text *out);
void sf_html_gate_limits(const struct sf_gate_page *page, struct sf_text *out);
void sf_html_gate_what_ran(const struct sf_gate_page *page, struct sf_text *out);

/* A command as it is pasted into a shell. */
void sf_html_command(const char *command, struct sf_text *out);

#endif
