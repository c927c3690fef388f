/* The gate's page from top to bottom: the verdict and its reason first. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/report/html_gate.h"

/* ---- the verdict ---- */

struct look {
    const char *class;
    const char *sign;
    const char *word;
    const char *headline;
};

static bool influenced_only(const struct sf_gate *gate)
{
    return gate->stray_count == 0 && !(gate->small.ran && gate->small.leaks);
}

static struct look look_of(const struct sf_gate *gate)
{
    static const struct look looks[] = {
        [SF_GATE_PASS] = {"good", "\xe2\x9c\x93", "Pass", "no promise was broken"},
        [SF_GATE_LEAK] = {"bad", "\xe2\x9c\x97", "Leak",
                          "viewers received other tenants\xe2\x80\x99 pictures"},
        [SF_GATE_VIOLATION] = {"bad", "\xe2\x9c\x97", "Violation",
                               "a promise to viewers was broken"},
        [SF_GATE_REGRESSION] = {"bad", "\xe2\x9c\x97", "Regression",
                                "viewers are served worse than by the baseline"},
        [SF_GATE_INCONCLUSIVE] = {"open", "?", "Inconclusive", "not enough was seen"},
        [SF_GATE_SHARD] = {"open", "?", "A shard", "a part of a campaign, without a verdict"},
        [SF_GATE_BROKEN] = {"open", "!", "Broken", "the gate itself cannot be believed"},
    };
    struct look look = looks[gate->kind];
    if (gate->kind == SF_GATE_LEAK && influenced_only(gate)) {
        look.headline = "what viewers receive depends on other tenants\xe2\x80\x99 stills";
    }
    return look;
}

/* The reason's clauses: the first one as a sentence, the others as a list. */
static void reason(const struct sf_gate *gate, const struct look *look, struct sf_text *out)
{
    char *clauses = sf_strdup(gate->reason);
    char *rest = strstr(clauses, "; ");
    if (rest != NULL) {
        *rest = '\0';
        rest += 2;
    }
    sf_text_add(out, "<p class=\"verdict %s\"><b><span aria-hidden=\"true\">%s</span> %s.</b> ",
                look->class, look->sign, look->word);
    sf_html_sentence(out, clauses);
    sf_html_put(out, "</p>\n");
    if (rest != NULL) {
        sf_html_put(out, "<ul class=\"reasons\">\n");
        for (char *next = rest; next != NULL; rest = next) {
            next = strstr(rest, "; ");
            if (next != NULL) {
                *next = '\0';
                next += 2;
            }
            sf_html_put(out, "<li>");
            sf_html_text(out, rest); /* it may begin with a name */
            sf_html_put(out, "</li>\n");
        }
        sf_html_put(out, "</ul>\n");
    }
    free(clauses);
}

static void figures(const struct sf_gate *gate, struct sf_text *out)
{
    uint32_t counting_count = 0;
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        counting_count += gate->finds[i].standing == SF_GATE_COUNTS;
    }
    bool arms = gate->comparison.ran;
    sf_html_put(out, "<dl class=\"figures four\">\n");
    sf_html_figure(
        gate->stray_count > 0 ? "stray" : "calm", gate->stray_count, "of", gate->runs_count,
        arms ? "runs with another tenant\xe2\x80\x99s picture, or a piece of one, in all "
               "arms with the candidate"
             : "runs with another tenant\xe2\x80\x99s picture, or a piece of one",
        out);
    sf_html_figure(
        gate->failed_count > 0 ? "stray" : "calm", gate->failed_count, "of", gate->runs_count,
        arms ? "runs that failed, in all arms with the candidate" : "runs that failed", out);
    sf_html_figure(counting_count > 0 ? "stray" : "calm", counting_count, "of", gate->finds_count,
                   "kinds of finding that count for the verdict", out);
    sf_html_figure(gate->not_tested_count > 0 ? "stray" : "calm", gate->not_tested_count, NULL, 0,
                   "required situations that were not tested", out);
    sf_html_put(out, "</dl>\n");
}

/* ---- what is judged, and whether the judge can be believed ---- */

/* The files that the name stands for; a path that is the name itself is not said again. */
static void hashes(const struct sf_campaign *what, const char *role, const char *name,
                   struct sf_text *out)
{
    for (uint32_t i = 0; i < what->files_count; i++) {
        if (strcmp(what->files[i].role, role) == 0) {
            sf_html_put(out, "<small>");
            if (strcmp(what->files[i].path, name) != 0) {
                sf_html_put(out, "<bdi>");
                sf_html_text(out, what->files[i].path);
                sf_html_put(out, "</bdi><br>");
            }
            sf_html_put(out, "SHA-256 <code>");
            sf_html_text(out, what->files[i].sha256);
            sf_html_put(out, "</code></small>");
        }
    }
}

static void subject(const struct sf_gate_page *page, const char *label, const char *role,
                    const char *cache, struct sf_text *out)
{
    sf_text_add(out, "<div><dt>%s</dt><dd><code><bdi>", label);
    sf_html_text(out, cache);
    sf_html_put(out, "</bdi></code>");
    hashes(page->what, role, cache, out);
    sf_html_put(out, "</dd></div>\n");
}

static void subjects(const struct sf_gate_page *page, struct sf_text *out)
{
    sf_html_put(out, "<dl class=\"subjects\">\n");
    subject(page, "Candidate", "candidate", page->names->candidate, out);
    if (page->names->baseline != NULL) {
        subject(page, "Baseline", "baseline", page->names->baseline, out);
    }
    sf_html_put(out, "</dl>\n");
}

