/* Erasing cases. */
#include "store/retention_store.h"

#include "store/collect.h"

enum { CAPSULES_MAX = 1024 };

static const struct stmt stmt_closed = {
        "retention_closed",
        "SELECT id FROM cases WHERE state = 4 AND hold = 0 AND erased_at = 0 AND erase_at = 0 "
        "AND close_reason = $1 AND closed_at <= $2 ORDER BY closed_at, id LIMIT $3",
};
static const struct stmt stmt_due = {
        "retention_due",
        "SELECT id FROM cases WHERE erase_at <> 0 AND erase_at <= $1 ORDER BY erase_at, id "
        "LIMIT $2",
};
static const struct stmt stmt_announce = {
        "retention_announce",
        "UPDATE cases SET erase_at = $1 WHERE id = $2 AND events = $3",
};
static const struct stmt stmt_announced = {
        "retention_announced",
        "SELECT COUNT(*) FROM cases WHERE erase_at <> 0",
};
static const struct stmt stmt_wraps = {
        "retention_wraps",
        "UPDATE case_wrap SET team = $1, reporter = $2 WHERE case_id = $3",
};
static const struct stmt stmt_case = {
        "retention_case",
        "UPDATE cases SET title = $1, contact_hash = NULL, erase_at = 0, erased_at = $2 "
        "WHERE id = $3",
};
static const struct stmt stmt_scrub_blobs = {
        "scrub_blobs",
        "INSERT INTO scrub (blob) SELECT blob FROM file WHERE case_id = $1",
};
static const struct stmt stmt_scrub_wal = {
        "scrub_wal",
        "INSERT INTO scrub (blob) VALUES (NULL)",
};
static const struct stmt stmt_files = {
        "retention_files",
        "DELETE FROM file WHERE case_id = $1",
};
static const struct stmt stmt_capsules = {
        "retention_capsules",
        "SELECT id, CAST(LENGTH(content) AS BIGINT) FROM capsule WHERE case_id = $1 "
        "ORDER BY purpose, id",
};
static const struct stmt stmt_capsule = {
        "retention_capsule",
        "UPDATE capsule SET content = $1 WHERE id = $2",
};
static const struct stmt stmt_notices = {
        "retention_notices",
        "DELETE FROM notice WHERE case_id = $1 AND sent_at = 0",
};
static const struct stmt stmt_scrub_list = {
        "scrub_list",
        "SELECT id, blob FROM scrub WHERE id > 0 ORDER BY id LIMIT $1",
};
static const struct stmt stmt_scrub_done = {
        "scrub_done",
        "DELETE FROM scrub WHERE id <= $1",
};

const struct stmt *const retention_store_stmts[] = {
        &stmt_closed,
        &stmt_due,
        &stmt_announce,
        &stmt_announced,
        &stmt_wraps,
        &stmt_case,
        &stmt_scrub_blobs,
        &stmt_scrub_wal,
        &stmt_files,
        &stmt_capsules,
        &stmt_capsule,
        &stmt_notices,
        &stmt_scrub_list,
        &stmt_scrub_done,
        NULL,
};

struct id_row {
	int64_t id;
};
static const struct db_col id_cols[] = {DB_COL_INT(struct id_row, id)};
static const struct db_map id_map = DB_MAP(struct id_row, id_cols);

static const struct db_col scrub_cols[] = {
        DB_COL_INT(struct scrub_row, id),
        DB_COL_BLOB_NULL(struct scrub_row, blob, 16),
};
static const struct db_map scrub_map = DB_MAP(struct scrub_row, scrub_cols);

enum err
retention_closed(struct arena *a, struct db *db, unsigned reason, int64_t closed_before, size_t max,
        int64_t **ids, size_t *n)
{
	return db_collect(a, db, &stmt_closed,
	        DB_ARGS(db_i64(reason), db_i64(closed_before), db_i64((int64_t)max)), &id_map, max,
	        ids, n);
}

enum err
retention_due(struct arena *a, struct db *db, int64_t now, size_t max, int64_t **ids, size_t *n)
{
	return db_collect(
	        a, db, &stmt_due, DB_ARGS(db_i64(now), db_i64((int64_t)max)), &id_map, max, ids, n);
}

enum err
retention_announce(struct db *db, int64_t id, int64_t events, int64_t erase_at)
{
	enum err e =
	        db_exec1(db, &stmt_announce, DB_ARGS(db_i64(erase_at), db_i64(id), db_i64(events)));

	return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

enum err
retention_announced(struct db *db, int64_t *n)
{
	return db_one_i64(db, &stmt_announced, DB_NONE, n);
}

/* As many zeroes as S has bytes, so that they take its place; NULL for NULL. */
static struct db_val
zeroes(struct arena *a, struct str s)
{
	return s.p == NULL ? db_null() : db_bytes(arena_array(a, s.n + 1, 1), s.n);
}

struct capsule_size {
	int64_t id, bytes;
};
static const struct db_col capsule_cols[] = {
        DB_COL_INT(struct capsule_size, id),
        DB_COL_INT(struct capsule_size, bytes),
};
static const struct db_map capsule_map = DB_MAP(struct capsule_size, capsule_cols);

static enum err
capsules_erase(struct arena *a, struct db *db, int64_t case_id)
{
	struct capsule_size *all;
	size_t n;
	enum err e = db_collect(a, db, &stmt_capsules, DB_ARGS(db_i64(case_id)), &capsule_map,
	        CAPSULES_MAX, &all, &n);

	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = db_exec1(db, &stmt_capsule,
		        DB_ARGS(zeroes(a, (struct str){"", (size_t)all[i].bytes}),
		                db_i64(all[i].id)));
	return e;
}

enum err
retention_erase(struct arena *a, struct db *db, const struct case_row *row, int64_t at)
{
	const struct db_args id = DB_ARGS(db_i64(row->id));
	enum err e = db_exec1(db, &stmt_wraps,
	        DB_ARGS(zeroes(a, row->team_wrap), zeroes(a, row->reporter_wrap), db_i64(row->id)));

	if (e == ERR_OK)
		e = db_exec1(db, &stmt_case,
		        DB_ARGS(zeroes(a, row->title), db_i64(at), db_i64(row->id)));
	if (e == ERR_OK)
		e = db_exec1(db, &stmt_scrub_wal, DB_NONE);
	if (e == ERR_OK)
		e = db_exec(db, &stmt_scrub_blobs, id, NULL);
	if (e == ERR_OK)
		e = db_exec(db, &stmt_files, id, NULL);
	if (e == ERR_OK)
		e = capsules_erase(a, db, row->id);
	return e == ERR_OK ? db_exec(db, &stmt_notices, id, NULL) : e;
}

enum err
scrub_list(struct arena *a, struct db *db, size_t max, struct scrub_row **rows, size_t *n)
{
	return db_collect(
	        a, db, &stmt_scrub_list, DB_ARGS(db_i64((int64_t)max)), &scrub_map, max, rows, n);
}

enum err
scrub_done(struct db *db, int64_t upto)
{
	return db_exec(db, &stmt_scrub_done, DB_ARGS(db_i64(upto)), NULL);
}
