/* One case: GET /cases/CASE, and the same page again when a form on it was refused. */
#include "web/desk/case_parts.h"

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "case/cvss.h"
#include "case/cwe.h"
#include "views.h"
#include "web/api/report_json.h"
#include "web/view_promises.h"

static struct view_options
component_options(struct arena *a, const struct policy *p)
{
	struct view_option *o = ARENA_ARRAY(a, p->components_n + 1, struct view_option);

	for (size_t i = 0; i < p->components_n; i++)
		o[i] = (struct view_option){p->components[i].id, p->components[i].name, STR("")};
	return (struct view_options){o, p->components_n};
}

static struct view_options
reason_options(struct arena *a)
{
	struct view_option *o = ARENA_ARRAY(a, CLOSE_REASON_COUNT, struct view_option);
	size_t n = 0;

	/* Withdrawing is the reporter's. */
	for (int r = CLOSE_RESOLVED; r < CLOSE_WITHDRAWN; r++)
		o[n++] = (struct view_option){str_of(close_reason_name((enum close_reason)r)),
		        str_of(close_reason_label((enum close_reason)r)), STR("")};
	return (struct view_options){o, n};
}

/* What the state and the roles of who looks allow. */
static void
may(struct request *req, const struct case_status *s, struct view_case *v)
{
	bool handle = who_may(req, PERMISSION_HANDLE_CASES);
	bool decide = who_may(req, PERMISSION_DECIDE_CASES);
	bool open = s->state != CASE_CLOSED;

	/* A message has answered already; acknowledging would only repeat it. */
	v->may_acknowledge = handle && s->state == CASE_NEW;
	v->may_ask = handle && open;
	v->may_message = v->may_note = v->may_assign = handle;
	v->may_triage = handle && open && s->state != CASE_FIXED;
	v->may_fix = handle && s->state == CASE_TRIAGED;
	v->may_close = decide && open;
	v->may_reopen = decide && (!open || s->state == CASE_FIXED);
	v->may_hold = decide && !s->held;
	v->may_lift_hold = decide && s->held;
	v->may_erase = decide && !open && !s->held;
	if (s->erased_utc_s == 0)
		return;
	v->may_acknowledge = v->may_ask = v->may_message = v->may_note = v->may_assign = false;
	v->may_triage = v->may_fix = v->may_close = v->may_reopen = false;
	v->may_hold = v->may_lift_hold = v->may_erase = false;
}

/* When and by whom a case was erased; "" if it was not. */
static struct str
erased_words(struct arena *a, const struct case_view *c, const struct keyd_people *people)
{
	const struct case_item *last = c->items_n > 0 ? &c->items[c->items_n - 1] : NULL;
	char at[RFC3339_MAX];
	struct str who;

	if (c->row.erased_at == 0 || last == NULL)
		return STR("");
	time_format(c->row.erased_at, at);
	if (str_eq(last->actor, STR("system")))
		return str_fmt(a, "Erased on %.10s by the policy.", at);
	who = desk_actor_name(a, people, last->actor);
	return str_fmt(a, "Erased on %.10s by %.*s.", at, STR_ARG(who));
}

static void
assessment(struct arena *a, const struct case_row *row, struct view_case *v)
{
	enum severity s = row->severity != 0 ? (enum severity)row->severity
	                                     : (enum severity)row->reported_severity;

	v->severity = str_of(severity_name(s));
	v->severity_claimed = row->severity == 0;
	v->severity_now = v->severity;
	v->cvss = desk_cvss_score(a, row->cvss);
	v->cvss_vector = row->cvss;
	v->cvss_in.value = row->cvss;
	if (row->cwe != 0) {
		const char *name = cwe_name(row->cwe);

		v->cwe = str_fmt(a, "CWE-%lld %s", (long long)row->cwe, name != NULL ? name : "");
		v->cwe_in.value = str_fmt(a, "CWE-%lld", (long long)row->cwe);
	}
}

/* What the reporter thinks, beside what the team does; what the policy makes of the score, where
 * that is another severity; and every triage with its author, time and reason. */
static void
assessments(struct arena *a, const struct case_view *c, const struct report *r,
        const struct keyd_people *people, struct view_case *v)
{
	struct view_assessment *list = ARENA_ARRAY(a, c->items_n + 1, struct view_assessment);
	struct str score = desk_cvss_score(a, r->cvss);
	enum severity by_score;
	struct cvss vector;

	v->reported = str_trim(str_fmt(a, "%.*s %.*s", STR_ARG(r->severity), STR_ARG(score)));
	v->reported_vector = r->cvss;
	for (size_t i = c->items_n; i-- > 0;) {
		const struct case_item *it = &c->items[i];

		if (it->kind == EVENT_TRIAGED)
			list[v->n_assessments++] = (struct view_assessment){
			        .what = str_trim(str_fmt(a, "%s %.*s %.*s",
			                severity_name(it->clear.severity),
			                STR_ARG(desk_cvss_score(a, it->clear.cvss)),
			                STR_ARG(it->clear.cvss))),
			        .who = desk_actor_name(a, people, it->actor),
			        .reason = it->text,
			        .at = it->at_utc_s};
	}
	v->assessments = list;
	if (c->row.severity == SEVERITY_NONE || c->row.cvss.n == 0 ||
	        cvss_parse(c->row.cvss, &vector, NULL) != ERR_OK)
		return;
	by_score = policy_severity(c->policy, cvss_score(&vector).score, c->row.component);
	if (by_score != (enum severity)c->row.severity)
		v->by_policy = str_fmt(a, "the score means %s",
		        by_score != SEVERITY_NONE ? severity_name(by_score) : "none");
}

