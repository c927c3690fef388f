#include "harness/gate/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/gate/gate.h"
#include "harness/gate/turns.h"
#include "harness/run/jobs.h"

/* The outcome of a run. */
struct outcome {
    uint32_t oracles;  /* bit set of those that found something */
    sf_ns first_at_ns; /* the first finding */
    sf_ns duration_ns;
};

_Static_assert(SF_ORACLES_MAX <= 32, "oracles fit the bit set");

enum side { SIDE_DEFECT, SIDE_TWIN, SIDES_COUNT };

struct field {
    const struct sf_prove_options *options;
    struct sf_turns turns;
    uint32_t classes_count;
    const struct sf_defect *classes[SF_PROOFS_MAX];
};

struct place {
    uint32_t class;
    enum side side;
    uint32_t plan;
    uint64_t seed;
};

/* A worker makes the plans that it needs one after the other. */
struct worker {
    struct sf_runner *runner;
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_run_result result;
    struct place loaded;
    bool is_loaded;
};

static uint32_t defect_runs_of_class(const struct field *field)
{
    return sf_turns_count(&field->turns, field->options->seeds_count);
}

static uint32_t runs_of_class(const struct field *field)
{
    return defect_runs_of_class(field) +
           sf_turns_count(&field->turns, field->options->twin_seeds_count);
}

static struct place place_of(const struct field *field, uint32_t index)
{
    uint32_t defect_runs = defect_runs_of_class(field);
    struct place place = {.class = index / runs_of_class(field)};
    index %= runs_of_class(field);
    if (index >= defect_runs) {
        place.side = SIDE_TWIN;
        index -= defect_runs;
    }
    struct sf_turn turn = sf_turns_at(&field->turns, index);
    place.plan = turn.plan;
    place.seed = field->options->seed_first + turn.seed;
    return place;
}

static const char *cache_of(const struct field *field, struct place place)
{
    const struct sf_defect *defect = field->classes[place.class];
    return place.side == SIDE_TWIN ? defect->twin : defect->cache;
}

/* ---- runs ---- */

static void *prepare(void *context)
{
    (void)context;
    struct worker *worker = sf_alloc(1, sizeof *worker);
    worker->runner = sf_runner_create();
    return worker;
}

static bool same_cache_and_plan(struct place a, struct place b)
{
    return a.class == b.class && a.side == b.side && a.plan == b.plan;
}

static void work(void *context, void *prepared, uint32_t index, void *result_out)
{
    const struct field *field = context;
    struct worker *worker = prepared;
    struct place place = place_of(field, index);
    if (!worker->is_loaded || !same_cache_and_plan(worker->loaded, place)) {
        sf_gate_plan(&field->options->plans[place.plan], field->classes[place.class]->before,
                     cache_of(field, place), &worker->plan);
        enum sf_err err = sf_run_load_caches(&worker->plan, &worker->caches, NULL);
        SF_ASSERT(err == SF_OK); /* each was loaded once before */
        worker->loaded = place;
        worker->is_loaded = true;
    }
    struct sf_run_result *result = &worker->result;
    sf_run(worker->runner, &worker->plan, &worker->caches,
           &(struct sf_run_options){.seed = place.seed, .strays_max = SF_GATE_STRAYS_MAX}, result);
    struct outcome *outcome = result_out;
    *outcome = (struct outcome){.duration_ns = result->duration_ns};
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        outcome->oracles |= result->oracles[i].findings_count > 0 ? 1u << i : 0;
    }
    if (result->findings_kept > 0) {
        outcome->first_at_ns = result->findings[0].at_ns;
    }
}

/* ---- counting ---- */

static uint32_t oracle_index(const char *name)
{
    uint32_t index = 0;
    while (sf_oracles()[index] != NULL && strcmp(sf_oracles()[index]->name, name) != 0) {
        index++;
    }
    SF_ASSERT(sf_oracles()[index] != NULL);
    return index;
}

static uint32_t oracles_count(void)
{
    uint32_t count = 0;
    while (sf_oracles()[count] != NULL) {
        count++;
    }
    return count;
}

uint32_t sf_removals_count(void)
{
    return oracles_count() + 1;
}

