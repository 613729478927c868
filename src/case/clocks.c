/* Clocks: one walk over the events a clock, then the due times. */
#include "case/clocks.h"

static const struct {
	const char *name, *label;
} names[CLOCK_KIND_COUNT] = {
        [CLOCK_ACKNOWLEDGE] = {"acknowledge", "First answer"},
        [CLOCK_TRIAGE] = {"triage", "Assessment"},
        [CLOCK_FIX] = {"fix", "Fix"},
        [CLOCK_UPDATE] = {"update", "Status update"},
        [CLOCK_CRA_WARNING] = {"cra_warning", "Early warning to the regulator"},
        [CLOCK_CRA_NOTIFICATION] = {"cra_notification", "Notification of the regulator"},
        [CLOCK_CRA_FINAL] = {"cra_final", "Final report to the regulator"},
        [CLOCK_DISCLOSURE] = {"disclosure", "Answer about disclosure"},
};

static const char *const state_names[CLOCK_STATE_COUNT] = {
        [CLOCK_RUNNING] = "running",
        [CLOCK_PAUSED] = "paused",
        [CLOCK_MET] = "met",
        [CLOCK_MISSED] = "missed",
};

/* A stretch of needs_info; the last one may be open. */
struct pause {
	int64_t from_utc_s, to_utc_s;
	bool open;
};

/* What a walk over the events knows of those before the present one. */
struct walk {
	bool over;              /* fixed or closed, and not reopened since */
	bool triaged;           /* ever */
	bool exploited;         /* ever */
	bool fixed;             /* in this life */
	bool started;           /* this clock, in this life */
	bool running;           /* this clock has an open entry */
	enum severity severity; /* in force */
};

struct table {
	struct clock_entry *entries;
	enum severity *severities; /* of a fix entry */
	size_t n;
};

static bool
is_answer(const struct event *e)
{
	return e->kind == EVENT_ACKNOWLEDGED || e->kind == EVENT_INFO_REQUESTED ||
	       (e->kind == EVENT_MESSAGE && e->to == PARTY_REPORTER);
}

static bool
is_end(const struct event *e)
{
	return e->kind == EVENT_FIXED || e->kind == EVENT_CLOSED;
}

static bool
sent(const struct event *e, enum regulator_report what)
{
	return e->kind == EVENT_REGULATOR_SENT && e->what == what;
}

static bool
stops(enum clock_kind clock, const struct event *e)
{
	switch (clock) {
	case CLOCK_ACKNOWLEDGE:
		return is_answer(e) || e->kind == EVENT_CLOSED;
	case CLOCK_TRIAGE:
		return e->kind == EVENT_TRIAGED || e->kind == EVENT_CLOSED;
	case CLOCK_FIX:
		return is_end(e);
	case CLOCK_UPDATE:
		return is_answer(e) || is_end(e);
	case CLOCK_CRA_WARNING:
		return sent(e, REGULATOR_WARNING);
	case CLOCK_CRA_NOTIFICATION:
		return sent(e, REGULATOR_NOTIFICATION);
	case CLOCK_CRA_FINAL:
		return sent(e, REGULATOR_FINAL);
	case CLOCK_DISCLOSURE:
		return e->kind == EVENT_PUBLISHED || e->kind == EVENT_CLOSED ||
		       (e->kind == EVENT_MESSAGE && e->to == PARTY_REPORTER);
	case CLOCK_KIND_COUNT:
		break;
	}
	return false;
}

