/* What may be asked of keyd, and what it answers: one struct a request and one an answer, packed by
 * the tables of protocol.c. Which process may send which request stands in server/requests.c.
 *
 * Every answer begins with a struct keyd_verdict; the answer's own fields follow where its err is
 * ERR_OK. (The error of the channel itself is left for broken messages and denied requests.)
 * Times are UTC seconds. Text is UTF-8. */
#ifndef VDPD_KEYD_CLIENT_PROTOCOL_H
#define VDPD_KEYD_CLIENT_PROTOCOL_H

#include "case/permission.h"
#include "keyd/client/pgp_messages.h"
#include "keyd/client/wire.h"

enum {
	KEYD_NAME_MAX = 100,
	KEYD_EMAIL_MAX = 254,
	KEYD_PASSWORD_MIN = 12,
	KEYD_PASSWORD_MAX = 1024,
	KEYD_CODE_MAX = 40,
	KEYD_CREDENTIAL_MAX = 64,
	KEYD_PROGRAMME_MAX = 100,
	KEYD_PREFIX_MAX = 12,
	KEYD_NUMBER_MAX = 32,
	KEYD_WRAP_MAX = 160,
	KEYD_PURPOSE_MAX = 64,
	KEYD_TEMPLATE_MAX = 32,
	KEYD_TOTP_BYTES = 20, /* RFC 4226 section 4, R6: 160 bits */
	KEYD_RECEIPTS_MAX = 64,
	KEYD_TITLES_MAX = 64,
	KEYD_RECOVERY_CODES = 10,
	KEYD_RECOVERY_TEXT_MAX = KEYD_RECOVERY_CODES * 20,
	KEYD_PASSKEYS_MAX = 10,
	KEYD_PASSKEY_ID_MAX = 255,
	KEYD_CHALLENGE_BYTES = 48,
	KEYD_WEBAUTHN_MAX = 2048, /* client data, authenticator data, signature: each */
	KEYD_LIST_MAX = 128,      /* people, tokens, invitations of one answer */
	KEYD_AUDIT_MAX = 24,
	KEYD_AUDIT_SPAN = 20000,
	KEYD_ACTOR_MAX = 32, /* without a name */
	KEYD_NEWS_MAX = 6,
	KEYD_TOLD_MAX = 16,
	KEYD_ACTION_MAX = 32,
	KEYD_CASES_TEXT_MAX = KEYD_TITLES_MAX * (KEYD_NUMBER_MAX + 1),
	KEYD_CAPSULE_MAX = 17 * 1024,
	KEYD_PGP_MAX = 16 * 1024,
};

enum keyd_request_type {
	KEYD_KEYS = 1,
	KEYD_SIGN_RECEIPTS,
	KEYD_AUTHENTICATE,
	KEYD_SIGN_IN,
	KEYD_SIGN_OUT,
	KEYD_ENROL_BEGIN,
	KEYD_ENROL_FINISH,
	KEYD_PASSWORD_CHANGE,
	KEYD_OPEN_CASE,
	KEYD_OPEN_TITLES,
	KEYD_OPEN_CONTACT,
	KEYD_STAFF_CONTACTS,
	KEYD_PEOPLE,
	KEYD_INVITE,
	KEYD_MEMBER_CHANGE,
	KEYD_TOKEN_CREATE,
	KEYD_TOKEN_LIST,
	KEYD_TOKEN_REVOKE,
	KEYD_CHECKPOINT,
	KEYD_AUDIT,
	KEYD_AUDIT_VERIFY,
	KEYD_CLI_SESSION,
	KEYD_INVITATIONS,
	KEYD_INVITE_REVOKE,
	KEYD_SESSIONS,
	KEYD_MEMBER_SIGN_OUT,
	KEYD_FACTORS,
	KEYD_RECOVERY_RENEW,
	KEYD_PASSKEY_ASK,
	KEYD_PASSKEY_BEGIN,
	KEYD_PASSKEY_ADD,
	KEYD_PASSKEY_REMOVE,
	KEYD_PASSKEY_SIGN_IN,
	KEYD_NEWS,
	KEYD_TOLD,
	KEYD_ABSENCE,
	KEYD_PGP_STATE,
	KEYD_PGP_PUBLISHED,
	KEYD_PGP_WANT,
	KEYD_PGP_SECRET,
	KEYD_PGP_PUT,
	KEYD_PGP_PUBLISH,
	KEYD_REKEY,
	KEYD_SIGN_BUNDLE,
	KEYD_OPEN_MAIL,
	KEYD_CASE_LINK,
	KEYD_REQUESTS
};

