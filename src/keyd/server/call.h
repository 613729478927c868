/* The inside of keyd's server: what a file of this folder that answers a request works with. */
#ifndef VDPD_KEYD_SERVER_CALL_H
#define VDPD_KEYD_SERVER_CALL_H

#include "keyd/server/keyd.h"
#include "keyd/server/password.h"
#include "keyd/server/throttle.h"
#include "keyd/server/webauthn.h"
#include "keyd/store/credential_text.h"
#include "keyd/store/person_store.h"

struct title_cache;
struct capsule_bond;

struct keyd {
	struct keyd_store store;
	struct secrets *secrets;
	struct keyd_limits limits;
	struct webauthn_party party;
	struct channel_server *server;
	struct request_type types[KEYD_REQUESTS];
	struct passwords *passwords;
	struct throttle *throttle;
	struct budget *budget;
	struct title_cache *titles;
	struct call *openings; /* of this round, not yet logged nor answered; the last first */
	struct login nobody;   /* judged in place of people who do not exist */
	char nobody_hash[PASSWORD_STORED_BYTES];
	int64_t refused_at; /* when a checkpoint's refusal was logged; 0: none since one was signed
	                     */
};

/* One request being answered. Everything is in its arena, which ends with it. */
struct call {
	struct arena *a;
	struct keyd *k;
	const struct keyd_request *kind;
	const struct keyd_message *message;
	int64_t now;
	uint64_t http; /* the HTTP request that it is for, for the log */
	void *in;      /* the request's struct */
	void *out;     /* the answer's struct, zeroed */
	struct keyd_verdict verdict;
	struct request *request;
	struct ticket *ticket;                  /* not NULL: call_answer comes later */
	void (*then)(struct password_job *job); /* call_password's */
	struct call *next;                      /* of keyd's openings */
	struct keyd_log_entry entry;
	/* Where the request's row has a permission: */
	struct keyd_identity who;
	unsigned char credential_hash[CREDENTIAL_HASH_BYTES];
};

/* Fills C->out from C->in. Anything but ERR_OK goes back as the verdict's err, with what the
 * handler set in C->verdict. */
typedef enum err call_handler(struct call *c);

struct keyd_request {
	const char *name;
	call_handler *handle;
	uint32_t peers; /* bits 1u << enum role_id: who may send it; 0 denies all */
	/* Not NONE: it begins with a credential, which is judged before the handler runs, and
	 * whose roles must give this. */
	enum permission permission;
	bool writes; /* changes the database: refused where the disk is full */
};

/* The table; requests.c. */
extern const struct keyd_request keyd_requests[KEYD_REQUESTS];

/* The answer comes later, by call_answer, once. */
void call_later(struct call *c);
void call_answer(struct call *c, enum err e);

/* Sets the verdict's field, or time to wait, and returns E, so that a handler can end with it. */
enum err call_refuse_field(struct call *c, enum err e, enum keyd_field field);
enum err call_refuse_rate(struct call *c, int64_t retry_after_s);

/* What waits in the log's reserve goes to the database first, for the log to stay one chain.
 * ERR_FULL while there is no room. */
enum err call_may_write(struct call *c) MUST_CHECK;

/* Who is signed in, as the log's actor. */
struct actor call_actor(const struct call *c);

/* Ends a handler that filled C->out: the answer waits until it is logged, durably, that BY opened
 * NUMBERS (N of them); with the other openings of this round, in one commit, if need be in the
 * reserve. Where that fails the answer is ERR_FULL or ERR_STORE, and nothing is handed over. */
enum err call_opened(struct call *c, const struct actor *by, struct str action, struct str detail,
        const struct str *numbers, size_t n) MUST_CHECK;
/* Logs and answers the openings of this round. */
void openings_finish(struct keyd *k);

/* "person 3": what budgets are kept by. */
struct str actor_subject(struct arena *a, const struct actor *by);
/* Counts NUMBERS towards BY's budget of KIND; logs an alert or refusal. ERR_RATE: over it, and not
 * counted. */
