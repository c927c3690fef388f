/* Runs a campaign: in worker processes, each result into the store and into the counts. */
#include "harness/gate/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/box/box.h"
#include "harness/gate/field.h"
#include "harness/gate/private.h"
#include "harness/gate/small_worlds.h"

/* A foreign cache that hangs is ended by its run, which then ends; a worker is given up only if
 * that does not happen. The job that runs twice has twice the time. */
enum { GRACE_SECONDS = 10 };

/* What a worker keeps between its runs. */
struct worker {
    struct sf_runner *runner;
    struct sf_plan paired; /* a scenario's plan with `vary` */
    struct sf_run_result result;
};

/* A campaign under way. */
struct campaign {
    struct gate_field field;
    struct gate_fold fold;
    struct sf_campaign_run run; /* the latest */
    uint32_t done_count;        /* jobs, those of the store included */
};

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

/* ---- in a worker ---- */

static void *prepare(void *context)
{
    (void)context;
    struct worker *worker = sf_alloc(1, sizeof *worker);
    worker->runner = sf_runner_create();
    return worker;
}

static void sum_figures(const struct sf_tally *tally, struct sf_campaign_figures *figures)
{
    struct sf_service service = {0};
    for (int i = 0; i < SF_PATHS_COUNT; i++) {
        const struct sf_tally_path *path = &tally->paths[i];
        figures->asks_count += path->asks_count;
        figures->own_whole_count += path->own_whole_count;
        figures->blank_count += path->blank_count;
        sf_service_add(&service, &path->service[0]);
        sf_service_add(&service, &path->service[1]);
    }
    figures->fetches_count = tally->fetches_count;
    figures->firsts = service.firsts;
}

static void summarise(const struct sf_run_result *result, struct sf_campaign_outcome *outcome)
{
    *outcome = (struct sf_campaign_outcome){
        .verdict = result->verdict,
        .trace_hash = result->trace_hash,
        .ended = result->ended,
        .cut = result->out_of_budget && result->ended.code == 0,
    };
    sum_figures(&result->tally, &outcome->figures);
    outcome->figures.memory_bytes = result->memory_bytes;
    memcpy(outcome->oracles, result->oracles, sizeof outcome->oracles);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        outcome->probes[i] = result->probes[i] > 0;
    }
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        bool known = false;
        for (uint32_t j = 0; j < outcome->findings_kept; j++) {
            known |= sf_gate_same_signature(&outcome->findings[j], &result->findings[i]);
        }
        if (!known && outcome->findings_kept < SF_OUTCOME_FINDINGS_MAX) {
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
static const struct sf_plan *plan_of(const struct gate_field *field, struct worker *worker,
                                     struct gate_place place)
{
    const struct sf_plan *plan = sf_gate_field_plan(field, place.arm, place.plan);
    enum sf_plan_vary vary = sf_gate_vary(place.seed);
    if (place.arm == SF_ARM_LEAKY || vary == SF_VARY_NOTHING || plan->vary != SF_VARY_NOTHING) {
        return plan;
    }
    memcpy(&worker->paired, plan, sizeof worker->paired);
    worker->paired.vary = vary;
    return &worker->paired;
}

static void work(void *context, void *prepared, uint32_t index, void *result_out)
{
    const struct gate_field *field = &((const struct campaign *)context)->field;
    struct worker *worker = prepared;
    struct gate_place place = sf_gate_field_at(field, index);
    const struct sf_run_options options = {
        .seed = place.seed,
        .seconds_max = field->options->run_seconds_max,
        .strays_max = place.arm == SF_ARM_LEAKY ? 1 : SF_GATE_STRAYS_MAX, /* 1: it is caught */
    };
    /* State that a cache leaves behind in its process (its random numbers, say) has moved on after
     * a first run; two workers that run the seed once each would both begin at the same place. */
    for (int times = place.arm == SF_ARM_AGAIN ? 2 : 1; times > 0; times--) {
        sf_run(worker->runner, plan_of(field, worker, place),
               sf_gate_field_caches(field, place.arm, place.plan), &options, &worker->result);
        if (worker->result.ended.code == SF_CACHE_E_HUNG) {
            break; /* there is nothing to compare */
        }
    }
    summarise(&worker->result, result_out);
}

static bool has_hung(const void *result)
{
    return ((const struct sf_campaign_outcome *)result)->ended.code == SF_CACHE_E_HUNG;
}

/* ---- in the caller's process ---- */

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    const struct sf_gate_options *options = ((const struct campaign *)context)->field.options;
    if (options->progress != NULL) {
        options->progress(options->progress_context, done_count, count);
    }
}

