/* Advisories. */
#include "store/advisory_store.h"

#include "store/collect.h"

#define COLUMNS                                                                                    \
	"id, programme_id, name, file, revision, change, published_at, modified_at, "              \
	"withdrawn_at, "                                                                           \
	"title, severity, cve"

static const struct db_col cols[] = {
        DB_COL_INT(struct advisory_row, id),
        DB_COL_INT(struct advisory_row, programme_id),
        DB_COL_TEXT(struct advisory_row, name, 64),
        DB_COL_TEXT(struct advisory_row, file, 80),
        DB_COL_INT(struct advisory_row, revision),
        DB_COL_INT(struct advisory_row, change),
        DB_COL_INT(struct advisory_row, published_at),
        DB_COL_INT(struct advisory_row, modified_at),
        DB_COL_INT(struct advisory_row, withdrawn_at),
        DB_COL_TEXT(struct advisory_row, title, 1024),
        DB_COL_TEXT(struct advisory_row, severity, 16),
        DB_COL_TEXT(struct advisory_row, cve, 32),
        DB_COL_TEXT(struct advisory_row, record, ADVISORY_RECORD_MAX),
};
static const struct db_map row_map = DB_MAP(struct advisory_row, cols);
/* Without the record. */
static const struct db_map list_map = {
        .cols = cols, .n = sizeof cols / sizeof cols[0] - 1, .size = sizeof(struct advisory_row)};

static const struct stmt stmt_find = {
        "advisory_find",
        "SELECT " COLUMNS ", record FROM advisory WHERE programme_id = $1 AND name = $2",
};
static const struct stmt stmt_find_file = {
        "advisory_find_file",
        "SELECT " COLUMNS ", record FROM advisory WHERE programme_id = $1 AND file = $2",
};
static const struct stmt stmt_last_change = {
        "advisory_last_change",
        "SELECT CAST(COALESCE(MAX(change), 0) AS BIGINT) FROM advisory WHERE programme_id = $1",
};
static const struct stmt stmt_insert = {
        "advisory_insert",
        "INSERT INTO advisory (programme_id, name, file, revision, change, published_at, "
        "modified_at, withdrawn_at, title, severity, cve, record) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
};
static const struct stmt stmt_update = {
        "advisory_update",
        "UPDATE advisory SET revision = $2, change = $3, published_at = $4, modified_at = $5, "
        "withdrawn_at = $6, title = $7, severity = $8, cve = $9, record = $10 WHERE id = $1",
};
static const struct stmt stmt_keep = {
        "advisory_revision_insert",
        "INSERT INTO advisory_revision (advisory_id, revision, at, record) "
        "VALUES ($1, $2, $3, $4)",
};
static const struct stmt stmt_list = {
        "advisory_list",
        "SELECT " COLUMNS " FROM advisory WHERE programme_id = $1 "
        "AND (published_at, id) < ($2, $3) ORDER BY published_at DESC, id DESC LIMIT $4",
};
static const struct stmt stmt_changed = {
        "advisory_changed",
        "SELECT " COLUMNS ", record FROM advisory WHERE programme_id = $1 "
        "ORDER BY change DESC LIMIT $2",
};
static const struct stmt stmt_each = {
        "advisory_each",
        "SELECT " COLUMNS " FROM advisory WHERE programme_id = $1 AND published_at >= $2 "
        "AND published_at < $3 ORDER BY published_at DESC, id DESC",
};
static const struct stmt stmt_each_changed = {
        "advisory_each_changed",
        "SELECT " COLUMNS " FROM advisory WHERE programme_id = $1 AND modified_at >= 0 "
        "ORDER BY modified_at DESC, id DESC",
};
static const struct stmt stmt_first = {
        "advisory_first",
        "SELECT CAST(COALESCE(MIN(published_at), 0) AS BIGINT) FROM advisory "
        "WHERE programme_id = $1",
};
static const struct stmt stmt_last = {
        "advisory_last",
        "SELECT CAST(COALESCE(MAX(published_at), 0) AS BIGINT) FROM advisory "
        "WHERE programme_id = $1",
};
static const struct stmt stmt_thanks_clear = {
        "acknowledgment_clear",
        "DELETE FROM acknowledgment WHERE advisory_id = $1",
};
static const struct stmt stmt_thanks_insert = {
        "acknowledgment_insert",
        "INSERT INTO acknowledgment (programme_id, advisory_id, year, name, url) "
        "VALUES ($1, $2, $3, $4, $5)",
};
static const struct stmt stmt_thanks_list = {
        "acknowledgment_list",
        "SELECT year, name, url FROM acknowledgment WHERE programme_id = $1 "
        "ORDER BY year DESC, name, id LIMIT $2",
};

const struct stmt *const advisory_store_stmts[] = {
        &stmt_find,
        &stmt_last_change,
        &stmt_insert,
        &stmt_update,
        &stmt_keep,
        &stmt_list,
        &stmt_changed,
        &stmt_find_file,
        &stmt_each,
        &stmt_each_changed,
        &stmt_first,
        &stmt_last,
        &stmt_thanks_clear,
        &stmt_thanks_insert,
        &stmt_thanks_list,
        NULL,
};

enum err
advisory_last_change(struct db *db, int64_t programme_id, int64_t *change)
{
	return db_one_i64(db, &stmt_last_change, DB_ARGS(db_i64(programme_id)), change);
}

enum err
advisory_get(struct arena *a, struct db *db, int64_t programme_id, struct str name,
        struct advisory_row *out)
{
	return db_one(
	        a, db, &stmt_find, DB_ARGS(db_i64(programme_id), db_text(name)), &row_map, out);
}

