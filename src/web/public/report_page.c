/* The report form: fill in, check, send. What is sent is kept as the canonical JSON of its fields,
 * which the signed receipt covers. Without JavaScript; nothing that was typed is lost on the way.
 */
#include "web/public/report_page.h"

#include "base/id.h"
#include "base/sha256.h"
#include "base/time.h"
#include "views.h"
#include "web/api/jobs.h"
#include "web/api/uploads.h"
#include "web/public/page.h"
#include "web/public/report_api.h"
#include "web/report_form.h"
#include "web/view_promises.h"

static const char sending_field[] = "sending"; /* the form's Idempotency-Key */
enum { SENDING_MAX = 64 };

/* The hidden fields of a form: its token, and the name of this sending, made with the first page of
 * it. */
static size_t
hidden_of(struct request *req, struct form_session *session, struct view_hidden out[2])
{
	unsigned char name[18];
	struct str sending = request_form(req, sending_field);

	token_begin(req, session);
	if (sending.n == 0 || sending.n > SENDING_MAX) {
		random_bytes(name, sizeof name);
		sending = base64url_str(req->a, name, sizeof name);
	}
	out[0] = session->token;
	out[1] = (struct view_hidden){str_of(sending_field), sending};
	return 2;
}

/* A form of yesterday, or of before a restart, is shown again as it was sent. */
static struct view_mistake
grown_old(void)
{
	return (struct view_mistake){STR(""),
	        STR("The page was open for so long that this browser has forgotten it, and nothing "
	            "was sent. Please press the button once more; files must be chosen again.")};
}

static void
form_draw(struct request *req, unsigned status, const struct diag *d)
{
	struct view_report *v = ARENA_NEW(req->a, struct view_report);
	struct view_hidden hidden[2];
	struct form_session session;
	struct view_mistake old;
	struct buf body;

	v->page = public_page(public_app(req), STR("Report a vulnerability"), VIEW_NAV_REPORT);
	v->hidden = (struct view_hiddens){hidden, hidden_of(req, &session, hidden)};
	report_form_show(req, v, d);
	if (status == 403) {
		old = grown_old();
		v->mistakes = (struct view_mistakes){&old, 1};
	}
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_report(&body, v);
	respond_html(req, status, &body);
	token_end(req, &session);
	buf_clear(&body);
}

void
report_page_get(struct request *req)
{
	form_draw(req, 200, NULL);
}

static struct view_texts
missing_view(struct arena *a, const struct report *r, const struct policy *p, bool files)
{
	const struct policy_part **parts;
	struct str *texts;
	size_t n;

	report_missing(a, r, p, files, &parts, &n);
	texts = ARENA_ARRAY(a, n + 1, struct str);
	for (size_t i = 0; i < n; i++)
		texts[i] = parts[i]->title;
	return (struct view_texts){texts, n};
}

static void
check_draw(struct request *req, unsigned status, const struct report *r)
{
	struct view_mistake old = grown_old();
	struct view_report_check *v = ARENA_NEW(req->a, struct view_report_check);
	struct view_hidden hidden[2];
	struct form_session session;
	size_t n = hidden_of(req, &session, hidden);
	struct buf body;

	v->page = public_page(public_app(req), STR("Check your report"), VIEW_NAV_REPORT);
	v->hidden = report_form_hidden(req, hidden, n);
	v->is_question = str_eq(r->kind, STR("question"));
	v->rows = report_rows(req->a, r);
	v->missing = missing_view(req->a, r, v->page.policy, false);
	v->anonymous = r->reporter.email.n == 0;
	if (status == 403)
		v->mistakes = (struct view_mistakes){&old, 1, false};
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_report_check(&body, v);
	respond_html(req, status, &body);
	token_end(req, &session);
	buf_clear(&body);
}

/* ---- Sending ---- */

/* A report on its way from the form; made when its first file arrives, or by the handler. */
struct form_report {
	struct intake_job job;
	struct report report;
	const struct policy *policy; /* that the case is pinned to */
};

static struct form_report *
form_report_of(struct request *req)
{
	struct form_report *r = req->who;

	if (r == NULL) {
		r = ARENA_NEW(req->a, struct form_report);
		r->job.in.a = req->a;
		r->job.in.programme = &public_app(req)->in.programme;
		intake_begin(&r->job.in);
		req->who = r;
	}
	return r;
}

