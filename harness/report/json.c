/* Results for programs. Field names are a promise: they are only ever added to. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/base/ids.h"
#include "harness/report/report.h"
#include "harness/run/expectations.h"
#include "harness/replay/summary.h"
#include "harness/story/contract.h"

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* Seeds use all 64 bits; as JSON's integers are signed, a larger one is written as text. */
static json_t *seed_json(uint64_t seed)
{
    if (seed <= INT64_MAX) {
        return number(seed);
    }
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    return json_string(text);
}

static json_t *hash_json(uint64_t hash)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    return json_string(text);
}

static json_t *who(uint32_t index)
{
    return index == SF_NOBODY ? json_null() : number(index);
}

json_t *sf_report_finding_json(const struct sf_finding *finding)
{
    const struct sf_oracle *oracle = sf_oracles()[finding->oracle];
    struct sf_text sentence = {0};
    sf_report_finding(finding, &sentence);
    json_t *json =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:s}", "oracle", oracle->name,
                  "at_ns", number((uint64_t)finding->at_ns), "viewer", who(finding->viewer),
                  "viewer_tenant", who(finding->viewer_tenant), "owner_tenant",
                  who(finding->owner_tenant), "owner_camera", who(finding->owner_camera), "capture",
                  number(finding->capture), "amount", number(finding->amount), "amount_unit",
                  oracle->amount_unit, "request", number(finding->request), "text", sentence.data);
    sf_text_free(&sentence);
    const char *breach = oracle == &sf_oracle_contract ? sf_contract_name(finding->amount) : NULL;
    if (breach != NULL) {
        json_object_set_new(json, "code", json_string(breach));
    }
    return json;
}

static json_t *oracles_json(const struct sf_run_result *result)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        const struct sf_oracle_result *oracle = &result->oracles[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:b}", "name", sf_oracles()[i]->name,
                                        "evidence", number(oracle->evidence_count), "findings",
                                        number(oracle->findings_count), "wanted", oracle->wanted));
    }
    return list;
}

static json_t *path_json(const struct sf_tally_path *path)
{
    uint64_t wait_ms = path->answers_whole_count > 0
                           ? path->waits_ns_sum / path->answers_whole_count / (uint64_t)SF_MS
                           : 0;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "viewers", number(path->viewers_count),
                     "asks", number(path->asks_count), "shown", number(path->shown_count),
                     "own_whole", number(path->own_whole_count), "blanks",
                     number(path->blank_count), "strays", number(path->strays_count),
                     "wait_mean_ms", number(wait_ms));
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

json_t *sf_report_run_json(const struct sf_plan *plan, const struct sf_run_result *result)
{
    json_t *findings = json_array();
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        json_array_append_new(findings, sf_report_finding_json(&result->findings[i]));
    }
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "scenario",
        plan->name, "verdict", sf_verdict_name(result->verdict), "seed", seed_json(result->seed),
        "trace_hash", hash_json(result->trace_hash), "homes", number(result->homes_count),
        "simulated_s", number((uint64_t)(result->duration_ns / SF_SECOND)), "events",
        number(result->events_count), "out_of_budget", result->out_of_budget, "oracles",
        oracles_json(result), "findings_count", number(result->findings_count), "findings",
        findings, "hub", path_json(&result->tally.paths[SF_PATH_HUB]), "app",
        path_json(&result->tally.paths[SF_PATH_APP]), "expectations",
        expectations_json(plan, result));
}

static json_t *arm_json(const struct sf_replay *replay, uint32_t seed_index, uint32_t arm)
{
    const struct sf_run_result *result = &sf_replay_get(replay, seed_index, arm)->result;
    const struct sf_job_status *status =
        &replay->jobs.statuses[seed_index * SF_REPLAY_ARMS_COUNT + arm];
    if (status->end != SF_JOB_DONE) {
        return json_pack("{s:s, s:o, s:s}", "arm", sf_replay_arm_name(arm), "seed",
                         seed_json(replay->seed_first + seed_index), "verdict", "crashed");
    }
    return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "arm", sf_replay_arm_name(arm),
                     "seed", seed_json(result->seed), "verdict", sf_verdict_name(result->verdict),
                     "trace_hash", hash_json(result->trace_hash), "oracles", oracles_json(result),
                     "hub", path_json(&result->tally.paths[SF_PATH_HUB]), "app",
                     path_json(&result->tally.paths[SF_PATH_APP]), "affected",
                     number(result->tally.affected_count));
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
    return ms == UINT64_MAX ? json_null() : number(ms);
}

