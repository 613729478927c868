/* What a notice says. */
#include "jobs/notice_text.h"

#include "act/warn.h"
#include "base/time.h"
#include "case/permission.h"
#include "jobs/recipients.h"
#include "store/retention_store.h"

static struct str
time_text(struct arena *a, int64_t utc_s)
{
	char text[RFC3339_MAX];

	time_format(utc_s, text);
	return str_fmt(a, "%.10s %.5s UTC", text, text + 11);
}

/* ---- Of a case ---- */

/* The promise that the notice is about: its own, or for news about the case as such the next one.
 */
static void
promise_facts(struct arena *a, const struct notice_about *n, struct notice_facts *f)
{
	enum clock_kind clock = CLOCK_KIND_COUNT;
	int64_t due = 0;

	if (n->template == NOTICE_WARNING || n->template == NOTICE_MISSED ||
	        n->template == NOTICE_UPDATE_DUE) {
		if (warn_about_parse(n->notice->about, &clock, &due) != ERR_OK)
			return;
	} else if (n->row->next_clock >= 0 && n->row->next_clock < CLOCK_KIND_COUNT) {
		clock = (enum clock_kind)n->row->next_clock;
		due = n->row->next_due;
	}
	if (clock == CLOCK_KIND_COUNT)
		return;
	f->promise = str_of(clock_label(clock));
	f->due = time_text(a, due);
}

/* A case of somebody who is away, told to somebody else. Where keyd cannot say, it is told all the
 * same. */
static void
deputy_facts(struct arena *a, struct jobs *j, const struct notice_about *n, struct notice_facts *f)
{
	int64_t owner = n->row->assignee;
	struct keyd_person p;

	if (owner != 0 && n->notice->recipient > 0 && n->notice->recipient != owner &&
	        recipient_of(a, j, owner, &p) == ERR_OK && keyd_person_away(&p, now_utc_s()))
		f->absent = p.name;
}

/* Of all that is announced, since one notice stands for many. */
static enum err
erase_facts(struct arena *a, struct jobs *j, const struct notice_about *n, struct notice_facts *f)
{
	int64_t count;
	enum err e = retention_announced(j->db, &count);

	if (e != ERR_OK)
		return e;
	f->due = time_text(a, n->notice->about);
	f->erase_count = str_fmt(a, "%lld %s", (long long)count, count == 1 ? "case" : "cases");
	f->desk_url = str_fmt(a, "%.*s/?state=closed", STR_ARG(j->config->desk_url.text));
	return ERR_OK;
}

/* What runs from the start, for who has just reported. */
static enum err
promises_fact(struct arena *a, struct jobs *j, const struct notice_about *n, struct notice_facts *f)
{
	struct event_row *rows;
	struct event *events;
	struct clock_entry *clocks;
	size_t n_rows, n_clocks = 0;
	enum err e = event_list(a, j->db, n->row->id, false, &rows, &n_rows);

	if (e == ERR_OK)
		e = act_events_read(a, rows, n_rows, &events);
	if (e == ERR_OK)
		e = act_clocks(a, j->db, j->programme, n->row, events, n_rows, now_utc_s(), &clocks,
		        &n_clocks);
	for (size_t i = 0; e == ERR_OK && i < n_clocks; i++)
		if (!clocks[i].stopped)
			f->promises = str_fmt(a, "%.*s%s  %s: by %.*s", STR_ARG(f->promises),
			        f->promises.n > 0 ? "\n" : "", clock_label(clocks[i].clock),
			        STR_ARG(time_text(a, clocks[i].due_utc_s)));
	return e;
}

