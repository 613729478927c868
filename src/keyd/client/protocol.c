/* The members of each message, in the order in which they travel. */
#include "keyd/client/protocol.h"

#include "base/time.h"

#include <sodium.h>

#define FIELDS(name)  static const struct wire_field name##_fields[]
#define MSG(name)     static const struct wire_msg name##_wire = WIRE_MSG(struct name, name##_fields)
#define CREDENTIAL(T) WIRE_STR(T, credential, KEYD_CREDENTIAL_MAX)

static const struct wire_field verdict_fields[] = {
        WIRE_U32(struct keyd_verdict, err),
        WIRE_U32(struct keyd_verdict, field),
        WIRE_I64(struct keyd_verdict, retry_after_s),
};
const struct wire_msg keyd_verdict_wire = WIRE_MSG(struct keyd_verdict, verdict_fields);

static const struct wire_msg nothing_wire = {.size = sizeof(struct keyd_nothing)};

/* ---- Who is there ---- */

#define IDENTITY(T, m)                                                                             \
	WIRE_U32(T, m kind), WIRE_U32(T, m roles), WIRE_I64(T, m person_id),                       \
	        WIRE_I64(T, m token_id), WIRE_I64(T, m expires_at),                                \
	        WIRE_STR(T, m name, KEYD_NAME_MAX)

FIELDS(keyd_identity) = {IDENTITY(struct keyd_identity, )};
MSG(keyd_identity);

FIELDS(keyd_credential) = {CREDENTIAL(struct keyd_credential)};
MSG(keyd_credential);

FIELDS(keyd_authenticate) = {CREDENTIAL(struct keyd_authenticate)};
MSG(keyd_authenticate);

FIELDS(keyd_sign_in) = {
        WIRE_STR(struct keyd_sign_in, login, KEYD_EMAIL_MAX),
        WIRE_STR(struct keyd_sign_in, password, KEYD_PASSWORD_MAX),
        WIRE_STR(struct keyd_sign_in, code, KEYD_CODE_MAX),
};
MSG(keyd_sign_in);

FIELDS(keyd_signed_in) = {
        CREDENTIAL(struct keyd_signed_in),
        IDENTITY(struct keyd_signed_in, who.),
        WIRE_STR(struct keyd_signed_in, recovery, KEYD_RECOVERY_TEXT_MAX),
};
MSG(keyd_signed_in);

FIELDS(keyd_sign_out) = {
        CREDENTIAL(struct keyd_sign_out),
        WIRE_U32(struct keyd_sign_out, everywhere),
};
MSG(keyd_sign_out);

FIELDS(keyd_enrol_begin) = {WIRE_STR(struct keyd_enrol_begin, enrolment, KEYD_CREDENTIAL_MAX)};
MSG(keyd_enrol_begin);

FIELDS(keyd_enrol_begun) = {
        WIRE_U32(struct keyd_enrol_begun, roles),
        WIRE_STR(struct keyd_enrol_begun, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_enrol_begun, email, KEYD_EMAIL_MAX),
        WIRE_I64(struct keyd_enrol_begun, expires_at),
        WIRE_BYTES(struct keyd_enrol_begun, totp_secret),
};
MSG(keyd_enrol_begun);

FIELDS(keyd_enrol_finish) = {
        WIRE_STR(struct keyd_enrol_finish, enrolment, KEYD_CREDENTIAL_MAX),
        WIRE_STR(struct keyd_enrol_finish, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_enrol_finish, email, KEYD_EMAIL_MAX),
        WIRE_STR(struct keyd_enrol_finish, password, KEYD_PASSWORD_MAX),
        WIRE_STR(struct keyd_enrol_finish, code, KEYD_CODE_MAX),
};
MSG(keyd_enrol_finish);

FIELDS(keyd_password_change) = {
        CREDENTIAL(struct keyd_password_change),
        WIRE_STR(struct keyd_password_change, password, KEYD_PASSWORD_MAX),
        WIRE_STR(struct keyd_password_change, code, KEYD_CODE_MAX),
        WIRE_STR(struct keyd_password_change, new_password, KEYD_PASSWORD_MAX),
};
MSG(keyd_password_change);

