/* What the candidate's runs brought: counts by scenario, by oracle and by probe, and findings by
 * signature. */
#include <stdlib.h>
#include <string.h>

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

static bool run_failed(const struct sf_campaign_run *run)
{
    const struct sf_campaign_outcome *outcome = &run->outcome;
    return run->status.end == SF_JOB_CRASHED || run->status.end == SF_JOB_HUNG ||
           (run->status.end == SF_JOB_DONE &&
            (outcome->verdict == SF_VERDICT_FAIL || outcome->ended.code != 0));
}

/* ---- signatures ---- */

static void name_finding(const struct sf_finding *finding, struct sf_text *out)
{
    const struct sf_oracle *oracle = sf_oracles()[finding->oracle];
    sf_text_add(out, "%s", oracle->name);
    if (oracle->amount_name != NULL) {
        const char *code = oracle->amount_name(finding->amount);
        sf_text_add(out, ":%s", code != NULL ? code : "unknown");
    }
    const char *viewer =
        sf_viewer_is_none(finding->viewer) ? "none" : sf_viewer_kind_name(finding->viewer);
    sf_text_add(out, ":");
    for (; *viewer != '\0'; viewer++) {
        sf_text_add(out, "%c", *viewer == ' ' ? '-' : *viewer);
    }
    if (finding->destination > 0) {
        sf_text_add(out, ":to-%u", finding->destination);
    }
    if (finding->callback > 0) {
        sf_text_add(out, ":%s", sf_callback_name((enum sf_callback)(finding->callback - 1)));
    }
}

void sf_gate_find_name(const struct sf_gate_find *find, struct sf_text *out)
{
    SF_ASSERT(find != NULL);
    SF_ASSERT(out != NULL);
    switch (find->kind) {
    case SF_GATE_FINDING:
        name_finding(&find->finding, out);
        return;
    case SF_GATE_CRASH:
        sf_text_add(out, "crash:%llu", (unsigned long long)find->ended.subject);
        return;
    case SF_GATE_HANG:
        sf_text_add(out, "hang");
        return;
    }
}

static bool same_find(const struct sf_gate_find *a, const struct sf_gate_find *b)
{
    return a->kind == b->kind && a->ended.code == b->ended.code &&
           a->ended.subject == b->ended.subject &&
           (a->kind != SF_GATE_FINDING || sf_gate_same_signature(&a->finding, &b->finding));
}

static void add_find(struct sf_gate *gate, struct sf_gate_find find)
{
    bool counts = sf_arm_has_candidate(find.arm);
    find.runs_count = counts;
    find.arms_count[find.arm] = 1;
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        struct sf_gate_find *known = &gate->finds[i];
        if (same_find(known, &find)) {
            known->arms_count[find.arm]++;
            known->unexplained_count += find.unexplained_count;
            if (counts && known->runs_count++ == 0) { /* only the baseline had it */
                memcpy(find.arms_count, known->arms_count, sizeof find.arms_count);
                *known = find;
            }
            return;
        }
    }
    if (gate->finds_count == SF_GATE_FINDS_MAX) {
        gate->finds_lost_count++;
        return;
    }
    gate->finds[gate->finds_count++] = find;
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

static void count_in_scenario(struct sf_gate_scenario *scenario, const struct sf_campaign_run *run)
{
    const struct sf_campaign_outcome *outcome = &run->outcome;
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        scenario->oracles[i].evidence_count += outcome->oracles[i].evidence_count;
        scenario->oracles[i].wanted_count += outcome->oracles[i].wanted;
        if (outcome->oracles[i].findings_count > 0 && scenario->oracles[i].failed_count++ == 0) {
            scenario->oracles[i].failed_seed = run->seed;
            scenario->oracles[i].failed_arm = run->arm;
        }
    }
    for (uint32_t i = outcome->findings_kept; i > 0; i--) { /* the first one stays */
        const struct sf_finding *finding = &outcome->findings[i - 1];
        if (scenario->oracles[finding->oracle].failed_seed == run->seed &&
            scenario->oracles[finding->oracle].failed_arm == run->arm) {
            scenario->oracles[finding->oracle].finding = *finding;
        }
    }
}