enum err
advisory_get_file(struct arena *a, struct db *db, int64_t programme_id, struct str file,
        struct advisory_row *out)
{
	return db_one(a, db, &stmt_find_file, DB_ARGS(db_i64(programme_id), db_text(file)),
	        &row_map, out);
}

static enum err
update(struct db *db, const struct advisory_row *r)
{
	return db_exec1(db, &stmt_update,
	        DB_ARGS(db_i64(r->id), db_i64(r->revision), db_i64(r->change),
	                db_i64(r->published_at), db_i64(r->modified_at), db_i64(r->withdrawn_at),
	                db_text(r->title), db_text(r->severity), db_text(r->cve),
	                db_text(r->record)));
}

static enum err
insert(struct db *db, struct advisory_row *r)
{
	return db_one_i64(db, &stmt_insert,
	        DB_ARGS(db_i64(r->programme_id), db_text(r->name), db_text(r->file),
	                db_i64(r->revision), db_i64(r->change), db_i64(r->published_at),
	                db_i64(r->modified_at), db_i64(r->withdrawn_at), db_text(r->title),
	                db_text(r->severity), db_text(r->cve), db_text(r->record)),
	        &r->id);
}

enum err
advisory_put(struct db *db, struct advisory_row *r)
{
	struct arena *a = arena_new(2 * ADVISORY_RECORD_MAX);
	struct advisory_row before = {0};
	enum err e = advisory_get(a, db, r->programme_id, r->name, &before);
	bool known = e == ERR_OK;

	if (known || e == ERR_NOT_FOUND)
		e = advisory_last_change(db, r->programme_id, &r->change);
	if (e == ERR_OK) {
		r->change++;
		r->revision = known ? before.revision + 1 : 1;
		r->id = before.id;
		e = known ? update(db, r) : insert(db, r);
	}
	if (e == ERR_OK)
		e = db_exec1(db, &stmt_keep,
		        DB_ARGS(db_i64(r->id), db_i64(r->revision), db_i64(r->modified_at),
		                db_text(r->record)));
	arena_free(a);
	return e;
}

enum err
advisory_list(struct arena *a, struct db *db, int64_t programme_id, int64_t before_at,
        int64_t before_id, size_t max, struct advisory_row **rows, size_t *n)
{
	size_t limit = max < ADVISORY_LIST_MAX ? max : ADVISORY_LIST_MAX;

	return db_collect(a, db, &stmt_list,
	        DB_ARGS(db_i64(programme_id), db_i64(before_at), db_i64(before_id),
	                db_i64((int64_t)limit)),
	        &list_map, limit, rows, n);
}

enum err
advisory_changed(struct arena *a, struct db *db, int64_t programme_id, size_t max,
        struct advisory_row **rows, size_t *n)
{
	size_t limit = max < ADVISORY_LIST_MAX ? max : ADVISORY_LIST_MAX;

	return db_collect(a, db, &stmt_changed,
	        DB_ARGS(db_i64(programme_id), db_i64((int64_t)limit)), &row_map, limit, rows, n);
}

static enum err
each_row(struct db *db, const struct stmt *st, struct db_args args, advisory_fn *each, void *ctx)
{
	struct db_rows rows;
	enum err e = db_query(db, st, args, &rows);

	if (e != ERR_OK)
		return e;
	while (db_next(&rows)) {
		struct arena *a = arena_new(64 * 1024);
		struct advisory_row row;

		db_row_read(a, &rows, &list_map, &row);
		each(ctx, &row);
		arena_free(a);
	}
	return db_rows_end(&rows);
}

enum err
advisory_each(struct db *db, int64_t programme_id, int64_t from, int64_t until, advisory_fn *each,
        void *ctx)
{
	return each_row(db, &stmt_each, DB_ARGS(db_i64(programme_id), db_i64(from), db_i64(until)),
	        each, ctx);
}

enum err
advisory_each_changed(struct db *db, int64_t programme_id, advisory_fn *each, void *ctx)
{
	return each_row(db, &stmt_each_changed, DB_ARGS(db_i64(programme_id)), each, ctx);
}

enum err
advisory_span(struct db *db, int64_t programme_id, int64_t *first, int64_t *last)
{
	int64_t from, to;
	enum err e = db_one_i64(db, &stmt_first, DB_ARGS(db_i64(programme_id)), &from);

	if (e == ERR_OK)
		e = db_one_i64(db, &stmt_last, DB_ARGS(db_i64(programme_id)), &to);
	if (e == ERR_OK) {
		*first = from;
		*last = to;
	}
	return e;
}

enum err
acknowledgments_put(struct db *db, int64_t programme_id, int64_t advisory_id,
        const struct acknowledgment *list, size_t n)
{
	enum err e = db_exec(db, &stmt_thanks_clear, DB_ARGS(db_i64(advisory_id)), NULL);

	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = db_exec1(db, &stmt_thanks_insert,
		        DB_ARGS(db_i64(programme_id), db_i64(advisory_id), db_i64(list[i].year),
		                db_text(list[i].name), db_text(list[i].url)));
	return e;
}

static const struct db_col thanks_cols[] = {
        DB_COL_INT(struct acknowledgment, year),
        DB_COL_TEXT(struct acknowledgment, name, 1024),
        DB_COL_TEXT(struct acknowledgment, url, 4096),
};
static const struct db_map thanks_map = DB_MAP(struct acknowledgment, thanks_cols);

enum err
acknowledgments_list(struct arena *a, struct db *db, int64_t programme_id,
        struct acknowledgment **list, size_t *n)
{
	return db_collect(a, db, &stmt_thanks_list,
	        DB_ARGS(db_i64(programme_id), db_i64(ACKNOWLEDGMENT_LIST_MAX)), &thanks_map,
	        ACKNOWLEDGMENT_LIST_MAX, list, n);
}
