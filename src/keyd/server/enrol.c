/* Enrolment: a one-time link becomes a person with a password and a code secret. Nothing is kept
 * between the two requests: the secret follows from the link. */
#include "keyd/server/call.h"

#include "base/log.h"
#include "keyd/server/totp.h"
#include "keyd/store/enrolment_store.h"
#include "keyd/store/passkey_store.h"
#include "keyd/store/recovery_store.h"
#include "keyd/store/session_store.h"

#include <sodium.h>

/* Trying links is pointless (256 bits), but each try costs a look-up and a later one a hash. */
static const struct str throttle_name = {"enrolment", 9};

static void
secret_of(const struct keyd *k, const unsigned char hash[CREDENTIAL_HASH_BYTES],
        unsigned char secret[KEYD_TOTP_BYTES])
{
	struct key derived;

	key_derive(&k->secrets->own, "keyd enrolment totp", str_bytes(hash, CREDENTIAL_HASH_BYTES),
	        &derived);
	memcpy(secret, derived.b, KEYD_TOTP_BYTES);
	key_wipe(&derived);
}

enum err
handle_enrol_begin(struct call *c)
{
	const struct keyd_enrol_begin *q = c->in;
	struct keyd_enrol_begun *out = c->out;
	unsigned char hash[CREDENTIAL_HASH_BYTES];
	struct enrolment got;
	enum err e;

	if (!credential_hash(q->enrolment, ENROLMENT_PREFIX, hash))
		return ERR_AUTH;
	e = enrolment_get(c->a, c->k->store.db, hash, c->now, &got);
	if (e != ERR_OK)
		return e;
	*out = (struct keyd_enrol_begun){
	        .roles = got.roles,
	        .name = got.name,
	        .email = got.email,
	        .expires_at = got.expires_at,
	};
	secret_of(c->k, hash, out->totp_secret);
	return ERR_OK;
}

enum err
password_check(struct call *c, struct str password, struct str name, struct str email)
{
	if (str_utf8_valid(password, NULL) && str_utf8_len(password) >= KEYD_PASSWORD_MIN &&
	        !str_eq_nocase(password, name) && !str_eq_nocase(password, email))
		return ERR_OK;
	return call_refuse_field(c, ERR_INVALID, KEYD_FIELD_PASSWORD);
}

/* ---- Finishing ---- */

struct finish {
	struct call *c;
	unsigned char hash[CREDENTIAL_HASH_BYTES];
	struct enrolment link;
	struct str name, email, password_hash;
	unsigned char secret[KEYD_TOTP_BYTES];
	int64_t step;
};

/* A person for the link: new, or the one whose credential it renews. */
static enum err
person_for(struct db *db, struct finish *f, int64_t *person_id)
{
	struct call *c = f->c;
	uint32_t field;
	enum err e;

	if (f->link.person_id != 0) {
		*person_id = f->link.person_id;
		e = session_end_all(db, *person_id);
		return e == ERR_OK ? passkey_remove_all(db, *person_id) : e;
	}
	e = person_taken(db, f->name, f->email, &field);
	if (e == ERR_OK && field != KEYD_FIELD_NONE)
		return call_refuse_field(c, ERR_CONFLICT, field);
	if (e == ERR_OK)
		e = person_add(db, f->name, f->email, f->link.roles, c->now, person_id);
	return e;
}

static enum err
finish_tx(struct db *db, void *ctx)
{
	struct finish *f = ctx;
	struct call *c = f->c;
	struct keyd_signed_in *out = c->out;
	unsigned char sealed[TOTP_SEALED_BYTES];
	struct keyd_log_entry entry = {.at = c->now, .action = STR("enrol")};
	int64_t person_id;
	enum err e = enrolment_use(db, f->hash, c->now);

	if (e == ERR_OK)
		e = person_for(db, f, &person_id);
	if (e != ERR_OK)
		return e;
	totp_seal(c, person_id, f->secret, sealed);
	entry.actor = actor_text(c->a, &(struct actor){ACTOR_PERSON, person_id, f->name});
	if (f->link.person_id != 0)
		entry.action = STR("renew");
	entry.detail = str_fmt(c->a, "person %lld roles %u", (long long)person_id, f->link.roles);
	e = credential_set(db, person_id, f->password_hash, sealed, f->step, c->now);
	if (e == ERR_OK)
		e = recovery_renew(
		        c->a, db, &c->k->secrets->own, person_id, c->now, &out->recovery);
	if (e == ERR_OK)
		e = call_session_add(c, db, person_id, &out->credential);
	return e == ERR_OK ? log_append(db, &entry) : e;
}

/* Everything that can be judged before the password is hashed; again afterwards, since another may
 * have used the link meanwhile. */
static enum err
judge(struct call *c, struct finish *f)
{
	const struct keyd_enrol_finish *q = c->in;
	uint32_t field;
	enum err e;

	if (!credential_hash(q->enrolment, ENROLMENT_PREFIX, f->hash))
		return ERR_AUTH;
	e = enrolment_get(c->a, c->k->store.db, f->hash, c->now, &f->link);
	if (e != ERR_OK)
		return e;
	f->c = c;
	f->name = f->link.person_id != 0 ? f->link.name : str_trim(q->name);
	f->email = f->link.person_id != 0 ? f->link.email : str_trim(q->email);
	e = person_check(f->name, f->email, &field);
	if (e != ERR_OK)
		return call_refuse_field(c, e, field);
	e = password_check(c, q->password, f->name, f->email);
	if (e != ERR_OK)
		return e;
	secret_of(c->k, f->hash, f->secret);
	if (totp_check(f->secret, sizeof f->secret, q->code, c->now, &f->step) != ERR_OK)
		return call_refuse_field(c, ERR_INVALID, KEYD_FIELD_CODE);
	return ERR_OK;
}

static void
hashed(struct password_job *job)
{
	struct call *c = job->arg;
	struct keyd_signed_in *out = c->out;
	struct finish f = {0};
	enum err e = job->ok ? judge(c, &f) : ERR_IO;

	f.password_hash = str_of(job->stored);
	if (e == ERR_OK)
		e = call_may_write(c);
	if (e == ERR_OK)
		e = tx_run(c->k->store.db, finish_tx, &f);
	if (e == ERR_OK)
		e = call_authenticate(c, out->credential);
	out->who = c->who;
	sodium_memzero(f.secret, sizeof f.secret);
	if (e == ERR_OK)
		log_info("enrolled");
	call_answer(c, e);
}

enum err
handle_enrol_finish(struct call *c)
{
	const struct keyd_enrol_finish *q = c->in;
	struct finish f = {0};
	uint32_t field = KEYD_FIELD_NONE;
	int64_t wait;
	enum err e = judge(c, &f);

	sodium_memzero(f.secret, sizeof f.secret);
	if (e == ERR_OK && f.link.person_id == 0)
		e = person_taken(c->k->store.db, f.name, f.email, &field);
	if (e != ERR_OK)
		return e;
	if (field != KEYD_FIELD_NONE)
		return call_refuse_field(c, ERR_CONFLICT, (enum keyd_field)field);
	if (!c->k->limits.off &&
	        throttle_try(c->k->throttle, throttle_name, c->now, &wait) != ERR_OK)
		return call_refuse_rate(c, wait);
	throttle_right(c->k->throttle, throttle_name);
	return call_password(c, q->password, NULL, hashed);
}
