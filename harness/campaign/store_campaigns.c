/* Rows of campaigns: what ran, and how it ended. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/campaign/store_private.h"

static void hash_text(uint64_t *hash, const char *text)
{
    *hash = sf_hash_seeded(text, strlen(text) + 1, *hash);
}

static void hash_number(uint64_t *hash, uint64_t number)
{
    *hash = sf_hash_seeded(&number, sizeof number, *hash);
}

uint64_t sf_campaign_identity(const struct sf_campaign *campaign, bool with_shard)
{
    SF_ASSERT(campaign != NULL);
    SF_ASSERT(campaign->files_count <= SF_CAMPAIGN_FILES_MAX);
    uint64_t hash = 0;
    hash_text(&hash, campaign->version);
    hash_text(&hash, campaign->candidate);
    hash_text(&hash, campaign->baseline);
    hash_text(&hash, campaign->options);
    hash_number(&hash, campaign->seed_first);
    hash_number(&hash, campaign->seeds_count);
    hash_number(&hash, campaign->shards_count);
    for (uint32_t i = 0; i < campaign->files_count; i++) {
        hash_text(&hash, campaign->files[i].role);
        hash_text(&hash, campaign->files[i].sha256);
    }
    for (uint32_t i = 0; i < campaign->scenarios_count; i++) {
        hash_number(&hash, campaign->scenarios[i].hash);
    }
    if (with_shard) {
        hash_number(&hash, campaign->shard);
    }
    return hash;
}

/* ---- in ---- */

static enum sf_err add_names(struct sf_store *store, int64_t id, struct sf_diag *diag)
{
    static const char sql[] = "INSERT INTO names VALUES(?,?,?,?)";
    for (int64_t i = 0; i < SF_ARMS_COUNT; i++) {
        SF_TRY(sf_store_do(store, diag, sql, "itit", id, "arm", i, sf_arm_name((enum sf_arm)i)));
    }
    for (int64_t i = 0; sf_oracles()[i] != NULL; i++) {
        SF_TRY(sf_store_do(store, diag, sql, "itit", id, "oracle", i, sf_oracles()[i]->name));
    }
    for (int64_t i = 0; i < SF_PROBES_COUNT; i++) {
        SF_TRY(
            sf_store_do(store, diag, sql, "itit", id, "probe", i, sf_probe_name((enum sf_probe)i)));
    }
    return SF_OK;
}

static enum sf_err add_details(struct sf_store *store, int64_t id,
                               const struct sf_campaign *campaign, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < campaign->files_count; i++) {
        const struct sf_campaign_file *file = &campaign->files[i];
        SF_TRY(sf_store_do(store, diag, "INSERT INTO files VALUES(?,?,?,?,?)", "iittt", id,
                           (int64_t)i, file->role, file->path, file->sha256));
    }
    for (uint32_t i = 0; i < campaign->scenarios_count; i++) {
        SF_TRY(sf_store_do(store, diag, "INSERT INTO scenarios VALUES(?,?,?,?)", "iiti", id,
                           (int64_t)i, campaign->scenarios[i].file,
                           (int64_t)campaign->scenarios[i].hash));
    }
    for (uint32_t i = 0; i < campaign->sets_count; i++) {
        SF_TRY(sf_store_do(store, diag, "INSERT INTO sets VALUES(?,?,?,?)", "iitt", id, (int64_t)i,
                           campaign->sets[i].key, campaign->sets[i].value));
    }
    return add_names(store, id, diag);
}

enum sf_err sf_store_begin(struct sf_store *store, const struct sf_campaign *campaign,
                           int64_t now_unix_s, struct sf_store_campaign *campaign_out,
                           struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(campaign != NULL);
    SF_ASSERT(campaign_out != NULL);
    uint64_t identity = sf_campaign_identity(campaign, true);
    SF_TRY(sf_store_need_transaction(store, diag));
    SF_TRY(sf_store_do(
        store, diag,
        "INSERT INTO campaigns(identity, whole_identity, started_unix_s, version, commit_hash,"
        " machine, candidate, baseline, options, seed_first, seeds, shard, shards)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
        "iiittttttiiii", (int64_t)identity, (int64_t)sf_campaign_identity(campaign, false),
        now_unix_s, campaign->version, campaign->commit, campaign->machine, campaign->candidate,
        campaign->baseline, campaign->options, (int64_t)campaign->seed_first,
        (int64_t)campaign->seeds_count, (int64_t)campaign->shard, (int64_t)campaign->shards_count));
    *campaign_out = (struct sf_store_campaign){.id = sqlite3_last_insert_rowid(store->db),
                                               .identity = identity};
    SF_TRY(add_details(store, campaign_out->id, campaign, diag));
    return sf_store_settle(store, diag);
}

