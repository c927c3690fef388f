#include "harness/gate/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/text.h"

/* The controls: what must be caught, and what must pass. Their runs come first. */
enum { CONTROL_SEEDS = 4 };
#define CONTROL_LEAKY "builtin:canary-tenantless"
#define CONTROL_SOUND "builtin:boxing-day-fix"

/* The repetition comes before the runs that it repeats: a budget that ends early has both. */
enum part { PART_LEAKY, PART_SOUND, PART_AGAIN, PART_CANDIDATE, PARTS_COUNT };

struct field {
    const struct sf_gate_options *options;
    const char *caches[PARTS_COUNT];
    uint32_t seeds_count[PARTS_COUNT];
    struct sf_plan *plans;         /* by part and scenario */
    struct sf_run_caches *modules; /* the same */
};

struct place {
    enum part part;
    uint32_t plan;
    uint64_t seed;
};

static uint32_t jobs_of_part(const struct field *field, int part)
{
    return field->seeds_count[part] * field->options->plans_count;
}

static uint32_t jobs_count(const struct field *field)
{
    uint32_t count = 0;
    for (int part = 0; part < PARTS_COUNT; part++) {
        count += jobs_of_part(field, part);
    }
    return count;
}

/* Scenarios take turns, so that a budget that ends early has seen something of each. */
static struct place place_of(const struct field *field, uint32_t index)
{
    int part = 0;
    while (index >= jobs_of_part(field, part)) {
        index -= jobs_of_part(field, part);
        part++;
    }
    return (struct place){
        .part = (enum part)part,
        .plan = index % field->options->plans_count,
        .seed = field->options->seed_first + index / field->options->plans_count,
    };
}

void sf_gate_plan(const struct sf_plan *scenario, const char *baseline, const char *cache,
                  struct sf_plan *plan)
{
    bool deploys = false;
    *plan = *scenario;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            snprintf(plan->timeline[i].cache, sizeof plan->timeline[i].cache, "%s", cache);
            deploys = true;
        }
    }
    snprintf(plan->cache, sizeof plan->cache, "%s", deploys && baseline != NULL ? baseline : cache);
}

static enum sf_err prepare_plans(struct field *field, struct sf_diag *diag)
{
    uint32_t count = field->options->plans_count;
    field->plans = sf_alloc((size_t)count * PARTS_COUNT, sizeof *field->plans);
    field->modules = sf_alloc((size_t)count * PARTS_COUNT, sizeof *field->modules);
    for (uint32_t i = 0; i < count * PARTS_COUNT; i++) {
        bool is_candidate = i / count >= PART_AGAIN;
        sf_gate_plan(&field->options->plans[i % count],
                     is_candidate ? field->options->baseline : NULL, field->caches[i / count],
                     &field->plans[i]);
        SF_TRY(sf_run_load_caches(&field->plans[i], &field->modules[i], diag));
    }
    return SF_OK;
}

static void *prepare(void *context)
{
    (void)context;
    return sf_runner_create();
}

static void work(void *context, void *runner, uint32_t index, void *result_out)
{
    const struct field *field = context;
    struct place place = place_of(field, index);
    uint32_t plan = (uint32_t)place.part * field->options->plans_count + place.plan;
    /* What a cache leaves behind in its process (its dice, say) has moved on after a first run; two
     * workers that run the seed once each would both begin at the same place. */
    for (int times = place.part == PART_AGAIN ? 2 : 1; times > 0; times--) {
        sf_run(runner, &field->plans[plan], &field->modules[plan],
               &(struct sf_run_options){.seed = place.seed}, result_out);
    }
}

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    const struct sf_gate_options *options = ((const struct field *)context)->options;
    if (options->progress != NULL) {
        options->progress(options->progress_context, done_count, count);
    }
}

static void keep_find(struct sf_gate *gate, struct sf_gate_find find)
{
    gate->finds_count++;
    if (gate->finds_kept < SF_GATE_FINDS_MAX) {
        gate->finds[gate->finds_kept++] = find;
    }
}

