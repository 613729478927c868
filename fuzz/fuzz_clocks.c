/* Any bytes as the input of `vdpd clocks`: refused with a line, or a case whose clocks are in order
 * and do not depend on what happens later. */
#include "case/clocks.h"
#include "case/state.h"
#include "cli/event_json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct promises all = {
        .acknowledge_s = 172800,
        .triage_s = 604800,
        .fix_s = {2592000, 5184000, 1},
        .update_s = 1209600,
        .cra_warning_s = 86400,
        .cra_notification_s = 259200,
        .cra_final_s = 1209600,
        .disclosure_s = 7,
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check_entry(const struct clock_entry *e, int64_t now)
{
	int64_t end = e->stopped ? e->stopped_utc_s : now;

	must(e->started_utc_s <= end && end <= now && e->started_utc_s < e->due_utc_s);
	must(e->warn_utc_s >= e->started_utc_s && e->warn_utc_s < e->due_utc_s);
	must((e->state == CLOCK_MISSED) == (end > e->due_utc_s));
	must((e->state == CLOCK_MET) == (e->stopped && end <= e->due_utc_s));
	must(e->state != CLOCK_PAUSED || e->paused);
	must(e->remaining_s == (e->stopped ? 0 : e->due_utc_s - now));
}

static void
check_at(struct arena *a, const struct event *events, size_t n, size_t past, int64_t now)
{
	struct clock_entry *entries, *same;
	struct clocks_next next;
	size_t n_entries, n_same;

	clocks_compute(a, &all, events, n, now, &entries, &n_entries);
	clocks_compute(a, &all, events, past, now, &same, &n_same);
	must(n_entries == n_same && memcmp(entries, same, n_same * sizeof *same) == 0);
	for (size_t i = 0; i < n_entries; i++) {
		check_entry(&entries[i], now);
		must(i == 0 || entries[i - 1].clock < entries[i].clock ||
		        (entries[i - 1].clock == entries[i].clock &&
		                entries[i - 1].started_utc_s <= entries[i].started_utc_s));
	}
	next = clocks_next(entries, n_entries, now);
	must((next.clock == CLOCK_KIND_COUNT) == (next.due_utc_s == CLOCKS_NEVER));
	must(next.warn_utc_s > now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(256 << 20);
	struct case_status s = {0};
	struct event *events;
	struct diag d = {0};
	size_t n, refused = 0;

	if (event_json_read(a, str_bytes(data, size), &events, &n, &d) != ERR_OK) {
		must(d.line > 0 && d.what[0] != '\0');
		arena_free(a);
		return 0;
	}
	for (size_t i = 0; i < n && i < 64; i++) {
		size_t past = i + 1;

		while (past < n && events[past].at_utc_s == events[i].at_utc_s)
			past++;
		check_at(a, events, n, past, events[i].at_utc_s);
		refused += case_step(&s, &events[i]) != ERR_OK;
	}
	must(s.received && refused < n);
	arena_free(a);
	return 0;
}
