/* Every promise on a clock: a pure function of the promises in force for the case, its events and
 * now. No timer state exists; what a database keeps of this is an index, computed anew with each
 * event. The rules are those of the contract's table, "Clocks". */
#ifndef VDPD_CASE_CLOCKS_H
#define VDPD_CASE_CLOCKS_H

#include "case/event.h"
#include "policy/promises.h"

/* In the order in which they are printed. */
enum clock_kind {
	CLOCK_ACKNOWLEDGE,
	CLOCK_TRIAGE,
	CLOCK_FIX,
	CLOCK_UPDATE,
	CLOCK_CRA_WARNING,
	CLOCK_CRA_NOTIFICATION,
	CLOCK_CRA_FINAL,
	CLOCK_DISCLOSURE,
	CLOCK_KIND_COUNT
};

enum clock_state { CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_MET, CLOCK_MISSED, CLOCK_STATE_COUNT };

/* One run of one clock. Times: UTC seconds. */
struct clock_entry {
	enum clock_kind clock;
	enum clock_state state;
	bool stopped;
	bool paused; /* not stopped, waiting for the reporter: it may be missed all the same */
	int64_t promise_s; /* how long it may run, pauses not counted */
	int64_t started_utc_s;
	int64_t due_utc_s;     /* start + promise + time paused, an open pause counted up to now */
	int64_t warn_utc_s;    /* the same with warn_percent of the promise */
	int64_t stopped_utc_s; /* 0 unless stopped */
	int64_t remaining_s;   /* due - now, may be negative; 0 once stopped */
};

/* The clocks of a case at NOW_UTC_S, as *out (*n_out of them) in A: by kind, and by start within a
 * kind. EVENTS are N in the order in which they happened; those after now do not count. Clocks
 * that P does not promise are left out. Where the contract's table is silent:
 * - an event that starts a clock starts one entry; one that stops it stops all its open entries;
 * - the severity in force for a fix is the last one given in that life of the case, else the last
 *   of the lives before it;
 * - cra_warning and cra_notification start once a life; cra_final starts at the first `fixed` of a
 *   life, or at `exploited` where that comes later; disclosure starts unless it runs already. */
void clocks_compute(struct arena *a, const struct promises *p, const struct event *events, size_t n,
        int64_t now_utc_s, struct clock_entry **out, size_t *n_out);

/* No such instant. */
#define CLOCKS_NEVER INT64_MAX

/* What a case row keeps, so that a queue can be ordered and a job can find what falls due. */
struct clocks_next {
	enum clock_kind clock; /* CLOCK_KIND_COUNT: nothing is running */
	int64_t due_utc_s;     /* when it falls, or fell, due; CLOCKS_NEVER if nothing is running */
	int64_t warn_utc_s;    /* the next warning; CLOCKS_NEVER if there is none to come */
};

/* From the N entries of clocks_compute: of those that neither stopped nor are paused, the one due
 * first, and the first instant later than WARNED_UTC_S at which one is to be warned of (give the
 * time up to which warnings have been sent; 0 for none). */
struct clocks_next clocks_next(const struct clock_entry *entries, size_t n, int64_t warned_utc_s);

/* What P promises for clock K, in seconds, S being the severity in force (it matters for a fix); 0:
 * nothing. */
int64_t clock_promise_s(const struct promises *p, enum clock_kind k, enum severity s);

/* "acknowledge", "cra_warning" …; static. */
const char *clock_name(enum clock_kind k);
/* For people: "First answer", "Assessment", "Fix", "Status update" … */
const char *clock_label(enum clock_kind k);
enum err clock_parse(struct str s, enum clock_kind *out) MUST_CHECK;
/* "running", "paused", "met", "missed". */
const char *clock_state_name(enum clock_state s);

#endif
