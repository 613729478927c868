/* The list of cases, for the queue and the API: which view and filters are asked for, and the page
 * of them that the cursor names. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "base/time.h"
#include "store/queue_store.h"

enum { LIST_PAGE = 50 };

static enum err
wrong(struct diag *d, const char *pointer, const char *mend, const char *what)
{
	snprintf(d->pointer, sizeof d->pointer, "%s", pointer);
	return diag_set(d, ERR_INVALID, mend, "%s", what);
}

static const struct {
	const char *name;
	enum queue_view view;
	enum list_name list;
} views[] = {
        {"", QUEUE_OPEN, LIST_OPEN},
        {"queue", QUEUE_OPEN, LIST_OPEN},
        {"mine", QUEUE_MINE, LIST_MINE},
        {"waiting", QUEUE_WAITING, LIST_WAITING},
        {"overdue", QUEUE_OVERDUE, LIST_OVERDUE},
        {"all", QUEUE_ALL, LIST_ALL},
};

/* The filters of the query into Q; what is not given stays "any". */
static enum err
filters_read(struct request *req, const struct keyd_people *people, struct case_list *l,
        struct queue_query *q, struct diag *d)
{
	struct str due = request_query(req, "due_before");
	enum case_state state;
	enum severity severity;

	if (l->state.n > 0) {
		if (case_state_parse(l->state, &state) != ERR_OK)
			return wrong(d, "/state",
			        "take new, acknowledged, triaged, fixed or closed",
			        "the state is not known");
		q->state = (int)state;
		/* Closed cases stand in no queue, and one state has its own order. */
		if (q->view == QUEUE_OPEN || q->view == QUEUE_ALL)
			q->view = QUEUE_STATE;
	}
	if (l->severity.n > 0) {
		if (severity_parse(l->severity, &severity) != ERR_OK)
			return wrong(d, "/severity", "take critical, high, medium or low",
			        "the severity is not known");
		q->severity = severity;
		if (q->view == QUEUE_OPEN)
			q->view = QUEUE_SEVERITY;
	}
	if (l->assignee.n > 0) {
		q->assignee = desk_person_find(req, people, l->assignee);
		if (q->assignee == 0)
			return wrong(d, "/assignee", "give a name or number of `people`",
			        "nobody is called so");
		if (q->view == QUEUE_OPEN)
			q->view = QUEUE_MINE;
	}
	if (due.n == 0)
		return ERR_OK;
	if (time_parse(due, &q->due_before) != ERR_OK)
		return wrong(d, "/due_before", NULL, "due_before is no RFC 3339 time");
	/* Only open cases have a promise that falls due; they stand in its order. */
	if (q->view == QUEUE_ALL || q->view == QUEUE_OPEN || q->view == QUEUE_OVERDUE) {
		if (q->view != QUEUE_OVERDUE || q->due_before < q->now)
			q->now = q->due_before;
		q->view = QUEUE_OVERDUE;
	}
	return ERR_OK;
}

static bool
by_id(enum queue_view v)
{
	return v == QUEUE_ALL || v == QUEUE_STATE;
}

/* The queue shows privacy incidents first: two lists, one behind the other. */
static bool
privacy_first(const struct request *req, const struct queue_query *q)
{
	return !req->api && q->view == QUEUE_OPEN;
}

/* Names the list and its filters, so that a cursor is worth nothing for another. */
static struct str
list_key(struct request *req, const struct queue_query *q)
{
	return str_fmt(req->a, "cases %d %d %u %lld %lld", (int)q->view, q->state, q->severity,
	        (long long)q->assignee, (long long)q->due_before);
}

static enum err
cursor_take(struct request *req, struct queue_query *q, bool *privacy, struct diag *d)
{
	struct str text = request_query(req, "cursor");
	struct page_cursor c;

	q->after_due = 0;
	q->after_id = by_id(q->view) ? CASE_DUE_NEVER : 0;
	if (text.n == 0)
		return ERR_OK;
	if (page_cursor_read(req->a, desk_of(req)->form_key, list_key(req, q), text, &c) !=
	                ERR_OK ||
	        c.n != 3)
		return wrong(d, "/cursor", "begin at the first page",
		        "the cursor does not belong to this list");
	q->after_due = c.v[0];
	q->after_id = c.v[1];
	*privacy = c.v[2] != 0;
	return ERR_OK;
}

