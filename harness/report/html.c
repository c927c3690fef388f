/* The HTML report of a replay: one page, for a reader who does not know the project. This file is
 * the page from top to bottom; its parts are in the other html_*.c. */
#include <inttypes.h>

#include "harness/report/html.h"
#include "harness/base/assert.h"
#include "harness/report/report.h"
#include "harness/scenario/scenario.h"

/* ---- the headline ---- */

struct verdict {
    uint32_t holding_count;
    uint32_t failing_count; /* judged, and does not hold */
};

static struct verdict verdict_of(const struct sf_replay *replay)
{
    struct verdict verdict = {0};
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        verdict.holding_count += replay->facts[i].holds;
        verdict.failing_count += !replay->facts[i].holds && replay->facts[i].judged;
    }
    return verdict;
}

static void verdict_sentence(const struct sf_replay *replay, struct sf_text *out)
{
    sf_text_add(out, "%u of %d published facts hold over ", verdict_of(replay).holding_count,
                SF_REPLAY_FACTS_COUNT);
    sf_html_counted(out, replay->seeds_count, "seed");
}

/* "F6 and F9 do not hold." */
static void name_facts(const struct sf_replay *replay, bool judged, const char *one,
                       const char *many, struct sf_text *out)
{
    uint32_t named_count = 0;
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &replay->facts[i];
        if (!fact->holds && fact->judged == judged) {
            sf_html_put(out, named_count++ == 0 ? " " : ", ");
            sf_html_text(out, fact->id);
        }
    }
    if (named_count > 0) {
        sf_text_add(out, " %s.", named_count == 1 ? one : many);
    }
}

static void verdict_line(const struct sf_replay *replay, struct sf_text *out)
{
    const struct verdict verdict = verdict_of(replay);
    if (verdict.holding_count == SF_REPLAY_FACTS_COUNT && replay->crashed_count == 0 &&
        replay->ended_count == 0) {
        sf_html_put(out, "<p class=\"verdict good\"><b><span aria-hidden=\"true\">"
                         "\xe2\x9c\x93</span> Reproduced.</b> The replay shows every published "
                         "fact.");
    } else if (verdict.failing_count > 0 || replay->ended_count > 0) {
        sf_html_put(out, "<p class=\"verdict bad\"><b><span aria-hidden=\"true\">"
                         "\xe2\x9c\x97</span> Not reproduced.</b>");
    } else {
        sf_html_put(out, "<p class=\"verdict open\"><b><span aria-hidden=\"true\">?</span> "
                         "Inconclusive.</b>");
    }
    name_facts(replay, true, "does not hold", "do not hold", out);
    name_facts(replay, false, "could not be judged", "could not be judged", out);
    if (replay->crashed_count > 0) {
        sf_html_put(out, " ");
        sf_html_counted(out, replay->crashed_count, "run");
        sf_text_add(out, " of %u did not finish.", replay->seeds_count * SF_REPLAY_ARMS_COUNT);
    }
    if (replay->ended_count > 0) {
        sf_html_put(out, " ");
        sf_html_counted(out, replay->ended_count, "run");
        sf_html_put(out, " ended with their cache: ");
        sf_html_text(out, replay->ended.text);
        sf_html_put(out, ".");
    }
    sf_html_put(out, "</p>\n");
}

static void what_happened(struct sf_text *out)
{
    sf_html_put(
        out,
        "<p>On 26 December 2019 a camera maker updated a cache in its cloud, to improve how its "
        "pictures are streamed. A few people whose homes had a very poor network then asked a "
        "smart display for the picture of their own camera, and were shown stills from "
        "strangers\xe2\x80\x99 homes: black and white, some of them corrupted, with the time of "
        "another time zone. The maker\xe2\x80\x99s own app showed nothing of the kind. The "
        "integration was blocked, and came back after the maker had reported a fix. How it came "
        "about was never published.</p>\n"
        "<p>This page is a replay of that day with simulated cameras, cloud, displays and apps on "
        "virtual time, and with one hypothesis of the mechanism. A picture with anything of "
        "another home\xe2\x80\x99s in it is called a <dfn>stray</dfn>. Even where the "
        "replay shows all that was published, its mechanism is a possible one, not the known one. "
        "No picture here was taken in a real home: all rooms are drawn.</p>\n");
}

static void what_was_run(const struct sf_plan *plan, const struct sf_replay *replay,
                         struct sf_text *out)
{
    sf_html_put(out, "<p>What was run: ");
    sf_html_counted(out, replay->homes_count, "home");
    sf_html_put(out, ", ");
    sf_html_count(out, sf_html_poor_homes_count(plan));
    sf_html_put(out, " of them on an extremely poor network, for ");
    sf_html_duration(out, replay->duration_ns);
    sf_html_put(out, " from ");
    sf_html_clock(out, plan->start_unix_s, 0);
    sf_text_add(
        out,
        " UTC on; %d times for each seed: with the cache before the update, the update and "
        "the fix, on a good and on the poor network, on hubs and in the app, and once with "
        "the update going live during the run. The number of homes with a poor network, its "
        "figures and how often viewers ask are choices of the scenario.</p>\n",
        SF_REPLAY_ARMS_COUNT);
}

