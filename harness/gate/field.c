/* Which runs make a campaign: the number of a run, and what is run under it. */
#include "harness/gate/field.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/gate/rollout.h"

/* The controls: what must be caught, and what must pass. Their runs come first. */
enum { CONTROL_SEEDS = 4 };
#define CONTROL_LEAKY "builtin:canary-tenantless"
#define CONTROL_SOUND "builtin:boxing-day-fix"

/* Runs before the comparison: both controls under some seeds, and the repetition of the first seed,
 * which comes before the runs that it repeats: a budget that ends early has both. */
static const enum sf_arm controls[] = {SF_ARM_LEAKY, SF_ARM_SOUND, SF_ARM_AGAIN};
enum { CONTROLS_COUNT = sizeof controls / sizeof controls[0] };

static struct sf_turns one_each(const struct gate_field *field)
{
    return (struct sf_turns){field->options->plans, field->options->plans_count, NULL};
}

static uint32_t control_seeds(const struct gate_field *field, enum sf_arm arm)
{
    uint32_t most = arm == SF_ARM_AGAIN ? 1 : CONTROL_SEEDS;
    return field->options->seeds_count < most ? field->options->seeds_count : most;
}

static uint32_t controls_count(const struct gate_field *field)
{
    const struct sf_turns turns = one_each(field);
    uint32_t count = 0;
    for (int i = 0; i < CONTROLS_COUNT; i++) {
        count += sf_turns_count(&turns, control_seeds(field, controls[i]));
    }
    return count;
}

/* ---- plans ---- */

/* Without a baseline there is nothing to compare with. */
static bool has_arm(const struct sf_gate_options *options, enum sf_arm arm, uint32_t plan)
{
    return arm <= SF_ARM_CANDIDATE ||
           (options->baseline != NULL && sf_rollout_has(&options->plans[plan], arm));
}

/* Arm number `time` of the comparison. */
static enum sf_arm arm_of(const struct sf_gate_options *options, uint32_t plan, uint32_t time)
{
    int arm = SF_ARM_CANDIDATE;
    while (!has_arm(options, (enum sf_arm)arm, plan) || time-- > 0) {
        arm++;
        SF_ASSERT(arm < SF_ARMS_COUNT);
    }
    return (enum sf_arm)arm;
}

static enum sf_err add_plan(struct gate_field *field, enum sf_arm arm, uint32_t plan,
                            struct sf_diag *diag)
{
    const struct sf_gate_options *options = field->options;
    const struct sf_plan *scenario = &options->plans[plan];
    struct sf_plan *to = sf_gate_field_plan(field, arm, plan);
    if (arm == SF_ARM_LEAKY || arm == SF_ARM_SOUND) {
        sf_gate_plan(scenario, NULL, arm == SF_ARM_LEAKY ? CONTROL_LEAKY : CONTROL_SOUND, to);
    } else if (options->baseline != NULL) {
        sf_rollout_plan(scenario, arm == SF_ARM_AGAIN ? SF_ARM_CANDIDATE : arm, options->baseline,
                        options->candidate, to);
    } else {
        sf_gate_plan(scenario, NULL, options->candidate, to);
    }
    return sf_run_load_caches(to, sf_gate_field_caches(field, arm, plan), diag);
}

enum sf_err sf_gate_field_init(struct gate_field *field, const struct sf_gate_options *options,
                               struct sf_diag *diag)
{
    SF_ASSERT(field != NULL);
    SF_ASSERT(options != NULL);
    uint32_t shards_count = options->shards_count > 0 ? options->shards_count : 1;
    uint32_t shard = options->shards_count > 0 ? options->shard : 1;
    SF_ASSERT(shard >= 1 && shard <= shards_count);
    *field = (struct gate_field){.options = options};
    size_t count = (size_t)options->plans_count * SF_ARMS_COUNT;
    field->plans = sf_alloc(count, sizeof *field->plans);
    field->caches = sf_alloc(count, sizeof *field->caches);
    for (uint32_t plan = 0; plan < options->plans_count; plan++) {
        for (int arm = 0; arm < SF_ARMS_COUNT; arm++) {
            if (has_arm(options, (enum sf_arm)arm, plan)) {
                field->times[plan] += arm >= SF_ARM_CANDIDATE;
                SF_TRY(add_plan(field, (enum sf_arm)arm, plan, diag));
            }
        }
    }
    field->turns = (struct sf_turns){options->plans, options->plans_count, field->times};
    field->controls_count = controls_count(field);
    field->seed_begin = (uint32_t)((uint64_t)options->seeds_count * (shard - 1) / shards_count);
    field->seed_end = (uint32_t)((uint64_t)options->seeds_count * shard / shards_count);
    field->has_controls = shard == 1;
    field->number_first =
        shard == 1 ? 0 : field->controls_count + sf_turns_count(&field->turns, field->seed_begin);
    return SF_OK;
}

