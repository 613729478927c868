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

/* All outcomes of a programme, in no order, without keeping them: EACH is called for one after the
 * other. One pass over the table: for figures that are read now and then. */
enum err outcome_each(struct db *db, int64_t programme_id,
        void (*each)(void *ctx, const struct outcome_row *row), void *ctx) MUST_CHECK;

extern const struct stmt *const outcome_store_stmts[];

#endif
