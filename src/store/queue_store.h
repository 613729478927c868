/* The queue: pages of cases in an order that an index has, so that a page costs the same with a
 * thousand cases as with a million. */
#ifndef VDPD_STORE_QUEUE_STORE_H
#define VDPD_STORE_QUEUE_STORE_H

#include "store/case_store.h"

enum queue_view {
	QUEUE_OPEN,     /* open cases by the next promise that falls due */
	QUEUE_PRIVACY,  /* of those, the privacy incidents */
	QUEUE_REST,     /* of those, all others */
	QUEUE_MINE,     /* of those, the assignee's */
	QUEUE_WAITING,  /* of those, the ones that wait for the reporter */
	QUEUE_OVERDUE,  /* of those, the ones past due */
	QUEUE_SEVERITY, /* of those, the ones of a severity */
	QUEUE_STATE,    /* cases of one state, the newest first */
	QUEUE_ALL,      /* all cases, the newest first */
	QUEUE_VIEW_COUNT
};

/* Which page of which view. Zero means "any" for severity, assignee and due_before; state is any
 * below 0. */
struct queue_query {
	enum queue_view view;
	int64_t programme_id;
	int64_t now;
	int64_t assignee;
	int state;
	unsigned severity;
	int64_t due_before;
	/* The page begins behind this place; the first page: {0, 0} by due, {CASE_DUE_NEVER, …} by
	 * id. */
	int64_t after_due;
	int64_t after_id;
	size_t limit; /* at most QUEUE_PAGE_MAX */
};

enum { QUEUE_PAGE_MAX = 64, QUEUE_COUNT_MAX = 1000 };

/* Rows of the page, at most Q->limit. Views by id want after_id = CASE_DUE_NEVER for the first
 * page. */
enum err queue_page(struct arena *a, struct db *db, const struct queue_query *q,
        struct case_row **rows, size_t *n) MUST_CHECK;

/* How many cases the views have; QUEUE_COUNT_MAX stands for that many or more. */
struct queue_counts {
	int64_t open, mine, waiting, overdue;
};
enum err queue_count(struct db *db, int64_t programme_id, int64_t person, int64_t now,
        struct queue_counts *out) MUST_CHECK;

extern const struct stmt *const queue_store_stmts[];

#endif
