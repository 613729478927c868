/* SQLite: opening, errors, transactions. Everything that needs a file to be opened happens in
 * db_open, since the sandbox comes after it. */
#include "store/db_sqlite.h"

#include "store/fault.h"
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	BUSY_TIMEOUT_MS = 5000, /* for those who do not know the turnstile: sqlite3, a backup */
	EMPTY_TIMEOUT_MS = 300,
	CHECKPOINT_PAGES =
	        16384, /* 64 MiB of WAL: the writer's last resort, db_checkpoint is first */
	WAL_KEEP_BYTES = 16 << 20, /* of the WAL once all of it is in the database */
	CACHE_KIB = 1024,          /* the kernel's cache is behind it */
};

static const char *const tx_sql[TX_STMTS] = {
        [TX_BEGIN] = "BEGIN",
        [TX_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
        [TX_COMMIT] = "COMMIT",
        [TX_ROLLBACK] = "ROLLBACK",
        [TX_SAVE] = "SAVEPOINT s",
        [TX_KEEP] = "RELEASE s",
        [TX_UNDO] = "ROLLBACK TO s",
};

/* ---- Errors ---- */

static enum err
err_of(struct db *db, int rc)
{
	int sys = sqlite3_system_errno(db->sqlite);

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return sys == ENOSPC || sys == EDQUOT ? ERR_FULL : ERR_STORE;
	case SQLITE_TOOBIG:
		return ERR_TOO_LARGE;
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
		        rc == SQLITE_CONSTRAINT_ROWID || rc == SQLITE_CONSTRAINT_FOREIGNKEY)
			return ERR_CONFLICT;
		return ERR_INVALID;
	default:
		return ERR_STORE;
	}
}

enum err
sqlite_failed(struct db *db, int rc)
{
	enum err e = err_of(db, rc);

	snprintf(db->why, sizeof db->why, "%s (%d)", sqlite3_errmsg(db->sqlite), rc);
	db->retryable = e == ERR_BUSY;
	if (db->tx != TX_NONE && db->failed == ERR_OK)
		db->failed = e;
	return e;
}

const char *
db_why(const struct db *db)
{
	return db->why;
}

bool
db_retryable(const struct db *db)
{
	return db->retryable;
}

static enum err
open_failed(const char *dir, const struct db_set *set, int rc, struct db *db, struct diag *d)
{
	const char *why = db->sqlite != NULL ? sqlite3_errmsg(db->sqlite) : "out of memory";

	if (d != NULL)
		snprintf(d->file, sizeof d->file, "%s/%s", dir, set->file);
	switch (rc & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return diag_set(d, ERR_STORE,
		        "keep a copy of the directory and restore the last backup with `vdpd "
		        "restore`",
		        "the database is damaged (%s)", why);
	case SQLITE_CANTOPEN:
		return diag_set(d, ERR_STORE,
		        "make the instance with `vdpd init`, or start as the owner of the "
		        "directory",
		        "the database cannot be opened (%s)", why);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return diag_set(d, ERR_STORE, "start as the owner of the directory",
		        "the database cannot be written (%s)", why);
	case SQLITE_BUSY:
		return diag_set(d, ERR_BUSY, "end the program that holds it, then start again",
		        "the database is locked by another program");
	case SQLITE_FULL:
		return diag_set(d, ERR_FULL, "make room on the disk", "no room on the disk");
	default:
		return diag_set(d, err_of(db, rc), "look at the disk and the file's owner",
		        "the database does not open (%s, %d)", why, rc);
	}
}

/* ---- Opening ---- */

static void
configure_sqlite(void)
{
	/* Counting memory takes one lock for all threads at each allocation. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
set_limits(struct db *db)
{
	static const struct {
		int what, on;
	} config[] = {
	        {SQLITE_DBCONFIG_DEFENSIVE, 1},
	        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
	        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	        {SQLITE_DBCONFIG_DQS_DML, 0},
	        {SQLITE_DBCONFIG_DQS_DDL, 0},
	};
	int persist = 1;

	for (size_t i = 0; i < sizeof config / sizeof config[0]; i++) {
		int rc = sqlite3_db_config(db->sqlite, config[i].what, config[i].on, (int *)NULL);

		if (rc != SQLITE_OK)
			return rc;
	}
	sqlite3_extended_result_codes(db->sqlite, 1);
	sqlite3_busy_timeout(db->sqlite, BUSY_TIMEOUT_MS);
	/* Who closes last need not unlink the WAL, which the sandbox would refuse. */
	return sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
}