FIELDS(keyd_passkey) = {
        WIRE_I64(struct keyd_passkey, passkey_id),
        WIRE_STR(struct keyd_passkey, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_passkey, credential_id, KEYD_PASSKEY_ID_MAX),
        WIRE_I64(struct keyd_passkey, created_at),
        WIRE_I64(struct keyd_passkey, used_at),
};
MSG(keyd_passkey);
FIELDS(keyd_factors) = {
        WIRE_U32(struct keyd_factors, recovery_left),
        WIRE_LIST(struct keyd_factors, passkeys, n, KEYD_PASSKEYS_MAX, keyd_passkey_wire),
};
MSG(keyd_factors);

FIELDS(keyd_recovery_renew) = {
        CREDENTIAL(struct keyd_recovery_renew),
        WIRE_STR(struct keyd_recovery_renew, code, KEYD_CODE_MAX),
};
MSG(keyd_recovery_renew);

FIELDS(keyd_recovery_codes) = {
        WIRE_STR(struct keyd_recovery_codes, codes, KEYD_RECOVERY_TEXT_MAX),
};
MSG(keyd_recovery_codes);

FIELDS(keyd_passkey_challenge) = {
        WIRE_BYTES(struct keyd_passkey_challenge, challenge),
        WIRE_STR(struct keyd_passkey_challenge, rp_id, 255),
};
MSG(keyd_passkey_challenge);

FIELDS(keyd_passkey_add) = {
        CREDENTIAL(struct keyd_passkey_add),
        WIRE_STR(struct keyd_passkey_add, code, KEYD_CODE_MAX),
        WIRE_STR(struct keyd_passkey_add, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_passkey_add, client_data, KEYD_WEBAUTHN_MAX),
        WIRE_STR(struct keyd_passkey_add, auth_data, KEYD_WEBAUTHN_MAX),
};
MSG(keyd_passkey_add);

FIELDS(keyd_passkey_remove) = {
        CREDENTIAL(struct keyd_passkey_remove),
        WIRE_I64(struct keyd_passkey_remove, passkey_id),
};
MSG(keyd_passkey_remove);

FIELDS(keyd_passkey_sign_in) = {
        WIRE_STR(struct keyd_passkey_sign_in, credential_id, KEYD_PASSKEY_ID_MAX),
        WIRE_STR(struct keyd_passkey_sign_in, client_data, KEYD_WEBAUTHN_MAX),
        WIRE_STR(struct keyd_passkey_sign_in, auth_data, KEYD_WEBAUTHN_MAX),
        WIRE_STR(struct keyd_passkey_sign_in, signature, KEYD_WEBAUTHN_MAX),
};
MSG(keyd_passkey_sign_in);

/* ---- Receipts and cases ---- */

FIELDS(keyd_keys) = {
        WIRE_BYTES(struct keyd_keys, storage_public),
        WIRE_BYTES(struct keyd_keys, signing_public),
};
MSG(keyd_keys);

FIELDS(keyd_receipt_wanted) = {
        WIRE_STR(struct keyd_receipt_wanted, programme, KEYD_PROGRAMME_MAX),
        WIRE_STR(struct keyd_receipt_wanted, prefix, KEYD_PREFIX_MAX),
        WIRE_I64(struct keyd_receipt_wanted, received_at),
        WIRE_BYTES(struct keyd_receipt_wanted, content_sha256),
        WIRE_BYTES(struct keyd_receipt_wanted, policy_sha256),
        WIRE_BYTES(struct keyd_receipt_wanted, case_key),
};
MSG(keyd_receipt_wanted);
FIELDS(keyd_sign_receipts) = {
        WIRE_LIST(struct keyd_sign_receipts, items, n, KEYD_RECEIPTS_MAX, keyd_receipt_wanted_wire),
};
MSG(keyd_sign_receipts);

