/* keyd by its socket or by its files. */
#include "cli/admin/staff.h"

#include "base/time.h"
#include "keyd/client/keyd_client.h"
#include "keyd/store/api_token_store.h"
#include "keyd/store/enrolment_store.h"
#include "keyd/store/keyd_store.h"
#include "keyd/store/person_store.h"
#include "keyd/store/pgp_store.h"
#include "proc/listener.h"

#include <sodium.h>
#include <stdlib.h>

enum { VERIFY_STRETCH = 10000 };

struct staff {
	struct arena *a;
	struct keyd_client keyd; /* channel NULL: nothing runs, and the files are open */
	struct str credential;
	struct keyd_store store;
};

static enum err
failed(struct diag *d, enum err e, uint32_t field)
{
	static const char *const fields[] = {
	        [KEYD_FIELD_NONE] = "what was given",
	        [KEYD_FIELD_NAME] = "the name",
	        [KEYD_FIELD_EMAIL] = "the address",
	        [KEYD_FIELD_PASSWORD] = "the password",
	        [KEYD_FIELD_CODE] = "the code",
	        [KEYD_FIELD_ROLES] = "the role",
	        [KEYD_FIELD_EXPIRES] = "the time of expiry",
	};
	const char *name = field <= KEYD_FIELD_EXPIRES ? fields[field] : fields[0];

	if (d->what[0] != '\0')
		return e;
	switch (e) {
	case ERR_INVALID:
		return diag_set(d, e, NULL, "%s cannot be taken", name);
	case ERR_CONFLICT:
		return diag_set(d, e, "choose another", "%s is taken already", name);
	case ERR_NOT_FOUND:
		return diag_set(d, e, "the list shows who and what is there", "there is none such");
	case ERR_STATE:
		return diag_set(d, e, "make somebody else administrator first",
		        "no administrator would be left");
	case ERR_PEER:
		return diag_set(d, e, "try again; `vdpd doctor` tells more if it stays so",
		        "keyd broke off");
	default:
		return diag_set(d, e, "`vdpd doctor` tells more", "keyd: %s", err_name(e));
	}
}

static enum err
sign_in(struct staff *s, int fd, struct diag *d)
{
	const struct keyd_nothing nothing = {0};
	struct keyd_signed_in signed_in;
	enum err e;

	s->keyd.channel = channel_new(fd);
	e = keyd_cli_session(s->a, &s->keyd, &nothing, &signed_in, NULL);
	if (e != ERR_OK)
		return diag_set(d, e, "try again; `vdpd doctor` tells more if it stays so",
		        "keyd gives no session: %s", err_name(e));
	s->credential = signed_in.credential;
	return ERR_OK;
}

enum err
staff_open(struct arena *a, struct staff **out, struct diag *d)
{
	struct staff *s = calloc(1, sizeof *s);
	int fd;
	enum err e;

	if (s == NULL)
		abort();
	s->a = a;
	e = listener_connect(".", "run/keyd.sock", &fd);
	if (e == ERR_OK)
		e = sign_in(s, fd, d);
	else if (e == ERR_PEER)
		e = keyd_store_open("keys", &s->store, d);
	else
		diag_set(d, e, NULL, "run/keyd.sock cannot be reached: %s", err_name(e));
	if (e == ERR_OK)
		*out = s;
	else
		staff_close(s);
	return e;
}

void
staff_close(struct staff *s)
{
	if (s == NULL)
		return;
	channel_free(s->keyd.channel);
	if (s->store.db != NULL)
		keyd_store_close(&s->store);
	free(s);
}

enum err
staff_people(struct staff *s, struct keyd_people *out, struct diag *d)
{
	const struct keyd_credential q = {s->credential};
	enum err e = s->keyd.channel != NULL ? keyd_people(s->a, &s->keyd, &q, out, NULL)
	                                     : person_list(s->a, s->store.db, true, out);

	return e == ERR_OK ? e : failed(d, e, 0);
}

enum err
staff_tokens(struct staff *s, struct keyd_tokens *out, struct diag *d)
{
	const struct keyd_credential q = {s->credential};
	enum err e = s->keyd.channel != NULL ? keyd_token_list(s->a, &s->keyd, &q, out, NULL)
	                                     : token_list(s->a, s->store.db, out);

	return e == ERR_OK ? e : failed(d, e, 0);
}

enum err
staff_invite(struct staff *s, struct keyd_invite *q, struct keyd_invited *out, struct diag *d)
{
	struct keyd_verdict why = {0};
	enum err e;

	q->credential = s->credential;
	if (s->keyd.channel != NULL)
		e = keyd_invite(s->a, &s->keyd, q, out, &why);
	else
		e = enrolment_create(s->a, s->store.db, &keyd_operator, q, now_utc_s(), out);
	return e == ERR_OK ? e : failed(d, e, why.field);
}

