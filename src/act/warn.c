/* Marks of clocks, and who is told of them. */
#include "act/warn.h"

enum { ABOUT_KINDS = 16 };

static bool
runs(const struct clock_entry *e)
{
	return !e->stopped && !e->paused;
}

int64_t
act_next_warn(const struct clock_entry *entries, size_t n, int64_t row_next_warn, int64_t now)
{
	/* A mark that has come but was not told yet stays the next one. */
	int64_t told = row_next_warn <= now ? row_next_warn - 1 : now;
	int64_t next = CASE_DUE_NEVER;

	for (size_t i = 0; i < n; i++) {
		const int64_t marks[] = {entries[i].warn_utc_s, entries[i].due_utc_s};

		for (size_t m = 0; m < 2 && runs(&entries[i]); m++)
			if (marks[m] > told && marks[m] < next)
				next = marks[m];
	}
	return next;
}

static bool
known(const struct clock_entry *old, size_t n, const struct clock_entry *e)
{
	for (size_t i = 0; i < n; i++)
		if (old[i].clock == e->clock && old[i].started_utc_s == e->started_utc_s &&
		        old[i].due_utc_s == e->due_utc_s)
			return true;
	return false;
}

int64_t
act_new_marks(
        const struct clock_entry *old, size_t old_n, const struct clock_entry *new, size_t new_n)
{
	int64_t first = CASE_DUE_NEVER;

	for (size_t i = 0; i < new_n; i++)
		if (runs(&new[i]) && !known(old, old_n, &new[i]) && new[i].warn_utc_s < first)
			first = new[i].warn_utc_s;
	return first;
}

int64_t
warn_about(enum clock_kind clock, int64_t due_utc_s)
{
	return due_utc_s * ABOUT_KINDS + (int64_t)clock;
}

enum err
warn_about_parse(int64_t about, enum clock_kind *clock, int64_t *due_utc_s)
{
	if (about < 0 || about % ABOUT_KINDS >= CLOCK_KIND_COUNT)
		return ERR_INVALID;
	*clock = (enum clock_kind)(about % ABOUT_KINDS);
	*due_utc_s = about / ABOUT_KINDS;
	return ERR_OK;
}

static enum err
tell(struct act *act, const struct policy *policy, const struct clock_entry *e,
        enum notice_template t, size_t *queued)
{
	int64_t quiet_s = e->promise_s / 100 * policy->reminders.quiet_percent;
	bool quiet = act->now_utc_s - act->status.last_utc_s > quiet_s;
	struct notice_row row = {
	        .case_id = act->row.id,
	        .template = str_of(notice_name(t)),
	        .about = warn_about(e->clock, e->due_utc_s),
	        .recipient = act->row.assignee,
	        .queued_at = act->now_utc_s,
	        .try_at = act->now_utc_s,
	};
	bool told;
	enum err err = notice_any(act->db, row.case_id, row.template, row.about, &told);

	if (err != ERR_OK || told)
		return err;
	if (act->row.assignee == 0 || quiet)
		row.recipient = NOTICE_RECIPIENT_TEAM;
	++*queued;
	return notice_queue(act->db, &row);
}

/* A promise that is missed already is not warned of any more. */
static enum err
tell_of(struct act *act, const struct policy *policy, const struct clock_entry *e, int64_t from,
        size_t *queued)
{
	if (!runs(e))
		return ERR_OK;
	if (e->due_utc_s >= from && e->due_utc_s <= act->now_utc_s)
		return tell(act, policy, e, NOTICE_MISSED, queued);
	if (e->warn_utc_s >= from && e->warn_utc_s <= act->now_utc_s)
		return tell(act, policy, e,
		        e->clock == CLOCK_UPDATE ? NOTICE_UPDATE_DUE : NOTICE_WARNING, queued);
	return ERR_OK;
}

enum err
act_warn(struct arena *a, struct db *db, const struct programme *pr, int64_t case_id, int64_t now,
        size_t *queued)
{
	struct act act = {
	        .a = a,
	        .db = db,
	        .programme = pr,
	        .actor = {.kind = ACTOR_SYSTEM},
	        .now_utc_s = now,
	};
	const struct policy *policy;
	struct clock_entry *entries;
	size_t n, count = 0;
	enum err e = act_open(&act, case_id);

	if (e == ERR_OK)
		e = policies_get(pr->policies, db, act.row.policy_sha256, &policy);
	if (e != ERR_OK)
		return e;
	clocks_compute(a, &policy->promises, act.events, act.events_n, now, &entries, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = tell_of(&act, policy, &entries[i], act.row.next_warn, &count);
	if (e == ERR_OK)
		e = case_update_warn(db, case_id, act.row.events,
		        act_next_warn(entries, n, CASE_DUE_NEVER, now));
	if (e == ERR_OK)
		*queued = count;
	return e;
}