static bool job_failed(const struct sf_job_status *status, const struct sf_run_result *result)
{
    return status->end == SF_JOB_CRASHED || status->end == SF_JOB_HUNG ||
           (status->end == SF_JOB_DONE && result->verdict == SF_VERDICT_FAIL);
}

/* One find for each oracle that found something: the first of its findings. */
static void keep_findings(struct sf_gate *gate, struct place place,
                          const struct sf_run_result *result)
{
    bool seen[SF_ORACLES_MAX] = {false};
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        const struct sf_finding *finding = &result->findings[i];
        if (seen[finding->oracle]) {
            continue;
        }
        seen[finding->oracle] = true;
        keep_find(gate, (struct sf_gate_find){
                            .kind = SF_GATE_FINDING,
                            .plan = place.plan,
                            .seed = place.seed,
                            .finding = *finding,
                            .findings_count = result->oracles[finding->oracle].findings_count,
                        });
    }
}

/* The scenario's share in what is counted. */
static void count_in_scenario(struct sf_gate_scenario *scenario, uint64_t seed,
                              const struct sf_job_status *status,
                              const struct sf_run_result *result)
{
    scenario->runs_count++;
    if (status->end != SF_JOB_DONE) {
        scenario->ended_seed = scenario->ended_count == 0 ? seed : scenario->ended_seed;
        scenario->ended_count++;
        return;
    }
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        scenario->oracles[i].evidence_count += result->oracles[i].evidence_count;
        scenario->oracles[i].wanted_count += result->oracles[i].wanted;
        if (result->oracles[i].findings_count > 0 && scenario->oracles[i].failed_count++ == 0) {
            scenario->oracles[i].failed_seed = seed;
        }
    }
    for (uint32_t i = result->findings_kept; i > 0; i--) { /* the first one stays */
        const struct sf_finding *finding = &result->findings[i - 1];
        if (scenario->oracles[finding->oracle].failed_seed == seed) {
            scenario->oracles[finding->oracle].finding = *finding;
        }
    }
}

/* Somebody got a picture of another tenant's, or a piece of one: pixels or bytes. */
static bool has_stray(const struct sf_run_result *result)
{
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        bool of_strays = sf_oracles()[i] == &sf_oracle_no_stray_pixels ||
                         sf_oracles()[i] == &sf_oracle_no_stray_bytes;
        if (of_strays && result->oracles[i].findings_count > 0) {
            return true;
        }
    }
    return false;
}

static void count_candidate_run(struct sf_gate *gate, struct place place,
                                const struct sf_job_status *status,
                                const struct sf_run_result *result)
{
    gate->scenarios[place.plan].wanted_count++;
    if (status->end == SF_JOB_NOT_RUN) {
        return;
    }
    gate->runs_count++;
    count_in_scenario(&gate->scenarios[place.plan], place.seed, status, result);
    gate->failed_count += job_failed(status, result);
    if (status->end != SF_JOB_DONE) {
        gate->ended_count++;
        keep_find(gate, (struct sf_gate_find){
                            .kind = status->end == SF_JOB_HUNG ? SF_GATE_HANG : SF_GATE_CRASH,
                            .plan = place.plan,
                            .seed = place.seed,
                            .signal_number = status->signal_number,
                        });
        return;
    }
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        gate->evidence[i] += result->oracles[i].evidence_count;
        gate->findings[i] += result->oracles[i].findings_count;
        gate->failed[i] += result->oracles[i].findings_count > 0;
        gate->wanted[i] |= result->oracles[i].wanted;
    }
    gate->stray_count += has_stray(result);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        gate->probes[i] += result->probes[i] > 0;
    }
    keep_findings(gate, place, result);
}

struct controls {
    uint32_t leaky_caught_count;
    uint32_t leaky_runs_count;
    uint32_t sound_failed_count;
    uint32_t sound_runs_count;
};