/* ---- three figures ---- */

static void figures(const struct sf_replay *replay, struct sf_text *out)
{
    const uint32_t leaky = sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB);
    uint64_t elsewhere_count = 0;
    uint32_t affected_max = 0;
    bool all_poor = true;
    for (uint32_t arm = 0; arm < SF_REPLAY_LIVE; arm++) {
        elsewhere_count += arm == leaky ? 0 : sf_html_arm_sums(replay, arm).strays_count;
    }
    for (uint32_t seed = 0; seed < replay->seeds_count; seed++) {
        if (sf_html_run_done(replay, seed, leaky)) {
            const struct sf_tally *tally = &sf_replay_get(replay, seed, leaky)->result.tally;
            affected_max =
                tally->affected_count > affected_max ? tally->affected_count : affected_max;
            all_poor &= tally->affected_count == tally->affected_poor_count;
        }
    }
    bool one = replay->seeds_count == 1;
    uint64_t strays_count = sf_html_arm_sums(replay, leaky).strays_count;
    sf_html_put(out, "<dl class=\"figures\">\n");
    sf_html_figure(strays_count > 0 ? "stray" : "calm", strays_count, NULL, 0,
                   one ? "strays on hubs, with the update and the poor network"
                       : "strays on hubs, with the update and the poor network, all seeds together",
                   out);
    sf_html_figure(elsewhere_count > 0 ? "stray" : "calm", elsewhere_count, NULL, 0,
                   "strays in all other combinations of cache, network and path", out);
    sf_html_figure("calm", affected_max, "of", replay->homes_count,
                   affected_max == 0 ? "homes affected"
                   : !all_poor       ? "homes affected, some of them not on the poor network"
                   : one             ? "homes affected, each of them on the poor network"
                         : "homes affected in one run at most, each on the poor network",
                   out);
    sf_html_put(out, "</dl>\n");
}

static void headline(const struct sf_plan *plan, const struct sf_replay *replay,
                     struct sf_text *out)
{
    sf_html_put(out, "<header>\n<p class=\"kicker\">strayframe replay \xc2\xb7 <bdi>");
    sf_html_text(out, plan->name);
    sf_html_put(out, "</bdi></p>\n<h1>");
    verdict_sentence(replay, out);
    sf_html_put(out, "</h1>\n");
    if (plan->title[0] != '\0') {
        sf_html_put(out, "<p class=\"lede\"><bdi>");
        sf_html_text(out, plan->title);
        sf_html_put(out, "</bdi></p>\n");
    }
    verdict_line(replay, out);
    sf_html_put(out, "</header>\n");
}

static void summary(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out)
{
    sf_html_put(out, "<section class=\"summary\" aria-labelledby=\"summary\"><h2 class=\"unseen\" "
                     "id=\"summary\">In short</h2>\n");
    figures(replay, out);
    sf_html_put(out, "<div class=\"story\">\n");
    what_happened(out);
    what_was_run(plan, replay, out);
    sf_html_put(out, "</div>\n</section>\n");
}

/* ---- how to repeat it ---- */

static void repeat(const struct sf_plan *plan, const struct sf_replay *replay, const char *command,
                   struct sf_text *out)
{
    struct sf_text scenario = {0};
    sf_html_put(out, "<section aria-labelledby=\"repeat\"><h2 id=\"repeat\">How to repeat it</h2>\n"
                     "<pre class=\"command\"><code>");
    sf_html_text(out, command);
    sf_text_add(out, "</code></pre>\n<p>strayframe " SF_VERSION ", seed%s %" PRIu64,
                replay->seeds_count == 1 ? "" : "s", replay->seed_first);
    if (replay->seeds_count > 1) {
        sf_text_add(out, " to %" PRIu64, replay->seed_first + replay->seeds_count - 1);
    }
    sf_html_put(out,
                ". All random draws of a run come from its seed, so the same command gives the "
                "same figures.</p>\n");
    sf_html_hashes(replay, out);
    sf_html_put(out, "<details><summary>The scenario as it was run</summary>\n<pre><code>");
    sf_scenario_print(plan, sf_run_schema(), &scenario);
    sf_html_text(out, scenario.data);
    sf_text_free(&scenario);
    sf_html_put(out, "</code></pre></details>\n</section>\n");
}

/* ---- the page ---- */

void sf_report_replay_html(const struct sf_plan *plan, const struct sf_replay *replay,
                           const char *command, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(command != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(replay->seeds_count > 0);
    struct sf_text title = {0};
    verdict_sentence(replay, &title);
    sf_text_add(&title, ": %s", plan->name);
    sf_html_begin(title.data, "", out);
    sf_text_free(&title);
    headline(plan, replay, out);
    sf_html_lead(plan, replay, out);
    summary(plan, replay, out);
    sf_html_facts(replay, out);
    sf_html_arms(plan, replay, out);
    sf_html_bought(replay, out);
    sf_html_hypotheses(replay, out);
    sf_html_pictures(plan, replay, out);
    sf_html_plot(plan, replay, out);
    sf_html_sweep(replay, out);
    repeat(plan, replay, command, out);
    sf_html_end(out);
}
