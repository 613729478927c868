/* SQLite: copying a database by its online backup, from inside a read transaction. */
#include "store/copy.h"

#include "store/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP_PAGES = 1024 };

enum err
db_pin(struct db *db)
{
	int rc;

	if (db->tx != TX_READ)
		abort();
	rc = sqlite3_exec(db->sqlite, "PRAGMA schema_version", NULL, NULL, NULL);
	return rc == SQLITE_OK ? ERR_OK : sqlite_failed(db, rc);
}

enum err
db_settle(struct db *db, bool *whole)
{
	int frames, moved,
	        rc = sqlite3_wal_checkpoint_v2(
	                db->sqlite, "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);

	if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
		return sqlite_failed(db, rc);
	*whole = rc == SQLITE_OK && frames >= 0 && frames == moved;
	return ERR_OK;
}

static int
pragma(struct db *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

enum err
db_file(struct db *db, const char *path, int *fd, uint64_t *bytes)
{
	int64_t pages = 0, size = 0;
	int rc, got;

	if (db->tx != TX_READ)
		abort();
	rc = pragma(db, "PRAGMA page_count", &pages);
	if (rc == SQLITE_OK)
		rc = pragma(db, "PRAGMA page_size", &size);
	if (rc != SQLITE_OK)
		return sqlite_failed(db, rc);
	got = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (got < 0)
		return ERR_IO;
	*fd = got;
	*bytes = (uint64_t)pages * (uint64_t)size;
	return ERR_OK;
}

/* A copy is worth nothing before it is whole: no journal, and one sync at its end if it is KEPT. */
static int
open_target(const char *path, bool kept, sqlite3 **out)
{
	/* The path to a kept one may lead over /proc/self/fd; it has just been made there. */
	int rc = sqlite3_open_v2(path, out,
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
	                (kept ? 0 : SQLITE_OPEN_NOFOLLOW),
	        NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*out,
		        kept ? "PRAGMA journal_mode=OFF; PRAGMA synchronous=FULL"
		             : "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF",
		        NULL, NULL, NULL);
	return rc;
}

static int
copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = b != NULL ? SQLITE_OK : sqlite3_errcode(to);

	while (rc == SQLITE_OK)
		rc = sqlite3_backup_step(b, STEP_PAGES);
	if (b != NULL && sqlite3_backup_finish(b) != SQLITE_OK && rc == SQLITE_DONE)
		rc = sqlite3_errcode(to);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static enum err
copy_failed(int rc, int sys, const char *dir, struct diag *d)
{
	if (rc == SQLITE_FULL || sys == ENOSPC || sys == EDQUOT || sys == EFBIG)
		return diag_set(d, ERR_FULL, "make room on that disk",
		        "no room in %s for a copy of the database", dir);
	return diag_set(d, ERR_STORE, "`vdpd doctor` tells more",
	        "the database cannot be copied to %s: %s", dir, sqlite3_errstr(rc));
}

/* Its name is taken away as soon as SQLite has it open, unless it is KEPT: whatever becomes of this
 * process, the copy does not stay. */
static enum err
copy_to(struct db *db, const char *path, bool kept, const char *dir, struct diag *d)
{
	sqlite3 *to = NULL;
	int rc = open_target(path, kept, &to), sys;

	if (!kept)
		unlink(path);
	if (rc == SQLITE_OK)
		rc = copy_pages(db->sqlite, to);
	sys = rc != SQLITE_OK ? sqlite3_system_errno(to) : 0;
	sqlite3_close(to);
	return rc == SQLITE_OK ? ERR_OK : copy_failed(rc, sys, dir, d);
}

/* An empty file DIR/NAME-XXXXXX. */
static enum err
new_file(const char *dir, const char *name, char path[PATH_MAX], int *fd, struct diag *d)
{
	int n = snprintf(path, PATH_MAX, "%s/%s-XXXXXX", dir, name), got;

	if (n < 0 || n >= PATH_MAX)
		return diag_set(d, ERR_TOO_LARGE, NULL, "the directory's name is too long");
	got = mkostemp(path, O_CLOEXEC);
	if (got < 0)
		return diag_set(d, errno == ENOSPC ? ERR_FULL : ERR_IO, NULL, "%s: %s", dir,
		        strerror(errno));
	*fd = got;
	return ERR_OK;
}

enum err
db_copy(struct db *db, const char *dir, int *fd, uint64_t *bytes, struct diag *d)
{
	char path[PATH_MAX];
	struct stat st;
	enum err e;
	int got;

	if (db->tx != TX_READ)
		abort();
	e = new_file(dir, "copy", path, &got, d);
	if (e != ERR_OK)
		return e;
	e = copy_to(db, path, false, dir, d);
	if (e == ERR_OK && fstat(got, &st) != 0)
		e = diag_set(d, ERR_IO, NULL, "%s: %s", dir, strerror(errno));
	if (e != ERR_OK) {
		close(got);
		return e;
	}
	*fd = got;
	*bytes = (uint64_t)st.st_size;
	return ERR_OK;
}

/* PATH, which is whole, becomes DIR/NAME for good. */
static enum err
put_in_place(const char *path, const char *dir, const char *name, int fd, struct diag *d)
{
	char target[PATH_MAX];
	int n = snprintf(target, sizeof target, "%s/%s", dir, name), at;
	bool done =
	        n > 0 && (size_t)n < sizeof target && fsync(fd) == 0 && rename(path, target) == 0;
	enum err e = ERR_OK;

	at = done ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (at < 0 || fsync(at) != 0)
		e = diag_set(d, errno == ENOSPC ? ERR_FULL : ERR_IO, "make room on that disk",
		        "%s: %s", name, strerror(errno));
	if (at >= 0)
		close(at);
	return e;
}

enum err
db_keep(struct db *db, const char *dir, const char *name, struct diag *d)
{
	char path[PATH_MAX];
	enum err e;
	int fd;

	if (db->tx != TX_READ)
		abort();
	e = new_file(dir, name, path, &fd, d);
	if (e != ERR_OK)
		return e;
	e = copy_to(db, path, true, name, d);
	if (e == ERR_OK)
		e = put_in_place(path, dir, name, fd, d);
	if (e != ERR_OK)
		unlink(path);
	close(fd);
	return e;
}