FIELDS(keyd_receipt) = {
        WIRE_STR(struct keyd_receipt, case_number, KEYD_NUMBER_MAX),
        WIRE_I64(struct keyd_receipt, year),
        WIRE_I64(struct keyd_receipt, number),
        WIRE_I64(struct keyd_receipt, received_at),
        WIRE_I64(struct keyd_receipt, signed_at),
        WIRE_BYTES(struct keyd_receipt, signature),
};
MSG(keyd_receipt);
FIELDS(keyd_receipts) = {
        WIRE_LIST(struct keyd_receipts, items, n, KEYD_RECEIPTS_MAX, keyd_receipt_wire),
};
MSG(keyd_receipts);

#define CASE(T, m)                                                                                 \
	WIRE_STR(T, m programme, KEYD_PROGRAMME_MAX), WIRE_STR(T, m case_number, KEYD_NUMBER_MAX), \
	        WIRE_BYTES(T, m case_uid), WIRE_STR(T, m team_wrap, KEYD_WRAP_MAX),                \
	        WIRE_I64(T, m received_at), WIRE_I64(T, m signed_at),                              \
	        WIRE_BYTES(T, m content_sha256), WIRE_BYTES(T, m policy_sha256),                   \
	        WIRE_BYTES(T, m case_key), WIRE_BYTES(T, m signature)

FIELDS(keyd_case) = {CASE(struct keyd_case, )};
MSG(keyd_case);

FIELDS(keyd_open_case) = {
        CREDENTIAL(struct keyd_open_case),
        WIRE_STR(struct keyd_open_case, purpose, KEYD_PURPOSE_MAX),
        CASE(struct keyd_open_case, of.),
};
MSG(keyd_open_case);

FIELDS(keyd_opened) = {
        WIRE_BYTES(struct keyd_opened, team_key),
        WIRE_U32(struct keyd_opened, alert),
        IDENTITY(struct keyd_opened, who.),
};
MSG(keyd_opened);

FIELDS(keyd_open_titles) = {
        CREDENTIAL(struct keyd_open_titles),
        WIRE_LIST(struct keyd_open_titles, items, n, KEYD_TITLES_MAX, keyd_case_wire),
};
MSG(keyd_open_titles);

FIELDS(keyd_title) = {
        WIRE_U32(struct keyd_title, err),
        WIRE_BYTES(struct keyd_title, title_key),
};
MSG(keyd_title);
FIELDS(keyd_titles) = {
        WIRE_LIST(struct keyd_titles, items, n, KEYD_TITLES_MAX, keyd_title_wire),
        WIRE_U32(struct keyd_titles, alert),
};
MSG(keyd_titles);

FIELDS(keyd_open_contact) = {
        WIRE_STR(struct keyd_open_contact, programme, KEYD_PROGRAMME_MAX),
        WIRE_STR(struct keyd_open_contact, case_number, KEYD_NUMBER_MAX),
        WIRE_STR(struct keyd_open_contact, template_id, KEYD_TEMPLATE_MAX),
        WIRE_BYTES(struct keyd_open_contact, case_uid),
        WIRE_I64(struct keyd_open_contact, not_before),
        WIRE_STR(struct keyd_open_contact, sealed, KEYD_CAPSULE_MAX),
};
MSG(keyd_open_contact);

FIELDS(keyd_contact) = {
        WIRE_STR(struct keyd_contact, email, KEYD_EMAIL_MAX),
        WIRE_STR(struct keyd_contact, name, KEYD_CAPSULE_MAX),
        WIRE_STR(struct keyd_contact, pgp_key, KEYD_PGP_MAX),
};
MSG(keyd_contact);

/* ---- People, tokens, the log ---- */

FIELDS(keyd_staff_contacts) = {
        WIRE_I64(struct keyd_staff_contacts, person_id),
        WIRE_U32(struct keyd_staff_contacts, everybody),
};
MSG(keyd_staff_contacts);

FIELDS(keyd_person) = {
        WIRE_I64(struct keyd_person, person_id),
        WIRE_STR(struct keyd_person, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_person, email, KEYD_EMAIL_MAX),
        WIRE_U32(struct keyd_person, roles),
        WIRE_U32(struct keyd_person, disabled),
        WIRE_I64(struct keyd_person, created_at),
        WIRE_I64(struct keyd_person, away_from),
        WIRE_I64(struct keyd_person, away_until),
        WIRE_I64(struct keyd_person, deputy),
};
MSG(keyd_person);
FIELDS(keyd_people) = {
        WIRE_LIST(struct keyd_people, items, n, KEYD_LIST_MAX, keyd_person_wire),
};
MSG(keyd_people);

