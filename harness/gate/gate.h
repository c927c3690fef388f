/* The gate before a deploy: a candidate cache in every scenario of a set, over many seeds, on all
 * processors. Before its verdict is believed, a cache that is known to leak must be caught by the
 * same scenarios, and a correct one must pass them. A finding is reproducible only if the cache is
 * deterministic: one seed of each scenario is run twice. */
#ifndef STRAYFRAME_GATE_GATE_H
#define STRAYFRAME_GATE_GATE_H

#include "harness/gate/small_worlds.h"
#include "harness/run/jobs.h"
#include "harness/run/run.h"

enum { SF_GATE_SCENARIOS_MAX = 64, SF_GATE_FINDS_MAX = 64, SF_GATE_HANGS_MAX = 4 };

/* A run ends after this many stray pictures: the next thousand says nothing that these do not. */
enum { SF_GATE_STRAYS_MAX = 1000 };

struct sf_gate_options {
    const char *candidate; /* by name, as in a plan */
    const char *baseline;  /* the version that a deploy replaces; NULL: the candidate itself */
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
    void (*progress)(void *context, uint32_t done_count, uint32_t count);
    void *progress_context;
};

enum sf_gate_find_kind { SF_GATE_FINDING, SF_GATE_CRASH, SF_GATE_HANG };

/* Findings of one signature: of one oracle, to viewers of one kind, answered from inside one
 * function of the cache, and for a broken contract with one code; or crashes by one signal; or
 * hangs. Shown by the first of them. */
struct sf_gate_find {
    enum sf_gate_find_kind kind;
    uint32_t plan; /* index; of the first */
    uint64_t seed;
    struct sf_cache_ended ended; /* CRASH, HANG: how. Code 0: its worker went with it, by the signal
                                    `subject`, 0 for none */
    struct sf_finding finding;   /* FINDING */
    uint32_t runs_count;         /* runs with this signature */
};

/* The results of one scenario under all its seeds. */
struct sf_gate_scenario {
    uint32_t wanted_count;
    uint32_t runs_count;
    uint32_t ended_count; /* of those: runs that the cache ended by a crash, or that hung */
    uint64_t ended_seed;  /* the first of those */
    /* The first seed is run again, in a process that has run it before. */
    bool again_ran;     /* both runs finished */
    bool again_differs; /* and differed: the cache is not deterministic */
    struct {
        uint64_t evidence_count;
        uint32_t wanted_count; /* runs that concern this oracle */
        uint32_t failed_count; /* runs with a finding */
        uint64_t failed_seed;  /* the first of those, and its first finding */
        struct sf_finding finding;
    } oracles[SF_ORACLES_MAX]; /* in the order of sf_oracles() */
};

struct sf_gate {
    enum sf_verdict verdict;
    const char *baseline;      /* of the options */
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
    struct sf_gate_small small;                   /* what small worlds showed */
    uint64_t findings_count;                      /* all of them */
    uint32_t finds_count;                         /* signatures */
    struct sf_gate_find finds[SF_GATE_FINDS_MAX]; /* strays first, then in order of the oracles */
    uint64_t evidence[SF_ORACLES_MAX];            /* in all runs */
    uint64_t findings[SF_ORACLES_MAX];            /* the same */
    uint32_t failed[SF_ORACLES_MAX];              /* runs with a finding of it */
    bool wanted[SF_ORACLES_MAX];                  /* by any run */
    uint32_t probes[SF_PROBES_COUNT];             /* runs that reached each */
    uint32_t scenarios_count;
    struct sf_gate_scenario scenarios[SF_GATE_SCENARIOS_MAX]; /* in order of the plans */
};

/* SF_ERR_INPUT for a candidate that cannot be loaded. */
SF_MUST_USE enum sf_err sf_gate_run(const struct sf_gate_options *options, struct sf_gate *gate_out,
                                    struct sf_diag *diag);

/* The plan as the gate runs it: every cache in it is `cache`. With a `baseline`, that one runs
 * until the first deploy; a scenario without a deploy has `cache` from the start. */
void sf_gate_plan(const struct sf_plan *scenario, const char *baseline, const char *cache,
                  struct sf_plan *plan_out);

/* Seeds by which each run of the gate is followed by a second one, in which the stills of one
 * tenant are others (scenarios with `vary` go by that): the content with one of eight, the length
 * with another one. */
enum sf_plan_vary sf_gate_vary(uint64_t seed);

/* What passing that many runs is worth: a defect that shows in more than 1 run of the returned
 * number would have been seen with a certainty of 95 %. 1 - 0.05^(1/n), turned round; 0 for 0. */
uint32_t sf_gate_seen_from(uint32_t runs_count);

/* Does this oracle speak of another tenant's picture, or a piece of one? */
bool sf_gate_is_stray(uint32_t oracle);

#endif
