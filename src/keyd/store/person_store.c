/* People and credentials. */
#include "keyd/store/person_store.h"

#include "base/time.h"
#include "keyd/store/keyd_set.h"

enum { ABSENCE_MAX_S = 366 * DAY_S };

#define LOGIN                                                                                      \
	"SELECT p.id, p.name, p.roles, c.password_hash, c.totp_sealed, c.totp_last_step "          \
	"FROM person p JOIN credential c ON c.person_id = p.id WHERE p.disabled = 0 AND "
#define PERSON                                                                                     \
	"SELECT id, name, email, roles, disabled, created_at, away_from, away_until, deputy "      \
	"FROM person "

static const struct stmt login_by_key = {
        "keyd_login_by_key", LOGIN "(p.name_key = $1 OR p.email_key = $1)"};
static const struct stmt login_by_id = {"keyd_login_by_id", LOGIN "p.id = $1"};
static const struct stmt get = {"keyd_person_get", PERSON "WHERE id = $1"};
static const struct stmt list = {"keyd_person_list", PERSON "ORDER BY name_key LIMIT $1"};
static const struct stmt contacts = {
        "keyd_person_contacts",
        PERSON "WHERE (disabled = 0 AND CAST($1 AS BIGINT) = 0 AND roles & $2 <> 0) OR (id = $1 "
               "AND (disabled = 0 OR CAST($3 AS BIGINT) = 1)) ORDER BY id LIMIT $4",
};
static const struct stmt insert = {
        "keyd_person_insert",
        "INSERT INTO person (name, name_key, email, email_key, roles, disabled, created_at) VALUES "
        "($1, $2, $3, $4, $5, 0, $6) RETURNING id",
};
static const struct stmt name_taken = {
        "keyd_person_name_taken", "SELECT COUNT(*) FROM person WHERE name_key = $1"};
static const struct stmt email_taken = {
        "keyd_person_email_taken", "SELECT COUNT(*) FROM person WHERE email_key = $1"};
static const struct stmt change = {
        "keyd_person_change", "UPDATE person SET roles = $2, disabled = $3 WHERE id = $1"};
static const struct stmt administrators = {
        "keyd_person_administrators",
        "SELECT COUNT(*) FROM person WHERE disabled = 0 AND roles & 1 <> 0",
};
static const struct stmt end_sessions = {
        "keyd_person_end_sessions", "DELETE FROM session WHERE person_id = $1"};
static const struct stmt revoke_tokens = {
        "keyd_person_revoke_tokens",
        "UPDATE api_token SET revoked_at = $2 WHERE made_by = $1 AND revoked_at = 0",
};
static const struct stmt end_links = {
        "keyd_person_end_links",
        "DELETE FROM enrolment WHERE (made_by = $1 OR person_id = $1) AND used_at = 0",
};
static const struct stmt credential_put = {
        "keyd_credential_put",
        "INSERT INTO credential (person_id, password_hash, totp_sealed, totp_last_step, "
        "changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id) DO UPDATE SET "
        "password_hash = $2, totp_sealed = $3, totp_last_step = $4, changed_at = $5",
};
static const struct stmt step_use = {
        "keyd_totp_step_use",
        "UPDATE credential SET totp_last_step = $2 WHERE person_id = $1 AND (totp_last_step < $2 "
        "OR totp_last_step > $3)",
};
static const struct stmt absence = {"keyd_person_absence",
        "UPDATE person SET away_from = $2, away_until = $3, deputy = $4 WHERE id = $1"};

const struct stmt *const person_stmts[] = {&login_by_key, &login_by_id, &get, &list, &contacts,
        &insert, &name_taken, &email_taken, &change, &administrators, &end_sessions, &revoke_tokens,
        &end_links, &credential_put, &step_use, &absence, NULL};

