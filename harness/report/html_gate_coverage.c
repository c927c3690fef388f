/* What the gate's runs reached and what they do not say: situations, small worlds, limits. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/measure/interval.h"
#include "harness/report/html_gate.h"

/* ---- situations ---- */

enum reach { NOT_TESTED, DID_NOT_OCCUR, REACHED, REACHES_COUNT };

static enum reach reach_of(const struct sf_gate *gate, enum sf_probe probe)
{
    if (gate->probes[probe] < sf_probe_quota(probe)) {
        return NOT_TESTED;
    }
    return gate->probes[probe] == 0 ? DID_NOT_OCCUR : REACHED;
}

static void probe_row(const struct sf_gate *gate, enum sf_probe probe, struct sf_text *out)
{
    static const char *const classes[] = {"bad", "open", "good"};
    static const char *const words[] = {"NOT TESTED", "did not occur", "reached"};
    enum reach reach = reach_of(gate, probe);
    sf_text_add(out, "<tr class=\"%s\"><th scope=\"row\">%s<small>%s</small></th><td>",
                classes[reach], sf_probe_name(probe), sf_probe_meaning(probe));
    uint32_t quota = sf_probe_quota(probe);
    if (quota > 0) {
        sf_html_count(out, quota);
    } else {
        sf_html_put(out, "<span class=\"nought\">\xe2\x80\x93<span class=\"unseen\"> not "
                         "required</span></span>");
    }
    sf_html_put(out, "</td><td>");
    sf_html_count(out, gate->probes[probe]);
    sf_text_add(out, "</td><td><span class=\"mark\">%s</span></td></tr>\n", words[reach]);
}

static uint32_t count_reach(const struct sf_gate *gate, enum reach reach)
{
    uint32_t count = 0;
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        count += reach_of(gate, (enum sf_probe)i) == reach;
    }
    return count;
}

static void probe_table(const struct sf_gate *gate, bool reached, const char *caption,
                        struct sf_text *out)
{
    sf_text_add(out,
                "<table class=\"probes\"><caption class=\"unseen\">%s</caption><thead><tr><th "
                "scope=\"col\">Situation</th><th scope=\"col\">Required runs</th><th scope=\"col\">"
                "Reached in</th><th scope=\"col\">State</th></tr></thead><tbody>\n",
                caption);
    for (int reach = reached ? REACHED : NOT_TESTED; reach < (reached ? REACHES_COUNT : REACHED);
         reach++) {
        for (int i = 0; i < SF_PROBES_COUNT; i++) {
            if (reach_of(gate, (enum sf_probe)i) == (enum reach)reach) {
                probe_row(gate, (enum sf_probe)i, out);
            }
        }
    }
    sf_html_put(out, "</tbody></table>\n");
}

void sf_html_gate_probes(const struct sf_gate *gate, struct sf_text *out)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(out != NULL);
    uint32_t reached_count = count_reach(gate, REACHED);
    sf_text_add(
        out,
        "<section aria-labelledby=\"situations\"><h2 id=\"situations\">Situations</h2>\n<p "
        "class=\"intro\">What ought to happen somewhere in the runs. Reached: %u of %d. Not "
        "required, and did not occur: %u. <b>NOT TESTED</b>, because fewer runs reached them "
        "than the gate requires: <b>%u</b>.</p>\n",
        reached_count, SF_PROBES_COUNT, count_reach(gate, DID_NOT_OCCUR),
        count_reach(gate, NOT_TESTED));
    if (reached_count < SF_PROBES_COUNT) {
        probe_table(gate, false, "Situations that were not reached often enough, or not at all",
                    out);
    }
    if (reached_count > 0) {
        sf_html_put(out, "<details><summary>The situations that were reached, with required and "
                         "reached runs</summary>\n");
        probe_table(gate, true, "Situations that were reached", out);
        sf_html_put(out, "</details>\n");
    }
    sf_html_put(out, "</section>\n");
}

/* ---- small worlds ---- */

void sf_html_gate_small(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_campaign_small *small = &page->gate->small;
    sf_html_put(out,
                "<section aria-labelledby=\"small\"><h2 id=\"small\">Small worlds</h2>\n<p "
                "class=\"intro\">Beside the runs, which are drawn by chance, small worlds of a few "
                "homes are explored in every order of their events.</p>\n");
    if (!small->ran) {
        sf_html_put(out, "<p>Not tried");
        sf_html_put(out, small->not_run[0] != '\0' ? ", for " : "");
        sf_html_text(out, small->not_run);
        sf_html_put(out, ".</p>\n</section>\n");
        return;
    }
    sf_html_put(out, "<pre class=\"told\">");
    sf_html_text(out, small->told);
    sf_html_put(out, "</pre>\n");
    if (small->events_count > 0) {
        struct sf_text command = {0};
        sf_report_gate_small_command(page->gate, page->names, &command);
        sf_html_command(command.data, out);
        sf_text_free(&command);
    }
    sf_html_put(out, "</section>\n");
}

/* ---- limits ---- */

static void item(const char *sentence, struct sf_text *out)
{
    sf_html_put(out, "<li>");
    sf_html_put(out, sentence);
    sf_html_put(out, "</li>\n");
}

