/* Rows of runs: a run into three tables, and out of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/campaign/store_private.h"

static const char *const sqls[SF_SQL_COUNT] = {
    [SF_SQL_ADD_RUN] = "INSERT INTO runs VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SF_SQL_ADD_ORACLE] = "INSERT INTO evidence VALUES(?,?,?,?,?,?)",
    [SF_SQL_ADD_FINDING] = "INSERT INTO findings VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
};

/* A kept statement, ready for values. */
static enum sf_err kept(struct sf_store *store, enum sf_store_sql sql, sqlite3_stmt **statement_out,
                        struct sf_diag *diag)
{
    if (store->kept[sql] == NULL &&
        sqlite3_prepare_v3(store->db, sqls[sql], -1, SQLITE_PREPARE_PERSISTENT, &store->kept[sql],
                           NULL) != SQLITE_OK) {
        return sf_store_failed(store, diag);
    }
    *statement_out = store->kept[sql];
    return SF_OK;
}

static void bind_numbers(sqlite3_stmt *statement, const int64_t *numbers, int count)
{
    for (int i = 0; i < count; i++) {
        (void)sqlite3_bind_int64(statement, i + 1,
                                 numbers[i]); /* cannot fail: the index is right */
    }
}

static enum sf_err insert(struct sf_store *store, sqlite3_stmt *statement, struct sf_diag *diag)
{
    int code = sqlite3_step(statement);
    enum sf_err err = code == SQLITE_DONE ? SF_OK : sf_store_failed(store, diag);
    (void)sqlite3_reset(statement); /* tells again of the failure above */
    return err;
}

/* ---- waits as bytes: for each bucket that has any, its index and its count, little endian ---- */

enum { BUCKET_BYTES = 6, FIRSTS_BYTES_MAX = SF_WAITS_BUCKETS * BUCKET_BYTES };

static int pack_waits(const struct sf_waits *waits, uint8_t *out)
{
    int bytes = 0;
    for (uint32_t i = 0; i < SF_WAITS_BUCKETS; i++) {
        uint32_t count = waits->counts[i];
        if (count > 0) {
            const uint8_t packed[BUCKET_BYTES] = {(uint8_t)i,
                                                  (uint8_t)(i >> 8),
                                                  (uint8_t)count,
                                                  (uint8_t)(count >> 8),
                                                  (uint8_t)(count >> 16),
                                                  (uint8_t)(count >> 24)};
            memcpy(out + bytes, packed, BUCKET_BYTES);
            bytes += BUCKET_BYTES;
        }
    }
    return bytes;
}

/* False for bytes that pack_waits does not make. */
static bool unpack_waits(const uint8_t *bytes, int count, struct sf_waits *waits_out)
{
    memset(waits_out, 0, sizeof *waits_out);
    if (count % BUCKET_BYTES != 0) {
        return false;
    }
    for (int at = 0; at < count; at += BUCKET_BYTES) {
        const uint8_t *is = bytes + at;
        uint32_t bucket = is[0] | (uint32_t)is[1] << 8;
        if (bucket >= SF_WAITS_BUCKETS) {
            return false;
        }
        waits_out->counts[bucket] =
            is[2] | (uint32_t)is[3] << 8 | (uint32_t)is[4] << 16 | (uint32_t)is[5] << 24;
    }
    return true;
}

/* ---- in ---- */

static enum sf_err add_oracles(struct sf_store *store, int64_t campaign,
                               const struct sf_campaign_run *run, struct sf_diag *diag)
{
    sqlite3_stmt *statement = NULL;
    SF_TRY(kept(store, SF_SQL_ADD_ORACLE, &statement, diag));
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        const struct sf_oracle_result *is = &run->outcome.oracles[i];
        if (is->evidence_count > 0 || is->findings_count > 0 || is->wanted) {
            const int64_t numbers[] = {
                campaign,  run->number, i, (int64_t)is->evidence_count, (int64_t)is->findings_count,
                is->wanted};
            bind_numbers(statement, numbers, sizeof numbers / sizeof numbers[0]);
            SF_TRY(insert(store, statement, diag));
        }
    }
    return SF_OK;
}

