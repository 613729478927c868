/* Counting the overview. */
#include "act/overview.h"

#include "base/time.h"
#include "case/event.h"
#include "case/state.h"
#include "store/event_store.h"
#include "store/outcome_store.h"
#include "store/overview_store.h"
#include "store/tx.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	CWE_MAX = 4096,
	NAMES_MAX = 512,   /* components told apart */
	IDS_MAX = 1 << 28, /* a case's id is an index here */
	PAGE_MS = 60,      /* that counting may take while a page waits */
	REST = 100,        /* times its cost until it is counted anew */
	KEPT_VERSION = 1,
};

/* Times in seconds, to take the median of. */
struct times {
	uint32_t *v;
	size_t n, room;
};

/* What is remembered of a case, by its id. */
struct seen {
	uint32_t received; /* UTC seconds, until 2106 */
	uint8_t severity;
	bool here : 1, question : 1, valid : 1, triaged : 1, fixed : 1;
};

struct name_count {
	char component[OVERVIEW_NAME_MAX];
	int64_t cwe;
	uint64_t n, open;
};

struct counting {
	struct overview *o;
	int64_t now, year_from;
	struct seen *cases;
	size_t room;
	struct times spans[OVERVIEW_TIMES][SEVERITY_COUNT];
	struct times validate, remediate, ages, ages_90;
	struct name_count *components, *weaknesses;
	size_t components_n;
};

static void *
grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (p == NULL)
		abort();
	return p;
}

