/* People, invitations and API tokens. */
#include "keyd/server/call.h"

#include "keyd/store/api_token_store.h"
#include "keyd/store/enrolment_store.h"
#include "keyd/store/session_store.h"

enum err
handle_keys(struct call *c)
{
	const struct public_keys *halves = &c->k->secrets->public_keys;
	struct keyd_keys *out = c->out;

	memcpy(out->storage_public, halves->storage, sizeof out->storage_public);
	memcpy(out->signing_public, halves->signing, sizeof out->signing_public);
	return ERR_OK;
}

enum err
handle_staff_contacts(struct call *c)
{
	const struct keyd_staff_contacts *q = c->in;

	return person_contacts(c->a, c->k->store.db, q->person_id,
	        q->everybody ? STAFF_ROLES_ALL : KEYD_ROLES_READ_CASES, q->everybody != 0, c->out);
}

enum err
handle_people(struct call *c)
{
	return person_list(
	        c->a, c->k->store.db, permission_allows(c->who.roles, PERMISSION_MANAGE), c->out);
}

enum err
handle_invite(struct call *c)
{
	struct actor by = call_actor(c);
	enum err e = enrolment_create(c->a, c->k->store.db, &by, c->in, c->now, c->out);

	return e == ERR_INVALID ? call_refuse_field(c, e, KEYD_FIELD_ROLES) : e;
}

enum err
handle_invitations(struct call *c)
{
	return enrolment_list(c->a, c->k->store.db, c->now, c->out);
}

enum err
handle_invite_revoke(struct call *c)
{
	const struct keyd_invite_revoke *q = c->in;
	struct actor by = call_actor(c);

	return enrolment_revoke(c->k->store.db, &by, q->ref, c->now);
}

enum err
handle_sessions(struct call *c)
{
	int64_t whose = permission_allows(c->who.roles, PERMISSION_MANAGE) ? 0 : c->who.person_id;

	/* A token is nobody's: without the permission it has no sessions to see. */
	if (whose == 0 && !permission_allows(c->who.roles, PERMISSION_MANAGE))
		return ERR_DENIED;
	return session_list(c->a, c->k->store.db, whose, c->credential_hash, c->now, c->out);
}

enum err
handle_member_sign_out(struct call *c)
{
	const struct keyd_member_sign_out *q = c->in;
	struct actor by = call_actor(c);

	return member_sign_out(c->k->store.db, &by, q->person_id, c->now);
}

enum err
handle_member_change(struct call *c)
{
	struct actor by = call_actor(c);

	return member_change(c->k->store.db, &by, c->in, c->now);
}

enum err
handle_absence(struct call *c)
{
	const struct keyd_absence *q = c->in;
	struct actor by = call_actor(c);
	bool own = c->who.kind == KEYD_BY_SESSION && q->person_id == c->who.person_id;

	if (!own && !permission_allows(c->who.roles, PERMISSION_MANAGE))
		return ERR_DENIED;
	return member_absence(c->k->store.db, &by, q, c->now, &c->verdict.field);
}

enum err
handle_token_create(struct call *c)
{
	struct actor by = call_actor(c);

	return token_create(c->a, c->k->store.db, &by, c->in, c->now, c->out, &c->verdict.field);
}

enum err
handle_token_list(struct call *c)
{
	return token_list(c->a, c->k->store.db, c->out);
}

enum err
handle_token_revoke(struct call *c)
{
	const struct keyd_token_revoke *q = c->in;
	struct actor by = call_actor(c);

	return token_revoke(c->k->store.db, &by, q->token_id, c->now);
}
