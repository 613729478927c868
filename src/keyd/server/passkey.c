/* Passkeys: challenges, adding one, signing in with one, removing one. A challenge is a random
 * number that is vouched for by a keyed hash, for one person (or a sign-in) and half an hour, so
 * that nothing is kept for those who only ask; the answered ones are kept, so that each serves
 * once. */
#include "keyd/server/call.h"

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "keyd/server/webauthn.h"
#include "keyd/store/passkey_store.h"

#include <sodium.h>

enum { CHALLENGE_LIFE_S = 30 * MINUTE_S, RANDOM_BYTES = 16, AT_BYTES = 8, SEAL_BYTES = 24 };

_Static_assert(KEYD_CHALLENGE_BYTES == RANDOM_BYTES + AT_BYTES + SEAL_BYTES, "its parts");

/* What vouches for the first bytes of CHALLENGE. */
static void
challenge_seal(const struct keyd *k, int64_t person_id, const unsigned char *challenge,
        unsigned char seal[SEAL_BYTES])
{
	unsigned char data[RANDOM_BYTES + AT_BYTES + sizeof person_id];
	struct key out;

	memcpy(data, challenge, RANDOM_BYTES + AT_BYTES);
	memcpy(data + RANDOM_BYTES + AT_BYTES, &person_id, sizeof person_id);
	key_derive(&k->secrets->own, "keyd passkey challenge", str_bytes(data, sizeof data), &out);
	memcpy(seal, out.b, SEAL_BYTES);
	key_wipe(&out);
}

static void
challenge_new(struct call *c, int64_t person_id, struct keyd_passkey_challenge *out)
{
	int64_t until = c->now + CHALLENGE_LIFE_S;

	random_bytes(out->challenge, RANDOM_BYTES);
	memcpy(out->challenge + RANDOM_BYTES, &until, AT_BYTES);
	challenge_seal(c->k, person_id, out->challenge, out->challenge + RANDOM_BYTES + AT_BYTES);
	out->rp_id = c->k->party.rp_id;
}

/* CLIENT_DATA answers a challenge of ours for PERSON_ID that has not grown old. */
static enum err
challenge_judge(struct call *c, int64_t person_id, const char *type, struct str client_data,
        struct str *challenge, int64_t *until)
{
	unsigned char seal[SEAL_BYTES];
	enum err e = c->k->party.rp_id.n > 0
	                     ? webauthn_challenge(c->a, &c->k->party, client_data, type, challenge)
	                     : ERR_AUTH;

	if (e != ERR_OK || challenge->n != KEYD_CHALLENGE_BYTES)
		return ERR_AUTH;
	challenge_seal(c->k, person_id, (const unsigned char *)challenge->p, seal);
	if (!secret_eq(seal, challenge->p + RANDOM_BYTES + AT_BYTES, SEAL_BYTES))
		return ERR_AUTH;
	memcpy(until, challenge->p + RANDOM_BYTES, AT_BYTES);
	return c->now < *until ? ERR_OK : ERR_AUTH;
}

enum err
handle_passkey_ask(struct call *c)
{
	challenge_new(c, 0, c->out);
	return ERR_OK;
}

enum err
handle_passkey_begin(struct call *c)
{
	if (c->who.kind != KEYD_BY_SESSION)
		return ERR_INVALID;
	challenge_new(c, c->who.person_id, c->out);
	return ERR_OK;
}

/* ---- Adding and removing ---- */

struct adding {
	struct call *c;
	struct passkey passkey;
	struct str challenge;
	int64_t until, step;
};

static enum err
log_change(struct call *c, struct db *db, struct str action, struct str name)
{
	struct actor by = call_actor(c);
	struct keyd_log_entry entry = {
	        .at = c->now, .actor = actor_text(c->a, &by), .action = action, .detail = name};

	return log_append(db, &entry);
}

static enum err
add_tx(struct db *db, void *ctx)
{
	struct adding *t = ctx;
	struct call *c = t->c;
	enum err e = totp_step_use(db, c->who.person_id, t->step);

	if (e == ERR_OK)
		e = passkey_challenge_use(db, t->challenge, t->until, c->now);
	if (e == ERR_OK)
		e = passkey_add(db, &t->passkey);
	return e == ERR_OK ? log_change(c, db, STR("passkey_add"), t->passkey.name) : e;
}