/* "1 in 133", in words that need no statistics. */
static void bound(const struct sf_gate *gate, struct sf_text *out)
{
    if (gate->runs_count == 0) {
        item("No run was made, so nothing is known.", out);
        return;
    }
    double percent = 100 * gate->confidence;
    sf_html_put(out, "<li>");
    if (gate->stray_count == 0) {
        double at_most = sf_share_at_most(0, gate->runs_count, gate->confidence);
        sf_html_put(out, "In ");
        sf_html_counted(out, gate->runs_count, "run");
        sf_html_put(
            out, " no viewer received another tenant\xe2\x80\x99s picture. That does not show that "
                 "none ever does: a leak in 1 run of ");
        sf_html_count(out, (uint64_t)floor(1.0 / at_most));
        sf_text_add(
            out,
            " or more would have been seen with a certainty of %g%%; a rarer one may have gone "
            "unseen.",
            percent);
    } else {
        const struct sf_interval share =
            sf_share_interval(gate->stray_count, gate->runs_count, gate->confidence);
        sf_text_add(
            out,
            "Another tenant\xe2\x80\x99s picture, or a piece of one, reached a viewer in %.3g%% "
            "of the runs (%g%% interval: %.3g%% to %.3g%%). How often that happens in a real "
            "service depends on its traffic.",
            100.0 * gate->stray_count / gate->runs_count, percent, 100 * share.low,
            100 * share.high);
    }
    if (gate->leak_rate > 0) {
        sf_text_add(out, " To be excluded was a share of %g.", gate->leak_rate);
    }
    sf_html_put(out, "</li>\n");
}

static void situations(const struct sf_gate *gate, struct sf_text *out)
{
    static const struct {
        enum reach reach;
        const char *what;
    } kinds[] = {{NOT_TESTED, "Required, and not tested"},
                 {DID_NOT_OCCUR, "Not required, and did not occur"}};
    for (size_t kind = 0; kind < 2; kind++) {
        const char *between = ": ";
        if (count_reach(gate, kinds[kind].reach) == 0) {
            continue;
        }
        sf_text_add(out, "<li>%s", kinds[kind].what);
        for (int i = 0; i < SF_PROBES_COUNT; i++) {
            if (reach_of(gate, (enum sf_probe)i) == kinds[kind].reach) {
                sf_text_add(out, "%s%s", between, sf_probe_meaning((enum sf_probe)i));
                between = "; ";
            }
        }
        sf_html_put(out, ".</li>\n");
    }
}

/* What is true of this campaign. */
static void particular(const struct sf_gate_page *page, struct sf_text *out)
{
    const struct sf_gate *gate = page->gate;
    if (gate->runs_count < gate->wanted_count) {
        sf_html_put(out, "<li>");
        sf_html_counted(out, gate->wanted_count - gate->runs_count, "run");
        sf_html_put(out, " of ");
        sf_html_count(out, gate->wanted_count);
        sf_html_put(out, " were not made.</li>\n");
    }
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        if (gate->scenarios[i].again_differs) {
            struct sf_text command = {0};
            sf_report_gate_command(page->names, "run",
                                   (struct sf_gate_run_at){SF_ARM_CANDIDATE, i, gate->seed_first},
                                   &command);
            sf_text_add(&command, " --twice");
            sf_html_put(out,
                        "<li>The cache is not deterministic: the same seed, run twice, gave two "
                        "different runs. The first difference is shown by");
            sf_html_command(command.data, out);
            sf_html_put(out, "</li>\n");
            sf_text_free(&command);
        }
    }
    if (gate->cut_count > 0) {
        sf_html_put(out, "<li>");
        sf_html_counted(out, gate->cut_count, "run");
        sf_text_add(out,
                    " ended after %d stray pictures; what would have followed is not known.</li>\n",
                    SF_GATE_STRAYS_MAX);
    }
    if (gate->box_lacks != NULL && gate->box_lacks[0] != '\0') {
        sf_html_put(out, "<li>The kernel gave the cache\xe2\x80\x99s box ");
        sf_html_text(out, gate->box_lacks);
        sf_html_put(out, ".</li>\n");
    }
}

static void always(struct sf_text *out)
{
    item("The figures are about runs drawn like these: these scenarios, these arms, any seed. A "
         "situation "
         "that no scenario has was not tried, however many runs were made.",
         out);
    item("Homes, cameras, network and clocks are models, and time is virtual. The cache is called "
         "in one "
         "thread, one event after the other: races between threads of its real host are not tried.",
         out);
    item("Judged is what reaches viewers and what leaves homes. Logs, disks and memory of a real "
         "service are "
         "not looked into.",
         out);
    item("The files named under \xe2\x80\x9cWhat ran\xe2\x80\x9d were judged, and no others: a "
         "build "
         "with another SHA-256 takes a gate of its own.",
         out);
}

void sf_html_gate_limits(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out,
                "<section aria-labelledby=\"limits\"><h2 id=\"limits\">What this %s does not "
                "say</h2>\n<ul class=\"limits\">\n",
                page->gate->kind == SF_GATE_PASS ? "pass" : "verdict");
    bound(page->gate, out);
    situations(page->gate, out);
    particular(page, out);
    always(out);
    if (page->gate->pairs_count > 0) {
        sf_html_put(
            out, "<li>Whether what a viewer gets depends on another tenant\xe2\x80\x99s stills was "
                 "compared after ");
        sf_html_counted(out, page->gate->pairs_count, "run");
        sf_html_put(
            out,
            ", each followed by one in which one tenant\xe2\x80\x99s stills are others.</li>\n");
    }
    sf_html_put(out, "</ul>\n</section>\n");
}
