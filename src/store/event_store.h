/* The events of a case: appended, never changed. */
#ifndef VDPD_STORE_EVENT_STORE_H
#define VDPD_STORE_EVENT_STORE_H

#include "store/db.h"

enum { EVENT_BODY_MAX = 2 * 1024 * 1024, EVENT_CLEAR_MAX = 8 * 1024, EVENT_LIST_MAX = 10000 };

/* Which key opens an event's body or a file. */
enum sealed_with {
	SEALED_NONE,     /* there is no body */
	SEALED_REPORTER, /* both sides read it */
	SEALED_TEAM,     /* the team alone */
	SEALED_PAIR,     /* sealed to the case's public half: the team alone */
	SEALED_COUNT
};

struct event_row {
	int64_t id;
	int64_t case_id;
	int64_t seq;            /* from 1 within the case */
	int64_t at_utc_s;       /* when it happened */
	int64_t recorded_utc_s; /* when it was written down */
	struct str kind;        /* a name of case/event.h */
	struct str actor;       /* "reporter", "person:3", "operator", "system" */
	struct str clear;       /* act/clear.h */
	unsigned sealed_with;   /* enum sealed_with */
	struct str body;        /* sealed; .p NULL where there is none or it was not asked for */
};

/* Appends ROW (row->id is ignored). ERR_CONFLICT if its place is taken. */
enum err event_insert(struct db *db, const struct event_row *row) MUST_CHECK;

/* All events of a case in order, with their bodies or without. */
enum err event_list(struct arena *a, struct db *db, int64_t case_id, bool bodies,
        struct event_row **rows, size_t *n) MUST_CHECK;

/* The highest id of all events; 0 where there is none. */
enum err event_last_id(struct db *db, int64_t *id) MUST_CHECK;

/* Cases with an event after id AFTER up to UPTO, in order of their ids and their heads, at most
 * MAX; for checkpoints. */
struct event_head {
	int64_t case_id;
	unsigned char chain_head[32];
};
enum err event_heads(struct arena *a, struct db *db, int64_t after, int64_t upto, size_t max,
        struct event_head **heads, size_t *n) MUST_CHECK;

/* The same, without an end and without keeping them: EACH is called for one after the other. */
enum err event_heads_each(struct db *db, int64_t after, int64_t upto,
        void (*each)(void *ctx, const struct event_head *head), void *ctx) MUST_CHECK;

extern const struct stmt *const event_store_stmts[];

#endif
