/* What became of promises: a row for each clock that stopped. The trust center counts them. */
#ifndef VDPD_STORE_OUTCOME_STORE_H
#define VDPD_STORE_OUTCOME_STORE_H

#include "store/db.h"

struct outcome_row {
	int64_t programme_id;
	int64_t case_id;
	int64_t clock; /* enum clock */
	int64_t cycle; /* from 0 among the case's entries of that clock */
	int64_t started_at;
	int64_t due_at;
	int64_t stopped_at;
};

/* Keeps an outcome; a later one of the same case, clock and cycle replaces it (a severity was
 * changed). */
enum err outcome_keep(struct db *db, const struct outcome_row *row) MUST_CHECK;

/* Promises kept and missed of one clock among those stopped from FROM to before UNTIL. */
struct outcome_count {
	int64_t clock;
	int64_t kept;
	int64_t missed;
};
enum err outcome_counts(struct arena *a, struct db *db, int64_t programme_id, int64_t from,
        int64_t until, struct outcome_count **counts, size_t *n) MUST_CHECK;

/* Seconds from start to stop of the outcome in the middle (the lower one), of one clock;
 * ERR_NOT_FOUND without any. */
enum err outcome_median(struct db *db, int64_t programme_id, int64_t clock, int64_t from,
        int64_t until, int64_t *seconds) MUST_CHECK;

extern const struct stmt *const outcome_store_stmts[];

#endif
