/* The frame of every action: open the case, append events to it, save what follows from them. */
#include "act/act.h"

#include "act/warn.h"
#include "seal/chain.h"
#include "store/outcome_store.h"

struct str
act_actor_text(struct arena *a, const struct actor *who)
{
	switch (who->kind) {
	case ACTOR_REPORTER:
		return STR("reporter");
	case ACTOR_PERSON:
		return str_fmt(a, "person:%lld", (long long)who->id);
	case ACTOR_TOKEN:
		return str_fmt(a, "token:%lld", (long long)who->id);
	case ACTOR_OPERATOR:
		return STR("operator");
	case ACTOR_SYSTEM:
		return STR("system");
	}
	abort();
}

enum err
act_events_read(struct arena *a, const struct event_row *rows, size_t n, struct event **out)
{
	struct event *events = ARENA_ARRAY(a, n + ACT_EVENTS_MORE, struct event);

	for (size_t i = 0; i < n; i++) {
		enum event_kind kind;
		struct clear c;

		if (event_parse(rows[i].kind, &kind) != ERR_OK ||
		        clear_parse(rows[i].clear, &c) != ERR_OK)
			return ERR_STORE;
		events[i] = clear_event(kind, rows[i].at_utc_s, &c);
	}
	*out = events;
	return ERR_OK;
}

/* Nothing is added to a case that was changed from outside: keyd has signed for its pair, its
 * events lead to its head, and a reporter's key is the one that the report was sealed with. */
static enum err
check_whole(struct act *act, const struct event_row *rows, size_t n)
{
	struct place report_at = {"event", "body", act->row.uid, 1};
	struct case_row chained = act->row;
	struct str report;
	enum err e = act_check_key(act->programme, act->a, &act->row);

	memset(chained.chain_head, 0, sizeof chained.chain_head);
	for (size_t i = 0; i < n; i++)
		act_link(&chained, &rows[i]);
	if (e == ERR_OK &&
	        (memcmp(chained.chain_head, act->row.chain_head, sizeof chained.chain_head) != 0 ||
	                chained.events != act->row.events))
		e = ERR_FORGED;
	if (e == ERR_OK && n > 0 && act->keys.reporter != NULL &&
	        rows[0].sealed_with == SEALED_REPORTER)
		e = field_open(act->a, act->keys.reporter, &report_at, rows[0].body, &report);
	return e;
}

enum err
act_open(struct act *act, int64_t case_id)
{
	struct event_row *rows;
	size_t n;
	enum err e = case_by_id(act->a, act->db, case_id, &act->row);

	if (e == ERR_OK)
		e = event_list(act->a, act->db, case_id, true, &rows, &n);
	if (e == ERR_OK)
		e = check_whole(act, rows, n);
	if (e == ERR_OK)
		e = act_events_read(act->a, rows, n, &act->events);
	if (e != ERR_OK)
		return e;
	act->events_n = n;
	act->events_before = act->row.events;
	act->bytes = 0;
	for (size_t i = 0; i < n; i++)
		act->bytes += (int64_t)rows[i].body.n;
	return case_fold(act->events, n, &act->status, NULL) == ERR_OK ? ERR_OK : ERR_STORE;
}

struct receipt_facts
act_facts(struct arena *a, const struct programme *pr, const struct case_row *row)
{
	struct receipt_facts f = {
	        .programme = pr->name,
	        .case_number = case_number_str(a, pr->case_prefix, row->year, row->number),
	        .received_utc_s = row->received_at,
	        .signed_utc_s = row->signed_at,
	};

	memcpy(f.content_sha256, row->content_sha256, sizeof f.content_sha256);
	memcpy(f.policy_sha256, row->policy_sha256, sizeof f.policy_sha256);
	memcpy(f.case_key, row->pair_public, sizeof f.case_key);
	return f;
}

enum err
act_check_key(const struct programme *pr, struct arena *a, const struct case_row *row)
{
	struct receipt_facts facts = act_facts(a, pr, row);

	return receipt_verify(
	        pr->signing_public, &facts, str_bytes(row->signature, sizeof row->signature));
}

/* TEXT sealed for WITH at the place of event SEQ. Who lacks the key seals to the pair, whose public
 * half keyd has signed: a half of an attacker's own is refused here. */
static enum err
body_seal(struct act *act, enum sealed_with *with, int64_t seq, struct str text, struct str *out)
{
	struct place at = {"event", "body", act->row.uid, seq};
	const struct key *k = *with == SEALED_TEAM ? act->keys.team : act->keys.reporter;
	enum err e;

	if (k != NULL) {
		*out = field_seal(act->a, k, &at, text);
		return ERR_OK;
	}
	e = act_check_key(act->programme, act->a, &act->row);
	if (e != ERR_OK)
		return e;
	*with = SEALED_PAIR;
	*out = pair_seal(act->a, act->row.pair_public, &at, text);
	return ERR_OK;
}

static bool
has_room(const struct act *act, struct str text)
{
	bool reporter = act->actor.kind == ACTOR_REPORTER;
	int64_t bytes_max = reporter ? ACT_BYTES_REPORTER : ACT_BYTES_MAX;
	size_t events_max = reporter ? ACT_EVENTS_REPORTER : EVENT_LIST_MAX;

	return act->events_n < events_max && text.n <= EVENT_BODY_MAX / 2 &&
	       act->bytes + (int64_t)text.n <= bytes_max;
}

