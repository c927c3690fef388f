/* Which oracle judged in which scenario, and what came of it: a table of the gate's page. */
#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/report/html_gate.h"

/* What a cell says, for one scenario or for all of them. */
struct cell {
    uint64_t evidence_count;
    uint32_t failed_count;
    uint32_t runs_count;
    bool wanted;
};

static void put_cell(const struct cell *cell, struct sf_text *out)
{
    if (cell->failed_count > 0) {
        sf_text_add(out,
                    "<td class=\"bad\"><span class=\"mark\" aria-hidden=\"true\">\xe2\x9c\x97"
                    "<small>%u</small></span><span class=\"unseen\">broken in %u of %u "
                    "runs</span></td>",
                    cell->failed_count, cell->failed_count, cell->runs_count);
    } else if (cell->evidence_count > 0) {
        sf_text_add(out,
                    "<td class=\"good\"><span class=\"mark\" aria-hidden=\"true\">\xe2\x9c\x93"
                    "</span><span class=\"unseen\">held, %" PRIu64 " judged</span></td>",
                    cell->evidence_count);
    } else if (cell->wanted) {
        sf_html_put(out,
                    "<td class=\"open\"><span class=\"mark\" aria-hidden=\"true\">?</span><span "
                    "class=\"unseen\">nothing to judge, although required</span></td>");
    } else if (cell->runs_count == 0) {
        sf_html_put(out, "<td class=\"nought\"><span aria-hidden=\"true\">\xc2\xb7</span><span "
                         "class=\"unseen\">not run</span></td>");
    } else {
        sf_html_put(out, "<td class=\"nought\"><span aria-hidden=\"true\">\xc2\xb7</span><span "
                         "class=\"unseen\">does not concern it</span></td>");
    }
}

/* Runs in which the cache crashed or hung. */
static void put_ended(uint32_t ended_count, uint32_t runs_count, struct sf_text *out)
{
    const struct cell cell = {
        .evidence_count = runs_count, .failed_count = ended_count, .runs_count = runs_count};
    put_cell(&cell, out);
}

static void row(const struct sf_gate_page *page, uint32_t index, struct sf_text *out)
{
    const struct sf_gate_scenario *scenario = &page->gate->scenarios[index];
    sf_html_put(out, "<tr><th scope=\"row\"><bdi>");
    sf_html_scenario(page->names->files[index], out);
    sf_text_add(out, "</bdi></th><td>%u</td>", scenario->runs_count);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        const struct cell cell = {
            .evidence_count = scenario->oracles[i].evidence_count,
            .failed_count = scenario->oracles[i].failed_count,
            .runs_count = scenario->runs_count,
            .wanted = scenario->oracles[i].wanted_count > 0,
        };
        put_cell(&cell, out);
    }
    put_ended(scenario->ended_count, scenario->runs_count, out);
    sf_html_put(out, "</tr>\n");
}

static void sums(const struct sf_gate *gate, struct sf_text *out)
{
    sf_text_add(out, "<tr class=\"sums\"><th scope=\"row\">all</th><td>%u</td>", gate->runs_count);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        const struct cell cell = {.evidence_count = gate->evidence[i],
                                  .failed_count = gate->failed[i],
                                  .runs_count = gate->runs_count,
                                  .wanted = gate->wanted[i]};
        put_cell(&cell, out);
    }
    put_ended(gate->ended_count, gate->runs_count, out);
    sf_html_put(out, "</tr>\n");
}

static void legend(struct sf_text *out)
{
    sf_html_put(out,
                "<p class=\"note legend\"><span class=\"good\"><span class=\"mark\">\xe2\x9c\x93"
                "</span></span> judged, and held; <span class=\"bad\"><span class=\"mark\">"
                "\xe2\x9c\x97</span></span> broken, in how many runs; <span class=\"open\"><span "
                "class=\"mark\">?</span></span> nothing to judge, although required; "
                "\xc2\xb7 does not concern this scenario.</p>\n"
                "<details><summary>What each oracle requires</summary>\n<dl class=\"oracles\">\n");
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        sf_html_put(out, "<div><dt>");
        sf_html_text(out, sf_oracles()[i]->name);
        sf_html_put(out, "</dt><dd>");
        sf_html_sentence(out, sf_oracles()[i]->invariant);
        sf_html_put(out, "</dd></div>\n");
    }
    sf_html_put(out, "</dl></details>\n");
}

void sf_html_gate_matrix(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(page->gate->scenarios_count <= SF_GATE_SCENARIOS_MAX);
    sf_html_put(
        out, "<section aria-labelledby=\"matrix\"><h2 id=\"matrix\">Scenarios and oracles</h2>\n"
             "<table class=\"matrix\"><caption class=\"unseen\">What each oracle found in each "
             "scenario</caption><thead><tr><th scope=\"col\">Scenario</th><th scope=\"col\"><span "
             "class=\"up\">runs</span></th>");
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        sf_text_add(out, "<th scope=\"col\"><span class=\"up\">%s</span></th>",
                    sf_oracles()[i]->name);
    }
    sf_html_put(out,
                "<th scope=\"col\"><span class=\"up\">crash, hang</span></th></tr></thead><tbody>"
                "\n");
    for (uint32_t i = 0; i < page->gate->scenarios_count; i++) {
        row(page, i, out);
    }
    if (page->gate->scenarios_count > 1) {
        sums(page->gate, out);
    }
    sf_html_put(out, "</tbody></table>\n");
    legend(out);
    sf_html_put(out, "</section>\n");
}
