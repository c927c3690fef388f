/* What the shrinker found, as the head of the scenario that it leaves, and as JSON. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/report/report.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

static void necessities_add(const struct sf_shrunk *shrunk, struct sf_text *out)
{
    if (shrunk->necessities_count == 0) {
        return;
    }
    sf_text_add(out, "#\n# Without             (same seed; and under %d others)\n",
                SF_NECESSITY_SEEDS);
    for (uint32_t i = 0; i < shrunk->necessities_count; i++) {
        const struct sf_necessity *item = &shrunk->necessities[i];
        if (item->possible) {
            sf_text_add(out, "#   %-55s %s; %" PRIu32 " of %d fail\n", item->what,
                        item->fails_without ? "still fails" : "passes     ", item->seeds_failing,
                        SF_NECESSITY_SEEDS);
        } else {
            sf_text_add(out, "#   %-55s cannot be removed\n", item->what);
        }
    }
    if (shrunk->necessities_cut) {
        sf_text_add(out, "#   (the other parts were not tried)\n");
    }
}

void sf_report_shrunk_text(const struct sf_shrunk *shrunk, struct sf_text *out)
{
    SF_ASSERT(shrunk != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text finding = {0};
    sf_report_finding(&shrunk->finding, &finding);
    sf_text_add(out, "# %s\n", finding.data);
    sf_text_free(&finding);
    sf_text_add(
        out,
        "# Shrunk in %" PRIu64 " runs%s: homes %" PRIu32 " -> %" PRIu32 ", requests %" PRIu32
        " -> %" PRIu32 ", events %" PRIu64 " -> %" PRIu64 ", faults left %" PRIu32 ".\n",
        shrunk->runs_count,
        shrunk->out_of_budget ? " (the search did not finish: a smaller scenario may exist)" : "",
        shrunk->homes_before, shrunk->homes_after, shrunk->asks_before, shrunk->asks_after,
        shrunk->events_before, shrunk->events_after, shrunk->faults_after);
    necessities_add(shrunk, out);
    sf_scenario_print(&shrunk->plan, sf_run_schema(), out);
}

json_t *sf_report_shrunk_json(const struct sf_shrunk *shrunk)
{
    SF_ASSERT(shrunk != NULL);
    json_t *necessities = json_array();
    for (uint32_t i = 0; i < shrunk->necessities_count; i++) {
        const struct sf_necessity *item = &shrunk->necessities[i];
        json_array_append_new(
            necessities, json_pack("{s:s,s:b,s:b,s:i,s:i}", "without", item->what, "possible",
                                   item->possible, "fails", item->fails_without, "seeds_failing",
                                   (int)item->seeds_failing, "seeds", SF_NECESSITY_SEEDS));
    }
    struct sf_text scenario = {0};
    struct sf_text finding = {0};
    sf_scenario_print(&shrunk->plan, sf_run_schema(), &scenario);
    sf_report_finding(&shrunk->finding, &finding);
    json_t *json = json_pack(
        "{s:s,s:s,s:s,s:I,s:b,s:{s:i,s:i},s:{s:i,s:i},s:{s:I,s:I},s:i,s:o}", "oracle",
        sf_oracles()[shrunk->finding.oracle]->name, "finding", finding.data, "scenario",
        scenario.data, "runs", (json_int_t)shrunk->runs_count, "complete", !shrunk->out_of_budget,
        "homes", "before", (int)shrunk->homes_before, "after", (int)shrunk->homes_after, "requests",
        "before", (int)shrunk->asks_before, "after", (int)shrunk->asks_after, "events", "before",
        (json_int_t)shrunk->events_before, "after", (json_int_t)shrunk->events_after, "faults",
        (int)shrunk->faults_after, "necessities", necessities);
    SF_ASSERT(json != NULL);
    sf_text_free(&scenario);
    sf_text_free(&finding);
    return json;
}