void sf_gate_field_fini(struct gate_field *field)
{
    SF_ASSERT(field != NULL);
    free(field->plans);
    free(field->caches);
}

struct sf_plan *sf_gate_field_plan(const struct gate_field *field, enum sf_arm arm, uint32_t plan)
{
    SF_ASSERT(plan < field->options->plans_count);
    return &field->plans[(uint32_t)arm * field->options->plans_count + plan];
}

struct sf_run_caches *sf_gate_field_caches(const struct gate_field *field, enum sf_arm arm,
                                           uint32_t plan)
{
    SF_ASSERT(plan < field->options->plans_count);
    return &field->caches[(uint32_t)arm * field->options->plans_count + plan];
}

/* ---- numbers ---- */

uint32_t sf_gate_field_jobs(const struct gate_field *field, uint32_t seeds_count)
{
    uint32_t end = seeds_count < field->seed_end ? seeds_count : field->seed_end;
    uint32_t begin = end < field->seed_begin ? end : field->seed_begin;
    return (field->has_controls ? field->controls_count : 0) + sf_turns_count(&field->turns, end) -
           sf_turns_count(&field->turns, begin);
}

uint32_t sf_gate_field_wanted(const struct gate_field *field, uint32_t plan, uint32_t seeds_count)
{
    /* All arms but the baseline's. */
    uint32_t times = field->times[plan] - (field->options->baseline != NULL);
    const struct sf_turns one = {&field->options->plans[plan], 1, &times};
    uint32_t end = seeds_count < field->seed_end ? seeds_count : field->seed_end;
    uint32_t begin = end < field->seed_begin ? end : field->seed_begin;
    return sf_turns_count(&one, end) - sf_turns_count(&one, begin);
}

uint32_t sf_gate_seeds_for(const struct sf_gate_options *options, uint64_t runs_count)
{
    SF_ASSERT(options != NULL);
    uint32_t times[SF_GATE_SCENARIOS_MAX] = {0};
    for (uint32_t plan = 0; plan < options->plans_count; plan++) {
        for (int arm = SF_ARM_CANDIDATE; arm < SF_ARMS_COUNT; arm++) {
            times[plan] +=
                sf_arm_has_candidate((enum sf_arm)arm) && has_arm(options, (enum sf_arm)arm, plan);
        }
    }
    const struct sf_turns turns = {options->plans, options->plans_count, times};
    uint32_t seeds = 1;
    while (sf_turns_count(&turns, seeds) < runs_count && seeds < UINT32_MAX / 2) {
        seeds *= 2;
    }
    for (uint32_t step = seeds / 2; step > 0; step /= 2) {
        seeds -= seeds > step && sf_turns_count(&turns, seeds - step) >= runs_count ? step : 0;
    }
    return seeds;
}

/* A control, by its number. */
static struct gate_place control_at(const struct gate_field *field, uint32_t number)
{
    const struct sf_turns turns = one_each(field);
    int at = 0;
    uint32_t count = sf_turns_count(&turns, control_seeds(field, controls[0]));
    while (number >= count) {
        number -= count;
        at++;
        SF_ASSERT(at < CONTROLS_COUNT);
        count = sf_turns_count(&turns, control_seeds(field, controls[at]));
    }
    struct sf_turn turn = sf_turns_at(&turns, number);
    return (struct gate_place){
        .arm = controls[at], .plan = turn.plan, .seed = field->options->seed_first + turn.seed};
}

struct gate_place sf_gate_field_at(const struct gate_field *field, uint32_t job)
{
    SF_ASSERT(field != NULL);
    uint32_t number = field->number_first + job;
    if (number < field->controls_count) {
        struct gate_place place = control_at(field, number);
        place.number = number;
        return place;
    }
    struct sf_turn turn = sf_turns_at(&field->turns, number - field->controls_count);
    return (struct gate_place){.number = number,
                               .arm = arm_of(field->options, turn.plan, turn.time),
                               .plan = turn.plan,
                               .seed = field->options->seed_first + turn.seed};
}

uint32_t sf_gate_field_seeds(const struct gate_field *field, uint32_t jobs_done)
{
    SF_ASSERT(field != NULL);
    uint32_t number = field->number_first + jobs_done;
    if (jobs_done >= sf_gate_field_jobs(field, field->seed_end)) {
        return field->seed_end - field->seed_begin;
    }
    if (number < field->controls_count) {
        return 0;
    }
    return sf_turns_at(&field->turns, number - field->controls_count).seed - field->seed_begin;
}
