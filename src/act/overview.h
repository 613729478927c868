/* The figures of the overview: promises kept over time, how long things take, what comes and goes,
 * and those that BOD 20-01 asks for. Counted in one pass over cases, marks and outcomes; by a job,
 * and kept, so that a page costs the same with a million cases. */
#ifndef VDPD_ACT_OVERVIEW_H
#define VDPD_ACT_OVERVIEW_H

#include "case/clocks.h"
#include "policy/severity.h"
#include "store/db.h"

enum {
	OVERVIEW_MONTHS = 13, /* the current one is the last */
	OVERVIEW_NAMES = 12,
	OVERVIEW_NAME_MAX = 64,
	OVERVIEW_YEAR_S = 365 * 24 * 3600,
};

/* How long something took: of N times, all in seconds. */
struct overview_span {
	uint64_t n;
	int64_t median_s, p90_s; /* 0 where n is */
};

enum overview_time { OVERVIEW_ANSWER, OVERVIEW_VERDICT, OVERVIEW_MENDING, OVERVIEW_TIMES };

struct overview_month {
	int64_t from_utc_s;
	uint64_t kept[CLOCK_KIND_COUNT], missed[CLOCK_KIND_COUNT]; /* promises that ended in it */
	uint64_t arrived, closed;
};

/* Of the cases that came within a year: how many, and how many of them are open. */
struct overview_named {
	char component[OVERVIEW_NAME_MAX]; /* "" for none */
	int64_t cwe;                       /* of weaknesses; cases without one are left out */
	uint64_t n, open;
};

/* CISA BOD 20-01, required action 5: what agencies report. Questions are no reports. Valid: a
 * severity was set, and it was not closed for another reason than resolved. */
struct overview_bod {
	uint64_t reports, valid;        /* within a year */
	uint64_t open_valid, older_90;  /* now; more than 90 days since received */
	int64_t age_s, age_90_s;        /* median age of those two */
	struct overview_span validate;  /* from received to the verdict, of the valid */
	struct overview_span remediate; /* from received to mended */
	struct overview_span respond;   /* to the first answer */
};

/* No pointers in it: it is kept as it lies in memory. */
struct overview {
	int64_t counted_at;
	int64_t event_id; /* the newest event then */
	int64_t cost_ms;
	uint64_t cases, open, this_year; /* all; not closed; that came within a year */
	struct overview_month months[OVERVIEW_MONTHS];
	/* Of what happened within a year, by the severity in force; [SEVERITY_COUNT]: of all. From
	 * received on; pauses count. An answer: as its clock says, where the policy promises one.
	 */
	struct overview_span spans[OVERVIEW_TIMES][SEVERITY_COUNT + 1];
	struct overview_named components[OVERVIEW_NAMES], weaknesses[OVERVIEW_NAMES];
	uint64_t components_n, weaknesses_n;
	struct overview_bod bod;
};

/* Counts all of it now. ERR_STORE, ERR_BUSY. */
enum err overview_count(
        struct db *db, int64_t programme_id, int64_t now_utc_s, struct overview *out) MUST_CHECK;

/* As last counted; counted now where nothing is kept, or something has happened since and counting
 * takes no longer than a page may. */
enum err overview_read(
        struct db *db, int64_t programme_id, int64_t now_utc_s, struct overview *out) MUST_CHECK;

/* For the job: counts and keeps, unless nothing has happened since the last time, or that was so
 * recent that counting would take more than a hundredth of all time. *DONE: it was counted. */
enum err overview_refresh(
        struct db *db, int64_t programme_id, int64_t now_utc_s, bool *done) MUST_CHECK;

#endif
