/* Which mechanisms explain the published facts, and the service with each cache: two tables of the
 * HTML report. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/report/html.h"
#include "harness/replay/summary.h"

/* ---- hypotheses ---- */

static void cell(const struct sf_fact *fact, struct sf_text *out)
{
    const char *kind = fact->holds ? "good" : fact->judged ? "bad" : "open";
    const char *sign = fact->holds ? "\xe2\x9c\x93" : fact->judged ? "\xe2\x9c\x97" : "?";
    const char *word = fact->holds ? "explained" : fact->judged ? "ruled out" : "no evidence";
    sf_text_add(out,
                "<td class=\"%s\"><span class=\"mark\" aria-hidden=\"true\">%s</span><span "
                "class=\"unseen\">%s</span></td>",
                kind, sign, word);
}

static void row(const struct sf_hypothesis_result *result, struct sf_text *out)
{
    sf_html_put(out, "<tr><th scope=\"row\">");
    sf_html_text(out, result->hypothesis->id);
    sf_html_put(out, "</th>");
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        cell(&result->facts[i], out);
    }
    sf_html_put(out, "</tr>\n");
}

/* "Ruled out by F3: 12 strays in 30 pictures." */
static void ruling(const struct sf_hypothesis_result *result, struct sf_text *out)
{
    if (result->explains_all) {
        sf_html_put(out, "<p class=\"good\"><b class=\"mark\">Explains all published facts."
                         "</b></p>");
        return;
    }
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &result->facts[i];
        if (fact->holds) {
            continue;
        }
        sf_text_add(out, "<p class=\"%s\"><b class=\"mark\">%s %s.</b> <span class=\"figure\">",
                    fact->judged ? "bad" : "open",
                    fact->judged ? "Ruled out by" : "No evidence for", fact->id);
        sf_html_text(out, fact->figure);
        sf_html_put(out, "</span></p>");
    }
}

static void mechanism(const struct sf_hypothesis_result *result, struct sf_text *out)
{
    const struct sf_hypothesis *hypothesis = result->hypothesis;
    sf_html_put(out, "<li class=\"mechanism\"><span class=\"fact-id\">");
    sf_html_text(out, hypothesis->id);
    sf_html_put(out, "</span><div><p>");
    sf_html_sentence(out, hypothesis->mechanism);
    sf_html_put(out, " <small>");
    sf_html_text(out, hypothesis->defect);
    sf_html_put(out, ", <code>");
    sf_html_text(out, hypothesis->caches[SF_REPLAY_UPDATE]);
    sf_html_put(out, "</code></small></p>");
    ruling(result, out);
    sf_html_put(out, "</div></li>\n");
}

void sf_html_hypotheses(const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    if (replay->hypotheses_count == 0) {
        return;
    }
    sf_html_put(
        out,
        "<section aria-labelledby=\"hypotheses\"><h2 id=\"hypotheses\">Which mechanisms explain "
        "the facts?</h2>\n<p class=\"intro\">Each mechanism is a cache that a good engineer could "
        "have written, run through the same day. Each row is one such cache: a fact "
        "that rules it out rules out this implementation of the mechanism.</p>\n<table "
        "class=\"hypotheses\"><caption class=\"unseen\">Mechanisms and the facts that they "
        "explain</caption><thead><tr><th scope=\"col\"><span class=\"unseen\">Hypothesis"
        "</span></th>");
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        sf_text_add(out, "<th scope=\"col\">%s</th>", replay->facts[i].id);
    }
    sf_html_put(out, "</tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < replay->hypotheses_count; i++) {
        row(&replay->hypotheses[i], out);
    }
    sf_html_put(out, "</tbody></table>\n<ul class=\"facts mechanisms\">\n");
    for (uint32_t i = 0; i < replay->hypotheses_count; i++) {
        mechanism(&replay->hypotheses[i], out);
    }
    sf_html_put(out, "</ul>\n</section>\n");
}

/* ---- service with each cache ---- */

