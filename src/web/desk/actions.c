/* Doing an action on a case: POST /cases/CASE/actions for forms, POST /api/v1/cases/CASE/actions
 * for programs. Both prepare the same job; only the answer differs. */
#include "web/desk/action.h"
#include "web/desk/answers.h"

#include "base/log.h"
#include "base/time.h"
#include "web/api/case_json.h"
#include "web/api/jobs.h"
#include "web/api/uploads.h"

static const enum desk_done done_of[ACTION_COUNT] = {
        [ACTION_ACKNOWLEDGE] = DONE_ACKNOWLEDGED,
        [ACTION_REQUEST_INFO] = DONE_ASKED,
        [ACTION_MESSAGE] = DONE_SENT,
        [ACTION_NOTE] = DONE_NOTED,
        [ACTION_TRIAGE] = DONE_TRIAGED,
        [ACTION_ASSIGN] = DONE_ASSIGNED,
        [ACTION_FIX] = DONE_FIXED,
        [ACTION_CLOSE] = DONE_CLOSED,
        [ACTION_REOPEN] = DONE_REOPENED,
        [ACTION_HOLD] = DONE_HELD,
        [ACTION_LIFT_HOLD] = DONE_HOLD_LIFTED,
        [ACTION_ERASE] = DONE_ERASE,
};

/* The case of J as it is now, with the keys that J still holds. Runs on the answers' thread. */
static enum err
read_again(struct act_job *j, struct opened *o)
{
	struct desk *d = desk_of(j->req);
	struct view_keys keys = {.team = &o->keys};
	enum err e;

	who_of(j->req)->db = d->after_db;
	o->keys = j->team;
	o->alert = false;
	e = view_read(
	        j->req->a, d->after_db, &d->in.programme, j->case_id, &keys, now_utc_s(), &o->view);
	if (e != ERR_OK)
		desk_close_case(o);
	return e;
}

/* What cannot be mended in the form is told on a page of its own. */
static bool
is_the_forms(enum err e)
{
	return e == ERR_INVALID || e == ERR_STATE || e == ERR_CONFLICT;
}

static void
say_why(enum err e, struct diag *d)
{
	if (d->what[0] != '\0')
		return;
	if (e == ERR_CONFLICT)
		diag_set(d, e, "look at it again, then repeat what you wanted",
		        "The case changed a moment ago");
	else if (e == ERR_STATE)
		diag_set(d, e, NULL, "The state of the case forbids this");
	else
		diag_set(d, e, NULL, "This was not understood");
}

static void
log_failure(struct act_job *j, enum err e)
{
	if (e != ERR_OK && !is_the_forms(e) && e != ERR_NOT_FOUND && e != ERR_DENIED &&
	        e != ERR_GONE)
		log_error("action_failed", "action", action_name(j->q.action), "why", err_name(e));
}

static void
form_refused(struct act_job *j, enum err e)
{
	struct opened o;

	say_why(e, &j->why);
	if (is_the_forms(e) && read_again(j, &o) == ERR_OK) {
		desk_case_respond(j->req, &o, e == ERR_INVALID ? 422 : 409, &j->why);
		desk_close_case(&o);
		return;
	}
	respond_error(j->req, e, &j->why);
}

static void
form_answer(struct act_job *j, enum err e)
{
	log_failure(j, e);
	if (e != ERR_OK) {
		form_refused(j, e);
		return;
	}
	respond_redirect(j->req,
	        str_fmt(j->req->a, "/cases/%.*s?done=%s", STR_ARG(request_param(j->req, "case")),
	                desk_done_name(done_of[j->q.action])));
}

static void
json_answer(struct act_job *j, enum err e)
{
	struct opened o;
	struct json_writer w;
	struct buf b;

	log_failure(j, e);
	if (e == ERR_OK)
		e = read_again(j, &o);
	if (e != ERR_OK) {
		say_why(e, &j->why);
		respond_error(j->req, e, &j->why);
		return;
	}
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	team_case_json(&w, j->req->a, &o.view);
	respond_json(j->req, 200, &b);
	desk_close_case(&o);
}

/* On the writer's thread: a redirect is made at once, whatever reads the case again is not. */
static void
answer_later(struct act_job *j, enum err e)
{
	if (e == ERR_OK && !j->req->api)
		act_job_end(j, e);
	else
		answers_hand_over(desk_of(j->req)->answers, j, e);
}

