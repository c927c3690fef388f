/* The figures of the HTML report: the fact sheet, the arms, the trace hashes. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/report/html.h"

/* ---- the fact sheet ---- */

static void fact(const struct sf_fact *fact, struct sf_text *out)
{
    const char *kind = fact->holds ? "good" : fact->judged ? "bad" : "open";
    const char *sign = fact->holds ? "\xe2\x9c\x93" : fact->judged ? "\xe2\x9c\x97" : "?";
    const char *word = fact->holds ? "holds" : fact->judged ? "does not hold" : "no evidence";
    sf_text_add(out, "<li class=\"fact %s\"><span class=\"fact-id\">", kind);
    sf_html_text(out, fact->id);
    sf_text_add(out,
                "</span> <span class=\"mark\"><span aria-hidden=\"true\">%s</span> %s</span>"
                "<div><p class=\"statement\">",
                sign, word);
    sf_html_sentence(out, fact->statement);
    sf_html_put(out, "</p><p class=\"figure\">");
    sf_html_text(out, fact->figure);
    sf_html_put(out, "</p></div></li>\n");
}

void sf_html_facts(const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    sf_html_put(
        out, "<section aria-labelledby=\"facts\"><h2 id=\"facts\">The published facts</h2>\n"
             "<p class=\"intro\">Each line is a published statement. Below it is the figure from "
             "the replay that it is compared with.</p>\n"
             "<ol class=\"facts\">\n");
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        fact(&replay->facts[i], out);
    }
    sf_html_put(out, "</ol></section>\n");
}

/* ---- the arms ---- */

static void cell(uint64_t count, const char *kind, struct sf_text *out)
{
    sf_text_add(out, "<td class=\"%s\">", count == 0 ? "nought" : kind);
    sf_html_count(out, count);
    sf_html_put(out, "</td>");
}

static void arm_row(const struct sf_replay *replay, uint32_t arm, const char *name,
                    struct sf_text *out)
{
    const struct sf_html_sums sums = sf_html_arm_sums(replay, arm);
    sf_text_add(out, "<tr%s><th scope=\"row\">%s", sums.strays_count > 0 ? " class=\"leaks\"" : "",
                name);
    if (sums.runs_count < replay->seeds_count) {
        sf_text_add(out, " <strong>(%u of %u runs did not finish)</strong>",
                    replay->seeds_count - sums.runs_count, replay->seeds_count);
    }
    sf_html_put(out, "</th>");
    cell(sums.shown_count, "", out);
    cell(sums.own_whole_count, "", out);
    cell(sums.blank_count, "", out);
    cell(sums.strays_count, "strays", out);
    sf_html_put(out, "</tr>\n");
}

static void group_head(const char *title, const char *cache, struct sf_text *out)
{
    sf_text_add(out, "<tr class=\"group\"><th colspan=\"5\" scope=\"rowgroup\">%s", title);
    if (cache != NULL) {
        sf_html_put(out, " <code>");
        sf_html_text(out, cache);
        sf_html_put(out, "</code>");
    }
    sf_html_put(out, "</th></tr>\n");
}

static void cache_rows(const struct sf_plan *plan, const struct sf_replay *replay,
                       enum sf_replay_cache cache, struct sf_text *out)
{
    static const char *const titles[SF_REPLAY_CACHES_COUNT] = {"Before the update", "The update",
                                                               "The fix"};
    static const char *const rows[SF_REPLAY_NETWORKS_COUNT][SF_PATHS_COUNT] = {
        {"Good network, app", "Good network, hub"},
        {"Poor network, app", "Poor network, hub"},
    };
    sf_html_put(out, "<tbody>\n");
    group_head(titles[cache], sf_html_cache_name(plan, cache), out);
    for (int network = 0; network < SF_REPLAY_NETWORKS_COUNT; network++) {
        for (int path = 0; path < SF_PATHS_COUNT; path++) {
            uint32_t arm =
                sf_replay_arm(cache, (enum sf_replay_network)network, (enum sf_path)path);
            arm_row(replay, arm, rows[network][path], out);
        }
    }
    sf_html_put(out, "</tbody>\n");
}

