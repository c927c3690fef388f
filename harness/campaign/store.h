/* The store: a SQLite database (sqlite.org; WAL, see sqlite.org/wal.html) in which campaigns are
 * kept. One file holds any number of them; the tables can be read with any SQLite tool, and are
 * described in docs/gate.md.
 *
 * What is settled survives the end of the process at any moment: a kill leaves at most FILE-wal and
 * FILE-shm, which belong to the database and which the next one to open it takes in. Rows of runs
 * are only added, in order of their number, so that a campaign that was ended has a first part of
 * its runs and goes on behind it. Every failure of the disk is SF_ERR_MACHINE and leaves the
 * database as it was settled last. */
#ifndef STRAYFRAME_CAMPAIGN_STORE_H
#define STRAYFRAME_CAMPAIGN_STORE_H

#include "harness/base/err.h"
#include "harness/campaign/campaign.h"

struct sf_store;

enum sf_store_mode {
    SF_STORE_READ,  /* it must be there */
    SF_STORE_WRITE, /* made where it is missing */
};

/* SF_ERR_INPUT for a file that is no store, is of another version of the tables, or may not be
 * accessed. */
SF_MUST_USE enum sf_err sf_store_open(const char *path, enum sf_store_mode mode,
                                      struct sf_store **store_out, struct sf_diag *diag);
/* What is not settled is lost. NULL is fine. */
void sf_store_close(struct sf_store *store);

/* A campaign of a store. */
struct sf_store_campaign {
    int64_t id;        /* 0: none */
    uint32_t runs;     /* rows of runs */
    bool ended;        /* it came to its end */
    bool has_small;    /* small worlds were tried or refused, and that is in the store */
    uint64_t identity; /* equal for campaigns of which one may go on with the other */
};

/* Hash of all that must be the same for that. With the shard left out, equal for the shards of one
 * campaign. */
uint64_t sf_campaign_identity(const struct sf_campaign *campaign, bool with_shard);

/* A new campaign, settled. `now_unix_s`: when it began. */
SF_MUST_USE enum sf_err sf_store_begin(struct sf_store *store, const struct sf_campaign *campaign,
                                       int64_t now_unix_s, struct sf_store_campaign *campaign_out,
                                       struct sf_diag *diag);

/* The latest campaign of this identity; id 0: there is none. */
SF_MUST_USE enum sf_err sf_store_find(struct sf_store *store, const struct sf_campaign *campaign,
                                      struct sf_store_campaign *campaign_out, struct sf_diag *diag);

/* Adds a run, or what small worlds showed. Not settled yet. */
SF_MUST_USE enum sf_err sf_store_add_run(struct sf_store *store, int64_t campaign,
                                         const struct sf_campaign_run *run, struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_store_add_small(struct sf_store *store, int64_t campaign,
                                           const struct sf_campaign_small *small,
                                           struct sf_diag *diag);
/* Findings by signature, for readers of the tables: name, runs, reason of acceptance or "". */
SF_MUST_USE enum sf_err sf_store_add_finding(struct sf_store *store, int64_t campaign,
                                             const char *name, uint32_t runs_count,
                                             const char *accepted, struct sf_diag *diag);

/* What was added since is there to stay. */
SF_MUST_USE enum sf_err sf_store_settle(struct sf_store *store, struct sf_diag *diag);

/* The campaign came to its end, or to an early one that may go on later; settled, and written
 * through to the disk. */
SF_MUST_USE enum sf_err sf_store_end(struct sf_store *store, int64_t campaign, bool complete,
                                     const struct sf_campaign_end *end, int64_t now_unix_s,
                                     struct sf_diag *diag);

/* Visits the runs of a campaign in order of their number. `run` is borrowed for the call; an error
 * of the visit ends it and is returned. */
typedef enum sf_err (*sf_store_visit)(void *context, const struct sf_campaign_run *run,
                                      struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_store_read_runs(struct sf_store *store, int64_t campaign,
                                           sf_store_visit visit, void *context,
                                           struct sf_diag *diag);

/* What small worlds showed; `ran` is false and `not_run` empty where the store has nothing. */
SF_MUST_USE enum sf_err sf_store_read_small(struct sf_store *store, int64_t campaign,
                                            struct sf_campaign_small *small_out,
                                            struct sf_diag *diag);

/* A row of the history; texts are borrowed for the call. */
struct sf_store_history {
    struct sf_store_campaign campaign;
    const char *started; /* "2020-01-01 12:00:00", UTC */
    const char *ended;   /* "" */
    const char *version;
    const char *commit;
    const char *machine;
    const char *candidate;
    const char *candidate_sha256; /* of the last of its files; "" */
    const char *baseline;
    const char *options;
    const char *verdict; /* "" while it runs, or when it was killed */
    const char *reason;
    uint64_t seed_first;
    uint32_t seeds_count;
    uint32_t shard;
    uint32_t shards_count;
    uint32_t failed_count; /* runs */
    uint32_t wanted_count;
};

/* The scenarios of a campaign, what --set has changed, and the files that took part, in their
 * order. Texts are borrowed for the call. */
SF_MUST_USE enum sf_err
sf_store_read_scenarios(struct sf_store *store, int64_t campaign,
                        void (*visit)(void *context, const struct sf_campaign_scenario *scenario),
                        void *context, struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_store_read_files(struct sf_store *store, int64_t campaign,
                                            void (*visit)(void *context,
                                                          const struct sf_campaign_file *file),
                                            void *context, struct sf_diag *diag);
SF_MUST_USE enum sf_err sf_store_read_sets(struct sf_store *store, int64_t campaign,
                                           void (*visit)(void *context, const char *key,
                                                         const char *value),
                                           void *context, struct sf_diag *diag);

/* All campaigns, the oldest first. */
SF_MUST_USE enum sf_err sf_store_read_history(struct sf_store *store,
                                              void (*visit)(void *context,
                                                            const struct sf_store_history *row),
                                              void *context, struct sf_diag *diag);

#endif