static void
cursor_give(struct request *req, const struct queue_query *q, struct case_list *l)
{
	const struct case_row *last = &l->rows[l->n - 1];
	struct page_cursor c = {
	        .v = {by_id(q->view) ? 0 : last->next_due, last->id, last->privacy_incident},
	        .n = 3};

	l->next = page_cursor_text(req->a, desk_of(req)->form_key, list_key(req, q), &c);
}

/* The one case of that number, or none. Words are not looked for: titles are sealed. */
static enum err
one_by_number(struct request *req, struct str number, struct case_list *l, struct diag *d)
{
	const struct programme *pr = &desk_of(req)->in.programme;
	struct case_number parsed;
	enum err e;

	l->rows = ARENA_NEW(req->a, struct case_row);
	if (case_number_parse(pr->case_prefix, number, &parsed) != ERR_OK)
		return req->api ? wrong(d, "/q", "give a case's number",
		                          "only the number of a case is looked for")
		                : ERR_OK;
	e = view_find(req->a, who_of(req)->db, pr, number, l->rows);
	if (e == ERR_OK)
		l->n = 1;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The rest of the queue behind the privacy incidents in L, as far as the page goes. */
static enum err
rest_read(struct request *req, struct queue_query q, struct case_list *l)
{
	struct case_row *more, *all;
	size_t n;
	enum err e;

	q.view = QUEUE_REST;
	q.after_due = q.after_id = 0;
	q.limit -= l->n;
	e = queue_page(req->a, who_of(req)->db, &q, &more, &n);
	if (e != ERR_OK)
		return e;
	all = ARENA_ARRAY(req->a, l->n + n + 1, struct case_row);
	for (size_t i = 0; i < l->n; i++)
		all[i] = l->rows[i];
	for (size_t i = 0; i < n; i++)
		all[l->n + i] = more[i];
	l->rows = all;
	l->n += n;
	return ERR_OK;
}

static enum err
rows_read(struct request *req, struct queue_query *q, struct case_list *l, struct diag *d)
{
	struct queue_query part;
	bool begins_with_privacy = true;
	enum err e = cursor_take(req, q, &begins_with_privacy, d);

	if (e != ERR_OK)
		return e;
	/* One more than a page holds tells whether there is another. */
	q->limit = LIST_PAGE + 1;
	part = *q;
	if (privacy_first(req, q))
		part.view = begins_with_privacy ? QUEUE_PRIVACY : QUEUE_REST;
	e = queue_page(req->a, who_of(req)->db, &part, &l->rows, &l->n);
	if (e == ERR_OK && part.view == QUEUE_PRIVACY && l->n < part.limit)
		e = rest_read(req, part, l);
	if (e == ERR_OK && l->n > LIST_PAGE) {
		l->n = LIST_PAGE;
		cursor_give(req, q, l);
	}
	return e;
}

enum err
desk_list(struct request *req, const struct keyd_people *people, struct case_list *out,
        struct keyd_verdict *why, struct diag *d)
{
	struct case_list l = {
	        .view = request_query(req, "view"),
	        .state = request_query(req, "state"),
	        .severity = request_query(req, "severity"),
	        .assignee = request_query(req, "assignee"),
	};
	struct queue_query q = {.programme_id = desk_of(req)->in.programme.id,
	        .state = -1,
	        .now = now_utc_s(),
	        /* The contract's list is all cases; the page's is the queue. */
	        .view = req->api ? QUEUE_ALL : QUEUE_OPEN};
	struct str search = request_query(req, "q");
	bool known = l.view.n == 0;
	enum err e;

	for (size_t i = 1; i < sizeof views / sizeof views[0]; i++) {
		if (l.view.n == 0 || !str_eq(l.view, str_of(views[i].name)))
			continue;
		q.view = views[i].view;
		l.name = views[i].list;
		known = true;
	}
	if (!known)
		return wrong(d, "/view", NULL, "the view is not known");
	e = filters_read(req, people, &l, &q, d);
	if (e != ERR_OK)
		return e;
	if (l.name == LIST_MINE)
		q.assignee = who_of(req)->id.person_id;
	e = search.n > 0 ? one_by_number(req, str_trim(search), &l, d) : rows_read(req, &q, &l, d);
	if (e == ERR_OK)
		e = desk_titles(req, l.rows, l.n, &l.titles, why);
	/* Over the budget the page still tells what falls due. */
	if (e == ERR_RATE && !req->api) {
		for (size_t i = 0; i < l.n; i++)
			l.titles[i] = STR("(not opened: over this hour's budget)");
		e = ERR_OK;
	}
	if (e == ERR_OK)
		*out = l;
	return e;
}