static json_t *service_json(const struct sf_replay *replay, enum sf_replay_cache cache, bool poor)
{
    struct sf_service service;
    sf_replay_service(replay, cache, poor, &service);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "asks", number(service.asks_count),
                     "admitted", number(service.admitted_count), "hits", number(service.hits_count),
                     "blanks", number(service.blank_count), "watches",
                     number(sf_waits_count(&service.firsts)), "first_still_median_ms",
                     wait_json(&service, 50), "first_still_p90_ms", wait_json(&service, 90));
}

/* What the update bought: each cache in the arm of hubs and poor networks, the homes on a poor
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
            json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "delay_ms",
                                                  number(sf_sweep_delay_ms[delay]), "loss_percent",
                                                  number(sf_sweep_loss_percent[loss]), "runs",
                                                  number(cell->runs_count), "viewer_seconds",
                                                  number(cell->viewer_seconds), "strays",
                                                  number(cell->strays_count)));
        }
    }
    return list;
}

static json_t *silence_json(const struct sf_replay *replay)
{
    const struct sf_silence silence = sf_replay_silence(replay);
    return json_pack("{s:o, s:o, s:o, s:o}", "runs", number(silence.runs_count), "viewer_hours",
                     number(silence.viewer_seconds / 3600), "pictures", number(silence.shown_count),
                     "strays", number(silence.strays_count));
}

json_t *sf_report_replay_json(const struct sf_plan *plan, const struct sf_replay *replay)
{
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
                     "homes", number(replay->homes_count), "seeds", number(replay->seeds_count),
                     "facts", facts, "hypotheses", hypotheses_json(replay), "bought",
                     bought_json(replay), "must_be_silent", silence_json(replay), "sweep",
                     sweep_json(&replay->sweep), "runs", runs);
}

static json_t *find_json(const struct sf_gate_find *find, const char *baseline,
                         const char *candidate, const char *file)
{
    struct sf_text repeat = {0};
    sf_report_gate_repeat(file, find->seed, baseline, candidate, &repeat);
    static const char *const kinds[] = {"finding", "crash", "hang"};
    json_t *json = json_pack("{s:s, s:s, s:o, s:s}", "kind", kinds[find->kind], "scenario", file,
                             "seed", seed_json(find->seed), "repeat", repeat.data);
    sf_text_free(&repeat);
    if (find->kind == SF_GATE_FINDING) {
        json_t *finding = sf_report_finding_json(&find->finding);
        json_object_update(json, finding);
        json_decref(finding);
        json_object_set_new(json, "findings", number(find->findings_count));
    } else {
        json_object_set_new(json, "signal", number(find->signal_number));
    }
    return json;
}

/* Each scenario of which a seed was run twice, and not to the same end. */
static json_t *differs_json(const struct sf_gate *gate, const char *candidate,
                            const char *const *files)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        if (gate->scenarios[i].again_differs) {
            struct sf_text repeat = {0};
            sf_report_gate_repeat_twice(gate, files[i], candidate, &repeat);
            json_array_append_new(list,
                                  json_pack("{s:s, s:o, s:s}", "scenario", files[i], "seed",
                                            seed_json(gate->seed_first), "repeat", repeat.data));
            sf_text_free(&repeat);
        }
    }
    return list;
}

json_t *sf_report_gate_json(const struct sf_gate *gate, const char *candidate,
                            const char *const *files)
{
    json_t *finds = json_array();
    for (uint32_t i = 0; i < gate->finds_kept; i++) {
        json_array_append_new(finds, find_json(&gate->finds[i], gate->baseline, candidate,
                                               files[gate->finds[i].plan]));
    }
    json_t *oracles = json_array();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        json_array_append_new(
            oracles, json_pack("{s:s, s:o, s:o, s:o}", "name", sf_oracles()[i]->name, "evidence",
                               number(gate->evidence[i]), "findings", number(gate->findings[i]),
                               "failed_runs", number(gate->failed[i])));
    }
    json_t *probes = json_array();
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        enum sf_probe probe = (enum sf_probe)i;
        json_array_append_new(
            probes, json_pack("{s:s, s:o, s:o, s:s}", "name", sf_probe_name(probe), "runs",
                              number(gate->probes[i]), "quota", number(sf_probe_quota(probe)),
                              "meaning", sf_probe_meaning(probe)));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "verdict",
                     sf_verdict_name(gate->verdict), "reason", gate->reason, "candidate", candidate,
                     "probes", probes, "runs", number(gate->runs_count), "failed",
                     number(gate->failed_count), "stray_runs", number(gate->stray_count),
                     "ended_runs", number(gate->ended_count), "not_deterministic",
                     differs_json(gate, candidate, files), "finds_count", number(gate->finds_count),
                     "finds", finds, "oracles", oracles);
}
