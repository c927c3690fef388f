/* What exactly ran, in the gate's page: enough to say which build a verdict is about, and to repeat
 * it. */
#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/report/html_gate.h"

static void begin_row(const char *label, struct sf_text *out)
{
    sf_text_add(out, "<tr><th scope=\"row\">%s</th><td>", label);
}

static void end_row(struct sf_text *out)
{
    sf_html_put(out, "</td></tr>\n");
}

static void text_row(const char *label, const char *text, struct sf_text *out)
{
    begin_row(label, out);
    if (text != NULL && text[0] != '\0') {
        sf_html_put(out, "<bdi>");
        sf_html_text(out, text);
        sf_html_put(out, "</bdi>");
    } else {
        sf_html_put(out, "<span class=\"nought\">not given</span>");
    }
    end_row(out);
}

static void file_rows(const struct sf_campaign *what, struct sf_text *out)
{
    for (uint32_t i = 0; i < what->files_count; i++) {
        const struct sf_campaign_file *file = &what->files[i];
        struct sf_text label = {0};
        sf_text_add(&label, "File: %s", file->role);
        begin_row(label.data, out);
        sf_text_free(&label);
        sf_html_put(out, "<bdi>");
        sf_html_text(out, file->path);
        sf_html_put(out, "</bdi><br><code>");
        sf_html_text(out, file->sha256);
        sf_html_put(out, "</code>");
        end_row(out);
    }
}

static void runs_row(const struct sf_gate_page *page, struct sf_text *out)
{
    const struct sf_gate *gate = page->gate;
    begin_row("Seeds and runs", out);
    sf_text_add(out, "from %" PRIu64 " on, up to %u for each of ", gate->seed_first,
                gate->seeds_count);
    sf_html_counted(out, gate->scenarios_count, "scenario");
    sf_html_put(out, "; ");
    sf_html_counted(out, gate->runs_count, "run");
    sf_html_put(out, " with the candidate");
    if (gate->stored_count > 0) {
        sf_text_add(out, ", %u of them from the store", gate->stored_count);
    }
    sf_text_add(out, "; all traces together <code>%016" PRIx64 "</code>", gate->traces_hash);
    end_row(out);
}

static void scenarios(const struct sf_gate_page *page, struct sf_text *out)
{
    const struct sf_campaign *what = page->what;
    sf_html_put(out,
                "<details><summary>The scenarios, and the hash of each as it was run</summary>\n"
                "<table class=\"ran\"><caption class=\"unseen\">Scenarios</caption><thead><tr><th "
                "scope=\"col\">Scenario</th><th scope=\"col\">Hash</th></tr></thead><tbody>\n");
    for (uint32_t i = 0; i < what->scenarios_count; i++) {
        sf_html_put(out, "<tr><th scope=\"row\"><bdi>");
        sf_html_text(out, what->scenarios[i].file);
        sf_text_add(out, "</bdi></th><td><code>%016" PRIx64 "</code></td></tr>\n",
                    what->scenarios[i].hash);
    }
    sf_html_put(out, "</tbody></table></details>\n");
}

void sf_html_gate_what_ran(const struct sf_gate_page *page, struct sf_text *out)
{
    SF_ASSERT(page != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_campaign *what = page->what;
    sf_html_put(out, "<section aria-labelledby=\"ran\"><h2 id=\"ran\">What ran</h2>\n<table "
                     "class=\"ran\"><caption class=\"unseen\">What ran</caption><tbody>\n");
    text_row("Candidate", page->names->candidate, out);
    text_row("Baseline", page->names->baseline, out);
    file_rows(what, out);
    text_row("strayframe", what->version, out);
    text_row("Commit", what->commit, out);
    text_row("Options", what->options, out);
    runs_row(page, out);
    text_row("Machine", page->machines != NULL ? page->machines : what->machine, out);
    text_row("Started", page->started, out);
    text_row("Ended", page->ended, out);
    sf_html_put(out, "</tbody></table>\n");
    scenarios(page, out);
    sf_html_put(out, "<h3>How to repeat it</h3>\n");
    sf_html_command(page->command, out);
    sf_html_put(
        out, "<p class=\"note\">All random draws of a run come from its seed, so the same command "
             "with the same files gives the same runs. How many seeds it makes without "
             "<code>--seeds</code> depends on the machine.</p>\n</section>\n");
}
