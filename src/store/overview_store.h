/* What the overview is counted from, read in one pass each, and the figures as last counted. */
#ifndef VDPD_STORE_OVERVIEW_STORE_H
#define VDPD_STORE_OVERVIEW_STORE_H

#include "store/db.h"

enum { OVERVIEW_COMPONENT_MAX = 64, OVERVIEW_CONTENT_MAX = 64 * 1024 };

/* What of a case stands in the clear and is counted. */
struct overview_case {
	int64_t id;
	int64_t received_at; /* UTC seconds */
	unsigned state, severity, close_reason;
	bool question;
	int64_t cwe;
	char component[OVERVIEW_COMPONENT_MAX]; /* cut, NUL-terminated */
};
/* EACH is called for every case of a programme, in no order. One pass over the table: for a job. */
enum err overview_cases(struct db *db, int64_t programme_id,
        void (*each)(void *ctx, const struct overview_case *row), void *ctx) MUST_CHECK;

enum overview_mark { OVERVIEW_TRIAGED, OVERVIEW_FIXED, OVERVIEW_CLOSED };
/* Every verdict, mending and closing of all programmes, in order of time within its kind. */
enum err overview_marks(struct db *db,
        void (*each)(void *ctx, enum overview_mark m, int64_t case_id, int64_t at),
        void *ctx) MUST_CHECK;

struct overview_row {
	int64_t programme_id;
	int64_t event_id;
	int64_t counted_at;
	int64_t cost_ms;
	struct str content;
};
/* ERR_NOT_FOUND if nothing was counted yet. Content in A. */
enum err overview_get(
        struct arena *a, struct db *db, int64_t programme_id, struct overview_row *out) MUST_CHECK;
/* Replaces it. Inside tx_run. */
enum err overview_put(struct db *db, const struct overview_row *row) MUST_CHECK;

extern const struct stmt *const overview_store_stmts[];

#endif
