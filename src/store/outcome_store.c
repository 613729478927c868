/* What became of promises. */
#include "store/outcome_store.h"

#include "store/collect.h"

static const struct db_col count_cols[] = {
        DB_COL_INT(struct outcome_count, clock),
        DB_COL_INT(struct outcome_count, kept),
        DB_COL_INT(struct outcome_count, missed),
};
static const struct db_map count_map = DB_MAP(struct outcome_count, count_cols);

static const struct stmt stmt_keep = {
        "outcome_keep",
        "INSERT INTO outcome (programme_id, case_id, clock, cycle, started_at, due_at, stopped_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (case_id, clock, cycle) DO UPDATE SET "
        "started_at = excluded.started_at, due_at = excluded.due_at, stopped_at = "
        "excluded.stopped_at",
};
static const struct stmt stmt_counts = {
        "outcome_counts",
        "SELECT clock, SUM(CASE WHEN stopped_at <= due_at THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN stopped_at > due_at THEN 1 ELSE 0 END) FROM outcome "
        "WHERE programme_id = $1 AND stopped_at >= $2 AND stopped_at < $3 "
        "GROUP BY clock ORDER BY clock",
};
static const struct stmt stmt_median = {
        "outcome_median",
        "SELECT stopped_at - started_at FROM outcome WHERE programme_id = $1 AND clock = $2 "
        "AND stopped_at >= $3 AND stopped_at < $4 ORDER BY stopped_at - started_at LIMIT 1 "
        "OFFSET (SELECT (COUNT(*) - 1) / 2 FROM outcome WHERE programme_id = $1 AND clock = $2 "
        "AND stopped_at >= $3 AND stopped_at < $4 AND id >= 0)",
};

const struct stmt *const outcome_store_stmts[] = {&stmt_keep, &stmt_counts, &stmt_median, NULL};

enum err
outcome_keep(struct db *db, const struct outcome_row *r)
{
	return db_exec1(db, &stmt_keep,
	        DB_ARGS(db_i64(r->programme_id), db_i64(r->case_id), db_i64(r->clock),
	                db_i64(r->cycle), db_i64(r->started_at), db_i64(r->due_at),
	                db_i64(r->stopped_at)));
}

enum err
outcome_counts(struct arena *a, struct db *db, int64_t programme_id, int64_t from, int64_t until,
        struct outcome_count **counts, size_t *n)
{
	return db_collect(a, db, &stmt_counts,
	        DB_ARGS(db_i64(programme_id), db_i64(from), db_i64(until)), &count_map, 64, counts,
	        n);
}

enum err
outcome_median(struct db *db, int64_t programme_id, int64_t clock, int64_t from, int64_t until,
        int64_t *seconds)
{
	return db_one_i64(db, &stmt_median,
	        DB_ARGS(db_i64(programme_id), db_i64(clock), db_i64(from), db_i64(until)), seconds);
}
