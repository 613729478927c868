/* Comparing a row with the fold of its events. */
#include "cli/admin/fold_check.h"

#include "act/warn.h"
#include "store/tx.h"

static enum err
no_case(struct diag *d, const struct case_seen *c, const char *what)
{
	return diag_set(
	        d, ERR_STORE, "compare it with a backup", "%.*s: %s", STR_ARG(c->number), what);
}

/* What the fold of states does not know of: who has the case, and how many files came. */
static enum err
apply_clear(const struct case_seen *c, struct case_row *row)
{
	row->assignee = row->files = 0;
	for (size_t i = 0; i < c->n; i++) {
		enum event_kind kind;
		struct clear clear;

		if (event_parse(c->events[i].kind, &kind) != ERR_OK ||
		        clear_parse(c->events[i].clear, &clear) != ERR_OK)
			return ERR_STORE;
		if (kind == EVENT_ASSIGNED)
			row->assignee = clear.assignee;
		else if (kind == EVENT_FILE_ADDED)
			row->files++;
	}
	return ERR_OK;
}

/* Files that came with the report itself have no event of their own. */
static enum err
files_of_report(const struct case_seen *c, int64_t *n)
{
	struct file_row *files;
	size_t files_n;
	enum err e = file_list(c->a, c->of->db, c->row.id, &files, &files_n);

	for (size_t i = 0; e == ERR_OK && i < files_n; i++)
		*n += files[i].event_seq == 1;
	return e;
}

static enum err
compute(const struct case_seen *c, int64_t now, struct case_row *row, struct diag *d)
{
	struct event *events;
	struct clock_entry *clocks;
	struct case_status status;
	size_t clocks_n;
	enum err e = act_events_read(c->a, c->events, c->n, &events);

	*row = c->row;
	if (e == ERR_OK)
		e = apply_clear(c, row);
	if (e != ERR_OK)
		return no_case(d, c, "an event is not one that this program writes");
	if (row->files != c->row.files && files_of_report(c, &row->files) != ERR_OK)
		return no_case(d, c, "its files cannot be read");
	if (case_fold(events, c->n, &status, NULL) != ERR_OK)
		return no_case(d, c, "its events cannot have happened in this order");
	e = act_clocks(
	        c->a, c->of->db, &c->of->programme, &c->row, events, c->n, now, &clocks, &clocks_n);
	if (e != ERR_OK)
		return no_case(d, c, "the policy that it is pinned to is not in the database");
	act_index(row, &status, clocks, clocks_n,
	        act_next_warn(clocks, clocks_n, c->row.next_warn, now));
	return ERR_OK;
}

/* ---- Comparing ---- */

struct column {
	const char *name;
	bool index; /* of the clocks: nothing but an order to find cases in */
	int64_t have, want;
};
enum { COLUMNS_MAX = 16 };

static size_t
compare(const struct case_row *have, const struct case_row *want, struct column out[COLUMNS_MAX])
{
	const struct column all[] = {
	        {"state", false, have->state, want->state},
	        {"needs_info", false, have->needs_info, want->needs_info},
	        {"severity", false, have->severity, want->severity},
	        {"close_reason", false, have->close_reason, want->close_reason},
	        {"assignee", false, have->assignee, want->assignee},
	        {"hold", false, have->hold, want->hold},
	        {"closed_at", false, have->closed_at, want->closed_at},
	        {"erased_at", false, have->erased_at, want->erased_at},
	        {"letter_asked", false, have->letter_asked, want->letter_asked},
	        {"files", false, have->files, want->files},
	        {"updated_at", false, have->updated_at, want->updated_at},
	        {"next_clock", true, have->next_clock, want->next_clock},
	        {"next_due", true, have->next_due, want->next_due},
	        {"next_warn", true, have->next_warn, want->next_warn},
	};
	size_t n = 0;

	_Static_assert(sizeof all / sizeof all[0] <= COLUMNS_MAX, "room");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i].have != all[i].want)
			out[n++] = all[i];
	return n;
}

enum err
fold_check(const struct case_seen *c, int64_t now_utc_s, struct diag *d)
{
	struct case_row want;
	struct column differ[COLUMNS_MAX];
	enum err e = compute(c, now_utc_s, &want, d);

	if (e != ERR_OK || compare(&c->row, &want, differ) == 0)
		return e;
	return diag_set(d, ERR_INVALID,
	        differ[0].index ? "`vdpd doctor --repair` writes it anew"
	                        : "the next action on the case writes it anew; if many are so, "
	                          "compare with a backup",
	        "%.*s: the row's %s is %lld, its events make it %lld", STR_ARG(c->number),
	        differ[0].name, (long long)differ[0].have, (long long)differ[0].want);
}

struct repair {
	struct case_row row;
	int64_t was_warn;
};

static enum err
repair_tx(struct db *db, void *ctx)
{
	const struct repair *r = ctx;

	return case_update_index(db, &r->row, r->was_warn);
}

enum err
fold_repair(const struct case_seen *c, int64_t now_utc_s)
{
	struct repair r = {.was_warn = c->row.next_warn};
	struct column differ[COLUMNS_MAX];
	struct diag d = {0};
	enum err e = compute(c, now_utc_s, &r.row, &d);
	size_t n = e == ERR_OK ? compare(&c->row, &r.row, differ) : 0;

	/* They come last in the table. */
	if (e == ERR_OK && (n == 0 || !differ[0].index))
		e = ERR_INVALID;
	return e == ERR_OK ? tx_run(c->of->db, repair_tx, &r) : e;
}