enum err call_budget(struct call *c, enum budget_kind kind, const struct actor *by,
        const struct str *numbers, size_t n, bool *alert) MUST_CHECK;
/* Counts an entry of the log towards its actor's budget. */
void opening_recall(struct arena *a, struct budget *b, const struct keyd_log_entry *e);

/* Whose CREDENTIAL is it? Sets who and credential_hash. ERR_AUTH. */
enum err call_authenticate(struct call *c, struct str credential) MUST_CHECK;

/* Signs PERSON_ID (0: the operator) in: inside tx_run. */
enum err call_session_add(
        struct call *c, struct db *db, int64_t person_id, struct str *credential) MUST_CHECK;

/* The password thread's work for C: `then` is called with the job, whose arg is C. ERR_RATE. The
 * answer is later's, so the handler returns ERR_OK after it. */
enum err call_password(struct call *c, struct str password, const char *stored,
        void (*then)(struct password_job *job)) MUST_CHECK;

/* A code's secret as it stands in the database, and back; AUTH by person. */
void totp_seal(struct call *c, int64_t person_id, const unsigned char secret[KEYD_TOTP_BYTES],
        unsigned char sealed[TOTP_SEALED_BYTES]);
enum err totp_open(struct arena *a, const struct keyd *k, const struct login *l,
        unsigned char secret[KEYD_TOTP_BYTES]) MUST_CHECK;
/* Does the own key open what one of the people signs in with? True where there is nobody. */
bool own_key_fits(struct keyd *k);
/* CODE against L's secret: its step. ERR_AUTH, also where it was used before. */
enum err totp_judge(
        struct call *c, const struct login *l, struct str code, int64_t *step) MUST_CHECK;

/* A new password's bounds. ERR_INVALID with the field. */
enum err password_check(
        struct call *c, struct str password, struct str name, struct str email) MUST_CHECK;

/* ---- Cases (case_check.c) ---- */

struct team_keys;

/* The keys of the case at OF, after everything that its row says was checked against the signature.
 * ERR_FORGED. Wiped by the caller. */
enum err case_check(
        const struct keyd *k, const struct keyd_case *of, struct team_keys *keys) MUST_CHECK;
/* A capsule, by the storage key; by the one before, too, while it is changed. */
enum err storage_capsule_open(struct call *c, const struct capsule_bond *bond, struct str sealed,
        struct str *content) MUST_CHECK;
/* True if S is a case number as keyd gives them out. */
bool number_plain(struct str s);
/* True if S is made of lower-case letters, digits and '_' alone, at least one. */
bool word_plain(struct str s);

struct title_cache *title_cache_new(void);
void title_cache_free(struct title_cache *t);
/* The title key of the case at OF; checked once, and remembered while the row stays as it is. */
enum err title_key_of(
        struct keyd *k, const struct keyd_case *of, unsigned char key[KEY_BYTES]) MUST_CHECK;

/* ---- The handlers, each in the file of its name ---- */

call_handler handle_keys, handle_sign_receipts, handle_authenticate, handle_sign_in,
        handle_sign_out, handle_enrol_begin, handle_enrol_finish, handle_password_change,
        handle_open_case, handle_open_titles, handle_open_contact, handle_staff_contacts,
        handle_people, handle_invite, handle_member_change, handle_token_create, handle_token_list,
        handle_token_revoke, handle_checkpoint, handle_audit, handle_audit_verify,
        handle_cli_session, handle_invitations, handle_invite_revoke, handle_sessions,
        handle_member_sign_out, handle_factors, handle_recovery_renew, handle_passkey_ask,
        handle_passkey_begin, handle_passkey_add, handle_passkey_remove, handle_passkey_sign_in,
        handle_news, handle_told, handle_absence, handle_pgp_state, handle_pgp_published,
        handle_pgp_want, handle_pgp_secret, handle_pgp_put, handle_pgp_publish, handle_rekey,
        handle_sign_bundle, handle_open_mail, handle_case_link;

#endif
