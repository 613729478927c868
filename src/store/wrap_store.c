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
        "UPDATE case_wrap SET team = $2 WHERE case_id = $1",
};
static const struct stmt stmt_sealed = {
        "sealed_list",
        "SELECT k.id, k.purpose, k.not_before, k.content, c.uid FROM capsule k JOIN cases c "
        "ON c.id = k.case_id WHERE k.id > $1 AND c.erased_at = 0 ORDER BY k.id LIMIT $2",
};
static const struct stmt stmt_sealed_put = {
        "sealed_put",
        "UPDATE capsule SET content = $2 WHERE id = $1",
};

const struct stmt *const wrap_store_stmts[] = {
        &stmt_wraps, &stmt_wrap_put, &stmt_sealed, &stmt_sealed_put, NULL};

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

enum err
wrap_put(struct db *db, int64_t id, struct str team_wrap)
{
	return db_exec1(db, &stmt_wrap_put, DB_ARGS(db_i64(id), db_blob(team_wrap)));
}

enum err
sealed_put(struct db *db, int64_t id, struct str content)
{
	return db_exec1(db, &stmt_sealed_put, DB_ARGS(db_i64(id), db_blob(content)));
}
