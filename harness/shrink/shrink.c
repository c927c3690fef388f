#include "harness/shrink/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/shrink/private.h"
#include "harness/scenario/scenario.h"

bool sf_shrink_is_over(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->options != NULL);
    const struct sf_shrink_options *options = shrink->options;
    if (shrink->runs_count >= options->runs_max ||
        (options->expired != NULL && options->expired(options->context))) {
        shrink->out_of_budget = true;
    }
    return shrink->out_of_budget;
}

/* ---- one attempt ---- */

static const struct sf_cache_module *module_of(const struct shrink *shrink, const char *spec)
{
    for (uint32_t i = 0; i < shrink->specs_count; i++) {
        if (strcmp(shrink->specs[i], spec) == 0) {
            return &shrink->modules[i];
        }
    }
    SF_UNREACHABLE();
}

static void choose_modules(struct shrink *shrink)
{
    const struct sf_plan *plan = &shrink->attempt;
    shrink->caches.modules[0] = *module_of(shrink, plan->cache);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            shrink->caches.modules[1 + i] = *module_of(shrink, plan->timeline[i].cache);
        }
    }
}

enum { RUN_SECONDS = 10 };

/* A cache that hangs must not hold up the search for longer than it may take. Whether there is
 * anything to shrink, the first run shall find out. */
static double run_seconds_max(const struct shrink *shrink)
{
    const struct sf_shrink_options *options = shrink->options;
    if (options->seconds_left == NULL || shrink->runs_count <= 1) {
        return RUN_SECONDS;
    }
    double left = options->seconds_left(options->context);
    return left > RUN_SECONDS ? RUN_SECONDS : left < 0.1 ? 0.1 : left;
}

static void run_here(struct shrink *shrink, const struct sf_trace_listener *listener,
                     struct sf_run_result *result)
{
    /* An attempt that goes wild is no smaller plan. */
    uint64_t events_max = shrink->found.events > 0 ? 4 * shrink->found.events + 10000 : 0;
    double seconds_max = run_seconds_max(shrink);
    struct sf_run_options options = {
        .seed = shrink->attempt.seed, .events_max = events_max, .seconds_max = seconds_max};
    if (listener != NULL) {
        options.listeners[options.listeners_count++] = *listener;
    }
    sf_run(shrink->runner, &shrink->attempt, &shrink->caches, &options, result);
    if (result->ended.code == SF_CACHE_E_HUNG && seconds_max < RUN_SECONDS) {
        result->findings_kept = 0; /* it was given too little time to tell */
    }
}

/* Before an oracle is chosen: the first stray, or else the first finding. */
const struct sf_finding *sf_shrink_finding(const struct shrink *shrink)
{
    const struct sf_finding *found = NULL;
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->result.findings_kept <= SF_FINDINGS_KEPT_MAX);
    for (uint32_t i = 0; i < shrink->result.findings_kept; i++) {
        const struct sf_finding *finding = &shrink->result.findings[i];
        if (shrink->oracle != UINT32_MAX && finding->oracle != shrink->oracle) {
            continue;
        }
        if (shrink->oracle != UINT32_MAX || sf_oracles()[finding->oracle]->of_strays) {
            return finding;
        }
        found = found == NULL ? finding : found;
    }
    return found;
}

bool sf_shrink_fails(struct shrink *shrink, const struct sf_trace_listener *listener)
{
    SF_ASSERT(shrink != NULL);
    shrink->runs_count++;
    choose_modules(shrink);
    run_here(shrink, listener, &shrink->result);
    return sf_shrink_finding(shrink) != NULL;
}

static uint32_t asks_of(const struct sf_run_result *result)
{
    return (uint32_t)(result->tally.paths[0].asks_count + result->tally.paths[1].asks_count);
}

void sf_shrink_keep(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(sf_shrink_finding(shrink) != NULL);
    SF_ASSERT(shrink->result.events_count > 0);
    memcpy(&shrink->found.plan, &shrink->attempt, sizeof shrink->found.plan);
    shrink->found.finding = *sf_shrink_finding(shrink);
    shrink->found.events = shrink->result.events_count;
    shrink->found.asks = asks_of(&shrink->result);
    if (shrink->options->progress != NULL) {
        shrink->options->progress(shrink->options->context, shrink->runs_count);
    }
}

bool sf_shrink_keep_if_sooner(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(sf_shrink_finding(shrink) != NULL);
    sf_ns at_ns = sf_shrink_finding(shrink)->at_ns;
    bool sooner = at_ns < shrink->found.finding.at_ns - shrink->found.finding.at_ns / 16;
    if (sooner) {
        sf_shrink_keep(shrink);
    }
    return sooner;
}

struct sf_plan *sf_shrink_attempt(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.plan.groups_count > 0);
    memcpy(&shrink->attempt, &shrink->found.plan, sizeof shrink->attempt);
    return &shrink->attempt;
}

