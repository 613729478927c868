/* What somebody can sign in with besides password and phone, and new recovery codes. */
#include "keyd/server/call.h"

#include "keyd/store/passkey_store.h"
#include "keyd/store/recovery_store.h"

enum err
handle_factors(struct call *c)
{
	struct keyd_factors *out = c->out;
	int64_t left = 0;
	enum err e;

	if (c->who.kind != KEYD_BY_SESSION)
		return ERR_INVALID;
	e = recovery_left(c->k->store.db, c->who.person_id, &left);
	out->recovery_left = (uint32_t)left;
	return e == ERR_OK ? passkey_list(c->a, c->k->store.db, c->who.person_id, &out->passkeys,
	                             &out->n)
	                   : e;
}

struct renewing {
	struct call *c;
	int64_t step;
};

static enum err
renew_tx(struct db *db, void *ctx)
{
	struct renewing *t = ctx;
	struct call *c = t->c;
	struct keyd_recovery_codes *out = c->out;
	struct actor by = call_actor(c);
	struct keyd_log_entry entry = {
	        .at = c->now, .actor = actor_text(c->a, &by), .action = STR("recovery_renew")};
	enum err e = totp_step_use(db, c->who.person_id, t->step);

	if (e == ERR_OK)
		e = recovery_renew(
		        c->a, db, &c->k->secrets->own, c->who.person_id, c->now, &out->codes);
	return e == ERR_OK ? log_append(db, &entry) : e;
}

enum err
handle_recovery_renew(struct call *c)
{
	const struct keyd_recovery_renew *q = c->in;
	struct renewing t = {.c = c};
	struct login l;
	int64_t wait;
	enum err e;

	if (c->who.kind != KEYD_BY_SESSION)
		return ERR_INVALID;
	if (!c->k->limits.off && throttle_try(c->k->throttle, c->who.name, c->now, &wait) != ERR_OK)
		return call_refuse_rate(c, wait);
	e = login_of(c->a, c->k->store.db, c->who.person_id, &l);
	if (e == ERR_OK)
		e = totp_judge(c, &l, q->code, &t.step);
	if (e == ERR_OK)
		e = tx_run(c->k->store.db, renew_tx, &t);
	if (e == ERR_OK)
		throttle_right(c->k->throttle, c->who.name);
	return e == ERR_NOT_FOUND ? ERR_AUTH : e;
}
