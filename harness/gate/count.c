/* What the candidate's runs brought: counts by scenario, by oracle and by probe, and findings by
 * signature. */
#include <stdlib.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/base/ids.h"
#include "harness/gate/private.h"

bool sf_gate_is_stray(uint32_t oracle)
{
    SF_ASSERT(oracle < SF_ORACLES_MAX);
    return sf_oracles()[oracle]->of_strays;
}

/* The amount, where it is a code. */
static uint32_t code_of(const struct sf_finding *finding)
{
    return sf_oracles()[finding->oracle]->amount_name != NULL ? finding->amount : 0;
}

static uint32_t viewer_kind(const struct sf_finding *finding)
{
    return sf_viewer_is_none(finding->viewer) ? SF_VIEWERS_PER_HOME
                                              : (uint32_t)sf_viewer_kind(finding->viewer);
}

bool sf_gate_same_signature(const struct sf_finding *a, const struct sf_finding *b)
{
    SF_ASSERT(a != NULL);
    SF_ASSERT(b != NULL);
    return a->oracle == b->oracle && code_of(a) == code_of(b) && viewer_kind(a) == viewer_kind(b) &&
           a->destination == b->destination && a->callback == b->callback;
}

bool sf_gate_job_failed(const struct sf_job_status *status, const struct gate_outcome *outcome)
{
    SF_ASSERT(status != NULL);
    SF_ASSERT(outcome != NULL);
    return status->end == SF_JOB_CRASHED || status->end == SF_JOB_HUNG ||
           (status->end == SF_JOB_DONE &&
            (outcome->verdict == SF_VERDICT_FAIL || outcome->ended.code != 0));
}

/* ---- signatures ---- */

static bool same_find(const struct sf_gate_find *a, const struct sf_gate_find *b)
{
    return a->kind == b->kind && a->ended.code == b->ended.code &&
           a->ended.subject == b->ended.subject &&
           (a->kind != SF_GATE_FINDING || sf_gate_same_signature(&a->finding, &b->finding));
}

static void add_find(struct sf_gate *gate, struct sf_gate_find find)
{
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        if (same_find(&gate->finds[i], &find)) {
            gate->finds[i].runs_count++;
            return;
        }
    }
    if (gate->finds_count < SF_GATE_FINDS_MAX) {
        find.runs_count = 1;
        gate->finds[gate->finds_count++] = find;
    }
}

/* Strays, then the other oracles, then crashes and hangs. */
static uint32_t rank(const struct sf_gate_find *find)
{
    if (find->kind != SF_GATE_FINDING) {
        return 2 * SF_ORACLES_MAX + (uint32_t)find->kind;
    }
    return find->finding.oracle + (sf_gate_is_stray(find->finding.oracle) ? 0u : SF_ORACLES_MAX);
}

static int compare_finds(const void *a, const void *b)
{
    const struct sf_gate_find *one = a;
    const struct sf_gate_find *other = b;
    if (rank(one) != rank(other)) {
        return rank(one) < rank(other) ? -1 : 1;
    }
    /* The commonest of an oracle first; runs are counted in a fixed order, so ties have one too. */
    if (one->runs_count != other->runs_count) {
        return one->runs_count > other->runs_count ? -1 : 1;
    }
    if (one->seed != other->seed) {
        return one->seed < other->seed ? -1 : 1;
    }
    return one->plan < other->plan ? -1 : one->plan > other->plan;
}

void sf_gate_sort(struct sf_gate *gate)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(gate->finds_count <= SF_GATE_FINDS_MAX);
    qsort(gate->finds, gate->finds_count, sizeof gate->finds[0], compare_finds);
}

/* ---- counts ---- */

