/* The gate before a deploy: a candidate cache in every scenario of a folder, over many seeds, on
 * all processors. Before its verdict is believed, a cache that is known to leak must be caught by
 * the same scenarios, and one that is known to be sound must pass them. A find is believed to
 * repeat under its seed: whether the candidate's runs do is tried with one seed of each scenario.
 */
#ifndef STRAYFRAME_GATE_GATE_H
#define STRAYFRAME_GATE_GATE_H

#include "harness/run/jobs.h"
#include "harness/run/run.h"

enum { SF_GATE_SCENARIOS_MAX = 64, SF_GATE_FINDS_MAX = 256 };

struct sf_gate_options {
    const char *candidate; /* by name, as in a plan */
    const char *baseline;  /* what it takes over from where a scenario deploys; NULL: itself */
    const struct sf_plan
        *plans; /* the scenarios; the caches that they name are replaced by the candidate */
    uint32_t plans_count; /* 1 to SF_GATE_SCENARIOS_MAX */
    uint64_t seed_first;
    uint32_t seeds_count;   /* for each scenario */
    uint32_t workers;       /* 0: one for each processor */
    double seconds_max;     /* no run starts after this; 0: no bound */
    double run_seconds_max; /* a run that takes longer counts as hung */
    bool quotas;            /* probes that too few runs came past make it inconclusive */
    void (*progress)(void *context, uint32_t done_count, uint32_t count);
    void *progress_context;
};

enum sf_gate_find_kind { SF_GATE_FINDING, SF_GATE_CRASH, SF_GATE_HANG };

/* The first finding of one oracle in one run, or the end of the cache's process. */
struct sf_gate_find {
    enum sf_gate_find_kind kind;
    uint32_t plan; /* index */
    uint64_t seed;
    uint32_t signal_number;    /* CRASH */
    struct sf_finding finding; /* FINDING */
    uint64_t findings_count;   /* FINDING: of this oracle in this run */
};

/* What became of one scenario under all its seeds. */
struct sf_gate_scenario {
    uint32_t wanted_count;
    uint32_t runs_count;
    uint32_t
        ended_count; /* of those: runs that the cache ended by a crash or never came back from */
    uint64_t ended_seed; /* the first of those */
    /* The first seed is run again, in a process that has run it before. */
    bool again_ran;     /* both times */
    bool again_differs; /* and they were not the same: the cache is not deterministic */
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
    const char *baseline;   /* of the options */
    char reason[1024];      /* one sentence */
    uint32_t runs_count;    /* that came to an end */
    uint32_t wanted_count;  /* that were asked for */
    uint32_t failed_count;  /* runs with a finding, crashes and hangs included */
    uint32_t stray_count;   /* of those: somebody got a picture of another tenant's, or a piece */
    uint32_t ended_count;   /* of those: crashes and hangs */
    uint32_t differs_count; /* scenarios of which a seed run twice did not give the same run */
    uint64_t seed_first;    /* the seed that is run twice */
    uint64_t finds_count;   /* all of them */
    uint32_t finds_kept;
    struct sf_gate_find finds[SF_GATE_FINDS_MAX]; /* in order of scenario and seed */
    uint64_t evidence[SF_ORACLES_MAX];            /* in all runs */
    uint64_t findings[SF_ORACLES_MAX];            /* the same */
    uint32_t failed[SF_ORACLES_MAX];              /* runs with a finding of it */
    bool wanted[SF_ORACLES_MAX];                  /* by any run */
    uint32_t probes[SF_PROBES_COUNT];             /* runs that came past each */
    uint32_t scenarios_count;
    struct sf_gate_scenario scenarios[SF_GATE_SCENARIOS_MAX]; /* in order of the plans */
};

/* SF_ERR_INPUT for a candidate that cannot be loaded. */
SF_MUST_USE enum sf_err sf_gate_run(const struct sf_gate_options *options, struct sf_gate *gate_out,
                                    struct sf_diag *diag);

/* The plan as the gate runs it: every cache in it is `cache`. With a `baseline`, what runs before
 * the first deploy is that one; a scenario that deploys nothing has `cache` from the start. */
void sf_gate_plan(const struct sf_plan *scenario, const char *baseline, const char *cache,
                  struct sf_plan *plan_out);

#endif
