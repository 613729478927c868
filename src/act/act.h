/* Acting on a case. Every front end (desk, API, reporter's page, mail, command line, jobs) changes
 * a case by act_run inside a write transaction, and in no other way: permission, state, event,
 * chain, clocks, outcomes and notices are done together or not at all. */
#ifndef VDPD_ACT_ACT_H
#define VDPD_ACT_ACT_H

#include "act/clear.h"
#include "act/notices.h"
#include "act/policies.h"
#include "case/clocks.h"
#include "case/number.h"
#include "case/state.h"
#include "seal/blob.h"
#include "seal/receipt.h"
#include "seal/team_wrap.h"
#include "store/case_store.h"
#include "store/event_store.h"
#include "store/file_store.h"
#include "store/notice_store.h"

enum actor_kind { ACTOR_REPORTER, ACTOR_PERSON, ACTOR_TOKEN, ACTOR_OPERATOR, ACTOR_SYSTEM };

/* Who acts, as keyd or a receipt has proved. */
struct actor {
	enum actor_kind kind;
	int64_t id;     /* of the person or token; 0 for the others */
	unsigned roles; /* case/permission.h; 0 for the reporter and the system */
};

/* What a process knows of the programme that it serves. */
struct programme {
	int64_t id;
	struct str name;        /* "exact.works" */
	struct str case_prefix; /* "EXW" */
	unsigned char signing_public[32];
	/* For new cases; NULL where none are made. The storage key may be changed meanwhile: keyd
	 * tells the new one. */
	struct wrapper *wrapper;
	const struct keyd_client *keyd;
	struct policies *policies; /* every version that a case may be pinned to */
};

enum action {
	/* the team's */
	ACTION_ACKNOWLEDGE,
	ACTION_REQUEST_INFO,
	ACTION_MESSAGE,
	ACTION_NOTE,
	ACTION_TRIAGE,
	ACTION_ASSIGN,
	ACTION_FIX,
	ACTION_CLOSE,
	ACTION_REOPEN,
	ACTION_HOLD,
	ACTION_LIFT_HOLD,
	ACTION_ERASE,
	ACTION_PUBLISH,
	/* the reporter's */
	ACTION_REPLY,
	ACTION_ADD_FILES,
	ACTION_WITHDRAW,
	ACTION_CREDIT,
	ACTION_LETTER,
	ACTION_DISCLOSURE,
	ACTION_COUNT
};

/* The name in the API: "acknowledge", "request_info" …; static. */
const char *action_name(enum action a);
enum err action_parse(struct str s, enum action *out) MUST_CHECK;

/* A file that was written as a blob, waiting for its row. */
struct act_file {
	unsigned char blob[FILE_ID_BYTES];
	struct blob_info info;
	struct str name; /* plain; sealed when the row is written */
	bool picture;
	bool team; /* sealed with the team's key: reporters do not see it */
	/* Sealed with this key, which goes to the team by the case's pair, since who wrote the blob
	 * has no key of the case; NULL: with one of the case's. */
	const struct key *own;
	/* A decrypted mail (mail/unlock.h): NAME is what the worker that sealed it gave, which
	 * holds the key and goes to the team by the case's pair. */
	bool mail;
};

/* What the sealed name of such a file holds: the blob's key, then the name. In A; wipe the key.
 * UNPACK is false for anything shorter. */
struct str pair_file_pack(struct arena *a, const struct key *key, struct str name);
bool pair_file_unpack(struct str plain, struct key *key, struct str *name) MUST_CHECK;

enum { ACT_ADVISORY_MAX = 64 };

/* One wish. Which fields an action wants, and which it may have, act_check says. */
struct act_request {
	enum action action;
	struct str text; /* for the reporter or, with a note, for the team; "" for none */
	struct str note; /* triage: the reason, for the team */
	enum severity severity;
	struct str cvss;
	int64_t cwe;
	struct str component;
	enum close_reason reason;
	struct str of;          /* the other case's number */
	int64_t assignee;       /* a person's id; 0: nobody */
	struct str advisory;    /* its id: letters, digits, '-', '_', '.' */
	struct str date;        /* "2026-05-01" */
	struct str credit;      /* JSON {"wanted", "name", "url"}, for the event's sealed body */
	unsigned credit_choice; /* enum credit_choice, for the row */
	const struct act_file *files;
	size_t files_n;
	bool alone; /* erase: nobody else is there to confirm it */
};

/* Which keys of the case the caller holds; NULL for those it does not. */
struct act_keys {
	const struct key *team;
	const struct key *reporter;
};

/* A case being acted on: filled by act_open, changed by act_run. */
struct act {
	struct arena *a;
	struct db *db;
	const struct programme *programme;
	struct actor actor;
	struct act_keys keys;
	int64_t now_utc_s;
	struct case_row row;
	struct case_status status;
	struct event *events; /* room for ACT_EVENTS_MORE more */
	size_t events_n;
	int64_t events_before; /* as the row said when it was opened */
	int64_t bytes;         /* of all bodies */
	struct diag *why;      /* may be NULL */
};