enum err
handle_passkey_add(struct call *c)
{
	const struct keyd_passkey_add *q = c->in;
	struct adding t = {.c = c};
	struct login l;
	int64_t wait;
	uint32_t field;
	enum err e;

	if (c->who.kind != KEYD_BY_SESSION)
		return ERR_INVALID;
	if (person_check(q->name, STR("a@b"), &field) != ERR_OK)
		return call_refuse_field(c, ERR_INVALID, KEYD_FIELD_NAME);
	if (!c->k->limits.off && throttle_try(c->k->throttle, c->who.name, c->now, &wait) != ERR_OK)
		return call_refuse_rate(c, wait);
	e = login_of(c->a, c->k->store.db, c->who.person_id, &l);
	if (e == ERR_OK && totp_judge(c, &l, q->code, &t.step) != ERR_OK)
		return call_refuse_field(c, ERR_INVALID, KEYD_FIELD_CODE);
	if (e == ERR_OK)
		e = challenge_judge(c, c->who.person_id, "webauthn.create", q->client_data,
		        &t.challenge, &t.until);
	if (e == ERR_OK)
		e = webauthn_register(c->a, &c->k->party, q->client_data, q->auth_data, &t.passkey);
	t.passkey.person_id = c->who.person_id;
	t.passkey.name = q->name;
	t.passkey.created_at = c->now;
	if (e == ERR_OK)
		e = tx_run(c->k->store.db, add_tx, &t);
	if (e == ERR_OK)
		throttle_right(c->k->throttle, c->who.name);
	return e == ERR_NOT_FOUND ? ERR_AUTH : e;
}

static enum err
remove_tx(struct db *db, void *ctx)
{
	struct call *c = ctx;
	const struct keyd_passkey_remove *q = c->in;
	enum err e = passkey_remove(db, c->who.person_id, q->passkey_id);

	return e == ERR_OK ? log_change(c, db, STR("passkey_remove"), STR("")) : e;
}

enum err
handle_passkey_remove(struct call *c)
{
	if (c->who.kind != KEYD_BY_SESSION)
		return ERR_INVALID;
	return tx_run(c->k->store.db, remove_tx, c);
}

/* ---- Signing in ---- */

struct entering {
	struct call *c;
	struct passkey passkey;
	struct login login;
	struct str challenge;
	int64_t until, sign_count;
};

static enum err
enter_tx(struct db *db, void *ctx)
{
	struct entering *t = ctx;
	struct call *c = t->c;
	struct keyd_signed_in *out = c->out;
	struct actor by = {ACTOR_PERSON, t->login.person_id, t->login.name};
	struct keyd_log_entry entry = {.at = c->now,
	        .actor = actor_text(c->a, &by),
	        .action = STR("sign_in"),
	        .detail = str_fmt(c->a, "passkey %.*s", STR_ARG(t->passkey.name))};
	enum err e = passkey_challenge_use(db, t->challenge, t->until, c->now);

	if (e == ERR_OK)
		e = passkey_used(db, t->passkey.passkey_id, t->sign_count, c->now);
	if (e == ERR_OK)
		e = call_session_add(c, db, t->login.person_id, &out->credential);
	return e == ERR_OK ? log_append(db, &entry) : e;
}

enum err
handle_passkey_sign_in(struct call *c)
{
	const struct keyd_passkey_sign_in *q = c->in;
	struct keyd_signed_in *out = c->out;
	struct entering t = {.c = c};
	struct db *db = c->k->store.db;
	enum err e = challenge_judge(c, 0, "webauthn.get", q->client_data, &t.challenge, &t.until);

	if (e == ERR_OK)
		e = passkey_get(c->a, db, q->credential_id, &t.passkey);
	if (e == ERR_OK)
		e = webauthn_verify(&c->k->party, &t.passkey, q->client_data, q->auth_data,
		        q->signature, &t.sign_count);
	if (e == ERR_OK)
		e = login_of(c->a, db, t.passkey.person_id, &t.login); /* not if disabled */
	if (e == ERR_OK)
		e = call_may_write(c);
	if (e == ERR_OK)
		e = tx_run(db, enter_tx, &t);
	if (e == ERR_OK)
		e = call_authenticate(c, out->credential);
	out->who = c->who;
	if (e == ERR_NOT_FOUND)
		e = ERR_AUTH;
	if (e == ERR_AUTH)
		log_warn("sign_in_refused", "why", "passkey");
	return e;
}
