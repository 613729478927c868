/* The events of a case. */
#include "store/event_store.h"

#include "store/collect.h"

static const struct db_col event_cols[] = {
        DB_COL_INT(struct event_row, id),
        DB_COL_INT(struct event_row, case_id),
        DB_COL_INT(struct event_row, seq),
        DB_COL_INT(struct event_row, at_utc_s),
        DB_COL_INT(struct event_row, recorded_utc_s),
        DB_COL_TEXT(struct event_row, kind, 64),
        DB_COL_TEXT(struct event_row, actor, 64),
        DB_COL_TEXT(struct event_row, clear, EVENT_CLEAR_MAX),
        DB_COL_ENUM(struct event_row, sealed_with, SEALED_COUNT),
        DB_COL_BLOB_NULL(struct event_row, body, EVENT_BODY_MAX),
};
static const struct db_map event_map = DB_MAP(struct event_row, event_cols);

static const struct stmt stmt_insert = {
        "event_insert",
        "INSERT INTO event (case_id, seq, at, recorded_at, kind, actor, clear, sealed_with, body) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
static const struct stmt stmt_list = {
        "event_list",
        "SELECT id, case_id, seq, at, recorded_at, kind, actor, clear, sealed_with, body "
        "FROM event WHERE case_id = $1 ORDER BY seq",
};
static const struct stmt stmt_list_clear = {
        "event_list_clear",
        "SELECT id, case_id, seq, at, recorded_at, kind, actor, clear, sealed_with, "
        "CAST(NULL AS BYTEA) FROM event WHERE case_id = $1 ORDER BY seq",
};
static const struct stmt stmt_last_id = {
        "event_last_id",
        "SELECT COALESCE(MAX(id), 0) FROM event",
};
static const struct stmt stmt_heads = {
        "event_heads",
        "SELECT id, chain_head FROM cases WHERE id IN "
        "(SELECT case_id FROM event WHERE id > $1 AND id <= $2) ORDER BY id LIMIT $3",
};

const struct stmt *const event_store_stmts[] = {
        &stmt_insert,
        &stmt_list,
        &stmt_list_clear,
        &stmt_last_id,
        &stmt_heads,
        NULL,
};

enum err
event_insert(struct db *db, const struct event_row *r)
{
	return db_exec1(db, &stmt_insert,
	        DB_ARGS(db_i64(r->case_id), db_i64(r->seq), db_i64(r->at_utc_s),
	                db_i64(r->recorded_utc_s), db_text(r->kind), db_text(r->actor),
	                db_text(r->clear), db_i64(r->sealed_with), db_blob_or_null(r->body)));
}

enum err
event_list(struct arena *a, struct db *db, int64_t case_id, bool bodies, struct event_row **rows,
        size_t *n)
{
	return db_collect(a, db, bodies ? &stmt_list : &stmt_list_clear, DB_ARGS(db_i64(case_id)),
	        &event_map, EVENT_LIST_MAX, rows, n);
}

enum err
event_last_id(struct db *db, int64_t *id)
{
	return db_one_i64(db, &stmt_last_id, DB_NONE, id);
}

static const struct db_col head_cols[] = {
        DB_COL_INT(struct event_head, case_id),
        DB_COL_FIXED(struct event_head, chain_head),
};
static const struct db_map head_map = DB_MAP(struct event_head, head_cols);

enum err
event_heads(struct arena *a, struct db *db, int64_t after, int64_t upto, size_t max,
        struct event_head **heads, size_t *n)
{
	return db_collect(a, db, &stmt_heads,
	        DB_ARGS(db_i64(after), db_i64(upto), db_i64((int64_t)max)), &head_map, max, heads,
	        n);
}

enum err
event_heads_each(struct db *db, int64_t after, int64_t upto,
        void (*each)(void *ctx, const struct event_head *head), void *ctx)
{
	struct db_rows rows;
	enum err e = db_query(
	        db, &stmt_heads, DB_ARGS(db_i64(after), db_i64(upto), db_i64(INT64_MAX)), &rows);

	if (e != ERR_OK)
		return e;
	while (db_next(&rows)) {
		struct event_head head = {.case_id = db_row_i64(&rows, 0)};

		db_row_fixed(&rows, 1, head.chain_head, sizeof head.chain_head);
		each(ctx, &head);
	}
	return db_rows_end(&rows);
}