static enum err
case_facts(struct arena *a, struct jobs *j, const struct notice_about *n, struct notice_facts *f)
{
	const struct config *c = j->config;
	const struct policy *pinned;
	enum err e = policies_get(j->programme->policies, j->db, n->row->policy_sha256, &pinned);

	if (e != ERR_OK)
		return e;
	f->case_number = n->number;
	f->percent = str_fmt(a, "%lld", (long long)pinned->reminders.warn_percent);
	f->desk_url = str_fmt(a, "%.*s/cases/%.*s", STR_ARG(c->desk_url.text), STR_ARG(n->number));
	promise_facts(a, n, f);
	if (n->template == NOTICE_ANSWER_MAIL || n->template == NOTICE_ANSWER_LINK ||
	        n->template == NOTICE_CASE_LINK || n->template == NOTICE_RECEIVED) {
		e = recipient_link(a, j, n->row, n->number, &f->link_url);
		if (e == ERR_OK && n->template == NOTICE_ANSWER_MAIL)
			e = recipient_mail(a, j, n->row, n->number, n->notice->about, &f->words);
		if (e != ERR_OK || n->template != NOTICE_RECEIVED)
			return e;
		return promises_fact(a, j, n, f);
	}
	if (n->template == NOTICE_ERASE_SOON)
		return erase_facts(a, j, n, f);
	if (n->template != NOTICE_NEW_REPORT)
		deputy_facts(a, j, n, f);
	return ERR_OK;
}

/* ---- Of keyd's log ---- */

/* "ana" of "person 1 ana", and whether that is PERSON_ID; "the operator". */
static struct str
doer(struct arena *a, struct str actor, int64_t person_id)
{
	struct str rest = actor, kind, id, own = str_fmt(a, "%lld", (long long)person_id);

	if (str_eq(actor, STR("operator")))
		return STR("the operator, at the server's terminal");
	if (!str_cut(&rest, ' ', &kind) || !str_cut(&rest, ' ', &id))
		return actor;
	if (str_eq(kind, STR("person")))
		return str_eq(id, own) ? STR("") : rest;
	return str_fmt(a, "%.*s %.*s", STR_ARG(kind), STR_ARG(rest));
}

/* The word behind NAME in "person 3 roles 6 disabled"; "" if it is not there. */
static struct str
word_of(struct str detail, struct str name)
{
	struct str word;

	while (str_cut(&detail, ' ', &word))
		if (str_eq(word, name) && str_cut(&detail, ' ', &word))
			return word;
	return STR("");
}

static void
roles_fact(struct arena *a, struct str detail, struct notice_facts *f)
{
	uint64_t roles;
	struct str rest, word;

	if (str_u64(word_of(detail, STR("roles")), STAFF_ROLES_ALL, &roles) != ERR_OK)
		return;
	rest = staff_roles_str(a, (unsigned)roles);
	while (str_cut(&rest, ',', &word))
		f->roles = str_fmt(a, "%.*s%s%.*s", STR_ARG(f->roles), f->roles.n > 0 ? ", " : "",
		        STR_ARG(word));
}

static enum err
change_facts(struct arena *a, struct jobs *j, const struct notice_about *n, struct notice_facts *f)
{
	struct keyd_told q = {.after_id = n->notice->about - 1};
	struct str desk = j->config->desk_url.text;
	struct keyd_changes got;
	const struct keyd_change *c;
	enum err e = keyd_told(a, j->keyd, &q, &got, NULL);

	if (e != ERR_OK)
		return e;
	if (got.n == 0 || got.items[0].id != n->notice->about)
		return ERR_NOT_FOUND;
	c = &got.items[0];
	f->person = c->name;
	f->by = doer(a, c->actor, c->person_id);
	f->when = time_text(a, c->at);
	f->yours = c->person_id != 0 && c->person_id == n->notice->recipient;
	f->desk_url = c->person_id != 0 ? str_fmt(a, "%.*s/settings/people/%lld", STR_ARG(desk),
	                                          (long long)c->person_id)
	                                : str_fmt(a, "%.*s/settings/tokens", STR_ARG(desk));
	roles_fact(a, c->detail, f);
	if (n->template == NOTICE_STANDS_IN) {
		f->when = word_of(c->detail, STR("from"));
		f->until = word_of(c->detail, STR("until"));
		f->desk_url = desk;
	}
	return ERR_OK;
}

enum err
notice_text(struct arena *a, struct jobs *j, const struct notice_about *n, struct notice_mail *out)
{
	struct notice_facts f = {
	        .programme_name = j->policy->name,
	        .track_url = str_fmt(a, "%.*s/case", STR_ARG(j->config->public_url.text)),
	        .contact = j->policy->contact.email,
	};
	enum err e = n->row != NULL ? case_facts(a, j, n, &f) : change_facts(a, j, n, &f);

	if (e == ERR_OK)
		*out = notice_write(a, n->template, &f);
	return e;
}
