#include "harness/campaign/store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/campaign/store_private.h"

/* "stry", in the file's header: SQLite and file(1) show it. The version is that of the tables. */
enum { APPLICATION_ID = 0x73747279, TABLES_VERSION = 1, BUSY_MS = 60 * 1000 };

static const char tables[] =
    "CREATE TABLE campaigns("
    " id INTEGER PRIMARY KEY, identity INTEGER NOT NULL, whole_identity INTEGER NOT NULL,"
    " started_unix_s INTEGER NOT NULL, ended_unix_s INTEGER, complete INTEGER NOT NULL DEFAULT 0,"
    " version TEXT NOT NULL, commit_hash TEXT NOT NULL, machine TEXT NOT NULL,"
    " candidate TEXT NOT NULL, baseline TEXT NOT NULL, options TEXT NOT NULL,"
    " seed_first INTEGER NOT NULL, seeds INTEGER NOT NULL,"
    " shard INTEGER NOT NULL, shards INTEGER NOT NULL,"
    " verdict TEXT, reason TEXT, runs INTEGER, wanted INTEGER, failed INTEGER) STRICT;"
    "CREATE INDEX campaigns_by_identity ON campaigns(identity);"
    "CREATE TABLE files(campaign INTEGER NOT NULL, position INTEGER NOT NULL, role TEXT NOT NULL,"
    " path TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY(campaign, position))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE scenarios(campaign INTEGER NOT NULL, plan INTEGER NOT NULL, file TEXT NOT NULL,"
    " hash INTEGER NOT NULL, PRIMARY KEY(campaign, plan)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sets(campaign INTEGER NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL,"
    " value TEXT NOT NULL, PRIMARY KEY(campaign, position)) STRICT, WITHOUT ROWID;"
    /* What the numbers of arms, oracles and probes mean. */
    "CREATE TABLE names(campaign INTEGER NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL,"
    " name TEXT NOT NULL, PRIMARY KEY(campaign, kind, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE runs(campaign INTEGER NOT NULL, number INTEGER NOT NULL, arm INTEGER NOT NULL,"
    " plan INTEGER NOT NULL, seed INTEGER NOT NULL, end INTEGER NOT NULL,"
    " signal INTEGER NOT NULL, verdict INTEGER NOT NULL, cut INTEGER NOT NULL,"
    " trace_hash INTEGER NOT NULL, ended_code INTEGER NOT NULL, ended_subject INTEGER NOT NULL,"
    " ended_text TEXT NOT NULL, asks INTEGER NOT NULL, own_whole INTEGER NOT NULL,"
    " blanks INTEGER NOT NULL, fetches INTEGER NOT NULL, memory_bytes INTEGER NOT NULL,"
    /* A byte for each probe; pairs of bytes, bucket and count, and 4 bytes each. */
    " probes BLOB NOT NULL, firsts BLOB NOT NULL, PRIMARY KEY(campaign, number))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE evidence(campaign INTEGER NOT NULL, number INTEGER NOT NULL,"
    " oracle INTEGER NOT NULL, evidence INTEGER NOT NULL, findings INTEGER NOT NULL,"
    " wanted INTEGER NOT NULL, PRIMARY KEY(campaign, number, oracle)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE findings(campaign INTEGER NOT NULL, number INTEGER NOT NULL,"
    " position INTEGER NOT NULL, oracle INTEGER NOT NULL, at_ns INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, viewer INTEGER NOT NULL, viewer_tenant INTEGER NOT NULL,"
    " owner_tenant INTEGER NOT NULL, owner_camera INTEGER NOT NULL, capture INTEGER NOT NULL,"
    " amount INTEGER NOT NULL, destination INTEGER NOT NULL, callback INTEGER NOT NULL,"
    " request INTEGER NOT NULL, PRIMARY KEY(campaign, number, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE small_worlds(campaign INTEGER PRIMARY KEY, ran INTEGER NOT NULL,"
    " alone INTEGER NOT NULL, leaks INTEGER NOT NULL, verdict INTEGER NOT NULL, events INTEGER NOT "
    "NULL,"
    " worlds INTEGER NOT NULL, complete INTEGER NOT NULL, depth INTEGER NOT NULL,"
    " orders INTEGER NOT NULL, cpu_s REAL NOT NULL, world TEXT NOT NULL, told TEXT NOT NULL,"
    " not_run TEXT NOT NULL) STRICT;"
    "CREATE TABLE signatures(campaign INTEGER NOT NULL, name TEXT NOT NULL, runs INTEGER NOT NULL,"
    " accepted TEXT NOT NULL, PRIMARY KEY(campaign, name)) STRICT, WITHOUT ROWID;";