static void count_in_scenario(struct sf_gate_scenario *scenario, uint64_t seed,
                              const struct gate_outcome *outcome)
{
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        scenario->oracles[i].evidence_count += outcome->oracles[i].evidence_count;
        scenario->oracles[i].wanted_count += outcome->oracles[i].wanted;
        if (outcome->oracles[i].findings_count > 0 && scenario->oracles[i].failed_count++ == 0) {
            scenario->oracles[i].failed_seed = seed;
        }
    }
    for (uint32_t i = outcome->findings_kept; i > 0; i--) { /* the first one stays */
        const struct sf_finding *finding = &outcome->findings[i - 1];
        if (scenario->oracles[finding->oracle].failed_seed == seed) {
            scenario->oracles[finding->oracle].finding = *finding;
        }
    }
}

static void count_findings(struct sf_gate *gate, struct gate_place place,
                           const struct gate_outcome *outcome)
{
    bool stray = false;
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        uint64_t count = outcome->oracles[i].findings_count;
        gate->evidence[i] += outcome->oracles[i].evidence_count;
        gate->findings[i] += count;
        gate->findings_count += count;
        gate->failed[i] += count > 0;
        gate->wanted[i] |= outcome->oracles[i].wanted;
        stray |= count > 0 && sf_gate_is_stray(i);
    }
    gate->stray_count += stray;
    gate->cut_count += outcome->cut;
    for (uint32_t i = 0; i < outcome->findings_kept; i++) {
        if (outcome->ended.code != 0 &&
            code_of(&outcome->findings[i]) == (uint32_t)outcome->ended.code) {
            continue; /* count_ended */
        }
        add_find(gate, (struct sf_gate_find){
                           .kind = SF_GATE_FINDING,
                           .plan = place.plan,
                           .seed = place.seed,
                           .finding = outcome->findings[i],
                       });
    }
}

/* A foreign cache that ended, in a run that tells of it, or a worker that ended with its cache. */
static void count_ended(struct sf_gate *gate, struct gate_place place,
                        const struct sf_job_status *status, const struct gate_outcome *outcome)
{
    bool done = status->end == SF_JOB_DONE;
    bool hung = done ? outcome->ended.code == SF_CACHE_E_HUNG : status->end == SF_JOB_HUNG;
    struct sf_cache_ended by_worker = {.subject = hung ? 0 : status->signal_number};
    struct sf_gate_scenario *scenario = &gate->scenarios[place.plan];
    scenario->ended_seed = scenario->ended_count == 0 ? place.seed : scenario->ended_seed;
    scenario->ended_count++;
    gate->ended_count++;
    gate->hung_count += hung;
    add_find(gate, (struct sf_gate_find){
                       .kind = hung ? SF_GATE_HANG : SF_GATE_CRASH,
                       .plan = place.plan,
                       .seed = place.seed,
                       .ended = done ? outcome->ended : by_worker,
                   });
}

static uint32_t pair_oracle(void)
{
    uint32_t index = 0;
    while (sf_oracles()[index] != &sf_oracle_no_influence) {
        index++;
    }
    return index;
}

void sf_gate_count(struct sf_gate *gate, struct gate_place place,
                   const struct sf_job_status *status, const struct gate_outcome *outcome)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(status != NULL);
    SF_ASSERT(outcome != NULL);
    SF_ASSERT(place.plan < gate->scenarios_count);
    gate->scenarios[place.plan].wanted_count++;
    if (status->end == SF_JOB_NOT_RUN) {
        return;
    }
    gate->runs_count++;
    gate->scenarios[place.plan].runs_count++;
    gate->failed_count += sf_gate_job_failed(status, outcome);
    if (status->end != SF_JOB_DONE || outcome->ended.code != 0) {
        count_ended(gate, place, status, outcome);
    }
    if (status->end != SF_JOB_DONE) {
        return;
    }
    gate->traces_hash =
        sf_hash_seeded(&outcome->trace_hash, sizeof outcome->trace_hash, gate->traces_hash);
    gate->pairs_count += outcome->oracles[pair_oracle()].evidence_count > 0;
    count_in_scenario(&gate->scenarios[place.plan], place.seed, outcome);
    count_findings(gate, place, outcome);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        gate->probes[i] += outcome->probes[i];
    }
}
