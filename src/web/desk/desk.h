/* The desk's origin: what its handlers share. One file a page or resource; which of them answers
 * what, and to whom, stands in routes.c. */
#ifndef VDPD_WEB_DESK_DESK_H
#define VDPD_WEB_DESK_DESK_H

#include "act/instance.h"
#include "act/view.h"
#include "case/permission.h"
#include "store/queue_store.h"
#include "store/writer.h"
#include "web/csrf.h"
#include "web/cursor.h"
#include "web/pages.h"
#include "web/respond.h"
#include "web/views_desk.h"

enum {
	DESK_THREADS = 3,
	/* Permissions of rows: enum permission, or this for anybody signed in. */
	DESK_SIGNED_IN = PERMISSION_COUNT,
	DESK_FILES_MAX = 100,
	DESK_UPLOAD_MAX = 1 << 30, /* bytes of one form with files, whatever the policy says */
	DESK_PAGE_MAX = 64 * 1024 * 1024, /* bytes of one page or JSON answer */
};

/* The process. Made before the threads start, not changed afterwards. */
struct desk {
	struct instance in;
	struct writer *writer;
	struct channel_pool *nursery;
	struct pages *pages;
	struct key *form_key; /* guarded; of form tokens and cursors, the same after a restart */
	/* The thread that answers after commits, and its connection. */
	struct answers *answers;
	struct db *after_db;
	int64_t started_utc_s;
};

/* What each pool thread has of its own. */
struct desk_thread {
	struct db *db;
};

/* Who asks, as keyd said: req->who behind every row that is not public. */
struct who {
	struct str credential;
	struct keyd_identity id;
	struct db *db;               /* of the thread that works on the request now */
	struct upload_keys *uploads; /* of the form's files; NULL before the first */
	struct entering *entering;   /* likewise of a report that is entered by hand */
};

static inline struct desk *
desk_of(const struct request *req)
{
	return req->app;
}

static inline struct who *
who_of(const struct request *req)
{
	return req->who;
}

static inline bool
who_may(const struct request *req, enum permission p)
{
	return permission_allows(who_of(req)->id.roles, p);
}

/* The authenticate hook: a session by cookie for pages, a token or session as bearer for the API. A
 * page without a session goes to /sign-in. */
enum err desk_authenticate(struct request *req) MUST_CHECK;

/* Who asks as act/ wants it. */
struct actor desk_actor(const struct request *req);

/* Is the form's token the session's? Answers 403 itself if not. */
bool desk_form_ok(struct request *req);

/* ---- Pages ---- */

/* The frame of a page for who is signed in, with its counts; for nobody where req->who is NULL. */
struct view_desk desk_page(struct request *req, const char *title, enum view_desk_nav nav);

/* The same without counts and navigation, for pages before the sign-in and for errors; hidden
 * fields are HIDDEN. */
struct view_desk desk_bare_page(struct request *req, const char *title, struct view_hiddens hidden);

/* server_config.error_page. */
void desk_error_page(struct request *req, unsigned status, const char *title, const char *detail,
        struct buf *out);

/* After an action: what the "done" note says, from the query of the page that follows. Only texts
 * of this table are ever shown. */
enum desk_done {
	DONE_NONE,
	DONE_ACKNOWLEDGED,
	DONE_ASKED,
	DONE_SENT,
	DONE_NOTED,
	DONE_TRIAGED,
	DONE_ASSIGNED,
	DONE_FIXED,
	DONE_CLOSED,
	DONE_REOPENED,
	DONE_HELD,
	DONE_HOLD_LIFTED,
	DONE_ERASE,
	DONE_DISABLED,
	DONE_ENABLED,
	DONE_ROLES,
	DONE_MEMBER_SIGNED_OUT,
	DONE_LINK_ENDED,
	DONE_TOKEN_REVOKED,
	DONE_PASSWORD,
	DONE_PASSKEY,
	DONE_PASSKEY_REMOVED,
	DONE_SIGNED_OUT_ELSEWHERE,
	DONE_ABSENCE,
	DONE_COUNT
};
const char *desk_done_name(enum desk_done d);

/* People by their ids, for names on pages; one request to keyd. */
enum err desk_people(struct request *req, struct keyd_people *out) MUST_CHECK;
/* What the team is told of colleagues, a sentence each, the newest first; in the request's arena.
 */
struct view_texts desk_news(struct request *req, const struct keyd_people *people);
/* "ana" for "person:3"; what acted otherwise: "a token", "the operator", "" for the reporter. */
struct str desk_actor_name(struct arena *a, const struct keyd_people *people, struct str actor);
struct str desk_person_name(const struct keyd_people *people, int64_t id);
/* "away until 12 May 2026, ben stands in"; "" while P is not. */
struct str desk_away_words(struct arena *a, const struct keyd_people *people,
        const struct keyd_person *p, int64_t now);
/* For whom the one who looks stands in now, into V. */
void desk_stand_ins(struct request *req, const struct keyd_people *people, struct view_queue *v);
/* "administrator, coordinator". */
struct str desk_roles_words(struct arena *a, unsigned roles);

/* Answers an error of keyd: 429 with Retry-After where WHY says so, else respond_error. */
void desk_respond_keyd(struct request *req, enum err e, const struct keyd_verdict *why);

/* What T holds, copied into A: views keep no texts. */
struct str text_str(struct arena *a, struct text t);

/* ---- Reading cases ---- */

