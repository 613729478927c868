/* API tokens. */
#include "keyd/store/api_token_store.h"

#include "keyd/store/keyd_set.h"

static const struct stmt get = {
        "keyd_token_get",
        "SELECT id, name, roles, expires_at, revoked_at FROM api_token WHERE token_hash = $1",
};
static const struct stmt list = {
        "keyd_token_list",
        "SELECT id, name, made_by_name, roles, created_at, expires_at, revoked_at FROM api_token "
        "ORDER BY id DESC LIMIT $1",
};
static const struct stmt insert = {
        "keyd_token_insert",
        "INSERT INTO api_token (token_hash, name, roles, made_by, made_by_name, created_at, "
        "expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) RETURNING id",
};
static const struct stmt revoke = {
        "keyd_token_revoke",
        "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0",
};

const struct stmt *const api_token_stmts[] = {&get, &list, &insert, &revoke, NULL};

static const struct db_col token_cols[] = {
        DB_COL_INT(struct keyd_token, token_id),
        DB_COL_TEXT(struct keyd_token, name, KEYD_NAME_MAX),
        DB_COL_TEXT(struct keyd_token, made_by, KEYD_NAME_MAX),
        DB_COL_INT(struct keyd_token, roles),
        DB_COL_INT(struct keyd_token, created_at),
        DB_COL_INT(struct keyd_token, expires_at),
        DB_COL_INT(struct keyd_token, revoked_at),
};
static const struct db_map token_map = DB_MAP(struct keyd_token, token_cols);

static const struct db_col live_cols[] = {
        DB_COL_INT(struct keyd_token, token_id),
        DB_COL_TEXT(struct keyd_token, name, KEYD_NAME_MAX),
        DB_COL_INT(struct keyd_token, roles),
        DB_COL_INT(struct keyd_token, expires_at),
        DB_COL_INT(struct keyd_token, revoked_at),
};
static const struct db_map live_map = DB_MAP(struct keyd_token, live_cols);

enum err
token_get(struct arena *a, struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES],
        int64_t now, struct keyd_identity *out)
{
	struct keyd_token t;
	enum err e =
	        db_one(a, db, &get, DB_ARGS(db_bytes(hash, CREDENTIAL_HASH_BYTES)), &live_map, &t);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_AUTH : e;
	if (t.revoked_at != 0 || now >= t.expires_at)
		return ERR_AUTH;
	*out = (struct keyd_identity){
	        .kind = KEYD_BY_TOKEN,
	        .roles = t.roles,
	        .token_id = t.token_id,
	        .expires_at = t.expires_at,
	        .name = t.name,
	};
	return ERR_OK;
}

enum err
token_list(struct arena *a, struct db *db, struct keyd_tokens *out)
{
	struct keyd_token *items = ARENA_ARRAY(a, KEYD_LIST_MAX, struct keyd_token);
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_query(db, &list, DB_ARGS(db_i64(KEYD_LIST_MAX)), &rows);

	if (e != ERR_OK)
		return e;
	while (n < KEYD_LIST_MAX && db_next(&rows))
		db_row_read(a, &rows, &token_map, &items[n++]);
	e = db_rows_end(&rows);
	if (e == ERR_OK)
		*out = (struct keyd_tokens){items, n};
	return e;
}

struct create {
	const struct actor *by;
	const struct keyd_token_create *q;
	int64_t now, expires_at, id;
	unsigned char hash[CREDENTIAL_HASH_BYTES];
};

static enum err
log_it(struct db *db, const struct actor *by, int64_t now, struct str action, int64_t id)
{
	struct arena *a = arena_new(16384);
	struct keyd_log_entry entry = {
	        .at = now,
	        .actor = actor_text(a, by),
	        .action = action,
	        .detail = str_fmt(a, "token %lld", (long long)id),
	};
	enum err e = log_append(db, &entry);

	arena_free(a);
	return e;
}

static enum err
create_tx(struct db *db, void *ctx)
{
	struct create *c = ctx;
	int64_t made_by = c->by->kind == ACTOR_PERSON ? c->by->id : 0;
	struct str name = c->by->kind == ACTOR_OPERATOR ? STR("operator") : c->by->name;
	enum err e = db_one_i64(db, &insert,
	        DB_ARGS(db_bytes(c->hash, sizeof c->hash), db_text(c->q->name), db_i64(c->q->roles),
	                db_i64(made_by), db_text(name), db_i64(c->now), db_i64(c->expires_at)),
	        &c->id);

	return e != ERR_OK ? e : log_it(db, c->by, c->now, STR("token_create"), c->id);
}

enum err
token_create(struct arena *a, struct db *db, const struct actor *by,
        const struct keyd_token_create *q, int64_t now, struct keyd_token_created *out,
        uint32_t *field)
{
	struct create c = {.by = by, .q = q, .now = now, .expires_at = q->expires_at};
	struct str text;
	enum err e;

	if (c.expires_at == 0)
		c.expires_at = now + TOKEN_LIFE_S;
	*field = q->name.n == 0 || q->name.n > KEYD_NAME_MAX || !str_utf8_valid(q->name, NULL)
	                 ? KEYD_FIELD_NAME
	         : q->roles == 0 || (q->roles & ~(unsigned)STAFF_ROLES_ALL) != 0 ? KEYD_FIELD_ROLES
	         : c.expires_at <= now ? KEYD_FIELD_EXPIRES
	                               : KEYD_FIELD_NONE;
	if (*field != KEYD_FIELD_NONE)
		return ERR_INVALID;
	text = credential_new(a, TOKEN_PREFIX, c.hash);
	e = tx_run(db, create_tx, &c);
	if (e == ERR_OK)
		*out = (struct keyd_token_created){c.id, text, c.expires_at};
	return e;
}

struct revoke {
	const struct actor *by;
	int64_t id, now;
};

static enum err
revoke_tx(struct db *db, void *ctx)
{
	const struct revoke *r = ctx;
	enum err e = db_exec1(db, &revoke, DB_ARGS(db_i64(r->id), db_i64(r->now)));

	return e != ERR_OK ? e : log_it(db, r->by, r->now, STR("token_revoke"), r->id);
}

enum err
token_revoke(struct db *db, const struct actor *by, int64_t token_id, int64_t now)
{
	return tx_run(db, revoke_tx, &(struct revoke){by, token_id, now});
}
