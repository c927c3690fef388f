/* What every HTML page of ours begins and ends with. A page refers to nothing outside itself and
 * runs no script, and says so to the browser. */
#include "harness/base/assert.h"
#include "harness/report/html.h"

void sf_html_begin(const char *title, const char *more_style, struct sf_text *out)
{
    SF_ASSERT(title != NULL);
    SF_ASSERT(more_style != NULL);
    SF_ASSERT(out != NULL);
    sf_html_put(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    sf_html_text(out, title);
    sf_html_put(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n");
    sf_html_put(out, sf_html_style);
    sf_html_put(out, more_style);
    sf_html_put(out, "</style>\n</head>\n<body>\n<main>\n");
}

void sf_html_end(struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    sf_html_put(out, "</main>\n</body>\n</html>\n");
}

void sf_html_figure(const char *kind, uint64_t count, const char *of, uint64_t total,
                    const char *label, struct sf_text *out)
{
    SF_ASSERT(kind != NULL);
    SF_ASSERT(label != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out, "<div class=\"%s\"><dt>%s</dt><dd>", kind, label);
    sf_html_count(out, count);
    if (of != NULL) {
        sf_text_add(out, " <small>%s ", of);
        sf_html_count(out, total);
        sf_html_put(out, "</small>");
    }
    sf_html_put(out, "</dd></div>\n");
}