static enum sf_err add_findings(struct sf_store *store, int64_t campaign,
                                const struct sf_campaign_run *run, struct sf_diag *diag)
{
    sqlite3_stmt *statement = NULL;
    SF_TRY(kept(store, SF_SQL_ADD_FINDING, &statement, diag));
    for (uint32_t i = 0; i < run->outcome.findings_kept; i++) {
        const struct sf_finding *is = &run->outcome.findings[i];
        const int64_t numbers[] = {campaign,
                                   run->number,
                                   i,
                                   is->oracle,
                                   is->at_ns,
                                   is->flags,
                                   is->viewer.index,
                                   is->viewer_tenant.index,
                                   is->owner_tenant.index,
                                   is->owner_camera.index,
                                   is->capture,
                                   is->amount,
                                   is->destination,
                                   is->callback,
                                   (int64_t)is->request};
        bind_numbers(statement, numbers, sizeof numbers / sizeof numbers[0]);
        SF_TRY(insert(store, statement, diag));
    }
    return SF_OK;
}

static enum sf_err add_run(struct sf_store *store, int64_t campaign,
                           const struct sf_campaign_run *run, struct sf_diag *diag)
{
    enum { TEXT = 13, FIGURES, PROBES = 19, FIRSTS };
    const struct sf_campaign_outcome *outcome = &run->outcome;
    const struct sf_campaign_figures *figures = &outcome->figures;
    sqlite3_stmt *statement = NULL;
    uint8_t probes[SF_PROBES_COUNT];
    uint8_t firsts[FIRSTS_BYTES_MAX];
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        probes[i] = outcome->probes[i];
    }
    int firsts_bytes = pack_waits(&figures->firsts, firsts);
    SF_TRY(kept(store, SF_SQL_ADD_RUN, &statement, diag));
    const int64_t numbers[] = {campaign,
                               run->number,
                               run->arm,
                               run->plan,
                               (int64_t)run->seed,
                               run->status.end,
                               run->status.signal_number,
                               outcome->verdict,
                               outcome->cut,
                               (int64_t)outcome->trace_hash,
                               outcome->ended.code,
                               (int64_t)outcome->ended.subject};
    const int64_t more[] = {(int64_t)figures->asks_count, (int64_t)figures->own_whole_count,
                            (int64_t)figures->blank_count, (int64_t)figures->fetches_count,
                            (int64_t)figures->memory_bytes};
    bind_numbers(statement, numbers, sizeof numbers / sizeof numbers[0]);
    for (int i = 0; i < (int)(sizeof more / sizeof more[0]); i++) {
        (void)sqlite3_bind_int64(statement, FIGURES + i, more[i]);
    }
    if (sqlite3_bind_text(statement, TEXT, outcome->ended.text, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_blob(statement, PROBES, probes, sizeof probes, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_blob(statement, FIRSTS, firsts, firsts_bytes, SQLITE_STATIC) != SQLITE_OK) {
        return sf_store_failed(store, diag);
    }
    return insert(store, statement, diag);
}

enum sf_err sf_store_add_run(struct sf_store *store, int64_t campaign,
                             const struct sf_campaign_run *run, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(run != NULL);
    SF_ASSERT(run->status.end != SF_JOB_NOT_RUN);
    SF_TRY(sf_store_need_transaction(store, diag));
    SF_TRY(add_run(store, campaign, run, diag));
    SF_TRY(add_oracles(store, campaign, run, diag));
    return add_findings(store, campaign, run, diag);
}

/* ---- out ---- */

/* The three statements of a campaign, each in order of the run's number, walked side by side. */
struct reader {
    struct sf_store *store;
    sqlite3_stmt *runs;
    sqlite3_stmt *evidence;
    sqlite3_stmt *findings;
    bool has_evidence; /* the statement stands on a row that was not used yet */
    bool has_finding;
    struct sf_campaign_run run;
};

static enum sf_err damaged(const struct reader *reader, struct sf_diag *diag)
{
    return sf_fail(diag, SF_ERR_INPUT, "the store %s is damaged: run %u makes no sense",
                   reader->store->path, reader->run.number);
}

static bool read_run(struct reader *reader)
{
    sqlite3_stmt *row = reader->runs;
    struct sf_campaign_run *run = &reader->run;
    struct sf_campaign_outcome *outcome = &run->outcome;
    memset(run, 0, sizeof *run);
    run->number = (uint32_t)sqlite3_column_int64(row, 1);
    run->arm = (enum sf_arm)sqlite3_column_int(row, 2);
    run->plan = (uint32_t)sqlite3_column_int64(row, 3);
    run->seed = (uint64_t)sqlite3_column_int64(row, 4);
    run->status.end = (uint32_t)sqlite3_column_int64(row, 5);
    run->status.signal_number = (uint32_t)sqlite3_column_int64(row, 6);
    outcome->verdict = (enum sf_verdict)sqlite3_column_int(row, 7);
    outcome->cut = sqlite3_column_int(row, 8) != 0;
    outcome->trace_hash = (uint64_t)sqlite3_column_int64(row, 9);
    outcome->ended.code = sqlite3_column_int(row, 10);
    outcome->ended.subject = (uint64_t)sqlite3_column_int64(row, 11);
    snprintf(outcome->ended.text, sizeof outcome->ended.text, "%s", sf_store_text(row, 12));
    outcome->figures.asks_count = (uint64_t)sqlite3_column_int64(row, 13);
    outcome->figures.own_whole_count = (uint64_t)sqlite3_column_int64(row, 14);
    outcome->figures.blank_count = (uint64_t)sqlite3_column_int64(row, 15);
    outcome->figures.fetches_count = (uint64_t)sqlite3_column_int64(row, 16);
    outcome->figures.memory_bytes = (uint64_t)sqlite3_column_int64(row, 17);
    const uint8_t *probes = sqlite3_column_blob(row, 18);
    int probes_count = sqlite3_column_bytes(row, 18);
    for (int i = 0; i < SF_PROBES_COUNT && i < probes_count; i++) {
        outcome->probes[i] = probes[i] != 0;
    }
    return (unsigned)run->arm < SF_ARMS_COUNT && run->status.end <= SF_JOB_HUNG &&
           (unsigned)outcome->verdict <= SF_VERDICT_INCONCLUSIVE &&
           probes_count == SF_PROBES_COUNT &&
           unpack_waits(sqlite3_column_blob(row, 19), sqlite3_column_bytes(row, 19),
                        &outcome->figures.firsts);
}

static bool is_of_run(sqlite3_stmt *statement, const struct sf_campaign_run *run)
{
    return (uint32_t)sqlite3_column_int64(statement, 0) == run->number;
}

static enum sf_err read_evidence(struct reader *reader, struct sf_diag *diag)
{
    sqlite3_stmt *row = reader->evidence;
    while (reader->has_evidence && is_of_run(row, &reader->run)) {
        uint32_t oracle = (uint32_t)sqlite3_column_int64(row, 1);
        if (oracle >= SF_ORACLES_MAX) {
            return damaged(reader, diag);
        }
        reader->run.outcome.oracles[oracle] = (struct sf_oracle_result){
            .evidence_count = (uint64_t)sqlite3_column_int64(row, 2),
            .findings_count = (uint64_t)sqlite3_column_int64(row, 3),
            .wanted = sqlite3_column_int(row, 4) != 0,
        };
        SF_TRY(sf_store_step(reader->store, row, &reader->has_evidence, diag));
    }
    return SF_OK;
}

static struct sf_finding finding_of(sqlite3_stmt *row)
{
    return (struct sf_finding){
        .oracle = (uint16_t)sqlite3_column_int64(row, 1),
        .at_ns = sqlite3_column_int64(row, 2),
        .flags = (uint16_t)sqlite3_column_int64(row, 3),
        .viewer = {(uint32_t)sqlite3_column_int64(row, 4)},
        .viewer_tenant = {(uint32_t)sqlite3_column_int64(row, 5)},
        .owner_tenant = {(uint32_t)sqlite3_column_int64(row, 6)},
        .owner_camera = {(uint32_t)sqlite3_column_int64(row, 7)},
        .capture = (uint32_t)sqlite3_column_int64(row, 8),
        .amount = (uint32_t)sqlite3_column_int64(row, 9),
        .destination = (uint16_t)sqlite3_column_int64(row, 10),
        .callback = (uint16_t)sqlite3_column_int64(row, 11),
        .request = (uint64_t)sqlite3_column_int64(row, 12),
    };
}

static enum sf_err read_findings(struct reader *reader, struct sf_diag *diag)
{
    struct sf_campaign_outcome *outcome = &reader->run.outcome;
    while (reader->has_finding && is_of_run(reader->findings, &reader->run)) {
        struct sf_finding finding = finding_of(reader->findings);
        bool known = false;
        for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
            known |= i == finding.oracle;
        }
        if (!known || outcome->findings_kept == SF_OUTCOME_FINDINGS_MAX) {
            return damaged(reader, diag);
        }
        outcome->findings[outcome->findings_kept++] = finding;
        SF_TRY(sf_store_step(reader->store, reader->findings, &reader->has_finding, diag));
    }
    return SF_OK;
}