static bool
starts(enum clock_kind clock, const struct walk *w, const struct event *e)
{
	bool reopened = e->kind == EVENT_REOPENED;

	switch (clock) {
	case CLOCK_ACKNOWLEDGE:
		return e->kind == EVENT_RECEIVED;
	case CLOCK_TRIAGE:
		return e->kind == EVENT_RECEIVED || (reopened && !w->triaged);
	case CLOCK_FIX:
		return e->kind == EVENT_RECEIVED || reopened;
	case CLOCK_UPDATE:
		return reopened || (is_answer(e) && !w->over);
	case CLOCK_CRA_WARNING:
	case CLOCK_CRA_NOTIFICATION:
		return e->kind == EVENT_EXPLOITED && !w->started;
	case CLOCK_CRA_FINAL:
		return !w->started && ((e->kind == EVENT_FIXED && w->exploited) ||
		                              (e->kind == EVENT_EXPLOITED && w->fixed));
	case CLOCK_DISCLOSURE:
		return e->kind == EVENT_DISCLOSURE_ASKED && !w->running;
	case CLOCK_KIND_COUNT:
		break;
	}
	return false;
}

static void
remember(struct walk *w, const struct event *e)
{
	switch (e->kind) {
	case EVENT_TRIAGED:
		w->triaged = true;
		w->severity = e->severity;
		break;
	case EVENT_EXPLOITED:
		w->exploited = true;
		break;
	case EVENT_FIXED:
		w->fixed = true;
		w->over = true;
		break;
	case EVENT_CLOSED:
		w->over = true;
		break;
	case EVENT_REOPENED:
		w->over = w->fixed = w->started = false;
		break;
	default:
		break;
	}
}

/* Adds the runs of one clock to T, without due times. */
static void
walk_events(struct table *t, enum clock_kind clock, const struct event *events, size_t n)
{
	struct walk w = {0};
	size_t first = t->n, open = t->n;

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		for (; stops(clock, e) && open < t->n; open++) {
			t->entries[open].stopped = true;
			t->entries[open].stopped_utc_s = e->at_utc_s;
		}
		remember(&w, e);
		w.running = open < t->n;
		if (starts(clock, &w, e)) {
			t->entries[t->n] =
			        (struct clock_entry){.clock = clock, .started_utc_s = e->at_utc_s};
			t->n++;
			w.started = true;
		}
		if (t->n > first)
			t->severities[t->n - 1] = w.severity;
	}
}

static size_t
find_pauses(struct arena *a, const struct event *events, size_t n, struct pause **out)
{
	struct pause *pauses = ARENA_ARRAY(a, n + 1, struct pause);
	size_t count = 0;
	bool on = false;

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (!on && e->kind == EVENT_INFO_REQUESTED) {
			pauses[count++] = (struct pause){.from_utc_s = e->at_utc_s, .open = true};
			on = true;
		} else if (on && (e->kind == EVENT_INFO_PROVIDED || is_end(e))) {
			pauses[count - 1].to_utc_s = e->at_utc_s;
			pauses[count - 1].open = false;
			on = false;
		}
	}
	*out = pauses;
	return count;
}

/* Seconds of PAUSES that lie between FROM and TO. */
static int64_t
paused_s(const struct pause *pauses, size_t n, int64_t from, int64_t to)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t start = pauses[i].from_utc_s > from ? pauses[i].from_utc_s : from;
		int64_t end = pauses[i].open || pauses[i].to_utc_s > to ? to : pauses[i].to_utc_s;

		if (end > start)
			sum += end - start;
	}
	return sum;
}

int64_t
clock_promise_s(const struct promises *p, enum clock_kind clock, enum severity severity)
{
	switch (clock) {
	case CLOCK_ACKNOWLEDGE:
		return p->acknowledge_s;
	case CLOCK_TRIAGE:
		return p->triage_s;
	case CLOCK_FIX:
		return promises_fix_s(p, severity);
	case CLOCK_UPDATE:
		return p->update_s;
	case CLOCK_CRA_WARNING:
		return p->cra_warning_s;
	case CLOCK_CRA_NOTIFICATION:
		return p->cra_notification_s;
	case CLOCK_CRA_FINAL:
		return p->cra_final_s;
	case CLOCK_DISCLOSURE:
		return p->disclosure_s;
	case CLOCK_KIND_COUNT:
		break;
	}
	return 0;
}