FIELDS(keyd_invite) = {
        CREDENTIAL(struct keyd_invite),
        WIRE_I64(struct keyd_invite, person_id),
        WIRE_U32(struct keyd_invite, roles),
        WIRE_STR(struct keyd_invite, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_invite, email, KEYD_EMAIL_MAX),
};
MSG(keyd_invite);

FIELDS(keyd_invited) = {
        WIRE_STR(struct keyd_invited, enrolment, KEYD_CREDENTIAL_MAX),
        WIRE_I64(struct keyd_invited, expires_at),
};
MSG(keyd_invited);

FIELDS(keyd_invitation) = {
        WIRE_BYTES(struct keyd_invitation, ref),
        WIRE_I64(struct keyd_invitation, person_id),
        WIRE_U32(struct keyd_invitation, roles),
        WIRE_STR(struct keyd_invitation, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_invitation, email, KEYD_EMAIL_MAX),
        WIRE_I64(struct keyd_invitation, created_at),
        WIRE_I64(struct keyd_invitation, expires_at),
};
MSG(keyd_invitation);
FIELDS(keyd_invitations) = {
        WIRE_LIST(struct keyd_invitations, items, n, KEYD_LIST_MAX, keyd_invitation_wire),
};
MSG(keyd_invitations);

FIELDS(keyd_invite_revoke) = {
        CREDENTIAL(struct keyd_invite_revoke),
        WIRE_BYTES(struct keyd_invite_revoke, ref),
};
MSG(keyd_invite_revoke);

FIELDS(keyd_session) = {
        WIRE_I64(struct keyd_session, person_id),
        WIRE_STR(struct keyd_session, name, KEYD_NAME_MAX),
        WIRE_I64(struct keyd_session, created_at),
        WIRE_I64(struct keyd_session, seen_at),
        WIRE_I64(struct keyd_session, expires_at),
        WIRE_U32(struct keyd_session, this_one),
};
MSG(keyd_session);
FIELDS(keyd_sessions) = {
        WIRE_LIST(struct keyd_sessions, items, n, KEYD_LIST_MAX, keyd_session_wire),
};
MSG(keyd_sessions);

FIELDS(keyd_member_sign_out) = {
        CREDENTIAL(struct keyd_member_sign_out),
        WIRE_I64(struct keyd_member_sign_out, person_id),
};
MSG(keyd_member_sign_out);

FIELDS(keyd_member_change) = {
        CREDENTIAL(struct keyd_member_change),
        WIRE_I64(struct keyd_member_change, person_id),
        WIRE_U32(struct keyd_member_change, roles),
        WIRE_U32(struct keyd_member_change, disabled),
};
MSG(keyd_member_change);

FIELDS(keyd_token_create) = {
        CREDENTIAL(struct keyd_token_create),
        WIRE_STR(struct keyd_token_create, name, KEYD_NAME_MAX),
        WIRE_U32(struct keyd_token_create, roles),
        WIRE_I64(struct keyd_token_create, expires_at),
};
MSG(keyd_token_create);

FIELDS(keyd_token_created) = {
        WIRE_I64(struct keyd_token_created, token_id),
        WIRE_STR(struct keyd_token_created, token, KEYD_CREDENTIAL_MAX),
        WIRE_I64(struct keyd_token_created, expires_at),
};
MSG(keyd_token_created);

FIELDS(keyd_token) = {
        WIRE_I64(struct keyd_token, token_id),
        WIRE_STR(struct keyd_token, name, KEYD_NAME_MAX),
        WIRE_STR(struct keyd_token, made_by, KEYD_NAME_MAX),
        WIRE_U32(struct keyd_token, roles),
        WIRE_I64(struct keyd_token, created_at),
        WIRE_I64(struct keyd_token, expires_at),
        WIRE_I64(struct keyd_token, revoked_at),
};
MSG(keyd_token);
FIELDS(keyd_tokens) = {
        WIRE_LIST(struct keyd_tokens, items, n, KEYD_LIST_MAX, keyd_token_wire),
};
MSG(keyd_tokens);

