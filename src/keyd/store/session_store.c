/* Sessions. */
#include "keyd/store/session_store.h"

#include "keyd/store/keyd_set.h"

static const struct stmt get = {
        "keyd_session_get",
        "SELECT s.person_id, s.seen_at, s.expires_at, p.name, p.roles, p.disabled FROM session s "
        "LEFT JOIN person p ON p.id = s.person_id WHERE s.token_hash = $1",
};
static const struct stmt seen = {
        "keyd_session_seen",
        "UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2",
};
static const struct stmt insert = {
        "keyd_session_insert",
        "INSERT INTO session (token_hash, person_id, created_at, seen_at, expires_at) VALUES ($1, "
        "$2, $3, $3, $4)",
};
static const struct stmt purge = {
        "keyd_session_purge", "DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2"};
static const struct stmt end_one = {
        "keyd_session_end", "DELETE FROM session WHERE token_hash = $1"};
static const struct stmt end_all = {
        "keyd_session_end_all", "DELETE FROM session WHERE person_id = $1"};

static const struct stmt end_others = {
        "keyd_session_end_others",
        "DELETE FROM session WHERE person_id = $1 AND token_hash <> $2",
};
static const struct stmt list = {
        "keyd_session_list",
        "SELECT s.token_hash, s.person_id, p.name, s.created_at, s.seen_at, s.expires_at FROM "
        "session s JOIN person p ON p.id = s.person_id WHERE p.disabled = 0 AND s.expires_at > $1 "
        "AND s.seen_at > $2 AND (s.person_id = $3 OR CAST($3 AS BIGINT) = 0) ORDER BY s.seen_at "
        "DESC, s.created_at DESC LIMIT $4",
};

static const struct stmt end_everyone = {"keyd_session_end_everyone", "DELETE FROM session"};

const struct stmt *const session_stmts[] = {
        &get, &seen, &insert, &purge, &end_one, &end_all, &end_others, &list, &end_everyone, NULL};

struct row {
	int64_t person_id, seen_at, expires_at;
	struct str name;
	unsigned roles;
	unsigned disabled;
};
static const struct db_col row_cols[] = {
        DB_COL_INT(struct row, person_id),
        DB_COL_INT(struct row, seen_at),
        DB_COL_INT(struct row, expires_at),
        DB_COL_TEXT_NULL(struct row, name, KEYD_NAME_MAX),
        DB_COL_INT_OR(struct row, roles, 0),
        DB_COL_INT_OR(struct row, disabled, 0),
};
static const struct db_map row_map = DB_MAP(struct row, row_cols);

enum err
session_get(struct arena *a, struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES],
        int64_t now, struct keyd_identity *out, bool *touch)
{
	struct row r;
	enum err e =
	        db_one(a, db, &get, DB_ARGS(db_bytes(hash, CREDENTIAL_HASH_BYTES)), &row_map, &r);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_AUTH : e;
	/* A session of the future is one of a clock that was set back: it would outlive its time.
	 */
	if (r.seen_at - now > SESSION_AHEAD_S || now >= r.expires_at ||
	        now - r.seen_at >= SESSION_IDLE_S || r.disabled)
		return ERR_AUTH;
	if (r.person_id != 0 && r.name.p == NULL)
		return ERR_AUTH;
	*out = (struct keyd_identity){
	        .kind = r.person_id != 0 ? KEYD_BY_SESSION : KEYD_BY_OPERATOR,
	        .roles = r.person_id != 0 ? r.roles : STAFF_ADMINISTRATOR | STAFF_COORDINATOR,
	        .person_id = r.person_id,
	        .expires_at = r.expires_at,
	        .name = r.person_id != 0 ? r.name : STR(OPERATOR_NAME),
	};
	*touch = now - r.seen_at >= SESSION_SEEN_EVERY_S;
	return ERR_OK;
}

struct listed {
	unsigned char hash[CREDENTIAL_HASH_BYTES];
	struct keyd_session session;
};
static const struct db_col listed_cols[] = {
        DB_COL_FIXED(struct listed, hash),
        DB_COL_INT(struct listed, session.person_id),
        DB_COL_TEXT(struct listed, session.name, KEYD_NAME_MAX),
        DB_COL_INT(struct listed, session.created_at),
        DB_COL_INT(struct listed, session.seen_at),
        DB_COL_INT(struct listed, session.expires_at),
};
static const struct db_map listed_map = DB_MAP(struct listed, listed_cols);

enum err
session_list(struct arena *a, struct db *db, int64_t person_id,
        const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now, struct keyd_sessions *out)
{
	struct keyd_session *items = ARENA_ARRAY(a, KEYD_LIST_MAX, struct keyd_session);
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_query(db, &list,
	        DB_ARGS(db_i64(now), db_i64(now - SESSION_IDLE_S), db_i64(person_id),
	                db_i64(KEYD_LIST_MAX)),
	        &rows);

	if (e != ERR_OK)
		return e;
	while (n < KEYD_LIST_MAX && db_next(&rows)) {
		struct listed got = {0};

		db_row_read(a, &rows, &listed_map, &got);
		got.session.this_one = memcmp(got.hash, hash, sizeof got.hash) == 0;
		items[n++] = got.session;
	}
	e = db_rows_end(&rows);
	if (e == ERR_OK)
		*out = (struct keyd_sessions){items, n};
	return e;
}

struct touch {
	const unsigned char *hash;
	int64_t now;
};

static enum err
touch_tx(struct db *db, void *ctx)
{
	const struct touch *t = ctx;

	return db_exec(
	        db, &seen, DB_ARGS(db_bytes(t->hash, CREDENTIAL_HASH_BYTES), db_i64(t->now)), NULL);
}

enum err
session_touch(struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now)
{
	return tx_run(db, touch_tx, &(struct touch){hash, now});
}

enum err
session_add(struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t person_id,
        int64_t now, int64_t expires_at)
{
	enum err e = db_exec(db, &purge, DB_ARGS(db_i64(now), db_i64(now - SESSION_IDLE_S)), NULL);

	if (e != ERR_OK)
		return e;
	return db_exec1(db, &insert,
	        DB_ARGS(db_bytes(hash, CREDENTIAL_HASH_BYTES), db_i64(person_id), db_i64(now),
	                db_i64(expires_at)));
}

enum err
session_end_all(struct db *db, int64_t person_id)
{
	return db_exec(db, &end_all, DB_ARGS(db_i64(person_id)), NULL);
}

enum err
session_end_others(
        struct db *db, int64_t person_id, const unsigned char hash[CREDENTIAL_HASH_BYTES])
{
	return db_exec(db, &end_others,
	        DB_ARGS(db_i64(person_id), db_bytes(hash, CREDENTIAL_HASH_BYTES)), NULL);
}

enum err
session_end_everyone(struct db *db, int64_t *n)
{
	return db_exec(db, &end_everyone, DB_NONE, n);
}

static enum err
end_tx(struct db *db, void *ctx)
{
	return db_exec(db, &end_one, DB_ARGS(db_bytes(ctx, CREDENTIAL_HASH_BYTES)), NULL);
}

enum err
session_end(struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES])
{
	return tx_run(db, end_tx, (void *)(uintptr_t)hash);
}