static enum err
file_open(struct request *req, struct upload_file *file)
{
	return upload_open(req, file, &public_app(req)->in,
	        &form_report_of(req)->job.in.keys.shared.reporter, false);
}

const struct upload report_upload = {
        .files_max = 10,
        .file_max = 25 * 1024 * 1024,
        .open = file_open,
        .write = upload_write,
        .close = upload_close,
        .abandon = upload_abandon,
};

static void
receipt_draw(struct request *req, const struct form_report *r)
{
	const struct intake *in = &r->job.in;
	struct view_receipt *v = ARENA_NEW(req->a, struct view_receipt);
	struct event received = {.at_utc_s = in->row.received_at,
	        .kind = EVENT_RECEIVED,
	        .question = in->row.question};
	struct str code = str_bytes(in->code.c, sizeof in->code.c);
	struct view_hidden hidden[2];
	struct form_session session;
	struct clock_entry *clocks;
	struct buf body;
	size_t n;

	token_begin(req, &session);
	hidden[0] = session.token;
	hidden[1] = (struct view_hidden){
	        STR("receipt"), receipt_text(req->a, in->case_number, &in->code)};
	clocks_compute(
	        req->a, &r->policy->promises, &received, 1, in->row.received_at, &clocks, &n);
	*v = (struct view_receipt){
	        .page = public_page(public_app(req), STR("We have it"), VIEW_NAV_REPORT),
	        .hidden = {hidden, 2},
	        .case_number = in->case_number,
	        .code = code,
	        .received_at = in->row.received_at,
	        .promises = promises_of_clocks(req->a, r->policy, clocks, n, in->row.received_at),
	        .policy = str_of(r->policy->sha256_hex),
	        .missing = missing_view(req->a, &r->report, r->policy, in->files_n > 0),
	        .anonymous = r->report.reporter.email.n == 0,
	        .has_text = true,
	};
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_receipt(&body, v);
	respond_html(req, 201, &body);
	token_end(req, &session);
	buf_clear(&body);
}

static void
answer(struct intake_job *job, enum err e)
{
	if (e == ERR_OK)
		receipt_draw(job->req, job->ctx);
	else
		respond_error(job->req, e, NULL);
}

/* The canonical text: the JSON of the fields that were given. */
static struct str
canonical(struct arena *a, const struct report *r)
{
	struct json_writer w;
	struct buf b;
	struct str out;

	buf_init(&b, 2 * REPORT_BODY_MAX);
	w = json_writer(&b);
	report_json_write(&w, NULL, r);
	if (b.full)
		abort(); /* the fields' bounds stand in case/report.c */
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

static void
send(struct request *req, const struct report *report)
{
	struct public_app *app = public_app(req);
	struct form_report *r = form_report_of(req);
	struct intake *in = &r->job.in;

	r->report = *report;
	r->job.req = req;
	r->job.answer = answer;
	r->job.ctx = r;
	in->channel = STR("web");
	in->actor.kind = ACTOR_REPORTER;
	in->body = canonical(req->a, report);
	in->idempotency_key = request_form(req, sending_field);
	if (in->idempotency_key.n == 0 || in->idempotency_key.n > SENDING_MAX)
		in->idempotency_key = (struct str){NULL, 0};
	report_fill_intake(in, &app->in, req->a, &r->report);
	upload_take(req, &in->files, &in->files_n);
	sha256_of(in->body, in->content_sha256);
	r->policy = in->policy;
	report_send(&r->job, &r->policy);
}

void
report_page_post(struct request *req)
{
	struct str step = request_form(req, "step");
	struct report *r = ARENA_NEW(req->a, struct report);
	struct diag d = {0};

	bool fits = token_fits(req), sends = str_eq(step, STR("send"));

	if (str_eq(step, STR("edit")) || (!fits && !sends)) {
		form_draw(req, fits ? 200 : 403, NULL);
		return;
	}
	if (report_form_read(req, r, &d) != ERR_OK) {
		form_draw(req, 422, &d);
		return;
	}
	if (fits && sends)
		send(req, r);
	else
		check_draw(req, fits ? 200 : 403, r);
}
