/* Which runs make a gate, and running them. */
#include "harness/gate/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/box/box.h"
#include "harness/gate/private.h"
#include "harness/gate/turns.h"

/* The controls: what must be caught, and what must pass. Their runs come first. */
enum { CONTROL_SEEDS = 4 };

/* A foreign cache that hangs is ended by its run, which then ends; a worker is given up only if
 * that does not happen. The job that runs twice has twice the time. */
enum { GRACE_SECONDS = 10 };
#define CONTROL_LEAKY "builtin:canary-tenantless"
#define CONTROL_SOUND "builtin:boxing-day-fix"

/* The repetition comes before the runs that it repeats: a budget that ends early has both. */
enum part { PART_LEAKY, PART_SOUND, PART_AGAIN, PART_CANDIDATE, PARTS_COUNT };

struct field {
    const struct sf_gate_options *options;
    struct sf_turns turns;
    const char *caches[PARTS_COUNT];
    uint32_t seeds_count[PARTS_COUNT];
    struct sf_plan *plans;         /* by part and scenario */
    struct sf_run_caches *modules; /* the same */
};

/* What a worker keeps between its runs. */
struct worker {
    struct sf_runner *runner;
    struct sf_plan paired; /* a scenario's plan with `vary` */
    struct sf_run_result result;
};

struct place {
    enum part part;
    struct gate_place at;
};

static uint32_t jobs_of_part(const struct field *field, int part)
{
    return sf_turns_count(&field->turns, field->seeds_count[part]);
}

static uint32_t jobs_before(const struct field *field, int part)
{
    uint32_t count = 0;
    for (int before = 0; before < part; before++) {
        count += jobs_of_part(field, before);
    }
    return count;
}

static struct place place_of(const struct field *field, uint32_t index)
{
    int part = 0;
    while (index >= jobs_of_part(field, part)) {
        index -= jobs_of_part(field, part);
        part++;
    }
    struct sf_turn turn = sf_turns_at(&field->turns, index);
    return (struct place){
        .part = (enum part)part,
        .at = {.plan = turn.plan, .seed = field->options->seed_first + turn.seed},
    };
}

void sf_gate_plan(const struct sf_plan *scenario, const char *baseline, const char *cache,
                  struct sf_plan *plan)
{
    SF_ASSERT(scenario != NULL);
    SF_ASSERT(cache != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(scenario->timeline_count <= SF_TIMELINE_MAX);
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

/* ---- in a worker ---- */

static void *prepare(void *context)
{
    (void)context;
    struct worker *worker = sf_alloc(1, sizeof *worker);
    worker->runner = sf_runner_create();
    return worker;
}

static void summarise(const struct sf_run_result *result, struct gate_outcome *outcome)
{
    *outcome = (struct gate_outcome){
        .verdict = result->verdict,
        .trace_hash = result->trace_hash,
        .ended = result->ended,
        .cut = result->out_of_budget && result->ended.code == 0,
    };
    memcpy(outcome->oracles, result->oracles, sizeof outcome->oracles);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        outcome->probes[i] = result->probes[i] > 0;
    }
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        bool known = false;
        for (uint32_t j = 0; j < outcome->findings_kept; j++) {
            known |= sf_gate_same_signature(&outcome->findings[j], &result->findings[i]);
        }
        if (!known && outcome->findings_kept < SF_GATE_OUTCOME_FINDINGS_MAX) {
            outcome->findings[outcome->findings_kept++] = result->findings[i];
        }
    }
}

enum sf_plan_vary sf_gate_vary(uint64_t seed)
{
    enum { SEEDS_A_ROUND = 8, CONTENT_SEED = 2, LENGTH_SEED = 6 };
    uint64_t turn = seed % SEEDS_A_ROUND;
    return turn == CONTENT_SEED  ? SF_VARY_CONTENT
           : turn == LENGTH_SEED ? SF_VARY_LENGTH
                                 : SF_VARY_NOTHING;
}

