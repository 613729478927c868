/* POST /api/v1/reports: a report over the API, answered after the durable commit. */
#include "web/public/report_api.h"

#include "base/sha256.h"
#include "web/api/jobs.h"
#include "web/api/report_json.h"

enum { ANSWER_MAX = 64 * 1024 };

struct api_report {
	struct intake_job job;
	struct report report;
	const struct policy *policy; /* that the case is pinned to */
};

static void
answer(struct intake_job *job, enum err e)
{
	struct api_report *r = job->ctx;
	struct json_writer w;
	struct buf body;

	if (e != ERR_OK) {
		respond_error(job->req, e, NULL);
		return;
	}
	buf_init(&body, ANSWER_MAX);
	w = json_writer(&body);
	report_answer_json(&w, &job->in, r->policy, &r->report);
	respond_json(job->req, 201, &body);
	buf_clear(&body);
}

void
report_send(struct intake_job *j, const struct policy **pinned)
{
	struct public_app *app = public_app(j->req);
	struct db *db = public_db(j->req);
	enum err e = intake_find_repeated(&j->in, db);

	if (e == ERR_OK)
		e = policies_get(app->in.programme.policies, db, j->in.row.policy_sha256, pinned);
	if (e == ERR_NOT_FOUND) {
		intake_seal(&j->in);
		intake_job_start(j, app->writer);
		return;
	}
	j->answer(j, e);
	intake_wipe(&j->in);
}

void
report_api_post(struct request *req)
{
	struct public_app *app = public_app(req);
	struct api_report *r = ARENA_NEW(req->a, struct api_report);
	struct intake *in = &r->job.in;
	struct diag d = {0};
	enum err e = report_json_read(req->a, req->body, &r->report, &d);

	in->idempotency_key = req->headers[HEADER_IDEMPOTENCY_KEY];
	if (e == ERR_OK && in->idempotency_key.p != NULL &&
	        !idempotency_key_ok(in->idempotency_key))
		e = diag_set(&d, ERR_SYNTAX, NULL,
		        "Idempotency-Key must be 1 to 255 printable characters");
	if (e != ERR_OK) {
		respond_error(req, e, &d);
		return;
	}
	r->job.req = req;
	r->job.answer = answer;
	r->job.ctx = r;
	in->channel = STR("api");
	in->actor.kind = ACTOR_REPORTER;
	in->body = req->body;
	report_fill_intake(in, &app->in, req->a, &r->report);
	sha256_of(req->body, in->content_sha256);
	r->policy = in->policy;
	intake_begin(in);
	report_send(&r->job, &r->policy);
}
