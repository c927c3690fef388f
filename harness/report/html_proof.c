/* The HTML page of `strayframe prove`: which planted defects were caught, by what, and how soon. */
#include "harness/base/assert.h"
#include "harness/report/proof.h"

#include <inttypes.h>
#include <string.h>

#include "harness/report/html.h"

struct sums {
    uint32_t missed_count; /* classes */
    uint32_t blamed_count; /* classes whose twin failed */
    uint64_t runs_count;
    uint64_t twin_runs_count;
    uint64_t false_alarms_count;
};

static struct sums sums_of(const struct sf_proofs *proofs)
{
    struct sums sums = {0};
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        sums.missed_count += proof->meant_count == 0;
        sums.blamed_count += proof->false_alarms_count > 0;
        sums.runs_count += proof->runs_count;
        sums.twin_runs_count += proof->twin_runs_count;
        sums.false_alarms_count += proof->false_alarms_count;
    }
    return sums;
}

/* ---- the headline ---- */

static void verdict_line(const struct sf_proofs *proofs, const struct sums *sums,
                         struct sf_text *out)
{
    if (sf_proofs_holding_count(proofs) == proofs->count) {
        sf_html_put(out, "<p class=\"verdict good\"><b><span aria-hidden=\"true\">"
                         "\xe2\x9c\x93</span> Proven.</b> Each planted defect was caught by the "
                         "oracle that it names, and every twin passed.</p>\n");
        return;
    }
    sf_html_put(out, "<p class=\"verdict bad\"><b><span aria-hidden=\"true\">\xe2\x9c\x97</span> "
                     "Not proven.</b>");
    if (sums->missed_count > 0) {
        sf_text_add(out, " %u of %u missed.", sums->missed_count, proofs->count);
    }
    if (sums->blamed_count > 0) {
        sf_text_add(out, " The twin of %u of %u failed.", sums->blamed_count, proofs->count);
    }
    sf_html_put(out, "</p>\n");
}

static void headline(const struct sf_proofs *proofs, struct sf_text *out)
{
    const struct sums sums = sums_of(proofs);
    sf_text_add(out,
                "<header>\n<p class=\"kicker\">strayframe prove</p>\n<h1>%u of %u planted defects "
                "are caught, and their twins pass</h1>\n",
                sf_proofs_holding_count(proofs), proofs->count);
    verdict_line(proofs, &sums, out);
    sf_html_put(out, "<dl class=\"figures\">\n");
    sf_html_figure(sums.missed_count > 0 ? "stray" : "calm", sums.missed_count, "of", proofs->count,
                   "classes of defect missed", out);
    sf_html_figure(sums.false_alarms_count > 0 ? "stray" : "calm", sums.false_alarms_count, "of",
                   sums.twin_runs_count, "runs of a twin that failed", out);
    sf_html_figure("calm", sums.runs_count, NULL, 0, "runs with a defect", out);
    sf_html_put(
        out,
        "</dl>\n<div class=\"story\">\n<p>This page shows which defects the gate catches. Each "
        "known class "
        "of mistake in caches is planted in a small cache, which uses the same interface as "
        "any cache under test and is run in the gate\xe2\x80\x99s scenarios. A class counts as "
        "caught if the oracle that it names had a finding in a run.</p>\n"
        "<p>The <dfn>twin</dfn> is the same code with the defence in place. It must pass every "
        "oracle in the same scenarios: a run in which it fails is a false alarm.</p>\n</div>\n"
        "</header>\n");
}

/* ---- the classes ---- */

static void mark(const struct sf_proof *proof, struct sf_text *out)
{
    bool missed = proof->meant_count == 0;
    bool blamed = proof->false_alarms_count > 0;
    sf_text_add(out, "<span class=\"mark\"><span aria-hidden=\"true\">%s</span> %s</span>",
                missed || blamed ? "\xe2\x9c\x97" : "\xe2\x9c\x93",
                missed   ? "missed"
                : blamed ? "false alarm"
                         : "caught");
}

