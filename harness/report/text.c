/* Results for a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/report/lacking.h"
#include "harness/report/report.h"
#include "harness/run/expectations.h"
#include "harness/replay/summary.h"

static const char *verdict_paint(enum sf_verdict verdict, const struct sf_paint *paint)
{
    switch (verdict) {
    case SF_VERDICT_PASS:
        return paint->good;
    case SF_VERDICT_FAIL:
        return paint->bad;
    case SF_VERDICT_INCONCLUSIVE:
        return paint->bold;
    }
    return "";
}

static void oracle_line(const struct sf_run_result *result, uint32_t index,
                        const struct sf_paint *paint, struct sf_text *out)
{
    const struct sf_oracle_result *oracle = &result->oracles[index];
    const char *mark = oracle->findings_count > 0    ? "broken"
                       : !oracle->wanted             ? "unused"
                       : oracle->evidence_count == 0 ? "no evidence"
                                                     : "held";
    const char *colour = oracle->findings_count > 0    ? paint->bad
                         : !oracle->wanted             ? paint->dim
                         : oracle->evidence_count == 0 ? paint->bold
                                                       : paint->good;
    sf_text_add(out, "  %s%-11s%s %-20s %8" PRIu64 " judged  %6" PRIu64 " findings  %s%s%s\n",
                colour, mark, paint->off, sf_oracles()[index]->name, oracle->evidence_count,
                oracle->findings_count, paint->dim, sf_oracles()[index]->invariant, paint->off);
}

static void path_line(const char *name, const struct sf_tally_path *path, struct sf_text *out)
{
    if (path->viewers_count > 0) {
        sf_text_add(out,
                    "  %-4s %" PRIu64 " viewers asked %" PRIu64 " times: %" PRIu64
                    " pictures shown, %" PRIu64 " own and whole, %" PRIu64 " blanks, %" PRIu64
                    " strays\n",
                    name, path->viewers_count, path->asks_count, path->shown_count,
                    path->own_whole_count, path->blank_count, path->strays_count);
    }
}

/* Nothing, where the run was ended early, which is said before. */
static void say_what_has_no_evidence(const struct sf_run_result *result, struct sf_text *out)
{
    if (result->verdict != SF_VERDICT_INCONCLUSIVE || result->out_of_budget) {
        return;
    }
    const char *before = ": nothing happened that is judged by ";
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        if (result->oracles[i].wanted && result->oracles[i].evidence_count == 0) {
            sf_text_add(out, "%s%s", before, sf_oracles()[i]->name);
            before = ", ";
        }
    }
}

/* Before the verdict, which is the last line. */
static void say_what_it_lacks(const struct sf_run_result *result, struct sf_text *out)
{
    if (result->verdict != SF_VERDICT_INCONCLUSIVE || result->out_of_budget) {
        return;
    }
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        const char *name = sf_oracles()[i]->name;
        const char *lacks = sf_report_what_it_lacks(name);
        if (result->oracles[i].wanted && result->oracles[i].evidence_count == 0 && lacks != NULL) {
            sf_text_add(out, "  %s judged nothing: %s\n", name, lacks);
        }
    }
}

void sf_report_run_text(const struct sf_plan *plan, const struct sf_run_result *result,
                        const struct sf_paint *paint, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(paint != NULL);
    SF_ASSERT(out != NULL);
    if (plan->live.present) {
        sf_text_add(out,
                    "%s%s%s  %s, %u homes, %" PRId64 " s in real time, %" PRIu64
                    " records; real servers: another run may differ\n",
                    paint->bold, plan->name, paint->off,
                    plan->live.server[0] != '\0' ? plan->live.server : plan->live.url,
                    result->homes_count, result->duration_ns / SF_SECOND, result->records_count);
    } else {
        sf_text_add(out,
                    "%s%s%s  seed %" PRIu64 ", %u homes, %" PRId64 " s simulated, %" PRIu64
                    " events, trace %016" PRIx64 "\n",
                    paint->bold, plan->name, paint->off, result->seed, result->homes_count,
                    result->duration_ns / SF_SECOND, result->events_count, result->trace_hash);
    }
    path_line("hub", &result->tally.paths[SF_PATH_HUB], out);
    path_line("app", &result->tally.paths[SF_PATH_APP], out);
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        oracle_line(result, i, paint, out);
    }
    enum { LINES_MAX = 8 };
    for (uint32_t i = 0; i < result->findings_kept && i < LINES_MAX; i++) {
        sf_text_add(out, "  - ");
        sf_report_finding(&result->findings[i], out);
        sf_text_add(out, "\n");
    }
    if (result->influence.found) {
        sf_text_add(out, "  the pair of runs, ");
        sf_influence_say(&result->influence, out);
        sf_text_add(out, "\n");
    }
    if (result->findings_count > LINES_MAX) {
        sf_text_add(out, "  - and %" PRIu64 " more\n", result->findings_count - LINES_MAX);
    }
    if (result->out_of_budget) {
        sf_text_add(out,
                    result->ended.code != 0
                        ? "  ended before the scenario's end, with the cache: %s\n"
                        : "  ended by --events-max before the scenario's end%s\n",
                    result->ended.text);
    }
    say_what_it_lacks(result, out);
    sf_text_add(out, "verdict: %s%s%s", verdict_paint(result->verdict, paint),
                sf_verdict_name(result->verdict), paint->off);
    say_what_has_no_evidence(result, out);
    sf_text_add(out, "\n");
}