/* Does the baseline alone, under this scenario and seed, fail in the same way? */
static bool is_explained(const struct gate_fold *fold, const struct sf_campaign_run *run,
                         bool stray)
{
    return run->arm == SF_ARM_BASELINE ||
           (run->arm > SF_ARM_BASELINE &&
            (stray ? fold->turn.baseline_stray : fold->turn.baseline_failed));
}

static void add_findings(struct gate_fold *fold, const struct sf_campaign_run *run)
{
    const struct sf_campaign_outcome *outcome = &run->outcome;
    for (uint32_t i = 0; i < outcome->findings_kept; i++) {
        if (outcome->ended.code != 0 &&
            code_of(&outcome->findings[i]) == (uint32_t)outcome->ended.code) {
            continue; /* add_ended */
        }
        bool stray = sf_gate_is_stray(outcome->findings[i].oracle);
        add_find(fold->gate, (struct sf_gate_find){
                                 .kind = SF_GATE_FINDING,
                                 .unexplained_count = !is_explained(fold, run, stray),
                                 .arm = run->arm,
                                 .plan = run->plan,
                                 .seed = run->seed,
                                 .finding = outcome->findings[i],
                             });
    }
}

static bool has_stray(const struct sf_campaign_run *run)
{
    bool stray = false;
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        stray |= run->outcome.oracles[i].findings_count > 0 && sf_gate_is_stray(i);
    }
    return stray;
}

static void count_findings(struct sf_gate *gate, const struct sf_campaign_run *run)
{
    const struct sf_campaign_outcome *outcome = &run->outcome;
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        uint64_t count = outcome->oracles[i].findings_count;
        gate->evidence[i] += outcome->oracles[i].evidence_count;
        gate->findings[i] += count;
        gate->findings_count += count;
        gate->failed[i] += count > 0;
        gate->wanted[i] |= outcome->oracles[i].wanted;
    }
    gate->stray_count += has_stray(run);
    gate->cut_count += outcome->cut;
}

static bool has_hung(const struct sf_campaign_run *run)
{
    return run->status.end == SF_JOB_DONE ? run->outcome.ended.code == SF_CACHE_E_HUNG
                                          : run->status.end == SF_JOB_HUNG;
}

/* A foreign cache that ended, in a run that tells of it, or a worker that ended with its cache. */
static void add_ended(struct gate_fold *fold, const struct sf_campaign_run *run)
{
    bool hung = has_hung(run);
    struct sf_cache_ended by_worker = {.subject = hung ? 0 : run->status.signal_number};
    add_find(fold->gate,
             (struct sf_gate_find){
                 .unexplained_count = !is_explained(fold, run, false),
                 .kind = hung ? SF_GATE_HANG : SF_GATE_CRASH,
                 .arm = run->arm,
                 .plan = run->plan,
                 .seed = run->seed,
                 .ended = run->status.end == SF_JOB_DONE ? run->outcome.ended : by_worker,
             });
}

static void count_ended(struct sf_gate *gate, const struct sf_campaign_run *run)
{
    struct sf_gate_scenario *scenario = &gate->scenarios[run->plan];
    if (scenario->ended_count == 0) {
        scenario->ended_seed = run->seed;
        scenario->ended_arm = run->arm;
    }
    scenario->ended_count++;
    gate->ended_count++;
    gate->hung_count += has_hung(run);
}

static bool has_ended(const struct sf_campaign_run *run)
{
    return run->status.end != SF_JOB_DONE || run->outcome.ended.code != 0;
}

uint32_t sf_gate_pair_oracle(void)
{
    uint32_t index = 0;
    while (sf_oracles()[index] != &sf_oracle_no_influence) {
        index++;
    }
    return index;
}

