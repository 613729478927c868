/* The case row. */
#include "store/case_store.h"

#include "base/secret.h"
#include "store/collect.h"

static const struct db_col case_cols[] = {
        DB_COL_INT(struct case_row, id),
        DB_COL_INT(struct case_row, programme_id),
        DB_COL_INT(struct case_row, year),
        DB_COL_INT(struct case_row, number),
        DB_COL_FIXED(struct case_row, uid),
        DB_COL_INT(struct case_row, question),
        DB_COL_TEXT(struct case_row, channel, CASE_TEXT_MAX),
        DB_COL_INT(struct case_row, received_at),
        DB_COL_INT(struct case_row, recorded_at),
        DB_COL_FIXED(struct case_row, policy_sha256),
        DB_COL_FIXED(struct case_row, pair_public),
        DB_COL_BLOB(struct case_row, team_wrap, 256),
        DB_COL_BLOB_NULL(struct case_row, reporter_wrap, 256),
        DB_COL_FIXED_NULL(struct case_row, receipt_hash),
        DB_COL_FIXED(struct case_row, content_sha256),
        DB_COL_INT(struct case_row, signed_at),
        DB_COL_FIXED(struct case_row, signature),
        DB_COL_FIXED_NULL(struct case_row, contact_hash),
        DB_COL_BLOB(struct case_row, title, CASE_TITLE_SEALED_MAX),
        DB_COL_INT(struct case_row, state),
        DB_COL_INT(struct case_row, needs_info),
        DB_COL_INT(struct case_row, severity),
        DB_COL_INT(struct case_row, reported_severity),
        DB_COL_INT(struct case_row, close_reason),
        DB_COL_INT(struct case_row, privacy_incident),
        DB_COL_TEXT(struct case_row, component, CASE_TEXT_MAX),
        DB_COL_TEXT(struct case_row, cvss, CASE_TEXT_MAX),
        DB_COL_INT(struct case_row, cwe),
        DB_COL_INT(struct case_row, assignee),
        DB_COL_TEXT(struct case_row, duplicate_of, CASE_TEXT_MAX),
        DB_COL_INT(struct case_row, credit),
        DB_COL_INT(struct case_row, letter_asked),
        DB_COL_INT(struct case_row, updated_at),
        DB_COL_INT(struct case_row, next_clock),
        DB_COL_INT(struct case_row, next_due),
        DB_COL_INT(struct case_row, next_warn),
        DB_COL_INT(struct case_row, events),
        DB_COL_INT(struct case_row, files),
        DB_COL_FIXED(struct case_row, chain_head),
        DB_COL_INT(struct case_row, hold),
        DB_COL_INT(struct case_row, closed_at),
        DB_COL_INT(struct case_row, erase_at),
        DB_COL_INT(struct case_row, erased_at),
};
const struct db_map case_row_map = DB_MAP(struct case_row, case_cols);