enum err
act_append(struct act *act, enum event_kind kind, const struct clear *c, enum sealed_with with,
        struct str text)
{
	struct event ev = clear_event(kind, case_event_time(&act->status, act->now_utc_s), c);
	struct event_row row = {
	        .case_id = act->row.id,
	        .seq = act->row.events + 1,
	        .at_utc_s = ev.at_utc_s,
	        .recorded_utc_s = act->now_utc_s,
	        .kind = str_of(event_name(kind)),
	        .actor = act_actor_text(act->a, &act->actor),
	        .clear = clear_pack(act->a, c),
	        .sealed_with = SEALED_NONE,
	};
	enum err e;

	if (act->events_n >= (size_t)act->events_before + ACT_EVENTS_MORE || !has_room(act, text))
		return diag_set(act->why, ERR_TOO_LARGE, "send what is long as a file",
		        "the case holds as much as a case can");
	if (act->status.erased_utc_s != 0)
		return diag_set(act->why, ERR_GONE, NULL, "the case was erased");
	if (case_step(&act->status, &ev) != ERR_OK)
		return diag_set(act->why, ERR_STATE, NULL, "the case is %s: %s is not possible",
		        case_state_name(act->status.state), event_name(kind));
	if (text.n > 0) {
		e = body_seal(act, &with, row.seq, text, &row.body);
		if (e != ERR_OK)
			return e;
		row.sealed_with = with;
	}
	e = event_insert(act->db, &row);
	if (e != ERR_OK)
		return e;
	act->bytes += (int64_t)row.body.n;
	act_link(&act->row, &row);
	act->events[act->events_n++] = ev;
	return ERR_OK;
}

void
act_link(struct case_row *c, const struct event_row *row)
{
	struct chain_link link = {
	        .case_uid = c->uid,
	        .seq = row->seq,
	        .at_utc_s = row->at_utc_s,
	        .recorded_utc_s = row->recorded_utc_s,
	        .kind = row->kind,
	        .clear = row->clear,
	        .actor = row->actor,
	        .sealed_with = row->sealed_with,
	        .body = row->body,
	};

	chain_next(c->chain_head, &link, c->chain_head);
	c->events = row->seq;
}

enum err
act_clocks(struct arena *a, struct db *db, const struct programme *pr, const struct case_row *row,
        const struct event *events, size_t n, int64_t now, struct clock_entry **out, size_t *n_out)
{
	const struct policy *policy;
	enum err e = policies_get(pr->policies, db, row->policy_sha256, &policy);

	if (e != ERR_OK)
		return e;
	clocks_compute(a, &policy->promises, events, n, now, out, n_out);
	return ERR_OK;
}

static enum err
outcomes_keep(struct act *act, const struct clock_entry *entries, size_t n, int64_t at)
{
	int64_t cycle[CLOCK_KIND_COUNT] = {0};

	for (size_t i = 0; i < n; i++) {
		const struct clock_entry *c = &entries[i];
		int64_t number = cycle[c->clock]++;
		enum err e;

		if (!c->stopped || c->stopped_utc_s != at)
			continue;
		e = outcome_keep(act->db, &(struct outcome_row){
		                                  .programme_id = act->row.programme_id,
		                                  .case_id = act->row.id,
		                                  .clock = c->clock,
		                                  .cycle = number,
		                                  .started_at = c->started_utc_s,
		                                  .due_at = c->due_utc_s,
		                                  .stopped_at = c->stopped_utc_s,
		                          });
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

void
act_index(struct case_row *row, const struct case_status *s, const struct clock_entry *entries,
        size_t n, int64_t next_warn)
{
	struct clocks_next next = clocks_next(entries, n, 0);

	row->state = s->state;
	row->needs_info = s->needs_info;
	row->severity = s->severity;
	row->close_reason = s->close_reason;
	row->letter_asked = s->letter_utc_s != 0;
	row->updated_at = s->last_utc_s;
	row->next_clock = next.clock == CLOCK_KIND_COUNT ? -1 : (int64_t)next.clock;
	row->next_due = next.due_utc_s == CLOCKS_NEVER ? CASE_DUE_NEVER : next.due_utc_s;
	row->next_warn = next_warn;
	row->hold = s->held;
	row->closed_at = s->state == CASE_CLOSED ? s->closed_utc_s : 0;
	row->erased_at = s->erased_utc_s;
	/* What was announced holds only for a case as it was then. */
	if (row->closed_at == 0 || row->hold || row->erased_at != 0)
		row->erase_at = 0;
}

static enum err
refold(struct act *act, int64_t at)
{
	struct clock_entry *old, *new;
	size_t old_n, new_n;
	int64_t next, late;
	const struct case_row *row = &act->row;
	enum err e = act_clocks(act->a, act->db, act->programme, row, act->events,
	        (size_t)act->events_before, at, &old, &old_n);

	if (e == ERR_OK)
		e = act_clocks(act->a, act->db, act->programme, row, act->events, act->events_n, at,
		        &new, &new_n);
	if (e != ERR_OK)
		return e;
	next = act_next_warn(new, new_n, row->next_warn, at);
	late = act_new_marks(old, old_n, new, new_n);
	act_index(&act->row, &act->status, new, new_n, next < late ? next : late);
	return outcomes_keep(act, new, new_n, at);
}

enum err
act_save(struct act *act)
{
	enum err e = refold(act, act->status.last_utc_s);

	return e == ERR_OK ? case_update(act->db, &act->row, act->events_before) : e;
}
