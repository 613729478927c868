/* Enrolment links. */
#include "keyd/store/enrolment_store.h"

#include "keyd/store/keyd_set.h"
#include "keyd/store/person_store.h"

static const struct stmt get = {
        "keyd_enrolment_get",
        "SELECT person_id, roles, name, email, expires_at, used_at FROM enrolment WHERE link_hash "
        "= $1",
};
static const struct stmt use = {
        "keyd_enrolment_use",
        "UPDATE enrolment SET used_at = $2 WHERE link_hash = $1 AND used_at = 0",
};
static const struct stmt insert = {
        "keyd_enrolment_insert",
        "INSERT INTO enrolment (link_hash, person_id, roles, name, email, created_at, expires_at, "
        "used_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
};
static const struct stmt purge = {
        "keyd_enrolment_purge", "DELETE FROM enrolment WHERE expires_at <= $1"};

static const struct stmt list = {
        "keyd_enrolment_list",
        "SELECT link_hash, person_id, roles, name, email, created_at, expires_at FROM enrolment "
        "WHERE used_at = 0 AND expires_at > $1 ORDER BY created_at DESC, link_hash LIMIT $2",
};
static const struct stmt revoke = {"keyd_enrolment_revoke",
        "DELETE FROM enrolment WHERE link_hash = $1 AND used_at = 0 AND expires_at > $2"};

static const struct stmt withdraw_all = {
        "keyd_enrolment_withdraw_all", "DELETE FROM enrolment WHERE used_at = 0"};

const struct stmt *const enrolment_stmts[] = {
        &get, &use, &insert, &purge, &list, &revoke, &withdraw_all, NULL};

static const struct db_col cols[] = {
        DB_COL_INT(struct enrolment, person_id),
        DB_COL_INT(struct enrolment, roles),
        DB_COL_TEXT(struct enrolment, name, KEYD_NAME_MAX),
        DB_COL_TEXT(struct enrolment, email, KEYD_EMAIL_MAX),
        DB_COL_INT(struct enrolment, expires_at),
        DB_COL_INT(struct enrolment, used_at),
};
static const struct db_map map = DB_MAP(struct enrolment, cols);

enum err
enrolment_get(struct arena *a, struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES],
        int64_t now, struct enrolment *out)
{
	struct enrolment got;
	enum err e =
	        db_one(a, db, &get, DB_ARGS(db_bytes(hash, CREDENTIAL_HASH_BYTES)), &map, &got);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_AUTH : e;
	if (got.used_at != 0 || now >= got.expires_at)
		return ERR_AUTH;
	*out = got;
	return ERR_OK;
}

enum err
enrolment_use(struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now)
{
	enum err e =
	        db_exec1(db, &use, DB_ARGS(db_bytes(hash, CREDENTIAL_HASH_BYTES), db_i64(now)));

	return e == ERR_NOT_FOUND ? ERR_AUTH : e;
}

struct create {
	const struct actor *by;
	const struct keyd_invite *q;
	int64_t now, expires_at;
	unsigned char hash[CREDENTIAL_HASH_BYTES];
};

static enum err
create_tx(struct db *db, void *ctx)
{
	struct create *c = ctx;
	struct arena *a = arena_new(32768);
	struct keyd_person p = {.name = c->q->name, .email = c->q->email, .roles = c->q->roles};
	struct keyd_log_entry entry = {.at = c->now, .action = STR("invite")};
	enum err e = ERR_OK;

	if (c->q->person_id != 0)
		e = person_get(a, db, c->q->person_id, &p);
	if (e == ERR_OK && p.disabled)
		e = ERR_STATE;
	if (e == ERR_OK)
		e = db_exec(db, &purge, DB_ARGS(db_i64(c->now)), NULL);
	if (e == ERR_OK)
		e = db_exec1(db, &insert,
		        DB_ARGS(db_bytes(c->hash, sizeof c->hash), db_i64(c->q->person_id),
		                db_i64(p.roles), db_text(p.name), db_text(p.email), db_i64(c->now),
		                db_i64(c->expires_at),
		                db_i64(c->by->kind == ACTOR_PERSON ? c->by->id : 0)));
	entry.actor = actor_text(a, c->by);
	entry.detail = str_fmt(a, "person %lld roles %u", (long long)c->q->person_id, p.roles);
	if (e == ERR_OK)
		e = log_append(db, &entry);
	arena_free(a);
	return e;
}