/* "found in 16 of 40 runs, by no-stray-bytes in 9; ..." */
static void found(const struct sf_proof *proof, struct sf_text *out)
{
    sf_text_add(out, "<p class=\"figure\">Found in %u of %u runs, in %u by ", proof->caught_count,
                proof->runs_count, proof->meant_count);
    sf_html_text(out, proof->defect->oracle);
    if (proof->median_runs > 0) {
        sf_html_put(out, "; until then it takes ");
        sf_html_counted(out, proof->median_runs, "run");
        sf_text_add(out, " or %.1f simulated seconds (medians)", proof->median_simulated_s);
    }
    sf_text_add(out, ". The twin failed in %u of %u.</p>", proof->false_alarms_count,
                proof->twin_runs_count);
}

static void run_command(const char *scenario, uint64_t seed, const char *cache, struct sf_text *out)
{
    sf_html_put(out, "<p class=\"figure\"><code>strayframe run &#39;");
    sf_html_text(out, scenario);
    sf_text_add(out, "&#39; --seed %" PRIu64 " --cache &#39;", seed);
    sf_html_text(out, cache);
    sf_html_put(out, "&#39;</code></p>");
}

static void class_item(const struct sf_proof *proof, const char *const *files, struct sf_text *out)
{
    const struct sf_defect *defect = proof->defect;
    sf_text_add(out, "<li class=\"fact %s\"><span class=\"fact-id\">%s</span> ",
                sf_proof_holds(proof) ? "good" : "bad", defect->id);
    mark(proof, out);
    sf_html_put(out, "<div><p class=\"statement\">");
    sf_html_sentence(out, defect->title);
    sf_html_put(out, "</p>");
    found(proof, out);
    if (proof->false_alarms_count > 0) {
        run_command(files[proof->false_alarm_plan], proof->false_alarm_seed, defect->twin, out);
    }
    sf_html_put(out, "<p class=\"figure\">Seen in: ");
    sf_html_text(out, defect->seen_in);
    sf_html_put(out, ".</p></div></li>\n");
}

static void classes(const struct sf_proofs *proofs, const char *const *files, struct sf_text *out)
{
    sf_html_put(
        out,
        "<section aria-labelledby=\"classes\"><h2 id=\"classes\">The planted defects</h2>\n"
        "<p class=\"intro\">Runs until the first catch are counted in the gate\xe2\x80\x99s order: "
        "scenarios take turns, seed by seed; the median is over campaigns that begin at any "
        "run.</p>\n"
        "<ol class=\"facts\">\n");
    for (uint32_t i = 0; i < proofs->count; i++) {
        class_item(&proofs->proofs[i], files, out);
    }
    sf_html_put(out, "</ol></section>\n");
}

/* ---- class by scenario ---- */

static const char style[] =
    ".grid{table-layout:fixed}.grid th,.grid td{padding:.2rem .08rem;text-align:center;"
    "vertical-align:bottom;line-height:1}\n"
    ".grid th:first-child{width:4rem;text-align:left;vertical-align:middle;font-weight:600}\n"
    ".grid thead th{height:8rem}.grid thead th:first-child{vertical-align:bottom}.grid "
    ".up{writing-mode:vertical-rl;transform:rotate(180deg);"
    "white-space:nowrap;max-height:12rem;overflow:hidden;text-overflow:ellipsis}\n"
    ".grid i{display:flex;align-items:flex-end;height:1.15rem;background:var(--shade);"
    "border-radius:.1rem;overflow:hidden}\n"
    ".grid i b{display:block;width:100%;background:var(--good);min-height:2px}"
    ".grid i b.others{background:var(--open)}\n"
    ".grid td.nought{vertical-align:middle}.grid tbody tr:hover{background:var(--panel)}\n"
    ".grid .missed th{color:var(--stray)}\n"
    ".key i{display:inline-block;width:.8rem;height:.8rem;border-radius:.1rem;margin-right:.3rem;"
    "vertical-align:-.05rem}\n"
    ".key .meant{background:var(--good)}.key .others{background:var(--open)}"
    ".key .none{background:var(--shade)}\n"
    "@media (max-width:40rem){.grid th:first-child{width:2.6rem}.grid th,.grid td{padding:.15rem 0}"
    ".grid thead th,.grid tbody th{font-size:.6875rem}.grid i{margin:0 1px}}\n"
    "@media print{.grid i,.grid i b,.key i{print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}}\n";

