/* A new storage key while keyd serves. The command line, which reads the keys' files anyway, makes
 * it and keeps it; here both keys open until it says that nothing is left of the old one. */
#include "base/id.h"
#include "keyd/server/call.h"
#include "keyd/store/log_store.h"

static enum err
log_tx(struct db *db, void *ctx)
{
	return log_append(db, ctx);
}

static enum err
logged(struct call *c, struct str action)
{
	const struct actor by = call_actor(c);
	const unsigned char *half = c->k->secrets->public_keys.storage;
	struct keyd_log_entry entry = {
	        .at = c->now,
	        .actor = actor_text(c->a, &by),
	        .action = action,
	        .detail = str_fmt(c->a, "storage key %.*s", STR_ARG(hex_str(c->a, half, 32))),
	};

	return tx_run(c->k->store.db, log_tx, &entry);
}

enum err
handle_rekey(struct call *c)
{
	const struct keyd_rekey *q = c->in;
	struct secrets *s = c->k->secrets;
	struct key secret;
	bool same;
	enum err e = ERR_OK;

	if (c->who.kind != KEYD_BY_OPERATOR)
		return ERR_DENIED;
	memcpy(secret.b, q->secret, sizeof secret.b);
	same = secret_eq(secret.b, s->storage_secret.b, sizeof secret.b);
	if (q->step == KEYD_REKEY_BEGIN) {
		e = secrets_change(s, &secret);
		/* Also of one that goes on: keyd may have found the key at its start. */
		if (e == ERR_OK && (!same || s->changing))
			e = logged(c, STR("rekey_begin"));
	} else if (q->step == KEYD_REKEY_END) {
		e = !same ? ERR_STATE : s->changing ? logged(c, STR("rekey")) : ERR_OK;
		if (e == ERR_OK)
			secrets_changed(s);
	} else {
		e = ERR_INVALID;
	}
	key_wipe(&secret);
	return e;
}
