#include "harness/replay/sweep.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/run/jobs.h"
#include "harness/run/run.h"

const uint32_t sf_sweep_loss_percent[SF_SWEEP_LOSSES_COUNT] = {0, 10, 20, 30, 40, 50};
const uint32_t sf_sweep_delay_ms[SF_SWEEP_DELAYS_COUNT] = {20, 200, 400, 800, 1200};

enum {
    CELLS_COUNT = SF_SWEEP_DELAYS_COUNT * SF_SWEEP_LOSSES_COUNT,
    GOOD_HOMES_MAX = 44, /* of each group: enough to take stills from */
    MINUTES_MAX = 10,
};

uint64_t sf_sweep_milli_per_hour(const struct sf_sweep_cell *cell)
{
    SF_ASSERT(cell != NULL);
    return cell->viewer_seconds > 0 ? cell->strays_count * 3600 * 1000 / cell->viewer_seconds : 0;
}

/* The one entry of the time line is the heal. */
static uint32_t healthy_network(const struct sf_plan *plan)
{
    SF_ASSERT(plan->timeline_count == 1);
    SF_ASSERT(plan->timeline[0].action == SF_ACTION_HEAL);
    return plan->timeline[0].network_index;
}

static void injure(struct sf_netem_config *link, uint32_t loss_percent, uint32_t delay_ms)
{
    link->delay_ns = delay_ms * SF_MS;
    link->jitter_ns = link->delay_ns / 2;
    link->loss_model = SF_NETEM_LOSS_RANDOM;
    link->loss = (uint32_t)((uint64_t)SF_NETEM_ALWAYS * loss_percent / 100);
    link->loss_correlation = 0;
}

/* Fewer homes and minutes, for there are many cells. */
static void make_small(struct sf_plan *plan)
{
    uint32_t healthy = healthy_network(plan);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        struct sf_plan_group *group = &plan->groups[i];
        if (group->network_index == healthy && group->homes_count > GOOD_HOMES_MAX) {
            group->homes_count = GOOD_HOMES_MAX;
        }
    }
    sf_ns too_long_ns = plan->duration_ns - MINUTES_MAX * SF_MINUTE;
    if (too_long_ns > 0 && plan->timeline[0].at_ns > too_long_ns) {
        plan->duration_ns -= too_long_ns;
        plan->timeline[0].at_ns -= too_long_ns;
    }
}

static void make_cell(const struct sf_plan *small, uint32_t cell, struct sf_plan *plan)
{
    uint32_t healthy = healthy_network(small);
    *plan = *small;
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        if (i != healthy && plan->networks[i].states_count == 0) {
            uint32_t loss_percent = sf_sweep_loss_percent[cell % SF_SWEEP_LOSSES_COUNT];
            uint32_t delay_ms = sf_sweep_delay_ms[cell / SF_SWEEP_LOSSES_COUNT];
            injure(&plan->networks[i].up, loss_percent, delay_ms);
            injure(&plan->networks[i].down, loss_percent, delay_ms);
        }
    }
}

struct field {
    uint64_t seed_first;
    double run_seconds_max;
    struct sf_plan *plans; /* by cell */
    struct sf_run_caches *caches;
};

static void *prepare(void *context)
{
    (void)context;
    return sf_runner_create();
}

static void work(void *context, void *runner, uint32_t index, void *result_out)
{
    const struct field *field = context;
    const struct sf_run_options options = {
        .seed = field->seed_first + index / CELLS_COUNT,
        .seconds_max = field->run_seconds_max,
    };
    sf_run(runner, &field->plans[index % CELLS_COUNT], field->caches, &options, result_out);
}

static void count_run(struct sf_sweep *sweep, uint32_t index, const struct sf_run_result *result)
{
    uint32_t cell = index % CELLS_COUNT;
    struct sf_sweep_cell *to =
        &sweep->cells[cell / SF_SWEEP_LOSSES_COUNT][cell % SF_SWEEP_LOSSES_COUNT];
    to->runs_count++;
    to->strays_count += result->tally.paths[SF_PATH_HUB].strays_count;
    to->viewer_seconds += sweep->poor_homes_count * (uint64_t)(result->duration_ns / SF_SECOND);
}

static void describe(const struct sf_plan *plan, struct sf_sweep *sweep)
{
    uint32_t healthy = healthy_network(plan);
    *sweep = (struct sf_sweep){
        .homes_count = sf_plan_homes_count(plan),
        .duration_ns = plan->duration_ns,
    };
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        bool poor = plan->groups[i].network_index != healthy;
        sweep->poor_homes_count += poor ? plan->groups[i].homes_count : 0;
    }
}

enum sf_err sf_sweep_run(const struct sf_plan *plan, uint64_t seed_first, uint32_t workers,
                         double run_seconds_max, struct sf_sweep *sweep, struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(sweep != NULL);
    SF_ASSERT(sweep != NULL);
    struct field field = {
        .seed_first = seed_first,
        .run_seconds_max = run_seconds_max,
        .plans = sf_alloc(CELLS_COUNT, sizeof *field.plans),
        .caches = sf_alloc(1, sizeof *field.caches),
    };
    struct sf_plan *small = sf_alloc(1, sizeof *small);
    struct sf_jobs_results results = {0};
    *small = *plan;
    make_small(small);
    describe(small, sweep);
    for (uint32_t cell = 0; cell < CELLS_COUNT; cell++) {
        make_cell(small, cell, &field.plans[cell]);
    }
    const struct sf_jobs jobs = {
        .count = CELLS_COUNT * SF_SWEEP_SEEDS_COUNT,
        .workers = workers,
        .result_bytes = sizeof(struct sf_run_result),
        .prepare = prepare,
        .work = work,
        .context = &field,
    };
    enum sf_err err = sf_run_load_caches(small, field.caches, diag);
    if (err == SF_OK) {
        err = sf_jobs_run(&jobs, &results, diag);
    }
    for (uint32_t i = 0; i < jobs.count && err == SF_OK; i++) {
        if (results.statuses[i].end == SF_JOB_DONE) {
            count_run(sweep, i,
                      (const struct sf_run_result *)(const void *)(results.results +
                                                                   i * jobs.result_bytes));
        }
    }
    sf_jobs_free(&results);
    free(small);
    free(field.plans);
    free(field.caches);
    return err;
}
