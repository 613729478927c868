/* The inside of the SQLite engine, for db_sqlite.c and db_sqlite_stmt.c. */
#ifndef VDPD_STORE_DB_SQLITE_H
#define VDPD_STORE_DB_SQLITE_H

#include "store/db_engine.h"
#include "store/turnstile.h"

#include <sqlite3.h>

enum { DB_PARAMS_MAX = 64 };

/* A statement of the set on this connection; the slots are a hash table by address of the stmt. */
struct slot {
	const struct stmt *st;
	sqlite3_stmt *handle;               /* NULL until prepared */
	unsigned char param[DB_PARAMS_MAX]; /* index in SQLite of $1, $2 … */
	unsigned char params;
	bool running;
};

enum tx_state { TX_NONE, TX_READ, TX_WRITE };
enum tx_stmt {
	TX_BEGIN,
	TX_BEGIN_IMMEDIATE,
	TX_COMMIT,
	TX_ROLLBACK,
	TX_SAVE,
	TX_KEEP,
	TX_UNDO,
	TX_STMTS
};

struct db {
	sqlite3 *sqlite;
	struct turnstile turn;
	struct slot *slots;
	size_t slots_n; /* a power of two, at least twice the statements */
	sqlite3_stmt *tx_stmt[TX_STMTS];
	enum tx_state tx;
	unsigned savepoints;
	enum err failed; /* what broke the transaction or savepoint in hand */
	bool retryable;
	int wal_pages; /* in the WAL after the last commit here */
	char why[160];
};

/* The error of RC, with db->why and db->retryable set; marks a transaction in hand as failed. */
enum err sqlite_failed(struct db *db, int rc);

/* Fills the table of slots from SET; prepares all unless LAZY. */
enum err sqlite_stmts_init(
        struct db *db, const struct db_set *set, bool lazy, struct diag *d) MUST_CHECK;
void sqlite_stmts_clear(struct db *db);

#endif
