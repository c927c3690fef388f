/* Results for programs. Field names are a promise: they are only ever added to. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/oracle/breach.h"
#include "harness/report/json.h"
#include "harness/report/report.h"
#include "harness/run/expectations.h"
#include "harness/replay/summary.h"

json_t *sf_json_number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

json_t *sf_json_seed(uint64_t seed)
{
    if (seed <= INT64_MAX) {
        return sf_json_number(seed);
    }
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    return json_string(text);
}

json_t *sf_json_hash(uint64_t hash)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    return json_string(text);
}

/* Homes, and with them tenants and cameras, are counted from 1, as in every sentence. */
static json_t *who(uint32_t index)
{
    return index == SF_NOBODY ? json_null() : sf_json_number((uint64_t)index + 1);
}

/* The number of a viewer in the trace, which counts from 0. */
static json_t *viewer_number(struct sf_viewer_id viewer)
{
    return sf_viewer_is_none(viewer) ? json_null() : sf_json_number(viewer.index);
}

static json_t *viewer_home(struct sf_viewer_id viewer)
{
    return sf_viewer_is_none(viewer) ? json_null() : who(sf_home_of_viewer(viewer).index);
}

json_t *sf_report_finding_json(const struct sf_finding *finding)
{
    SF_ASSERT(finding != NULL);
    const struct sf_oracle *oracle = sf_oracles()[finding->oracle];
    struct sf_text sentence = {0};
    sf_report_finding(finding, &sentence);
    json_t *json = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:s}", "oracle", oracle->name, "at_ns",
        sf_json_number((uint64_t)finding->at_ns), "viewer", viewer_number(finding->viewer),
        "viewer_tenant", who(finding->viewer_tenant.index), "owner_tenant",
        who(finding->owner_tenant.index), "owner_camera", who(finding->owner_camera.index),
        "capture", sf_json_number(finding->capture), "amount", sf_json_number(finding->amount),
        "amount_unit", oracle->amount_unit, "request", sf_json_number(finding->request), "text",
        sentence.data);
    sf_text_free(&sentence);
    json_object_set_new(json, "viewer_home", viewer_home(finding->viewer));
    json_object_set_new(json, "viewer_kind",
                        sf_viewer_is_none(finding->viewer)
                            ? json_null()
                            : json_string(sf_viewer_kind_name(finding->viewer)));
    const char *code = oracle->amount_name != NULL ? oracle->amount_name(finding->amount) : NULL;
    if (code != NULL) {
        json_object_set_new(json, "code", json_string(code));
    }
    if (finding->callback > 0) {
        const char *name = sf_callback_name((enum sf_callback)(finding->callback - 1));
        json_object_set_new(json, "answered_from", json_string(name));
    }
    return json;
}

static json_t *oracles_json(const struct sf_run_result *result)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        const struct sf_oracle_result *oracle = &result->oracles[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:b}", "name", sf_oracles()[i]->name,
                                              "evidence", sf_json_number(oracle->evidence_count),
                                              "findings", sf_json_number(oracle->findings_count),
                                              "wanted", oracle->wanted));
    }
    return list;
}

static json_t *path_json(const struct sf_tally_path *path)
{
    uint64_t wait_ms = path->answers_whole_count > 0
                           ? path->waits_ns_sum / path->answers_whole_count / (uint64_t)SF_MS
                           : 0;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "viewers",
                     sf_json_number(path->viewers_count), "asks", sf_json_number(path->asks_count),
                     "shown", sf_json_number(path->shown_count), "own_whole",
                     sf_json_number(path->own_whole_count), "blanks",
                     sf_json_number(path->blank_count), "strays",
                     sf_json_number(path->strays_count), "wait_mean_ms", sf_json_number(wait_ms));
}

static json_t *expectations_json(const struct sf_plan *plan, const struct sf_run_result *result)
{
    struct sf_expectations expectations;
    sf_expectations_judge(plan, result, &expectations);
    json_t *list = json_array();
    for (uint32_t i = 0; i < expectations.count; i++) {
        const struct sf_expectation *expectation = &expectations.list[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:s}", "wanted", expectation->wanted, "holds",
                                        expectation->holds, "figure", expectation->figure));
    }
    return json_pack("{s:b, s:o}", "hold", expectations.hold, "list", list);
}

