/* POST /api/v1/reports: a report over the API, answered after the durable commit. */
#include "web/public/report_api.h"

#include "base/time.h"
#include "web/api/case_json.h"
#include "web/api/jobs.h"
#include "web/api/report_json.h"

#include <sodium.h>

enum { ANSWER_MAX = 64 * 1024 };

/* The promises of the case at the instant it was received, whatever happened since: a repeated
 * request gets the same answer. */
static void
first_clocks(struct arena *a, const struct policy *p, const struct case_row *row,
        struct clock_entry **clocks, size_t *n)
{
	struct event received = {
	        .at_utc_s = row->received_at, .kind = EVENT_RECEIVED, .question = row->question};

	clocks_compute(a, &p->promises, &received, 1, row->received_at, clocks, n);
}

void
report_answer_json(struct json_writer *w, const struct intake *in, const struct policy *policy,
        const struct report *report)
{
	struct receipt_facts facts = act_facts(in->a, in->programme, &in->row);
	const struct policy_part **missing;
	struct clock_entry *clocks;
	size_t n;

	jw_object(w, NULL);
	jw_str(w, "case", in->case_number);
	jw_str(w, "receipt", receipt_text(in->a, in->case_number, &in->code));
	jw_time(w, "received_at", in->row.received_at);
	report_missing(in->a, report, policy, in->files_n > 0, &missing, &n);
	jw_array(w, "missing");
	for (size_t i = 0; i < n; i++)
		jw_str(w, NULL, missing[i]->id);
	jw_end(w);
	first_clocks(in->a, policy, &in->row, &clocks, &n);
	promises_json(w, "promises", clocks, n);
	jw_str(w, "policy", str_of(policy->sha256_hex));
	signed_receipt_json(w, "signed_receipt", in->a, &facts, in->row.signature);
	jw_end(w);
}

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

/* 1 to 255 printable ASCII characters. */
static bool
idempotency_key_ok(struct str key)
{
	if (key.n == 0 || key.n > IDEMPOTENCY_KEY_MAX)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] < 0x20 || key.p[i] > 0x7e)
			return false;
	return true;
}

void
report_fill_intake(
        struct intake *in, struct instance *instance, struct arena *a, const struct report *r)
{
	const struct policy_component *component;

	in->a = a;
	in->programme = &instance->programme;
	in->policy = instance_policy(instance);
	in->intake_key = instance->intake_key;
	in->question = str_eq(r->kind, STR("question"));
	in->incident = report_is_privacy_incident(r);
	if (severity_parse(r->severity, &in->severity) != ERR_OK)
		in->severity = SEVERITY_NONE;
	component = policy_component(in->policy, r->component);
	in->component = component != NULL ? component->id : STR("");
	in->title = report_title(a, r);
	in->credit = r->credit.wanted;
	in->contact = (struct contact){r->reporter.email, r->reporter.name, r->reporter.pgp_key};
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
	crypto_hash_sha256(in->content_sha256, (const unsigned char *)req->body.p, req->body.n);
	r->policy = in->policy;
	e = intake_find_repeated(in, public_db(req));
	if (e == ERR_OK)
		e = policies_get(app->in.programme.policies, public_db(req), in->row.policy_sha256,
		        &r->policy);
	if (e != ERR_NOT_FOUND) {
		answer(&r->job, e);
		intake_wipe(in);
		return;
	}
	intake_begin(in);
	intake_seal(in);
	intake_job_start(&r->job, app->writer);
}