/* The keys of the case, and the job handed over; or the answer why not. */
static void
start(struct request *req, struct act_request *q, void (*answer)(struct act_job *, enum err))
{
	struct desk *d = desk_of(req);
	struct act_job *j = ARENA_NEW(req->a, struct act_job);
	struct keyd_verdict why = {0};
	struct case_row row;
	enum err e = desk_open_keys(req, "action", &row, &j->team, NULL, &why);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, &why);
		return;
	}
	j->req = req;
	j->case_id = row.id;
	j->q = *q;
	j->answer = answer;
	j->later = answer_later;
	upload_take(req, &j->q.files, &j->q.files_n);
	j->act.a = req->a;
	j->act.programme = &d->in.programme;
	j->act.actor = desk_actor(req);
	j->act.keys = (struct act_keys){&j->team.team, &j->team.shared.reporter};
	act_job_start(j, d->writer);
}

/* Nothing was opened yet: the page of the case with the mistake, or why there is none. */
static void
form_mistake(struct request *req, enum err e, unsigned status, struct diag *why)
{
	struct keyd_verdict verdict = {0};
	struct opened o;

	if (e != ERR_INVALID) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	e = desk_open_case(req, "page", &o, &verdict);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, &verdict);
		return;
	}
	desk_case_respond(req, &o, status, why);
	desk_close_case(&o);
}

/* May who asks do this? The row of the route has let in whoever may do any. */
static bool
allowed(struct request *req, enum action action)
{
	struct actor actor = desk_actor(req);

	if (act_allowed(&actor, action))
		return true;
	respond_error(req, ERR_DENIED, NULL);
	return false;
}

void
desk_actions_post(struct request *req)
{
	struct action_input in = action_of_form(req);
	struct act_request q;
	struct diag why = {0};
	enum err e;

	/* A form of the session before: nothing is done, and nothing that was typed is lost. */
	if (form_token_check(req, desk_of(req)->form_key, who_of(req)->credential) != ERR_OK) {
		diag_set(&why, ERR_DENIED, "look at it and send it again",
		        "The form was made for an earlier session");
		form_mistake(req, ERR_INVALID, 403, &why);
		return;
	}
	e = action_read(req, &in, &q, &why);
	if (e == ERR_OK)
		e = act_check(&q, &why);
	if (e != ERR_OK)
		form_mistake(req, e, 422, &why);
	else if (allowed(req, q.action))
		start(req, &q, form_answer);
}

void
api_actions_post(struct request *req)
{
	struct action_input in;
	struct act_request q;
	struct diag why = {0};
	enum err e = action_of_json(req, &in, &why);

	if (e == ERR_OK)
		e = action_read(req, &in, &q, &why);
	if (e == ERR_OK)
		e = act_check(&q, &why);
	if (e != ERR_OK)
		respond_error(req, e, &why);
	else if (allowed(req, q.action))
		start(req, &q, json_answer);
}

/* ---- Files that come with a message or note ---- */

/* The keys of the case for the files of one request; wiped with the arena. */
struct upload_keys {
	struct team_keys keys;
	bool team;
};

/* The form's hidden fields come before its files, so that they can be judged here. */
static enum err
keys_for_files(struct request *req, struct upload_keys **out)
{
	struct upload_keys *u = ARENA_NEW(req->a, struct upload_keys);
	struct str action = request_form(req, "action");
	struct keyd_verdict why = {0};
	struct case_row row;
	enum err e;

	u->team = str_eq(action, STR("note"));
	if (!u->team && !str_eq(action, STR("message")) && !str_eq(action, STR("request_info")))
		return ERR_INVALID;
	if (!desk_form_ok(req))
		return ERR_DENIED;
	e = desk_open_keys(req, "files", &row, &u->keys, NULL, &why);
	if (e != ERR_OK)
		desk_respond_keyd(req, e, &why);
	*out = u;
	return e;
}

static enum err
file_open(struct request *req, struct upload_file *file)
{
	struct who *w = who_of(req);
	enum err e = ERR_OK;

	if (w->uploads == NULL)
		e = keys_for_files(req, &w->uploads);
	if (e != ERR_OK)
		return e;
	return upload_open(req, file, &desk_of(req)->in,
	        w->uploads->team ? &w->uploads->keys.team : &w->uploads->keys.shared.reporter,
	        w->uploads->team);
}

/* The policy says how much; these bounds stand above every policy. */
const struct upload desk_upload = {
        .files_max = DESK_FILES_MAX,
        .file_max = DESK_UPLOAD_MAX,
        .open = file_open,
        .write = upload_write,
        .close = upload_close,
        .abandon = upload_abandon,
};