/* What the second run of a pair showed; null without one, or without a difference. */
static json_t *influence_json(const struct sf_influence_shown *shown)
{
    if (!shown->found) {
        return json_null();
    }
    struct sf_text text = {0};
    sf_influence_say(shown, &text);
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:o, s:s}", "offset", sf_json_number(shown->offset_bytes), "ordinary",
        sf_json_hash(shown->values[0]), "varied", sf_json_hash(shown->values[1]), "parted_record",
        shown->parted ? sf_json_number(shown->parted_number) : json_null(), "text", text.data);
    sf_text_free(&text);
    return json;
}

json_t *sf_report_run_json(const struct sf_plan *plan, const struct sf_run_result *result)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(result != NULL);
    json_t *findings = json_array();
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        json_array_append_new(findings, sf_report_finding_json(&result->findings[i]));
    }
    json_t *json = json_pack(
        "{s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "influence",
        influence_json(&result->influence), "scenario", plan->name, "verdict",
        sf_verdict_name(result->verdict), "seed", sf_json_seed(result->seed), "trace_hash",
        sf_json_hash(result->trace_hash), "homes", sf_json_number(result->homes_count),
        "simulated_s", sf_json_number((uint64_t)(result->duration_ns / SF_SECOND)), "events",
        sf_json_number(result->events_count), "out_of_budget", result->out_of_budget, "oracles",
        oracles_json(result), "findings_count", sf_json_number(result->findings_count), "findings",
        findings, "hub", path_json(&result->tally.paths[SF_PATH_HUB]), "app",
        path_json(&result->tally.paths[SF_PATH_APP]), "expectations",
        expectations_json(plan, result));
    if (result->ended.code != 0) {
        json_object_set_new(json, "ended",
                            json_pack("{s:s*, s:s}", "code",
                                      sf_breach_name((uint32_t)result->ended.code), "text",
                                      result->ended.text));
    }
    return json;
}

static json_t *arm_json(const struct sf_replay *replay, uint32_t seed_index, uint32_t arm)
{
    const struct sf_run_result *result = &sf_replay_get(replay, seed_index, arm)->result;
    const struct sf_job_status *status =
        &replay->jobs.statuses[seed_index * SF_REPLAY_ARMS_COUNT + arm];
    if (status->end != SF_JOB_DONE) {
        return json_pack("{s:s, s:o, s:s}", "arm", sf_replay_arm_name(arm), "seed",
                         sf_json_seed(replay->seed_first + seed_index), "verdict", "crashed");
    }
    json_t *json =
        json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "arm", sf_replay_arm_name(arm),
                  "seed", sf_json_seed(result->seed), "verdict", sf_verdict_name(result->verdict),
                  "trace_hash", sf_json_hash(result->trace_hash), "oracles", oracles_json(result),
                  "hub", path_json(&result->tally.paths[SF_PATH_HUB]), "app",
                  path_json(&result->tally.paths[SF_PATH_APP]), "affected",
                  sf_json_number(result->tally.affected_count));
    if (result->ended.code != 0) {
        json_object_set_new(json, "ended", json_string(result->ended.text));
    }
    return json;
}

static json_t *hypothesis_json(const struct sf_hypothesis_result *result)
{
    json_t *facts = json_object();
    json_t *figures = json_object();
    json_t *ruled_out_by = json_array();
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &result->facts[i];
        json_object_set_new(facts, fact->id, json_boolean(fact->holds));
        json_object_set_new(figures, fact->id, json_string(fact->figure));
        if (fact->judged && !fact->holds) {
            json_array_append_new(ruled_out_by, json_string(fact->id));
        }
    }
    const struct sf_hypothesis *hypothesis = result->hypothesis;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:o, s:o}", "id", hypothesis->id, "defect",
                     hypothesis->defect, "cache", hypothesis->caches[SF_REPLAY_UPDATE], "mechanism",
                     hypothesis->mechanism, "facts", facts, "explains_all", result->explains_all,
                     "ruled_out_by", ruled_out_by, "figures", figures);
}