FIELDS(keyd_token_revoke) = {
        CREDENTIAL(struct keyd_token_revoke),
        WIRE_I64(struct keyd_token_revoke, token_id),
};
MSG(keyd_token_revoke);

FIELDS(keyd_checkpoint_next) = {
        WIRE_STR(struct keyd_checkpoint_next, programme, KEYD_PROGRAMME_MAX),
        WIRE_I64(struct keyd_checkpoint_next, previous_event),
        WIRE_I64(struct keyd_checkpoint_next, highest_event),
        WIRE_BYTES(struct keyd_checkpoint_next, stretch_hash),
};
MSG(keyd_checkpoint_next);

FIELDS(keyd_checkpointed) = {
        WIRE_I64(struct keyd_checkpointed, highest_event),
        WIRE_I64(struct keyd_checkpointed, signed_at),
        WIRE_BYTES(struct keyd_checkpointed, heads_hash),
        WIRE_BYTES(struct keyd_checkpointed, signature),
};
MSG(keyd_checkpointed);

FIELDS(keyd_audit) = {
        CREDENTIAL(struct keyd_audit),
        WIRE_I64(struct keyd_audit, before_id),
        WIRE_U32(struct keyd_audit, kind),
        WIRE_STR(struct keyd_audit, actor, KEYD_ACTOR_MAX),
        WIRE_STR(struct keyd_audit, case_number, KEYD_NUMBER_MAX),
};
MSG(keyd_audit);

FIELDS(keyd_log_entry) = {
        WIRE_I64(struct keyd_log_entry, id),
        WIRE_I64(struct keyd_log_entry, at),
        WIRE_STR(struct keyd_log_entry, actor, KEYD_NAME_MAX + 32),
        WIRE_STR(struct keyd_log_entry, action, 32),
        WIRE_STR(struct keyd_log_entry, detail, KEYD_NAME_MAX + 32),
        WIRE_STR(struct keyd_log_entry, cases, KEYD_CASES_TEXT_MAX),
};
MSG(keyd_log_entry);
FIELDS(keyd_log) = {
        WIRE_LIST(struct keyd_log, items, n, KEYD_AUDIT_MAX, keyd_log_entry_wire),
        WIRE_I64(struct keyd_log, next_before),
};
MSG(keyd_log);

FIELDS(keyd_audit_verify) = {
        CREDENTIAL(struct keyd_audit_verify),
        WIRE_I64(struct keyd_audit_verify, after_id),
};
MSG(keyd_audit_verify);

FIELDS(keyd_audit_verified) = {
        WIRE_I64(struct keyd_audit_verified, upto_id),
        WIRE_I64(struct keyd_audit_verified, last_id),
        WIRE_BYTES(struct keyd_audit_verified, head),
};
MSG(keyd_audit_verified);

FIELDS(keyd_absence) = {
        CREDENTIAL(struct keyd_absence),
        WIRE_I64(struct keyd_absence, person_id),
        WIRE_I64(struct keyd_absence, away_from),
        WIRE_I64(struct keyd_absence, away_until),
        WIRE_I64(struct keyd_absence, deputy),
};
MSG(keyd_absence);

FIELDS(keyd_told) = {WIRE_I64(struct keyd_told, after_id)};
MSG(keyd_told);

FIELDS(keyd_change) = {
        WIRE_I64(struct keyd_change, id),
        WIRE_I64(struct keyd_change, at),
        WIRE_STR(struct keyd_change, actor, KEYD_NAME_MAX + 32),
        WIRE_STR(struct keyd_change, action, KEYD_ACTION_MAX),
        WIRE_STR(struct keyd_change, detail, KEYD_NAME_MAX + 32),
        WIRE_I64(struct keyd_change, person_id),
        WIRE_STR(struct keyd_change, name, KEYD_NAME_MAX),
};
MSG(keyd_change);
FIELDS(keyd_changes) = {
        WIRE_LIST(struct keyd_changes, items, n, KEYD_TOLD_MAX, keyd_change_wire),
        WIRE_I64(struct keyd_changes, last_id),
};
MSG(keyd_changes);

