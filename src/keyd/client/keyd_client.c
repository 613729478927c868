/* One way to ask, and the typed names for it. */
#include "keyd/client/keyd_client.h"

enum { ANSWER_MS = 5000, HASHING_MS = 20000 };

static enum err
answer_read(struct arena *a, const struct wire_msg *m, struct str packed, void *out,
        struct keyd_verdict *why)
{
	struct cursor c = {.rest = packed};
	struct keyd_verdict v;
	char answer[KEYD_STRUCT_MAX];

	if (wire_unpack(a, &keyd_verdict_wire, &c, &v) != ERR_OK || v.err >= ERR_COUNT)
		return ERR_PEER;
	if (v.err != ERR_OK) {
		if (!cursor_done(&c))
			return ERR_PEER;
		*why = v;
		return (enum err)v.err;
	}
	if (wire_unpack(a, m, &c, answer) != ERR_OK || !cursor_done(&c)) {
		explicit_bzero(answer, sizeof answer);
		return ERR_PEER;
	}
	memcpy(out, answer, m->size);
	explicit_bzero(answer, sizeof answer);
	return ERR_OK;
}

static enum err
call(struct arena *a, const struct keyd_client *k, uint32_t type, const void *q, void *out,
        struct keyd_verdict *why)
{
	const struct keyd_message *m = keyd_message_of(type);
	struct keyd_verdict ignored;
	struct buf request, reply;
	int ms = type == KEYD_SIGN_IN || type == KEYD_ENROL_FINISH || type == KEYD_PASSWORD_CHANGE
	                 ? HASHING_MS
	                 : ANSWER_MS;
	enum err e;

	if (why == NULL)
		why = &ignored;
	*why = (struct keyd_verdict){0};
	buf_init(&request, CHANNEL_FIELDS_MAX);
	buf_init(&reply, CHANNEL_FIELDS_MAX);
	e = wire_pack(m->request, q, &request);
	if (e == ERR_OK && k->pool != NULL)
		e = channel_pool_call(k->pool, type, &request, &reply, ms);
	else if (e == ERR_OK)
		e = channel_call(k->channel, type, &request, &reply, ms);
	if (e == ERR_OK)
		e = answer_read(a, m->answer, buf_view(&reply), out, why);
	buf_clear(&request);
	buf_clear(&reply);
	return e;
}

#define CALL(name, type, request_type, answer_type)                                                \
	enum err keyd_##name(struct arena *a, const struct keyd_client *k,                         \
	        const struct request_type *q, struct answer_type *out, struct keyd_verdict *why)   \
	{                                                                                          \
		_Static_assert(sizeof(struct answer_type) <= KEYD_STRUCT_MAX, "answer");           \
		return call(a, k, type, q, out, why);                                              \
	}

CALL(keys, KEYD_KEYS, keyd_nothing, keyd_keys)
CALL(sign_receipts, KEYD_SIGN_RECEIPTS, keyd_sign_receipts, keyd_receipts)
CALL(authenticate, KEYD_AUTHENTICATE, keyd_authenticate, keyd_identity)
CALL(sign_in, KEYD_SIGN_IN, keyd_sign_in, keyd_signed_in)
CALL(sign_out, KEYD_SIGN_OUT, keyd_sign_out, keyd_nothing)
CALL(enrol_begin, KEYD_ENROL_BEGIN, keyd_enrol_begin, keyd_enrol_begun)
CALL(enrol_finish, KEYD_ENROL_FINISH, keyd_enrol_finish, keyd_signed_in)
CALL(password_change, KEYD_PASSWORD_CHANGE, keyd_password_change, keyd_nothing)
CALL(passkey_ask, KEYD_PASSKEY_ASK, keyd_nothing, keyd_passkey_challenge)
CALL(passkey_begin, KEYD_PASSKEY_BEGIN, keyd_credential, keyd_passkey_challenge)
CALL(passkey_add, KEYD_PASSKEY_ADD, keyd_passkey_add, keyd_nothing)
CALL(passkey_remove, KEYD_PASSKEY_REMOVE, keyd_passkey_remove, keyd_nothing)
CALL(passkey_sign_in, KEYD_PASSKEY_SIGN_IN, keyd_passkey_sign_in, keyd_signed_in)
CALL(factors, KEYD_FACTORS, keyd_credential, keyd_factors)
CALL(recovery_renew, KEYD_RECOVERY_RENEW, keyd_recovery_renew, keyd_recovery_codes)
CALL(open_case, KEYD_OPEN_CASE, keyd_open_case, keyd_opened)
CALL(open_titles, KEYD_OPEN_TITLES, keyd_open_titles, keyd_titles)
CALL(open_contact, KEYD_OPEN_CONTACT, keyd_open_contact, keyd_contact)
CALL(open_mail, KEYD_OPEN_MAIL, keyd_open_contact, keyd_mail)
CALL(case_link, KEYD_CASE_LINK, keyd_case_link, keyd_link)
CALL(staff_contacts, KEYD_STAFF_CONTACTS, keyd_staff_contacts, keyd_people)
CALL(checkpoint, KEYD_CHECKPOINT, keyd_checkpoint_next, keyd_checkpointed)
CALL(people, KEYD_PEOPLE, keyd_credential, keyd_people)
CALL(invite, KEYD_INVITE, keyd_invite, keyd_invited)
CALL(member_change, KEYD_MEMBER_CHANGE, keyd_member_change, keyd_nothing)
CALL(token_create, KEYD_TOKEN_CREATE, keyd_token_create, keyd_token_created)
CALL(token_list, KEYD_TOKEN_LIST, keyd_credential, keyd_tokens)
CALL(token_revoke, KEYD_TOKEN_REVOKE, keyd_token_revoke, keyd_nothing)
CALL(audit, KEYD_AUDIT, keyd_audit, keyd_log)
CALL(news, KEYD_NEWS, keyd_credential, keyd_log)
CALL(audit_verify, KEYD_AUDIT_VERIFY, keyd_audit_verify, keyd_audit_verified)
CALL(invitations, KEYD_INVITATIONS, keyd_credential, keyd_invitations)
CALL(invite_revoke, KEYD_INVITE_REVOKE, keyd_invite_revoke, keyd_nothing)
CALL(sessions, KEYD_SESSIONS, keyd_credential, keyd_sessions)
CALL(member_sign_out, KEYD_MEMBER_SIGN_OUT, keyd_member_sign_out, keyd_nothing)
CALL(told, KEYD_TOLD, keyd_told, keyd_changes)
CALL(absence, KEYD_ABSENCE, keyd_absence, keyd_nothing)
CALL(pgp_state, KEYD_PGP_STATE, keyd_nothing, keyd_pgp_state)
CALL(pgp_published, KEYD_PGP_PUBLISHED, keyd_nothing, keyd_pgp_published)
CALL(pgp_want, KEYD_PGP_WANT, keyd_pgp_want, keyd_nothing)
CALL(pgp_secret, KEYD_PGP_SECRET, keyd_pgp_secret_ask, keyd_pgp_secret)
CALL(pgp_put, KEYD_PGP_PUT, keyd_pgp_put, keyd_nothing)
CALL(pgp_publish, KEYD_PGP_PUBLISH, keyd_pgp_publish, keyd_nothing)
CALL(rekey, KEYD_REKEY, keyd_rekey, keyd_nothing)
CALL(sign_bundle, KEYD_SIGN_BUNDLE, keyd_sign_bundle, keyd_bundle_signed)
CALL(cli_session, KEYD_CLI_SESSION, keyd_nothing, keyd_signed_in)
