/* SQLite: statements, their parameters and their rows. */
#include "store/db_sqlite.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- The table of statements ---- */

static struct slot *
slot_of(struct db *db, const struct stmt *st)
{
	size_t i = ((uintptr_t)st / _Alignof(struct stmt)) & (db->slots_n - 1);

	while (db->slots[i].st != NULL && db->slots[i].st != st)
		i = (i + 1) & (db->slots_n - 1);
	return &db->slots[i];
}

/* $1 … $n by name, since SQLite numbers them as they come; a gap is a mistake. */
static bool
map_params(struct slot *slot)
{
	int n = sqlite3_bind_parameter_count(slot->handle);

	if (n > DB_PARAMS_MAX)
		return false;
	for (int i = 0; i < n; i++) {
		char name[8];
		int at;

		snprintf(name, sizeof name, "$%d", i + 1);
		at = sqlite3_bind_parameter_index(slot->handle, name);
		if (at == 0)
			return false;
		slot->param[i] = (unsigned char)at;
	}
	slot->params = (unsigned char)n;
	return true;
}

static enum err
prepare(struct db *db, struct slot *slot)
{
	const char *tail;
	int rc;

	if (slot->handle != NULL)
		return ERR_OK;
	rc = sqlite3_prepare_v3(
	        db->sqlite, slot->st->sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->handle, &tail);
	if (rc != SQLITE_OK)
		return sqlite_failed(db, rc);
	if (slot->handle == NULL || *tail != '\0' || !map_params(slot)) {
		snprintf(db->why, sizeof db->why,
		        "not one statement, or its parameters are not $1 … $n");
		sqlite3_finalize(slot->handle);
		slot->handle = NULL;
		return ERR_STORE;
	}
	return ERR_OK;
}

static void
slots_fill(struct db *db, const struct db_set *set)
{
	size_t n = 0;

	for (size_t t = 0; set->stmts[t] != NULL; t++)
		for (size_t i = 0; set->stmts[t][i] != NULL; i++)
			n++;
	db->slots_n = 16;
	while (db->slots_n < 2 * n)
		db->slots_n *= 2;
	db->slots = calloc(db->slots_n, sizeof *db->slots);
	if (db->slots == NULL)
		abort();
	for (size_t t = 0; set->stmts[t] != NULL; t++)
		for (size_t i = 0; set->stmts[t][i] != NULL; i++)
			slot_of(db, set->stmts[t][i])->st = set->stmts[t][i];
}

enum err
sqlite_stmts_init(struct db *db, const struct db_set *set, bool lazy, struct diag *d)
{
	if (db->slots == NULL)
		slots_fill(db, set);
	for (size_t i = 0; i < db->slots_n && !lazy; i++) {
		struct slot *slot = &db->slots[i];
		enum err e = slot->st != NULL ? prepare(db, slot) : ERR_OK;

		if (e != ERR_OK)
			return diag_set(d, e, "report this with the message",
			        "%s: the statement %s does not fit: %s", set->file, slot->st->name,
			        db->why);
	}
	return ERR_OK;
}

void
sqlite_stmts_clear(struct db *db)
{
	for (size_t i = 0; i < db->slots_n; i++)
		sqlite3_finalize(db->slots[i].handle);
	free(db->slots);
	db->slots = NULL;
	db->slots_n = 0;
}

/* ---- Running ---- */

