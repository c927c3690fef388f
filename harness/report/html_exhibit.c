/* The pictures of one finding in an HTML page. */
#include <ctype.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/report/html_parts.h"

const char sf_html_exhibit_style[] =
    ".trio{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:1rem 1.5rem;"
    "margin:1.2rem 0 1.6rem;break-inside:avoid}\n"
    ".trio.two{grid-template-columns:repeat(2,minmax(0,1fr));max-width:44rem}\n"
    ".trio figcaption b{display:block;color:var(--ink);font-size:.9375rem}\n"
    ".trio .seen figcaption{font-weight:400;color:var(--quiet)}"
    ".trio .seen figcaption b{color:var(--stray)}\n"
    "@media (max-width:40rem){.trio,.trio.two{grid-template-columns:minmax(0,1fr)}}\n"
    "@media print{.trio,.trio.two{grid-template-columns:repeat(3,minmax(0,1fr))}}\n";

enum { ALT_BYTES = 200 };

static void picture(const uint8_t *bytes, uint32_t count, const char *alt, struct sf_text *out)
{
    if (count > 0) {
        sf_html_image(bytes, count, alt, out);
    } else {
        sf_html_put(out, "<p class=\"nothing\">Nothing that could be drawn.</p>");
    }
}

/* As the sentence of a finding says it: cut, not rounded. */
static void share(uint32_t ppm, struct sf_text *out)
{
    sf_text_add(out, "%u.%u%%", ppm / 10000, ppm / 1000 % 10);
}

/* "76.9% home 5's still 3, 23.1% its own still 4" */
static void shares(const struct sf_exhibit *exhibit, struct sf_text *out)
{
    const char *between = "";
    for (uint32_t i = 0; i < exhibit->owners_count && i < SF_EXHIBIT_OWNERS_MAX; i++) {
        const struct sf_exhibit_owner *owner = &exhibit->owners[i];
        sf_html_put(out, between);
        share(owner->share_ppm, out);
        if (sf_tenant_same(owner->tenant, exhibit->tenant)) {
            sf_text_add(out, " its own still %u", owner->capture);
        } else {
            sf_text_add(out, " home %u\xe2\x80\x99s still %u", owner->tenant.index + 1,
                        owner->capture);
        }
        between = ", ";
    }
    if (exhibit->unreadable_ppm > 0) {
        sf_html_put(out, between);
        share(exhibit->unreadable_ppm, out);
        sf_html_put(out, " unreadable");
    }
}

static void seen(const struct sf_exhibit *exhibit, struct sf_text *out)
{
    const char *viewer = sf_viewer_kind_name(exhibit->viewer);
    uint32_t home = sf_home_of_viewer(exhibit->viewer).index + 1;
    char alt[ALT_BYTES];
    snprintf(alt, sizeof alt, "What %s the %s of home %u",
             exhibit->shown ? "was shown on" : "reached", viewer, home);
    sf_html_put(out, "<figure class=\"seen\">");
    picture(exhibit->seen, exhibit->seen_bytes, alt, out);
    sf_text_add(out, "<figcaption><b>What the %s of home %u %s</b>", viewer, home,
                exhibit->shown ? "showed" : "received, and did not show");
    shares(exhibit, out);
    sf_html_put(out, "</figcaption></figure>\n");
}

static void origin(const struct sf_exhibits *exhibits, const struct sf_finding *finding,
                   struct sf_text *out)
{
    uint32_t home = finding->owner_tenant.index + 1;
    char alt[ALT_BYTES];
    snprintf(alt, sizeof alt, "Still %u as the camera of home %u captured it", finding->capture,
             home);
    sf_html_put(out, "<figure>");
    picture(exhibits->origin, exhibits->origin_bytes, alt, out);
    sf_text_add(
        out,
        "<figcaption><b>What the camera of home %u captured</b>its owner\xe2\x80\x99s still "
        "%u</figcaption></figure>\n",
        home, finding->capture);
}

static void own(const struct sf_exhibit *exhibit, struct sf_text *out)
{
    char alt[ALT_BYTES];
    snprintf(alt, sizeof alt, "The latest still %u of the camera that the %s asked for",
             exhibit->own_capture, sf_viewer_kind_name(exhibit->viewer));
    sf_html_put(out, "<figure>");
    if (exhibit->own_bytes > 0) {
        picture(exhibit->own, exhibit->own_bytes, alt, out);
    } else {
        sf_html_put(out, "<p class=\"nothing\">Its camera had taken no still yet.</p>");
    }
    sf_html_put(out, "<figcaption><b>What it should have shown</b>");
    if (exhibit->own_bytes > 0) {
        sf_text_add(out, "the latest still of its own, %u", exhibit->own_capture);
    }
    sf_html_put(out, "</figcaption></figure>\n");
}

/* Is the capture that the finding names the very still that should have been shown, or none? */
static bool is_own(const struct sf_exhibits *exhibits)
{
    const struct sf_exhibit *exhibit = &exhibits->items[0];
    return exhibits->origin_bytes == 0 ||
           (exhibits->origin_bytes == exhibit->own_bytes &&
            memcmp(exhibits->origin, exhibit->own, exhibit->own_bytes) == 0);
}

void sf_html_exhibit(const struct sf_exhibits *exhibits, const struct sf_finding *finding,
                     struct sf_text *out)
{
    SF_ASSERT(finding != NULL);
    SF_ASSERT(out != NULL);
    if (exhibits == NULL || exhibits->count == 0) {
        return;
    }
    const struct sf_exhibit *exhibit = &exhibits->items[0];
    bool foreign = !is_own(exhibits);
    sf_text_add(out, "<div class=\"trio%s\">\n", foreign ? "" : " two");
    seen(exhibit, out);
    if (foreign) {
        origin(exhibits, finding, out);
    }
    own(exhibit, out);
    sf_html_put(out, "</div>\n");
}

void sf_html_finding(const struct sf_finding *finding, struct sf_text *out)
{
    SF_ASSERT(finding != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text said = {0};
    sf_finding_say(finding, &said);
    if (said.length > 0) {
        said.data[0] = (char)toupper((unsigned char)said.data[0]);
    }
    sf_html_text(out, said.data);
    sf_text_free(&said);
}