FIELDS(keyd_rekey) = {
        CREDENTIAL(struct keyd_rekey),
        WIRE_U32(struct keyd_rekey, step),
        WIRE_BYTES(struct keyd_rekey, secret),
};
MSG(keyd_rekey);

FIELDS(keyd_sign_bundle) = {
        CREDENTIAL(struct keyd_sign_bundle),
        WIRE_STR(struct keyd_sign_bundle, programme, KEYD_PROGRAMME_MAX),
        WIRE_STR(struct keyd_sign_bundle, case_number, KEYD_NUMBER_MAX),
        WIRE_BYTES(struct keyd_sign_bundle, manifest_sha256),
};
MSG(keyd_sign_bundle);
FIELDS(keyd_bundle_signed) = {
        WIRE_I64(struct keyd_bundle_signed, signed_at),
        WIRE_BYTES(struct keyd_bundle_signed, signature),
};
MSG(keyd_bundle_signed);
FIELDS(keyd_mail) = {
        WIRE_STR(struct keyd_mail, content, KEYD_CAPSULE_MAX),
};
MSG(keyd_mail);

FIELDS(keyd_case_link) = {CASE(struct keyd_case_link, of.)};
MSG(keyd_case_link);

FIELDS(keyd_link) = {
        WIRE_BYTES(struct keyd_link, code),
        WIRE_BYTES(struct keyd_link, wrap),
};
MSG(keyd_link);

static const struct keyd_message messages[KEYD_REQUESTS] = {
        [KEYD_KEYS] = {&nothing_wire, &keyd_keys_wire},
        [KEYD_SIGN_RECEIPTS] = {&keyd_sign_receipts_wire, &keyd_receipts_wire},
        [KEYD_AUTHENTICATE] = {&keyd_authenticate_wire, &keyd_identity_wire},
        [KEYD_SIGN_IN] = {&keyd_sign_in_wire, &keyd_signed_in_wire},
        [KEYD_SIGN_OUT] = {&keyd_sign_out_wire, &nothing_wire},
        [KEYD_ENROL_BEGIN] = {&keyd_enrol_begin_wire, &keyd_enrol_begun_wire},
        [KEYD_ENROL_FINISH] = {&keyd_enrol_finish_wire, &keyd_signed_in_wire},
        [KEYD_PASSWORD_CHANGE] = {&keyd_password_change_wire, &nothing_wire},
        [KEYD_OPEN_CASE] = {&keyd_open_case_wire, &keyd_opened_wire},
        [KEYD_OPEN_TITLES] = {&keyd_open_titles_wire, &keyd_titles_wire},
        [KEYD_OPEN_CONTACT] = {&keyd_open_contact_wire, &keyd_contact_wire},
        [KEYD_OPEN_MAIL] = {&keyd_open_contact_wire, &keyd_mail_wire},
        [KEYD_CASE_LINK] = {&keyd_case_link_wire, &keyd_link_wire},
        [KEYD_STAFF_CONTACTS] = {&keyd_staff_contacts_wire, &keyd_people_wire},
        [KEYD_PEOPLE] = {&keyd_credential_wire, &keyd_people_wire},
        [KEYD_INVITE] = {&keyd_invite_wire, &keyd_invited_wire},
        [KEYD_MEMBER_CHANGE] = {&keyd_member_change_wire, &nothing_wire},
        [KEYD_TOKEN_CREATE] = {&keyd_token_create_wire, &keyd_token_created_wire},
        [KEYD_TOKEN_LIST] = {&keyd_credential_wire, &keyd_tokens_wire},
        [KEYD_TOKEN_REVOKE] = {&keyd_token_revoke_wire, &nothing_wire},
        [KEYD_CHECKPOINT] = {&keyd_checkpoint_next_wire, &keyd_checkpointed_wire},
        [KEYD_AUDIT] = {&keyd_audit_wire, &keyd_log_wire},
        [KEYD_AUDIT_VERIFY] = {&keyd_audit_verify_wire, &keyd_audit_verified_wire},
        [KEYD_INVITATIONS] = {&keyd_credential_wire, &keyd_invitations_wire},
        [KEYD_INVITE_REVOKE] = {&keyd_invite_revoke_wire, &nothing_wire},
        [KEYD_SESSIONS] = {&keyd_credential_wire, &keyd_sessions_wire},
        [KEYD_MEMBER_SIGN_OUT] = {&keyd_member_sign_out_wire, &nothing_wire},
        [KEYD_FACTORS] = {&keyd_credential_wire, &keyd_factors_wire},
        [KEYD_RECOVERY_RENEW] = {&keyd_recovery_renew_wire, &keyd_recovery_codes_wire},
        [KEYD_PASSKEY_ASK] = {&nothing_wire, &keyd_passkey_challenge_wire},
        [KEYD_PASSKEY_BEGIN] = {&keyd_credential_wire, &keyd_passkey_challenge_wire},
        [KEYD_PASSKEY_ADD] = {&keyd_passkey_add_wire, &nothing_wire},
        [KEYD_PASSKEY_REMOVE] = {&keyd_passkey_remove_wire, &nothing_wire},
        [KEYD_PASSKEY_SIGN_IN] = {&keyd_passkey_sign_in_wire, &keyd_signed_in_wire},
        [KEYD_NEWS] = {&keyd_credential_wire, &keyd_log_wire},
        [KEYD_TOLD] = {&keyd_told_wire, &keyd_changes_wire},
        [KEYD_ABSENCE] = {&keyd_absence_wire, &nothing_wire},
        [KEYD_PGP_STATE] = {&nothing_wire, &keyd_pgp_state_wire},
        [KEYD_PGP_PUBLISHED] = {&nothing_wire, &keyd_pgp_published_wire},
        [KEYD_PGP_WANT] = {&keyd_pgp_want_wire, &nothing_wire},
        [KEYD_PGP_SECRET] = {&keyd_pgp_secret_ask_wire, &keyd_pgp_secret_wire},
        [KEYD_PGP_PUT] = {&keyd_pgp_put_wire, &nothing_wire},
        [KEYD_PGP_PUBLISH] = {&keyd_pgp_publish_wire, &nothing_wire},
        [KEYD_REKEY] = {&keyd_rekey_wire, &nothing_wire},
        [KEYD_SIGN_BUNDLE] = {&keyd_sign_bundle_wire, &keyd_bundle_signed_wire},
        [KEYD_CLI_SESSION] = {&nothing_wire, &keyd_signed_in_wire},
};