static uint32_t percent_of(uint32_t count, uint32_t of)
{
    return of > 0 ? (100 * count + of / 2) / of : 0;
}

/* A bar as high as the share of runs that were caught: below by the oracle that the class names,
 * above by others alone. */
static void share_cell(const struct sf_proof *proof, uint32_t plan, struct sf_text *out)
{
    uint32_t runs_count = proof->scenarios[plan].runs_count;
    uint32_t meant_count = proof->scenarios[plan].meant_count;
    uint32_t others_count = proof->scenarios[plan].caught_count - meant_count;
    if (meant_count + others_count == 0) {
        sf_text_add(out,
                    "<td class=\"nought\"><span aria-hidden=\"true\">\xc2\xb7</span><span "
                    "class=\"unseen\">0 of %u</span></td>",
                    runs_count);
        return;
    }
    sf_text_add(out,
                "<td title=\"%u of %u\"><i aria-hidden=\"true\" style=\"flex-direction:column;"
                "justify-content:flex-end\">",
                meant_count + others_count, runs_count);
    if (others_count > 0) {
        sf_text_add(out, "<b class=\"others\" style=\"height:%u%%\"></b>",
                    percent_of(others_count, runs_count));
    }
    if (meant_count > 0) {
        sf_text_add(out, "<b style=\"height:%u%%\"></b>", percent_of(meant_count, runs_count));
    }
    sf_text_add(out, "</i><span class=\"unseen\">%u of %u", meant_count + others_count, runs_count);
    if (others_count > 0) {
        sf_text_add(out, ", %u by another oracle alone", others_count);
    }
    sf_html_put(out, "</span></td>");
}

static void grid(const struct sf_proofs *proofs, const char *const *files, struct sf_text *out)
{
    sf_html_put(
        out, "<section aria-labelledby=\"grid\"><h2 id=\"grid\">Which scenario catches which defect"
             "</h2>\n<p class=\"intro\">Each bar is the share of a scenario\xe2\x80\x99s runs in "
             "which the "
             "defect was caught.</p>\n<table class=\"grid\"><caption class=\"unseen\">Runs in "
             "which each "
             "class was caught, by scenario</caption><thead><tr><th scope=\"col\">Class</th>");
    for (uint32_t plan = 0; plan < proofs->scenarios_count; plan++) {
        sf_html_put(out, "<th scope=\"col\"><span class=\"up\"><bdi>");
        sf_html_scenario(files[plan], out);
        sf_html_put(out, "</bdi></span></th>");
    }
    sf_html_put(out, "</tr></thead><tbody>\n");
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        sf_text_add(out, "<tr%s><th scope=\"row\">%s</th>",
                    proof->meant_count == 0 ? " class=\"missed\"" : "", proof->defect->id);
        for (uint32_t plan = 0; plan < proofs->scenarios_count; plan++) {
            share_cell(proof, plan, out);
        }
        sf_html_put(out, "</tr>\n");
    }
    sf_html_put(
        out, "</tbody></table>\n<p class=\"note key\"><i class=\"meant\"></i>caught by the oracle "
             "that the class names; <i class=\"others\"></i>by another one alone; <i "
             "class=\"none\"></i>not caught; \xc2\xb7 never caught there.</p>\n</section>\n");
}