bool sf_shrink_try(struct shrink *shrink, bool reseed)
{
    SF_ASSERT(shrink != NULL);
    sf_plan_normalise(sf_run_schema(), &shrink->attempt);
    if (sf_plan_check(&shrink->attempt, sf_run_schema(), NULL) != SF_OK) {
        return false;
    }
    uint64_t seed = shrink->attempt.seed;
    /* A list of fates belongs to its seed; other seeds help only where it is nearly empty. */
    enum { FEW_FATES = 10 };
    bool others = reseed && shrink->attempt.fates_count <= FEW_FATES;
    uint32_t seeds_count = others ? shrink->options->seeds_count : 1;
    for (uint32_t i = 0; i < seeds_count && !sf_shrink_is_over(shrink); i++) {
        shrink->attempt.seed = i == 0 ? seed : i;
        if (sf_shrink_fails(shrink, NULL)) {
            sf_shrink_keep(shrink);
            return true;
        }
    }
    return false;
}

bool sf_shrink_parts(struct shrink *shrink, uint32_t count, bool reseed,
                     bool (*leave_out)(struct sf_plan *plan, uint32_t from, uint32_t to))
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(leave_out != NULL);
    bool smaller = false;
    for (uint32_t size = (count + 1) / 2; size > 0; size = size > 1 ? (size + 1) / 2 : 0) {
        /* From behind: what is late matters less, and indices before it stay. */
        for (uint32_t to = count; to > 0 && !sf_shrink_is_over(shrink);) {
            uint32_t from = to > size ? to - size : 0;
            if (leave_out(sf_shrink_attempt(shrink), from, to) && sf_shrink_try(shrink, reseed)) {
                count -= to - from;
                smaller = true;
            }
            to = from;
        }
    }
    return smaller;
}

/* ---- from the plan to the answer ---- */

static enum sf_err add_spec(struct shrink *shrink, const char *spec, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < shrink->specs_count; i++) {
        if (strcmp(shrink->specs[i], spec) == 0) {
            return SF_OK;
        }
    }
    uint32_t index = shrink->specs_count++;
    snprintf(shrink->specs[index], sizeof shrink->specs[index], "%s", spec);
    struct sf_plan *plan = &shrink->attempt;
    sf_plan_default(sf_run_schema(), plan);
    snprintf(plan->cache, sizeof plan->cache, "%s", spec);
    SF_TRY(sf_run_load_caches(plan, &shrink->caches, diag));
    shrink->modules[index] = shrink->caches.modules[0];
    return SF_OK;
}

static enum sf_err load_caches(struct shrink *shrink, const struct sf_plan *plan,
                               struct sf_diag *diag)
{
    SF_TRY(add_spec(shrink, plan->cache, diag));
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            SF_TRY(add_spec(shrink, plan->timeline[i].cache, diag));
        }
    }
    return SF_OK;
}

static void fill_in(struct shrink *shrink, struct sf_shrunk *shrunk)
{
    struct sf_plan *plan = &shrunk->plan;
    memcpy(plan, &shrink->found.plan, sizeof *plan);
    plan->expect = SF_EXPECT_FAIL;
    snprintf(plan->expect_oracle, sizeof plan->expect_oracle, "%s",
             sf_oracles()[shrink->oracle]->name);
    snprintf(plan->title, sizeof plan->title, "Shrunk from %s, by the oracle %s", plan->name,
             plan->expect_oracle);
    sf_plan_normalise(sf_run_schema(), plan);
    shrunk->finding = shrink->found.finding;
    shrunk->events_after = shrink->found.events;
    shrunk->asks_after = shrink->found.asks;
    shrunk->homes_after = sf_plan_homes_count(plan);
    shrunk->faults_after = sf_shrink_faults(plan);
    sf_shrink_necessities(shrink, shrunk);
    shrunk->runs_count = shrink->runs_count;
}

static enum sf_err shrink_it(struct shrink *shrink, const struct sf_plan *plan,
                             struct sf_shrunk *shrunk, struct sf_diag *diag)
{
    SF_TRY(load_caches(shrink, plan, diag));
    shrink->oracle = shrink->options->oracle;
    if (!sf_shrink_begin(shrink, plan, plan->seed)) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "%s: under seed %llu there is no finding%s%s: there is nothing to shrink",
                       plan->name, (unsigned long long)plan->seed,
                       shrink->oracle == UINT32_MAX ? "" : " of the oracle ",
                       shrink->oracle == UINT32_MAX ? "" : sf_oracles()[shrink->oracle]->name);
    }
    shrink->oracle = sf_shrink_finding(shrink)->oracle;
    shrunk->homes_before = sf_plan_homes_count(plan);
    shrunk->events_before = shrink->result.events_count;
    shrunk->asks_before = asks_of(&shrink->result);
    sf_shrink_keep(shrink);
    sf_shrink_search(shrink, plan);
    shrunk->out_of_budget = shrink->out_of_budget;
    shrink->out_of_budget = false;
    fill_in(shrink, shrunk);
    return SF_OK;
}

enum sf_err sf_shrink(const struct sf_plan *plan, const struct sf_shrink_options *options,
                      struct sf_shrunk *shrunk_out, struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(shrunk_out != NULL);
    SF_ASSERT(options->runs_max > 0);
    SF_ASSERT(options->seeds_count > 0);
    struct shrink *shrink = sf_alloc(1, sizeof *shrink);
    shrink->options = options;
    shrink->runner = sf_runner_create();
    memset(shrunk_out, 0, sizeof *shrunk_out);
    enum sf_err err = shrink_it(shrink, plan, shrunk_out, diag);
    sf_runner_destroy(shrink->runner);
    free(shrink);
    return err;
}