static const struct db_col login_cols[] = {
        DB_COL_INT(struct login, person_id),
        DB_COL_TEXT(struct login, name, KEYD_NAME_MAX),
        DB_COL_INT(struct login, roles),
        DB_COL_TEXT(struct login, password_hash, PASSWORD_HASH_MAX),
        DB_COL_FIXED(struct login, totp_sealed),
        DB_COL_INT(struct login, totp_last_step),
};
static const struct db_map login_map = DB_MAP(struct login, login_cols);

static const struct db_col person_cols[] = {
        DB_COL_INT(struct keyd_person, person_id),
        DB_COL_TEXT(struct keyd_person, name, KEYD_NAME_MAX),
        DB_COL_TEXT(struct keyd_person, email, KEYD_EMAIL_MAX),
        DB_COL_INT(struct keyd_person, roles),
        DB_COL_INT(struct keyd_person, disabled),
        DB_COL_INT(struct keyd_person, created_at),
        DB_COL_INT(struct keyd_person, away_from),
        DB_COL_INT(struct keyd_person, away_until),
        DB_COL_INT(struct keyd_person, deputy),
};
static const struct db_map person_map = DB_MAP(struct keyd_person, person_cols);

enum err
login_find(struct arena *a, struct db *db, struct str login, struct login *out)
{
	struct str key = str_lower(a, str_trim(login));

	if (!str_utf8_valid(key, NULL))
		return ERR_NOT_FOUND;
	return db_one(a, db, &login_by_key, DB_ARGS(db_text(key)), &login_map, out);
}

enum err
login_of(struct arena *a, struct db *db, int64_t person_id, struct login *out)
{
	return db_one(a, db, &login_by_id, DB_ARGS(db_i64(person_id)), &login_map, out);
}

enum err
person_get(struct arena *a, struct db *db, int64_t person_id, struct keyd_person *out)
{
	return db_one(a, db, &get, DB_ARGS(db_i64(person_id)), &person_map, out);
}

static enum err
people_read(struct arena *a, struct db *db, const struct stmt *st, struct db_args args,
        struct keyd_people *out)
{
	struct keyd_person *items = ARENA_ARRAY(a, KEYD_LIST_MAX, struct keyd_person);
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_query(db, st, args, &rows);

	if (e != ERR_OK)
		return e;
	while (n < KEYD_LIST_MAX && db_next(&rows))
		db_row_read(a, &rows, &person_map, &items[n++]);
	e = db_rows_end(&rows);
	if (e == ERR_OK)
		*out = (struct keyd_people){items, n};
	return e;
}

enum err
person_list(struct arena *a, struct db *db, bool with_email, struct keyd_people *out)
{
	struct keyd_people got;
	enum err e = people_read(a, db, &list, DB_ARGS(db_i64(KEYD_LIST_MAX)), &got);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < got.n && !with_email; i++)
		((struct keyd_person *)got.items)[i].email = STR("");
	*out = got;
	return ERR_OK;
}

enum err
person_contacts(struct arena *a, struct db *db, int64_t person_id, unsigned roles,
        bool disabled_too, struct keyd_people *out)
{
	return people_read(a, db, &contacts,
	        DB_ARGS(db_i64(person_id), db_i64(roles), db_i64(disabled_too),
	                db_i64(KEYD_LIST_MAX)),
	        out);
}

static bool
plain_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return false;
	return str_utf8_valid(s, NULL) && str_eq(s, str_trim(s));
}

static bool
email_plausible(struct str s)
{
	size_t at = str_find(s, '@', 0);

	return s.n <= KEYD_EMAIL_MAX && at != SIZE_MAX && at > 0 && at + 1 < s.n &&
	       str_find(s, '@', at + 1) == SIZE_MAX && str_find(s, ' ', 0) == SIZE_MAX;
}

enum err
person_check(struct str name, struct str email, uint32_t *field)
{
	if (name.n < 2 || name.n > KEYD_NAME_MAX || !plain_text(name) ||
	        str_find(name, '@', 0) != SIZE_MAX) {
		*field = KEYD_FIELD_NAME;
		return ERR_INVALID;
	}
	if (!email_plausible(email) || !plain_text(email)) {
		*field = KEYD_FIELD_EMAIL;
		return ERR_INVALID;
	}
	return ERR_OK;
}