/* The plan of a run; of the leaky control the ordinary one, which catches it. */
static const struct sf_plan *plan_of(const struct field *field, struct worker *worker,
                                     struct place place)
{
    uint32_t index = (uint32_t)place.part * field->options->plans_count + place.at.plan;
    const struct sf_plan *plan = &field->plans[index];
    enum sf_plan_vary vary = sf_gate_vary(place.at.seed);
    if (place.part == PART_LEAKY || vary == SF_VARY_NOTHING || plan->vary != SF_VARY_NOTHING) {
        return plan;
    }
    memcpy(&worker->paired, plan, sizeof worker->paired);
    worker->paired.vary = vary;
    return &worker->paired;
}

static void work(void *context, void *prepared, uint32_t index, void *result_out)
{
    const struct field *field = context;
    struct worker *worker = prepared;
    struct place place = place_of(field, index);
    uint32_t plan = (uint32_t)place.part * field->options->plans_count + place.at.plan;
    const struct sf_run_options options = {
        .seed = place.at.seed,
        .seconds_max = field->options->run_seconds_max,
        .strays_max = place.part == PART_LEAKY ? 1 : SF_GATE_STRAYS_MAX, /* 1: it is caught */
    };
    /* State that a cache leaves behind in its process (its random numbers, say) has moved on after
     * a first run; two workers that run the seed once each would both begin at the same place. */
    for (int times = place.part == PART_AGAIN ? 2 : 1; times > 0; times--) {
        sf_run(worker->runner, plan_of(field, worker, place), &field->modules[plan], &options,
               &worker->result);
        if (worker->result.ended.code == SF_CACHE_E_HUNG) {
            break; /* there is nothing to compare */
        }
    }
    summarise(&worker->result, result_out);
}

static bool has_hung(const void *result)
{
    return ((const struct gate_outcome *)result)->ended.code == SF_CACHE_E_HUNG;
}

/* ---- in the caller's process ---- */

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    const struct sf_gate_options *options = ((const struct field *)context)->options;
    if (options->progress != NULL) {
        options->progress(options->progress_context, done_count, count);
    }
}

struct outcome {
    const struct sf_job_status *status;
    const struct gate_outcome *result;
};

static struct outcome outcome_of(const struct sf_jobs_results *results, uint32_t index)
{
    return (struct outcome){
        .status = &results->statuses[index],
        .result = (const struct gate_outcome *)(const void *)(results->results +
                                                              index * sizeof(struct gate_outcome)),
    };
}

/* A hang depends on real time: such a run is not compared. */
static bool is_comparable(struct outcome outcome)
{
    return (outcome.status->end == SF_JOB_DONE && outcome.result->ended.code != SF_CACHE_E_HUNG) ||
           outcome.status->end == SF_JOB_CRASHED;
}

static void compare_again(struct sf_gate *gate, uint32_t plan, struct outcome first,
                          struct outcome again)
{
    struct sf_gate_scenario *scenario = &gate->scenarios[plan];
    scenario->again_ran = is_comparable(first) && is_comparable(again);
    bool both_done = first.status->end == SF_JOB_DONE && again.status->end == SF_JOB_DONE;
    bool alike = first.status->end == again.status->end &&
                 (!both_done || first.result->trace_hash == again.result->trace_hash);
    scenario->again_differs = scenario->again_ran && !alike;
    gate->differs_count += scenario->again_differs;
}

static void count_control(struct gate_controls *controls, enum part part, struct outcome outcome)
{
    bool ran = outcome.status->end != SF_JOB_NOT_RUN;
    bool failed = sf_gate_job_failed(outcome.status, outcome.result);
    if (part == PART_LEAKY) {
        controls->leaky_runs_count += ran;
        controls->leaky_caught_count += failed;
    } else {
        controls->sound_runs_count += ran;
        controls->sound_failed_count += failed;
    }
}

/* Under how many seeds every scenario was run that has a turn; runs of further seeds were not
 * wanted. */
static uint32_t seeds_run(const struct field *field, const struct sf_jobs_results *results)
{
    uint32_t first = jobs_before(field, PART_CANDIDATE);
    uint32_t count = jobs_of_part(field, PART_CANDIDATE);
    for (uint32_t i = 0; i < count; i++) {
        if (results->statuses[first + i].end == SF_JOB_NOT_RUN) {
            return sf_turns_at(&field->turns, i).seed;
        }
    }
    return field->seeds_count[PART_CANDIDATE];
}

