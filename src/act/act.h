/* Acting on a case. Every front end (desk, API, reporter's page, mail, command line, jobs) changes
 * a case by act_run inside a write transaction, and in no other way: permission, state, event,
 * chain, clocks, outcomes and notices are done together or not at all. */
#ifndef VDPD_ACT_ACT_H
#define VDPD_ACT_ACT_H

#include "act/clear.h"
#include "act/policies.h"
#include "case/state.h"
#include "seal/blob.h"
#include "seal/case_keys.h"
#include "store/case_store.h"
#include "store/event_store.h"

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
	unsigned char storage_public[STORAGE_PUBLIC_BYTES];
	unsigned char signing_public[32];
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
	unsigned char blob[BLOB_ID_BYTES];
	struct blob_info info;
	struct str name; /* plain; sealed when the row is written */
	bool picture;
	bool team; /* sealed with the team's key: reporters do not see it */
};

/* One wish. Which fields an action wants, and which it may have, act_check says. */
struct act_request {
	enum action action;
	struct str text; /* for the reporter or, with a note, for the team; "" for none */
	enum severity severity;
	struct str cvss;
	int64_t cwe;
	struct str component;
	enum close_reason reason;
	struct str of;    /* the other case's number */
	int64_t assignee; /* a person's id; 0: nobody */
	struct str advisory;
	struct str date;        /* "2026-05-01" */
	struct str credit;      /* JSON {"wanted", "name", "url"}, for the event's sealed body */
	unsigned credit_choice; /* enum credit_choice, for the row */
	const struct act_file *files;
	size_t files_n;
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
	struct diag *why;      /* may be NULL */
};

enum { ACT_EVENTS_MORE = 64 };

/* Checks Q by itself, without a case: fields missing, not understood or not of this action are
 * ERR_INVALID with D's pointer ("/severity") and what. Pure; before anything is opened. */
enum err act_check(const struct act_request *q, struct diag *d) MUST_CHECK;

/* May ACTOR do ACTION at all? */
bool act_allowed(const struct actor *actor, enum action action);

/* Reads the case of CASE_ID and its events into ACT, whose a, db, programme, actor, keys, now_utc_s
 * and why are set. */
enum err act_open(struct act *act, int64_t case_id) MUST_CHECK;

/* Does Q: ERR_DENIED, ERR_STATE (D says why), ERR_CONFLICT if the case changed meanwhile,
 * ERR_FORGED if the case's key is not the one that keyd signed, store errors. Inside tx_run or
 * tx_savepoint. */
enum err act_run(struct act *act, const struct act_request *q) MUST_CHECK;

/* For the files in act/ alone: appends one event with its clear fields, and TEXT ("" for none)
 * sealed for WITH; then at the end of an action act_save. */
enum err act_append(struct act *act, enum event_kind kind, const struct clear *c,
        enum sealed_with with, struct str text) MUST_CHECK;
enum err act_save(struct act *act) MUST_CHECK;

/* What becomes of the row's index columns, and of clocks that stopped at AT, after events were
 * added. */
enum err act_refold(struct act *act, int64_t at_utc_s) MUST_CHECK;

/* Queues a notice about the last event. */
enum err act_notice(struct act *act, const char *template, int64_t recipient) MUST_CHECK;
/* To the assignee, or to all if there is none. */
enum err act_notice_team(struct act *act, const char *template) MUST_CHECK;
/* To the reporter, who may have left no address. */
enum err act_notice_reporter(struct act *act, const char *template) MUST_CHECK;

#endif
