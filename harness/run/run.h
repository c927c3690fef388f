/* One run: a plan and a seed go in, a verdict with its evidence comes out. */
#ifndef STRAYFRAME_RUN_RUN_H
#define STRAYFRAME_RUN_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/cache/host.h"
#include "harness/cache/load.h"
#include "harness/oracle/influence.h"
#include "harness/oracle/oracle.h"
#include "harness/oracle/probes.h"
#include "harness/judge/exhibit.h"
#include "harness/measure/tally.h"
#include "harness/scenario/plan.h"
#include "harness/trace/trace.h"

/* The schema with every actor's table, for the scenario loader. */
const struct sf_plan_schema *sf_run_schema(void);

/* The caches of a plan, loaded: the first one, and one for each entry of the time line that
 * deploys. */
struct sf_run_caches {
    struct sf_cache_module modules[1 + SF_TIMELINE_MAX];
};

/* Loads one cache by its name, as in a plan. */
SF_MUST_USE enum sf_err sf_run_load_cache(const char *spec, struct sf_cache_module *module_out,
                                          struct sf_diag *diag);

/* The same for small worlds (harness/exhaust), whose worker opens a shared object itself. */
SF_MUST_USE enum sf_err sf_run_load_cache_here(const char *spec, struct sf_cache_module *module_out,
                                               struct sf_diag *diag);

/* Loads each cache that the plan names. SF_ERR_INPUT if one cannot be. */
SF_MUST_USE enum sf_err sf_run_load_caches(const struct sf_plan *plan,
                                           struct sf_run_caches *caches_out, struct sf_diag *diag);

/* Draws what the stills of a plan share, every room by day and by night. Called before worker
 * processes are forked, it is drawn once for all of them. */
void sf_run_draw_ahead(const struct sf_plan *plan);

/* The first ones, and the first of each oracle. */
enum {
    SF_RUN_FINDINGS_FIRST_MAX = 32,
    SF_RUN_FINDINGS_MAX = SF_RUN_FINDINGS_FIRST_MAX + SF_ORACLES_MAX
};

/* Plain values: goes through shared memory. */
struct sf_run_result {
    enum sf_verdict verdict;
    bool out_of_budget;          /* ended by events_max or strays_max: the verdict is then at best
                                    inconclusive */
    struct sf_cache_ended ended; /* a cache came to an end of its own, and the run with it */
    uint64_t seed;
    uint64_t trace_hash;
    uint64_t records_count;
    uint64_t events_count;
    sf_ns duration_ns;
    uint64_t
        memory_bytes; /* of the caches' processes: sf_box_run_peak_bytes; depends on the machine */
    uint32_t homes_count;
    uint32_t oracles_count;
    struct sf_oracle_result oracles[SF_ORACLES_MAX]; /* in the order of sf_oracles() */
    uint64_t findings_count;
    uint32_t findings_kept;
    struct sf_finding findings[SF_RUN_FINDINGS_MAX];
    struct sf_influence_shown influence; /* of a pair: see the key `vary` */
    struct sf_tally tally;
    struct sf_tally_group all;                   /* homes */
    struct sf_tally_group groups[SF_GROUPS_MAX]; /* of the plan */
    uint64_t probes[SF_PROBES_COUNT];            /* how often each was passed */
};

enum { SF_RUN_LISTENERS_MAX = 4 };

struct sf_run_options {
    uint64_t seed;
    uint64_t events_max; /* 0: no bound */
    uint64_t strays_max; /* the run ends after this many stray pictures; 0: no bound */
    double
        seconds_max; /* of work or sleep: a foreign cache that takes longer has hung; 0: no bound */
    uint32_t listeners_count;
    struct sf_trace_listener listeners[SF_RUN_LISTENERS_MAX]; /* hear every record too */
    struct sf_exhibits *exhibits;                             /* filled in; NULL: none are kept */
    struct sf_text *log;                                      /* what caches said is added; NULL */
};

/* Runs one after the other with the same memory. */
struct sf_runner;
struct sf_runner *sf_runner_create(void);
void sf_runner_destroy(struct sf_runner *runner);

/* `plan` has been checked, and `caches` loaded for it. A plan with `swarm` is drawn first. Cannot
 * fail: what goes wrong is a finding.
 */
void sf_run(struct sf_runner *runner, const struct sf_plan *plan,
            const struct sf_run_caches *caches, const struct sf_run_options *options,
            struct sf_run_result *result_out);

/* Judges records that were made elsewhere: a run of real servers. They are in order, and are of a
 * run of this plan. A run that has an END record came to its end. */
void sf_run_judge_records(struct sf_runner *runner, const struct sf_plan *plan,
                          const struct sf_record *records, uint32_t count,
                          const struct sf_trace_listener *listeners, uint32_t listeners_count,
                          struct sf_run_result *result_out);

enum { SF_STATES_COUNT = 64, SF_STATE_RANGES_COUNT = 8 };

/* What caches reported of themselves in the last run, SF_STATES_COUNT sets: bit N of the I-th is
 * set if `state` I was at some time in the N-th of the ranges 0, 1, 2, 3, to 7, to 31, to 255,
 * more. For fuzzing. */
const uint32_t *sf_runner_states(const struct sf_runner *runner);

#endif
