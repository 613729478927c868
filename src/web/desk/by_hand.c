/* POST /api/v1/cases: a report that came another way, entered by a coordinator. Its clocks run from
 * when it was received; the event also keeps when it was written down. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "base/sha256.h"
#include "web/api/intake_json.h"
#include "web/api/jobs.h"

struct by_hand {
	struct intake_job job;
	struct report report;
	int64_t received_utc_s;
	bool received_given;
	struct str channel;
	const struct policy *policy; /* that the case is pinned to */
};

static const struct json_field more[] = {
        {.key = "received_at",
                .type = JSON_TYPE_TIME,
                .offset = offsetof(struct by_hand, received_utc_s),
                .present = JSON_PRESENT(struct by_hand, received_given)},
        {.key = "channel",
                .type = JSON_TYPE_CHOICE,
                .offset = offsetof(struct by_hand, channel),
                .max = 16,
                .choices = report_channels},
};

static void
answer(struct intake_job *job, enum err e)
{
	struct by_hand *h = job->ctx;
	struct json_writer w;
	struct buf b;

	if (e != ERR_OK) {
		log_error("report_by_hand_failed", "why", err_name(e));
		respond_error(job->req, e, NULL);
		return;
	}
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	report_answer_json(&w, &job->in, h->policy, &h->report);
	respond_json(job->req, 201, &b);
}

static enum err
read_body(struct request *req, struct by_hand *h, struct diag *d)
{
	struct json_table table = report_json_table(
	        req->a, offsetof(struct by_hand, report), more, sizeof more / sizeof more[0]);
	struct str key = req->headers[HEADER_IDEMPOTENCY_KEY];
	enum err e = json_object_read(req->a, req->body, &table, h, d);

	if (e == ERR_OK)
		e = report_check(&h->report, d);
	if (e != ERR_OK)
		return e;
	if (key.p != NULL && !idempotency_key_ok(key))
		return diag_set(d, ERR_SYNTAX, NULL,
		        "Idempotency-Key must be 1 to 255 printable characters");
	return h->received_given ? report_received_check(h->received_utc_s, d) : ERR_OK;
}

/* The report alone is kept, without when and how it came. */
static void
body_write(struct arena *a, const struct report *r, struct str *out)
{
	struct json_writer w;
	struct buf b;

	buf_init(&b, 4 * REPORT_BODY_MAX);
	w = json_writer(&b);
	report_json_write(&w, NULL, r);
	*out = str_dup(a, buf_view(&b));
	buf_clear(&b);
}

void
api_cases_post(struct request *req)
{
	struct desk *d = desk_of(req);
	struct by_hand *h = ARENA_NEW(req->a, struct by_hand);
	struct intake *in = &h->job.in;
	struct diag why = {0};
	enum err e = read_body(req, h, &why);

	if (e != ERR_OK) {
		respond_error(req, e, &why);
		return;
	}
	h->job.req = req;
	h->job.answer = answer;
	h->job.ctx = h;
	in->channel = h->channel.n > 0 ? h->channel : STR("hand");
	in->actor = desk_actor(req);
	in->received_utc_s = h->received_utc_s;
	in->idempotency_key = req->headers[HEADER_IDEMPOTENCY_KEY];
	body_write(req->a, &h->report, &in->body);
	report_fill_intake(in, &d->in, req->a, &h->report);
	h->policy = in->policy;
	sha256_of(req->body, in->content_sha256);
	e = intake_find_repeated(in, who_of(req)->db);
	if (e == ERR_OK)
		e = policies_get(d->in.programme.policies, who_of(req)->db, in->row.policy_sha256,
		        &h->policy);
	if (e != ERR_NOT_FOUND) {
		answer(&h->job, e);
		intake_wipe(in);
		return;
	}
	intake_begin(in);
	intake_seal(in);
	intake_job_start(&h->job, d->writer);
}