static void count_candidate(struct sf_gate *gate, const struct sf_campaign_run *run)
{
    const struct sf_campaign_outcome *outcome = &run->outcome;
    gate->runs_count++;
    gate->scenarios[run->plan].runs_count++;
    gate->scenarios[run->plan].seconds += (double)run->status.seconds;
    gate->failed_count += run_failed(run);
    if (has_ended(run)) {
        count_ended(gate, run);
    }
    if (run->status.end != SF_JOB_DONE) {
        return;
    }
    gate->traces_hash =
        sf_hash_seeded(&outcome->trace_hash, sizeof outcome->trace_hash, gate->traces_hash);
    gate->pairs_count += outcome->oracles[sf_gate_pair_oracle()].evidence_count > 0;
    count_in_scenario(&gate->scenarios[run->plan], run);
    count_findings(gate, run);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        gate->probes[i] += outcome->probes[i];
    }
}

/* ---- the controls, and the repetition ---- */

static void count_control(struct sf_gate_controls *controls, const struct sf_campaign_run *run)
{
    bool failed = run_failed(run);
    if (run->arm == SF_ARM_LEAKY) {
        controls->leaky_runs_count++;
        controls->leaky_caught_count += failed;
    } else {
        controls->sound_runs_count++;
        controls->sound_failed_count += failed;
    }
}

static void keep_again(struct gate_fold *fold, const struct sf_campaign_run *run)
{
    fold->again[run->plan].status = run->status;
    fold->again[run->plan].ended = run->outcome.ended;
    fold->again[run->plan].trace_hash = run->outcome.trace_hash;
}

/* A hang depends on real time: such a run is not compared. */
static bool is_comparable(const struct sf_job_status *status, const struct sf_cache_ended *ended)
{
    return (status->end == SF_JOB_DONE && ended->code != SF_CACHE_E_HUNG) ||
           status->end == SF_JOB_CRASHED;
}

/* The first run of a scenario has come: is it the same as its repetition? */
static void compare_again(struct gate_fold *fold, const struct sf_campaign_run *run)
{
    struct sf_gate_scenario *scenario = &fold->gate->scenarios[run->plan];
    const struct sf_job_status *again = &fold->again[run->plan].status;
    scenario->again_ran = is_comparable(again, &fold->again[run->plan].ended) &&
                          is_comparable(&run->status, &run->outcome.ended);
    bool both_done = run->status.end == SF_JOB_DONE && again->end == SF_JOB_DONE;
    bool alike = run->status.end == again->end &&
                 (!both_done || run->outcome.trace_hash == fold->again[run->plan].trace_hash);
    scenario->again_differs = scenario->again_ran && !alike;
    fold->gate->differs_count += scenario->again_differs;
}

/* Any arm of the comparison. Of the baseline alone only its signatures count. */
static void count_compared(struct gate_fold *fold, const struct sf_campaign_run *run)
{
    struct sf_gate *gate = fold->gate;
    if (run->arm == SF_ARM_CANDIDATE && gate->scenarios[run->plan].runs_count == 0) {
        compare_again(fold, run);
    }
    if (has_ended(run)) {
        add_ended(fold, run);
    }
    if (run->status.end == SF_JOB_DONE) {
        add_findings(fold, run);
    }
    if (sf_arm_has_candidate(run->arm)) {
        count_candidate(gate, run);
    }
    sf_gate_compare(&gate->comparison, &fold->turn, run, run_failed(run), has_stray(run));
}

void sf_gate_fold(struct gate_fold *fold, const struct sf_campaign_run *run)
{
    SF_ASSERT(fold != NULL);
    SF_ASSERT(run != NULL);
    SF_ASSERT(run->plan < fold->gate->scenarios_count);
    SF_ASSERT(run->status.end != SF_JOB_NOT_RUN);
    if (run->arm == SF_ARM_LEAKY || run->arm == SF_ARM_SOUND) {
        count_control(&fold->gate->controls, run);
    } else if (run->arm == SF_ARM_AGAIN) {
        keep_again(fold, run);
    } else {
        count_compared(fold, run);
    }
}