struct sf_removal sf_removal_at(uint32_t index)
{
    SF_ASSERT(index < sf_removals_count());
    struct sf_removal removal = {.oracles = 1u << index};
    const char *second = "";
    if (index == oracles_count()) {
        index = oracle_index(sf_oracle_no_stray_pixels.name);
        second = sf_oracle_no_stray_bytes.name;
        removal.oracles = 1u << index | 1u << oracle_index(second);
    }
    snprintf(removal.name, sizeof removal.name, "%s%s%s", sf_oracles()[index]->name,
             second[0] != '\0' ? ", " : "", second);
    return removal;
}

static void count_defect_run(struct sf_proof *proof, uint32_t plan, const struct outcome *outcome,
                             bool died)
{
    uint32_t meant = 1u << oracle_index(proof->defect->oracle);
    SF_ASSERT(plan < SF_PROVE_SCENARIOS_MAX);
    proof->runs_count++;
    proof->scenarios[plan].runs_count++;
    proof->scenarios[plan].caught_count += outcome->oracles != 0 || died;
    proof->scenarios[plan].meant_count += (outcome->oracles & meant) != 0;
    proof->caught_count += outcome->oracles != 0 || died;
    proof->meant_count += (outcome->oracles & meant) != 0;
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        proof->oracle_counts[i] += (outcome->oracles >> i & 1) != 0;
    }
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        proof->left_counts[i] += (outcome->oracles & ~sf_removal_at(i).oracles) != 0 || died;
    }
}

static void count_twin_run(struct sf_proof *proof, struct place place,
                           const struct outcome *outcome, bool died)
{
    proof->twin_runs_count++;
    if (outcome->oracles == 0 && !died) {
        return;
    }
    if (proof->false_alarms_count++ == 0) {
        proof->false_alarm_seed = place.seed;
        proof->false_alarm_plan = place.plan;
    }
}

static int compare_runs(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a;
    uint32_t other = *(const uint32_t *)b;
    return one < other ? -1 : one > other ? 1 : 0;
}

static int compare_seconds(const void *a, const void *b)
{
    double one = *(const double *)a;
    double other = *(const double *)b;
    return one < other ? -1 : one > other ? 1 : 0;
}

/* A campaign may begin at any run; after the last comes the first. */
static void find_medians(struct sf_proof *proof, const struct outcome *outcomes, uint32_t count)
{
    if (proof->caught_count == 0) {
        return;
    }
    uint32_t *runs = sf_alloc(count, sizeof *runs);
    double *seconds = sf_alloc(count, sizeof *seconds);
    for (uint32_t start = 0; start < count; start++) {
        uint32_t index = start;
        for (; outcomes[index].oracles == 0; index = (index + 1) % count) {
            if (runs[start]++ == count) {
                break; /* caught only because the process died */
            }
            seconds[start] += (double)outcomes[index].duration_ns / SF_SECOND;
        }
        runs[start]++;
        seconds[start] += (double)outcomes[index].first_at_ns / SF_SECOND;
    }
    qsort(runs, count, sizeof *runs, compare_runs);
    qsort(seconds, count, sizeof *seconds, compare_seconds);
    proof->median_runs = runs[count / 2];
    proof->median_simulated_s = seconds[count / 2];
    free(runs);
    free(seconds);
}

static void count(const struct field *field, const struct sf_jobs_results *results,
                  struct sf_proofs *proofs)
{
    const struct outcome *outcomes = (const struct outcome *)(const void *)results->results;
    uint32_t of_class = runs_of_class(field);
    uint32_t defect_runs = defect_runs_of_class(field);
    proofs->count = field->classes_count;
    proofs->scenarios_count = field->options->plans_count;
    for (uint32_t class = 0; class < field->classes_count; class ++) {
        struct sf_proof *proof = &proofs->proofs[class];
        proof->defect = field->classes[class];
        for (uint32_t i = class * of_class; i < (class + 1) * of_class; i++) {
            struct place place = place_of(field, i);
            if (results->statuses[i].end == SF_JOB_NOT_RUN) {
                continue; /* interrupted */
            }
            bool died = results->statuses[i].end != SF_JOB_DONE;
            if (place.side == SIDE_DEFECT) {
                count_defect_run(proof, place.plan, &outcomes[i], died);
            } else {
                count_twin_run(proof, place, &outcomes[i], died);
            }
        }
        find_medians(proof, &outcomes[class * of_class], defect_runs);
    }
}

