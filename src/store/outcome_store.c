/* What became of promises. */
#include "store/outcome_store.h"

static const struct stmt stmt_keep = {
        "outcome_keep",
        "INSERT INTO outcome (programme_id, case_id, clock, cycle, started_at, due_at, stopped_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (case_id, clock, cycle) DO UPDATE SET "
        "started_at = excluded.started_at, due_at = excluded.due_at, stopped_at = "
        "excluded.stopped_at",
};
static const struct stmt stmt_each = {
        "outcome_each",
        "SELECT case_id, clock, cycle, started_at, due_at, stopped_at FROM outcome "
        "WHERE programme_id = $1",
};

const struct stmt *const outcome_store_stmts[] = {&stmt_keep, &stmt_each, NULL};

enum err
outcome_keep(struct db *db, const struct outcome_row *r)
{
	return db_exec1(db, &stmt_keep,
	        DB_ARGS(db_i64(r->programme_id), db_i64(r->case_id), db_i64(r->clock),
	                db_i64(r->cycle), db_i64(r->started_at), db_i64(r->due_at),
	                db_i64(r->stopped_at)));
}

enum err
outcome_each(struct db *db, int64_t programme_id,
        void (*each)(void *ctx, const struct outcome_row *row), void *ctx)
{
	struct db_rows rows;
	enum err e = db_query(db, &stmt_each, DB_ARGS(db_i64(programme_id)), &rows);

	if (e != ERR_OK)
		return e;
	while (db_next(&rows))
		each(ctx, &(struct outcome_row){
		                  .programme_id = programme_id,
		                  .case_id = db_row_i64(&rows, 0),
		                  .clock = db_row_i64(&rows, 1),
		                  .cycle = db_row_i64(&rows, 2),
		                  .started_at = db_row_i64(&rows, 3),
		                  .due_at = db_row_i64(&rows, 4),
		                  .stopped_at = db_row_i64(&rows, 5),
		          });
	return db_rows_end(&rows);
}