static json_t *hypotheses_json(const struct sf_replay *replay)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < replay->hypotheses_count; i++) {
        json_array_append_new(list, hypothesis_json(&replay->hypotheses[i]));
    }
    return list;
}

static json_t *wait_json(const struct sf_service *service, uint32_t percent)
{
    uint64_t ms = sf_waits_ms(&service->firsts, percent);
    return ms == UINT64_MAX ? json_null() : sf_json_number(ms);
}

static json_t *service_json(const struct sf_replay *replay, enum sf_replay_cache cache, bool poor)
{
    struct sf_service service;
    sf_replay_service(replay, cache, poor, &service);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "asks", sf_json_number(service.asks_count),
        "admitted", sf_json_number(service.admitted_count), "hits",
        sf_json_number(service.hits_count), "blanks", sf_json_number(service.blank_count),
        "watches", sf_json_number(sf_waits_count(&service.firsts)), "first_still_median_ms",
        wait_json(&service, 50), "first_still_p90_ms", wait_json(&service, 90));
}

/* The service with each cache: each in the arm of hubs and poor networks, the homes on a poor
 * network and those on a good one apart. */
static json_t *bought_json(const struct sf_replay *replay)
{
    static const char *const names[] = {"before", "update", "fix"};
    json_t *json = json_object();
    for (int cache = 0; cache < SF_REPLAY_CACHES_COUNT; cache++) {
        json_object_set_new(
            json, names[cache],
            json_pack("{s:o, s:o}", "poor", service_json(replay, (enum sf_replay_cache)cache, true),
                      "good", service_json(replay, (enum sf_replay_cache)cache, false)));
    }
    return json;
}

/* A list of cells; null where there was no sweep. */
static json_t *sweep_json(const struct sf_sweep *sweep)
{
    if (sweep->homes_count == 0) {
        return json_null();
    }
    json_t *list = json_array();
    for (int delay = 0; delay < SF_SWEEP_DELAYS_COUNT; delay++) {
        for (int loss = 0; loss < SF_SWEEP_LOSSES_COUNT; loss++) {
            const struct sf_sweep_cell *cell = &sweep->cells[delay][loss];
            json_array_append_new(
                list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "delay_ms",
                                sf_json_number(sf_sweep_delay_ms[delay]), "loss_percent",
                                sf_json_number(sf_sweep_loss_percent[loss]), "runs",
                                sf_json_number(cell->runs_count), "viewer_seconds",
                                sf_json_number(cell->viewer_seconds), "strays",
                                sf_json_number(cell->strays_count)));
        }
    }
    return list;
}

static json_t *silence_json(const struct sf_replay *replay)
{
    const struct sf_silence silence = sf_replay_silence(replay);
    return json_pack("{s:o, s:o, s:o, s:o}", "runs", sf_json_number(silence.runs_count),
                     "viewer_hours", sf_json_number(silence.viewer_seconds / 3600), "pictures",
                     sf_json_number(silence.shown_count), "strays",
                     sf_json_number(silence.strays_count));
}

json_t *sf_report_replay_json(const struct sf_plan *plan, const struct sf_replay *replay)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    json_t *facts = json_array();
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        const struct sf_fact *fact = &replay->facts[i];
        json_array_append_new(facts, json_pack("{s:s, s:b, s:s, s:s, s:b}", "id", fact->id, "holds",
                                               fact->holds, "figure", fact->figure, "statement",
                                               fact->statement, "judged", fact->judged));
    }
    json_t *runs = json_array();
    for (uint32_t seed = 0; seed < replay->seeds_count; seed++) {
        for (uint32_t arm = 0; arm < SF_REPLAY_ARMS_COUNT; arm++) {
            json_array_append_new(runs, arm_json(replay, seed, arm));
        }
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "scenario", plan->name,
                     "homes", sf_json_number(replay->homes_count), "seeds",
                     sf_json_number(replay->seeds_count), "facts", facts, "hypotheses",
                     hypotheses_json(replay), "bought", bought_json(replay), "must_be_silent",
                     silence_json(replay), "sweep", sweep_json(&replay->sweep), "runs", runs);
}