static void share_cell(uint64_t part, uint64_t whole, struct sf_text *out)
{
    sf_html_put(out, "<td>");
    sf_html_share(out, whole > 0 ? (uint32_t)(part * 1000000 / whole) : 0);
    sf_html_put(out, "</td>");
}

static void wait_cell(const struct sf_service *service, uint32_t percent, struct sf_text *out)
{
    uint64_t ms = sf_waits_ms(&service->firsts, percent);
    if (ms == UINT64_MAX) {
        sf_html_put(out, "<td>never</td>");
    } else {
        sf_text_add(out, "<td>%" PRIu64 ".%02" PRIu64 "\xc2\xa0s</td>", ms / 1000, ms % 1000 / 10);
    }
}

static void service_rows(const struct sf_replay *replay, bool poor, struct sf_text *out)
{
    static const char *const names[SF_REPLAY_CACHES_COUNT] = {"Before the update", "The update",
                                                              "The fix"};
    sf_text_add(out,
                "<tbody><tr class=\"group\"><th colspan=\"6\" scope=\"rowgroup\">Homes on a %s "
                "network</th></tr>\n",
                poor ? "poor" : "good");
    for (int cache = 0; cache < SF_REPLAY_CACHES_COUNT; cache++) {
        struct sf_service service;
        sf_replay_service(replay, (enum sf_replay_cache)cache, poor, &service);
        sf_text_add(out, "<tr><th scope=\"row\">%s</th><td>", names[cache]);
        sf_html_count(out, service.asks_count);
        sf_html_put(out, "</td>");
        share_cell(service.hits_count, service.admitted_count, out);
        wait_cell(&service, 50, out);
        wait_cell(&service, 90, out);
        share_cell(service.blank_count, service.asks_count, out);
        sf_html_put(out, "</tr>\n");
    }
    sf_html_put(out, "</tbody>\n");
}

void sf_html_bought(const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    sf_html_put(
        out,
        "<section aria-labelledby=\"bought\"><h2 id=\"bought\">Service with each cache</h2>\n"
        "<p class=\"intro\">The update was made for better service, and a cache that serves "
        "nothing "
        "leaks nothing. The same homes, seeds and network with each of the three caches, on "
        "hubs:</p>\n<table class=\"arms bought\"><caption class=\"unseen\">Service with each "
        "cache</caption><thead><tr><th scope=\"col\">Cache</th><th "
        "scope=\"col\">Asked</th><th scope=\"col\">Answered at once</th><th scope=\"col\">First "
        "own still, median</th><th scope=\"col\">90% within</th><th scope=\"col\">Blank</th></tr>"
        "</thead>\n");
    service_rows(replay, true, out);
    service_rows(replay, false, out);
    sf_html_put(
        out,
        "</table>\n<p class=\"note\"><b>Answered at once</b>: with a still, within 10 ms "
        "after the front door let the request in, so from memory; the update\xe2\x80\x99s figure "
        "includes its strays. <b>First own still</b>: from the beginning of watching to the "
        "first picture that is mostly the viewer\xe2\x80\x99s own. <b>Blank</b>: asked, "
        "and there was nothing to show.</p>\n");
    const struct sf_silence silence = sf_replay_silence(replay);
    sf_html_put(out, "<p>In the arms without a leak there was ");
    sf_html_put(out, silence.strays_count == 0 ? "none" : "not none: ");
    if (silence.strays_count > 0) {
        sf_html_count(out, silence.strays_count);
    }
    sf_html_put(out, ", in ");
    sf_html_counted(out, silence.viewer_seconds / 3600, "viewer-hour");
    sf_html_put(out, " and ");
    sf_html_counted(out, silence.shown_count, "picture");
    sf_html_put(out, " of ");
    sf_html_counted(out, silence.runs_count, "run");
    sf_html_put(out, replay->hypothesis_rows_count > 0
                         ? ", the twins of the mechanisms among them.</p>\n</section>\n"
                         : ".</p>\n</section>\n");
}
