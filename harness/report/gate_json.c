/* The gate's result for programs. Keys are a promise: they are only added to. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/report/gate.h"
#include "harness/report/json.h"

static json_t *command_json(const struct sf_gate_names *names, const char *command,
                            struct sf_gate_run_at at, const char *more)
{
    struct sf_text text = {0};
    sf_report_gate_command(names, command, at, &text);
    sf_text_add(&text, "%s", more);
    json_t *json = json_string(text.data);
    sf_text_free(&text);
    return json;
}

static json_t *find_command_json(const struct sf_gate_names *names, const char *command,
                                 const struct sf_gate_find *find)
{
    struct sf_text text = {0};
    const struct sf_gate_run_at at = {find->arm, find->plan, find->seed};
    sf_report_gate_oracle_command(names, command, at, find->finding.oracle, &text);
    json_t *json = json_string(text.data);
    sf_text_free(&text);
    return json;
}

static json_t *arms_json(const struct sf_gate_find *find)
{
    json_t *arms = json_object();
    for (int arm = SF_ARM_CANDIDATE; arm < SF_ARMS_COUNT; arm++) {
        if (find->arms_count[arm] > 0) {
            json_object_set_new(arms, sf_arm_name((enum sf_arm)arm),
                                sf_json_number(find->arms_count[arm]));
        }
    }
    return arms;
}

/* Of runs in which a viewer received something of another tenant's. */
static json_t *leak_rate_json(const struct sf_gate *gate)
{
    const struct sf_interval share =
        sf_share_interval(gate->stray_count, gate->runs_count, gate->confidence);
    return json_pack("{s:f, s:f, s:f, s:f, s:o}", "low", share.low, "high", share.high, "at_most",
                     sf_share_at_most(gate->stray_count, gate->runs_count, gate->confidence),
                     "confidence", gate->confidence, "to_exclude",
                     gate->leak_rate > 0 ? json_real(gate->leak_rate) : json_null());
}

static json_t *find_json(const struct sf_gate_find *find, const struct sf_gate_names *names)
{
    static const char *const kinds[] = {"finding", "crash", "hang"};
    json_t *json = json_pack(
        "{s:s, s:s, s:o, s:o, s:o}", "kind", kinds[find->kind], "scenario",
        names->files[find->plan], "seed", sf_json_seed(find->seed), "runs",
        sf_json_number(find->runs_count), "repeat",
        command_json(names, "run", (struct sf_gate_run_at){find->arm, find->plan, find->seed}, ""));
    struct sf_text name = {0};
    sf_gate_find_name(find, &name);
    static const char *const standings[] = {"counts", "accepted", "of-baseline"};
    json_object_set_new(json, "name", json_string(name.data));
    json_object_set_new(json, "standing", json_string(standings[find->standing]));
    json_object_set_new(json, "arm", json_string(sf_arm_name(find->arm)));
    json_object_set_new(json, "runs_by_arm", arms_json(find));
    sf_text_free(&name);
    const struct sf_accepted *accepted = find->accepted;
    json_object_set_new(json, "accepted",
                        accepted == NULL
                            ? json_null()
                            : json_pack("{s:s, s:s, s:b}", "reason", accepted->reason, "until",
                                        accepted->until, "expired", accepted->expired));
    if (find->kind == SF_GATE_FINDING) {
        json_t *finding = sf_report_finding_json(&find->finding);
        json_object_update(json, finding);
        json_decref(finding);
        json_object_set_new(json, "repeat", find_command_json(names, "run", find));
        json_object_set_new(json, "explain", find_command_json(names, "explain", find));
        json_object_set_new(json, "shrink", find_command_json(names, "shrink", find));
    } else {
        bool by_signal = find->ended.code == 0 || find->ended.code == SF_CACHE_E_CRASHED;
        json_object_set_new(json, "signal", sf_json_number(by_signal ? find->ended.subject : 0));
        json_object_set_new(json, "text", json_string(find->ended.text));
    }
    return json;
}