void sf_report_expectations_text(const struct sf_plan *plan, const struct sf_run_result *result,
                                 const struct sf_paint *paint, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(paint != NULL);
    SF_ASSERT(out != NULL);
    struct sf_expectations expectations;
    sf_expectations_judge(plan, result, &expectations);
    for (uint32_t i = 0; i < expectations.count; i++) {
        const struct sf_expectation *expectation = &expectations.list[i];
        sf_text_add(out, "  %s%-7s%s %-32s %s\n", expectation->holds ? paint->good : paint->bad,
                    expectation->holds ? "holds" : "FAILS", paint->off, expectation->wanted,
                    expectation->figure);
    }
    sf_text_add(out, "%s\n",
                expectations.hold ? "as the scenario expects" : "NOT what the scenario expects");
}

/* ---- replay ---- */

static void arm_line(const struct sf_replay *replay, uint32_t arm, const struct sf_paint *paint,
                     struct sf_text *out)
{
    uint64_t shown = 0;
    uint64_t own = 0;
    uint64_t blanks = 0;
    uint64_t strays = 0;
    for (uint32_t seed = 0; seed < replay->seeds_count; seed++) {
        const struct sf_tally *tally = &sf_replay_get(replay, seed, arm)->result.tally;
        for (int path = 0; path < SF_PATHS_COUNT; path++) {
            shown += tally->paths[path].shown_count;
            own += tally->paths[path].own_whole_count;
            blanks += tally->paths[path].blank_count;
            strays += tally->paths[path].strays_count;
        }
    }
    sf_text_add(out, "  %-28s %9" PRIu64 " %9" PRIu64 " %8" PRIu64 " %s%8" PRIu64 "%s\n",
                sf_replay_arm_name(arm), shown, own, blanks, strays > 0 ? paint->bad : "", strays,
                strays > 0 ? paint->off : "");
}

static void silence_line(const struct sf_replay *replay, struct sf_text *out)
{
    const struct sf_silence silence = sf_replay_silence(replay);
    sf_text_add(out,
                "false alarms: %" PRIu64 " strays in the arms without a leak (%u runs, %" PRIu64
                " viewer-hours, %" PRIu64 " pictures)\n",
                silence.strays_count, silence.runs_count, silence.viewer_seconds / 3600,
                silence.shown_count);
}

enum { WAIT_BYTES = 32 };

static void wait_text(uint64_t ms, char out[static WAIT_BYTES])
{
    if (ms == UINT64_MAX) {
        snprintf(out, WAIT_BYTES, "never");
    } else {
        snprintf(out, WAIT_BYTES, "%" PRIu64 ".%" PRIu64 " s", ms / 1000, ms % 1000 / 100);
    }
}

static void bought_lines(const struct sf_replay *replay, const struct sf_paint *paint,
                         struct sf_text *out)
{
    static const char *const names[] = {"before", "update", "fix"};
    sf_text_add(out,
                "\nservice with each cache, on hubs of homes with a poor network\n  %s%-8s %9s %9s "
                "%18s %8s %8s%s\n",
                paint->dim, "", "asked", "at once", "first still 50%", "90%", "blank", paint->off);
    for (int cache = 0; cache < SF_REPLAY_CACHES_COUNT; cache++) {
        struct sf_service service;
        sf_replay_service(replay, (enum sf_replay_cache)cache, true, &service);
        char median[WAIT_BYTES];
        char p90[WAIT_BYTES];
        wait_text(sf_waits_ms(&service.firsts, 50), median);
        wait_text(sf_waits_ms(&service.firsts, 90), p90);
        sf_text_add(out, "  %-8s %9" PRIu64 " %8.1f%% %18s %8s %7.1f%%\n", names[cache],
                    service.asks_count,
                    sf_share_percent(service.hits_count, service.admitted_count), median, p90,
                    sf_share_percent(service.blank_count, service.asks_count));
    }
}