static void count_control_run(struct controls *controls, enum part part,
                              const struct sf_job_status *status,
                              const struct sf_run_result *result)
{
    bool ran = status->end != SF_JOB_NOT_RUN;
    bool failed = job_failed(status, result);
    if (part == PART_LEAKY) {
        controls->leaky_runs_count += ran;
        controls->leaky_caught_count += failed;
    } else {
        controls->sound_runs_count += ran;
        controls->sound_failed_count += failed;
    }
}

struct outcome {
    const struct sf_job_status *status;
    const struct sf_run_result *result;
};

static struct outcome outcome_of(const struct sf_jobs_results *results, const struct sf_jobs *jobs,
                                 uint32_t index)
{
    return (struct outcome){
        .status = &results->statuses[index],
        .result = (const struct sf_run_result *)(const void *)(results->results +
                                                               index * jobs->result_bytes),
    };
}

/* How long a run took in real time says nothing: a hang is compared with nothing. */
static bool is_comparable(const struct sf_job_status *status)
{
    return status->end == SF_JOB_DONE || status->end == SF_JOB_CRASHED;
}

static void compare_again(struct sf_gate *gate, uint32_t plan, struct outcome first,
                          struct outcome again)
{
    struct sf_gate_scenario *scenario = &gate->scenarios[plan];
    scenario->again_ran = is_comparable(first.status) && is_comparable(again.status);
    bool both_done = first.status->end == SF_JOB_DONE && again.status->end == SF_JOB_DONE;
    bool alike = first.status->end == again.status->end &&
                 (!both_done || first.result->trace_hash == again.result->trace_hash);
    scenario->again_differs = scenario->again_ran && !alike;
    gate->differs_count += scenario->again_differs;
}

/* The first oracle that no run gave anything to judge, though one at least asked for it; NULL. */
static const char *idle_oracle(const struct sf_gate *gate)
{
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (gate->wanted[i] && gate->evidence[i] == 0) {
            return sf_oracles()[i]->name;
        }
    }
    return NULL;
}

/* The first probe that fewer runs came past than must; NULL. */
static const char *missed_probe(const struct sf_gate *gate, bool quotas)
{
    for (int i = 0; i < SF_PROBES_COUNT && quotas; i++) {
        if (gate->probes[i] < sf_probe_quota((enum sf_probe)i)) {
            return sf_probe_name((enum sf_probe)i);
        }
    }
    return NULL;
}

/* What was broken in how many runs: strays apart from the rest, which are another matter. */
static void say_failed(struct sf_gate *gate)
{
    struct sf_text text = {0};
    sf_text_add(&text, "%u of %u runs broke an invariant; ", gate->failed_count, gate->runs_count);
    if (gate->stray_count == 0) {
        sf_text_add(&text, "nobody got another's picture");
    } else {
        sf_text_add(&text, "another's picture, or a piece of one, in %u", gate->stray_count);
    }
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        const struct sf_oracle *oracle = sf_oracles()[i];
        if (gate->failed[i] > 0 && oracle != &sf_oracle_no_stray_pixels &&
            oracle != &sf_oracle_no_stray_bytes) {
            sf_text_add(&text, "; %s in %u", oracle->name, gate->failed[i]);
        }
    }
    if (gate->ended_count > 0) {
        sf_text_add(&text, "; a crash or a hang in %u", gate->ended_count);
    }
    if (gate->differs_count > 0) {
        sf_text_add(&text, "; the cache is not deterministic: a find may not repeat");
    }
    snprintf(gate->reason, sizeof gate->reason, "%s", text.data);
    sf_text_free(&text);
}

