/* The story of a finding, for a terminal and for programs. */
#ifndef STRAYFRAME_REPORT_STORY_H
#define STRAYFRAME_REPORT_STORY_H

#include <jansson.h>

#include "harness/report/report.h"
#include "harness/story/story.h"

/* The paragraph, then a line a step in a sequence diagram. */
/* Breaks a text into lines that fit a page. */
void sf_report_paragraph(const char *text, struct sf_text *out);

void sf_report_story_text(const struct sf_story *story, const struct sf_paint *paint,
                          struct sf_text *out);

/* What a page tells. Borrowed. */
struct sf_story_page {
    const struct sf_story *story;
    const char *heading; /* which run and which finding of it */
    const struct sf_finding *finding;
    const char *command;                /* that gives this page again */
    const struct sf_exhibits *exhibits; /* NULL: no pictures */
    const char *without_pictures;       /* why; NULL: there are pictures, or nothing to show */
};

/* The same as one HTML page without outside references. */
void sf_report_story_html(const struct sf_story_page *page, struct sf_text *out);

/* {finding, story: [{at_ms, who, what}], paragraph}; a new reference. Both NULL: there is nothing
 * to tell, and these are null, empty and "". */
json_t *sf_report_story_json(const struct sf_story *story, const struct sf_finding *finding);

#endif
