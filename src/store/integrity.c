/* Checking a whole database file. */
#include "store/integrity.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

static const char mend[] = "restore it from a backup";

/* Runs SQL and gives its first row's column COL as text to OUT; "" without a row. */
static int
first_answer(sqlite3 *db, const char *sql, int col, char *out, size_t size)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	out[0] = '\0';
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		snprintf(out, size, "%s", (const char *)sqlite3_column_text(st, col));
	sqlite3_finalize(st);
	for (char *line = out; (line = strchr(line, '\n')) != NULL;)
		*line = ' ';
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static enum err
check(sqlite3 *db, const char *name, struct diag *d)
{
	char answer[160];
	int rc = first_answer(db, "PRAGMA integrity_check(1)", 0, answer, sizeof answer);

	if (rc != SQLITE_OK)
		return diag_set(d, ERR_STORE, mend, "%s: %s", name, sqlite3_errstr(rc));
	if (strcmp(answer, "ok") != 0)
		return diag_set(d, ERR_STORE, mend, "%s is damaged: %s", name, answer);
	rc = first_answer(db, "PRAGMA foreign_key_check", 0, answer, sizeof answer);
	if (rc != SQLITE_OK)
		return diag_set(d, ERR_STORE, mend, "%s: %s", name, sqlite3_errstr(rc));
	if (answer[0] != '\0')
		return diag_set(d, ERR_STORE, mend,
		        "%s: a row of %s belongs to one that is not there", name, answer);
	return ERR_OK;
}

enum err
db_integrity(const char *dir, const struct db_set *set, struct diag *d)
{
	sqlite3 *db = NULL;
	char path[4096];
	int rc;
	enum err e;

	if (snprintf(path, sizeof path, "%s/%s", dir, set->file) >= (int)sizeof path)
		return diag_set(d, ERR_INVALID, NULL, "the path is too long");
	if (access(path, F_OK) != 0)
		return diag_set(d, ERR_NOT_FOUND, mend, "%s is not there", path);
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc == SQLITE_OK)
		sqlite3_busy_timeout(db, 2000);
	e = rc == SQLITE_OK ? check(db, path, d)
	                    : diag_set(d, ERR_STORE, mend, "%s: %s", path, sqlite3_errstr(rc));
	sqlite3_close(db);
	return e;
}