enum sf_err sf_store_add_small(struct sf_store *store, int64_t campaign,
                               const struct sf_campaign_small *small, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(small != NULL);
    SF_TRY(sf_store_need_transaction(store, diag));
    return sf_store_do(store, diag, "INSERT INTO small_worlds VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                       "iiiiiiiiiidttt", campaign, (int64_t)small->ran, (int64_t)small->alone,
                       (int64_t)small->leaks, (int64_t)small->verdict, (int64_t)small->events_count,
                       (int64_t)small->worlds_count, (int64_t)small->complete_count,
                       (int64_t)small->depth_least, (int64_t)small->orders_count, small->cpu_s,
                       small->world, small->told, small->not_run);
}

enum sf_err sf_store_add_finding(struct sf_store *store, int64_t campaign, const char *name,
                                 uint32_t runs_count, const char *accepted, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(accepted != NULL);
    SF_TRY(sf_store_need_transaction(store, diag));
    return sf_store_do(store, diag, "INSERT OR REPLACE INTO signatures VALUES(?,?,?,?)", "itit",
                       campaign, name, (int64_t)runs_count, accepted);
}

enum sf_err sf_store_end(struct sf_store *store, int64_t campaign, bool complete,
                         const struct sf_campaign_end *end, int64_t now_unix_s,
                         struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(end != NULL);
    SF_TRY(sf_store_need_transaction(store, diag));
    SF_TRY(sf_store_do(store, diag,
                       "UPDATE campaigns SET complete = ?, ended_unix_s = ?, verdict = ?,"
                       " reason = ?, runs = ?, wanted = ?, failed = ? WHERE id = ?",
                       "iittiiii", (int64_t)complete, now_unix_s, end->verdict, end->reason,
                       (int64_t)end->runs_count, (int64_t)end->wanted_count,
                       (int64_t)end->failed_count, campaign));
    SF_TRY(sf_store_settle(store, diag));
    /* Into the database itself, and through to the disk. Another process that reads may hinder
     * that; the rows are settled in the log then. */
    return sf_store_exec(store, "PRAGMA wal_checkpoint(PASSIVE)", diag);
}

/* ---- out ---- */

enum sf_err sf_store_find(struct sf_store *store, const struct sf_campaign *campaign,
                          struct sf_store_campaign *campaign_out, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(campaign_out != NULL);
    uint64_t identity = sf_campaign_identity(campaign, true);
    sqlite3_stmt *statement = NULL;
    bool row;
    *campaign_out = (struct sf_store_campaign){.identity = identity};
    SF_TRY(sf_store_prepare(store, &statement, diag,
                            "SELECT id, complete, (SELECT count(*) FROM runs WHERE campaign = id),"
                            " (SELECT count(*) FROM small_worlds WHERE campaign = id)"
                            " FROM campaigns WHERE identity = ? ORDER BY id DESC LIMIT 1",
                            "i", (int64_t)identity));
    enum sf_err err = sf_store_step(store, statement, &row, diag);
    if (err == SF_OK && row) {
        campaign_out->id = sqlite3_column_int64(statement, 0);
        campaign_out->ended = sqlite3_column_int(statement, 1) != 0;
        campaign_out->runs = (uint32_t)sqlite3_column_int64(statement, 2);
        campaign_out->has_small = sqlite3_column_int(statement, 3) != 0;
    }
    sqlite3_finalize(statement);
    return err;
}

enum sf_err sf_store_read_small(struct sf_store *store, int64_t campaign,
                                struct sf_campaign_small *small, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(small != NULL);
    sqlite3_stmt *row;
    bool any;
    *small = (struct sf_campaign_small){0};
    SF_TRY(sf_store_prepare(store, &row, diag, "SELECT * FROM small_worlds WHERE campaign = ?", "i",
                            campaign));
    enum sf_err err = sf_store_step(store, row, &any, diag);
    if (err == SF_OK && any) {
        small->ran = sqlite3_column_int(row, 1) != 0;
        small->alone = sqlite3_column_int(row, 2) != 0;
        small->leaks = sqlite3_column_int(row, 3) != 0;
        small->verdict = (enum sf_verdict)sqlite3_column_int(row, 4);
        small->events_count = (uint32_t)sqlite3_column_int64(row, 5);
        small->worlds_count = (uint32_t)sqlite3_column_int64(row, 6);
        small->complete_count = (uint32_t)sqlite3_column_int64(row, 7);
        small->depth_least = (uint32_t)sqlite3_column_int64(row, 8);
        small->orders_count = (uint64_t)sqlite3_column_int64(row, 9);
        small->cpu_s = sqlite3_column_double(row, 10);
        snprintf(small->world, sizeof small->world, "%s", sf_store_text(row, 11));
        snprintf(small->told, sizeof small->told, "%s", sf_store_text(row, 12));
        snprintf(small->not_run, sizeof small->not_run, "%s", sf_store_text(row, 13));
    }
    sqlite3_finalize(row);
    return err;
}

