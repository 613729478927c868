/* Passkeys. */
#include "keyd/store/passkey_store.h"

#include "keyd/store/keyd_set.h"

static const struct stmt get = {
        "keyd_passkey_get",
        "SELECT id, person_id, credential_id, alg, public_key, sign_count, name, created_at, "
        "used_at "
        "FROM passkey WHERE credential_id = $1",
};
static const struct stmt list = {
        "keyd_passkey_list",
        "SELECT id, credential_id, name, created_at, used_at FROM passkey WHERE person_id = $1 "
        "ORDER BY id LIMIT $2",
};
static const struct stmt count = {
        "keyd_passkey_count", "SELECT COUNT(*) FROM passkey WHERE person_id = $1"};
static const struct stmt known = {
        "keyd_passkey_known", "SELECT COUNT(*) FROM passkey WHERE credential_id = $1"};
static const struct stmt insert = {
        "keyd_passkey_insert",
        "INSERT INTO passkey (person_id, credential_id, alg, public_key, sign_count, name, "
        "created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
};
static const struct stmt used = {
        "keyd_passkey_used", "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1"};
static const struct stmt end_one = {
        "keyd_passkey_remove", "DELETE FROM passkey WHERE id = $1 AND person_id = $2"};
static const struct stmt end_all = {
        "keyd_passkey_remove_all", "DELETE FROM passkey WHERE person_id = $1"};
static const struct stmt challenge_purge = {
        "keyd_passkey_challenge_purge", "DELETE FROM passkey_challenge WHERE expires_at < $1"};
static const struct stmt challenge_known = {"keyd_passkey_challenge_known",
        "SELECT COUNT(*) FROM passkey_challenge WHERE challenge = $1"};
static const struct stmt challenge_use = {"keyd_passkey_challenge_use",
        "INSERT INTO passkey_challenge (challenge, expires_at) VALUES ($1, $2)"};

const struct stmt *const passkey_stmts[] = {&get, &list, &count, &known, &insert, &used, &end_one,
        &end_all, &challenge_purge, &challenge_known, &challenge_use, NULL};

static const struct db_col cols[] = {
        DB_COL_INT(struct passkey, passkey_id),
        DB_COL_INT(struct passkey, person_id),
        DB_COL_BLOB(struct passkey, credential_id, KEYD_PASSKEY_ID_MAX),
        DB_COL_INT(struct passkey, alg),
        DB_COL_BLOB(struct passkey, public_key, PASSKEY_KEY_MAX),
        DB_COL_INT(struct passkey, sign_count),
        DB_COL_TEXT(struct passkey, name, KEYD_NAME_MAX),
        DB_COL_INT(struct passkey, created_at),
        DB_COL_INT(struct passkey, used_at),
};
static const struct db_map map = DB_MAP(struct passkey, cols);

static const struct db_col listed_cols[] = {
        DB_COL_INT(struct keyd_passkey, passkey_id),
        DB_COL_BLOB(struct keyd_passkey, credential_id, KEYD_PASSKEY_ID_MAX),
        DB_COL_TEXT(struct keyd_passkey, name, KEYD_NAME_MAX),
        DB_COL_INT(struct keyd_passkey, created_at),
        DB_COL_INT(struct keyd_passkey, used_at),
};
static const struct db_map listed_map = DB_MAP(struct keyd_passkey, listed_cols);

enum err
passkey_get(struct arena *a, struct db *db, struct str credential_id, struct passkey *out)
{
	return db_one(a, db, &get, DB_ARGS(db_bytes(credential_id.p, credential_id.n)), &map, out);
}

enum err
passkey_list(struct arena *a, struct db *db, int64_t person_id, const struct keyd_passkey **items,
        size_t *n)
{
	struct keyd_passkey *got = ARENA_ARRAY(a, KEYD_PASSKEYS_MAX, struct keyd_passkey);
	struct db_rows rows;
	size_t have = 0;
	enum err e =
	        db_query(db, &list, DB_ARGS(db_i64(person_id), db_i64(KEYD_PASSKEYS_MAX)), &rows);

	if (e != ERR_OK)
		return e;
	while (have < KEYD_PASSKEYS_MAX && db_next(&rows))
		db_row_read(a, &rows, &listed_map, &got[have++]);
	e = db_rows_end(&rows);
	if (e == ERR_OK) {
		*items = got;
		*n = have;
	}
	return e;
}

enum err
passkey_add(struct db *db, const struct passkey *p)
{
	int64_t have = 0, same = 0;
	struct db_val id = db_bytes(p->credential_id.p, p->credential_id.n);
	enum err e = db_one_i64(db, &count, DB_ARGS(db_i64(p->person_id)), &have);

	if (e == ERR_OK)
		e = db_one_i64(db, &known, DB_ARGS(id), &same);
	if (e != ERR_OK)
		return e;
	if (have >= KEYD_PASSKEYS_MAX)
		return ERR_STATE;
	if (same > 0)
		return ERR_CONFLICT;
	return db_exec1(db, &insert,
	        DB_ARGS(db_i64(p->person_id), id, db_i64(p->alg),
	                db_bytes(p->public_key.p, p->public_key.n), db_i64(p->sign_count),
	                db_text(p->name), db_i64(p->created_at)));
}

enum err
passkey_used(struct db *db, int64_t passkey_id, int64_t sign_count, int64_t now)
{
	return db_exec1(db, &used, DB_ARGS(db_i64(passkey_id), db_i64(sign_count), db_i64(now)));
}

enum err
passkey_remove(struct db *db, int64_t person_id, int64_t passkey_id)
{
	return db_exec1(db, &end_one, DB_ARGS(db_i64(passkey_id), db_i64(person_id)));
}

enum err
passkey_remove_all(struct db *db, int64_t person_id)
{
	return db_exec(db, &end_all, DB_ARGS(db_i64(person_id)), NULL);
}

enum err
passkey_challenge_use(struct db *db, struct str challenge, int64_t expires_at, int64_t now)
{
	int64_t before = 0;
	struct db_val c = db_bytes(challenge.p, challenge.n);
	enum err e = db_exec(db, &challenge_purge, DB_ARGS(db_i64(now)), NULL);

	if (e == ERR_OK)
		e = db_one_i64(db, &challenge_known, DB_ARGS(c), &before);
	if (e == ERR_OK && before > 0)
		e = ERR_AUTH;
	return e == ERR_OK ? db_exec1(db, &challenge_use, DB_ARGS(c, db_i64(expires_at))) : e;
}