enum sf_err sf_store_failed(struct sf_store *store, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    int code = sqlite3_errcode(store->db) & 0xff;
    bool input = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_CANTOPEN ||
                 code == SQLITE_READONLY || code == SQLITE_PERM || code == SQLITE_AUTH;
    int number = sqlite3_system_errno(store->db);
    return sf_fail(diag, input ? SF_ERR_INPUT : SF_ERR_MACHINE, "the store %s: %s%s%s", store->path,
                   sqlite3_errmsg(store->db), number != 0 ? ": " : "",
                   number != 0 ? strerror(number) : "");
}

enum sf_err sf_store_exec(struct sf_store *store, const char *sql, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(sql != NULL);
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SF_OK
               : sf_store_failed(store, diag);
}

enum sf_err sf_store_need_transaction(struct sf_store *store, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    if (store->in_transaction) {
        return SF_OK;
    }
    SF_TRY(sf_store_exec(store, "BEGIN IMMEDIATE", diag));
    store->in_transaction = true;
    return SF_OK;
}

enum sf_err sf_store_settle(struct sf_store *store, struct sf_diag *diag)
{
    SF_ASSERT(store != NULL);
    if (!store->in_transaction) {
        return SF_OK;
    }
    SF_TRY(sf_store_exec(store, "COMMIT", diag));
    store->in_transaction = false;
    return SF_OK;
}

/* ---- statements ---- */

static int bind(sqlite3_stmt *statement, const char *types, va_list values)
{
    int code = SQLITE_OK;
    for (int i = 0; types[i] != '\0' && code == SQLITE_OK; i++) {
        switch (types[i]) {
        case 'i':
            code = sqlite3_bind_int64(statement, i + 1, va_arg(values, int64_t));
            break;
        case 'd':
            code = sqlite3_bind_double(statement, i + 1, va_arg(values, double));
            break;
        default: /* not an enum: a letter, t */
            SF_ASSERT(types[i] == 't');
            code = sqlite3_bind_text(statement, i + 1, va_arg(values, const char *), -1,
                                     SQLITE_TRANSIENT);
            break;
        }
    }
    return code;
}

static enum sf_err prepare(struct sf_store *store, sqlite3_stmt **statement_out,
                           struct sf_diag *diag, const char *sql, const char *types, va_list values)
{
    *statement_out = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, statement_out, NULL) == SQLITE_OK &&
        bind(*statement_out, types, values) == SQLITE_OK) {
        return SF_OK;
    }
    enum sf_err err = sf_store_failed(store, diag);
    sqlite3_finalize(*statement_out);
    *statement_out = NULL;
    return err;
}

enum sf_err sf_store_prepare(struct sf_store *store, sqlite3_stmt **statement_out,
                             struct sf_diag *diag, const char *sql, const char *types, ...)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(statement_out != NULL);
    va_list values;
    va_start(values, types);
    enum sf_err err = prepare(store, statement_out, diag, sql, types, values);
    va_end(values);
    return err;
}

enum sf_err sf_store_do(struct sf_store *store, struct sf_diag *diag, const char *sql,
                        const char *types, ...)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(sql != NULL);
    sqlite3_stmt *statement = NULL;
    va_list values;
    va_start(values, types);
    enum sf_err err = prepare(store, &statement, diag, sql, types, values);
    va_end(values);
    bool row = false;
    if (err == SF_OK) {
        err = sf_store_step(store, statement, &row, diag);
    }
    SF_ASSERT(!row);
    sqlite3_finalize(statement);
    return err;
}

enum sf_err sf_store_step(struct sf_store *store, sqlite3_stmt *statement, bool *row_out,
                          struct sf_diag *diag)
{
    SF_ASSERT(statement != NULL);
    SF_ASSERT(row_out != NULL);
    int code = sqlite3_step(statement);
    *row_out = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? SF_OK : sf_store_failed(store, diag);
}

