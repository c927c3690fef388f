/* The gate before a deploy: a candidate cache in every scenario of a set, over many seeds, on all
 * processors. Before its verdict is believed, a cache that is known to leak must be caught by the
 * same scenarios, and a correct one must pass them. A finding is reproducible only if the cache is
 * deterministic: one seed of each scenario is run twice. */
#ifndef STRAYFRAME_GATE_GATE_H
#define STRAYFRAME_GATE_GATE_H

#include "harness/campaign/campaign.h"
#include "harness/campaign/store.h"
#include "harness/gate/accept.h"
#include "harness/gate/comparison.h"
#include "harness/run/compare.h"
#include "harness/run/run.h"

enum { SF_GATE_SCENARIOS_MAX = 64, SF_GATE_FINDS_MAX = 64, SF_GATE_HANGS_MAX = 4 };

/* A run ends after this many stray pictures: the next thousand says nothing that these do not. */
enum { SF_GATE_STRAYS_MAX = 1000 };

struct sf_gate_options {
    const char *candidate; /* by name, as in a plan */
    const char *baseline; /* what the candidate is compared with, and takes over from; NULL: none */
    const struct sf_plan
        *plans; /* the scenarios; the caches that they name are replaced by the candidate */
    uint32_t plans_count; /* 1 to SF_GATE_SCENARIOS_MAX */
    uint64_t seed_first;
    uint32_t seeds_count;   /* for each scenario, at most */
    uint32_t seeds_floor;   /* this many are run whatever `seconds` says; 0: all of seeds_count */
    double seconds;         /* with a floor: no run of a further seed starts after this real time */
    uint32_t workers;       /* 0: one for each processor */
    double seconds_max;     /* no run at all starts after this real time, and the verdict is then
                               at best inconclusive; 0: no bound */
    double small_seconds;   /* of CPU time, for the candidate in small worlds; 0: not tried */
    double run_seconds_max; /* a cache that works or sleeps for longer in a run counts as hung */
    uint32_t shard; /* from 1: which part of the seeds is run; with the first, the controls */
    uint32_t shards_count;  /* 0 or 1: all of it */
    struct sf_store *store; /* NULL: nothing is kept. Borrowed */
    double leak_rate;       /* to be excluded, as a share of the runs; 0: none was named */
    double confidence;      /* of bounds and intervals; 0: 0.95 */
    const struct sf_gate_limits *limits; /* of regressions; NULL: none. Borrowed */
    const struct sf_accepts *accepts;    /* NULL: none. Borrowed, by the result too */
    int64_t campaign; /* in the store; its runs are counted, and the others are run */
    void (*progress)(void *context, uint32_t done_count, uint32_t count);
    void *progress_context;
};

/* The verdict in the word that an approver needs. Exit codes go by `verdict`: all but pass,
 * inconclusive and broken are a fail. */
enum sf_gate_kind {
    SF_GATE_PASS,
    SF_GATE_LEAK,         /* a viewer received another tenant's picture, or what depends on it */
    SF_GATE_VIOLATION,    /* another promise was broken: owners are not served, a crash, a hang */
    SF_GATE_REGRESSION,   /* worse than the baseline by more than was allowed */
    SF_GATE_INCONCLUSIVE, /* not enough was seen */
    SF_GATE_SHARD,        /* one part of a campaign: sf_gate_merge gives the verdict */
    SF_GATE_BROKEN,       /* the controls did not hold: the gate itself cannot be believed */
};

/* "leak" */
const char *sf_gate_kind_name(enum sf_gate_kind kind);

/* Does a finding count for the verdict? */
enum sf_gate_standing {
    SF_GATE_COUNTS,
    SF_GATE_ACCEPTED,    /* by the user, until a day */
    SF_GATE_OF_BASELINE, /* the baseline alone shows it too, or fails wherever it occurs; the
                            candidate alone does not */
};

enum sf_gate_find_kind { SF_GATE_FINDING, SF_GATE_CRASH, SF_GATE_HANG };