static void conclude(struct sf_gate *gate, const struct controls *controls, bool quotas)
{
    gate->verdict = SF_VERDICT_INCONCLUSIVE;
    if (gate->failed_count > 0) {
        gate->verdict = SF_VERDICT_FAIL;
        say_failed(gate);
    } else if (gate->differs_count > 0) {
        snprintf(gate->reason, sizeof gate->reason,
                 "the cache is not deterministic: in %u of %u scenarios the same seed run twice "
                 "gave two different runs, so nothing that is found would repeat",
                 gate->differs_count, gate->scenarios_count);
    } else if (controls->sound_failed_count > 0) {
        snprintf(
            gate->reason, sizeof gate->reason,
            "the control that is known to be sound failed %u of %u runs: these scenarios cry wolf",
            controls->sound_failed_count, controls->sound_runs_count);
    } else if (controls->leaky_caught_count == 0) {
        snprintf(gate->reason, sizeof gate->reason,
                 "the control that is known to leak was not caught in %u runs: these scenarios see "
                 "nothing",
                 controls->leaky_runs_count);
    } else if (gate->runs_count < gate->wanted_count) {
        snprintf(gate->reason, sizeof gate->reason,
                 "the time was up after %u of %u runs, none of which failed", gate->runs_count,
                 gate->wanted_count);
    } else if (idle_oracle(gate) != NULL) {
        snprintf(gate->reason, sizeof gate->reason, "the oracle %s had nothing to judge in %u runs",
                 idle_oracle(gate), gate->runs_count);
    } else if (missed_probe(gate, quotas) != NULL) {
        snprintf(gate->reason, sizeof gate->reason,
                 "not tested: no run came past '%s', or too few; see the probes",
                 missed_probe(gate, quotas));
    } else {
        gate->verdict = SF_VERDICT_PASS;
        snprintf(gate->reason, sizeof gate->reason,
                 "no invariant was broken in %u runs; the leaky control was caught in %u of %u, "
                 "the sound one "
                 "passed %u",
                 gate->runs_count, controls->leaky_caught_count, controls->leaky_runs_count,
                 controls->sound_runs_count);
    }
}

enum sf_err sf_gate_run(const struct sf_gate_options *options, struct sf_gate *gate,
                        struct sf_diag *diag)
{
    SF_ASSERT(options->plans_count > 0);
    memset(gate, 0, sizeof *gate);
    gate->baseline = options->baseline;
    uint32_t control_seeds =
        options->seeds_count < CONTROL_SEEDS ? options->seeds_count : CONTROL_SEEDS;
    struct field field = {
        .options = options,
        .caches = {CONTROL_LEAKY, CONTROL_SOUND, options->candidate, options->candidate},
        .seeds_count = {control_seeds, control_seeds, 1, options->seeds_count},
    };
    struct sf_jobs_results results = {0};
    enum sf_err err = prepare_plans(&field, diag);
    if (err != SF_OK) {
        goto out;
    }
    const struct sf_jobs jobs = {
        .count = jobs_count(&field),
        .workers = options->workers,
        .result_bytes = sizeof(struct sf_run_result),
        .job_seconds_max = options->run_seconds_max,
        .total_seconds_max = options->seconds_max,
        .prepare = prepare,
        .work = work,
        .progress = progress,
        .context = &field,
    };
    err = sf_jobs_run(&jobs, &results, diag);
    if (err != SF_OK) {
        goto out;
    }
    struct controls controls = {0};
    gate->wanted_count = jobs_of_part(&field, PART_CANDIDATE);
    gate->scenarios_count = options->plans_count;
    gate->seed_first = options->seed_first;
    for (uint32_t i = 0; i < jobs.count; i++) {
        struct place place = place_of(&field, i);
        struct outcome outcome = outcome_of(&results, &jobs, i);
        if (place.part == PART_CANDIDATE) {
            count_candidate_run(gate, place, outcome.status, outcome.result);
        } else if (place.part == PART_AGAIN) {
            /* The first seeds of the part behind stand in the same order. */
            compare_again(gate, place.plan,
                          outcome_of(&results, &jobs, i + jobs_of_part(&field, PART_AGAIN)),
                          outcome);
        } else {
            count_control_run(&controls, place.part, outcome.status, outcome.result);
        }
    }
    conclude(gate, &controls, options->quotas);
out:
    sf_jobs_free(&results);
    free(field.plans);
    free(field.modules);
    return err;
}
