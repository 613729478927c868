/* The log for who may read it, and checkpoints over the chains of events. */
#include "keyd/server/call.h"

#include "keyd/store/counter_store.h"

#include <sodium.h>

enum { LINKS_AT_ONCE = 2000 };

enum err
handle_audit(struct call *c)
{
	const struct keyd_audit *q = c->in;

	return log_list(c->a, c->k->store.db, q->before_id, c->out);
}

enum err
handle_audit_verify(struct call *c)
{
	const struct keyd_audit_verify *q = c->in;

	return log_verify(c->k->store.db, q->after_id, LINKS_AT_ONCE, c->out);
}

static enum err
checkpoint_tx(struct db *db, void *ctx)
{
	struct call *c = ctx;
	const struct keyd_checkpoint *q = c->in;
	int64_t highest;
	enum err e = checkpoint_highest(db, q->programme, &highest);

	/* Fewer events than were signed for: somebody put an older database in its place. */
	if (e == ERR_OK && q->highest_event < highest)
		e = ERR_STATE;
	return e == ERR_OK ? checkpoint_put(db, q, c->out) : e;
}

enum err
handle_checkpoint(struct call *c)
{
	const struct keyd_checkpoint *q = c->in;
	struct keyd_checkpointed *out = c->out;
	struct buf b;

	if (q->programme.n == 0 || !str_utf8_valid(q->programme, NULL) ||
	        str_find(q->programme, '\n', 0) != SIZE_MAX || q->highest_event < 0)
		return ERR_INVALID;
	buf_init(&b, 1024);
	out->signed_at = c->now;
	checkpoint_statement(q, c->now, &b);
	if (b.full)
		abort();
	crypto_sign_detached(out->signature, NULL, (const unsigned char *)b.p, b.n,
	        c->k->secrets->signing_secret);
	buf_clear(&b);
	return tx_run(c->k->store.db, checkpoint_tx, c);
}