static int
bind(sqlite3_stmt *h, int at, const struct db_val *v)
{
	switch (v->type) {
	case DB_I64:
		return sqlite3_bind_int64(h, at, v->i);
	case DB_TEXT:
		return sqlite3_bind_text64(
		        h, at, v->s.n > 0 ? v->s.p : "", v->s.n, SQLITE_STATIC, SQLITE_UTF8);
	case DB_BLOB:
		return sqlite3_bind_blob64(h, at, v->s.n > 0 ? v->s.p : "", v->s.n, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(h, at);
	}
}

static enum err
bind_all(struct db *db, struct slot *slot, struct db_args args)
{
	if (args.n != slot->params)
		abort();
	for (size_t i = 0; i < args.n; i++) {
		const struct db_val *v = &args.v[i];
		int rc;

		/* PostgreSQL has no such text, so no database has. */
		if (v->type == DB_TEXT && v->s.n > 0 && memchr(v->s.p, '\0', v->s.n) != NULL) {
			snprintf(db->why, sizeof db->why, "%s: NUL in the text $%zu",
			        slot->st->name, i + 1);
			return ERR_INVALID;
		}
		rc = bind(slot->handle, slot->param[i], v);
		if (rc != SQLITE_OK)
			return sqlite_failed(db, rc);
	}
	return ERR_OK;
}

static void
stop(struct slot *slot)
{
	sqlite3_reset(slot->handle);
	/* The values belong to the caller and may be gone. */
	sqlite3_clear_bindings(slot->handle);
	slot->running = false;
}

static enum err
start(struct db *db, const struct stmt *st, struct db_args args, struct slot **out)
{
	struct slot *slot = slot_of(db, st);
	enum err e;

	if (slot->st == NULL || slot->running)
		abort();
	if (db->failed != ERR_OK)
		return db->failed;
	e = prepare(db, slot);
	if (e != ERR_OK)
		return e;
	if (db->tx != TX_WRITE && !sqlite3_stmt_readonly(slot->handle))
		abort();
	e = bind_all(db, slot, args);
	if (e != ERR_OK) {
		stop(slot);
		return e;
	}
	slot->running = true;
	*out = slot;
	return ERR_OK;
}

/* Names the statement in front of SQLite's message. */
static enum err
step_failed(struct db *db, const struct slot *slot, int rc)
{
	enum err e = sqlite_failed(db, rc);
	char why[sizeof db->why];

	snprintf(why, sizeof why, "%s", db->why);
	snprintf(db->why, sizeof db->why, "%s: %.100s", slot->st->name, why);
	return e;
}

enum err
db_exec(struct db *db, const struct stmt *st, struct db_args args, int64_t *changed)
{
	struct slot *slot;
	int64_t before = sqlite3_total_changes64(db->sqlite);
	enum err e = start(db, st, args, &slot);
	int rc;

	if (e != ERR_OK)
		return e;
	while ((rc = sqlite3_step(slot->handle)) == SQLITE_ROW)
		;
	if (rc != SQLITE_DONE)
		e = step_failed(db, slot, sqlite3_extended_errcode(db->sqlite));
	stop(slot);
	/* Not changes(): that keeps the count of an earlier statement where this one counts none.
	 */
	if (e == ERR_OK && changed != NULL)
		*changed = sqlite3_total_changes64(db->sqlite) - before;
	return e;
}

enum err
db_query(struct db *db, const struct stmt *st, struct db_args args, struct db_rows *rows)
{
	struct slot *slot;
	enum err e = start(db, st, args, &slot);

	if (e != ERR_OK)
		return e;
	*rows = (struct db_rows){
	        .db = db,
	        .handle = slot,
	        .columns = (size_t)sqlite3_column_count(slot->handle),
	        .running = true,
	};
	return ERR_OK;
}

bool
db_next(struct db_rows *rows)
{
	struct slot *slot = rows->handle;
	int rc;

	if (rows->err != ERR_OK || !rows->running)
		return false;
	rc = sqlite3_step(slot->handle);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		rows->err = step_failed(rows->db, slot, sqlite3_extended_errcode(rows->db->sqlite));
	/* Another step would start it anew. */
	stop(slot);
	rows->running = false;
	return false;
}

enum err
db_rows_end(struct db_rows *rows)
{
	if (rows->running)
		stop(rows->handle);
	rows->running = false;
	return rows->err;
}

/* ---- Values of a row ---- */

static sqlite3_stmt *
handle_at(struct db_rows *rows, size_t col)
{
	struct slot *slot = rows->handle;

	if (!rows->running || col >= rows->columns)
		abort();
	return slot->handle;
}

void
db_row_bad(struct db_rows *rows, size_t col, const char *what)
{
	struct slot *slot = rows->handle;

	if (rows->err != ERR_OK)
		return;
	rows->err = ERR_STORE;
	snprintf(rows->db->why, sizeof rows->db->why, "%s: column %zu is %s", slot->st->name,
	        col + 1, what);
}

bool
db_row_null(struct db_rows *rows, size_t col)
{
	return sqlite3_column_type(handle_at(rows, col), (int)col) == SQLITE_NULL;
}

int64_t
db_row_i64(struct db_rows *rows, size_t col)
{
	sqlite3_stmt *h = handle_at(rows, col);

	if (sqlite3_column_type(h, (int)col) != SQLITE_INTEGER) {
		db_row_bad(rows, col, "no integer");
		return 0;
	}
	return sqlite3_column_int64(h, (int)col);
}

/* The bytes of a value of TYPE as the engine holds them, until the next step. */
static bool
bytes_at(struct db_rows *rows, size_t col, int type, size_t max, struct str *out)
{
	sqlite3_stmt *h = handle_at(rows, col);
	const void *p;
	size_t n;

	if (sqlite3_column_type(h, (int)col) != type) {
		db_row_bad(rows, col, type == SQLITE_TEXT ? "no text" : "no blob");
		return false;
	}
	p = type == SQLITE_TEXT ? (const void *)sqlite3_column_text(h, (int)col)
	                        : sqlite3_column_blob(h, (int)col);
	n = (size_t)sqlite3_column_bytes(h, (int)col);
	if (n > max) {
		db_row_bad(rows, col, "too long");
		return false;
	}
	if (p == NULL && n > 0) {
		db_row_bad(rows, col, "unreadable");
		return false;
	}
	*out = str_bytes(n > 0 ? p : "", n);
	return true;
}

struct str
db_row_text(struct arena *a, struct db_rows *rows, size_t col, size_t max)
{
	struct str s = {NULL, 0};

	return bytes_at(rows, col, SQLITE_TEXT, max, &s) ? str_dup(a, s) : s;
}

struct str
db_row_blob(struct arena *a, struct db_rows *rows, size_t col, size_t max)
{
	struct str s = {NULL, 0};

	return bytes_at(rows, col, SQLITE_BLOB, max, &s) ? str_dup(a, s) : s;
}

void
db_row_fixed(struct db_rows *rows, size_t col, void *out, size_t n)
{
	struct str s;

	memset(out, 0, n);
	if (!bytes_at(rows, col, SQLITE_BLOB, n, &s))
		return;
	if (s.n == n)
		memcpy(out, s.p, n);
	else
		db_row_bad(rows, col, "too short");
}
