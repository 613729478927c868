/* The programme's OpenPGP keys: kept here, made and used by vdpd-pgp. */
#include "keyd/server/call.h"

#include "keyd/store/pgp_store.h"

enum err
handle_pgp_state(struct call *c)
{
	return pgp_state_get(c->a, c->k->store.db, c->out);
}

enum err
handle_pgp_published(struct call *c)
{
	return pgp_published_get(c->a, c->k->store.db, c->out);
}

enum err
handle_pgp_want(struct call *c)
{
	const struct keyd_pgp_want *q = c->in;
	struct actor by = call_actor(c);

	return pgp_want(c->a, c->k->store.db, &by, q->wish, c->now);
}

enum err
handle_pgp_secret(struct call *c)
{
	const struct keyd_pgp_secret_ask *q = c->in;

	return pgp_secret_get(c->a, c->k->store.db, &c->k->secrets->own, q->after_id, c->out);
}

enum err
handle_pgp_put(struct call *c)
{
	return pgp_put(c->a, c->k->store.db, &c->k->secrets->own, c->in, c->now);
}

enum err
handle_pgp_publish(struct call *c)
{
	return pgp_publish(c->k->store.db, c->in);
}