static void self_check(const struct sf_gate *gate, struct sf_text *out)
{
    const struct sf_gate_controls *controls = &gate->controls;
    bool ran = controls->leaky_runs_count > 0;
    bool holds = ran && controls->leaky_caught_count > 0 && controls->sound_failed_count == 0;
    sf_text_add(out,
                "<p class=\"check %s\"><span class=\"mark\"><span aria-hidden=\"true\">%s</span> "
                "Self-check of the gate:</span> ",
                holds ? "good"
                : ran ? "bad"
                      : "open",
                holds ? "\xe2\x9c\x93"
                : ran ? "\xe2\x9c\x97"
                      : "?");
    if (!ran) {
        sf_html_put(out,
                    gate->shard > 1 ? "the first shard makes it.</p>\n" : "it was not made.</p>\n");
        return;
    }
    sf_text_add(
        out,
        "a cache that is known to leak was caught in %u of %u runs, and one that is known to be "
        "correct passed %u of %u.</p>\n",
        controls->leaky_caught_count, controls->leaky_runs_count,
        controls->sound_runs_count - controls->sound_failed_count, controls->sound_runs_count);
}

/* ---- the way around ---- */

static void entry(const char *id, const char *title, struct sf_text *out)
{
    sf_text_add(out, "<li><a href=\"#%s\">%s</a></li>\n", id, title);
}

static void contents(const struct sf_gate *gate, struct sf_text *out)
{
    sf_html_put(out, "<nav aria-label=\"On this page\"><ul class=\"contents\">\n");
    if (gate->finds_count > 0) {
        entry("findings", "Findings", out);
    }
    if (gate->comparison.ran) {
        entry("comparison", "Against the baseline", out);
    }
    entry("matrix", "Scenarios and oracles", out);
    entry("situations", "Situations", out);
    entry("small", "Small worlds", out);
    entry("limits", "What this does not say", out);
    entry("ran", "What ran", out);
    entry("approval", "Approval", out);
    sf_html_put(out, "</ul></nav>\n");
}

static void header(const struct sf_gate_page *page, const struct look *look, struct sf_text *out)
{
    sf_html_put(out, "<header>\n<p class=\"kicker\">strayframe gate</p>\n");
    sf_text_add(out, "<h1 class=\"%s\"><span class=\"mark\">%s:</span> %s</h1>\n", look->class,
                look->word, look->headline);
    reason(page->gate, look, out);
    self_check(page->gate, out);
    figures(page->gate, out);
    subjects(page, out);
    contents(page->gate, out);
    sf_html_put(out, "</header>\n");
}

/* ---- the end ---- */

/* For paper: what a person decides, beside what exactly it is about. */
static void approval(const struct sf_gate_page *page, const struct look *look, struct sf_text *out)
{
    sf_html_put(out, "<section class=\"approval\" aria-labelledby=\"approval\"><h2 id=\"approval\">"
                     "Approval</h2>\n<p>");
    sf_text_add(out, "Verdict of the gate: <b>%s</b>. Candidate: <code><bdi>",
                sf_gate_kind_name(page->gate->kind));
    sf_html_text(out, page->names->candidate);
    sf_html_put(out, "</bdi></code>");
    for (uint32_t i = 0; i < page->what->files_count; i++) {
        if (strcmp(page->what->files[i].role, "candidate") == 0) {
            sf_html_put(out, ", SHA-256 <code>");
            sf_html_text(out, page->what->files[i].sha256);
            sf_html_put(out, "</code>");
        }
    }
    sf_text_add(
        out,
        ".</p>\n<dl class=\"sign\"><div><dt>Deploy: yes / no</dt><dd></dd></div><div><dt>Name"
        "</dt><dd></dd></div><div><dt>Date</dt><dd></dd></div><div><dt>Signature</dt><dd>"
        "</dd></div></dl>\n%s</section>\n",
        look->class[0] == 'g' ? ""
                              : "<p class=\"note\">The gate did not pass this candidate.</p>\n");
}

void sf_html_command(const char *command, struct sf_text *out)
{
    SF_ASSERT(command != NULL);
    sf_html_put(out, "<pre class=\"command\"><code>");
    sf_html_text(out, command);
    sf_html_put(out, "</code></pre>\n");
}

/* The last part of the candidate's path. */
static const char *short_name(const char *candidate)
{
    const char *slash = strrchr(candidate, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : candidate;
}

void sf_report_gate_html(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(page->gate != NULL);
    SF_ASSERT(page->names != NULL);
    SF_ASSERT(page->what != NULL);
    SF_ASSERT(page->command != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(page->gate->finds_count <= SF_GATE_FINDS_MAX);
    const struct look look = look_of(page->gate);
    struct sf_text title = {0};
    struct sf_text style = {0};
    sf_text_add(&title, "%s: %s \xe2\x80\x93 strayframe gate", look.word,
                short_name(page->names->candidate));
    sf_text_add(&style, "%s%s%s", sf_html_diagram_style, sf_html_exhibit_style, sf_html_gate_style);
    sf_html_begin(title.data, style.data, out);
    sf_text_free(&title);
    sf_text_free(&style);
    header(page, &look, out);
    sf_html_gate_finds(page, out);
    sf_html_gate_comparison(page, out);
    sf_html_gate_matrix(page, out);
    sf_html_gate_probes(page->gate, out);
    sf_html_gate_small(page, out);
    sf_html_gate_limits(page, out);
    sf_html_gate_what_ran(page, out);
    approval(page, &look, out);
    sf_html_end(out);
}
