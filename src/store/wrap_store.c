/* What is sealed to the storage key. */
#include "store/wrap_store.h"

#include "store/collect.h"
#include "store/file_store.h"

static const struct db_col wrap_cols[] = {
        DB_COL_INT(struct wrap_row, id),
        DB_COL_FIXED(struct wrap_row, uid),
        DB_COL_BLOB(struct wrap_row, team_wrap, 256),
};
static const struct db_map wrap_map = DB_MAP(struct wrap_row, wrap_cols);

static const struct db_col sealed_cols[] = {
        DB_COL_INT(struct sealed_row, id),
        DB_COL_INT(struct sealed_row, purpose),
        DB_COL_INT(struct sealed_row, not_before_utc_s),
        DB_COL_BLOB(struct sealed_row, content, CAPSULE_SEALED_MAX),
        DB_COL_FIXED(struct sealed_row, uid),
};
static const struct db_map sealed_map = DB_MAP(struct sealed_row, sealed_cols);

static const struct stmt stmt_wraps = {
        "wrap_list",
        "SELECT id, uid, team FROM case_wrap JOIN cases ON id = case_id WHERE case_id > $1 "
        "AND erased_at = 0 "
        "ORDER BY case_id LIMIT $2",
};
static const struct stmt stmt_wrap_put = {
        "wrap_put",
        "UPDATE case_wrap SET team = $3 WHERE case_id = $1 AND team = $2",
};
static const struct stmt stmt_sealed = {
        "sealed_list",
        "SELECT k.id, k.purpose, k.not_before, k.content, c.uid FROM capsule k JOIN cases c "
        "ON c.id = k.case_id WHERE k.id > $1 AND c.erased_at = 0 ORDER BY k.id LIMIT $2",
};
static const struct stmt stmt_sealed_put = {
        "sealed_put",
        "UPDATE capsule SET content = $3 WHERE id = $1 AND content = $2",
};

static const struct stmt stmt_count_cases = {"wrap_count", "SELECT COUNT(*) FROM case_wrap"};
static const struct stmt stmt_count_capsules = {"sealed_count", "SELECT COUNT(*) FROM capsule"};
static const struct stmt stmt_sealing_set = {
        "sealing_set",
        "INSERT INTO sealing (id, storage) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET "
        "storage = excluded.storage",
};
static const struct stmt stmt_sealing_other = {
        "sealing_other",
        "SELECT COUNT(*) FROM sealing WHERE id = 1 AND storage <> $1",
};

const struct stmt *const wrap_store_stmts[] = {
        &stmt_wraps,
        &stmt_wrap_put,
        &stmt_sealed,
        &stmt_sealed_put,
        &stmt_count_cases,
        &stmt_count_capsules,
        &stmt_sealing_set,
        &stmt_sealing_other,
        NULL,
};

enum err
wrap_list(struct arena *a, struct db *db, int64_t after, size_t limit, struct wrap_row **rows,
        size_t *n)
{
	return db_collect(a, db, &stmt_wraps, DB_ARGS(db_i64(after), db_i64((int64_t)limit)),
	        &wrap_map, limit, rows, n);
}

enum err
sealed_list(struct arena *a, struct db *db, int64_t after, size_t limit, struct sealed_row **rows,
        size_t *n)
{
	return db_collect(a, db, &stmt_sealed, DB_ARGS(db_i64(after), db_i64((int64_t)limit)),
	        &sealed_map, limit, rows, n);
}

static enum err
put(struct db *db, const struct stmt *st, int64_t id, struct str old, struct str new, bool *done)
{
	int64_t changed;
	enum err e = db_exec(db, st, DB_ARGS(db_i64(id), db_blob(old), db_blob(new)), &changed);

	if (e == ERR_OK)
		*done = changed != 0;
	return e;
}

enum err
wrap_put(struct db *db, int64_t id, struct str old, struct str team_wrap, bool *done)
{
	return put(db, &stmt_wrap_put, id, old, team_wrap, done);
}

enum err
sealed_put(struct db *db, int64_t id, struct str old, struct str content, bool *done)
{
	return put(db, &stmt_sealed_put, id, old, content, done);
}

enum err
wrap_count(struct db *db, int64_t *cases, int64_t *capsules)
{
	enum err e = db_one_i64(db, &stmt_count_cases, DB_NONE, cases);

	return e == ERR_OK ? db_one_i64(db, &stmt_count_capsules, DB_NONE, capsules) : e;
}

enum err
sealing_set(struct db *db, const unsigned char storage[32])
{
	return db_exec1(db, &stmt_sealing_set, DB_ARGS(db_bytes(storage, 32)));
}

enum err
sealing_other(struct db *db, const unsigned char storage[32], bool *other)
{
	int64_t n;
	enum err e = db_one_i64(db, &stmt_sealing_other, DB_ARGS(db_bytes(storage, 32)), &n);

	if (e == ERR_OK)
		*other = n != 0;
	return e;
}