const char *sf_store_text(sqlite3_stmt *statement, int column)
{
    SF_ASSERT(statement != NULL);
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text != NULL ? (const char *)text : "";
}

/* ---- the file ---- */

static enum sf_err read_number(struct sf_store *store, const char *sql, int64_t *number_out,
                               struct sf_diag *diag)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    SF_TRY(sf_store_prepare(store, &statement, diag, sql, ""));
    enum sf_err err = sf_store_step(store, statement, &row, diag);
    *number_out = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return err;
}

/* A new file gets its tables in one transaction: another process that makes the same one waits. */
static enum sf_err make_tables(struct sf_store *store, struct sf_diag *diag)
{
    int64_t version;
    char sql[100];
    SF_TRY(sf_store_need_transaction(store, diag));
    SF_TRY(read_number(store, "PRAGMA user_version", &version, diag));
    if (version == 0) {
        SF_TRY(sf_store_exec(store, tables, diag));
        snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 APPLICATION_ID, TABLES_VERSION);
        SF_TRY(sf_store_exec(store, sql, diag));
    }
    return sf_store_settle(store, diag);
}

/* Changes nothing: the file may be another program's. */
static enum sf_err recognise(struct sf_store *store, bool *empty_out, struct sf_diag *diag)
{
    int64_t application;
    int64_t version;
    int64_t tables_count;
    SF_TRY(read_number(store, "PRAGMA application_id", &application, diag));
    SF_TRY(read_number(store, "PRAGMA user_version", &version, diag));
    SF_TRY(read_number(store, "SELECT count(*) FROM sqlite_schema", &tables_count, diag));
    *empty_out = application == 0 && version == 0 && tables_count == 0;
    if (*empty_out) {
        return SF_OK;
    }
    if (application != APPLICATION_ID) {
        return sf_fail(diag, SF_ERR_INPUT, "%s is another program's database, not a store",
                       store->path);
    }
    if (version != TABLES_VERSION) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "%s has tables of version %lld; this strayframe knows version %d",
                       store->path, (long long)version, TABLES_VERSION);
    }
    return SF_OK;
}

/* Temporary tables and sorting are in memory: no further file is made. */
static enum sf_err open_file(struct sf_store *store, enum sf_store_mode mode, struct sf_diag *diag)
{
    bool empty;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                (mode == SF_STORE_WRITE ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(store->db, BUSY_MS) != SQLITE_OK) {
        return sf_store_failed(store, diag);
    }
    SF_TRY(sf_store_exec(store, "PRAGMA temp_store = MEMORY; PRAGMA synchronous = NORMAL", diag));
    SF_TRY(recognise(store, &empty, diag));
    if (mode == SF_STORE_READ) {
        return empty ? sf_fail(diag, SF_ERR_INPUT, "%s is an empty file, not a store", store->path)
                     : SF_OK;
    }
    SF_TRY(sf_store_exec(store, "PRAGMA journal_mode = WAL", diag));
    return empty ? make_tables(store, diag) : SF_OK;
}

enum sf_err sf_store_open(const char *path, enum sf_store_mode mode, struct sf_store **store_out,
                          struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(store_out != NULL);
    *store_out = NULL;
    if (strlen(path) >= sizeof(((struct sf_store *)0)->path)) {
        return sf_fail(diag, SF_ERR_INPUT, "the path of the store is too long");
    }
    if (mode == SF_STORE_READ && access(path, F_OK) != 0) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: %s", path, strerror(errno));
    }
    struct sf_store *store = sf_alloc(1, sizeof *store);
    snprintf(store->path, sizeof store->path, "%s", path);
    enum sf_err err = open_file(store, mode, diag);
    if (err != SF_OK) {
        sf_store_close(store);
        return err;
    }
    *store_out = store;
    return SF_OK;
}

void sf_store_close(struct sf_store *store)
{
    if (store == NULL) {
        return;
    }
    for (int i = 0; i < SF_SQL_COUNT; i++) {
        sqlite3_finalize(store->kept[i]);
    }
    sqlite3_close(store->db);
    free(store);
}