enum {
	ACT_EVENTS_MORE = 64,
	/* What a case can hold of text, bytes as sealed: whoever opens it reads all of it at once.
	 * The team has some more, so that a reporter who fills a case cannot keep it from being
	 * closed. */
	ACT_BYTES_REPORTER = 4 << 20,
	ACT_BYTES_MAX = 6 << 20,
	ACT_EVENTS_REPORTER = 500,
	ACT_FILES_REPORTER = 300,
	ACT_FILES_MAX = 600,
};
_Static_assert((int)ACT_FILES_MAX < (int)FILE_LIST_MAX, "all files are listed");

/* Checks Q by itself, without a case: fields missing, not understood or not of this action are
 * ERR_INVALID with D's pointer ("/severity") and what. Pure; before anything is opened. */
enum err act_check(const struct act_request *q, struct diag *d) MUST_CHECK;

/* May ACTOR do ACTION at all? */
bool act_allowed(const struct actor *actor, enum action action);

/* Reads the case of CASE_ID and its events into ACT, whose a, db, programme, actor, keys, now_utc_s
 * and why are set. ERR_FORGED if the case was changed from outside: its key is not the one that
 * keyd signed, its events are not those of the chain's head, or keys.reporter does not open the
 * report. */
enum err act_open(struct act *act, int64_t case_id) MUST_CHECK;

/* Does Q: ERR_DENIED, ERR_TOO_LARGE (the case is full), ERR_STATE (D says why), ERR_CONFLICT if the
 * case changed meanwhile, ERR_FORGED if the case's key is not the one that keyd signed, store
 * errors. Inside tx_run or tx_savepoint. */
enum err act_run(struct act *act, const struct act_request *q) MUST_CHECK;

/* For the files in act/ alone: appends one event with its clear fields, and TEXT ("" for none)
 * sealed for WITH; then at the end of an action act_save. */
enum err act_append(struct act *act, enum event_kind kind, const struct clear *c,
        enum sealed_with with, struct str text) MUST_CHECK;
enum err act_save(struct act *act) MUST_CHECK;

/* Appends an event that the reporter sees, with its text, and tells the reporter that there is
 * something new. */
enum err act_tell(
        struct act *act, enum event_kind kind, const struct clear *c, struct str text) MUST_CHECK;

/* Queues a notice about the last event: to RECIPIENT; to the assignee, or all if there is none; to
 * the reporter, if there is an address: TEXT ("" for none) goes along where the case came by mail
 * and its policy says that answers may be plain mail. */
enum err act_notice(struct act *act, enum notice_template t, int64_t recipient) MUST_CHECK;
enum err act_notice_team(struct act *act, enum notice_template t) MUST_CHECK;
enum err act_notice_reporter(struct act *act, struct str text) MUST_CHECK;

/* ---- What others than actions need too ---- */

/* The storage key that a capsule or wrap which is written with DB now must be sealed to: the
 * wrapper's, which learns here from keyd if it was changed. Inside tx_run, so that it holds until
 * the commit. ERR_STATE where no keyd is known that could tell. */
enum err act_storage(struct arena *a, struct db *db, const struct programme *pr,
        unsigned char storage[STORAGE_PUBLIC_BYTES]) MUST_CHECK;

/* Events as stored into events as states and clocks need them, in A with room for ACT_EVENTS_MORE
 * more. ERR_STORE if one is not understood. */
enum err act_events_read(
        struct arena *a, const struct event_row *rows, size_t n, struct event **out) MUST_CHECK;

/* "reporter", "person:3", "token:2", "operator", "system": who did it, as the event keeps it. */
struct str act_actor_text(struct arena *a, const struct actor *who);

/* The facts that keyd signed for ROW. Slices in A. */
struct receipt_facts act_facts(
        struct arena *a, const struct programme *pr, const struct case_row *row);

/* ERR_FORGED unless keyd signed this number, content, policy and key pair for ROW. */
enum err act_check_key(
        const struct programme *pr, struct arena *a, const struct case_row *row) MUST_CHECK;

/* Where the name of the file F of C is sealed: the place holds all of the row, so that a name opens
 * only beside the blob, hash and size that it was written with. In A. */
struct place act_file_place(struct arena *a, const struct case_row *c, const struct file_row *f);

/* The row of the file F, which came with event EVENT_SEQ of C; C's number of files grows. KEYS must
 * have the key that the blob was sealed with, unless F has its own: C's pair is then one that
 * act_check_key has verified. */
enum err act_file_row(struct arena *a, struct db *db, struct case_row *c, const struct act_file *f,
        int64_t event_seq, const struct act_keys *keys) MUST_CHECK;

/* Chains the event ROW to C: its head and number of events. */
void act_link(struct case_row *c, const struct event_row *row);

/* The clocks of a case by the policy that it is pinned to. */
enum err act_clocks(struct arena *a, struct db *db, const struct programme *pr,
        const struct case_row *row, const struct event *events, size_t n, int64_t now,
        struct clock_entry **out, size_t *n_out) MUST_CHECK;

/* The columns of ROW that are derived from S and the clocks; NEXT_WARN is by act/warn.h. */
void act_index(struct case_row *row, const struct case_status *s, const struct clock_entry *entries,
        size_t n, int64_t next_warn);

#endif
