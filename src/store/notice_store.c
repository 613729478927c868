/* Notices. */
#include "store/notice_store.h"

#include "store/collect.h"

static const struct db_col notice_cols[] = {
        DB_COL_INT(struct notice_row, id),
        DB_COL_INT(struct notice_row, case_id),
        DB_COL_TEXT(struct notice_row, template, 64),
        DB_COL_INT(struct notice_row, about),
        DB_COL_INT(struct notice_row, recipient),
        DB_COL_INT(struct notice_row, queued_at),
        DB_COL_INT(struct notice_row, try_at),
        DB_COL_INT(struct notice_row, tries),
        DB_COL_INT(struct notice_row, sent_at),
        DB_COL_TEXT(struct notice_row, trouble, 64),
};
static const struct db_map notice_map = DB_MAP(struct notice_row, notice_cols);

static const struct stmt stmt_queue = {
        "notice_queue",
        "INSERT INTO notice (case_id, template, about, recipient, queued_at, try_at, tries, "
        "sent_at, "
        "trouble) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, '') "
        "ON CONFLICT (case_id, template, about, recipient) DO NOTHING",
};
static const struct stmt stmt_due = {
        "notice_due",
        "SELECT id, case_id, template, about, recipient, queued_at, try_at, tries, sent_at, "
        "trouble "
        "FROM notice WHERE sent_at = 0 AND try_at <= $1 ORDER BY try_at, id LIMIT $2",
};
static const struct stmt stmt_sent = {
        "notice_sent",
        "UPDATE notice SET sent_at = $1, trouble = '' WHERE id = $2",
};
static const struct stmt stmt_any = {
        "notice_any",
        "SELECT COUNT(*) FROM notice WHERE case_id = $1 AND template = $2 AND about = $3",
};
static const struct stmt stmt_waiting_last = {
        "notice_waiting_last",
        "SELECT COALESCE(MAX(id), 0) FROM notice WHERE case_id = $1 AND template = $2 "
        "AND recipient = $3 AND sent_at = 0",
};
static const struct stmt stmt_sent_alike = {
        "notice_sent_alike",
        "UPDATE notice SET sent_at = $1, trouble = '' WHERE case_id = $2 AND template = $3 "
        "AND recipient = $4 AND id <= $5 AND sent_at = 0",
};
static const struct stmt stmt_sent_last = {
        "notice_sent_last",
        "SELECT COALESCE(MAX(sent_at), 0) FROM notice WHERE case_id = $1 AND template = $2 "
        "AND recipient = $3",
};
static const struct stmt stmt_postpone = {
        "notice_postpone",
        "UPDATE notice SET try_at = $1 WHERE id = $2",
};
static const struct stmt stmt_failed = {
        "notice_failed",
        "UPDATE notice SET tries = tries + 1, try_at = $1, trouble = $2 WHERE id = $3",
};

static const struct stmt stmt_count_waiting = {
        "notice_count_waiting",
        "SELECT COUNT(*) FROM notice WHERE sent_at = 0 AND try_at >= $1",
};

const struct stmt *const notice_store_stmts[] = {
        &stmt_queue,
        &stmt_due,
        &stmt_sent,
        &stmt_any,
        &stmt_waiting_last,
        &stmt_sent_alike,
        &stmt_sent_last,
        &stmt_postpone,
        &stmt_failed,
        &stmt_count_waiting,
        NULL,
};

enum err
notice_queue(struct db *db, const struct notice_row *r)
{
	return db_exec(db, &stmt_queue,
	        DB_ARGS(db_i64(r->case_id), db_text(r->template), db_i64(r->about),
	                db_i64(r->recipient), db_i64(r->queued_at), db_i64(r->try_at)),
	        NULL);
}

enum err
notice_due(struct arena *a, struct db *db, int64_t now, size_t max, struct notice_row **rows,
        size_t *n)
{
	return db_collect(a, db, &stmt_due, DB_ARGS(db_i64(now), db_i64((int64_t)max)), &notice_map,
	        max, rows, n);
}

enum err
notice_sent(struct db *db, int64_t id, int64_t at)
{
	return db_exec1(db, &stmt_sent, DB_ARGS(db_i64(at), db_i64(id)));
}

enum err
notice_failed(struct db *db, int64_t id, int64_t try_at, struct str trouble)
{
	return db_exec1(db, &stmt_failed, DB_ARGS(db_i64(try_at), db_text(trouble), db_i64(id)));
}

enum err
notice_any(struct db *db, int64_t case_id, struct str template, int64_t about, bool *any)
{
	int64_t n;
	enum err e = db_one_i64(
	        db, &stmt_any, DB_ARGS(db_i64(case_id), db_text(template), db_i64(about)), &n);

	if (e == ERR_OK)
		*any = n > 0;
	return e;
}

enum err
notice_waiting_last(struct db *db, const struct notice_row *r, int64_t *id)
{
	return db_one_i64(db, &stmt_waiting_last,
	        DB_ARGS(db_i64(r->case_id), db_text(r->template), db_i64(r->recipient)), id);
}

enum err
notice_sent_alike(struct db *db, const struct notice_row *r, int64_t upto, int64_t at)
{
	return db_exec(db, &stmt_sent_alike,
	        DB_ARGS(db_i64(at), db_i64(r->case_id), db_text(r->template), db_i64(r->recipient),
	                db_i64(upto)),
	        NULL);
}

enum err
notice_sent_last(struct db *db, const struct notice_row *r, int64_t *sent_at)
{
	return db_one_i64(db, &stmt_sent_last,
	        DB_ARGS(db_i64(r->case_id), db_text(r->template), db_i64(r->recipient)), sent_at);
}

enum err
notice_postpone(struct db *db, int64_t id, int64_t try_at)
{
	return db_exec1(db, &stmt_postpone, DB_ARGS(db_i64(try_at), db_i64(id)));
}

enum err
notice_count_waiting(struct db *db, int64_t *n)
{
	return db_one_i64(db, &stmt_count_waiting, DB_ARGS(db_i64(0)), n);
}
