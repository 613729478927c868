/* Jobs and checkpoints. */
#include "store/job_store.h"

#include "store/collect.h"

static const struct db_col job_cols[] = {
        DB_COL_INT(struct job_row, ran_at),
        DB_COL_INT(struct job_row, position),
};
static const struct db_map job_map = DB_MAP(struct job_row, job_cols);

static const struct db_col checkpoint_cols[] = {
        DB_COL_INT(struct checkpoint_row, id),
        DB_COL_INT(struct checkpoint_row, event_id),
        DB_COL_INT(struct checkpoint_row, at_utc_s),
        DB_COL_FIXED(struct checkpoint_row, heads_hash),
        DB_COL_FIXED(struct checkpoint_row, signature),
};
static const struct db_map checkpoint_map = DB_MAP(struct checkpoint_row, checkpoint_cols);

static const struct stmt stmt_job_get = {
        "job_get",
        "SELECT ran_at, position FROM job WHERE name = $1",
};
static const struct stmt stmt_job_put = {
        "job_put",
        "INSERT INTO job (name, ran_at, position) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE "
        "SET ran_at = excluded.ran_at, position = excluded.position",
};
static const struct stmt stmt_checkpoint_insert = {
        "checkpoint_insert",
        "INSERT INTO checkpoint (event_id, at, heads_hash, signature) VALUES ($1, $2, $3, $4)",
};
static const struct stmt stmt_checkpoint_last = {
        "checkpoint_last",
        "SELECT id, event_id, at, heads_hash, signature FROM checkpoint ORDER BY id DESC LIMIT 1",
};
static const struct stmt stmt_checkpoint_list = {
        "checkpoint_list",
        "SELECT id, event_id, at, heads_hash, signature FROM checkpoint WHERE id > $1 "
        "ORDER BY id LIMIT $2",
};

const struct stmt *const job_store_stmts[] = {
        &stmt_job_get,
        &stmt_job_put,
        &stmt_checkpoint_insert,
        &stmt_checkpoint_last,
        &stmt_checkpoint_list,
        NULL,
};

enum err
job_get(struct arena *a, struct db *db, struct str name, struct job_row *out)
{
	enum err e = db_one(a, db, &stmt_job_get, DB_ARGS(db_text(name)), &job_map, out);

	if (e != ERR_NOT_FOUND)
		return e;
	*out = (struct job_row){0};
	return ERR_OK;
}

enum err
job_put(struct db *db, struct str name, const struct job_row *r)
{
	return db_exec1(
	        db, &stmt_job_put, DB_ARGS(db_text(name), db_i64(r->ran_at), db_i64(r->position)));
}

enum err
checkpoint_insert(struct db *db, const struct checkpoint_row *r)
{
	return db_exec1(db, &stmt_checkpoint_insert,
	        DB_ARGS(db_i64(r->event_id), db_i64(r->at_utc_s),
	                db_bytes(r->heads_hash, sizeof r->heads_hash),
	                db_bytes(r->signature, sizeof r->signature)));
}

enum err
checkpoint_last(struct arena *a, struct db *db, struct checkpoint_row *out)
{
	return db_one(a, db, &stmt_checkpoint_last, DB_NONE, &checkpoint_map, out);
}

enum err
checkpoint_list(struct arena *a, struct db *db, int64_t after, size_t max,
        struct checkpoint_row **rows, size_t *n)
{
	return db_collect(a, db, &stmt_checkpoint_list,
	        DB_ARGS(db_i64(after), db_i64((int64_t)max)), &checkpoint_map, max, rows, n);
}
