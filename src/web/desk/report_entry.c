/* A report that came by mail, a call, or in a talk: a coordinator enters it with the time at which
 * it came, and may give the researcher a receipt. Fill in, check, enter; without JavaScript. */
#include "web/desk/desk.h"

#include "base/id.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/time.h"
#include "views.h"
#include "web/api/intake_json.h"
#include "web/api/jobs.h"
#include "web/api/uploads.h"
#include "web/report_form.h"
#include "web/view_helpers.h"
#include "web/view_promises.h"
#include "web/views_entry.h"

static const char sending_field[] = "sending"; /* the form's Idempotency-Key */
enum { SENDING_MAX = 64, OLDEST_S = 3653 * DAY_S };

const char *const report_channels[] = {"web", "api", "mail", "call", "talk", "hand", NULL};

static const struct {
	const char *name, *label, *words;
} channels[] = {
        {"mail", "Mail", "mail"},
        {"call", "A call", "a call"},
        {"talk", "A talk", "a talk"},
        {"hand", "Another way", "hand"},
        {"web", NULL, "the form"},
        {"api", NULL, "the API"},
};
enum { CHANNELS = sizeof channels / sizeof channels[0] };

struct str
report_channel_words(struct str channel)
{
	for (size_t i = 0; i < CHANNELS; i++)
		if (str_eq(channel, str_of(channels[i].name)))
			return str_of(channels[i].words);
	return channel;
}

enum err
report_received_check(int64_t at, struct diag *d)
{
	if (at <= now_utc_s() && at >= now_utc_s() - OLDEST_S)
		return ERR_OK;
	snprintf(d->pointer, sizeof d->pointer, "/received_at");
	return diag_set(
	        d, ERR_INVALID, NULL, "received_at lies in the future, or over ten years back");
}

/* ---- The form ---- */

/* What the form has besides the report. */
struct arrival {
	struct str channel;
	int64_t received_utc_s;
};

static enum err
arrival_read(struct request *req, struct arrival *out, struct view_mistake *m)
{
	struct str channel = request_form(req, "channel");
	struct str received = str_trim(request_form(req, "received"));
	struct diag d = {0};

	*out = (struct arrival){0};
	for (size_t i = 0; i < CHANNELS; i++)
		if (channels[i].label != NULL && str_eq(channel, str_of(channels[i].name)))
			out->channel = channel;
	*m = (struct view_mistake){STR("channel"), STR("Choose how it came.")};
	if (out->channel.n == 0)
		return ERR_INVALID;
	*m = (struct view_mistake){STR("received"),
	        STR("Give the day and time at which it came, in UTC: not in the future, nor over "
	            "ten years back.")};
	if (report_form_time(req->a, received, &out->received_utc_s) != ERR_OK)
		return ERR_INVALID;
	return report_received_check(out->received_utc_s, &d);
}

static struct view_options
channel_options(struct arena *a)
{
	struct view_option *o = ARENA_ARRAY(a, CHANNELS, struct view_option);
	size_t n = 0;

	for (size_t i = 0; i < CHANNELS; i++)
		if (channels[i].label != NULL)
			o[n++] = (struct view_option){
			        str_of(channels[i].name), str_of(channels[i].label), STR("")};
	return (struct view_options){o, n};
}

/* Token, the name of this sending, and how it came: what hidden fields begin with. */
static struct view_hiddens
hidden_of(struct request *req, const struct view_desk *page, bool arrival)
{
	struct view_hidden *h = ARENA_ARRAY(req->a, page->hidden.n + 3, struct view_hidden);
	struct str sending = request_form(req, sending_field);
	unsigned char name[18];
	size_t n = page->hidden.n;

	if (sending.n == 0 || sending.n > SENDING_MAX) {
		random_bytes(name, sizeof name);
		sending = base64url_str(req->a, name, sizeof name);
	}
	memcpy(h, page->hidden.items, n * sizeof *h);
	h[n++] = (struct view_hidden){str_of(sending_field), sending};
	if (arrival) {
		h[n++] = (struct view_hidden){STR("channel"), request_form(req, "channel")};
		h[n++] = (struct view_hidden){STR("received"), request_form(req, "received")};
	}
	return (struct view_hiddens){h, n};
}

