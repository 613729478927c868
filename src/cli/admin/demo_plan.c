/* Half a year, drawn. */
#include "cli/admin/demo_plan.h"

#include "base/time.h"
#include "policy/severity.h"

#include <stdlib.h>

/* splitmix64: the same half year for every run. */
struct dice {
	uint64_t state;
};

static uint64_t
draw(struct dice *d)
{
	uint64_t x = d->state += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static size_t
pick(struct dice *d, size_t n)
{
	return (size_t)(draw(d) % n);
}

static bool
chance(struct dice *d, unsigned percent)
{
	return pick(d, 100) < percent;
}

/* Seconds between LO and HI. */
static int64_t
between(struct dice *d, int64_t lo, int64_t hi)
{
	return lo + (int64_t)(draw(d) % (uint64_t)(hi - lo + 1));
}

static void
step(struct demo_case *c, enum demo_move move, int64_t at)
{
	if (c->n == DEMO_STEPS_MAX)
		abort();
	c->steps[c->n++] = (struct demo_step){at, move};
}

/* When the first answer comes: nearly always in time. */
static int64_t
answered(struct dice *d, int64_t received)
{
	if (chance(d, 4))
		return received + between(d, 49 * HOUR_S, 80 * HOUR_S);
	return received + (chance(d, 70) ? between(d, HOUR_S, 20 * HOUR_S)
	                                 : between(d, 20 * HOUR_S, 46 * HOUR_S));
}

/* Questions before the verdict; *at moves on. False where no answer came. */
static bool
asked(struct dice *d, struct demo_case *c, int64_t *at)
{
	*at += between(d, HOUR_S, 18 * HOUR_S);
	step(c, DEMO_ASK, *at);
	if (chance(d, 12))
		return false;
	*at += between(d, 3 * HOUR_S, 4 * DAY_S);
	step(c, DEMO_REPLY, *at);
	return true;
}

/* How long the mending takes, from the verdict on. */
static int64_t
mending(struct dice *d, enum severity s)
{
	static const struct {
		int64_t lo, hi;
	} days[SEVERITY_COUNT] = {[SEVERITY_CRITICAL] = {2, 20},
	        [SEVERITY_HIGH] = {6, 38},
	        [SEVERITY_MEDIUM] = {14, 60},
	        [SEVERITY_LOW] = {20, 85}};

	if (s == SEVERITY_CRITICAL && chance(d, 10))
		return between(d, 32 * DAY_S, 36 * DAY_S);
	return between(d, days[s].lo * DAY_S, days[s].hi * DAY_S);
}

/* News every now and then until the end. One is forgotten here and there. */
static void
news(struct dice *d, struct demo_case *c, int64_t from, int64_t until)
{
	int64_t at = from;

	for (;;) {
		at += chance(d, 4) ? between(d, 15 * DAY_S, 18 * DAY_S)
		                   : between(d, 8 * DAY_S, 13 * DAY_S);
		if (at >= until || c->n + 12 >= DEMO_STEPS_MAX)
			return;
		step(c, DEMO_NEWS, at);
	}
}

static void
after_fix(struct dice *d, struct demo_case *c, int64_t fixed)
{
	if (chance(d, 6)) {
		step(c, DEMO_STILL, fixed + 20 * HOUR_S);
		step(c, DEMO_REOPEN, fixed + 26 * HOUR_S);
		fixed += between(d, 4 * DAY_S, 9 * DAY_S);
		step(c, DEMO_FIX, fixed);
	} else if (chance(d, 45)) {
		step(c, DEMO_THANKS, fixed + between(d, HOUR_S, 20 * HOUR_S));
	}
	if (c->reporter != NULL && chance(d, 30))
		step(c, DEMO_CREDIT, fixed + between(d, 21 * HOUR_S, 30 * HOUR_S));
	if (c->reporter != NULL && chance(d, 30))
		step(c, DEMO_LETTER, fixed + between(d, 31 * HOUR_S, 40 * HOUR_S));
	step(c, DEMO_CLOSE, fixed + between(d, 2 * DAY_S, 5 * DAY_S));
}

static void
valid(struct dice *d, struct demo_case *c)
{
	int64_t at = answered(d, c->received_utc_s), verdict, fixed;
	enum severity s = SEVERITY_MEDIUM;

	step(c, DEMO_ACKNOWLEDGE, at);
	if (chance(d, 75))
		step(c, DEMO_ASSIGN, at + between(d, 60, 2 * HOUR_S));
	at += 2 * HOUR_S;
	if (chance(d, 50) && !asked(d, c, &at)) {
		c->silent = true;
		step(c, DEMO_CLOSE, at + between(d, 10 * DAY_S, 13 * DAY_S));
		return;
	}
	if (chance(d, 70))
		step(c, DEMO_NOTE, at + between(d, 60, 3 * HOUR_S));
	verdict = c->received_utc_s +
	          (chance(d, 5) ? between(d, 8 * DAY_S, 10 * DAY_S) : between(d, DAY_S, 6 * DAY_S));
	if (verdict < at + 4 * HOUR_S)
		verdict = at + between(d, 4 * HOUR_S, DAY_S);
	step(c, DEMO_TRIAGE, verdict);
	if (severity_parse(c->text->judged, &s) != ERR_OK)
		abort();
	fixed = verdict + mending(d, s);
	news(d, c, verdict, fixed);
	if (chance(d, 8))
		step(c, DEMO_DISCLOSE, verdict + (fixed - verdict) / 2);
	step(c, DEMO_FIX, fixed);
	after_fix(d, c, fixed);
}

static void
not_taken_up(struct dice *d, struct demo_case *c)
{
	int64_t at = answered(d, c->received_utc_s);

	step(c, DEMO_ACKNOWLEDGE, at);
	if (c->text->ask.n > 0) {
		at += between(d, HOUR_S, 6 * HOUR_S);
		step(c, DEMO_ASK, at);
		at += 8 * DAY_S;
	}
	step(c, DEMO_ANSWER, at + between(d, HOUR_S, 4 * DAY_S));
}

static void
live(struct dice *d, struct demo_case *c)
{
	int64_t at = c->received_utc_s;

	switch (c->kind) {
	case DEMO_VALID:
		valid(d, c);
		break;
	case DEMO_DUPLICATE:
		step(c, DEMO_ACKNOWLEDGE, at += between(d, HOUR_S, 30 * HOUR_S));
		step(c, DEMO_CLOSE, at + between(d, HOUR_S, 3 * DAY_S));
		break;
	case DEMO_NOISE:
		not_taken_up(d, c);
		break;
	case DEMO_SPAM:
		step(c, DEMO_CLOSE, at + between(d, 10 * MINUTE_S, 20 * HOUR_S));
		break;
	case DEMO_QUESTION:
		step(c, DEMO_ANSWER, at + between(d, HOUR_S, 40 * HOUR_S));
		break;
	case DEMO_WITHDRAWN:
		step(c, DEMO_ACKNOWLEDGE, at += between(d, HOUR_S, 30 * HOUR_S));
		step(c, DEMO_WITHDRAW, at + between(d, HOUR_S, 2 * DAY_S));
		break;
	case DEMO_FORGOTTEN:
		break;
	}
}

/* In order, and nothing that is still to come. */
static void
cut(struct demo_case *c, int64_t now)
{
	for (size_t i = 1; i < c->n; i++)
		for (size_t j = i; j > 0 && c->steps[j].at_utc_s < c->steps[j - 1].at_utc_s; j--) {
			struct demo_step held = c->steps[j];

			c->steps[j] = c->steps[j - 1];
			c->steps[j - 1] = held;
		}
	while (c->n > 0 && c->steps[c->n - 1].at_utc_s > now)
		c->n--;
}

static enum demo_kind
kind_of(struct dice *d, size_t i, int64_t age_s)
{
	static const struct {
		unsigned share;
		enum demo_kind kind;
	} kinds[] = {{47, DEMO_VALID}, {8, DEMO_DUPLICATE}, {25, DEMO_NOISE}, {9, DEMO_SPAM},
	        {7, DEMO_QUESTION}, {4, DEMO_WITHDRAWN}};
	size_t at = pick(d, 100), k = 0;

	if (age_s > 3 * DAY_S && age_s < 12 * DAY_S && i % 6 == 0)
		return DEMO_FORGOTTEN;
	while (at >= kinds[k].share)
		at -= kinds[k++].share;
	return kinds[k].kind;
}

/* The latest of the cases before I with the same text that is no duplicate itself; I if none. */
static size_t
original_of(const struct demo_case *all, size_t i)
{
	for (size_t k = i; k-- > 0;)
		if (all[k].kind == DEMO_VALID && all[k].text == all[i].text)
			return k;
	return i;
}

static void
begin(struct dice *d, const struct demo_texts *t, struct demo_case *all, size_t i, int64_t now)
{
	static const char *const channels[] = {"web", "web", "web", "api", "mail"};
	struct demo_case *c = &all[i];
	const struct demo_reports *from = &t->reports;

	c->kind = kind_of(d, i, now - c->received_utc_s);
	if (c->kind == DEMO_NOISE || c->kind == DEMO_WITHDRAWN)
		from = &t->noise;
	if (c->kind == DEMO_SPAM)
		from = &t->spam;
	if (c->kind == DEMO_QUESTION)
		from = &t->questions;
	c->text = &from->items[pick(d, from->n)];
	c->thing = c->text->things_n > 0 ? c->text->things[pick(d, c->text->things_n)] : STR("");
	if (c->kind != DEMO_SPAM && chance(d, 80))
		c->reporter = &t->reporters[pick(d, t->reporters_n)];
	c->credit = c->reporter != NULL && chance(d, 50);
	c->member = pick(d, t->team_n);
	c->channel = channels[pick(d, 5)];
	if (c->kind == DEMO_DUPLICATE) {
		c->of = original_of(all, i);
		c->thing = all[c->of].thing;
		c->kind = c->of == i ? DEMO_VALID : DEMO_DUPLICATE;
	}
}

static int
later(const void *a, const void *b)
{
	const struct demo_case *x = a, *y = b;

	return (x->received_utc_s > y->received_utc_s) - (x->received_utc_s < y->received_utc_s);
}

struct demo_case *
demo_plan(struct arena *a, const struct demo_texts *t, size_t n, int64_t now_utc_s)
{
	struct demo_case *all = ARENA_ARRAY(a, n, struct demo_case);
	struct dice d = {2026};

	/* More of them lately: of two draws the later one, every other time, and some just now. */
	for (size_t i = 0; i < n; i++) {
		int64_t age = between(&d, HOUR_S, (int64_t)DEMO_DAYS * DAY_S);
		int64_t other = between(&d, HOUR_S, (int64_t)DEMO_DAYS * DAY_S);

		if (chance(&d, 50) && other < age)
			age = other;
		if (i < n / 20)
			age = 20 * MINUTE_S + (int64_t)i * 7 * HOUR_S;
		all[i].received_utc_s = now_utc_s - age;
	}
	qsort(all, n, sizeof *all, later);
	for (size_t i = 0; i < n; i++) {
		begin(&d, t, all, i, now_utc_s);
		live(&d, &all[i]);
		cut(&all[i], now_utc_s);
	}
	return all;
}
