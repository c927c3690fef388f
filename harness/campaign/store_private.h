/* Between the parts of the store: store.c (the file and its transactions), store_campaigns.c and
 * store_runs.c (rows). */
#ifndef STRAYFRAME_CAMPAIGN_STORE_PRIVATE_H
#define STRAYFRAME_CAMPAIGN_STORE_PRIVATE_H

#include <sqlite3.h>

#include "harness/campaign/store.h"

/* Statements that are prepared once. */
enum sf_store_sql {
    SF_SQL_ADD_RUN,
    SF_SQL_ADD_ORACLE,
    SF_SQL_ADD_FINDING,
    SF_SQL_COUNT,
};

struct sf_store {
    sqlite3 *db; /* owned */
    char path[1024];
    bool in_transaction;
    sqlite3_stmt *kept[SF_SQL_COUNT]; /* owned; NULL until it is needed */
};

/* The failure of the latest call, with the path. */
SF_MUST_USE enum sf_err sf_store_failed(struct sf_store *store, struct sf_diag *diag);

SF_MUST_USE enum sf_err sf_store_exec(struct sf_store *store, const char *sql,
                                      struct sf_diag *diag);

/* Begins a transaction where none is under way. */
SF_MUST_USE enum sf_err sf_store_need_transaction(struct sf_store *store, struct sf_diag *diag);

/* A statement with values: one letter of `types` for each: i (int64_t), t (const char *),
 * d (double). To be finalized. */
SF_MUST_USE enum sf_err sf_store_prepare(struct sf_store *store, sqlite3_stmt **statement_out,
                                         struct sf_diag *diag, const char *sql, const char *types,
                                         ...);
/* The same, run to its end; it returns no row. */
SF_MUST_USE enum sf_err sf_store_do(struct sf_store *store, struct sf_diag *diag, const char *sql,
                                    const char *types, ...);

/* The next row: *row_out is false after the last one. */
SF_MUST_USE enum sf_err sf_store_step(struct sf_store *store, sqlite3_stmt *statement,
                                      bool *row_out, struct sf_diag *diag);

/* A column's text; "" for NULL. Valid until the next step. */
const char *sf_store_text(sqlite3_stmt *statement, int column);

#endif
