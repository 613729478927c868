/* The queue: every case by the promise that falls due next. */
#include "web/desk/desk.h"

#include "base/time.h"
#include "case/cvss.h"
#include "views.h"
#include "web/view_helpers.h"
#include "web/view_promises.h"
#include "web/view_put.h"

struct str
desk_cvss_score(struct arena *a, struct str vector)
{
	struct cvss v;
	int tenths;

	if (vector.n == 0 || cvss_parse(vector, &v, NULL) != ERR_OK)
		return STR("");
	tenths = cvss_score(&v).score;
	return str_fmt(a, "%d.%d", tenths / 10, tenths % 10);
}

struct str
desk_state_words(struct arena *a, const struct case_row *row)
{
	if (row->state != CASE_CLOSED)
		return str_of(case_state_name((enum case_state)row->state));
	return str_fmt(a, "closed · %s%s%.*s%s",
	        close_reason_label((enum close_reason)row->close_reason),
	        row->duplicate_of.n > 0 ? " of " : "", STR_ARG(row->duplicate_of),
	        row->erased_at != 0 ? " · erased"
	        : row->hold         ? " · legal hold"
	                            : "");
}

struct str
desk_component_name(const struct policy *p, struct str id)
{
	const struct policy_component *c = id.n > 0 ? policy_component(p, id) : NULL;

	return c != NULL ? c->name : id;
}

/* A word a clock: the column is narrow, and whoever works here knows the promises. */
static const char *const short_names[CLOCK_KIND_COUNT] = {
        [CLOCK_ACKNOWLEDGE] = "answer",
        [CLOCK_TRIAGE] = "triage",
        [CLOCK_FIX] = "fix",
        [CLOCK_UPDATE] = "update",
        [CLOCK_CRA_WARNING] = "CRA 1",
        [CLOCK_CRA_NOTIFICATION] = "CRA 2",
        [CLOCK_CRA_FINAL] = "CRA 3",
        [CLOCK_DISCLOSURE] = "publish",
};

/* The clock that falls due next, from what the row keeps of it. */
static struct view_promise
next_of(const struct policy *p, const struct case_row *row, int64_t now)
{
	struct clock_entry c = {.clock = (enum clock_kind)row->next_clock};
	struct view_promise v;

	if (row->state == CASE_CLOSED || row->next_clock < 0)
		return (struct view_promise){.what = STR("")};
	c.promise_s = clock_promise_s(&p->promises, c.clock, (enum severity)row->severity);
	c.due_utc_s = row->next_due;
	c.started_utc_s = c.due_utc_s - c.promise_s;
	c.state = now > c.due_utc_s ? CLOCK_MISSED : CLOCK_RUNNING;
	v = promise_of_clock(p, &c, now);
	v.what = str_of(short_names[c.clock]);
	return v;
}

/* "ana", "ana, away" */
static struct str
owner_words(struct arena *a, const struct keyd_people *people, int64_t id, int64_t now)
{
	for (size_t i = 0; i < people->n; i++)
		if (people->items[i].person_id == id && keyd_person_away(&people->items[i], now))
			return str_fmt(a, "%.*s, away", STR_ARG(people->items[i].name));
	return desk_person_name(people, id);
}

static struct view_queue_row
row_of(struct request *req, const struct case_row *row, struct str title,
        const struct keyd_people *people, int64_t now)
{
	struct desk *d = desk_of(req);
	const struct policy *policy = instance_policy(&d->in);
	enum severity s = row->severity != 0 ? (enum severity)row->severity
	                                     : (enum severity)row->reported_severity;

	return (struct view_queue_row){
	        .case_number = case_number_str(
	                req->a, d->in.programme.case_prefix, row->year, row->number),
	        .title = title,
	        .next = next_of(policy, row, now),
	        .severity = str_of(severity_name(s)),
	        .severity_claimed = row->severity == 0,
	        .cvss = desk_cvss_score(req->a, row->cvss),
	        .part = row->component,
	        .who = owner_words(req->a, people, row->assignee, now),
	        .state = row->needs_info ? STR("waiting for the reporter")
	                                 : desk_state_words(req->a, row),
	        .privacy = row->privacy_incident,
	        .question = row->question,
	        .received_at = row->received_at,
	};
}

/* ---- Filters ---- */

static struct view_options
state_options(struct arena *a)
{
	struct view_option *o = ARENA_ARRAY(a, CASE_STATE_COUNT + 1, struct view_option);

	o[0] = (struct view_option){STR(""), STR("any"), STR("")};
	for (int s = 0; s < CASE_STATE_COUNT; s++)
		o[s + 1] = (struct view_option){str_of(case_state_name((enum case_state)s)),
		        str_of(case_state_name((enum case_state)s)), STR("")};
	return (struct view_options){o, CASE_STATE_COUNT + 1};
}

struct view_options
desk_severity_options(struct arena *a, const char *none)
{
	struct view_option *o = ARENA_ARRAY(a, SEVERITY_COUNT, struct view_option);

	o[0] = (struct view_option){STR(""), str_of(none), STR("")};
	for (int s = SEVERITY_CRITICAL; s < SEVERITY_COUNT; s++)
		o[s] = (struct view_option){str_of(severity_name((enum severity)s)),
		        str_of(severity_name((enum severity)s)), STR("")};
	return (struct view_options){o, SEVERITY_COUNT};
}