void sf_html_arms(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    sf_html_put(out, "<section aria-labelledby=\"arms\"><h2 id=\"arms\">Every combination</h2>\n"
                     "<p class=\"intro\">Each cache is run on each network for each way of "
                     "looking: the <dfn>hub</dfn>, a display in the home that asks through the "
                     "integration, and the maker\xe2\x80\x99s own <dfn>app</dfn>. Last, the update "
                     "goes live during a run. ");
    if (replay->seeds_count > 1) {
        sf_text_add(out, "The figures are sums over %u seeds. ", replay->seeds_count);
    }
    sf_html_put(out, "</p>\n<table class=\"arms\"><caption class=\"unseen\">Pictures and strays of "
                     "each run</caption><thead><tr><th scope=\"col\">Cache, network and "
                     "path</th><th scope=\"col\">Pictures shown</th><th scope=\"col\">Own and "
                     "whole</th><th scope=\"col\">Blanks</th><th scope=\"col\">Strays</th></tr>"
                     "</thead>\n");
    for (int cache = 0; cache < SF_REPLAY_CACHES_COUNT; cache++) {
        cache_rows(plan, replay, (enum sf_replay_cache)cache, out);
    }
    sf_html_put(out, "<tbody>\n");
    group_head("Live", NULL, out);
    arm_row(replay, SF_REPLAY_LIVE, "The update goes live; hub and app", out);
    sf_html_put(out,
                "</tbody></table>\n<p class=\"note\"><b>Own and whole</b>: a still of the "
                "viewer\xe2\x80\x99s own camera, undamaged. <b>Blank</b>: asked, and there was "
                "nothing to show. <b>Stray</b>: something in the picture is another "
                "home\xe2\x80\x99s. <b>Poor network</b>: ");
    sf_html_counted(out, sf_html_poor_homes_count(plan), "home");
    sf_html_put(out, " of ");
    sf_html_count(out, replay->homes_count);
    sf_html_put(out, ", as in the scenario; all others, and all in the rows of the good network, "
                     "are on a good one.</p>\n");
    sf_html_put(out, "</section>\n");
}

/* ---- trace hashes ---- */

enum { SEEDS_LISTED_MAX = 32 };

static void hash_row(const struct sf_replay *replay, uint32_t seed_index, uint32_t arm,
                     struct sf_text *out)
{
    const struct sf_job_status *status =
        &replay->jobs.statuses[seed_index * SF_REPLAY_ARMS_COUNT + arm];
    sf_text_add(out, "<tr><th scope=\"row\">%s</th><td>", sf_replay_arm_name(arm));
    switch ((enum sf_job_end)status->end) {
    case SF_JOB_DONE:
        sf_text_add(out, "<code>%016" PRIx64 "</code>",
                    sf_replay_get(replay, seed_index, arm)->result.trace_hash);
        break;
    case SF_JOB_CRASHED:
        sf_text_add(out, "crashed, signal %u", status->signal_number);
        break;
    case SF_JOB_HUNG:
        sf_html_put(out, "hung");
        break;
    case SF_JOB_NOT_RUN:
        sf_html_put(out, "not run");
        break;
    }
    sf_html_put(out, "</td></tr>\n");
}

void sf_html_hashes(const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(replay->seeds_count > 0);
    uint32_t listed_count =
        replay->seeds_count < SEEDS_LISTED_MAX ? replay->seeds_count : SEEDS_LISTED_MAX;
    sf_html_put(out, "<details><summary>Trace hashes</summary>\n<p class=\"note\">The hash of "
                     "everything that happened in a run. The same scenario, caches and seed give "
                     "the same hash on every machine.</p>\n<table class=\"hashes\"><caption "
                     "class=\"unseen\">Hashes of the traces</caption><thead><tr>"
                     "<th scope=\"col\">Run</th><th scope=\"col\">Trace hash</th></tr></thead>\n");
    for (uint32_t seed = 0; seed < listed_count; seed++) {
        sf_text_add(out,
                    "<tbody><tr class=\"group\"><th colspan=\"2\" scope=\"rowgroup\">Seed %" PRIu64
                    "</th></tr>\n",
                    replay->seed_first + seed);
        for (uint32_t arm = 0; arm < SF_REPLAY_ARMS_COUNT; arm++) {
            hash_row(replay, seed, arm, out);
        }
        sf_html_put(out, "</tbody>\n");
    }
    sf_html_put(out, "</table>\n");
    if (listed_count < replay->seeds_count) {
        sf_text_add(out,
                    "<p class=\"note\">And %u seeds more; <code>--json</code> prints all.</p>\n",
                    replay->seeds_count - listed_count);
    }
    sf_html_put(out, "</details>\n");
}
