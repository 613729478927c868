/* Signing in: throttle, then password, then code; the answer never tells which of them was wrong,
 * nor whether there is such a person. */
#include "keyd/server/call.h"

#include "base/log.h"
#include "keyd/server/totp.h"
#include "keyd/store/recovery_store.h"
#include "keyd/store/session_store.h"
#include "seal/field.h"

#include <sodium.h>

enum { CLOCK_BEHIND_S = 3600 };

/* ---- Codes as they are kept ---- */

static const unsigned char no_case[CASE_UID_BYTES];

static struct place
totp_place(int64_t person_id)
{
	return (struct place){"credential", "totp_sealed", no_case, person_id};
}

void
totp_seal(struct call *c, int64_t person_id, const unsigned char secret[KEYD_TOTP_BYTES],
        unsigned char sealed[TOTP_SEALED_BYTES])
{
	struct place at = totp_place(person_id);
	struct str s =
	        field_seal(c->a, &c->k->secrets->own, &at, str_bytes(secret, KEYD_TOTP_BYTES));

	if (s.n != TOTP_SEALED_BYTES)
		abort();
	memcpy(sealed, s.p, TOTP_SEALED_BYTES);
}

enum err
totp_open(struct arena *a, const struct keyd *k, const struct login *l,
        unsigned char secret[KEYD_TOTP_BYTES])
{
	struct place at = totp_place(l->person_id);
	struct str plain;
	enum err e = field_open(
	        a, &k->secrets->own, &at, str_bytes(l->totp_sealed, sizeof l->totp_sealed), &plain);

	if (e == ERR_OK && plain.n != KEYD_TOTP_BYTES)
		e = ERR_FORGED;
	if (e == ERR_OK)
		memcpy(secret, plain.p, KEYD_TOTP_BYTES);
	return e;
}

bool
own_key_fits(struct keyd *k)
{
	struct arena *a = arena_new(1 << 20);
	unsigned char secret[KEYD_TOTP_BYTES];
	struct keyd_people people = {0};
	size_t tried = 0, opened = 0;

	if (person_list(a, k->store.db, false, &people) == ERR_OK)
		for (size_t i = 0; i < people.n && opened == 0; i++) {
			struct login l;

			if (login_of(a, k->store.db, people.items[i].person_id, &l) != ERR_OK)
				continue;
			tried++;
			opened += totp_open(a, k, &l, secret) == ERR_OK;
		}
	sodium_memzero(secret, sizeof secret);
	arena_free(a);
	return tried == 0 || opened > 0;
}

enum err
totp_judge(struct call *c, const struct login *l, struct str code, int64_t *step)
{
	unsigned char secret[KEYD_TOTP_BYTES];
	enum err e = totp_open(c->a, c->k, l, secret);

	if (e == ERR_OK)
		e = totp_check(secret, sizeof secret, code, c->now, step);
	sodium_memzero(secret, sizeof secret);
	if (e == ERR_OK && *step <= l->totp_last_step && l->totp_last_step - *step <= TOTP_AHEAD)
		e = ERR_AUTH;
	return e;
}

/* ---- Signing in ---- */

struct entering {
	struct call *c;
	int64_t person_id, step;
	struct str name;
	struct str recovery; /* used instead of a code from the phone; "" */
};

static enum err
enter_tx(struct db *db, void *ctx)
{
	struct entering *t = ctx;
	struct call *c = t->c;
	struct keyd_signed_in *out = c->out;
	struct actor by = {ACTOR_PERSON, t->person_id, t->name};
	struct keyd_log_entry entry = {
	        .at = c->now, .actor = actor_text(c->a, &by), .action = STR("sign_in")};
	struct keyd_log_entry used = entry;
	enum err e;

	if (t->recovery.n > 0) {
		entry.detail = STR("recovery code");
		used.action = STR("recovery_use");
		e = recovery_use(db, &c->k->secrets->own, t->person_id, t->recovery, c->now);
		if (e == ERR_OK)
			e = log_append(db, &used);
	} else {
		e = totp_step_use(db, t->person_id, t->step);
	}
	if (e == ERR_OK)
		e = call_session_add(c, db, t->person_id, &out->credential);
	return e == ERR_OK ? log_append(db, &entry) : e;
}

static enum err
enter(struct call *c, const struct login *l, int64_t step, struct str recovery)
{
	struct keyd_signed_in *out = c->out;
	struct entering t = {c, l->person_id, step, l->name, recovery};
	enum err e = call_may_write(c);

	if (e == ERR_OK)
		e = tx_run(c->k->store.db, enter_tx, &t);
	if (e == ERR_OK)
		e = call_authenticate(c, out->credential);
	out->who = c->who;
	return e;
}