static void count_all(const struct field *field, const struct sf_jobs_results *results,
                      struct sf_gate *gate)
{
    struct gate_controls controls = {0};
    uint32_t floor = field->options->seeds_floor;
    uint32_t candidate_first = jobs_before(field, PART_CANDIDATE);
    gate->seeds_count = seeds_run(field, results);
    uint32_t wanted = floor == 0                  ? field->options->seeds_count
                      : floor > gate->seeds_count ? floor
                                                  : gate->seeds_count;
    gate->wanted_count = sf_turns_count(&field->turns, wanted);
    for (uint32_t i = 0; i < candidate_first + gate->wanted_count; i++) {
        struct place place = place_of(field, i);
        struct outcome outcome = outcome_of(results, i);
        if (place.part == PART_CANDIDATE) {
            sf_gate_count(gate, place.at, outcome.status, outcome.result);
        } else if (place.part == PART_AGAIN) {
            /* The first seeds of the part behind stand in the same order. */
            compare_again(gate, place.at.plan,
                          outcome_of(results, i + jobs_of_part(field, PART_AGAIN)), outcome);
        } else {
            count_control(&controls, place.part, outcome);
        }
    }
    sf_gate_sort(gate);
    sf_gate_conclude(gate, &controls);
}

enum sf_err sf_gate_run(const struct sf_gate_options *options, struct sf_gate *gate,
                        struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(gate != NULL);
    SF_ASSERT(options->plans_count > 0);
    SF_ASSERT(options->plans_count <= SF_GATE_SCENARIOS_MAX);
    SF_ASSERT(options->seeds_floor <= options->seeds_count);
    memset(gate, 0, sizeof *gate);
    gate->baseline = options->baseline;
    gate->box_lacks = "";
    gate->scenarios_count = options->plans_count;
    gate->seed_first = options->seed_first;
    uint32_t control_seeds =
        options->seeds_count < CONTROL_SEEDS ? options->seeds_count : CONTROL_SEEDS;
    struct field field = {
        .options = options,
        .turns = {options->plans, options->plans_count},
        .caches = {CONTROL_LEAKY, CONTROL_SOUND, options->candidate, options->candidate},
        .seeds_count = {control_seeds, control_seeds, 1, options->seeds_count},
    };
    struct sf_jobs_results results = {0};
    enum sf_err err = prepare_plans(&field, diag);
    if (err != SF_OK) {
        goto out;
    }
    const struct sf_jobs jobs = {
        .count = jobs_before(&field, PARTS_COUNT),
        .floor_count = jobs_before(&field, PART_CANDIDATE) +
                       sf_turns_count(&field.turns, options->seeds_floor),
        .workers = options->workers,
        .result_bytes = sizeof(struct gate_outcome),
        .job_seconds_max =
            options->run_seconds_max > 0 ? 2 * options->run_seconds_max + GRACE_SECONDS : 0,
        .total_seconds_max = options->seconds_max,
        .further_seconds_max = options->seeds_floor > 0 ? options->seconds : 0,
        .hangs_max = SF_GATE_HANGS_MAX,
        .has_hung = has_hung,
        .pinned = sf_cache_spec_is_foreign(options->candidate),
        .prepare = prepare,
        .work = work,
        .progress = progress,
        .context = &field,
    };
    gate->box_lacks = sf_box_lacks();
    for (uint32_t i = 0; i < options->plans_count; i++) {
        sf_run_draw_ahead(&options->plans[i]);
    }
    err = sf_jobs_run(&jobs, &results, diag);
    if (err == SF_OK) {
        err = sf_gate_small_run(options->candidate, options->baseline, options->small_seconds,
                                &gate->small, diag);
    }
    if (err == SF_OK) {
        count_all(&field, &results, gate);
    }
out:
    sf_jobs_free(&results);
    free(field.plans);
    free(field.modules);
    return err;
}
