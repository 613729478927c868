/* Programmes and policies. */
#include "store/policy_store.h"

static const struct db_col policy_cols[] = {
        DB_COL_FIXED(struct policy_row, sha256),
        DB_COL_INT(struct policy_row, programme_id),
        DB_COL_INT(struct policy_row, in_force_at),
        DB_COL_TEXT(struct policy_row, text, POLICY_TEXT_MAX),
};
static const struct db_map policy_map = DB_MAP(struct policy_row, policy_cols);

static const struct stmt stmt_programme_find = {
        "programme_find",
        "SELECT id FROM programme WHERE name = $1",
};
static const struct stmt stmt_programme_insert = {
        "programme_insert",
        "INSERT INTO programme (name, case_prefix) VALUES ($1, $2) RETURNING id",
};
static const struct stmt stmt_keep = {
        "policy_keep",
        "INSERT INTO policy (sha256, programme_id, in_force_at, content) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (sha256) DO NOTHING",
};
static const struct stmt stmt_get = {
        "policy_get",
        "SELECT sha256, programme_id, in_force_at, content FROM policy WHERE sha256 = $1",
};

const struct stmt *const policy_store_stmts[] = {
        &stmt_programme_find,
        &stmt_programme_insert,
        &stmt_keep,
        &stmt_get,
        NULL,
};

enum err
programme_find(struct db *db, struct str name, int64_t *id)
{
	return db_one_i64(db, &stmt_programme_find, DB_ARGS(db_text(name)), id);
}

enum err
programme_ensure(struct db *db, struct str name, struct str case_prefix, int64_t *id)
{
	enum err e = programme_find(db, name, id);

	if (e != ERR_NOT_FOUND)
		return e;
	return db_one_i64(
	        db, &stmt_programme_insert, DB_ARGS(db_text(name), db_text(case_prefix)), id);
}

enum err
policy_keep(struct db *db, const struct policy_row *r)
{
	return db_exec(db, &stmt_keep,
	        DB_ARGS(db_bytes(r->sha256, sizeof r->sha256), db_i64(r->programme_id),
	                db_i64(r->in_force_at), db_text(r->text)),
	        NULL);
}

enum err
policy_get(struct arena *a, struct db *db, const unsigned char sha256[32], struct policy_row *out)
{
	return db_one(a, db, &stmt_get, DB_ARGS(db_bytes(sha256, 32)), &policy_map, out);
}