enum err
enrolment_create(struct arena *a, struct db *db, const struct actor *by,
        const struct keyd_invite *q, int64_t now, struct keyd_invited *out)
{
	struct create c = {.by = by, .q = q, .now = now, .expires_at = now + ENROLMENT_LIFE_S};
	struct str text;
	enum err e;

	if (q->person_id == 0 && (q->roles == 0 || (q->roles & ~(unsigned)STAFF_ROLES_ALL) != 0))
		return ERR_INVALID;
	if (!str_utf8_valid(q->name, NULL) || !str_utf8_valid(q->email, NULL) ||
	        q->name.n > KEYD_NAME_MAX || q->email.n > KEYD_EMAIL_MAX)
		return ERR_INVALID;
	text = credential_new(a, ENROLMENT_PREFIX, c.hash);
	e = tx_run(db, create_tx, &c);
	if (e == ERR_OK)
		*out = (struct keyd_invited){text, c.expires_at};
	return e;
}

/* ---- Links that nobody has used ---- */

static const struct db_col listed_cols[] = {
        DB_COL_FIXED(struct keyd_invitation, ref),
        DB_COL_INT(struct keyd_invitation, person_id),
        DB_COL_INT(struct keyd_invitation, roles),
        DB_COL_TEXT(struct keyd_invitation, name, KEYD_NAME_MAX),
        DB_COL_TEXT(struct keyd_invitation, email, KEYD_EMAIL_MAX),
        DB_COL_INT(struct keyd_invitation, created_at),
        DB_COL_INT(struct keyd_invitation, expires_at),
};
static const struct db_map listed_map = DB_MAP(struct keyd_invitation, listed_cols);

enum err
enrolment_list(struct arena *a, struct db *db, int64_t now, struct keyd_invitations *out)
{
	struct keyd_invitation *items = ARENA_ARRAY(a, KEYD_LIST_MAX, struct keyd_invitation);
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_query(db, &list, DB_ARGS(db_i64(now), db_i64(KEYD_LIST_MAX)), &rows);

	if (e != ERR_OK)
		return e;
	while (n < KEYD_LIST_MAX && db_next(&rows))
		db_row_read(a, &rows, &listed_map, &items[n++]);
	e = db_rows_end(&rows);
	if (e == ERR_OK)
		*out = (struct keyd_invitations){items, n};
	return e;
}

struct revoking {
	const struct actor *by;
	const unsigned char *hash;
	int64_t now;
};

static enum err
revoke_tx(struct db *db, void *ctx)
{
	const struct revoking *r = ctx;
	struct arena *a = arena_new(16384);
	struct keyd_log_entry entry = {
	        .at = r->now, .actor = actor_text(a, r->by), .action = STR("invite_revoke")};
	enum err e = db_exec1(
	        db, &revoke, DB_ARGS(db_bytes(r->hash, CREDENTIAL_HASH_BYTES), db_i64(r->now)));

	if (e == ERR_OK)
		e = log_append(db, &entry);
	arena_free(a);
	return e;
}

enum err
enrolment_revoke(struct db *db, const struct actor *by,
        const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now)
{
	return tx_run(db, revoke_tx, &(struct revoking){by, hash, now});
}

enum err
enrolment_withdraw_all(struct db *db, int64_t *n)
{
	return db_exec(db, &withdraw_all, DB_NONE, n);
}