/* After a commit left PAGES in the WAL. */
static int
committed(void *ctx, sqlite3 *sqlite, const char *name, int pages)
{
	struct db *db = ctx;

	db->wal_pages = pages;
	/* A failure is not the commit's, and the next commit tries again. */
	if (pages >= CHECKPOINT_PAGES)
		(void)sqlite3_wal_checkpoint_v2(
		        sqlite, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

static int
set_pragmas(struct db *db)
{
	char text[400];

	snprintf(text, sizeof text,
	        "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA temp_store=MEMORY;"
	        "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA journal_size_limit=%d;"
	        "PRAGMA cache_size=-%d; PRAGMA secure_delete=ON",
	        fault_sync_off() ? "OFF" : "FULL", WAL_KEEP_BYTES, CACHE_KIB);
	sqlite3_wal_hook(db->sqlite, committed, db);
	return sqlite3_exec(db->sqlite, text, NULL, NULL, NULL);
}

static int
version_of(void *ctx, int n, char **text, char **names)
{
	char *end;

	(void)names;
	if (n == 1 && text[0] != NULL)
		*(long *)ctx = strtol(text[0], &end, 10);
	return 0;
}

/* Writes and syncs once without changing anything: then WAL and shared memory are open, and the
 * directory entry of the WAL has been synced, for which SQLite opens the directory. */
static int
warm_up(struct db *db)
{
	char text[80], seed[16];
	long version = 0;
	int rc = sqlite3_exec(
	        db->sqlite, "BEGIN IMMEDIATE; PRAGMA user_version", version_of, &version, NULL);

	if (rc != SQLITE_OK)
		return rc;
	/* The first use opens /dev/urandom; the WAL needs it whenever it starts from its beginning.
	 */
	sqlite3_randomness(sizeof seed, seed);
	snprintf(text, sizeof text, "PRAGMA user_version=%ld; COMMIT", version);
	rc = sqlite3_exec(db->sqlite, text, NULL, NULL, NULL);
	/* On a full disk the pages that only read go on. */
	if (rc == SQLITE_FULL) {
		if (!sqlite3_get_autocommit(db->sqlite))
			sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
		rc = SQLITE_OK;
	}
	return rc;
}

static int
prepare_tx(struct db *db)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < TX_STMTS && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(db->sqlite, tx_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
		        &db->tx_stmt[i], NULL);
	return rc;
}

static int
open_sqlite(struct db *db, const char *path)
{
	int rc = sqlite3_open_v2(path, &db->sqlite,
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
	        fault_vfs());

	if (rc == SQLITE_OK)
		rc = set_limits(db);
	if (rc == SQLITE_OK)
		rc = set_pragmas(db);
	if (rc == SQLITE_OK)
		rc = warm_up(db);
	if (rc == SQLITE_OK)
		rc = prepare_tx(db);
	return rc;
}

/* An empty file that only its owner reads; WAL and shared memory get the same mode from SQLite. */
static void
create_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static enum err
open_in(struct db *db, const char *dir, const struct db_set *set, unsigned flags, struct diag *d)
{
	char path[PATH_MAX], turn[PATH_MAX];
	enum err e;
	int n, rc;

	n = snprintf(turn, sizeof turn, "%s/%s.turn", dir, set->file);
	if (n < 0 || (size_t)n >= sizeof turn)
		return diag_set(d, ERR_TOO_LARGE, NULL, "the directory's name is too long");
	snprintf(path, sizeof path, "%s/%s", dir, set->file);
	if (flags & DB_MIGRATE)
		create_file(path);
	e = turnstile_init(&db->turn, turn);
	if (e == ERR_OK)
		e = turnstile_enter(&db->turn);
	if (e != ERR_OK)
		return diag_set(d, e, "make the instance with `vdpd init`, or start as its owner",
		        "%s cannot be opened and locked", turn);
	/* In turn, because the first to come makes the WAL and reads what is left in it. */
	rc = open_sqlite(db, path);
	turnstile_leave(&db->turn);
	if (rc != SQLITE_OK)
		return open_failed(dir, set, rc, db, d);
	e = sqlite_stmts_init(db, set, true, d);
	if (e == ERR_OK && !(flags & DB_MIGRATE))
		e = migrate_check(db, set, (flags & DB_OLDER) != 0, d);
	if (e == ERR_OK && !(flags & DB_LAZY))
		e = sqlite_stmts_init(db, set, false, d);
	return e;
}

enum err
db_open(const char *dir, const struct db_set *set, unsigned flags, struct diag *d, struct db **out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct db *db = calloc(1, sizeof *db);
	enum err e;

	if (db == NULL)
		abort();
	pthread_once(&once, configure_sqlite);
	db->turn.fd = -1;
	e = open_in(db, dir, set, flags, d);
	if (e != ERR_OK) {
		db_close(db);
		return e;
	}
	*out = db;
	return ERR_OK;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	if (db->tx != TX_NONE)
		abort();
	sqlite_stmts_clear(db);
	for (int i = 0; i < TX_STMTS; i++)
		sqlite3_finalize(db->tx_stmt[i]);
	/* Closing writes the WAL back: a writer's work. */
	if (db->turn.fd >= 0 && turnstile_enter(&db->turn) == ERR_OK) {
		sqlite3_close(db->sqlite);
		turnstile_leave(&db->turn);
	} else {
		sqlite3_close(db->sqlite);
	}
	turnstile_clear(&db->turn);
	free(db);
}

size_t
db_backlog(const struct db *db)
{
	return (size_t)db->wal_pages;
}

enum err
db_checkpoint(struct db *db)
{
	int rc = sqlite3_wal_checkpoint_v2(
	        db->sqlite, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	/* Busy: somebody else is at it. */
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
		return ERR_OK;
	return sqlite_failed(db, rc);
}

enum err
db_empty_wal(struct db *db)
{
	enum err e = db_checkpoint(db);
	int rc;

	if (e == ERR_OK)
		e = turnstile_enter(&db->turn);
	if (e != ERR_OK)
		return e;
	/* The little that is left is moved while the writers stand behind; readers that still look
	 * at it are waited for, and new ones do not need it. */
	sqlite3_busy_timeout(db->sqlite, EMPTY_TIMEOUT_MS);
	rc = sqlite3_wal_checkpoint_v2(db->sqlite, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(db->sqlite, BUSY_TIMEOUT_MS);
	turnstile_leave(&db->turn);
	if (rc == SQLITE_OK)
		return ERR_OK;
	return (rc & 0xff) == SQLITE_BUSY ? ERR_BUSY : sqlite_failed(db, rc);
}

/* ---- Transactions ---- */

static enum err
tx_step(struct db *db, enum tx_stmt which)
{
	sqlite3_stmt *st = db->tx_stmt[which];
	int rc = sqlite3_step(st);
	enum err e = rc == SQLITE_DONE ? ERR_OK
	                               : sqlite_failed(db, sqlite3_extended_errcode(db->sqlite));

	sqlite3_reset(st);
	return e;
}

enum err
db_begin(struct db *db, bool write)
{
	enum err e = ERR_OK;

	if (db->tx != TX_NONE)
		abort();
	db->failed = ERR_OK;
	db->retryable = false;
	db->why[0] = '\0';
	if (write) {
		e = turnstile_enter(&db->turn);
		if (e != ERR_OK)
			return e;
	}
	e = tx_step(db, write ? TX_BEGIN_IMMEDIATE : TX_BEGIN);
	if (e == ERR_OK)
		db->tx = write ? TX_WRITE : TX_READ;
	else if (write)
		turnstile_leave(&db->turn);
	return e;
}

static void
tx_ended(struct db *db)
{
	if (db->tx == TX_WRITE)
		turnstile_leave(&db->turn);
	db->tx = TX_NONE;
	db->savepoints = 0;
	db->failed = ERR_OK;
}

void
db_rollback(struct db *db)
{
	if (db->tx == TX_NONE)
		abort();
	/* Some failures have rolled back already; the message of what failed stays. */
	if (!sqlite3_get_autocommit(db->sqlite)) {
		sqlite3_step(db->tx_stmt[TX_ROLLBACK]);
		sqlite3_reset(db->tx_stmt[TX_ROLLBACK]);
	}
	if (!sqlite3_get_autocommit(db->sqlite))
		abort();
	tx_ended(db);
}

enum err
db_commit(struct db *db)
{
	enum err e = db->failed;

	if (db->tx != TX_WRITE || db->savepoints != 0)
		abort();
	if (e == ERR_OK)
		e = tx_step(db, TX_COMMIT);
	if (e == ERR_OK)
		tx_ended(db);
	else
		db_rollback(db);
	return e;
}

enum err
db_savepoint(struct db *db)
{
	enum err e = db->failed;

	if (db->tx != TX_WRITE)
		abort();
	if (e == ERR_OK)
		e = tx_step(db, TX_SAVE);
	if (e == ERR_OK)
		db->savepoints++;
	return e;
}

enum err
db_savepoint_keep(struct db *db)
{
	enum err e = db->failed;

	if (db->savepoints == 0)
		abort();
	if (e == ERR_OK)
		e = tx_step(db, TX_KEEP);
	if (e == ERR_OK)
		db->savepoints--;
	return e;
}

void
db_savepoint_undo(struct db *db)
{
	if (db->savepoints == 0)
		abort();
	db->savepoints--;
	if (sqlite3_get_autocommit(db->sqlite)) {
		if (db->failed == ERR_OK)
			db->failed = ERR_STORE;
		return;
	}
	db->failed = ERR_OK;
	if (tx_step(db, TX_UNDO) == ERR_OK)
		(void)!tx_step(db, TX_KEEP);
}

enum err
db_script(struct db *db, const char *script)
{
	int rc;

	if (db->tx != TX_WRITE)
		abort();
	if (db->failed != ERR_OK)
		return db->failed;
	rc = sqlite3_exec(db->sqlite, script, NULL, NULL, NULL);
	return rc == SQLITE_OK ? ERR_OK : sqlite_failed(db, sqlite3_extended_errcode(db->sqlite));
}