static enum sf_err take(void *context, uint32_t index, const struct sf_job_status *status,
                        const void *result, struct sf_diag *diag)
{
    struct campaign *campaign = context;
    const struct sf_gate_options *options = campaign->field.options;
    struct gate_place place = sf_gate_field_at(&campaign->field, index);
    campaign->run = (struct sf_campaign_run){.number = place.number,
                                             .arm = place.arm,
                                             .plan = place.plan,
                                             .seed = place.seed,
                                             .status = *status};
    if (status->end == SF_JOB_DONE) {
        memcpy(&campaign->run.outcome, result, sizeof campaign->run.outcome);
    }
    if (options->store != NULL) {
        SF_TRY(sf_store_add_run(options->store, options->campaign, &campaign->run, diag));
    }
    sf_gate_fold(&campaign->fold, &campaign->run);
    campaign->done_count = index + 1;
    return SF_OK;
}

static enum sf_err settle(void *context, struct sf_diag *diag)
{
    const struct sf_gate_options *options = ((const struct campaign *)context)->field.options;
    return options->store != NULL ? sf_store_settle(options->store, diag) : SF_OK;
}

/* A run that the store has already. */
static enum sf_err take_stored(void *context, const struct sf_campaign_run *run,
                               struct sf_diag *diag)
{
    struct campaign *campaign = context;
    const struct gate_field *field = &campaign->field;
    bool fits = campaign->done_count < sf_gate_field_jobs(field, field->seed_end);
    struct gate_place place = {0};
    if (fits) {
        place = sf_gate_field_at(field, campaign->done_count);
        fits = run->number == place.number && run->arm == place.arm && run->plan == place.plan &&
               run->seed == place.seed;
    }
    if (!fits) {
        return sf_fail(diag, SF_ERR_INPUT, "the store has a run %u that this campaign has not",
                       run->number);
    }
    sf_gate_fold(&campaign->fold, run);
    campaign->done_count++;
    return SF_OK;
}

/* What was wanted, now that it is known how far the time sufficed. */
static void count_wanted(const struct campaign *campaign, struct sf_gate *gate)
{
    const struct gate_field *field = &campaign->field;
    uint32_t floor = field->options->seeds_floor;
    uint32_t seeds_wanted = field->options->seeds_count;
    gate->seeds_count = sf_gate_field_seeds(field, campaign->done_count);
    if (floor > 0) {
        seeds_wanted = floor > gate->seeds_count ? floor : gate->seeds_count;
    }
    gate->wanted_count = 0;
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        gate->scenarios[i].wanted_count = sf_gate_field_wanted(field, i, seeds_wanted);
        gate->wanted_count += gate->scenarios[i].wanted_count;
    }
    if (gate->wanted_count < gate->runs_count) {
        gate->wanted_count = gate->runs_count; /* some of a seed that was not finished */
    }
}

static enum sf_err run_jobs(struct campaign *campaign, struct sf_diag *diag)
{
    const struct sf_gate_options *options = campaign->field.options;
    struct sf_jobs_results none = {0};
    const struct sf_jobs jobs = {
        .count = sf_gate_field_jobs(&campaign->field, options->seeds_count),
        .first = campaign->done_count,
        .floor_count = sf_gate_field_jobs(&campaign->field, options->seeds_floor),
        .workers = options->workers,
        .result_bytes = sizeof(struct sf_campaign_outcome),
        .job_seconds_max =
            options->run_seconds_max > 0 ? 2 * options->run_seconds_max + GRACE_SECONDS : 0,
        .total_seconds_max = options->seconds_max,
        .further_seconds_max = options->seeds_floor > 0 ? options->seconds : 0,
        .hangs_max = SF_GATE_HANGS_MAX,
        .has_hung = has_hung,
        .prepare = prepare,
        .work = work,
        .take = take,
        .settle = settle,
        .progress = progress,
        .context = campaign,
    };
    return jobs.count > 0 ? sf_jobs_run(&jobs, &none, diag) : SF_OK;
}

