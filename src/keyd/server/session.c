/* Who is it, signing out, and the command line's session. */
#include "keyd/store/session_store.h"

#include "base/log.h"
#include "keyd/server/call.h"
#include "keyd/store/api_token_store.h"

#include <unistd.h>

enum err
call_authenticate(struct call *c, struct str credential)
{
	struct db *db = c->k->store.db;
	bool touch = false;
	enum err e;

	if (credential_hash(credential, TOKEN_PREFIX, c->credential_hash))
		return token_get(c->a, db, c->credential_hash, c->now, &c->who);
	if (!credential_hash(credential, SESSION_PREFIX, c->credential_hash))
		return ERR_AUTH;
	e = session_get(c->a, db, c->credential_hash, c->now, &c->who, &touch);
	/* A use that cannot be written down (no room on disk) only makes the session end sooner. */
	if (e == ERR_OK && touch && session_touch(db, c->credential_hash, c->now) != ERR_OK)
		log_warn("session_touch", "why", db_why(db));
	return e;
}

enum err
call_session_add(struct call *c, struct db *db, int64_t person_id, struct str *credential)
{
	unsigned char hash[CREDENTIAL_HASH_BYTES];
	int64_t life = person_id == 0 ? SESSION_OPERATOR_S : SESSION_LIFE_S;
	struct str text = credential_new(c->a, SESSION_PREFIX, hash);
	enum err e = session_add(db, hash, person_id, c->now, c->now + life);

	if (e == ERR_OK)
		*credential = text;
	return e;
}

enum err
handle_authenticate(struct call *c)
{
	*(struct keyd_identity *)c->out = c->who;
	return ERR_OK;
}

enum err
handle_sign_out(struct call *c)
{
	const struct keyd_sign_out *q = c->in;

	if (c->who.kind == KEYD_BY_TOKEN)
		return ERR_INVALID; /* a token is revoked, not signed out */
	if (q->everywhere && c->who.person_id != 0) {
		struct actor by = call_actor(c);

		return member_sign_out(c->k->store.db, &by, c->who.person_id, c->now);
	}
	return session_end(c->k->store.db, c->credential_hash);
}

static enum err
operator_tx(struct db *db, void *ctx)
{
	struct call *c = ctx;
	struct keyd_signed_in *out = c->out;
	struct keyd_log_entry entry = {
	        .at = c->now,
	        .actor = actor_text(c->a, &keyd_operator),
	        .action = STR("cli_session"),
	};
	enum err e = call_session_add(c, db, 0, &out->credential);

	return e == ERR_OK ? log_append(db, &entry) : e;
}

enum err
handle_cli_session(struct call *c)
{
	struct keyd_signed_in *out = c->out;
	enum err e;

	/* The kernel says who connected; only the account that owns the keys is the operator. */
	if (request_peer(c->request)->uid != geteuid()) {
		log_warn("cli_session_denied", "why", "not the instance's owner");
		return ERR_DENIED;
	}
	e = tx_run(c->k->store.db, operator_tx, c);
	if (e == ERR_OK)
		e = call_authenticate(c, out->credential);
	out->who = c->who;
	return e;
}
