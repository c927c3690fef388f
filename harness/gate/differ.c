/* The first event in which candidate and baseline differ. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/gate/field.h"
#include "harness/run/twice.h"

struct pair {
    const struct gate_field *field;
    struct sf_gate_where at;
};

struct differed {
    bool ran;
    struct sf_difference difference;
};

static void work(void *context, void *prepared, uint32_t index, void *result_out)
{
    (void)prepared;
    (void)index;
    const struct pair *pair = context;
    struct differed *differed = result_out;
    struct sf_run_result *result = sf_alloc(1, sizeof *result);
    const struct sf_run_sides sides = {
        .plans = {sf_gate_field_plan(pair->field, SF_ARM_CANDIDATE, pair->at.plan),
                  sf_gate_field_plan(pair->field, SF_ARM_BASELINE, pair->at.plan)},
        .caches = {sf_gate_field_caches(pair->field, SF_ARM_CANDIDATE, pair->at.plan),
                   sf_gate_field_caches(pair->field, SF_ARM_BASELINE, pair->at.plan)},
    };
    const struct sf_run_options options = {.seed = pair->at.seed,
                                           .strays_max = SF_GATE_STRAYS_MAX,
                                           .seconds_max = pair->field->options->run_seconds_max};
    /* Without a temporary file there is no answer, which is no failure of the campaign. */
    differed->ran = sf_run_sides(&sides, &options, result, &differed->difference, NULL) == SF_OK;
    free(result);
}

/* The pair that tells most. */
static bool choose(const struct sf_gate_comparison *comparison, struct sf_gate_where *at)
{
    const struct sf_gate_arm *alone = &comparison->arms[SF_ARM_CANDIDATE];
    if (alone->worse_count > 0) {
        *at = alone->worse_at;
    } else if (alone->better_count > 0) {
        *at = alone->better_at;
    } else if (comparison->same_count < comparison->pairs_count) {
        *at = comparison->differs_at;
    } else {
        return false;
    }
    return true;
}

enum sf_err sf_gate_differ(const struct gate_field *field, struct sf_gate *gate,
                           struct sf_diag *diag)
{
    SF_ASSERT(field != NULL);
    SF_ASSERT(gate != NULL);
    struct pair pair = {.field = field};
    struct sf_jobs_results results = {0};
    if (!choose(&gate->comparison, &pair.at)) {
        return SF_OK;
    }
    const struct sf_jobs jobs = {
        .count = 1,
        .workers = 1,
        .result_bytes = sizeof(struct differed),
        .job_seconds_max = 2 * field->options->run_seconds_max + 10,
        .work = work,
        .context = &pair,
    };
    SF_TRY(sf_jobs_run(&jobs, &results, diag));
    const struct differed *differed = (const struct differed *)(const void *)results.results;
    if (results.statuses[0].end == SF_JOB_DONE && differed->ran && differed->difference.found) {
        gate->has_difference = true;
        gate->difference_at = pair.at;
        gate->difference = differed->difference;
    }
    sf_jobs_free(&results);
    return SF_OK;
}
