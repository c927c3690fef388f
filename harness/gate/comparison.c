#include "harness/gate/comparison.h"

#include <math.h>

#include "harness/base/assert.h"

enum { CANDIDATE, BASELINE };

/* ---- the table of figures ---- */

static const struct {
    const char *name;
    const char *unit;
    bool is_relative;
    bool larger_is_worse;
    const char *meaning;
} figures[] = {
#define X(ID, name, unit, relative, larger, meaning) {name, unit, relative, larger, meaning},
    SF_GATE_FIGURES(X)
#undef X
};

const char *sf_gate_figure_name(enum sf_gate_figure_kind kind)
{
    SF_ASSERT(kind < SF_GATE_FIGURES_COUNT);
    return figures[kind].name;
}

const char *sf_gate_figure_unit(enum sf_gate_figure_kind kind)
{
    SF_ASSERT(kind < SF_GATE_FIGURES_COUNT);
    return figures[kind].unit;
}

const char *sf_gate_figure_meaning(enum sf_gate_figure_kind kind)
{
    SF_ASSERT(kind < SF_GATE_FIGURES_COUNT);
    return figures[kind].meaning;
}

bool sf_gate_figure_is_relative(enum sf_gate_figure_kind kind)
{
    SF_ASSERT(kind < SF_GATE_FIGURES_COUNT);
    return figures[kind].is_relative;
}

/* ---- counting ---- */

static void count_first(uint32_t *count, struct sf_gate_where *first,
                        const struct sf_campaign_run *run)
{
    if ((*count)++ == 0) {
        *first = (struct sf_gate_where){.plan = run->plan, .seed = run->seed};
    }
}

static void add_service(struct sf_gate_service *service, const struct sf_campaign_figures *is)
{
    service->asks_count += is->asks_count;
    service->own_whole_count += is->own_whole_count;
    service->blank_count += is->blank_count;
    service->fetches_count += is->fetches_count;
    service->memory_bytes_sum += is->memory_bytes;
    service->memory_runs_count += is->memory_bytes > 0;
    for (uint32_t i = 0; i < SF_WAITS_BUCKETS; i++) {
        service->firsts.counts[i] += is->firsts.counts[i];
    }
}

/* Both caches alone, under one scenario and seed. */
static void count_pair(struct sf_gate_comparison *comparison, const struct sf_gate_turn *turn,
                       const struct sf_campaign_run *run)
{
    uint64_t group = run->seed % SF_GATE_GROUPS;
    if (!turn->candidate_done || run->status.end != SF_JOB_DONE) {
        return;
    }
    comparison->pairs_count++;
    if (turn->candidate_hash == run->outcome.trace_hash) {
        comparison->same_count++;
    } else if (comparison->pairs_count == comparison->same_count + 1) {
        comparison->differs_at = (struct sf_gate_where){.plan = run->plan, .seed = run->seed};
    }
    add_service(&comparison->services[CANDIDATE][group], &turn->candidate);
    add_service(&comparison->services[BASELINE][group], &run->outcome.figures);
}

static void count_beside(struct sf_gate_comparison *comparison, const struct sf_gate_turn *turn,
                         enum sf_arm arm, bool failed, const struct sf_campaign_run *run)
{
    struct sf_gate_arm *is = &comparison->arms[arm];
    if (failed && !turn->baseline_failed) {
        count_first(&is->worse_count, &is->worse_at, run);
    } else if (!failed && turn->baseline_failed) {
        count_first(&is->better_count, &is->better_at, run);
    }
    if (failed && !turn->baseline_failed && !turn->candidate_failed) {
        count_first(&is->only_count, &is->only_at, run);
    }
}

void sf_gate_compare(struct sf_gate_comparison *comparison, struct sf_gate_turn *turn,
                     const struct sf_campaign_run *run, bool failed, bool stray)
{
    SF_ASSERT(comparison != NULL);
    SF_ASSERT(turn != NULL);
    SF_ASSERT(run->arm >= SF_ARM_CANDIDATE);
    struct sf_gate_arm *arm = &comparison->arms[run->arm];
    arm->runs_count++;
    arm->failed_count += failed;
    arm->stray_count += stray;
    arm->ended_count += run->status.end != SF_JOB_DONE || run->outcome.ended.code != 0;
    if (run->arm == SF_ARM_CANDIDATE) {
        turn->candidate_failed = failed;
        turn->candidate_done = run->status.end == SF_JOB_DONE;
        turn->candidate_hash = run->outcome.trace_hash;
        turn->candidate = run->outcome.figures;
        return;
    }
    comparison->ran = true;
    if (run->arm == SF_ARM_BASELINE) {
        turn->baseline_failed = failed;
        turn->baseline_stray = stray;
        count_pair(comparison, turn, run);
        count_beside(comparison, turn, SF_ARM_CANDIDATE, turn->candidate_failed, run);
    } else {
        count_beside(comparison, turn, run->arm, failed, run);
    }
}

/* ---- figures ---- */