/* "ana (away until 12 May 2026, ben stands in)" */
static struct str
name_and_absence(struct arena *a, const struct keyd_people *people, const struct keyd_person *p)
{
	struct str away = desk_away_words(a, people, p, now_utc_s());

	return away.n > 0 ? str_fmt(a, "%.*s (%.*s)", STR_ARG(p->name), STR_ARG(away)) : p->name;
}

/* Who may be given a case, after a first row NONE (NULL: no such row). */
struct view_options
desk_people_options(struct arena *a, const struct keyd_people *people, const char *none)
{
	struct view_option *o = ARENA_ARRAY(a, people->n + 1, struct view_option);
	size_t n = 0;

	if (none != NULL)
		o[n++] = (struct view_option){STR(""), str_of(none), STR("")};
	for (size_t i = 0; i < people->n; i++) {
		const struct keyd_person *p = &people->items[i];

		if (p->disabled || (p->roles & KEYD_ROLES_READ_CASES) == 0)
			continue;
		o[n++] = (struct view_option){str_fmt(a, "%lld", (long long)p->person_id),
		        name_and_absence(a, people, p), STR("")};
	}
	return (struct view_options){o, n};
}

/* The link to a page of this list: its own query with another cursor. */
static struct str
href_of(struct arena *a, const struct case_list *l, struct str cursor)
{
	const struct {
		const char *key;
		struct str value;
	} parts[] = {{"view", l->view}, {"state", l->state}, {"severity", l->severity},
	        {"assignee", l->assignee}, {"cursor", cursor}};
	struct buf b;
	struct str s;
	char sep = '?';

	buf_init(&b, 8192);
	buf_char(&b, '/');
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i].value.n == 0)
			continue;
		buf_fmt(&b, "%c%s=", sep, parts[i].key);
		put_part_str(&b, parts[i].value);
		sep = '&';
	}
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

static const struct {
	const char *title;
	enum view_desk_nav nav;
} lists[] = {
        [LIST_OPEN] = {"Queue", VIEW_DESK_QUEUE},
        [LIST_MINE] = {"Mine", VIEW_DESK_MINE},
        [LIST_WAITING] = {"Waiting for reporter", VIEW_DESK_WAITING},
        [LIST_OVERDUE] = {"Overdue", VIEW_DESK_OVERDUE},
        [LIST_ALL] = {"All cases", VIEW_DESK_ALL},
};

/* Has no case ever come? Then the page teaches. */
static bool
never_any(struct request *req)
{
	struct queue_query one = {.view = QUEUE_ALL,
	        .programme_id = desk_of(req)->in.programme.id,
	        .state = -1,
	        .after_id = CASE_DUE_NEVER,
	        .limit = 1};
	struct case_row *any;
	size_t n = 0;

	return queue_page(req->a, who_of(req)->db, &one, &any, &n) == ERR_OK && n == 0;
}

static void
show(struct request *req, const struct case_list *l, const struct keyd_people *people)
{
	struct view_queue_row *rows = ARENA_ARRAY(req->a, l->n + 1, struct view_queue_row);
	struct view_queue v = {
	        .page = desk_page(req, lists[l->name].title, lists[l->name].nav),
	        .news = desk_news(req, people),
	        .rows = rows,
	        .n = l->n,
	        .now = now_utc_s(),
	        .may_open = who_may(req, PERMISSION_READ_CASES),
	        .view = l->view,
	        .states = state_options(req->a),
	        .severities = desk_severity_options(req->a, "any"),
	        .people = desk_people_options(req->a, people, "anyone"),
	        .state = l->state,
	        .severity = l->severity,
	        .assignee = l->assignee,
	        .public_url = desk_of(req)->in.config->public_url.text,
	        .first_href =
	                request_query(req, "cursor").n > 0 ? href_of(req->a, l, STR("")) : STR(""),
	        .next_href = l->next.n > 0 ? href_of(req->a, l, l->next) : STR(""),
	};
	struct buf b;

	for (size_t i = 0; i < l->n; i++)
		rows[i] = row_of(req, &l->rows[i], l->titles[i], people, v.now);
	desk_stand_ins(req, people, &v);
	v.page.query = request_query(req, "q");
	v.filtered = l->state.n > 0 || l->severity.n > 0 || l->assignee.n > 0 || v.page.query.n > 0;
	v.never_any = l->n == 0 && !v.filtered && never_any(req);
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_queue(&b, &v);
	respond_html(req, 200, &b);
}

void
desk_queue_get(struct request *req)
{
	struct case_list l;
	struct keyd_people people;
	struct keyd_verdict why = {0};
	struct diag d = {0};
	enum err e = desk_people(req, &people);

	if (e == ERR_OK)
		e = desk_list(req, &people, &l, &why, &d);
	if (e == ERR_OK)
		show(req, &l, &people);
	else if (e == ERR_INVALID)
		respond_error(req, e, &d);
	else
		desk_respond_keyd(req, e, &why);
}
