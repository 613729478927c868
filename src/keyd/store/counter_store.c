/* Counters and checkpoints. */
#include "keyd/store/counter_store.h"

#include "keyd/store/keyd_set.h"

static const struct stmt take = {
        "keyd_counter_take",
        "INSERT INTO counter (prefix, year, last) VALUES ($1, $2, $3) ON CONFLICT (prefix, year) "
        "DO UPDATE SET last = counter.last + $3 RETURNING last",
};
static const struct stmt skip = {
        "keyd_counter_skip",
        "INSERT INTO counter (prefix, year, last) SELECT prefix, CAST($1 AS BIGINT), "
        "MAX(last) + $2 FROM counter WHERE year <= $1 GROUP BY prefix "
        "ON CONFLICT (prefix, year) DO UPDATE SET last = counter.last + counter.last + $2",
};
static const struct stmt highest = {
        "keyd_counter_highest",
        "SELECT COALESCE(MAX(last), 0) FROM counter WHERE year = $1",
};
static const struct stmt get = {"keyd_checkpoint_get",
        "SELECT highest_event, previous_event, heads_hash, signed_at, signature "
        "FROM checkpoint WHERE programme = $1"};
static const struct stmt put = {
        "keyd_checkpoint_put",
        "INSERT INTO checkpoint (programme, highest_event, heads_hash, signed_at, signature, "
        "previous_event) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (programme) DO UPDATE SET "
        "highest_event = $2, heads_hash = $3, signed_at = $4, signature = $5, "
        "previous_event = $6",
};

const struct stmt *const counter_stmts[] = {&take, &skip, &highest, &get, &put, NULL};

enum err
counter_take(struct db *db, struct str prefix, int year, size_t n, int64_t *last)
{
	return db_one_i64(
	        db, &take, DB_ARGS(db_text(prefix), db_i64(year), db_i64((int64_t)n)), last);
}

enum err
counter_skip(struct db *db, int year, int64_t *skipped)
{
	int64_t before, after;
	enum err e = db_one_i64(db, &highest, DB_ARGS(db_i64(year)), &before);

	if (e == ERR_OK)
		e = db_exec(db, &skip, DB_ARGS(db_i64(year), db_i64(COUNTER_SKIP_MIN)), NULL);
	if (e == ERR_OK)
		e = db_one_i64(db, &highest, DB_ARGS(db_i64(year)), &after);
	if (e == ERR_OK)
		*skipped = after - before;
	return e;
}

static const struct db_col signed_cols[] = {
        DB_COL_INT(struct signed_checkpoint, done.highest_event),
        DB_COL_INT(struct signed_checkpoint, previous_event),
        DB_COL_FIXED(struct signed_checkpoint, done.heads_hash),
        DB_COL_INT(struct signed_checkpoint, done.signed_at),
        DB_COL_FIXED(struct signed_checkpoint, done.signature),
};
static const struct db_map signed_map = DB_MAP(struct signed_checkpoint, signed_cols);

enum err
checkpoint_get(struct arena *a, struct db *db, struct str programme, struct signed_checkpoint *out)
{
	return db_one(a, db, &get, DB_ARGS(db_text(programme)), &signed_map, out);
}

enum err
checkpoint_put(struct db *db, struct str programme, const struct signed_checkpoint *c)
{
	return db_exec1(db, &put,
	        DB_ARGS(db_text(programme), db_i64(c->done.highest_event),
	                db_bytes(c->done.heads_hash, sizeof c->done.heads_hash),
	                db_i64(c->done.signed_at),
	                db_bytes(c->done.signature, sizeof c->done.signature),
	                db_i64(c->previous_event)));
}