static void
form_draw(struct request *req, unsigned status, const struct diag *d, const struct view_mistake *m)
{
	struct view_entry_form *v = ARENA_NEW(req->a, struct view_entry_form);
	struct buf b;

	v->page = desk_page(req, "Enter a report", VIEW_DESK_NONE);
	v->form.page.policy = instance_policy(&desk_of(req)->in);
	report_form_show(req, &v->form, d);
	v->mistakes = v->form.mistakes;
	if (m != NULL)
		v->mistakes = (struct view_mistakes){m, 1};
	v->hidden = hidden_of(req, &v->page, false);
	v->channels = channel_options(req->a);
	v->channel.value = request_form(req, "channel");
	if (v->channel.value.n == 0)
		v->channel.value = str_of(channels[0].name);
	v->received.value = request_form(req, "received");
	if (m != NULL && str_eq(m->field, STR("received")))
		v->received.error = m->text;
	if (m != NULL && str_eq(m->field, STR("channel")))
		v->channel.error = m->text;
	v->now = time_machine(now_utc_s());
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_report(&b, v);
	respond_html(req, status, &b);
}

void
desk_report_get(struct request *req)
{
	form_draw(req, 200, NULL, NULL);
}

/* ---- The check ---- */

static struct view_promises
promises_from(struct arena *a, const struct policy *p, int64_t received, bool question, int64_t now,
        uint64_t *late)
{
	struct event e = {.at_utc_s = received, .kind = EVENT_RECEIVED, .question = question};
	struct clock_entry *clocks;
	size_t n;

	clocks_compute(a, &p->promises, &e, 1, now, &clocks, &n);
	*late = 0;
	for (size_t i = 0; i < n; i++)
		*late += clocks[i].state == CLOCK_MISSED;
	return promises_of_clocks(a, p, clocks, n, now);
}

static struct view_texts
missing_titles(struct arena *a, const struct report *r, const struct policy *p, bool files)
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
check_draw(struct request *req, const struct report *r, const struct arrival *in)
{
	const struct policy *p = instance_policy(&desk_of(req)->in);
	struct view_entry_check *v = ARENA_NEW(req->a, struct view_entry_check);
	struct view_hiddens head;
	struct buf b;

	v->page = desk_page(req, "Check the report", VIEW_DESK_NONE);
	head = hidden_of(req, &v->page, true);
	v->hidden = report_form_hidden(req, head.items, head.n);
	v->channel = report_channel_words(in->channel);
	v->received_at = in->received_utc_s;
	v->now = now_utc_s();
	v->rows = report_rows(req->a, r);
	v->missing = missing_titles(req->a, r, p, false);
	v->promises = promises_from(
	        req->a, p, in->received_utc_s, str_eq(r->kind, STR("question")), v->now, &v->late);
	v->files_max = p->limits.files;
	v->file_bytes = p->limits.file_bytes;
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_report_check(&b, v);
	respond_html(req, 200, &b);
}

/* ---- Entering ---- */

/* Made when its first file arrives, or by the handler. */
struct entering {
	struct intake_job job;
	struct report report;
	const struct policy *policy; /* that the case is pinned to */
};

static struct entering *
entering_of(struct request *req)
{
	struct who *w = who_of(req);

	if (w->entering == NULL) {
		w->entering = ARENA_NEW(req->a, struct entering);
		w->entering->job.in.a = req->a;
		w->entering->job.in.programme = &desk_of(req)->in.programme;
		intake_begin(&w->entering->job.in);
	}
	return w->entering;
}

/* The form's hidden fields come before its files. */
static enum err
file_open(struct request *req, struct upload_file *file)
{
	if (who_of(req)->entering == NULL && !desk_form_ok(req))
		return ERR_DENIED;
	return upload_open(req, file, &desk_of(req)->in,
	        &entering_of(req)->job.in.keys.shared.reporter, false);
}

/* The policy says how much; these bounds stand above every policy. */
const struct upload desk_report_upload = {
        .files_max = DESK_FILES_MAX,
        .file_max = DESK_UPLOAD_MAX,
        .open = file_open,
        .write = upload_write,
        .close = upload_close,
        .abandon = upload_abandon,
};

