/* What an engine gives to the store room alone: transactions and scripts. Everybody else uses
 * store/db.h and store/tx.h. */
#ifndef VDPD_STORE_DB_ENGINE_H
#define VDPD_STORE_DB_ENGINE_H

#include "store/db.h"

/* BEGIN. WRITE waits for its turn at the turnstile and is the only writer then; a reading
 * transaction sees one state of the database. Aborts inside a transaction. */
enum err db_begin(struct db *db, bool write) MUST_CHECK;
/* ERR_OK only once the transaction is durable; otherwise it has been rolled back. */
enum err db_commit(struct db *db) MUST_CHECK;
void db_rollback(struct db *db);

/* Savepoints nest. db_savepoint_undo puts the database back to the savepoint and ends it; where the
 * engine has already thrown away the transaction, later calls keep failing with its error. */
enum err db_savepoint(struct db *db) MUST_CHECK;
enum err db_savepoint_keep(struct db *db) MUST_CHECK;
void db_savepoint_undo(struct db *db);

/* True if the last error was a lock or a conflict that goes away by running the transaction anew.
 */
bool db_retryable(const struct db *db);

/* Makes db_next stop and db_rows_end say ERR_STORE, because column COL (from 0) is WHAT: "too
 * large". */
void db_row_bad(struct db_rows *rows, size_t col, const char *what);

/* Runs the statements of the NUL-terminated SCRIPT inside a write transaction. */
enum err db_script(struct db *db, const char *script) MUST_CHECK;

#endif