static void visit_row(sqlite3_stmt *is,
                      void (*visit)(void *context, const struct sf_store_history *row),
                      void *context)
{
    const struct sf_store_history row = {
        .campaign = {.id = sqlite3_column_int64(is, 0),
                     .runs = (uint32_t)sqlite3_column_int64(is, 1),
                     .ended = sqlite3_column_int(is, 2) != 0,
                     .identity = (uint64_t)sqlite3_column_int64(is, 3)},
        .started = sf_store_text(is, 4),
        .ended = sf_store_text(is, 5),
        .version = sf_store_text(is, 6),
        .commit = sf_store_text(is, 7),
        .machine = sf_store_text(is, 8),
        .candidate = sf_store_text(is, 9),
        .candidate_sha256 = sf_store_text(is, 10),
        .baseline = sf_store_text(is, 11),
        .options = sf_store_text(is, 12),
        .verdict = sf_store_text(is, 13),
        .reason = sf_store_text(is, 14),
        .seed_first = (uint64_t)sqlite3_column_int64(is, 15),
        .seeds_count = (uint32_t)sqlite3_column_int64(is, 16),
        .shard = (uint32_t)sqlite3_column_int64(is, 17),
        .shards_count = (uint32_t)sqlite3_column_int64(is, 18),
        .failed_count = (uint32_t)sqlite3_column_int64(is, 19),
        .wanted_count = (uint32_t)sqlite3_column_int64(is, 20),
    };
    visit(context, &row);
}

enum sf_err sf_store_read_history(struct sf_store *store,
                                  void (*visit)(void *context, const struct sf_store_history *row),
                                  void *context, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(visit != NULL);
    sqlite3_stmt *statement = NULL;
    bool row;
    SF_TRY(sf_store_prepare(
        store, &statement, diag,
        "SELECT id, (SELECT count(*) FROM runs WHERE campaign = id), complete, whole_identity,"
        " datetime(started_unix_s, 'unixepoch'), datetime(ended_unix_s, 'unixepoch'), version,"
        " commit_hash, machine, candidate,"
        " (SELECT sha256 FROM files WHERE campaign = id AND role = 'candidate'"
        "  ORDER BY position DESC LIMIT 1),"
        " baseline, options, verdict, reason, seed_first, seeds, shard, shards, failed, wanted"
        " FROM campaigns ORDER BY id",
        ""));
    enum sf_err err = sf_store_step(store, statement, &row, diag);
    while (err == SF_OK && row) {
        visit_row(statement, visit, context);
        err = sf_store_step(store, statement, &row, diag);
    }
    sqlite3_finalize(statement);
    return err;
}

enum sf_err sf_store_read_scenarios(struct sf_store *store, int64_t campaign,
                                    void (*visit)(void *context,
                                                  const struct sf_campaign_scenario *scenario),
                                    void *context, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(visit != NULL);
    sqlite3_stmt *statement;
    bool row;
    SF_TRY(sf_store_prepare(store, &statement, diag,
                            "SELECT file, hash FROM scenarios WHERE campaign = ? ORDER BY plan",
                            "i", campaign));
    enum sf_err err = sf_store_step(store, statement, &row, diag);
    while (err == SF_OK && row) {
        visit(context,
              &(struct sf_campaign_scenario){.file = sf_store_text(statement, 0),
                                             .hash = (uint64_t)sqlite3_column_int64(statement, 1)});
        err = sf_store_step(store, statement, &row, diag);
    }
    sqlite3_finalize(statement);
    return err;
}

enum sf_err sf_store_read_files(struct sf_store *store, int64_t campaign,
                                void (*visit)(void *context, const struct sf_campaign_file *file),
                                void *context, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(visit != NULL);
    sqlite3_stmt *statement;
    bool row;
    SF_TRY(sf_store_prepare(
        store, &statement, diag,
        "SELECT role, path, sha256 FROM files WHERE campaign = ? ORDER BY position", "i",
        campaign));
    enum sf_err err = sf_store_step(store, statement, &row, diag);
    while (err == SF_OK && row) {
        visit(context, &(struct sf_campaign_file){.role = sf_store_text(statement, 0),
                                                  .path = sf_store_text(statement, 1),
                                                  .sha256 = sf_store_text(statement, 2)});
        err = sf_store_step(store, statement, &row, diag);
    }
    sqlite3_finalize(statement);
    return err;
}

enum sf_err sf_store_read_sets(struct sf_store *store, int64_t campaign,
                               void (*visit)(void *context, const char *key, const char *value),
                               void *context, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(visit != NULL);
    sqlite3_stmt *statement;
    bool row;
    SF_TRY(sf_store_prepare(store, &statement, diag,
                            "SELECT key, value FROM sets WHERE campaign = ? ORDER BY position", "i",
                            campaign));
    enum sf_err err = sf_store_step(store, statement, &row, diag);
    while (err == SF_OK && row) {
        visit(context, sf_store_text(statement, 0), sf_store_text(statement, 1));
        err = sf_store_step(store, statement, &row, diag);
    }
    sqlite3_finalize(statement);
    return err;
}
