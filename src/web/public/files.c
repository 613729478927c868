/* Files of a case for its reporter. */
#include "web/public/files.h"

#include "base/time.h"
#include "web/api/downloads.h"
#include "web/api/uploads.h"
#include "web/public/case_api.h"
#include "web/respond.h"

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
	struct act_request q = {.action = ACTION_ADD_FILES, .text = request_form(req, "text")};
	struct diag d = {0};
	struct act_job *j;
	enum err e = reporter_job(req, &j);

	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	if (q.text.n > 0)
		q.action = ACTION_REPLY;
	upload_take(req, &q.files, &q.files_n);
	e = act_check(&q, &d);
	if (e == ERR_OK) {
		reporter_job_start(req, j, &q, answer);
		return;
	}
	reporter_keys_wipe(&j->shared);
	respond_error(req, e, &d);
}

/* Answers with the file {id} of the request's case. */
static enum err
file_answer(struct request *req)
{
	struct reporter_keys keys;
	struct view_keys eyes = {.reporter = &keys};
	const struct case_file *file = NULL;
	struct case_view v;
	struct case_row row;
	uint64_t id;
	enum err e = reporter_open(req, &row, &keys);

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
	enum err e = file_answer(req);

	if (e != ERR_OK)
		respond_error(req, e, NULL);
}

void
files_page_get(struct request *req)
{
	enum err e = file_answer(req);

	if (e != ERR_OK)
		respond_error(req, e == ERR_AUTH ? ERR_NOT_FOUND : e, NULL);
}