static void
finish(struct clock_entry *e, int64_t promise, int64_t percent, const struct pause *pauses,
        size_t n, int64_t now)
{
	int64_t end = e->stopped ? e->stopped_utc_s : now, waited = 0;

	if (e->clock == CLOCK_TRIAGE || e->clock == CLOCK_FIX) {
		waited = paused_s(pauses, n, e->started_utc_s, end);
		e->paused = !e->stopped && n > 0 && pauses[n - 1].open;
	}
	e->promise_s = promise;
	e->due_utc_s = e->started_utc_s + promise + waited;
	e->warn_utc_s =
	        e->started_utc_s + promise / 100 * percent + promise % 100 * percent / 100 + waited;
	if (!e->stopped)
		e->remaining_s = e->due_utc_s - now;
	if (end > e->due_utc_s)
		e->state = CLOCK_MISSED;
	else if (e->stopped)
		e->state = CLOCK_MET;
	else
		e->state = e->paused ? CLOCK_PAUSED : CLOCK_RUNNING;
}

void
clocks_compute(struct arena *a, const struct promises *p, const struct event *events, size_t n,
        int64_t now_utc_s, struct clock_entry **out, size_t *n_out)
{
	struct table t;
	struct pause *pauses;
	size_t n_pauses, past = 0, kept = 0;
	enum clock_kind last = CLOCK_DISCLOSURE;

	while (past < n && events[past].at_utc_s <= now_utc_s)
		past++;
	if (past > 0 && events[0].question)
		last = CLOCK_ACKNOWLEDGE;
	n_pauses = find_pauses(a, events, past, &pauses);

	/* An event starts three clocks at the most: received, reopened and exploited do. */
	t.entries = arena_array(a, past + 1, 3 * sizeof *t.entries);
	t.severities = arena_array(a, past + 1, 3 * sizeof *t.severities);
	t.n = 0;
	for (enum clock_kind clock = CLOCK_ACKNOWLEDGE; clock <= last; clock++)
		walk_events(&t, clock, events, past);

	for (size_t i = 0; i < t.n; i++) {
		struct clock_entry e = t.entries[i];
		int64_t promise = clock_promise_s(p, e.clock, t.severities[i]);

		if (promise <= 0)
			continue;
		finish(&e, promise, p->warn_percent > 0 ? p->warn_percent : 75, pauses, n_pauses,
		        now_utc_s);
		t.entries[kept++] = e;
	}
	*out = t.entries;
	*n_out = kept;
}

struct clocks_next
clocks_next(const struct clock_entry *entries, size_t n, int64_t warned_utc_s)
{
	struct clocks_next next = {CLOCK_KIND_COUNT, CLOCKS_NEVER, CLOCKS_NEVER};

	for (size_t i = 0; i < n; i++) {
		const struct clock_entry *e = &entries[i];

		if (e->stopped || e->paused)
			continue;
		if (e->due_utc_s < next.due_utc_s) {
			next.due_utc_s = e->due_utc_s;
			next.clock = e->clock;
		}
		if (e->warn_utc_s > warned_utc_s && e->warn_utc_s < next.warn_utc_s)
			next.warn_utc_s = e->warn_utc_s;
	}
	return next;
}

const char *
clock_name(enum clock_kind k)
{
	return k < CLOCK_KIND_COUNT ? names[k].name : "";
}

const char *
clock_label(enum clock_kind k)
{
	return k < CLOCK_KIND_COUNT ? names[k].label : "";
}

enum err
clock_parse(struct str s, enum clock_kind *out)
{
	for (int i = 0; i < CLOCK_KIND_COUNT; i++) {
		if (!str_eq(s, str_of(names[i].name)))
			continue;
		*out = (enum clock_kind)i;
		return ERR_OK;
	}
	return ERR_INVALID;
}

const char *
clock_state_name(enum clock_state s)
{
	return s < CLOCK_STATE_COUNT ? state_names[s] : "";
}
