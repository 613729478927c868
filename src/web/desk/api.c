/* The staff API: lists, one case, the log. Actions are in actions.c, reports by hand in by_hand.c.
 */
#include "web/desk/desk.h"

#include "base/log.h"
#include "base/time.h"
#include "web/api/case_json.h"

void
api_cases_get(struct request *req)
{
	struct desk *d = desk_of(req);
	struct keyd_people people;
	struct keyd_verdict why = {0};
	struct diag diag = {0};
	struct case_list l;
	struct json_writer w;
	struct buf b;
	enum err e = desk_people(req, &people);

	if (e == ERR_OK)
		e = desk_list(req, &people, &l, &why, &diag);
	if (e == ERR_INVALID)
		respond_error(req, e, &diag);
	else if (e != ERR_OK)
		desk_respond_keyd(req, e, &why);
	if (e != ERR_OK)
		return;
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	jw_object(&w, NULL);
	jw_array(&w, "items");
	for (size_t i = 0; i < l.n; i++)
		case_row_json(&w, req->a, &d->in.programme, &l.rows[i], l.titles[i]);
	jw_end(&w);
	jw_str(&w, "next", l.next);
	jw_end(&w);
	respond_json(req, 200, &b);
}

/* What an auditor or administrator sees of a case: nothing is opened for it. */
static void
figures(struct request *req)
{
	const struct programme *pr = &desk_of(req)->in.programme;
	struct act act = {.a = req->a, .db = who_of(req)->db, .programme = pr};
	struct clock_entry *clocks;
	struct json_writer w;
	struct buf b;
	size_t n;
	enum err e = view_find(req->a, act.db, pr, request_param(req, "case"), &act.row);

	if (e == ERR_OK)
		e = act_open(&act, act.row.id);
	if (e == ERR_OK)
		e = act_clocks(req->a, act.db, pr, &act.row, act.events, act.events_n, now_utc_s(),
		        &clocks, &n);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	figures_case_json(&w, req->a, pr, &act.row, clocks, n);
	respond_json(req, 200, &b);
}

void
api_case_get(struct request *req)
{
	struct keyd_verdict why = {0};
	struct opened o;
	struct json_writer w;
	struct buf b;
	enum err e;

	if (!who_may(req, PERMISSION_READ_CASES)) {
		figures(req);
		return;
	}
	e = desk_open_case(req, "api", &o, &why);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, &why);
		return;
	}
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	team_case_json(&w, req->a, &o.view);
	respond_json(req, 200, &b);
	desk_close_case(&o);
}

static void
log_entry_json(struct json_writer *w, const struct keyd_log_entry *x)
{
	struct str rest = x->cases, number;

	jw_object(w, NULL);
	jw_int(w, "id", x->id);
	jw_time(w, "at", x->at);
	jw_str(w, "actor", x->actor);
	jw_str(w, "action", x->action);
	jw_str(w, "detail", x->detail);
	jw_array(w, "cases");
	while (str_cut(&rest, ' ', &number))
		jw_str(w, NULL, number);
	jw_end(w);
	jw_end(w);
}

/* keyd's own log, the newest first; the cursor is the id that the next page begins below. */
void
api_audit_get(struct request *req)
{
	struct str cursor = request_query(req, "cursor");
	struct keyd_audit q = {.credential = who_of(req)->credential};
	struct keyd_log log;
	struct json_writer w;
	struct diag d = {.pointer = "/cursor"};
	struct buf b;
	uint64_t before = 0;
	enum err e = ERR_OK;

	if (cursor.n > 0 && (str_u64(cursor, INT64_MAX, &before) != ERR_OK || before == 0)) {
		respond_error(
		        req, diag_set(&d, ERR_INVALID, NULL, "the cursor is not understood"), &d);
		return;
	}
	q.before_id = (int64_t)before;
	e = keyd_audit(req->a, &desk_of(req)->in.keyd, &q, &log, NULL);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	jw_object(&w, NULL);
	jw_array(&w, "items");
	for (size_t i = 0; i < log.n; i++)
		log_entry_json(&w, &log.items[i]);
	jw_end(&w);
	if (log.next_before > 0)
		jw_str(&w, "next", str_fmt(req->a, "%lld", (long long)log.next_before));
	else
		jw_null(&w, "next");
	jw_end(&w);
	respond_json(req, 200, &b);
}

void
api_people_get(struct request *req)
{
	struct keyd_people people;
	struct json_writer w;
	struct buf b;
	enum err e = desk_people(req, &people);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	buf_init(&b, DESK_PAGE_MAX);
	w = json_writer(&b);
	jw_object(&w, NULL);
	jw_array(&w, "items");
	for (size_t i = 0; i < people.n; i++) {
		const struct keyd_person *p = &people.items[i];
		struct str rest = staff_roles_str(req->a, p->roles), role;

		jw_object(&w, NULL);
		jw_int(&w, "id", p->person_id);
		jw_str(&w, "name", p->name);
		jw_str(&w, "email", p->email.n > 0 ? p->email : (struct str){0});
		jw_array(&w, "roles");
		while (str_cut(&rest, ',', &role))
			jw_str(&w, NULL, role);
		jw_end(&w);
		jw_bool(&w, "disabled", p->disabled != 0);
		jw_end(&w);
	}
	jw_end(&w);
	jw_null(&w, "next");
	jw_end(&w);
	respond_json(req, 200, &b);
}
