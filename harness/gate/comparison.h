/* A candidate beside the baseline, run by run under the same scenario and seed: which of them
 * failed, and how well each served. The figures are those of the two caches alone. */
#ifndef STRAYFRAME_GATE_COMPARISON_H
#define STRAYFRAME_GATE_COMPARISON_H

#include "harness/campaign/campaign.h"
#include "harness/measure/interval.h"

/* Pairs are divided by their seed, for the intervals. */
enum { SF_GATE_GROUPS = 20 };

struct sf_gate_where {
    uint32_t plan;
    uint64_t seed;
};

/* The runs of one arm. */
struct sf_gate_arm {
    uint32_t runs_count;
    uint32_t failed_count;
    uint32_t stray_count;
    uint32_t ended_count; /* crashes and hangs */
    /* Beside the baseline alone: */
    uint32_t worse_count;          /* it failed where the baseline did not */
    uint32_t better_count;         /* the baseline failed where it did not */
    uint32_t only_count;           /* it failed where neither cache alone did */
    struct sf_gate_where worse_at; /* the first of each */
    struct sf_gate_where better_at;
    struct sf_gate_where only_at;
    bool is_worse; /* than chance would have it: sf_sign_test */
};

/* What viewers got of one cache alone. */
struct sf_gate_service {
    uint64_t asks_count;
    uint64_t own_whole_count;
    uint64_t blank_count;
    uint64_t fetches_count;
    uint64_t memory_bytes_sum;
    uint64_t memory_runs_count; /* in which it was measured */
    struct sf_waits firsts;
};

/* X(ID, name, unit, relative, larger_is_worse, meaning) */
#define SF_GATE_FIGURES(X)                                                                       \
    X(OWN_SHARE, "own-share", "%", false, false, "requests that showed the owner's own picture") \
    X(FIRST_STILL, "first-still", "ms", true, true, "time to the first own still, median")       \
    X(FIRST_STILL_P90, "first-still-p90", "ms", true, true, "the same, 90th percentile")         \
    X(BLANKS, "blanks", "%", false, true, "requests after which nothing could be shown")         \
    X(FETCHES, "fetches", "", true, true, "fetches from cameras for each request")               \
    X(MEMORY, "memory", "MiB", true, true, "peak of resident memory of a process of the cache")

enum sf_gate_figure_kind {
#define X(ID, ...) SF_GATE_FIGURE_##ID,
    SF_GATE_FIGURES(X)
#undef X
        SF_GATE_FIGURES_COUNT
};

const char *sf_gate_figure_name(enum sf_gate_figure_kind kind);
const char *sf_gate_figure_unit(enum sf_gate_figure_kind kind);
const char *sf_gate_figure_meaning(enum sf_gate_figure_kind kind);
/* Is its change a share of the baseline's value? Else it is in points of a percentage. */
bool sf_gate_figure_is_relative(enum sf_gate_figure_kind kind);

enum sf_gate_allowed {
    SF_GATE_NO_LIMIT,
    SF_GATE_WITHIN, /* the whole interval is */
    SF_GATE_UNSURE, /* a part of it is */
    SF_GATE_BEYOND, /* none of it is */
};

struct sf_gate_figure {
    bool measured;    /* on both sides */
    double baseline;  /* a share, ms, a number, MiB */
    double candidate; /* the same */
    double loss;      /* how much worse the candidate is, as a share; negative: better */
    struct sf_interval loss_interval;
    double limit; /* of the loss; where there is one */
    enum sf_gate_allowed allowed;
};

/* Limits of --max-regression, by figure: the largest loss, as a share; negative: none. */
struct sf_gate_limits {
    double losses[SF_GATE_FIGURES_COUNT];
};

struct sf_gate_comparison {
    bool ran; /* there is a baseline */
    struct sf_gate_arm arms[SF_ARMS_COUNT];
    uint32_t pairs_count;            /* scenarios and seeds under which both caches ran alone */
    uint32_t same_count;             /* of those: with the same trace */
    struct sf_gate_where differs_at; /* the first of the others */
    struct sf_gate_service services[2][SF_GATE_GROUPS]; /* the candidate's, the baseline's */
    struct sf_gate_figure figures[SF_GATE_FIGURES_COUNT];
};

/* The run before, of the same scenario and seed, alone. */
struct sf_gate_turn {
    bool candidate_failed;
    bool baseline_failed;
    bool baseline_stray;
    bool candidate_done;
    uint64_t candidate_hash;
    struct sf_campaign_figures candidate;
};

/* Counts a run of an arm; runs come in the order of arms. */
void sf_gate_compare(struct sf_gate_comparison *comparison, struct sf_gate_turn *turn,
                     const struct sf_campaign_run *run, bool failed, bool stray);

/* Figures, intervals and what is worse, from what was counted. */
void sf_gate_compare_end(struct sf_gate_comparison *comparison, const struct sf_gate_limits *limits,
                         double confidence);

#endif