/* An opened case; wipe with desk_close_case. */
struct opened {
	struct team_keys keys;
	struct case_view view;
	bool alert; /* who asks has opened as many cases this hour as are warned of */
};

/* The case {case} of the path, opened by keyd for PURPOSE and read; ERR_NOT_FOUND, and keyd's
 * errors with WHY. One that was erased is read without being opened. */
enum err desk_open_case(struct request *req, const char *purpose, struct opened *out,
        struct keyd_verdict *why) MUST_CHECK;
/* The same without reading it: row and keys alone. ALERT may be NULL. ERR_GONE, with *row, if it
 * was erased. */
enum err desk_open_keys(struct request *req, const char *purpose, struct case_row *row,
        struct team_keys *keys, bool *alert, struct keyd_verdict *why) MUST_CHECK;
void desk_close_case(struct opened *o);

/* Titles of N rows in their order, by one request to keyd; .p NULL for all where who asks may not
 * read cases. "" is replaced by a word for people. */
enum err desk_titles(struct request *req, const struct case_row *rows, size_t n,
        struct str **titles, struct keyd_verdict *why) MUST_CHECK;

/* ---- The list of cases, by query parameters ---- */

enum list_name { LIST_OPEN, LIST_MINE, LIST_WAITING, LIST_OVERDUE, LIST_ALL };

struct case_list {
	struct str view; /* "mine" … as asked; "" */
	struct str state, severity, assignee;
	enum list_name name;
	struct case_row *rows;
	struct str *titles;
	size_t n;
	struct str next; /* cursor; .p NULL: this is the last page */
};

/* Reads the page that the query of REQ asks for (view, state, severity, due_before, assignee, q,
 * cursor). ERR_INVALID with D's pointer ("/state"). */
enum err desk_list(struct request *req, const struct keyd_people *people, struct case_list *out,
        struct keyd_verdict *why, struct diag *d) MUST_CHECK;

/* A person by id, name, "me"; 0 if there is none. */
int64_t desk_person_find(const struct request *req, const struct keyd_people *people, struct str s);

/* ---- Reports that came another way ---- */

/* How a report can come: values of the API, ended by NULL. The last is for all else. */
extern const char *const report_channels[];
/* "a call", "mail" …; CHANNEL itself if it is not known. */
struct str report_channel_words(struct str channel);
/* ERR_INVALID with D's pointer if a report cannot have come at AT: in the future, or over ten years
 * back. */
enum err report_received_check(int64_t at, struct diag *d) MUST_CHECK;

/* ---- Words that the queue and the case share ---- */

struct str desk_cvss_score(struct arena *a, struct str vector);           /* "8.7"; "" for none */
struct str desk_state_words(struct arena *a, const struct case_row *row); /* "closed · spam" */
/* The name of the component ID; ID itself if the policy has none of that id. */
struct str desk_component_name(const struct policy *p, struct str id);
/* Options of a <select>, after a first one with the label NONE (people: NULL for none). */
struct view_options desk_severity_options(struct arena *a, const char *none);
struct view_options desk_people_options(
        struct arena *a, const struct keyd_people *people, const char *none);

/* ---- The case page ---- */

/* Answers with the page of O and STATUS. D (may be NULL) is a mistake in the form that was sent,
 * whose fields are then kept. */
void desk_case_respond(
        struct request *req, const struct opened *o, unsigned status, const struct diag *d);

/* ---- Routes ---- */

extern const struct route_table desk_routes;
extern const struct upload desk_upload, desk_report_upload;

/* "coordinator" … may they, by ROW? */
bool desk_route_allows(const struct route *row, unsigned roles);

/* Puts the style sheets, scripts and OpenAPI text into D->pages; again after a new policy. */
void desk_assets_put(struct desk *d);

handler_fn desk_healthz, desk_metrics;
handler_fn desk_enrol_get, desk_enrol_post;
handler_fn desk_sign_in_get, desk_sign_in_post, desk_sign_out_post;
handler_fn desk_report_get, desk_report_post;
handler_fn desk_queue_get, desk_case_get, desk_case_form_get, desk_actions_post;
handler_fn desk_bundle_get, api_bundle_get;
handler_fn desk_file_get, desk_picture_get, desk_file_part_get;

/* A file F of the opened case O that is a decrypted mail (F->mail): what it says, as text, in OUT,
 * which is to be cleared whatever comes of it; the same as the answer; or with the part {part} of
 * it, counted from 1, as a download. */
enum err desk_mail_text(struct request *req, const struct opened *o, const struct case_file *f,
        struct buf *out) MUST_CHECK;
void desk_mail_respond(struct request *req, const struct opened *o, const struct case_file *f);
void desk_mail_part(struct request *req, const struct opened *o, const struct case_file *f);
handler_fn desk_keys_get, desk_log_get;
handler_fn desk_calculator_get, desk_score_get, desk_cwe_get;
handler_fn desk_overview_get, desk_overview_csv_get, desk_overview_json_get;
handler_fn desk_people_get, desk_people_post, desk_invitation_end_post;
handler_fn desk_member_get, desk_member_post;
handler_fn desk_tokens_get, desk_tokens_post, desk_token_revoke_post;
handler_fn desk_account_get, desk_absence_post, desk_password_post, desk_codes_post;
handler_fn desk_passkey_post, desk_passkey_remove_post, desk_passkey_sign_in_post;
handler_fn api_cases_get, api_cases_post, api_case_get, api_actions_post, api_file_get,
        api_audit_get, api_people_get;

#endif