/* Findings of one signature: of one oracle, to viewers of one kind, answered from inside one
 * function of the cache, and for a broken contract with one code; or crashes by one signal; or
 * hangs. Shown by the first of them. */
struct sf_gate_find {
    enum sf_gate_find_kind kind;
    enum sf_arm arm; /* of the first; of the baseline only if no other arm has it */
    uint32_t plan;   /* the same; index */
    uint64_t seed;
    struct sf_cache_ended ended; /* CRASH, HANG: how. Code 0: its worker went with it, by the signal
                                    `subject`, 0 for none */
    struct sf_finding finding;   /* FINDING */
    uint32_t runs_count;         /* runs with this signature, without those of the baseline alone */
    uint32_t arms_count[SF_ARMS_COUNT]; /* the same by arm, with those of the baseline */
    /* Of runs_count: where the baseline alone, under the same scenario and seed, had no finding (of
     * another tenant's pictures, if this is one). */
    uint32_t unexplained_count;
    enum sf_gate_standing standing;
    const struct sf_accepted *accepted; /* by the user, perhaps until a day in the past; NULL */
};

/* The results of one scenario under all its seeds. */
struct sf_gate_scenario {
    uint32_t wanted_count;
    uint32_t runs_count;
    uint32_t ended_count; /* of those: runs that the cache ended by a crash, or that hung */
    uint64_t ended_seed;  /* the first of those */
    enum sf_arm ended_arm;
    double seconds; /* of real time, of all its runs together; 0: they are from a store */
    /* The first seed is run again, in a process that has run it before. */
    bool again_ran;     /* both runs finished */
    bool again_differs; /* and differed: the cache is not deterministic */
    struct {
        uint64_t evidence_count;
        uint32_t wanted_count; /* runs that concern this oracle */
        uint32_t failed_count; /* runs with a finding */
        uint64_t failed_seed;  /* the first of those, and its first finding */
        enum sf_arm failed_arm;
        struct sf_finding finding;
    } oracles[SF_ORACLES_MAX]; /* in the order of sf_oracles() */
};

/* What the controls showed: is the verdict to be believed? */
struct sf_gate_controls {
    uint32_t leaky_caught_count;
    uint32_t leaky_runs_count;
    uint32_t sound_failed_count;
    uint32_t sound_runs_count;
};

struct sf_gate {
    enum sf_verdict verdict;
    enum sf_gate_kind kind; /* the same in other words */
    struct sf_gate_controls controls;
    const char *baseline;      /* of the options */
    uint32_t shard;            /* of the options */
    uint32_t shards_count;     /* 0: all of them, or merged */
    char missing[512];         /* of a merged campaign: shards that are missing or not complete */
    uint32_t stored_count;     /* runs of the candidate that the store had already */
    bool store_failed;         /* the store could not be written, and ended the campaign */
    const char *box_lacks;     /* what the kernel did not give to a foreign cache's box; "" */
    char reason[2048];         /* one sentence */
    uint32_t seeds_count;      /* under how many seeds every scenario was run */
    uint32_t runs_count;       /* that came to an end */
    uint32_t wanted_count;     /* that were to be run */
    uint32_t failed_count;     /* runs with a finding, crashes and hangs included */
    uint32_t stray_count;      /* of those: a viewer received another tenant's picture or a piece */
    uint32_t cut_count;        /* of those: ended after SF_GATE_STRAYS_MAX stray pictures */
    uint32_t ended_count;      /* of the failed ones: crashes and hangs */
    uint32_t hung_count;       /* of those: hangs */
    uint32_t differs_count;    /* scenarios of which a seed run twice did not give the same run */
    uint32_t not_tested_count; /* probes that fewer runs reached than the gate requires */
    uint32_t pairs_count;      /* runs that were followed by one with other stills of a tenant */
    uint64_t seed_first;       /* the seed that is run twice */
    uint64_t traces_hash;      /* of the traces of all runs: equal for two builds of a cache that
                                  did the same in each of them */
    struct sf_campaign_small small; /* what small worlds showed */
    uint64_t findings_count;        /* all of them */
    uint32_t finds_count;           /* signatures */
    uint32_t finds_lost_count;      /* runs with a signature for which there was no room */
    uint32_t of_baseline_count;     /* signatures that the baseline alone has too */
    double leak_rate;               /* of the options */
    double confidence;
    struct sf_gate_comparison comparison;
    /* Where the traces of candidate and baseline first differ: in the first run that is newly
     * failing, else in the first that is newly passing, else in the first pair that differs. */
    bool has_difference;
    struct sf_gate_where difference_at;
    struct sf_difference difference;
    uint32_t accepted_count; /* signatures that are accepted, and do not count for the verdict */
    const struct sf_accepts *accepts;             /* of the options */
    const struct sf_gate_limits *limits;          /* the same */
    struct sf_gate_find finds[SF_GATE_FINDS_MAX]; /* strays first, then in order of the oracles */
    uint64_t evidence[SF_ORACLES_MAX];            /* in all runs */
    uint64_t findings[SF_ORACLES_MAX];            /* the same */
    uint32_t failed[SF_ORACLES_MAX];              /* runs with a finding of it */
    bool wanted[SF_ORACLES_MAX];                  /* by any run */
    uint32_t probes[SF_PROBES_COUNT];             /* runs that reached each */
    uint32_t scenarios_count;
    struct sf_gate_scenario scenarios[SF_GATE_SCENARIOS_MAX]; /* in order of the plans */
};