/* NAME and EMAIL as keys, in A. */
static struct str
key_of(struct arena *a, struct str s)
{
	return str_lower(a, s);
}

enum err
person_add(
        struct db *db, struct str name, struct str email, unsigned roles, int64_t now, int64_t *id)
{
	struct arena *a = arena_new(4096);
	enum err e = db_one_i64(db, &insert,
	        DB_ARGS(db_text(name), db_text(key_of(a, name)), db_text(email),
	                db_text(key_of(a, email)), db_i64(roles), db_i64(now)),
	        id);

	arena_free(a);
	return e;
}

enum err
person_taken(struct db *db, struct str name, struct str email, uint32_t *field)
{
	struct arena *a = arena_new(4096);
	int64_t names = 0, emails = 0;
	enum err e = db_one_i64(db, &name_taken, DB_ARGS(db_text(key_of(a, name))), &names);

	if (e == ERR_OK)
		e = db_one_i64(db, &email_taken, DB_ARGS(db_text(key_of(a, email))), &emails);
	arena_free(a);
	if (e == ERR_OK)
		*field = names > 0    ? KEYD_FIELD_NAME
		         : emails > 0 ? KEYD_FIELD_EMAIL
		                      : KEYD_FIELD_NONE;
	return e;
}

enum err
credential_set(struct db *db, int64_t person_id, struct str password_hash,
        const unsigned char totp_sealed[TOTP_SEALED_BYTES], int64_t totp_step, int64_t now)
{
	return db_exec1(db, &credential_put,
	        DB_ARGS(db_i64(person_id), db_text(password_hash),
	                db_bytes(totp_sealed, TOTP_SEALED_BYTES), db_i64(totp_step), db_i64(now)));
}

enum err
totp_step_use(struct db *db, int64_t person_id, int64_t step)
{
	enum err e = db_exec1(
	        db, &step_use, DB_ARGS(db_i64(person_id), db_i64(step), db_i64(step + TOTP_AHEAD)));

	return e == ERR_NOT_FOUND ? ERR_AUTH : e;
}

struct change {
	const struct actor *by;
	const struct keyd_member_change *q;
	int64_t now;
};

static enum err
change_tx(struct db *db, void *ctx)
{
	const struct change *c = ctx;
	struct arena *a = arena_new(16384);
	struct keyd_log_entry entry = {.at = c->now, .action = STR("member_change")};
	int64_t left = 0;
	unsigned roles, disabled;
	struct keyd_person p;
	enum err e = person_get(a, db, c->q->person_id, &p);

	roles = e == ERR_OK && c->q->roles == KEYD_KEEP ? p.roles : c->q->roles;
	disabled = e == ERR_OK && c->q->disabled == KEYD_KEEP ? p.disabled : c->q->disabled;
	if (e == ERR_OK)
		e = db_exec1(db, &change,
		        DB_ARGS(db_i64(c->q->person_id), db_i64(roles), db_i64(disabled)));
	if (e == ERR_OK)
		e = db_one_i64(db, &administrators, DB_NONE, &left);
	if (e == ERR_OK && left == 0)
		e = ERR_STATE;
	if (e == ERR_OK && disabled) {
		e = db_exec(db, &end_sessions, DB_ARGS(db_i64(c->q->person_id)), NULL);
		if (e == ERR_OK)
			e = db_exec(db, &revoke_tokens,
			        DB_ARGS(db_i64(c->q->person_id), db_i64(c->now)), NULL);
		if (e == ERR_OK)
			e = db_exec(db, &end_links, DB_ARGS(db_i64(c->q->person_id)), NULL);
	}
	entry.actor = actor_text(a, c->by);
	entry.detail = str_fmt(a, "person %lld roles %u%s", (long long)c->q->person_id, roles,
	        disabled ? " disabled" : "");
	if (e == ERR_OK)
		e = log_append(db, &entry);
	arena_free(a);
	return e;
}