enum err
staff_change(struct staff *s, struct keyd_member_change *q, struct diag *d)
{
	struct keyd_nothing nothing;
	struct keyd_verdict why = {0};
	enum err e;

	q->credential = s->credential;
	if (s->keyd.channel != NULL)
		e = keyd_member_change(s->a, &s->keyd, q, &nothing, &why);
	else
		e = member_change(s->store.db, &keyd_operator, q, now_utc_s());
	return e == ERR_OK ? e : failed(d, e, why.field);
}

enum err
staff_sign_out(struct staff *s, int64_t person_id, struct diag *d)
{
	const struct keyd_member_sign_out q = {s->credential, person_id};
	struct keyd_nothing nothing;
	enum err e;

	if (s->keyd.channel != NULL)
		e = keyd_member_sign_out(s->a, &s->keyd, &q, &nothing, NULL);
	else
		e = member_sign_out(s->store.db, &keyd_operator, person_id, now_utc_s());
	return e == ERR_OK ? e : failed(d, e, 0);
}

enum err
staff_token_create(struct staff *s, struct keyd_token_create *q, struct keyd_token_created *out,
        struct diag *d)
{
	struct keyd_verdict why = {0};
	enum err e;

	q->credential = s->credential;
	if (s->keyd.channel != NULL)
		e = keyd_token_create(s->a, &s->keyd, q, out, &why);
	else
		e = token_create(
		        s->a, s->store.db, &keyd_operator, q, now_utc_s(), out, &why.field);
	return e == ERR_OK ? e : failed(d, e, why.field);
}

enum err
staff_token_revoke(struct staff *s, int64_t token_id, struct diag *d)
{
	const struct keyd_token_revoke q = {s->credential, token_id};
	struct keyd_nothing nothing;
	enum err e;

	if (s->keyd.channel != NULL)
		e = keyd_token_revoke(s->a, &s->keyd, &q, &nothing, NULL);
	else
		e = token_revoke(s->store.db, &keyd_operator, token_id, now_utc_s());
	return e == ERR_OK ? e : failed(d, e, 0);
}

enum err
staff_rekey(
        struct staff *s, enum keyd_rekey_step step, const unsigned char secret[32], struct diag *d)
{
	struct keyd_rekey q = {.credential = s->credential, .step = step};
	struct keyd_nothing nothing;
	enum err e = ERR_STATE;

	memcpy(q.secret, secret, sizeof q.secret);
	if (s->keyd.channel != NULL)
		e = keyd_rekey(s->a, &s->keyd, &q, &nothing, NULL);
	sodium_memzero(&q, sizeof q);
	if (e == ERR_STATE)
		return diag_set(
		        d, e, "run it again", "keyd does not know this change of the storage key");
	return e == ERR_OK ? e : failed(d, e, 0);
}

enum err
staff_pgp_state(struct staff *s, struct keyd_pgp_state *out, struct diag *d)
{
	const struct keyd_nothing nothing = {0};
	enum err e = s->keyd.channel != NULL ? keyd_pgp_state(s->a, &s->keyd, &nothing, out, NULL)
	                                     : pgp_state_get(s->a, s->store.db, out);

	return e == ERR_OK ? e : failed(d, e, 0);
}

enum err
staff_pgp_published(struct staff *s, struct keyd_pgp_published *out, struct diag *d)
{
	const struct keyd_nothing nothing = {0};
	enum err e = s->keyd.channel != NULL
	                     ? keyd_pgp_published(s->a, &s->keyd, &nothing, out, NULL)
	                     : pgp_published_get(s->a, s->store.db, out);

	return e == ERR_OK || e == ERR_NOT_FOUND ? e : failed(d, e, 0);
}

enum err
staff_pgp_want(struct staff *s, uint32_t wish, struct diag *d)
{
	const struct keyd_pgp_want q = {s->credential, wish};
	struct keyd_nothing nothing;
	enum err e;

	if (s->keyd.channel != NULL)
		e = keyd_pgp_want(s->a, &s->keyd, &q, &nothing, NULL);
	else
		e = pgp_want(s->a, s->store.db, &keyd_operator, wish, now_utc_s());
	switch (e) {
	case ERR_OK:
		return e;
	case ERR_CONFLICT:
		return diag_set(d, e, "`keys pgp roll` makes another", "there is an OpenPGP key");
	case ERR_NOT_FOUND:
		return diag_set(d, e, "`keys pgp create` makes one", "there is no OpenPGP key");
	case ERR_STATE:
		return diag_set(d, e, NULL, "there are %d OpenPGP keys, and no room for more",
		        KEYD_PGP_KEYS_MAX);
	default:
		return failed(d, e, 0);
	}
}

bool
staff_is_served(const struct staff *s)
{
	return s->keyd.channel != NULL;
}

enum err
staff_audit_verify(
        struct staff *s, int64_t after_id, struct keyd_audit_verified *out, struct diag *d)
{
	const struct keyd_audit_verify q = {s->credential, after_id};
	enum err e;

	if (s->keyd.channel != NULL)
		e = keyd_audit_verify(s->a, &s->keyd, &q, out, NULL);
	else
		e = log_verify(s->store.db, after_id, VERIFY_STRETCH, out);
	return e == ERR_OK || e == ERR_FORGED ? e : failed(d, e, 0);
}