static const struct stmt stmt_insert = {
        "case_insert",
        "INSERT INTO cases (programme_id, year, number, uid, kind, channel, received_at, "
        "recorded_at, policy_sha256, pair_public, receipt_hash, "
        "content_sha256, signed_at, signature, contact_hash, title, state, needs_info, severity, "
        "reported_severity, close_reason, privacy_incident, component, cvss, cwe, assignee, "
        "duplicate_of, credit, letter_asked, updated_at, next_clock, next_due, next_warn, events, "
        "files, chain_head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
        "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, "
        "$33, $34, $35, $36) RETURNING id",
};
static const struct stmt stmt_wrap_insert = {
        "case_wrap_insert",
        "INSERT INTO case_wrap (case_id, team, reporter) VALUES ($1, $2, $3)",
};
static const struct stmt stmt_by_id = {
        "case_by_id",
        "SELECT " CASE_COLUMNS " FROM " CASE_TABLES " WHERE id = $1",
};
static const struct stmt stmt_by_number = {
        "case_by_number",
        "SELECT " CASE_COLUMNS " FROM " CASE_TABLES
        " WHERE programme_id = $1 AND year = $2 AND number = $3",
};
static const struct stmt stmt_update = {
        "case_update",
        "UPDATE cases SET state = $1, needs_info = $2, severity = $3, reported_severity = $4, "
        "close_reason = $5, privacy_incident = $6, component = $7, cvss = $8, cwe = $9, "
        "assignee = $10, duplicate_of = $11, credit = $12, letter_asked = $13, updated_at = $14, "
        "next_clock = $15, next_due = $16, next_warn = $17, events = $18, files = $19, "
        "chain_head = $20, hold = $21, closed_at = $22, erase_at = $23 "
        "WHERE id = $24 AND events = $25",
};
static const struct stmt stmt_update_warn = {
        "case_update_warn",
        "UPDATE cases SET next_warn = $1 WHERE id = $2 AND events = $3",
};
static const struct stmt stmt_update_index = {
        "case_update_index",
        "UPDATE cases SET next_clock = $1, next_due = $2, next_warn = $3 WHERE id = $4 AND "
        "events = $5 AND next_warn = $6",
};
static const struct stmt stmt_idempotency_find = {
        "idempotency_find",
        "SELECT case_id FROM idempotency WHERE hash = $1",
};
static const struct stmt stmt_idempotency_insert = {
        "idempotency_insert",
        "INSERT INTO idempotency (hash, case_id) VALUES ($1, $2)",
};
static const struct stmt stmt_list_warn = {
        "case_list_warn",
        "SELECT id FROM cases WHERE state <> 4 AND next_warn <= $1 ORDER BY next_warn, id LIMIT $2",
};
static const struct stmt stmt_list_after = {
        "case_list_after",
        "SELECT id FROM cases WHERE id > $1 ORDER BY id LIMIT $2",
};

const struct stmt *const case_store_stmts[] = {
        &stmt_insert,
        &stmt_wrap_insert,
        &stmt_by_id,
        &stmt_by_number,
        &stmt_update,
        &stmt_update_warn,
        &stmt_update_index,
        &stmt_idempotency_find,
        &stmt_idempotency_insert,
        &stmt_list_warn,
        &stmt_list_after,
        NULL,
};

/* A fixed array as a blob, or NULL where it is all zeroes. */
static struct db_val
bytes_or_null(const unsigned char *p, size_t n)
{
	static const unsigned char zero[32];

	return memcmp(p, zero, n) == 0 ? db_null() : db_bytes(p, n);
}

enum err
case_insert(struct db *db, const struct case_row *r, int64_t *id)
{
	int64_t got;
	enum err e = db_one_i64(db, &stmt_insert,
	        DB_ARGS(db_i64(r->programme_id), db_i64(r->year), db_i64(r->number),
	                db_bytes(r->uid, sizeof r->uid), db_i64(r->question), db_text(r->channel),
	                db_i64(r->received_at), db_i64(r->recorded_at),
	                db_bytes(r->policy_sha256, sizeof r->policy_sha256),
	                db_bytes(r->pair_public, sizeof r->pair_public),
	                bytes_or_null(r->receipt_hash, sizeof r->receipt_hash),
	                db_bytes(r->content_sha256, sizeof r->content_sha256), db_i64(r->signed_at),
	                db_bytes(r->signature, sizeof r->signature),
	                bytes_or_null(r->contact_hash, sizeof r->contact_hash), db_blob(r->title),
	                db_i64(r->state), db_i64(r->needs_info), db_i64(r->severity),
	                db_i64(r->reported_severity), db_i64(r->close_reason),
	                db_i64(r->privacy_incident), db_text(r->component), db_text(r->cvss),
	                db_i64(r->cwe), db_i64(r->assignee), db_text(r->duplicate_of),
	                db_i64(r->credit), db_i64(r->letter_asked), db_i64(r->updated_at),
	                db_i64(r->next_clock), db_i64(r->next_due), db_i64(r->next_warn),
	                db_i64(r->events), db_i64(r->files),
	                db_bytes(r->chain_head, sizeof r->chain_head)),
	        &got);

	if (e == ERR_OK)
		e = db_exec1(db, &stmt_wrap_insert,
		        DB_ARGS(db_i64(got), db_blob(r->team_wrap),
		                db_blob_or_null(r->reporter_wrap)));
	if (e == ERR_OK)
		*id = got;
	return e;
}

