/* Candidate and baseline side by side, in the gate's page. */
#include <inttypes.h>
#include <math.h>

#include "harness/base/assert.h"
#include "harness/report/difference.h"
#include "harness/report/html_gate.h"

/* ---- arms ---- */

static void count_cell(uint32_t count, bool bad, struct sf_text *out)
{
    sf_text_add(out, "<td%s>", count == 0 ? " class=\"nought\"" : bad ? " class=\"strays\"" : "");
    sf_html_count(out, count);
    sf_html_put(out, "</td>");
}

static void empty_cell(struct sf_text *out)
{
    sf_html_put(
        out, "<td class=\"nought\">\xe2\x80\x93<span class=\"unseen\"> not compared</span></td>");
}

static void arm_row(const struct sf_gate_arm *arm, enum sf_arm id, struct sf_text *out)
{
    sf_text_add(out, "<tr%s><th scope=\"row\">%s%s</th>",
                arm->failed_count > 0 ? " class=\"leaks\"" : "", sf_arm_name(id),
                id <= SF_ARM_BASELINE ? " alone" : "");
    if (arm->runs_count == 0) {
        sf_html_put(out,
                    "<td colspan=\"5\" class=\"nought\">no scenario has several nodes</td></tr>\n");
        return;
    }
    count_cell(arm->runs_count, false, out);
    count_cell(arm->failed_count, true, out);
    count_cell(arm->stray_count, true, out);
    if (id != SF_ARM_BASELINE) {
        count_cell(arm->worse_count, true, out);
    } else {
        empty_cell(out);
    }
    if (id > SF_ARM_BASELINE) {
        count_cell(arm->only_count, true, out);
    } else {
        empty_cell(out);
    }
    sf_html_put(out, "</tr>\n");
}

static void arms(const struct sf_gate_comparison *comparison, struct sf_text *out)
{
    sf_html_put(
        out, "<table class=\"pairs\"><caption class=\"unseen\">Runs of each arm</caption><thead>"
             "<tr><th scope=\"col\">Arm</th><th scope=\"col\">Runs</th><th scope=\"col\">Failed"
             "</th><th scope=\"col\">Leaking</th><th scope=\"col\">Failed where the baseline did "
             "not</th><th scope=\"col\">Failed where neither did alone</th></tr></thead><tbody>"
             "\n");
    for (int arm = SF_ARM_CANDIDATE; arm < SF_ARMS_COUNT; arm++) {
        arm_row(&comparison->arms[arm], (enum sf_arm)arm, out);
    }
    sf_html_put(out, "</tbody></table>\n");
}

static void first_run(const struct sf_gate_page *page, const char *what, uint32_t count,
                      enum sf_arm arm, struct sf_gate_where at, struct sf_text *out)
{
    sf_text_add(out, "<div><dt>%s: ", what);
    sf_html_counted(out, count, "run");
    sf_html_put(out, "</dt><dd>");
    if (count > 0) {
        struct sf_text command = {0};
        sf_report_gate_command(page->names, "run", (struct sf_gate_run_at){arm, at.plan, at.seed},
                               &command);
        sf_html_command(command.data, out);
        sf_text_free(&command);
    }
    sf_html_put(out, "</dd></div>\n");
}

static void changes(const struct sf_gate_page *page, struct sf_text *out)
{
    const struct sf_gate_comparison *comparison = &page->gate->comparison;
    const struct sf_gate_arm *alone = &comparison->arms[SF_ARM_CANDIDATE];
    sf_html_put(out, "<dl class=\"commands wide\">\n");
    first_run(page, "Newly failing", alone->worse_count, SF_ARM_CANDIDATE, alone->worse_at, out);
    first_run(page, "Newly passing", alone->better_count, SF_ARM_BASELINE, alone->better_at, out);
    for (int i = SF_ARM_BASELINE + 1; i < SF_ARMS_COUNT; i++) {
        const struct sf_gate_arm *arm = &comparison->arms[i];
        if (arm->only_count > 0) {
            struct sf_text what = {0};
            sf_text_add(&what, "Only in %s", sf_arm_name((enum sf_arm)i));
            first_run(page, what.data, arm->only_count, (enum sf_arm)i, arm->only_at, out);
            sf_text_free(&what);
        }
    }
    sf_html_put(out, "</dl>\n");
}

/* ---- the first differing event ---- */

static void difference(const struct sf_gate_page *page, struct sf_text *out)
{
    static const struct sf_sides sides = {.name = "difference",
                                          .same = "candidate and baseline did the same",
                                          .names = {"candidate", "baseline"}};
    static const struct sf_run_result none;
    const struct sf_gate *gate = page->gate;
    sf_text_add(out, "<p>The same trace in %u of %u pairs.</p>\n", gate->comparison.same_count,
                gate->comparison.pairs_count);
    if (!gate->has_difference) {
        return;
    }
    struct sf_text said = {0};
    sf_report_difference_text(&sides, &gate->difference, &none, &said);
    sf_html_put(out, "<details><summary>First differing event (<bdi>");
    sf_html_text(out, page->names->files[gate->difference_at.plan]);
    sf_text_add(out, "</bdi>, seed %" PRIu64 ")</summary>\n<pre>", gate->difference_at.seed);
    sf_html_text(out, said.data);
    sf_html_put(out, "</pre></details>\n");
    sf_text_free(&said);
}