static void
times_add(struct times *t, int64_t s)
{
	if (t->n == t->room) {
		t->room = t->room == 0 ? 256 : 2 * t->room;
		t->v = grown(t->v, t->room, sizeof *t->v);
	}
	t->v[t->n++] = s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static int
shorter(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The lower median, and the time within which nine of ten were. */
static struct overview_span
times_span(struct times *t)
{
	if (t->n == 0)
		return (struct overview_span){0};
	qsort(t->v, t->n, sizeof *t->v, shorter);
	return (struct overview_span){t->n, t->v[(t->n - 1) / 2], t->v[(t->n * 9 + 9) / 10 - 1]};
}

static void
times_join(struct times *to, const struct times *from)
{
	for (size_t i = 0; i < from->n; i++)
		times_add(to, from->v[i]);
}

static struct overview_month *
month_of(struct counting *c, int64_t at)
{
	for (int i = OVERVIEW_MONTHS; i-- > 0;)
		if (at >= c->o->months[i].from_utc_s)
			return &c->o->months[i];
	return NULL;
}

/* ---- Cases ---- */

static struct seen *
case_place(struct counting *c, int64_t id)
{
	if (id < 0 || id >= IDS_MAX)
		return NULL;
	if ((size_t)id >= c->room) {
		size_t room = c->room == 0 ? 4096 : c->room;

		while (room <= (size_t)id)
			room *= 2;
		c->cases = grown(c->cases, room, sizeof *c->cases);
		memset(c->cases + c->room, 0, (room - c->room) * sizeof *c->cases);
		c->room = room;
	}
	return &c->cases[id];
}

static struct name_count *
component_of(struct counting *c, const char *name)
{
	for (size_t i = 0; i < c->components_n; i++)
		if (strcmp(c->components[i].component, name) == 0)
			return &c->components[i];
	if (c->components_n == NAMES_MAX)
		return &c->components[NAMES_MAX - 1];
	snprintf(c->components[c->components_n].component, OVERVIEW_NAME_MAX, "%s", name);
	return &c->components[c->components_n++];
}

static void
count_open_valid(struct counting *c, int64_t age)
{
	c->o->bod.open_valid++;
	times_add(&c->ages, age);
	if (age > 90 * (int64_t)DAY_S) {
		c->o->bod.older_90++;
		times_add(&c->ages_90, age);
	}
}

static void
count_case(void *ctx, const struct overview_case *row)
{
	struct counting *c = ctx;
	struct seen *s = case_place(c, row->id);
	struct overview_month *m = month_of(c, row->received_at);
	bool open = row->state != CASE_CLOSED, recent = row->received_at >= c->year_from;
	bool valid = row->severity != SEVERITY_NONE && !row->question &&
	             (open || row->close_reason == CLOSE_RESOLVED);

	c->o->cases++;
	c->o->open += open;
	c->o->this_year += recent;
	if (m != NULL)
		m->arrived++;
	if (recent) {
		struct name_count *n = component_of(c, row->component);
		struct name_count *w =
		        &c->weaknesses[row->cwe > 0 && row->cwe < CWE_MAX ? row->cwe : 0];

		n->n++;
		n->open += open;
		w->n++;
		w->open += open;
		c->o->bod.reports += !row->question;
		c->o->bod.valid += valid;
	}
	if (valid && open)
		count_open_valid(c, c->now - row->received_at);
	if (s != NULL && row->received_at >= 0 && row->received_at <= UINT32_MAX)
		*s = (struct seen){.received = (uint32_t)row->received_at,
		        .severity = (uint8_t)(row->severity < SEVERITY_COUNT ? row->severity : 0),
		        .here = true,
		        .question = row->question,
		        .valid = valid};
}

/* ---- Marks and outcomes ---- */

static struct seen *
seen_of(struct counting *c, int64_t id)
{
	return id >= 0 && (size_t)id < c->room && c->cases[id].here ? &c->cases[id] : NULL;
}

static void
count_mark(void *ctx, enum overview_mark mark, int64_t case_id, int64_t at)
{
	struct counting *c = ctx;
	struct seen *s = seen_of(c, case_id);
	struct overview_month *m = month_of(c, at);
	int64_t took;

	if (s == NULL)
		return;
	if (mark == OVERVIEW_CLOSED) {
		if (m != NULL)
			m->closed++;
		return;
	}
	/* The first verdict counts, and the first mending. */
	if (mark == OVERVIEW_TRIAGED ? s->triaged : s->fixed)
		return;
	if (mark == OVERVIEW_TRIAGED)
		s->triaged = true;
	else
		s->fixed = true;
	if (at < c->year_from)
		return;
	took = at - s->received;
	times_add(&c->spans[mark == OVERVIEW_TRIAGED ? OVERVIEW_VERDICT : OVERVIEW_MENDING]
	                   [s->severity],
	        took);
	if (s->valid)
		times_add(mark == OVERVIEW_TRIAGED ? &c->validate : &c->remediate, took);
}

static void
count_outcome(void *ctx, const struct outcome_row *row)
{
	struct counting *c = ctx;
	struct overview_month *m = month_of(c, row->stopped_at);
	const struct seen *s = seen_of(c, row->case_id);

	if (row->clock < 0 || row->clock >= CLOCK_KIND_COUNT)
		return;
	if (m != NULL && row->stopped_at <= row->due_at)
		m->kept[row->clock]++;
	else if (m != NULL)
		m->missed[row->clock]++;
	if (row->clock == CLOCK_ACKNOWLEDGE && s != NULL && row->stopped_at >= c->year_from)
		times_add(
		        &c->spans[OVERVIEW_ANSWER][s->severity], row->stopped_at - row->started_at);
}

/* ---- Adding up ---- */

static int
more(const void *a, const void *b)
{
	const struct name_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return x->cwe != y->cwe ? (x->cwe > y->cwe) - (x->cwe < y->cwe)
	                        : strcmp(x->component, y->component);
}

static uint64_t
names_take(struct name_count *from, size_t n, struct overview_named out[OVERVIEW_NAMES])
{
	uint64_t taken = 0;

	qsort(from, n, sizeof *from, more);
	for (size_t i = 0; i < n && taken < OVERVIEW_NAMES && from[i].n > 0; i++) {
		struct overview_named *to = &out[taken++];

		memcpy(to->component, from[i].component, sizeof to->component);
		to->cwe = from[i].cwe;
		to->n = from[i].n;
		to->open = from[i].open;
	}
	return taken;
}

static void
months_begin(struct counting *c)
{
	int year, month;

	time_date(c->now, &year, &month, NULL);
	for (int i = OVERVIEW_MONTHS; i-- > 0;) {
		char text[RFC3339_MAX];

		snprintf(text, sizeof text, "%04d-%02d-01T00:00:00Z", year, month);
		if (time_parse(str_of(text), &c->o->months[i].from_utc_s) != ERR_OK)
			abort();
		month--;
		if (month == 0) {
			month = 12;
			year--;
		}
	}
}

static void
sum_up(struct counting *c)
{
	struct overview *o = c->o;

	for (int t = 0; t < OVERVIEW_TIMES; t++) {
		struct times all = {NULL, 0, 0};

		for (int s = 0; s < SEVERITY_COUNT; s++) {
			o->spans[t][s] = times_span(&c->spans[t][s]);
			times_join(&all, &c->spans[t][s]);
			free(c->spans[t][s].v);
		}
		o->spans[t][SEVERITY_COUNT] = times_span(&all);
		free(all.v);
	}
	o->bod.respond = o->spans[OVERVIEW_ANSWER][SEVERITY_COUNT];
	o->bod.validate = times_span(&c->validate);
	o->bod.remediate = times_span(&c->remediate);
	o->bod.age_s = times_span(&c->ages).median_s;
	o->bod.age_90_s = times_span(&c->ages_90).median_s;
	for (size_t i = 0; i < CWE_MAX; i++)
		c->weaknesses[i].cwe = (int64_t)i;
	o->components_n = names_take(c->components, c->components_n, o->components);
	o->weaknesses_n = names_take(c->weaknesses + 1, CWE_MAX - 1, o->weaknesses);
	free(c->validate.v);
	free(c->remediate.v);
	free(c->ages.v);
	free(c->ages_90.v);
	free(c->components);
	free(c->weaknesses);
	free(c->cases);
}

struct reading {
	struct counting *c;
	int64_t programme_id;
};

/* All of it as of one instant. */
static enum err
read_all(struct db *db, void *ctx)
{
	struct reading *r = ctx;
	enum err e = event_last_id(db, &r->c->o->event_id);

	if (e == ERR_OK)
		e = overview_cases(db, r->programme_id, count_case, r->c);
	if (e == ERR_OK)
		e = overview_marks(db, count_mark, r->c);
	return e == ERR_OK ? outcome_each(db, r->programme_id, count_outcome, r->c) : e;
}

enum err
overview_count(struct db *db, int64_t programme_id, int64_t now_utc_s, struct overview *out)
{
	int64_t from_ms = now_mono_ms();
	struct overview o = {.counted_at = now_utc_s};
	struct counting c = {.o = &o, .now = now_utc_s, .year_from = now_utc_s - OVERVIEW_YEAR_S};
	enum err e;

	c.components = grown(NULL, NAMES_MAX, sizeof *c.components);
	memset(c.components, 0, NAMES_MAX * sizeof *c.components);
	c.weaknesses = grown(NULL, CWE_MAX, sizeof *c.weaknesses);
	memset(c.weaknesses, 0, CWE_MAX * sizeof *c.weaknesses);
	months_begin(&c);
	e = tx_read(db, read_all, &(struct reading){&c, programme_id});
	sum_up(&c);
	o.cost_ms = now_mono_ms() - from_ms;
	if (e == ERR_OK)
		*out = o;
	return e;
}

/* ---- Keeping ---- */

/* What another program kept, whose figures are others, is as good as nothing. */
static enum err
kept(struct db *db, int64_t programme_id, struct overview *out)
{
	struct arena *a = arena_new(OVERVIEW_CONTENT_MAX + 4096);
	struct overview_row row;
	enum err e = overview_get(a, db, programme_id, &row);

	if (e == ERR_OK && (row.content.n != sizeof *out + 1 || row.content.p[0] != KEPT_VERSION))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		memcpy(out, row.content.p + 1, sizeof *out);
	arena_free(a);
	return e;
}

_Static_assert(sizeof(struct overview) < OVERVIEW_CONTENT_MAX, "it fits into its column");

enum err
overview_read(struct db *db, int64_t programme_id, int64_t now_utc_s, struct overview *out)
{
	int64_t last;
	enum err e = kept(db, programme_id, out);

	if (e == ERR_OK) {
		if (out->cost_ms > PAGE_MS)
			return ERR_OK;
		e = event_last_id(db, &last);
		if (e != ERR_OK || (last == out->event_id && now_utc_s - out->counted_at < HOUR_S &&
		                           now_utc_s >= out->counted_at))
			return e;
	} else if (e != ERR_NOT_FOUND)
		return e;
	return overview_count(db, programme_id, now_utc_s, out);
}

static enum err
keep(struct db *db, void *ctx)
{
	return overview_put(db, ctx);
}

enum err
overview_refresh(struct db *db, int64_t programme_id, int64_t now_utc_s, bool *done)
{
	struct overview o;
	unsigned char content[sizeof o + 1];
	struct overview_row row = {.programme_id = programme_id};
	int64_t last = 0, age;
	enum err e = kept(db, programme_id, &o);

	*done = false;
	if (e == ERR_OK) {
		e = event_last_id(db, &last);
		age = now_utc_s - o.counted_at;
		/* Figures "within a year" change without any event. */
		if (e != ERR_OK || (age >= 0 && age < DAY_S &&
		                           (last == o.event_id || age * 1000 < o.cost_ms * REST)))
			return e;
	} else if (e != ERR_NOT_FOUND)
		return e;
	e = overview_count(db, programme_id, now_utc_s, &o);
	if (e != ERR_OK)
		return e;
	content[0] = KEPT_VERSION;
	memcpy(content + 1, &o, sizeof o);
	row.event_id = o.event_id;
	row.counted_at = o.counted_at;
	row.cost_ms = o.cost_ms;
	row.content = str_bytes(content, sizeof content);
	e = tx_run(db, keep, &row);
	*done = e == ERR_OK;
	return e;
}