/* Who is told of new reports: the roles that PERMISSION_READ_CASES is given to. */
enum { KEYD_ROLES_READ_CASES = STAFF_COORDINATOR | STAFF_ANALYST };

/* Which of the fields that were sent a refusal is about. */
enum keyd_field {
	KEYD_FIELD_NONE,
	KEYD_FIELD_NAME,
	KEYD_FIELD_EMAIL,
	KEYD_FIELD_PASSWORD,
	KEYD_FIELD_CODE,
	KEYD_FIELD_ROLES,
	KEYD_FIELD_EXPIRES,
	KEYD_FIELD_UNTIL,
	KEYD_FIELD_DEPUTY,
	KEYD_FIELD_CLOCK, /* keyd's own: it stands before the last entry of its log */
};

struct keyd_verdict {
	uint32_t err;          /* enum err */
	uint32_t field;        /* enum keyd_field, with ERR_INVALID and ERR_CONFLICT */
	int64_t retry_after_s; /* with ERR_RATE: how long until the next try is looked at */
};

struct keyd_nothing {
	char unused;
};

/* ---- Who is there ---- */

enum keyd_identity_kind { KEYD_BY_SESSION = 1, KEYD_BY_TOKEN, KEYD_BY_OPERATOR };

struct keyd_identity {
	uint32_t kind;      /* enum keyd_identity_kind */
	uint32_t roles;     /* bits of enum staff_role */
	int64_t person_id;  /* 0: not a person (token, operator) */
	int64_t token_id;   /* 0: not a token */
	int64_t expires_at; /* at the latest; a session also ends by idling */
	struct str name;    /* of the person or token: what the log calls them */
};

/* CREDENTIAL is the text of a session ("vds_…", in a cookie) or of an API token ("vdt_…", as a
 * bearer). ERR_AUTH if it is unknown, expired, revoked, or its person disabled. */
struct keyd_authenticate {
	struct str credential;
};

struct keyd_sign_in {
	struct str login; /* name or e-mail address */
	struct str password;
	struct str code; /* RFC 6238, six digits; or a recovery code */
};
struct keyd_signed_in {
	struct str credential; /* shown here and never again */
	struct keyd_identity who;
	struct str recovery; /* after an enrolment: struct keyd_recovery_codes; "" otherwise */
};

struct keyd_sign_out {
	struct str credential;
	uint32_t everywhere; /* 1: all sessions of this person */
};

/* The one-time link of init or an invitation. ERR_AUTH if used, expired or unknown. */
struct keyd_enrol_begin {
	struct str enrolment; /* "vde_…" */
};
struct keyd_enrol_begun {
	uint32_t roles;
	struct str name, email; /* as the invitation suggests; "" if it does not */
	int64_t expires_at;
	unsigned char totp_secret[KEYD_TOTP_BYTES]; /* the same each time for one link */
};
/* Answered with struct keyd_signed_in. ERR_INVALID or ERR_CONFLICT with the field; ERR_AUTH. */
struct keyd_enrol_finish {
	struct str enrolment, name, email, password, code;
};

/* Ends the other sessions of the person. ERR_AUTH: password or code is wrong; ERR_INVALID: the new
 * password. */
struct keyd_password_change {
	struct str credential, password, code, new_password;
};

/* What the person of a session can sign in with. Answer to a struct keyd_credential. ERR_INVALID:
 * not a person. */
struct keyd_passkey {
	int64_t passkey_id;
	struct str name;
	struct str credential_id;    /* as the device gave it */
	int64_t created_at, used_at; /* used_at 0: not yet */
};
struct keyd_factors {
	uint32_t recovery_left; /* codes that have not been used */
	const struct keyd_passkey *passkeys;
	size_t n;
};

/* New recovery codes in place of the old. CODE is from the phone; ERR_AUTH, ERR_RATE. */
struct keyd_recovery_renew {
	struct str credential, code;
};
struct keyd_recovery_codes {
	struct str codes; /* KEYD_RECOVERY_CODES lines "ABCD-EFGH-IJKL-MNOP"; shown here and never
	                     again */
};

/* What a passkey is to sign: for a sign-in (passkey_ask, nothing sent), or for a new passkey of the
 * person of a session (passkey_begin, struct keyd_credential). Serves once, for half an hour. */
