/* The findings of the gate's page: each kind with its pictures, the paragraph of its story, the
 * sequence diagram, and the commands. */
#include "harness/base/assert.h"
#include "harness/report/html_gate.h"

enum { ID_BYTES = 32 };

static void title(const struct sf_gate_find *find, struct sf_text *out)
{
    if (find->kind == SF_GATE_FINDING) {
        sf_html_finding(&find->finding, out);
        return;
    }
    struct sf_text said = {0};
    sf_report_gate_find_sentence(find, &said);
    said.data[0] = said.data[0] == 't' ? 'T' : said.data[0]; /* "the cache ..." */
    sf_html_text(out, said.data);
    sf_text_free(&said);
}

/* What the finding is to the verdict. */
static void standing(const struct sf_gate_find *find, struct sf_text *out)
{
    bool counts = find->standing == SF_GATE_COUNTS;
    const char *what = find->kind == SF_GATE_CRASH              ? "Crash"
                       : find->kind == SF_GATE_HANG             ? "Hang"
                       : sf_gate_is_stray(find->finding.oracle) ? "Leak"
                                                                : "Broken";
    sf_text_add(out, "<span class=\"%s\"><span class=\"mark\">%s%s</span></span>",
                counts ? "bad" : "open", what,
                find->standing == SF_GATE_ACCEPTED      ? ", accepted"
                : find->standing == SF_GATE_OF_BASELINE ? ", known from the baseline"
                                                        : "");
}

/* "candidate alone 3, rollout 5" */
static void arms(const struct sf_gate_page *page, const struct sf_gate_find *find,
                 struct sf_text *out)
{
    const char *between = " (";
    for (int arm = SF_ARM_CANDIDATE; arm < SF_ARMS_COUNT && page->names->baseline != NULL; arm++) {
        if (find->arms_count[arm] > 0) {
            sf_text_add(out, "%s%s%s %u", between, sf_arm_name((enum sf_arm)arm),
                        arm <= SF_ARM_BASELINE ? " alone" : "", find->arms_count[arm]);
            between = ", ";
        }
    }
    sf_html_put(out, between[0] == ',' ? ")" : "");
}

static void facts(const struct sf_gate_page *page, const struct sf_gate_find *find,
                  struct sf_text *out)
{
    struct sf_text name = {0};
    sf_gate_find_name(find, &name);
    sf_html_put(out, "<p class=\"where\">");
    standing(find, out);
    sf_html_put(out, " \xc2\xb7 in ");
    sf_html_counted(out, find->runs_count, "run");
    arms(page, find, out);
    if (find->kind == SF_GATE_FINDING && find->finding.callback > 0) {
        sf_html_put(out, " \xc2\xb7 answered from inside <code>");
        sf_html_text(out, sf_callback_name((enum sf_callback)(find->finding.callback - 1)));
        sf_html_put(out, "</code>");
    }
    sf_html_put(out, " \xc2\xb7 name <code>");
    sf_html_text(out, name.data);
    sf_html_put(out, "</code></p>\n");
    sf_text_free(&name);
}

static void notes(const struct sf_gate_find *find, struct sf_text *out)
{
    if (find->kind == SF_GATE_FINDING) {
        sf_html_put(out, "<p class=\"note\">Broken: ");
        sf_html_text(out, sf_oracles()[find->finding.oracle]->invariant);
        sf_html_put(out, ".</p>\n");
    }
    if (find->standing == SF_GATE_OF_BASELINE) {
        sf_html_put(out,
                    "<p class=\"note\">Does not count for the verdict: the baseline alone fails "
                    "like that, the candidate alone does not.</p>\n");
    }
    if (find->accepted != NULL) {
        sf_html_put(out, "<p class=\"note\">");
        sf_html_put(out, find->accepted->expired ? "Counts again, for it was accepted until "
                                                 : "Accepted until ");
        sf_html_text(out, find->accepted->until);
        sf_html_put(out, ": <bdi>");
        sf_html_text(out, find->accepted->reason);
        sf_html_put(out, "</bdi></p>\n");
    }
}

/* ---- its story ---- */