const struct keyd_message *
keyd_message_of(uint32_t type)
{
	return type < KEYD_REQUESTS && messages[type].request != NULL ? &messages[type] : NULL;
}

static void
add_i64(crypto_generichash_state *st, int64_t v)
{
	unsigned char b[8];

	for (size_t i = 0; i < sizeof b; i++)
		b[i] = (unsigned char)((uint64_t)v >> 8 * i);
	crypto_generichash_update(st, b, sizeof b);
}

void
checkpoint_heads(const unsigned char previous_hash[32], int64_t previous_event,
        int64_t highest_event, const unsigned char stretch_hash[32], unsigned char out[32])
{
	static const unsigned char label[] = "vdpd checkpoint heads";
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, 32);
	crypto_generichash_update(&st, label, sizeof label);
	crypto_generichash_update(&st, previous_hash, 32);
	add_i64(&st, previous_event);
	add_i64(&st, highest_event);
	crypto_generichash_update(&st, stretch_hash, 32);
	crypto_generichash_final(&st, out, 32);
}

void
checkpoint_statement(const struct keyd_checkpoint *c, int64_t signed_at, struct buf *out)
{
	char at[RFC3339_MAX], hex[2 * sizeof c->heads_hash + 1];

	time_format(signed_at, at);
	sodium_bin2hex(hex, sizeof hex, c->heads_hash, sizeof c->heads_hash);
	buf_z(out, "vdpd checkpoint, version 1\n");
	buf_fmt(out, "programme: %.*s\n", STR_ARG(c->programme));
	buf_fmt(out, "events: %lld\n", (long long)c->highest_event);
	buf_fmt(out, "signed: %s\n", at);
	buf_fmt(out, "heads: %s\n", hex);
}