/* What was chosen on the pages that help with the triage. */
static void
take_over(struct request *req, struct view_case *v)
{
	struct str cvss = request_query(req, "cvss"), cwe = request_query(req, "cwe");
	enum severity s;
	int64_t id;

	if (cvss.n > 0 && cvss.n < CVSS_VECTOR_MAX) {
		v->cvss_in.value = cvss;
		v->triage_begun = true;
		/* By the score, unless somebody has chosen another. */
		v->severity_now = severity_parse(request_query(req, "severity"), &s) == ERR_OK
		                          ? str_of(severity_name(s))
		                          : STR("");
	}
	if (cwe_parse(cwe, &id) == ERR_OK) {
		v->cwe_in.value = str_fmt(req->a, "CWE-%lld", (long long)id);
		v->triage_begun = true;
	}
}

/* What was typed into the form that was refused, and what is wrong with it. */
static void
keep_typed(struct request *req, const struct diag *d, struct view_case *v)
{
	struct view_mistake *m = ARENA_NEW(req->a, struct view_mistake);
	struct str action = request_form(req, "action"), text = request_form(req, "text");
	struct str field = str_of(d->pointer[0] == '/' ? d->pointer + 1 : "");

	*m = (struct view_mistake){
	        field, str_fmt(req->a, "%s%s%s", d->what, d->mend[0] != '\0' ? ": " : "", d->mend)};
	v->mistakes = (struct view_mistakes){m, 1};
	v->refused = action;
	if (str_eq(action, STR("note"))) {
		v->note = (struct view_input){text, m->text};
		m->field = STR("note");
	} else if (str_eq(action, STR("message"))) {
		v->text = (struct view_input){text, m->text};
	} else if (str_eq(action, STR("request_info"))) {
		v->ask.value = text;
	} else {
		v->typed = text;
	}
	if (str_eq(action, STR("triage"))) {
		v->severity_now = request_form(req, "severity");
		v->component = request_form(req, "component");
		v->cvss_in.value = request_form(req, "cvss");
		v->cwe_in.value = request_form(req, "cwe");
		v->triage_note = request_form(req, "note");
	}
	v->of.value = request_form(req, "of");
	v->reason = request_form(req, "reason");
}

static void
fill(struct request *req, const struct opened *o, const struct report *r,
        const struct keyd_people *people, struct view_case *v)
{
	const struct case_view *c = &o->view;
	struct desk *d = desk_of(req);

	*v = (struct view_case){
	        .page = desk_page(req, str_z(req->a, c->number), VIEW_DESK_NONE),
	        .case_number = c->number,
	        .title = c->row.erased_at != 0 ? STR("(erased)")
	                 : c->title.n > 0      ? c->title
	                                       : report_title(req->a, r),
	        .state = desk_state_words(req->a, &c->row),
	        .part = desk_component_name(c->policy, c->row.component),
	        .who = desk_person_name(people, c->row.assignee),
	        .scope = part_scope(req->a, c, r),
	        .channel = report_channel_words(c->row.channel),
	        .privacy = c->row.privacy_incident,
	        .question = c->row.question,
	        .many_opened = o->alert,
	        .needs_info = c->row.needs_info,
	        .anonymous = r->reporter.email.n == 0,
	        .received_at = c->row.received_at,
	        .now = now_utc_s(),
	        .report = part_report(req->a, c, r),
	        .files = part_files(req->a, c, 1),
	        .promises =
	                promises_of_clocks(req->a, c->policy, c->clocks, c->clocks_n, now_utc_s()),
	        .reporter = r->reporter.name.n > 0 ? r->reporter.name : STR("the reporter"),
	        .reporter_rows = part_reporter(req->a, c, r),
	        .policy = str_of(c->policy->sha256_hex),
	        .public_url = d->in.config->public_url.text,
	        .people = desk_people_options(req->a, people, NULL),
	        .components = component_options(req->a, c->policy),
	        .severities = desk_severity_options(req->a, "by the CVSS score"),
	        .reasons = reason_options(req->a),
	        .assignee = c->row.assignee != 0
	                            ? str_fmt(req->a, "%lld", (long long)c->row.assignee)
	                            : STR(""),
	        .component = c->row.component,
	        .erased = erased_words(req->a, c, people),
	        .erase_at = c->row.erase_at,
	        .held = c->row.hold,
	        .erase_asked = c->status.erase_asked && c->row.erased_at == 0,
	};
	assessment(req->a, &c->row, v);
	assessments(req->a, c, r, people, v);
	take_over(req, v);
	may(req, &c->status, v);
	part_thread(req->a, c, people, v);
	part_events(req->a, c, people, v);
	part_templates(req->a, d, c, r, v);
}

void
desk_case_respond(
        struct request *req, const struct opened *o, unsigned status, const struct diag *d)
{
	struct report r = {0};
	struct keyd_people people;
	struct view_case v;
	struct buf b;
	enum err e = desk_people(req, &people);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	/* It was checked when it came in; a newer program may take less, and the case is shown all
	 * the same. */
	if (o->view.row.erased_at == 0 &&
	        report_json_read(req->a, o->view.report, &r, NULL) != ERR_OK) {
		log_warn("report_not_understood", "case", str_z(req->a, o->view.number));
		r = (struct report){.description = o->view.report};
	}
	fill(req, o, &r, &people, &v);
	if (d != NULL)
		keep_typed(req, d, &v);
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_case(&b, &v);
	respond_html(req, status, &b);
}

void
desk_case_get(struct request *req)
{
	struct opened o;
	struct keyd_verdict why = {0};
	enum err e = desk_open_case(req, "page", &o, &why);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, &why);
		return;
	}
	desk_case_respond(req, &o, 200, NULL);
	desk_close_case(&o);
}
