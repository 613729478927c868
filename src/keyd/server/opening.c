/* Openings: each is in the log, durably, before anything is handed over. */
#include "keyd/server/call.h"

#include "base/log.h"

enum err
call_may_write(struct call *c)
{
	struct keyd_store *s = &c->k->store;

	return log_reserve_waiting(s->reserve) ? log_reserve_flush(s->reserve, s->db) : ERR_OK;
}

struct actor
call_actor(const struct call *c)
{
	switch (c->who.kind) {
	case KEYD_BY_TOKEN:
		return (struct actor){ACTOR_TOKEN, c->who.token_id, c->who.name};
	case KEYD_BY_SESSION:
		return (struct actor){ACTOR_PERSON, c->who.person_id, c->who.name};
	default:
		return (struct actor){.kind = ACTOR_OPERATOR};
	}
}

/* "person 3" of "person 3 Ada". */
static struct str
subject_of(struct str actor)
{
	size_t space = str_find(actor, ' ', 0);

	if (space == SIZE_MAX)
		return actor;
	space = str_find(actor, ' ', space + 1);
	return space == SIZE_MAX ? actor : str_sub(actor, 0, space);
}

struct str
actor_subject(struct arena *a, const struct actor *by)
{
	return subject_of(actor_text(a, by));
}

static struct str
joined(struct arena *a, const struct str *numbers, size_t n)
{
	struct buf b;
	struct str s;

	buf_init(&b, KEYD_CASES_TEXT_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ' ');
		buf_str(&b, numbers[i]);
	}
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

enum err
call_opened(struct call *c, const struct actor *by, struct str action, struct str detail,
        const struct str *numbers, size_t n)
{
	c->entry = (struct keyd_log_entry){
	        .at = c->now,
	        .actor = actor_text(c->a, by),
	        .action = action,
	        .detail = detail,
	        .cases = joined(c->a, numbers, n),
	};
	c->next = c->k->openings;
	c->k->openings = c;
	call_later(c);
	return ERR_OK;
}

static enum err
append_tx(struct db *db, void *ctx)
{
	enum err e = ERR_OK;

	for (struct call *c = ctx; e == ERR_OK && c != NULL; c = c->next)
		e = log_append(db, &c->entry);
	return e;
}

/* No room on disk: one by one to the reserve, as far as it goes. */
static enum err
to_reserve(struct keyd_store *s, struct call *c)
{
	bool already = log_reserve_waiting(s->reserve);
	enum err e = log_reserve_append(s->reserve, s->db, &c->entry);

	if (e == ERR_OK && !already)
		log_warn("log_in_reserve", "why", "no room on disk");
	else if (e != ERR_OK)
		log_error("log_full", "why", "no room on disk, and the reserve is used up");
	return e;
}

void
openings_finish(struct keyd *k)
{
	struct call *first = k->openings, *next;
	enum err e;

	if (first == NULL)
		return;
	k->openings = NULL;
	e = call_may_write(first);
	if (e == ERR_OK)
		e = tx_run(k->store.db, append_tx, first);
	for (struct call *c = first; c != NULL; c = next) {
		next = c->next; /* the answer ends C */
		log_request(c->http);
		call_answer(c, e == ERR_FULL ? to_reserve(&k->store, c) : e);
	}
	log_request(0);
}

/* What the actions that are budgeted are called in the log. */
static const struct {
	struct str action;
	enum budget_kind kind;
} budgeted[] = {
        {{"open_case", 9}, BUDGET_CASES},
        {{"open_titles", 11}, BUDGET_TITLES},
        {{"open_contact", 12}, BUDGET_CONTACTS},
};

void
opening_recall(struct arena *a, struct budget *b, const struct keyd_log_entry *e)
{
	struct str *numbers = ARENA_ARRAY(a, KEYD_TITLES_MAX, struct str);
	struct str rest = e->cases;
	size_t n = 0;

	/* Contacts are counted by the case's uid, which stands in the detail: "answer 0123…". */
	if (str_eq(e->action, STR("open_contact"))) {
		rest = e->detail;
		(void)str_cut(&rest, ' ', &numbers[0]);
	}
	while (n < KEYD_TITLES_MAX && str_cut(&rest, ' ', &numbers[n]))
		n++;
	for (size_t i = 0; i < sizeof budgeted / sizeof budgeted[0]; i++)
		if (str_eq(e->action, budgeted[i].action))
			budget_count(b, budgeted[i].kind, subject_of(e->actor), numbers, n, e->at);
}

enum err
call_budget(struct call *c, enum budget_kind kind, const struct actor *by,
        const struct str *numbers, size_t n, bool *alert)
{
	struct str subject = actor_subject(c->a, by);
	int64_t wait;
	enum err e;

	*alert = false;
	if (c->k->limits.off)
		return ERR_OK;
	e = budget_ask(c->k->budget, kind, subject, numbers, n, c->now, alert, &wait);
	if (e == ERR_OK)
		budget_count(c->k->budget, kind, subject, numbers, n, c->now);
	if (e == ERR_OK && *alert)
		log_warn("budget_alert", "request", c->kind->name, "who", str_z(c->a, subject));
	if (e != ERR_RATE)
		return e;
	log_error("budget_refused", "request", c->kind->name, "who", str_z(c->a, subject));
	return call_refuse_rate(c, wait);
}