static json_t *finds_json(const struct sf_gate *gate, const struct sf_gate_names *names)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        json_array_append_new(list, find_json(&gate->finds[i], names));
    }
    return list;
}

/* Each scenario of which a seed was run twice, and not to the same end. */
static json_t *differs_json(const struct sf_gate *gate, const struct sf_gate_names *names)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        if (gate->scenarios[i].again_differs) {
            json_array_append_new(
                list, json_pack("{s:s, s:o, s:o}", "scenario", names->files[i], "seed",
                                sf_json_seed(gate->seed_first), "repeat",
                                command_json(
                                    names, "run",
                                    (struct sf_gate_run_at){SF_ARM_CANDIDATE, i, gate->seed_first},
                                    " --twice")));
        }
    }
    return list;
}

static json_t *oracles_json(const struct sf_gate *gate)
{
    json_t *list = json_array();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o}", "name", sf_oracles()[i]->name,
                                              "evidence", sf_json_number(gate->evidence[i]),
                                              "findings", sf_json_number(gate->findings[i]),
                                              "failed_runs", sf_json_number(gate->failed[i])));
    }
    return list;
}

static json_t *probes_json(const struct sf_gate *gate)
{
    json_t *list = json_array();
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        enum sf_probe probe = (enum sf_probe)i;
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:s, s:b}", "name", sf_probe_name(probe),
                                        "runs", sf_json_number(gate->probes[i]), "quota",
                                        sf_json_number(sf_probe_quota(probe)), "meaning",
                                        sf_probe_meaning(probe), "not_tested",
                                        gate->probes[i] < sf_probe_quota(probe)));
    }
    return list;
}

/* What small worlds showed; null where they were not tried. */
static json_t *small_json(const struct sf_campaign_small *small)
{
    if (!small->ran) {
        return json_null();
    }
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:f, s:s}", "verdict", sf_verdict_name(small->verdict),
        "worlds", sf_json_number(small->worlds_count), "complete",
        sf_json_number(small->complete_count), "depth", sf_json_number(small->depth_least),
        "orders", sf_json_number(small->orders_count), "world", small->world, "events",
        sf_json_number(small->events_count), "cpu_s", small->cpu_s, "text", small->told);
}

json_t *sf_report_gate_json(const struct sf_gate *gate, const struct sf_gate_names *names)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o, "
        "s:o, s:o, s:o, s:o}",
        "verdict", sf_verdict_name(gate->verdict), "kind", sf_gate_kind_name(gate->kind), "reason",
        gate->reason, "candidate", names->candidate, "box_lacks", gate->box_lacks, "baseline",
        names->baseline, "seeds", sf_json_number(gate->seeds_count), "runs",
        sf_json_number(gate->runs_count), "seen_from",
        sf_json_number(sf_gate_seen_from(gate->runs_count)), "failed",
        sf_json_number(gate->failed_count), "stray_runs", sf_json_number(gate->stray_count),
        "ended_runs", sf_json_number(gate->ended_count), "hung_runs",
        sf_json_number(gate->hung_count), "not_deterministic", differs_json(gate, names),
        "traces_hash", sf_json_hash(gate->traces_hash), "findings_count",
        sf_json_number(gate->findings_count), "finds_count", sf_json_number(gate->finds_count),
        "finds", finds_json(gate, names), "oracles", oracles_json(gate), "probes",
        probes_json(gate), "pairs", sf_json_number(gate->pairs_count), "small_worlds",
        small_json(&gate->small));
    json_object_set_new(json, "leak_rate", leak_rate_json(gate));
    json_object_set_new(json, "comparison", sf_report_gate_comparison_json(gate, names));
    json_object_set_new(json, "controls",
                        json_pack("{s:o, s:o, s:o, s:o}", "leaky_runs",
                                  sf_json_number(gate->controls.leaky_runs_count), "leaky_caught",
                                  sf_json_number(gate->controls.leaky_caught_count), "sound_runs",
                                  sf_json_number(gate->controls.sound_runs_count), "sound_failed",
                                  sf_json_number(gate->controls.sound_failed_count)));
    return json;
}