/* ---- all together ---- */

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    const struct sf_prove_options *options = ((const struct field *)context)->options;
    if (options->progress != NULL) {
        options->progress(options->progress_context, done_count, count);
    }
}

/* Each takes a pair or two: no worker is needed for them. */
static enum sf_err run_canaries(const struct sf_prove_options *options, struct sf_proofs *proofs,
                                struct sf_diag *diag)
{
    const struct sf_canary *canary = sf_canaries();
    for (; options->only == NULL && canary->cache != NULL; canary++) {
        SF_TRY(sf_canary_run(canary, options->plans, options->plans_count, options->seed_first,
                             &proofs->canary_pairs[proofs->canaries_count++], diag));
    }
    return SF_OK;
}

bool sf_proofs_catch_canaries(const struct sf_proofs *proofs)
{
    SF_ASSERT(proofs != NULL);
    SF_ASSERT(proofs->canaries_count <= SF_CANARIES_MAX);
    for (uint32_t i = 0; i < proofs->canaries_count; i++) {
        if (proofs->canary_pairs[i] == 0) {
            return false;
        }
    }
    return true;
}

static enum sf_err choose_classes(struct field *field, struct sf_diag *diag)
{
    const char *known[SF_PROOFS_MAX + 1] = {NULL};
    uint32_t known_count = 0;
    const char *only = field->options->only;
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        SF_ASSERT(known_count < SF_PROOFS_MAX);
        known[known_count++] = defect->id;
        if (only == NULL || strcmp(defect->id, only) == 0) {
            field->classes[field->classes_count++] = defect;
        }
    }
    if (field->classes_count > 0) {
        return SF_OK;
    }
    const char *nearest = sf_text_nearest(only, known);
    return sf_fail(diag, SF_ERR_INPUT, "there is no class '%s'%s%s%s", only,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

/* Loads each cache once, so that a name that is wrong is an error and not a dead worker. */
static enum sf_err try_caches(const struct field *field, struct sf_diag *diag)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    enum sf_err err = SF_OK;
    for (uint32_t i = 0; i < field->classes_count * SIDES_COUNT && err == SF_OK; i++) {
        struct place place = {.class = i / SIDES_COUNT, .side = (enum side)(i % SIDES_COUNT)};
        sf_gate_plan(&field->options->plans[0], field->classes[place.class]->before,
                     cache_of(field, place), plan);
        err = sf_run_load_caches(plan, caches, diag);
    }
    free(plan);
    free(caches);
    return err;
}

enum sf_err sf_prove(const struct sf_prove_options *options, struct sf_proofs *proofs_out,
                     struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(proofs_out != NULL);
    SF_ASSERT(options->plans_count > 0 && options->seeds_count > 0);
    SF_ASSERT(options->plans_count <= SF_PROVE_SCENARIOS_MAX);
    memset(proofs_out, 0, sizeof *proofs_out);
    struct field field = {
        .options = options,
        .turns = {.plans = options->plans, .plans_count = options->plans_count},
    };
    SF_TRY(choose_classes(&field, diag));
    SF_TRY(try_caches(&field, diag));
    SF_TRY(run_canaries(options, proofs_out, diag));
    const struct sf_jobs jobs = {
        .count = field.classes_count * runs_of_class(&field),
        .workers = options->workers,
        .result_bytes = sizeof(struct outcome),
        .job_seconds_max = 60,
        .prepare = prepare,
        .work = work,
        .progress = progress,
        .context = &field,
    };
    struct sf_jobs_results results;
    for (uint32_t i = 0; i < options->plans_count; i++) {
        sf_run_draw_ahead(&options->plans[i]);
    }
    SF_TRY(sf_jobs_run(&jobs, &results, diag));
    count(&field, &results, proofs_out);
    sf_jobs_free(&results);
    return SF_OK;
}

bool sf_proof_holds(const struct sf_proof *proof)
{
    SF_ASSERT(proof != NULL);
    SF_ASSERT(proof->caught_count <= proof->runs_count);
    return proof->meant_count > 0 && proof->false_alarms_count == 0;
}

bool sf_proof_needs(const struct sf_proof *proof, uint32_t removal)
{
    SF_ASSERT(proof != NULL);
    SF_ASSERT(removal < sf_removals_count());
    return proof->caught_count > 0 && proof->left_counts[removal] == 0;
}