/* From the store, or explored now and written into it. */
static enum sf_err run_small(const struct campaign *campaign, struct sf_gate *gate,
                             struct sf_diag *diag)
{
    const struct sf_gate_options *options = campaign->field.options;
    struct sf_campaign_small *small = &gate->small;
    if (!campaign->field.has_controls) {
        snprintf(small->not_run, sizeof small->not_run, "the first shard does that");
        return SF_OK;
    }
    if (options->store != NULL) {
        SF_TRY(sf_store_read_small(options->store, options->campaign, small, diag));
        if (small->ran || small->not_run[0] != '\0') {
            return SF_OK;
        }
    }
    SF_TRY(sf_gate_small_compare(options->candidate, options->baseline, options->small_seconds,
                                 small, diag));
    if (options->store == NULL || sf_interrupted()) {
        return SF_OK;
    }
    SF_TRY(sf_store_add_small(options->store, options->campaign, small, diag));
    return sf_store_settle(options->store, diag);
}

static enum sf_err run_campaign(struct campaign *campaign, struct sf_gate *gate,
                                struct sf_diag *diag)
{
    const struct sf_gate_options *options = campaign->field.options;
    if (options->store != NULL) {
        SF_TRY(sf_store_read_runs(options->store, options->campaign, take_stored, campaign, diag));
        gate->stored_count = gate->runs_count;
    }
    gate->box_lacks = sf_box_lacks();
    for (uint32_t i = 0; i < options->plans_count; i++) {
        sf_run_draw_ahead(&options->plans[i]);
    }
    enum sf_err err = run_jobs(campaign, diag);
    if (err == SF_OK) {
        err = run_small(campaign, gate, diag);
    }
    gate->store_failed = err != SF_OK && options->store != NULL && campaign->done_count > 0;
    return err;
}

void sf_gate_begin(struct sf_gate *gate, const struct sf_gate_options *options)
{
    memset(gate, 0, sizeof *gate);
    gate->baseline = options->baseline;
    gate->accepts = options->accepts;
    gate->limits = options->limits;
    gate->leak_rate = options->leak_rate;
    gate->confidence = options->confidence > 0 ? options->confidence : 0.95;
    gate->box_lacks = "";
    gate->scenarios_count = options->plans_count;
    gate->seed_first = options->seed_first;
    gate->shard = options->shard;
    gate->shards_count = options->shards_count > 1 ? options->shards_count : 0;
}

enum sf_err sf_gate_run(const struct sf_gate_options *options, struct sf_gate *gate,
                        struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(gate != NULL);
    SF_ASSERT(options->plans_count > 0);
    SF_ASSERT(options->plans_count <= SF_GATE_SCENARIOS_MAX);
    SF_ASSERT(options->seeds_floor <= options->seeds_count);
    SF_ASSERT(options->seeds_floor == 0 || options->shards_count <= 1);
    sf_gate_begin(gate, options);
    struct campaign *campaign = sf_alloc(1, sizeof *campaign);
    campaign->fold.gate = gate;
    enum sf_err err = sf_gate_field_init(&campaign->field, options, diag);
    if (err == SF_OK) {
        err = run_campaign(campaign, gate, diag);
    }
    if (err == SF_OK || gate->store_failed) {
        count_wanted(campaign, gate);
        sf_gate_sort(gate);
        sf_gate_conclude(gate);
    }
    if (err == SF_OK && gate->comparison.ran && !sf_interrupted()) {
        err = sf_gate_differ(&campaign->field, gate, diag);
    }
    sf_gate_field_fini(&campaign->field);
    free(campaign);
    return err;
}

bool sf_gate_is_complete(const struct sf_gate *gate)
{
    SF_ASSERT(gate != NULL);
    return !gate->store_failed && !sf_interrupted() && gate->runs_count >= gate->wanted_count;
}