/* "ruled out by F3, F6", and the figures that do it. */
static void ruling_lines(const struct sf_hypothesis_result *result, const struct sf_paint *paint,
                         struct sf_text *out)
{
    if (result->explains_all) {
        return;
    }
    const char *before = "ruled out by";
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &result->facts[i];
        if (!fact->holds) {
            sf_text_add(out, "       %s%s %-3s  %s%s\n", paint->dim,
                        fact->judged ? before : "no evidence for", fact->id, fact->figure,
                        paint->off);
        }
    }
}

static void hypothesis_lines(const struct sf_replay *replay, const struct sf_paint *paint,
                             struct sf_text *out)
{
    if (replay->hypotheses_count == 0) {
        return;
    }
    sf_text_add(out, "\nwhich mechanisms explain the published facts\n  %s%-4s %-12s", paint->dim,
                "", "class");
    for (int i = 1; i <= SF_REPLAY_FACTS_COUNT; i++) {
        sf_text_add(out, " F%-3d", i);
    }
    sf_text_add(out, "%s\n", paint->off);
    for (uint32_t i = 0; i < replay->hypotheses_count; i++) {
        const struct sf_hypothesis_result *result = &replay->hypotheses[i];
        sf_text_add(out, "  %-4s %-12s", result->hypothesis->id, result->hypothesis->defect);
        for (uint32_t k = 0; k < SF_REPLAY_FACTS_COUNT; k++) {
            const struct sf_fact *fact = &result->facts[k];
            sf_text_add(out, " %s%-4s%s", fact->holds ? paint->good : paint->bad,
                        fact->holds    ? "yes"
                        : fact->judged ? "NO"
                                       : "?",
                        paint->off);
        }
        sf_text_add(out, "%s%s%s\n       %s\n", result->explains_all ? paint->good : paint->bad,
                    result->explains_all ? " explains all" : " ruled out", paint->off,
                    result->hypothesis->mechanism);
        ruling_lines(result, paint, out);
    }
}

void sf_report_replay_text(const struct sf_plan *plan, const struct sf_replay *replay,
                           const struct sf_paint *paint, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(paint != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out, "%s%s%s  %s\n", paint->bold, plan->name, paint->off, plan->title);
    sf_text_add(out,
                "%u homes, %" PRId64 " min simulated in each of %d arms, %u seed%s from %" PRIu64
                "\n\n",
                replay->homes_count, replay->duration_ns / SF_MINUTE, SF_REPLAY_ARMS_COUNT,
                replay->seeds_count, replay->seeds_count == 1 ? "" : "s", replay->seed_first);
    sf_text_add(out, "  %s%-28s %9s %9s %8s %8s%s\n", paint->dim, "arm", "pictures", "own+whole",
                "blanks", "strays", paint->off);
    for (uint32_t arm = 0; arm < SF_REPLAY_ARMS_COUNT; arm++) {
        arm_line(replay, arm, paint, out);
    }
    sf_text_add(out, "\n");
    uint32_t holding = 0;
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &replay->facts[i];
        holding += fact->holds;
        const char *mark = fact->holds ? "holds" : fact->judged ? "FAILS" : "no evidence";
        sf_text_add(out, "  %-3s %s%-5s%s  %s\n             %s%s%s\n", fact->id,
                    fact->holds ? paint->good : paint->bad, mark, paint->off, fact->statement,
                    paint->dim, fact->figure, paint->off);
    }
    sf_text_add(out, "\n%u of %d facts hold over %u seed%s", holding, SF_REPLAY_FACTS_COUNT,
                replay->seeds_count, replay->seeds_count == 1 ? "" : "s");
    if (replay->crashed_count > 0) {
        sf_text_add(out, "; %u runs did not finish", replay->crashed_count);
    }
    if (replay->ended_count > 0) {
        sf_text_add(out, "; %u runs ended with their cache: %s", replay->ended_count,
                    replay->ended.text);
    }
    sf_text_add(out, "\n");
    silence_line(replay, out);
    bought_lines(replay, paint, out);
    hypothesis_lines(replay, paint, out);
}
