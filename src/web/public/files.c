/* Files of a case for its reporter. */
#include "web/public/files.h"

#include "base/time.h"
#include "web/api/downloads.h"
#include "web/api/jobs.h"
#include "web/api/uploads.h"
#include "web/public/case_api.h"
#include "web/public/receipt_cookie.h"
#include "web/respond.h"

/* The job of a request with files: made, with the case's key, when the first file arrives. */
static enum err
job_begin(struct request *req, struct act_job **out)
{
	struct act_job *j = req->who;
	struct case_row row;
	enum err e;

	if (j == NULL) {
		j = ARENA_NEW(req->a, struct act_job);
		e = receipt_open(req, request_param(req, "case"),
		        request_authorization(req, "Receipt"), &row, &j->shared);
		if (e != ERR_OK)
			return e;
		j->case_id = row.id;
		req->who = j;
	}
	*out = j;
	return ERR_OK;
}

static enum err
file_open(struct request *req, struct upload_file *file)
{
	struct act_job *j;
	enum err e = job_begin(req, &j);

	return e == ERR_OK
	               ? upload_open(req, file, &public_app(req)->in, &j->shared.reporter, false)
	               : e;
}

const struct upload files_api_upload = {
        .files_max = 10,
        .file_max = 25 * 1024 * 1024,
        .open = file_open,
        .write = upload_write,
        .close = upload_close,
        .abandon = upload_abandon,
};

static void
answer(struct act_job *j, enum err e)
{
	if (e == ERR_OK)
		e = case_api_respond(j->req, j->act.db, j->case_id, &j->shared, 201);
	if (e != ERR_OK)
		respond_error(j->req, e, &j->why);
}

void
files_api_post(struct request *req)
{
	struct act_job *j;
	struct str text;
	enum err e = job_begin(req, &j);

	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	text = request_form(req, "text");
	j->req = req;
	j->answer = answer;
	j->q.action = text.n > 0 ? ACTION_REPLY : ACTION_ADD_FILES;
	j->q.text = text;
	upload_take(req, &j->q.files, &j->q.files_n);
	j->act.a = req->a;
	j->act.programme = &public_app(req)->in.programme;
	j->act.actor.kind = ACTOR_REPORTER;
	j->act.keys.reporter = &j->shared.reporter;
	e = act_check(&j->q, &j->why);
	if (e != ERR_OK) {
		reporter_keys_wipe(&j->shared);
		respond_error(req, e, &j->why);
		return;
	}
	act_job_start(j, public_app(req)->writer);
}

/* Answers with the file {id} of the case that RECEIPT opens. */
static enum err
file_answer(struct request *req, struct str number, struct str receipt)
{
	struct reporter_keys keys;
	struct view_keys eyes = {.reporter = &keys};
	const struct case_file *file = NULL;
	struct case_view v;
	struct case_row row;
	uint64_t id;
	enum err e = receipt_open(req, number, receipt, &row, &keys);

	if (e == ERR_OK)
		e = view_read(req->a, public_db(req), &public_app(req)->in.programme, row.id, &eyes,
		        now_utc_s(), &v);
	if (e == ERR_OK && str_u64(request_param(req, "id"), INT32_MAX, &id) == ERR_OK)
		file = case_file_find(&v, (int64_t)id);
	if (e == ERR_OK)
		e = file == NULL ? ERR_NOT_FOUND
		                 : download_respond(req, public_app(req)->in.supervisor, file,
		                           &keys.reporter);
	reporter_keys_wipe(&keys);
	return e;
}

void
files_api_get(struct request *req)
{
	enum err e =
	        file_answer(req, request_param(req, "case"), request_authorization(req, "Receipt"));

	if (e != ERR_OK)
		respond_error(req, e, NULL);
}

void
files_page_get(struct request *req)
{
	enum err e = file_answer(req, STR(""), receipt_cookie_get(req));

	if (e != ERR_OK)
		respond_error(req, e == ERR_AUTH ? ERR_NOT_FOUND : e, NULL);
}