enum err
member_change(
        struct db *db, const struct actor *by, const struct keyd_member_change *q, int64_t now)
{
	struct change c = {by, q, now};

	if (q->roles != KEYD_KEEP &&
	        (q->roles == 0 || (q->roles & ~(unsigned)STAFF_ROLES_ALL) != 0))
		return ERR_INVALID;
	if (q->disabled != KEYD_KEEP && q->disabled > 1)
		return ERR_INVALID;
	return tx_run(db, change_tx, &c);
}

struct leaving {
	const struct actor *by;
	const struct keyd_absence *q;
	int64_t now;
	uint32_t *field;
};

/* Somebody else who may read cases, or nobody. */
static enum err
deputy_check(struct arena *a, struct db *db, const struct leaving *l)
{
	const struct keyd_absence *q = l->q;
	struct keyd_person p;
	enum err e;

	if (q->deputy == 0)
		return ERR_OK;
	e = person_get(a, db, q->deputy, &p);
	if (e == ERR_OK && !p.disabled && q->deputy != q->person_id &&
	        (p.roles & KEYD_ROLES_READ_CASES) != 0)
		return ERR_OK;
	*l->field = KEYD_FIELD_DEPUTY;
	return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_INVALID : e;
}

static enum err
absence_tx(struct db *db, void *ctx)
{
	const struct leaving *l = ctx;
	const struct keyd_absence *q = l->q;
	struct arena *a = arena_new(16384);
	struct keyd_log_entry entry = {.at = l->now, .action = STR("absence")};
	struct keyd_person p;
	enum err e = person_get(a, db, q->person_id, &p);

	if (e == ERR_OK)
		e = deputy_check(a, db, l);
	if (e == ERR_OK)
		e = db_exec1(db, &absence,
		        DB_ARGS(db_i64(q->person_id), db_i64(q->away_from), db_i64(q->away_until),
		                db_i64(q->deputy)));
	entry.actor = actor_text(a, l->by);
	entry.detail =
	        q->away_until == 0
	                ? str_fmt(a, "person %lld ended", (long long)q->person_id)
	                : str_fmt(a, "person %lld deputy %lld from %.10s until %.10s",
	                          (long long)q->person_id, (long long)q->deputy,
	                          time_str(a, q->away_from).p, time_str(a, q->away_until - 1).p);
	if (e == ERR_OK)
		e = log_append(db, &entry);
	arena_free(a);
	return e;
}

enum err
member_absence(struct db *db, const struct actor *by, const struct keyd_absence *q, int64_t now,
        uint32_t *field)
{
	struct leaving l = {by, q, now, field};
	bool none = q->away_from == 0 && q->away_until == 0 && q->deputy == 0;

	if (!none && (q->away_until <= now || q->away_until <= q->away_from || q->away_from <= 0 ||
	                     q->away_until - q->away_from > ABSENCE_MAX_S)) {
		*field = KEYD_FIELD_UNTIL;
		return ERR_INVALID;
	}
	return tx_run(db, absence_tx, &l);
}

struct ending {
	const struct actor *by;
	int64_t person_id, now;
};

static enum err
sign_out_tx(struct db *db, void *ctx)
{
	const struct ending *t = ctx;
	struct arena *a = arena_new(16384);
	struct keyd_log_entry entry = {
	        .at = t->now,
	        .actor = actor_text(a, t->by),
	        .action = STR("sign_out_everywhere"),
	        .detail = str_fmt(a, "person %lld", (long long)t->person_id),
	};
	struct keyd_person p;
	enum err e = person_get(a, db, t->person_id, &p);

	if (e == ERR_OK)
		e = db_exec(db, &end_sessions, DB_ARGS(db_i64(t->person_id)), NULL);
	if (e == ERR_OK)
		e = log_append(db, &entry);
	arena_free(a);
	return e;
}

enum err
member_sign_out(struct db *db, const struct actor *by, int64_t person_id, int64_t now)
{
	return tx_run(db, sign_out_tx, &(struct ending){by, person_id, now});
}