struct keyd_passkey_challenge {
	unsigned char challenge[KEYD_CHALLENGE_BYTES];
	struct str rp_id; /* the host that passkeys are for; "": an address, and no passkeys */
};

/* W3C Web Authentication, section 7.1, as the browser made them. CODE is from the phone.
 * ERR_INVALID with the field (name, code); ERR_AUTH: the rest does not fit; ERR_CONFLICT: known;
 * ERR_STATE: there are KEYD_PASSKEYS_MAX; ERR_RATE. */
struct keyd_passkey_add {
	struct str credential, code, name, client_data, auth_data;
};
struct keyd_passkey_remove {
	struct str credential;
	int64_t passkey_id;
};
/* Section 7.2. Answered with struct keyd_signed_in; ERR_AUTH. */
struct keyd_passkey_sign_in {
	struct str credential_id, client_data, auth_data, signature;
};

/* ---- Receipts and cases ---- */

/* All public halves. (Processes are given keys/public.keys, keyd/client/public_keys.h.) */
struct keyd_keys {
	unsigned char storage_public[32];
	unsigned char signing_public[32];
};

struct keyd_receipt_wanted {
	struct str programme; /* "exact.works" */
	struct str prefix;    /* of case numbers: "EXW"; A–Z, 0–9 */
	int64_t received_at;  /* 0: now. Not after now; from `public` not over an hour before */
	unsigned char content_sha256[32];
	unsigned char policy_sha256[32];
	unsigned char case_key[32]; /* public half of the case's pair */
};
struct keyd_sign_receipts {
	const struct keyd_receipt_wanted *items;
	size_t n;
};
struct keyd_receipt {
	struct str case_number; /* "EXW-2026-0001": prefix, year, number; given out once, ever */
	int64_t year, number;
	int64_t received_at, signed_at;
	unsigned char signature[64]; /* over the statement of seal/receipt.h */
};
struct keyd_receipts {
	const struct keyd_receipt *items;
	size_t n;
};

/* A case as its row says it is; keyd believes none of it before the signature has been checked. */
struct keyd_case {
	struct str programme, case_number;
	unsigned char case_uid[16];
	struct str team_wrap; /* of a form that seal/team_wrap.h knows */
	int64_t received_at, signed_at;
	unsigned char content_sha256[32], policy_sha256[32], case_key[32], signature[64];
};

/* ERR_AUTH; ERR_DENIED by role; ERR_RATE over the budget; ERR_FORGED; ERR_FULL if it cannot be
 * logged. */
struct keyd_open_case {
	struct str credential;
	struct str purpose; /* for the log: "page", "action" … lower-case letters and '_' */
	struct keyd_case of;
};
struct keyd_opened {
	unsigned char team_key[32];
	uint32_t alert; /* 1: the budget of this hour is used up to its warning mark */
	struct keyd_identity who;
};

struct keyd_open_titles {
	struct str credential;
	const struct keyd_case *items;
	size_t n;
};
struct keyd_title {
	uint32_t err; /* ERR_OK, or ERR_FORGED for this case alone */
	unsigned char title_key[32];
};
struct keyd_titles {
	const struct keyd_title *items;
	size_t n;
	uint32_t alert;
};

/* The reporter's address, for a notice made of a fixed template: "answer", "closed", "letter",
 * "received". ERR_STATE before the capsule's time. */
struct keyd_open_contact {
	struct str programme, case_number, template_id;
	unsigned char case_uid[16];
	int64_t not_before;
	struct str sealed;
};
/* A capsule with the text of a mail: the same, answered with what it holds. */
struct keyd_mail {
	struct str content;
};
/* A link for the reporter of a case: the code that goes into the mail, and the reporter's key
 * wrapped with what follows from it. */
struct keyd_case_link {
	struct keyd_case of;
};
struct keyd_link {
	unsigned char code[26]; /* RECEIPT_CODE_CHARS */
	unsigned char wrap[72]; /* REPORTER_WRAP_BYTES */
};
struct keyd_contact {
	struct str email, name, pgp_key;
};

/* ---- People, tokens, the log ---- */

struct keyd_staff_contacts {
	int64_t person_id; /* 0: everybody who may read cases */
	/* 1: roles do not count, and with a person_id it does not either whether that person is
	 * disabled: for what everybody is told */
	uint32_t everybody;
};
struct keyd_person {
	int64_t person_id;
	struct str name;
	struct str email; /* "" unless who asks may see it */
	uint32_t roles;
	uint32_t disabled;
	int64_t created_at;
	/* Absence: from and until, 0 for none; it may lie ahead, or behind. */
	int64_t away_from, away_until;
	int64_t deputy; /* person; 0: nobody */
};
struct keyd_people {
	const struct keyd_person *items;
	size_t n;
};

