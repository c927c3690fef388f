/* Parts that the pages about findings share: the diagram of a story, and its pictures. Included by
 * html*.c and their tests only. */
#ifndef STRAYFRAME_REPORT_HTML_PARTS_H
#define STRAYFRAME_REPORT_HTML_PARTS_H

#include "harness/judge/exhibit.h"
#include "harness/oracle/oracle.h"
#include "harness/report/html.h"
#include "harness/story/story.h"

/* ---- html_diagram.c ---- */

extern const char sf_html_diagram_style[];

/* The steps, the culprit marked. */
void sf_html_diagram(const struct sf_story *story, struct sf_text *out);
/* A line on each home; nothing where there is none. */
void sf_html_homes(const struct sf_story *story, struct sf_text *out);

/* ---- html_exhibit.c ---- */

extern const char sf_html_exhibit_style[];

/* What the viewer saw, what the owner's camera had captured, and what should have been shown, side
 * by side. Nothing without an exhibit. */
void sf_html_exhibit(const struct sf_exhibits *exhibits, const struct sf_finding *finding,
                     struct sf_text *out);

/* The finding as a heading: "The hub of home 2 was shown home 5's capture 3". */
void sf_html_finding(const struct sf_finding *finding, struct sf_text *out);

#endif