/* A code from a phone cannot fit where this clock stands far from the phone's: that can be told. */
static enum err
refused(struct call *c)
{
	int64_t newest;

	log_warn("sign_in_refused", "why", "name, password or code");
	if (log_newest_at(c->k->store.db, &newest) != ERR_OK || newest - c->now < CLOCK_BEHIND_S)
		return ERR_AUTH;
	log_warn("clock_behind", "why", "the log's newest entry lies ahead");
	return call_refuse_field(c, ERR_AUTH, KEYD_FIELD_CLOCK);
}

static void
verified(struct password_job *job)
{
	struct call *c = job->arg;
	const struct keyd_sign_in *q = c->in;
	struct login l = c->k->nobody;
	struct str recovery = recovery_plausible(q->code) ? q->code : STR("");
	int64_t step = 0;
	/* Looked up anew: it may have changed while the password was hashed. */
	enum err known = login_find(c->a, c->k->store.db, q->login, &l);
	enum err code = totp_judge(c, &l, q->code, &step);
	enum err e;

	if (known != ERR_OK && known != ERR_NOT_FOUND)
		e = known;
	else if (known == ERR_OK && (code == ERR_OK || recovery.n > 0) && job->ok &&
	         str_eq(l.password_hash, str_of(job->stored)))
		e = enter(c, &l, step, recovery);
	else
		e = ERR_AUTH;
	if (e == ERR_OK)
		throttle_right(c->k->throttle, q->login);
	else if (e == ERR_AUTH)
		e = refused(c);
	call_answer(c, e);
}

enum err
handle_sign_in(struct call *c)
{
	const struct keyd_sign_in *q = c->in;
	struct login l = c->k->nobody;
	int64_t wait;
	enum err e = ERR_OK;

	if (!c->k->limits.off)
		e = throttle_try(c->k->throttle, q->login, c->now, &wait);
	if (e == ERR_RATE) {
		log_warn("sign_in_throttled", "why", "too many tries");
		return call_refuse_rate(c, wait);
	}
	e = login_find(c->a, c->k->store.db, q->login, &l);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return call_password(c, q->password, str_z(c->a, l.password_hash), verified);
}

/* ---- A new password ---- */

struct changing {
	struct call *c;
	const struct login *l;
	struct str hash;
	int64_t step;
};

static enum err
change_tx(struct db *db, void *ctx)
{
	struct changing *t = ctx;
	struct call *c = t->c;
	struct actor by = call_actor(c);
	struct keyd_log_entry entry = {
	        .at = c->now, .actor = actor_text(c->a, &by), .action = STR("password_change")};
	enum err e = totp_step_use(db, t->l->person_id, t->step);

	if (e == ERR_OK)
		e = credential_set(
		        db, t->l->person_id, t->hash, t->l->totp_sealed, t->step, c->now);
	if (e == ERR_OK)
		e = session_end_others(db, t->l->person_id, c->credential_hash);
	return e == ERR_OK ? log_append(db, &entry) : e;
}

static void
new_hashed(struct password_job *job)
{
	struct call *c = job->arg;
	const struct keyd_password_change *q = c->in;
	struct login l;
	struct changing t = {.c = c, .l = &l, .hash = str_of(job->stored)};
	enum err e = job->ok ? login_of(c->a, c->k->store.db, c->who.person_id, &l) : ERR_IO;

	if (e == ERR_OK)
		e = totp_judge(c, &l, q->code, &t.step);
	if (e == ERR_OK)
		e = call_may_write(c);
	if (e == ERR_OK)
		e = tx_run(c->k->store.db, change_tx, &t);
	call_answer(c, e);
}

static void
old_verified(struct password_job *job)
{
	struct call *c = job->arg;
	const struct keyd_password_change *q = c->in;
	enum err e = job->ok ? call_password(c, q->new_password, NULL, new_hashed) : ERR_AUTH;

	if (e != ERR_OK)
		call_answer(c, e);
	else
		throttle_right(c->k->throttle, c->who.name);
}

enum err
handle_password_change(struct call *c)
{
	const struct keyd_password_change *q = c->in;
	struct login l;
	int64_t wait;
	enum err e;

	if (c->who.kind != KEYD_BY_SESSION)
		return ERR_INVALID;
	e = password_check(c, q->new_password, c->who.name, STR(""));
	if (e == ERR_OK && !c->k->limits.off &&
	        throttle_try(c->k->throttle, c->who.name, c->now, &wait) != ERR_OK)
		return call_refuse_rate(c, wait);
	if (e == ERR_OK)
		e = login_of(c->a, c->k->store.db, c->who.person_id, &l);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_AUTH : e;
	return call_password(c, q->password, str_z(c->a, l.password_hash), old_verified);
}
