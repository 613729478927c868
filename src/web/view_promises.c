/* Clocks as promises. */
#include "web/view_promises.h"

#include <stdlib.h>

static struct str
label_of(const struct policy *policy, const struct clock_entry *clock)
{
	struct str name = str_of(clock_name(clock->clock));

	for (size_t i = 0; i < policy->timeline.n; i++) {
		const struct policy_promise *p = &policy->timeline.list[i];

		/* Fixes have a promise for each severity: the length tells which. */
		if (str_eq(name, str_of(p->clock)) && p->s == clock->promise_s)
			return p->label;
	}
	return str_of(clock_label(clock->clock));
}

static enum view_promise_state
state_of(const struct clock_entry *clock)
{
	switch (clock->state) {
	case CLOCK_PAUSED:
		return VIEW_PROMISE_PAUSED;
	case CLOCK_MET:
		return VIEW_PROMISE_KEPT;
	case CLOCK_MISSED:
		return VIEW_PROMISE_MISSED;
	default:
		return VIEW_PROMISE_DUE;
	}
}

struct view_promise
promise_of_clock(const struct policy *policy, const struct clock_entry *clock, int64_t now_utc_s)
{
	return (struct view_promise){
	        .what = label_of(policy, clock),
	        .state = state_of(clock),
	        .now = now_utc_s,
	        .started_at = clock->started_utc_s,
	        .due_at = clock->due_utc_s,
	        .stopped_at = clock->stopped ? clock->stopped_utc_s : 0,
	        .length_s = clock->promise_s,
	};
}

/* A kept promise is left out where a later one of the same clock was kept, too. */
static bool
is_shown(const struct clock_entry *clocks, size_t n, size_t i)
{
	if (clocks[i].state != CLOCK_MET)
		return true;
	for (size_t k = 0; k < n; k++)
		if (clocks[k].clock == clocks[i].clock && clocks[k].state == CLOCK_MET &&
		        (clocks[k].stopped_utc_s > clocks[i].stopped_utc_s ||
		                (clocks[k].stopped_utc_s == clocks[i].stopped_utc_s && k > i)))
			return false;
	return true;
}

static int
rank_of(const struct view_promise *p)
{
	if (p->stopped_at != 0)
		return 2;
	return p->state == VIEW_PROMISE_PAUSED ? 1 : 0;
}

static int
in_order(const void *a, const void *b)
{
	const struct view_promise *x = a, *y = b;
	int rank = rank_of(x) - rank_of(y);

	if (rank != 0)
		return rank;
	if (x->stopped_at != 0)
		return (x->stopped_at < y->stopped_at) - (x->stopped_at > y->stopped_at);
	return (x->due_at > y->due_at) - (x->due_at < y->due_at);
}

struct view_promises
promises_of_clocks(struct arena *a, const struct policy *policy, const struct clock_entry *clocks,
        size_t n, int64_t now_utc_s)
{
	struct view_promise *items = ARENA_ARRAY(a, n + 1, struct view_promise);
	size_t shown = 0;

	for (size_t i = 0; i < n; i++)
		if (is_shown(clocks, n, i))
			items[shown++] = promise_of_clock(policy, &clocks[i], now_utc_s);
	if (shown > 0)
		qsort(items, shown, sizeof *items, in_order);
	return (struct view_promises){items, shown};
}
