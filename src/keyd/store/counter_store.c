/* Counters and checkpoints. */
#include "keyd/store/counter_store.h"

#include "keyd/store/keyd_set.h"

static const struct stmt take = {
        "keyd_counter_take",
        "INSERT INTO counter (prefix, year, last) VALUES ($1, $2, $3) ON CONFLICT (prefix, year) "
        "DO UPDATE SET last = counter.last + $3 RETURNING last",
};
static const struct stmt highest = {
        "keyd_checkpoint_highest", "SELECT highest_event FROM checkpoint WHERE programme = $1"};
static const struct stmt get = {"keyd_checkpoint_get",
        "SELECT highest_event, heads_hash, signed_at, signature "
        "FROM checkpoint WHERE programme = $1"};
static const struct stmt put = {
        "keyd_checkpoint_put",
        "INSERT INTO checkpoint (programme, highest_event, heads_hash, signed_at, signature) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (programme) DO UPDATE SET highest_event = $2, "
        "heads_hash = $3, signed_at = $4, signature = $5",
};

const struct stmt *const counter_stmts[] = {&take, &highest, &get, &put, NULL};

enum err
counter_take(struct db *db, struct str prefix, int year, size_t n, int64_t *last)
{
	return db_one_i64(
	        db, &take, DB_ARGS(db_text(prefix), db_i64(year), db_i64((int64_t)n)), last);
}

enum err
checkpoint_highest(struct db *db, struct str programme, int64_t *out)
{
	enum err e = db_one_i64(db, &highest, DB_ARGS(db_text(programme)), out);

	if (e == ERR_NOT_FOUND) {
		*out = 0;
		e = ERR_OK;
	}
	return e;
}

struct signed_row {
	int64_t highest_event, signed_at;
	unsigned char heads_hash[32], signature[64];
};
static const struct db_col signed_cols[] = {
        DB_COL_INT(struct signed_row, highest_event),
        DB_COL_FIXED(struct signed_row, heads_hash),
        DB_COL_INT(struct signed_row, signed_at),
        DB_COL_FIXED(struct signed_row, signature),
};
static const struct db_map signed_map = DB_MAP(struct signed_row, signed_cols);

enum err
checkpoint_get(struct arena *a, struct db *db, struct str programme, struct keyd_checkpoint *c,
        struct keyd_checkpointed *done)
{
	struct signed_row row;
	enum err e = db_one(a, db, &get, DB_ARGS(db_text(programme)), &signed_map, &row);

	if (e != ERR_OK)
		return e;
	*c = (struct keyd_checkpoint){programme, row.highest_event, {0}};
	memcpy(c->heads_hash, row.heads_hash, sizeof c->heads_hash);
	done->signed_at = row.signed_at;
	memcpy(done->signature, row.signature, sizeof done->signature);
	return ERR_OK;
}

enum err
checkpoint_put(struct db *db, const struct keyd_checkpoint *c, const struct keyd_checkpointed *done)
{
	return db_exec1(db, &put,
	        DB_ARGS(db_text(c->programme), db_i64(c->highest_event),
	                db_bytes(c->heads_hash, sizeof c->heads_hash), db_i64(done->signed_at),
	                db_bytes(done->signature, sizeof done->signature)));
}
