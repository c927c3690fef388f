/* The story of a stray as a list of steps, in the HTML report. */
#include "harness/base/assert.h"
#include "harness/report/html.h"
#include "harness/report/report.h"

static const char *class_of(uint32_t lane)
{
    return lane == SF_LANE_OWNER ? "stray" : "own";
}

void sf_html_steps(const struct sf_kept_story *story, struct sf_text *out)
{
    SF_ASSERT(story != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(story->steps_count <= SF_STORY_STEPS_MAX);
    if (story->steps_count == 0) {
        return;
    }
    sf_html_put(out, "<ol class=\"story-line\" aria-label=\"How it came about\">\n");
    for (uint32_t i = 0; i < story->steps_count && i < SF_STORY_STEPS_MAX; i++) {
        const struct sf_kept_step *step = &story->steps[i];
        char at[32];
        sf_report_time(step->at_ns, at, sizeof at);
        sf_text_add(out, "<li class=\"%s\"><span class=\"at\">%s</span> <b>", class_of(step->lane),
                    at);
        sf_html_text(out, step->who);
        sf_html_put(out, "</b> ");
        sf_html_text(out, step->what);
        sf_html_put(out, "</li>\n");
    }
    sf_html_put(out, "</ol>\n");
}
