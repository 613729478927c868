/* Reading for the overview. */
#include "store/overview_store.h"

#include <stdio.h>

static const struct stmt stmt_cases = {
        "overview_cases",
        "SELECT id, received_at, state, severity, close_reason, kind, cwe, component FROM cases "
        "WHERE programme_id = $1",
};
static const struct stmt stmt_marks = {
        "overview_marks",
        "SELECT CAST(CASE kind WHEN 'triaged' THEN 0 WHEN 'fixed' THEN 1 ELSE 2 END AS BIGINT), "
        "at, case_id FROM event WHERE kind IN ('closed', 'fixed', 'triaged')",
};
static const struct stmt stmt_get = {
        "overview_get",
        "SELECT event_id, counted_at, cost_ms, content FROM overview WHERE programme_id = $1",
};
static const struct stmt stmt_put = {
        "overview_put",
        "INSERT INTO overview (programme_id, event_id, counted_at, cost_ms, content) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (programme_id) DO UPDATE SET "
        "event_id = excluded.event_id, counted_at = excluded.counted_at, "
        "cost_ms = excluded.cost_ms, content = excluded.content",
};

const struct stmt *const overview_store_stmts[] = {
        &stmt_cases, &stmt_marks, &stmt_get, &stmt_put, NULL};

enum err
overview_cases(struct db *db, int64_t programme_id,
        void (*each)(void *ctx, const struct overview_case *row), void *ctx)
{
	struct arena *a = arena_new(1 << 20);
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_query(db, &stmt_cases, DB_ARGS(db_i64(programme_id)), &rows);

	while (e == ERR_OK && db_next(&rows)) {
		struct overview_case c = {
		        .id = db_row_i64(&rows, 0),
		        .received_at = db_row_i64(&rows, 1),
		        .state = (unsigned)db_row_i64(&rows, 2),
		        .severity = (unsigned)db_row_i64(&rows, 3),
		        .close_reason = (unsigned)db_row_i64(&rows, 4),
		        .question = db_row_i64(&rows, 5) != 0,
		        .cwe = db_row_i64(&rows, 6),
		};
		struct str component = db_row_text(a, &rows, 7, OVERVIEW_COMPONENT_MAX - 1);

		snprintf(c.component, sizeof c.component, "%.*s", STR_ARG(component));
		each(ctx, &c);
		if (++n % 1024 == 0) {
			arena_free(a);
			a = arena_new(1 << 20);
		}
	}
	arena_free(a);
	return e == ERR_OK ? db_rows_end(&rows) : e;
}

enum err
overview_marks(struct db *db,
        void (*each)(void *ctx, enum overview_mark m, int64_t case_id, int64_t at), void *ctx)
{
	struct db_rows rows;
	enum err e = db_query(db, &stmt_marks, DB_NONE, &rows);

	if (e != ERR_OK)
		return e;
	while (db_next(&rows))
		each(ctx, (enum overview_mark)db_row_i64(&rows, 0), db_row_i64(&rows, 2),
		        db_row_i64(&rows, 1));
	return db_rows_end(&rows);
}

enum err
overview_get(struct arena *a, struct db *db, int64_t programme_id, struct overview_row *out)
{
	struct overview_row row = {.programme_id = programme_id};
	struct db_rows rows;
	bool found;
	enum err e = db_query(db, &stmt_get, DB_ARGS(db_i64(programme_id)), &rows);

	if (e != ERR_OK)
		return e;
	found = db_next(&rows);
	if (found) {
		row.event_id = db_row_i64(&rows, 0);
		row.counted_at = db_row_i64(&rows, 1);
		row.cost_ms = db_row_i64(&rows, 2);
		row.content = db_row_blob(a, &rows, 3, OVERVIEW_CONTENT_MAX);
	}
	e = db_rows_end(&rows);
	if (e == ERR_OK && !found)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		*out = row;
	return e;
}

enum err
overview_put(struct db *db, const struct overview_row *r)
{
	return db_exec1(db, &stmt_put,
	        DB_ARGS(db_i64(r->programme_id), db_i64(r->event_id), db_i64(r->counted_at),
	                db_i64(r->cost_ms), db_blob(r->content)));
}