/* SF_ERR_INPUT for a candidate that cannot be loaded. When the store cannot be written, the error
 * is returned and `store_failed` is set: the verdict is then about the runs until then. */
SF_MUST_USE enum sf_err sf_gate_run(const struct sf_gate_options *options, struct sf_gate *gate_out,
                                    struct sf_diag *diag);

/* The verdict that the shards of a campaign give together. The stores of its shards are added one
 * after the other, in order; then it is concluded. Controls, quotas and bounds count over the
 * whole. `missing` names shards that were not added, or are not complete; "" for none. Of the
 * options baseline, seeds, accepts, limits and confidence count. */
struct sf_gate_merge;
struct sf_gate_merge *sf_gate_merge_create(struct sf_gate *gate,
                                           const struct sf_gate_options *options,
                                           uint32_t scenarios_count);
SF_MUST_USE enum sf_err sf_gate_merge_add(struct sf_gate_merge *merge, struct sf_store *store,
                                          int64_t campaign, uint32_t wanted_count,
                                          struct sf_diag *diag);
/* Frees it, too. */
void sf_gate_merge_conclude(struct sf_gate_merge *merge, const char *missing);

/* The fewest seeds under which at least this many runs have the candidate in them. */
uint32_t sf_gate_seeds_for(const struct sf_gate_options *options, uint64_t runs_count);

/* Has every run been made that was wanted? */
bool sf_gate_is_complete(const struct sf_gate *gate);

/* The plan as the gate runs it: every cache in it is `cache`. With a `baseline`, that one runs
 * until the first deploy; a scenario without a deploy has `cache` from the start. */
void sf_gate_plan(const struct sf_plan *scenario, const char *baseline, const char *cache,
                  struct sf_plan *plan_out);

/* Seeds by which each run of the gate is followed by a second one, in which the stills of one
 * tenant are others (scenarios with `vary` go by that): the content with one of eight, the length
 * with another one. */
enum sf_plan_vary sf_gate_vary(uint64_t seed);

/* The signature as a name, by which a finding can be accepted: "no-stray-pixels:hub:on_request",
 * "contract:SF_CACHE_E_ANSWERED:none:on_timer", "crash:11". */
void sf_gate_find_name(const struct sf_gate_find *find, struct sf_text *out);

/* What passing that many runs is worth: a defect that shows in more than 1 run of the returned
 * number would have been seen with a certainty of 95 %. 1 - 0.05^(1/n), turned round; 0 for 0. */
uint32_t sf_gate_seen_from(uint32_t runs_count);

/* Does this oracle speak of another tenant's picture, or a piece of one? */
bool sf_gate_is_stray(uint32_t oracle);

#endif
