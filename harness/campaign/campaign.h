/* The data model of a campaign: what ran, and what is kept of each of its runs. A campaign writes
 * it into a store (store.h); reports, and the merging of parts that ran on several machines, are
 * made from it. Plain values, no behaviour. */
#ifndef STRAYFRAME_CAMPAIGN_CAMPAIGN_H
#define STRAYFRAME_CAMPAIGN_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/cache/host.h"
#include "harness/measure/service.h"
#include "harness/oracle/oracle.h"
#include "harness/oracle/probes.h"
#include "harness/run/jobs.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

/* Why a run was made. The controls, and the repetition of the first seed, come before all others;
 * the arms of the comparison follow, for each scenario and seed all of them one after the other.
 * Numbers and names are in stores: new ones are appended. */
#define SF_ARMS(X)                                                                         \
    X(LEAKY, "leaky-control", "a cache that is known to leak: it must be caught")          \
    X(SOUND, "sound-control", "a cache that is known to be correct: it must pass")         \
    X(AGAIN, "again", "the first seed of the candidate, run twice in one process")         \
    X(CANDIDATE, "candidate", "the candidate alone")                                       \
    X(BASELINE, "baseline", "the baseline alone")                                          \
    X(ROLLOUT, "rollout", "the candidate takes over from the baseline, node by node")      \
    X(ROLLBACK, "rollback", "the candidate takes over, and the baseline takes over again") \
    X(HALF_WAY, "half-way", "the rollout stops when half of the nodes have the candidate") \
    X(MIXED, "mixed", "from the start, every second node has the candidate")

enum sf_arm {
#define X(ARM, name, meaning) SF_ARM_##ARM,
    SF_ARMS(X)
#undef X
        SF_ARMS_COUNT
};

const char *sf_arm_name(enum sf_arm arm);

/* Does the cache under test run in it, alone or beside the baseline? */
static inline bool sf_arm_has_candidate(enum sf_arm arm)
{
    return arm == SF_ARM_CANDIDATE || arm > SF_ARM_BASELINE;
}

/* Service figures of a run. */
struct sf_campaign_figures {
    uint64_t asks_count;      /* requests of viewers */
    uint64_t own_whole_count; /* pictures on displays: the viewer's own, whole */
    uint64_t blank_count;     /* requests after which nothing could be shown */
    uint64_t fetches_count;   /* the cache asked a camera */
    uint64_t memory_bytes;    /* peak of a process of the cache; 0: not measured */
    struct sf_waits firsts;   /* from the beginning of watching to the first own still */
};

enum { SF_OUTCOME_FINDINGS_MAX = SF_ORACLES_MAX };

/* What is kept of one run. Plain values: comes from a worker process. */
struct sf_campaign_outcome {
    enum sf_verdict verdict;
    struct sf_cache_ended ended;
    uint32_t findings_kept;
    bool cut; /* ended after too many stray pictures */
    uint64_t trace_hash;
    struct sf_oracle_result oracles[SF_ORACLES_MAX];
    struct sf_finding findings[SF_OUTCOME_FINDINGS_MAX]; /* the first of each signature */
    bool probes[SF_PROBES_COUNT];                        /* reached */
    struct sf_campaign_figures figures;
};

/* One run of a campaign. */
struct sf_campaign_run {
    uint32_t number; /* in the whole campaign, from 0; the same for every sharding */
    enum sf_arm arm;
    uint32_t plan; /* index of the scenario */
    uint64_t seed;
    struct sf_job_status status;
    struct sf_campaign_outcome outcome; /* of a run that is done */
};

/* What small worlds showed (harness/exhaust). Plain values. */
struct sf_campaign_small {
    bool ran;
    bool alone; /* the candidate alone, although there is a baseline */
    bool leaks; /* the finding is a leak, or a crash */
    enum sf_verdict verdict;
    uint32_t events_count; /* of the shortest order that is a finding; 0: there is none */
    uint32_t worlds_count;
    uint32_t complete_count; /* worlds of which no longer order exists */
    uint32_t depth_least;    /* in each of the others: every order of up to N events */
    uint64_t orders_count;
    double cpu_s;
    char world[32];    /* of the finding */
    char told[8192];   /* what was covered and found, several lines */
    char not_run[128]; /* why; "" if it ran */
};

/* A file that took part, as it was then. */
struct sf_campaign_file {
    const char *role; /* "candidate", "baseline", "strayframe" */
    const char *path;
    const char *sha256; /* 64 hexadecimal digits */
};

enum { SF_CAMPAIGN_FILES_MAX = 16 };

struct sf_campaign_scenario {
    const char *file;
    uint64_t hash; /* of the plan that was run, as text: `--set` is in it */
};

/* What ran. Two campaigns are parts of one, or one goes on with the other, only where all of it but
 * commit, machine and time is the same. All texts are borrowed. */
struct sf_campaign {
    const char *version; /* of strayframe */
    const char *candidate;
    const char *baseline; /* "": none */
    const char *commit;   /* of the user's sources; "" where not known */
    const char *machine;
    const char *options; /* as given on the command line, without what says only where it goes */
    uint64_t seed_first;
    uint32_t seeds_count; /* for each scenario, at most */
    uint32_t shard;       /* from 1 */
    uint32_t shards_count;
    uint32_t files_count;
    struct sf_campaign_file files[SF_CAMPAIGN_FILES_MAX];
    uint32_t scenarios_count;
    const struct sf_campaign_scenario *scenarios;
    uint32_t sets_count; /* what --set has changed */
    const struct sf_scenario_override *sets;
};

/* How it ended. */
struct sf_campaign_end {
    const char *verdict; /* pass, leak, violation, regression, inconclusive, broken */
    const char *reason;
    uint32_t runs_count;
    uint32_t wanted_count;
    uint32_t failed_count;
};

#endif