/* All groups but one; SF_GATE_GROUPS: all. */
static void sum_services(const struct sf_gate_service *groups, uint32_t left_out,
                         struct sf_gate_service *sum)
{
    *sum = (struct sf_gate_service){0};
    for (uint32_t i = 0; i < SF_GATE_GROUPS; i++) {
        const struct sf_gate_service *is = &groups[i];
        if (i == left_out) {
            continue;
        }
        sum->asks_count += is->asks_count;
        sum->own_whole_count += is->own_whole_count;
        sum->blank_count += is->blank_count;
        sum->fetches_count += is->fetches_count;
        sum->memory_bytes_sum += is->memory_bytes_sum;
        sum->memory_runs_count += is->memory_runs_count;
        for (uint32_t bucket = 0; bucket < SF_WAITS_BUCKETS; bucket++) {
            sum->firsts.counts[bucket] += is->firsts.counts[bucket];
        }
    }
}

static double ratio(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

/* NAN: not measured. */
static double value_of(const struct sf_gate_service *service, enum sf_gate_figure_kind kind)
{
    switch (kind) {
    case SF_GATE_FIGURE_OWN_SHARE:
        return ratio(service->own_whole_count, service->asks_count);
    case SF_GATE_FIGURE_FIRST_STILL:
        return sf_waits_quantile_ms(&service->firsts, 0.5);
    case SF_GATE_FIGURE_FIRST_STILL_P90:
        return sf_waits_quantile_ms(&service->firsts, 0.9);
    case SF_GATE_FIGURE_BLANKS:
        return ratio(service->blank_count, service->asks_count);
    case SF_GATE_FIGURE_FETCHES:
        return ratio(service->fetches_count, service->asks_count);
    case SF_GATE_FIGURE_MEMORY:
        return ratio(service->memory_bytes_sum, service->memory_runs_count) / (1024.0 * 1024.0);
    case SF_GATE_FIGURES_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static double loss_of(enum sf_gate_figure_kind kind, double candidate, double baseline)
{
    double more = figures[kind].larger_is_worse ? candidate - baseline : baseline - candidate;
    if (!figures[kind].is_relative || more == 0.0) {
        return more;
    }
    return more / baseline;
}

/* Both sides, with a group left out. */
static double loss_without(const struct sf_gate_comparison *comparison,
                           enum sf_gate_figure_kind kind, uint32_t left_out)
{
    struct sf_gate_service sums[2];
    sum_services(comparison->services[CANDIDATE], left_out, &sums[CANDIDATE]);
    sum_services(comparison->services[BASELINE], left_out, &sums[BASELINE]);
    return loss_of(kind, value_of(&sums[CANDIDATE], kind), value_of(&sums[BASELINE], kind));
}

static enum sf_gate_allowed allowed(const struct sf_gate_figure *figure)
{
    if (!figure->measured || figure->loss_interval.high > figure->limit) {
        bool beyond = figure->measured && figure->loss_interval.low > figure->limit;
        return beyond ? SF_GATE_BEYOND : SF_GATE_UNSURE;
    }
    return SF_GATE_WITHIN;
}

static void measure(struct sf_gate_comparison *comparison, enum sf_gate_figure_kind kind,
                    double confidence)
{
    struct sf_gate_figure *figure = &comparison->figures[kind];
    struct sf_gate_service sums[2];
    double left_out[SF_GATE_GROUPS] = {0};
    uint32_t count = 0;
    sum_services(comparison->services[CANDIDATE], SF_GATE_GROUPS, &sums[CANDIDATE]);
    sum_services(comparison->services[BASELINE], SF_GATE_GROUPS, &sums[BASELINE]);
    figure->candidate = value_of(&sums[CANDIDATE], kind);
    figure->baseline = value_of(&sums[BASELINE], kind);
    figure->loss = loss_of(kind, figure->candidate, figure->baseline);
    figure->measured = isfinite(figure->loss);
    for (uint32_t i = 0; i < SF_GATE_GROUPS && figure->measured; i++) {
        bool is_empty = comparison->services[BASELINE][i].asks_count == 0 &&
                        comparison->services[CANDIDATE][i].asks_count == 0;
        if (!is_empty) {
            left_out[count] = loss_without(comparison, kind, i);
            count += isfinite(left_out[count]) ? 1 : 0;
        }
    }
    figure->loss_interval = sf_jackknife(figure->loss, left_out, count, confidence);
}

void sf_gate_compare_end(struct sf_gate_comparison *comparison, const struct sf_gate_limits *limits,
                         double confidence)
{
    SF_ASSERT(comparison != NULL);
    SF_ASSERT(confidence > 0.0 && confidence < 1.0);
    enum { ARMS_COMPARED = SF_ARMS_COUNT - SF_ARM_BASELINE - 1 };
    if (!comparison->ran) {
        return;
    }
    for (int i = SF_ARM_BASELINE + 1; i < SF_ARMS_COUNT; i++) {
        struct sf_gate_arm *arm = &comparison->arms[i];
        /* One of several arms is worse by chance more often than a certain one (Bonferroni). */
        arm->is_worse =
            sf_sign_test(arm->worse_count, arm->better_count) < (1.0 - confidence) / ARMS_COMPARED;
    }
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        struct sf_gate_figure *figure = &comparison->figures[i];
        measure(comparison, (enum sf_gate_figure_kind)i, confidence);
        if (limits != NULL && limits->losses[i] >= 0.0) {
            figure->limit = limits->losses[i];
            figure->allowed = allowed(figure);
        }
    }
}
