/* Transactions on top of what an engine gives. */
#include "store/tx.h"

#include "store/db_engine.h"

#include <time.h>

enum { TRIES = 6, FIRST_WAIT_MS = 8 }; /* 8 + 16 + … + 128 ms of waiting */

static enum err
run_once(struct db *db, tx_fn *fn, void *ctx)
{
	enum err e = db_begin(db, true);

	if (e != ERR_OK)
		return e;
	e = fn(db, ctx);
	if (e == ERR_OK)
		return db_commit(db);
	db_rollback(db);
	return e;
}

enum err
tx_run(struct db *db, tx_fn *fn, void *ctx)
{
	long wait_ms = FIRST_WAIT_MS;
	enum err e;

	for (int i = 1;; i++, wait_ms *= 2) {
		struct timespec ts = {.tv_nsec = wait_ms * 1000000};

		e = run_once(db, fn, ctx);
		/* FN's own ERR_BUSY is no reason to run it again: the database's is. */
		if (e != ERR_BUSY || !db_retryable(db) || i == TRIES)
			return e;
		nanosleep(&ts, NULL);
	}
}

enum err
tx_read(struct db *db, tx_fn *fn, void *ctx)
{
	enum err e = db_begin(db, false);

	if (e != ERR_OK)
		return e;
	e = fn(db, ctx);
	db_rollback(db);
	return e;
}

enum err
tx_savepoint(struct db *db, tx_fn *fn, void *ctx)
{
	enum err e = db_savepoint(db);

	if (e != ERR_OK)
		return e;
	e = fn(db, ctx);
	if (e == ERR_OK)
		e = db_savepoint_keep(db);
	if (e != ERR_OK)
		db_savepoint_undo(db);
	return e;
}