enum err
case_by_id(struct arena *a, struct db *db, int64_t id, struct case_row *out)
{
	return db_one(a, db, &stmt_by_id, DB_ARGS(db_i64(id)), &case_row_map, out);
}

enum err
case_by_number(struct arena *a, struct db *db, int64_t programme_id, int64_t year, int64_t number,
        struct case_row *out)
{
	return db_one(a, db, &stmt_by_number,
	        DB_ARGS(db_i64(programme_id), db_i64(year), db_i64(number)), &case_row_map, out);
}

enum err
case_update(struct db *db, const struct case_row *r, int64_t events_before)
{
	enum err e = db_exec1(db, &stmt_update,
	        DB_ARGS(db_i64(r->state), db_i64(r->needs_info), db_i64(r->severity),
	                db_i64(r->reported_severity), db_i64(r->close_reason),
	                db_i64(r->privacy_incident), db_text(r->component), db_text(r->cvss),
	                db_i64(r->cwe), db_i64(r->assignee), db_text(r->duplicate_of),
	                db_i64(r->credit), db_i64(r->letter_asked), db_i64(r->updated_at),
	                db_i64(r->next_clock), db_i64(r->next_due), db_i64(r->next_warn),
	                db_i64(r->events), db_i64(r->files),
	                db_bytes(r->chain_head, sizeof r->chain_head), db_i64(r->hold),
	                db_i64(r->closed_at), db_i64(r->erase_at), db_i64(r->id),
	                db_i64(events_before)));

	return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

enum err
idempotency_find(struct db *db, const unsigned char hash[16], int64_t *case_id)
{
	return db_one_i64(db, &stmt_idempotency_find, DB_ARGS(db_bytes(hash, 16)), case_id);
}

enum err
idempotency_insert(struct db *db, const unsigned char hash[16], int64_t case_id)
{
	return db_exec1(db, &stmt_idempotency_insert, DB_ARGS(db_bytes(hash, 16), db_i64(case_id)));
}

enum err
case_update_warn(struct db *db, int64_t id, int64_t events, int64_t next_warn)
{
	enum err e = db_exec1(
	        db, &stmt_update_warn, DB_ARGS(db_i64(next_warn), db_i64(id), db_i64(events)));

	return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

enum err
case_update_index(struct db *db, const struct case_row *r, int64_t was_warn)
{
	enum err e = db_exec1(db, &stmt_update_index,
	        DB_ARGS(db_i64(r->next_clock), db_i64(r->next_due), db_i64(r->next_warn),
	                db_i64(r->id), db_i64(r->events), db_i64(was_warn)));

	return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

struct id_row {
	int64_t id;
};
static const struct db_col id_cols[] = {DB_COL_INT(struct id_row, id)};
static const struct db_map id_map = DB_MAP(struct id_row, id_cols);

enum err
case_list_warn(struct arena *a, struct db *db, int64_t now, size_t max, int64_t **ids, size_t *n)
{
	return db_collect(a, db, &stmt_list_warn, DB_ARGS(db_i64(now), db_i64((int64_t)max)),
	        &id_map, max, ids, n);
}

enum err
case_list_after(struct arena *a, struct db *db, int64_t after, size_t max, int64_t **ids, size_t *n)
{
	return db_collect(a, db, &stmt_list_after, DB_ARGS(db_i64(after), db_i64((int64_t)max)),
	        &id_map, max, ids, n);
}