static enum sf_err reader_open(struct reader *reader, int64_t campaign, struct sf_diag *diag)
{
    struct sf_store *store = reader->store;
    SF_TRY(sf_store_prepare(store, &reader->runs, diag,
                            "SELECT * FROM runs WHERE campaign = ? ORDER BY number", "i",
                            campaign));
    SF_TRY(sf_store_prepare(store, &reader->evidence, diag,
                            "SELECT number, oracle, evidence, findings, wanted FROM evidence"
                            " WHERE campaign = ? ORDER BY number, oracle",
                            "i", campaign));
    SF_TRY(sf_store_prepare(store, &reader->findings, diag,
                            "SELECT number, oracle, at_ns, flags, viewer, viewer_tenant,"
                            " owner_tenant, owner_camera, capture, amount, destination, callback,"
                            " request FROM findings WHERE campaign = ? ORDER BY number, position",
                            "i", campaign));
    SF_TRY(sf_store_step(store, reader->evidence, &reader->has_evidence, diag));
    return sf_store_step(store, reader->findings, &reader->has_finding, diag);
}

static enum sf_err visit_all(struct reader *reader, sf_store_visit visit, void *context,
                             struct sf_diag *diag)
{
    bool row;
    SF_TRY(sf_store_step(reader->store, reader->runs, &row, diag));
    while (row) {
        if (!read_run(reader)) {
            return damaged(reader, diag);
        }
        SF_TRY(read_evidence(reader, diag));
        SF_TRY(read_findings(reader, diag));
        SF_TRY(visit(context, &reader->run, diag));
        SF_TRY(sf_store_step(reader->store, reader->runs, &row, diag));
    }
    return SF_OK;
}

enum sf_err sf_store_read_runs(struct sf_store *store, int64_t campaign, sf_store_visit visit,
                               void *context, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(visit != NULL);
    struct reader *reader = sf_alloc(1, sizeof *reader);
    reader->store = store;
    enum sf_err err = reader_open(reader, campaign, diag);
    if (err == SF_OK) {
        err = visit_all(reader, visit, context, diag);
    }
    sqlite3_finalize(reader->runs);
    sqlite3_finalize(reader->evidence);
    sqlite3_finalize(reader->findings);
    free(reader);
    return err;
}