/* What can be read aloud, mailed or printed. */
static struct str
letter(struct request *req, const struct entering *e)
{
	const struct desk *d = desk_of(req);
	const struct policy *p = e->policy;
	struct str name = e->report.reporter.name;
	struct str day = text_str(req->a, time_words(e->job.in.row.received_at));

	return str_fmt(req->a,
	        "Dear %.*s,\n\n"
	        "thank you for what you told us. We have recorded it as it reached us on\n"
	        "%.*s, and our promises run from then.\n\n"
	        "Case number: %.*s\n"
	        "Your code: %s\n\n"
	        "With both you can see where your report stands, read what we write and\n"
	        "answer us, at\n\n"
	        "%.*s/case\n\n"
	        "There you can also fetch a signed receipt. Please keep the code: we do not\n"
	        "store it and cannot give it to you again.\n\n"
	        "%.*s %.*s\n"
	        "%.*s\n",
	        STR_ARG(name.n > 0 ? name : STR("researcher")), STR_ARG(day),
	        STR_ARG(e->job.in.case_number),
	        grouped(str_bytes(e->job.in.code.c, sizeof e->job.in.code.c)).z,
	        STR_ARG(d->in.config->public_url.text), STR_ARG(p->name), STR_ARG(p->contact.team),
	        STR_ARG(p->contact.email));
}

static void
answer(struct intake_job *job, enum err e)
{
	struct request *req = job->req;
	const struct entering *n = job->ctx;
	const struct intake *in = &job->in;
	struct view_entry_done v;
	uint64_t late;
	struct buf b;

	if (e != ERR_OK) {
		log_error("report_by_hand_failed", "why", err_name(e));
		respond_error(req, e, NULL);
		return;
	}
	v = (struct view_entry_done){
	        .page = desk_page(req, "Entered", VIEW_DESK_NONE),
	        .case_number = in->case_number,
	        .code = str_bytes(in->code.c, sizeof in->code.c),
	        .received_at = in->row.received_at,
	        .promises = promises_from(req->a, n->policy, in->row.received_at, in->row.question,
	                now_utc_s(), &late),
	        .letter = letter(req, n),
	};
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_report_done(&b, &v);
	respond_html(req, 201, &b);
}

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

/* A form that is sent twice is one report: the same name of the sending and the same text. */
static enum err
find_repeated(struct request *req, struct entering *e)
{
	struct intake *in = &e->job.in;
	enum err err = intake_find_repeated(in, who_of(req)->db);

	if (err == ERR_OK)
		err = policies_get(desk_of(req)->in.programme.policies, who_of(req)->db,
		        in->row.policy_sha256, &e->policy);
	return err;
}

static void
enter(struct request *req, const struct report *r, const struct arrival *arrival)
{
	struct desk *d = desk_of(req);
	struct entering *n = entering_of(req);
	struct intake *in = &n->job.in;
	enum err e;

	n->report = *r;
	n->job.req = req;
	n->job.answer = answer;
	n->job.ctx = n;
	in->channel = arrival->channel;
	in->actor = desk_actor(req);
	in->received_utc_s = arrival->received_utc_s;
	in->body = canonical(req->a, r);
	in->idempotency_key = request_form(req, sending_field);
	if (in->idempotency_key.n == 0 || in->idempotency_key.n > SENDING_MAX)
		in->idempotency_key = (struct str){NULL, 0};
	report_fill_intake(in, &d->in, req->a, &n->report);
	upload_take(req, &in->files, &in->files_n);
	sha256_of(in->body, in->content_sha256);
	n->policy = in->policy;
	e = find_repeated(req, n);
	if (e != ERR_NOT_FOUND) {
		answer(&n->job, e);
		intake_wipe(in);
		return;
	}
	intake_seal(in);
	intake_job_start(&n->job, d->writer);
}

void
desk_report_post(struct request *req)
{
	struct str step = request_form(req, "step");
	struct report r;
	struct arrival arrival;
	struct view_mistake m;
	struct diag d = {0};

	if (!desk_form_ok(req))
		return;
	if (str_eq(step, STR("edit")))
		form_draw(req, 200, NULL, NULL);
	else if (arrival_read(req, &arrival, &m) != ERR_OK)
		form_draw(req, 422, NULL, &m);
	else if (report_form_read(req, &r, &d) != ERR_OK)
		form_draw(req, 422, &d, NULL);
	else if (str_eq(step, STR("send")))
		enter(req, &r, &arrival);
	else
		check_draw(req, &r, &arrival);
}