static void story(const struct sf_dossier *dossier, const struct sf_finding *finding, bool first,
                  struct sf_text *out)
{
    if (!dossier->repeated) {
        sf_html_put(out,
                    "<p class=\"note\">Without pictures and story: the run was made once more for "
                    "them, and this finding did not come again.</p>\n");
        return;
    }
    sf_html_exhibit(dossier->exhibits, finding, out);
    sf_html_put(out, "<p>");
    sf_html_text(out, dossier->story.paragraph.data);
    sf_html_put(out, "</p>\n");
    sf_text_add(out, "<details%s><summary>Step by step: ", first ? " open" : "");
    sf_html_counted(out, dossier->story.steps_count, "step");
    sf_html_put(out, "</summary>\n");
    sf_html_homes(&dossier->story, out);
    sf_html_diagram(&dossier->story, out);
    sf_html_put(out, "</details>\n");
}

static void command(const struct sf_gate_page *page, const struct sf_gate_find *find,
                    const char *label, const char *word, struct sf_text *out)
{
    struct sf_text text = {0};
    sf_report_gate_find_command(page->names, word, find, &text);
    sf_text_add(out, "<div><dt>%s</dt><dd>", label);
    sf_html_command(text.data, out);
    sf_html_put(out, "</dd></div>\n");
    sf_text_free(&text);
}

static void commands(const struct sf_gate_page *page, const struct sf_gate_find *find,
                     struct sf_text *out)
{
    sf_html_put(out, "<dl class=\"commands\">\n");
    command(page, find, "Repeat", "run", out);
    if (find->kind == SF_GATE_FINDING) {
        command(page, find, "Shrink", "shrink", out);
        command(page, find, "Explain", "explain", out);
    }
    sf_html_put(out, "</dl>\n");
}

static void find_section(const struct sf_gate_page *page, uint32_t index, struct sf_text *out)
{
    const struct sf_gate_find *find = &page->gate->finds[index];
    char id[ID_BYTES];
    snprintf(id, sizeof id, "finding-%u", index + 1);
    sf_text_add(out, "<section class=\"find\" aria-labelledby=\"%s\"><h3 id=\"%s\">%u. ", id, id,
                index + 1);
    title(find, out);
    sf_html_put(out, "</h3>\n");
    facts(page, find, out);
    notes(find, out);
    if (find->kind == SF_GATE_FINDING && index < page->dossiers_count) {
        story(&page->dossiers[index], &find->finding, index == 0, out);
    }
    commands(page, find, out);
    sf_html_put(out, "</section>\n");
}

/* Accepted findings that did not occur: their line may be obsolete. */
static void unseen(const struct sf_gate *gate, struct sf_text *out)
{
    for (uint32_t i = 0; gate->accepts != NULL && i < gate->accepts->count; i++) {
        const struct sf_accepted *accepted = &gate->accepts->items[i];
        bool seen = false;
        for (uint32_t k = 0; k < gate->finds_count; k++) {
            seen |= gate->finds[k].accepted == accepted;
        }
        if (!seen) {
            sf_html_put(out, "<p class=\"note\">Accepted, and did not occur: <code>");
            sf_html_text(out, accepted->name);
            sf_html_put(out, "</code></p>\n");
        }
    }
}

void sf_html_gate_finds(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(page->dossiers != NULL || page->dossiers_count == 0);
    const struct sf_gate *gate = page->gate;
    if (gate->finds_count == 0) {
        unseen(gate, out);
        return;
    }
    sf_html_put(out, "<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>\n"
                     "<p class=\"intro\">");
    sf_html_counted(out, gate->findings_count, "finding");
    sf_html_put(out, " of ");
    sf_html_counted(out, gate->finds_count, "kind");
    sf_html_put(
        out,
        ", each shown by the first run that has it. A kind is one broken promise, to one kind of "
        "viewer, answered from inside one function of the cache.</p>\n");
    if (page->without_dossiers != NULL && page->dossiers_count == 0) {
        sf_html_put(out, "<p class=\"note\">Without pictures and stories: ");
        sf_html_text(out, page->without_dossiers);
        sf_html_put(out, ". The commands below show them.</p>\n");
    } else if (page->dossiers_count < gate->finds_count) {
        sf_text_add(out,
                    "<p class=\"note\">The first %u kinds have pictures and a story; the command "
                    "<code>explain</code> shows them of the others.</p>\n",
                    page->dossiers_count);
    }
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        find_section(page, i, out);
    }
    if (gate->finds_lost_count > 0) {
        sf_html_put(out, "<p class=\"note\">There were more kinds than this page has room for: ");
        sf_html_counted(out, gate->finds_lost_count, "run");
        sf_html_put(out, " showed one of them.</p>\n");
    }
    unseen(gate, out);
    sf_html_put(out, "</section>\n");
}
