/* Asking keyd. One function a request of keyd/client/protocol.h, where the fields, errors and
 * bounds are told; this adds how the call itself behaves:
 *
 *  - each waits for the answer (at most 5 s; 20 s where a password is hashed);
 *  - texts and lists of an answer are in A, which must have room for 64 KiB; keys in an answer are
 *    the caller's to wipe;
 *  - *why (may be NULL) tells after ERR_INVALID and ERR_CONFLICT which field, after ERR_RATE for
 * how long; it is zeroed otherwise;
 *  - besides the errors told there: ERR_PEER where keyd is gone or an answer broke the protocol,
 *    ERR_BUSY where it did not answer in time, ERR_DENIED where this process may not send it.
 *
 * A struct keyd_client is shared by threads where it has a pool; with a single channel it is for
 * one thread. */
#ifndef VDPD_KEYD_CLIENT_KEYD_CLIENT_H
#define VDPD_KEYD_CLIENT_KEYD_CLIENT_H

#include "keyd/client/protocol.h"
#include "proc/channel.h"

/* Exactly one of the two; not owned. */
struct keyd_client {
	struct channel_pool *pool;
	struct channel *channel;
};

#define KEYD_CALL(name, request_type, answer_type)                                                 \
	enum err keyd_##name(struct arena *a, const struct keyd_client *k,                         \
	        const struct request_type *q, struct answer_type *out, struct keyd_verdict *why)   \
	        MUST_CHECK

/* Anybody's. */
KEYD_CALL(keys, keyd_nothing, keyd_keys);

/* public, desk: once a batch, up to KEYD_RECEIPTS_MAX; durable before it is answered. */
KEYD_CALL(sign_receipts, keyd_sign_receipts, keyd_receipts);

/* desk, command line: who is this? Once a request; changes nothing but the time of last use. */
KEYD_CALL(authenticate, keyd_authenticate, keyd_identity);

/* desk. ERR_AUTH without telling which part was wrong; ERR_RATE with why->retry_after_s. */
KEYD_CALL(sign_in, keyd_sign_in, keyd_signed_in);
KEYD_CALL(sign_out, keyd_sign_out, keyd_nothing);
KEYD_CALL(enrol_begin, keyd_enrol_begin, keyd_enrol_begun);
KEYD_CALL(enrol_finish, keyd_enrol_finish, keyd_signed_in);
KEYD_CALL(passkey_ask, keyd_nothing, keyd_passkey_challenge);
KEYD_CALL(passkey_begin, keyd_credential, keyd_passkey_challenge);
KEYD_CALL(passkey_add, keyd_passkey_add, keyd_nothing);
KEYD_CALL(passkey_remove, keyd_passkey_remove, keyd_nothing);
KEYD_CALL(passkey_sign_in, keyd_passkey_sign_in, keyd_signed_in);
KEYD_CALL(factors, keyd_credential, keyd_factors);
KEYD_CALL(recovery_renew, keyd_recovery_renew, keyd_recovery_codes);
KEYD_CALL(password_change, keyd_password_change, keyd_nothing);

/* Anybody's: which OpenPGP keys there are, and what of them is published. */
KEYD_CALL(pgp_state, keyd_nothing, keyd_pgp_state);
KEYD_CALL(pgp_published, keyd_nothing, keyd_pgp_published);
/* desk, command line: administrators. */
KEYD_CALL(pgp_want, keyd_pgp_want, keyd_nothing);
/* vdpd-pgp. */
KEYD_CALL(pgp_secret, keyd_pgp_secret_ask, keyd_pgp_secret);
KEYD_CALL(pgp_put, keyd_pgp_put, keyd_nothing);
KEYD_CALL(pgp_publish, keyd_pgp_publish, keyd_nothing);

/* desk. The team key of one case: team_keys_from() gives the rest. */
KEYD_CALL(open_case, keyd_open_case, keyd_opened);
/* desk. Title keys of a page of cases, in the order asked; logged as one entry. */
KEYD_CALL(open_titles, keyd_open_titles, keyd_titles);

/* desk. */
KEYD_CALL(sign_bundle, keyd_sign_bundle, keyd_bundle_signed);

/* courier. */
KEYD_CALL(open_contact, keyd_open_contact, keyd_contact);
KEYD_CALL(open_mail, keyd_open_contact, keyd_mail);
KEYD_CALL(case_link, keyd_case_link, keyd_link);
KEYD_CALL(staff_contacts, keyd_staff_contacts, keyd_people);
KEYD_CALL(told, keyd_told, keyd_changes);
KEYD_CALL(checkpoint, keyd_checkpoint_next, keyd_checkpointed);

/* desk, command line; administrators, but for `people`: anybody signed in, who then sees names and
 * roles only. */
KEYD_CALL(people, keyd_credential, keyd_people);
KEYD_CALL(invite, keyd_invite, keyd_invited);
KEYD_CALL(invitations, keyd_credential, keyd_invitations);
KEYD_CALL(invite_revoke, keyd_invite_revoke, keyd_nothing);
KEYD_CALL(member_sign_out, keyd_member_sign_out, keyd_nothing);
KEYD_CALL(member_change, keyd_member_change, keyd_nothing);
KEYD_CALL(token_create, keyd_token_create, keyd_token_created);
KEYD_CALL(token_list, keyd_credential, keyd_tokens);
KEYD_CALL(token_revoke, keyd_token_revoke, keyd_nothing);

/* desk, command line; any role. */
KEYD_CALL(sessions, keyd_credential, keyd_sessions);
KEYD_CALL(absence, keyd_absence, keyd_nothing);
KEYD_CALL(audit, keyd_audit, keyd_log);
KEYD_CALL(news, keyd_credential, keyd_log);
KEYD_CALL(audit_verify, keyd_audit_verify, keyd_audit_verified);

/* command line, the operator's session. */
KEYD_CALL(rekey, keyd_rekey, keyd_nothing);

/* command line, and only for the instance's owner: a session of one minute. */
KEYD_CALL(cli_session, keyd_nothing, keyd_signed_in);

#undef KEYD_CALL

#endif