struct keyd_credential {
	struct str credential;
};

/* A one-time enrolment link; with a PERSON_ID it gives that person a new password and code secret
 * instead, and keeps name, address and roles; ERR_STATE if that person is disabled. */
struct keyd_invite {
	struct str credential;
	int64_t person_id; /* 0: somebody new */
	uint32_t roles;
	struct str name, email; /* suggestions; may be "" */
};
struct keyd_invited {
	struct str enrolment; /* shown here and never again */
	int64_t expires_at;
};

/* Links that still work. Answer to a struct keyd_credential. */
struct keyd_invitation {
	unsigned char ref[32]; /* names it for keyd_invite_revoke; opens nothing */
	int64_t person_id;     /* 0: for somebody new */
	uint32_t roles;
	struct str name, email; /* may be "" */
	int64_t created_at, expires_at;
};
struct keyd_invitations {
	const struct keyd_invitation *items;
	size_t n;
};
/* ERR_NOT_FOUND: there is none, or it was used. */
struct keyd_invite_revoke {
	struct str credential;
	unsigned char ref[32];
};

/* Sessions of people: an administrator sees everybody's, others their own; the last used first.
 * Answer to a struct keyd_credential. */
struct keyd_session {
	int64_t person_id;
	struct str name;
	int64_t created_at, seen_at, expires_at; /* seen_at: to within five minutes */
	uint32_t this_one;                       /* 1: the session that asks */
};
struct keyd_sessions {
	const struct keyd_session *items;
	size_t n;
};

/* Ends all sessions of PERSON_ID. ERR_NOT_FOUND. */
struct keyd_member_sign_out {
	struct str credential;
	int64_t person_id;
};

/* Is P away at NOW? */
static inline bool
keyd_person_away(const struct keyd_person *p, int64_t now)
{
	return p->away_from <= now && now < p->away_until;
}

/* One's own absence, or for administrators anybody's. Both times 0 end it. ERR_INVALID with the
 * field: until is not after from and now, or over a year after it; the deputy is not somebody else
 * who may read cases. ERR_NOT_FOUND; ERR_DENIED. */
struct keyd_absence {
	struct str credential;
	int64_t person_id;
	int64_t away_from, away_until;
	int64_t deputy; /* person; 0: nobody */
};

/* ERR_STATE where no administrator would be left. What is KEYD_KEEP stays as it is. */
enum { KEYD_KEEP = 0x7fffffff };
struct keyd_member_change {
	struct str credential;
	int64_t person_id;
	uint32_t roles;
	uint32_t disabled; /* 1 also ends all sessions, the tokens and the links that they made */
};

struct keyd_token_create {
	struct str credential;
	struct str name;
	uint32_t roles;
	int64_t expires_at; /* 0: in a year */
};
struct keyd_token_created {
	int64_t token_id;
	struct str token; /* shown here and never again */
	int64_t expires_at;
};
struct keyd_token {
	int64_t token_id;
	struct str name;
	struct str made_by;
	uint32_t roles;
	int64_t created_at, expires_at;
	int64_t revoked_at; /* 0: it is not */
};
struct keyd_tokens {
	const struct keyd_token *items;
	size_t n;
};
struct keyd_token_revoke {
	struct str credential;
	int64_t token_id;
};

/* The heads of the programme's chains, as they changed after PREVIOUS_EVENT up to HIGHEST_EVENT, in
 * one hash. keyd chains it to the last checkpoint that it signed, which it remembers, and signs the
 * result: what is signed once is not signed anew. Where PREVIOUS_EVENT is that of the one before,
 * the answer is the last one again (its writing was cut off). ERR_STATE for fewer events than
 * before; ERR_FORGED where the database's last checkpoint is neither. */
struct keyd_checkpoint_next {
	struct str programme;
	int64_t previous_event, highest_event;
	unsigned char stretch_hash[32];
};
struct keyd_checkpointed {
	int64_t highest_event, signed_at;
	unsigned char heads_hash[32];
	unsigned char signature[64]; /* over checkpoint_statement() */
};
/* What is signed. */
struct keyd_checkpoint {
	struct str programme;
	int64_t highest_event;
	unsigned char heads_hash[32];
};
/* OUT: the heads' hash of the checkpoint that follows the one of PREVIOUS_HASH (zeroes: there is
 * none) and PREVIOUS_EVENT. May be PREVIOUS_HASH. */