/* ---- the oracles ---- */

static void count_cell(uint32_t count, struct sf_text *out)
{
    sf_text_add(out, "<td%s>%u</td>", count == 0 ? " class=\"nought\"" : "", count);
}

/* The classes that are missed without these oracles, or only caught less often. */
static void ids_cell(const struct sf_proofs *proofs, uint32_t removal, bool missed,
                     struct sf_text *out)
{
    uint32_t count = 0;
    sf_html_put(out, "<td>");
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        bool loses = proof->left_counts[removal] < proof->caught_count;
        if (loses && sf_proof_needs(proof, removal) == missed) {
            sf_text_add(out, "%s%s", count++ > 0 ? " " : "", proof->defect->id);
        }
    }
    sf_html_put(out, count > 0 ? "</td>" : "<span class=\"nought\">none</span></td>");
}

/* Of one oracle; of those that cover for each other, taken together. */
static void removal_row(const struct sf_proofs *proofs, uint32_t index, struct sf_text *out)
{
    const struct sf_removal removal = sf_removal_at(index);
    uint32_t meant_count = 0;
    uint32_t seen_count = 0;
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        bool meant = false;
        bool seen = false;
        for (uint32_t oracle = 0; sf_oracles()[oracle] != NULL; oracle++) {
            bool removed = (removal.oracles >> oracle & 1) != 0;
            meant |= removed && strcmp(proof->defect->oracle, sf_oracles()[oracle]->name) == 0;
            seen |= removed && proof->oracle_counts[oracle] > 0;
        }
        meant_count += meant;
        seen_count += seen;
    }
    sf_html_put(out, "<tr><th scope=\"row\">");
    sf_html_text(out, removal.name);
    sf_html_put(out, "</th>");
    count_cell(meant_count, out);
    count_cell(seen_count, out);
    ids_cell(proofs, index, true, out);
    ids_cell(proofs, index, false, out);
    sf_html_put(out, "</tr>\n");
}

static void oracles(const struct sf_proofs *proofs, struct sf_text *out)
{
    sf_html_put(
        out,
        "<section aria-labelledby=\"oracles\"><h2 id=\"oracles\">Oracles</h2>\n"
        "<p class=\"intro\">Each oracle also has a scenario in <code>scenarios/canary</code> that "
        "it must fail.</p>\n"
        "<table class=\"arms\"><caption class=\"unseen\">What each oracle "
        "found</caption><thead><tr><th scope=\"col\">Oracle</th>"
        "<th scope=\"col\">Classes that name it</th><th scope=\"col\">Classes it "
        "found</th><th scope=\"col\">Missed without it</th><th scope=\"col\">Caught less "
        "often</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        removal_row(proofs, i, out);
    }
    sf_html_put(out, "</tbody></table></section>\n");
}

void sf_report_proofs_html(const struct sf_proofs *proofs, const char *const *files,
                           const char *command, struct sf_text *out)
{
    SF_ASSERT(proofs != NULL);
    SF_ASSERT(files != NULL);
    SF_ASSERT(command != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text title = {0};
    sf_text_add(&title, "%u of %u planted defects are caught: strayframe prove",
                sf_proofs_holding_count(proofs), proofs->count);
    sf_html_begin(title.data, style, out);
    sf_text_free(&title);
    headline(proofs, out);
    grid(proofs, files, out);
    classes(proofs, files, out);
    oracles(proofs, out);
    sf_html_put(out, "<section aria-labelledby=\"repeat\"><h2 id=\"repeat\">How to repeat it</h2>\n"
                     "<pre class=\"command\"><code>");
    sf_html_text(out, command);
    sf_html_put(out,
                "</code></pre>\n<p>strayframe " SF_VERSION ". All random draws of a run come "
                "from its seed, so the same command gives the same figures.</p>\n</section>\n");
    sf_html_end(out);
}
