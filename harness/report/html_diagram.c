/* The story of a finding as a sequence diagram in an HTML page: a table, a row a step, with the
 * arrows in one column and the same in words in the next. */
#include "harness/base/assert.h"
#include "harness/report/html_parts.h"
#include "harness/report/report.h"

const char sf_html_diagram_style[] =
    ".homes{list-style:none;padding:0;font-size:.9375rem;color:var(--quiet)}\n"
    "table.steps{table-layout:fixed}\n"
    ".steps th,.steps td{text-align:left;vertical-align:top;padding:.4rem 0}\n"
    ".steps th:first-child{width:6.2rem;font-size:.8125rem;color:var(--quiet)}\n"
    ".steps .lanes{width:15rem;position:relative;border-bottom:0;padding:0}\n"
    ".steps .names{display:flex}\n"
    ".steps .names span{flex:1;min-width:0;text-align:center;padding:.4rem .2rem}\n"
    ".steps td:last-child,.steps thead th:last-child{padding-left:1.2rem}\n"
    ".steps i{position:absolute;top:0;bottom:0;width:1px;background:var(--quiet);opacity:.45}\n"
    ".steps b{position:absolute;top:.95rem;height:0;border-top:2px solid var(--app);"
    "text-align:center;line-height:0}\n"
    ".steps b::after{content:'';position:absolute;top:-.4rem;border:.35rem solid transparent}\n"
    ".steps b.right::after{right:-.35rem;border-left-color:var(--app)}\n"
    ".steps b.left::after{left:-.35rem;border-right-color:var(--app)}\n"
    ".steps b.here{width:.6rem;height:.6rem;margin:-.2rem 0 0 -.3rem;border:0;border-radius:50%;"
    "background:var(--app)}\n"
    ".steps b.here::after{content:none}\n"
    ".steps b span{color:var(--stray);background:var(--paper);padding:0 .2rem;font-size:1.2rem;"
    "position:relative;top:-.1rem}\n"
    /* The step that should not have happened; beside the colour it has a mark in words. */
    ".steps .culprit th,.steps .culprit td{background:var(--wrong)}\n"
    ".steps .culprit th{color:var(--stray);box-shadow:inset .25rem 0 var(--stray);"
    "padding-left:.5rem}\n"
    ".steps .culprit .mark{display:block;color:var(--stray);white-space:normal}\n"
    ".steps .culprit small{color:inherit}\n"
    ".steps .culprit b{border-color:var(--stray)}\n"
    ".steps .culprit b.right::after{border-left-color:var(--stray)}"
    ".steps .culprit b.left::after{border-right-color:var(--stray)}"
    ".steps .culprit b.here{background:var(--stray)}\n"
    "@media print{.steps b,.steps i,.steps .culprit th,.steps .culprit td{"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    "@media (max-width:40rem){.steps th:first-child{width:4.9rem;font-size:.75rem}"
    ".steps .culprit th{padding-left:.35rem;font-size:.6875rem}"
    ".steps .lanes{width:7.8rem}"
    ".steps .names span{font-size:.6875rem;padding:.4rem 0}.steps td:last-child,.steps thead "
    "th:last-child{padding-left:.6rem}"
    "table.steps{font-size:.875rem}}\n";

/* Where a lane's line is, in thousandths of the column's width. Only lanes with a name are drawn.
 */
static uint32_t place_of(const struct sf_story *story, enum sf_lane lane)
{
    uint32_t count = 0;
    uint32_t before = 0;
    for (int i = 0; i < SF_LANES_COUNT; i++) {
        bool drawn = story->lanes[i][0] != '\0';
        count += drawn;
        before += drawn && i < (int)lane;
    }
    return 1000 * (2 * before + 1) / (2 * count);
}

static void add_lines(const struct sf_story *story, struct sf_text *out)
{
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        if (story->lanes[lane][0] != '\0') {
            uint32_t place = place_of(story, (enum sf_lane)lane);
            sf_text_add(out, "<i style=\"left:%u.%u%%\"></i>", place / 10, place % 10);
        }
    }
}

static void add_arrow(const struct sf_story *story, const struct sf_story_step *step,
                      struct sf_text *out)
{
    uint32_t from = place_of(story, step->from);
    uint32_t to = place_of(story, step->to);
    uint32_t left = from < to ? from : to;
    uint32_t width = from < to ? to - from : from - to;
    if (width == 0) {
        sf_text_add(out, "<b class=\"here\" style=\"left:%u.%u%%\"></b>", left / 10, left % 10);
        return;
    }
    sf_text_add(out, "<b class=\"%s\" style=\"left:%u.%u%%;width:calc(%u.%u%% - .35rem)%s\">",
                from < to ? "right" : "left", left / 10, left % 10, width / 10, width % 10,
                from < to ? "" : ";margin-left:.35rem");
    sf_text_add(out, "%s</b>", step->lossy ? "<span title=\"lost in part\">&times;</span>" : "");
}

/* "hub of home 2 → cloud" */
static void add_way(const struct sf_story *story, const struct sf_story_step *step,
                    struct sf_text *out)
{
    sf_html_text(out, step->who);
    if (step->from != step->to) {
        sf_html_put(out, "<span aria-hidden=\"true\"> \xe2\x86\x92 </span><span "
                         "class=\"unseen\"> to </span>");
        sf_html_text(out, story->lanes[step->to]);
    }
}

static void add_step(const struct sf_story *story, uint32_t index, struct sf_text *out)
{
    const struct sf_story_step *step = &story->steps[index];
    bool culprit = index == story->culprit;
    char at[32];
    sf_report_time(step->at_ns, at, sizeof at);
    sf_text_add(out, "<tr%s><th scope=\"row\">%s</th><td class=\"lanes\" aria-hidden=\"true\">",
                culprit ? " class=\"culprit\"" : "", at);
    add_lines(story, out);
    add_arrow(story, step, out);
    sf_text_add(out, "</td><td>%s<small>",
                culprit ? "<strong class=\"mark\">Here it goes wrong</strong>" : "");
    add_way(story, step, out);
    sf_html_put(out, "</small><br>");
    sf_html_text(out, step->what);
    sf_html_put(out, "</td></tr>\n");
}

void sf_html_diagram(const struct sf_story *story, struct sf_text *out)
{
    SF_ASSERT(story != NULL);
    SF_ASSERT(out != NULL);
    sf_html_put(out, "<table class=\"steps\"><caption class=\"unseen\">What happened, step by "
                     "step</caption><thead><tr><th scope=\"col\">Time</th><th scope=\"col\" "
                     "class=\"lanes\"><div class=\"names\">");
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        if (story->lanes[lane][0] != '\0') {
            sf_html_put(out, "<span>");
            sf_html_text(out, story->lanes[lane]);
            sf_html_put(out, "</span>");
        }
    }
    sf_html_put(out, "</div></th><th scope=\"col\">What happens</th></tr></thead><tbody>\n");
    for (uint32_t i = 0; i < story->steps_count; i++) {
        add_step(story, i, out);
    }
    sf_html_put(out, "</tbody></table>\n");
}

void sf_html_homes(const struct sf_story *story, struct sf_text *out)
{
    SF_ASSERT(story != NULL);
    SF_ASSERT(out != NULL);
    bool any = false;
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        any |= story->homes[lane].length > 0;
    }
    sf_html_put(out, any ? "<ul class=\"homes\">" : "");
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        if (story->homes[lane].length > 0) {
            sf_html_put(out, "<li>");
            sf_html_text(out, story->homes[lane].data);
            sf_html_put(out, "</li>");
        }
    }
    sf_html_put(out, any ? "</ul>\n" : "");
}