void checkpoint_heads(const unsigned char previous_hash[32], int64_t previous_event,
        int64_t highest_event, const unsigned char stretch_hash[32], unsigned char out[32]);
/* The bytes that a checkpoint's signature covers: lines like those of a receipt. */
void checkpoint_statement(const struct keyd_checkpoint *c, int64_t signed_at, struct buf *out);

/* One entry of keyd's own log. */
struct keyd_log_entry {
	int64_t id; /* from 1, without a gap */
	int64_t at;
	struct str actor;  /* "person 3 Ada", "token 7 ci", "operator", "courier" */
	struct str action; /* "open_case", "sign_in" … */
	struct str detail; /* purpose, template … */
	struct str cases;  /* numbers, parted by spaces */
};
enum keyd_log_kind {
	KEYD_LOG_ALL,
	KEYD_LOG_OPENINGS,
	KEYD_LOG_SIGN_INS,
	KEYD_LOG_CHANGES /* all else: people, tokens, keys */
};
/* The newest first. With a filter one answer looks through KEYD_AUDIT_SPAN entries at the most, so
 * that it may be empty and yet not the last. ERR_INVALID: a filter that is none. */
struct keyd_audit {
	struct str credential;
	int64_t before_id;      /* 0: the newest */
	uint32_t kind;          /* enum keyd_log_kind */
	struct str actor;       /* "person 3", "token 7", "operator", "courier"; "": anybody */
	struct str case_number; /* "": any, and none */
};
struct keyd_log {
	const struct keyd_log_entry *items;
	size_t n;
	int64_t next_before; /* where keyd_audit goes on; 0: this was the last */
};

/* keyd_news, struct keyd_credential, is answered with a struct keyd_log too: what the whole team is
 * told of, of the last week ("member_change", "renew"), the newest first, at most KEYD_NEWS_MAX. */

/* For courier: what everybody is told by mail, after the entry AFTER_ID, the oldest first, at most
 * KEYD_TOLD_MAX. With -1 nothing but where the log ends. */
struct keyd_told {
	int64_t after_id;
};
struct keyd_change {
	int64_t id, at;
	struct str actor;  /* as struct keyd_log_entry has it */
	struct str action; /* "enrol", "member_change", "passkey_add" … */
	struct str detail;
	int64_t person_id; /* whom it is about; 0: nobody */
	struct str name;   /* of that person, "" for nobody */
};
struct keyd_changes {
	const struct keyd_change *items;
	size_t n;
	int64_t last_id; /* there is nothing more to tell up to this entry */
};

/* Walks the log's own chain a stretch at a time: AFTER_ID is 0, then what the last answer said.
 * ERR_FORGED if a link does not fit. */
struct keyd_audit_verify {
	struct str credential;
	int64_t after_id;
};
struct keyd_audit_verified {
	int64_t upto_id; /* all is well up to here */
	int64_t last_id; /* where the log ends */
	unsigned char head[32];
};

/* Changing the storage key, by the operator alone. Begin: what is sealed from now on is sealed to
 * the half of SECRET, which the caller has written to keys/ before; what was sealed to the key
 * before opens too. End: it does not any more. Both may be repeated; they are logged. ERR_STATE:
 * another change is under way, or at the end none to this key. */
enum keyd_rekey_step { KEYD_REKEY_BEGIN = 1, KEYD_REKEY_END };
struct keyd_rekey {
	struct str credential;
	uint32_t step;
	unsigned char secret[32];
};

/* The signature over the manifest of a case that is exported (seal/bundle.h), for who may read
 * cases; logged before it is given. */
struct keyd_sign_bundle {
	struct str credential;
	struct str programme, case_number;
	unsigned char manifest_sha256[32];
};
struct keyd_bundle_signed {
	int64_t signed_at;
	unsigned char signature[64];
};

/* ---- Packing ---- */

struct keyd_message {
	const struct wire_msg *request;
	const struct wire_msg *answer;
};
/* By enum keyd_request_type; a type that is out of range gives NULL. */
const struct keyd_message *keyd_message_of(uint32_t type);
extern const struct wire_msg keyd_verdict_wire;

/* The largest struct of a request or answer. */
enum { KEYD_STRUCT_MAX = 1024 };

#endif
