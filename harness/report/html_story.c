/* The story of a finding as one HTML page: the finding, its pictures, the paragraph, the homes, the
 * sequence diagram, and the commands that repeat it. It refers to nothing outside itself and runs
 * no script. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/report/html_parts.h"
#include "harness/report/story.h"

static const char style[] = ".told>p{max-width:48rem}\n.told h1{font-size:2rem;max-width:46rem}\n";

static void add_pictures(const struct sf_story_page *page, struct sf_text *out)
{
    sf_html_exhibit(page->exhibits, page->finding, out);
    if (page->without_pictures != NULL) {
        sf_html_put(out, "<p class=\"note\">");
        sf_html_text(out, page->without_pictures);
        sf_html_put(out, "</p>\n");
    }
}

static void add_command(const struct sf_story_page *page, struct sf_text *out)
{
    sf_html_put(out, "<section aria-labelledby=\"repeat\"><h2 id=\"repeat\">How to repeat it</h2>\n"
                     "<pre class=\"command\"><code>");
    sf_html_text(out, page->command);
    sf_html_put(
        out, "</code></pre>\n<p class=\"note\">strayframe " SF_VERSION ". All random draws of a "
             "run come from its seed, so the same command gives the same story.</p></section>\n");
}

void sf_report_story_html(const struct sf_story_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(page->story != NULL);
    SF_ASSERT(page->finding != NULL);
    SF_ASSERT(page->command != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text title = {0};
    struct sf_text more_style = {0};
    sf_finding_say(page->finding, &title);
    sf_text_add(&title, ": %s", page->heading);
    sf_text_add(&more_style, "%s%s%s", sf_html_diagram_style, sf_html_exhibit_style, style);
    sf_html_begin(title.data, more_style.data, out);
    sf_text_free(&title);
    sf_text_free(&more_style);
    sf_html_put(out, "<div class=\"told\">\n<header><p class=\"kicker\">strayframe explain "
                     "\xc2\xb7 ");
    sf_html_text(out, page->heading);
    sf_html_put(out, "</p>\n<h1>");
    sf_html_finding(page->finding, out);
    sf_html_put(out, "</h1>\n<p class=\"lede\">Broken: ");
    sf_html_text(out, sf_oracles()[page->finding->oracle]->invariant);
    sf_html_put(out, ".</p></header>\n");
    add_pictures(page, out);
    sf_html_put(out, "<p>");
    sf_html_text(out, page->story->paragraph.data);
    sf_html_put(out, "</p>\n");
    sf_html_homes(page->story, out);
    sf_html_put(out, "<section aria-labelledby=\"steps\"><h2 id=\"steps\">Step by step</h2>\n");
    sf_html_diagram(page->story, out);
    sf_html_put(out, "</section>\n");
    add_command(page, out);
    sf_html_put(out, "</div>\n");
    sf_html_end(out);
}
