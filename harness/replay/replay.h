/* The replay of an incident in arms: each cache on each network for each path, and the update going
 * live on a running service. The results are compared with the published facts, F1 to F12. */
#ifndef STRAYFRAME_REPLAY_REPLAY_H
#define STRAYFRAME_REPLAY_REPLAY_H

#include "harness/run/jobs.h"
#include "harness/run/run.h"
#include "harness/replay/stories.h"
#include "harness/replay/sweep.h"

enum sf_replay_cache { SF_REPLAY_BEFORE, SF_REPLAY_UPDATE, SF_REPLAY_FIX, SF_REPLAY_CACHES_COUNT };
enum sf_replay_network { SF_REPLAY_GOOD, SF_REPLAY_POOR, SF_REPLAY_NETWORKS_COUNT };

/* Arms are numbered: (cache * networks + network) * paths + path; the last one is the live update.
 */
enum {
    SF_REPLAY_LIVE = SF_REPLAY_CACHES_COUNT * SF_REPLAY_NETWORKS_COUNT * SF_PATHS_COUNT,
    SF_REPLAY_ARMS_COUNT,
    SF_REPLAY_FACTS_COUNT = 12,
};

static inline uint32_t sf_replay_arm(enum sf_replay_cache cache, enum sf_replay_network network,
                                     enum sf_path path)
{
    return ((uint32_t)cache * SF_REPLAY_NETWORKS_COUNT + (uint32_t)network) * SF_PATHS_COUNT +
           (uint32_t)path;
}

/* "update, poor network, hub"; "update goes live". Static. */
const char *sf_replay_arm_name(uint32_t arm);

/* A mechanism that could have been the update. */
struct sf_hypothesis {
    const char *id;                             /* "H1" */
    const char *defect;                         /* its class: "D05" */
    const char *mechanism;                      /* one sentence, without the point */
    const char *caches[SF_REPLAY_CACHES_COUNT]; /* NULL: as in the replay */
    /* More than 0: a leak during a rolling deploy only. Its runs have this number of nodes, begin
     * with the cache before and deploy the other node by node. */
    uint32_t rolling_nodes_count;
    uint32_t delta_every; /* one still in this many is whole, deltas between; 0: all are whole */
};

enum {
    SF_HYPOTHESES_MAX = 16,
    SF_HYPOTHESIS_RUNS_COUNT = 4, /* that each has of its own, for each seed */
    /* Their runs end with this many strays, the live one excepted: more would show nothing new. */
    SF_HYPOTHESIS_STRAYS_MAX = 5000,
};
#define SF_HYPOTHESIS_NO_ROW UINT32_MAX

struct sf_replay_options {
    const struct sf_plan *plan;                 /* the live scenario: from it the arms are made */
    const char *caches[SF_REPLAY_CACHES_COUNT]; /* by name, as in a plan */
    const struct sf_hypothesis *hypotheses;     /* borrowed as long as the replay; may be NULL */
    uint32_t hypotheses_count;
    uint64_t seed_first;
    uint32_t seeds_count;
    bool sweep;       /* over loss and delay too */
    bool stories;     /* keep exhibits of the first seed and tell their stories: two more runs */
    uint32_t workers; /* 0: one for each processor */
    double run_seconds_max; /* sf_run_options.seconds_max of each run */
    void (*progress)(void *context, uint32_t done_count, uint32_t count);
    void *progress_context;
};

/* One run of an arm. */
struct sf_replay_run {
    struct sf_run_result result;
    struct sf_exhibits exhibits; /* of the live arm and of the update on poor networks, first seed
                                    only; none without `stories` */
    struct sf_kept_stories stories; /* of the exhibits */
};

struct sf_fact {
    char id[4];            /* "F1" */
    const char *statement; /* the published fact, in one sentence */
    bool holds;            /* over every seed */
    bool judged;           /* false: some run gave no evidence */
    char figure[256];      /* what it rests on */
};

struct sf_hypothesis_result {
    const struct sf_hypothesis *hypothesis;
    uint32_t row; /* of its runs; SF_HYPOTHESIS_NO_ROW: it is the replay itself */
    bool explains_all;
    struct sf_fact facts[SF_REPLAY_FACTS_COUNT]; /* judged on its arms */
};

struct sf_replay {
    uint32_t seeds_count;
    uint64_t seed_first;
    uint32_t homes_count;
    sf_ns duration_ns;
    struct sf_jobs_results jobs; /* of seeds_count * SF_REPLAY_ARMS_COUNT runs */
    struct sf_fact facts[SF_REPLAY_FACTS_COUNT];
    uint32_t crashed_count;      /* runs that did not finish */
    uint32_t ended_count;        /* runs that ended early, with their cache */
    struct sf_cache_ended ended; /* the first of these */

    uint32_t hypotheses_count;
    struct sf_hypothesis_result hypotheses[SF_HYPOTHESES_MAX];
    uint32_t hypothesis_rows_count;
    struct sf_jobs_results hypothesis_jobs; /* by seed, row and run */
    struct sf_sweep sweep;
};

/* The runs by which the facts are judged: the replay's own, or a hypothesis's where it has some. */
struct sf_replay_view {
    const struct sf_replay *replay;
    uint32_t row; /* SF_HYPOTHESIS_NO_ROW: the replay's own */
};

/* All zeros if the run crashed. */
const struct sf_run_result *sf_replay_see(const struct sf_replay_view *view, uint32_t seed_index,
                                          uint32_t arm);

/* Runs all arms for all seeds. SF_ERR_INPUT for a cache that cannot be loaded or a plan that is no
 * replay (no heal, no deploy). */
SF_MUST_USE enum sf_err sf_replay_run(const struct sf_replay_options *options,
                                      struct sf_replay *replay_out, struct sf_diag *diag);
void sf_replay_free(struct sf_replay *replay);

/* The run of an arm under the seed with this index; its `result` is all zeros if it crashed. */
const struct sf_replay_run *sf_replay_get(const struct sf_replay *replay, uint32_t seed_index,
                                          uint32_t arm);

/* The plan of an arm, made from the live one. */
void sf_replay_arm_plan(const struct sf_plan *live,
                        const char *const caches[SF_REPLAY_CACHES_COUNT], uint32_t arm,
                        struct sf_plan *plan_out);

/* Puts the caches of the arms on the live plan: the first is before, deploys are the update, then
 * the fix. */
void sf_replay_set_caches(struct sf_plan *live, const char *const caches[SF_REPLAY_CACHES_COUNT]);

/* Judges every fact. sf_replay_run has done it for the replay and for each hypothesis. */
void sf_replay_judge_view(const struct sf_replay_view *view,
                          struct sf_fact facts_out[SF_REPLAY_FACTS_COUNT]);

#endif
