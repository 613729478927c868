/* The queue: one statement a view, each along its index. */
#include "store/queue_store.h"

#include "store/collect.h"

/* What any view may be narrowed by, applied to rows in the view's order. */
#define NARROW                                                                                     \
	" AND (CAST($3 AS BIGINT) < 0 OR state = $3) AND (CAST($4 AS BIGINT) = 0 OR severity = "   \
	"$4)"                                                                                      \
	" AND (CAST($5 AS BIGINT) = 0 OR assignee = $5)"                                           \
	" AND (CAST($6 AS BIGINT) = 0 OR next_due < $6)"
#define BY_DUE " AND (next_due, id) > ($1, $2)" NARROW " ORDER BY next_due, id LIMIT $7"
#define BY_ID  " AND CAST($1 AS BIGINT) >= 0 AND id < $2" NARROW " ORDER BY id DESC LIMIT $7"
#define OPEN(x)                                                                                    \
	"SELECT " CASE_COLUMNS " FROM " CASE_TABLES                                                \
	" WHERE programme_id = $8 AND state <> 4" x BY_DUE

static const struct stmt stmt_page[QUEUE_VIEW_COUNT] = {
        [QUEUE_OPEN] = {"queue_open", OPEN("")},
        [QUEUE_PRIVACY] = {"queue_privacy", OPEN(" AND privacy_incident = 1")},
        [QUEUE_REST] = {"queue_rest", OPEN(" AND privacy_incident = 0")},
        [QUEUE_MINE] = {"queue_mine", OPEN(" AND assignee <> 0 AND assignee = $5")},
        [QUEUE_WAITING] = {"queue_waiting", OPEN(" AND needs_info = 1")},
        [QUEUE_OVERDUE] = {"queue_overdue", OPEN(" AND next_due < $6")},
        [QUEUE_SEVERITY] = {"queue_severity", OPEN(" AND severity = $4")},
        [QUEUE_STATE] = {"queue_state", "SELECT " CASE_COLUMNS " FROM " CASE_TABLES
                                        " WHERE programme_id = $8 AND state = $3" BY_ID},
        [QUEUE_ALL] = {"queue_all",
                /* The plus keeps SQLite from an index that it would have to sort by id. */
                "SELECT " CASE_COLUMNS " FROM " CASE_TABLES " WHERE +programme_id = $8" BY_ID},
};

/* next_due is never negative; naming it takes SQLite to the index of open cases. */
#define COUNT(x)                                                                                   \
	"SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE programme_id = $1 AND state <> 4"         \
	" AND next_due >= 0" x " LIMIT 1000) AS counted"
static const struct stmt stmt_count_open = {"queue_count_open", COUNT("")};
static const struct stmt stmt_count_mine = {
        "queue_count_mine", COUNT(" AND assignee <> 0 AND assignee = $2")};
static const struct stmt stmt_count_waiting = {"queue_count_waiting", COUNT(" AND needs_info = 1")};
static const struct stmt stmt_count_overdue = {"queue_count_overdue", COUNT(" AND next_due < $2")};

const struct stmt *const queue_store_stmts[] = {
        &stmt_page[QUEUE_OPEN],
        &stmt_page[QUEUE_PRIVACY],
        &stmt_page[QUEUE_REST],
        &stmt_page[QUEUE_MINE],
        &stmt_page[QUEUE_WAITING],
        &stmt_page[QUEUE_OVERDUE],
        &stmt_page[QUEUE_SEVERITY],
        &stmt_page[QUEUE_STATE],
        &stmt_page[QUEUE_ALL],
        &stmt_count_open,
        &stmt_count_mine,
        &stmt_count_waiting,
        &stmt_count_overdue,
        NULL,
};

enum err
queue_page(struct arena *a, struct db *db, const struct queue_query *q, struct case_row **rows,
        size_t *n)
{
	int64_t due_before = q->view == QUEUE_OVERDUE ? q->now : q->due_before;
	size_t limit = q->limit < QUEUE_PAGE_MAX ? q->limit : QUEUE_PAGE_MAX;

	return db_collect(a, db, &stmt_page[q->view],
	        DB_ARGS(db_i64(q->after_due), db_i64(q->after_id), db_i64(q->state),
	                db_i64(q->severity), db_i64(q->assignee), db_i64(due_before),
	                db_i64((int64_t)limit), db_i64(q->programme_id)),
	        &case_row_map, limit, rows, n);
}

enum err
queue_count(
        struct db *db, int64_t programme_id, int64_t person, int64_t now, struct queue_counts *out)
{
	struct queue_counts c = {0};
	enum err e;

	e = db_one_i64(db, &stmt_count_open, DB_ARGS(db_i64(programme_id)), &c.open);
	if (e == ERR_OK)
		e = db_one_i64(db, &stmt_count_mine, DB_ARGS(db_i64(programme_id), db_i64(person)),
		        &c.mine);
	if (e == ERR_OK)
		e = db_one_i64(db, &stmt_count_waiting, DB_ARGS(db_i64(programme_id)), &c.waiting);
	if (e == ERR_OK)
		e = db_one_i64(db, &stmt_count_overdue, DB_ARGS(db_i64(programme_id), db_i64(now)),
		        &c.overdue);
	if (e == ERR_OK)
		*out = c;
	return e;
}