/* ---- figures ---- */

static void value_cell(double value, enum sf_gate_figure_kind kind, struct sf_text *out)
{
    bool share = !sf_gate_figure_is_relative(kind);
    if (!isfinite(value)) {
        sf_text_add(out, "<td class=\"nought\">%s</td>", isinf(value) ? "never" : "not measured");
    } else {
        sf_text_add(out, "<td>%.2f %s</td>", share ? 100 * value : value,
                    sf_gate_figure_unit(kind));
    }
}

static const char *allowed_class(enum sf_gate_allowed allowed)
{
    static const char *const classes[] = {"", "good", "open", "bad"};
    return classes[allowed];
}

static void loss_cell(const struct sf_gate_figure *figure, enum sf_gate_figure_kind kind,
                      struct sf_text *out)
{
    if (!figure->measured) {
        sf_html_put(out, "<td class=\"nought\">\xe2\x80\x93<span class=\"unseen\"> not "
                         "known</span></td>");
        return;
    }
    sf_text_add(out, "<td>%+.2f %s<small>%+.2f to %+.2f</small></td>", 100 * figure->loss,
                sf_gate_figure_is_relative(kind) ? "%" : "points", 100 * figure->loss_interval.low,
                100 * figure->loss_interval.high);
}

static double larger(double one, double other)
{
    return one > other ? one : other;
}

/* The interval as a bar about zero, as far as half of the width goes; the cell before says it. */
static void interval(const struct sf_gate_figure *figure, struct sf_text *out)
{
    enum { HALF = 50 };
    sf_text_add(out, "<td class=\"interval %s\" aria-hidden=\"true\"><div>",
                allowed_class(figure->allowed));
    double low = figure->loss_interval.low;
    double high = figure->loss_interval.high;
    double scale = larger(larger(fabs(low), fabs(high)),
                          figure->allowed != SF_GATE_NO_LIMIT ? figure->limit : 0.0) *
                   1.1;
    if (figure->measured && isfinite(scale) && scale > 0.0) {
        sf_text_add(out, "<s style=\"left:%.1f%%;width:%.1f%%\"></s>", HALF + HALF * low / scale,
                    HALF * (high - low) / scale);
        sf_text_add(out, "<b style=\"left:%.1f%%\"></b>", HALF + HALF * figure->loss / scale);
        if (figure->allowed != SF_GATE_NO_LIMIT) {
            sf_text_add(out, "<u style=\"left:%.1f%%\"></u>", HALF + HALF * figure->limit / scale);
        }
    }
    sf_html_put(out, "</div></td>");
}

static void limit_cell(const struct sf_gate_figure *figure, struct sf_text *out)
{
    static const char *const words[] = {"", "within", "UNSURE", "BEYOND"};
    if (figure->allowed == SF_GATE_NO_LIMIT) {
        sf_html_put(out, "<td class=\"nought\">no limit</td>");
        return;
    }
    sf_text_add(out, "<td class=\"%s\"><span class=\"mark\">%s</span> %.2f</td>",
                allowed_class(figure->allowed), words[figure->allowed], 100 * figure->limit);
}

static void figures(const struct sf_gate *gate, struct sf_text *out)
{
    sf_text_add(
        out,
        "<table class=\"sides\"><caption>Served viewers, the two caches alone; a loss is how much "
        "worse the candidate is, with its %g%% interval</caption><thead><tr><th scope=\"col\">"
        "Figure</th><th scope=\"col\">Baseline</th><th scope=\"col\">Candidate</th><th "
        "scope=\"col\">Loss</th><th scope=\"col\" class=\"interval\"><span>better</span><span>"
        "worse</span></th><th scope=\"col\">Limit</th></tr></thead><tbody>\n",
        100 * gate->confidence);
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        const struct sf_gate_figure *figure = &gate->comparison.figures[i];
        enum sf_gate_figure_kind kind = (enum sf_gate_figure_kind)i;
        sf_text_add(out, "<tr><th scope=\"row\">%s<small>%s</small></th>",
                    sf_gate_figure_name(kind), sf_gate_figure_meaning(kind));
        value_cell(figure->baseline, kind, out);
        value_cell(figure->candidate, kind, out);
        loss_cell(figure, kind, out);
        interval(figure, out);
        limit_cell(figure, out);
        sf_html_put(out, "</tr>\n");
    }
    sf_html_put(out, "</tbody></table>\n");
}

void sf_html_gate_comparison(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(out != NULL);
    if (!page->gate->comparison.ran) {
        return;
    }
    sf_html_put(
        out, "<section aria-labelledby=\"comparison\"><h2 id=\"comparison\">Against the "
             "baseline</h2>\n<p class=\"intro\">The same scenarios and seeds on both sides: each "
             "cache alone, and the candidate while it is rolled out, rolled back, stopped half-way "
             "and beside the baseline.</p>\n");
    arms(&page->gate->comparison, out);
    changes(page, out);
    figures(page->gate, out);
    difference(page, out);
    sf_html_put(out, "</section>\n");
}
