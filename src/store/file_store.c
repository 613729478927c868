/* The files of a case, and capsules. */
#include "store/file_store.h"

#include "store/collect.h"

#define FILE_COLUMNS "id, case_id, number, event_seq, sealed_with, blob, size, hash, picture, name"

static const struct db_col file_cols[] = {
        DB_COL_INT(struct file_row, id),
        DB_COL_INT(struct file_row, case_id),
        DB_COL_INT(struct file_row, number),
        DB_COL_INT(struct file_row, event_seq),
        DB_COL_INT(struct file_row, sealed_with),
        DB_COL_FIXED(struct file_row, blob),
        DB_COL_INT(struct file_row, size_bytes),
        DB_COL_FIXED(struct file_row, hash),
        DB_COL_INT(struct file_row, picture),
        DB_COL_BLOB(struct file_row, name, FILE_NAME_SEALED_MAX),
};
static const struct db_map file_map = DB_MAP(struct file_row, file_cols);

static const struct db_col blob_cols[] = {
        DB_COL_INT(struct file_blob_row, id),
        DB_COL_INT(struct file_blob_row, case_id),
        DB_COL_FIXED(struct file_blob_row, blob),
        DB_COL_INT(struct file_blob_row, size_bytes),
        DB_COL_FIXED(struct file_blob_row, hash),
};
static const struct db_map blob_map = DB_MAP(struct file_blob_row, blob_cols);

static const struct db_col capsule_cols[] = {
        DB_COL_INT(struct capsule_row, id),
        DB_COL_INT(struct capsule_row, case_id),
        DB_COL_INT(struct capsule_row, purpose),
        DB_COL_INT(struct capsule_row, not_before_utc_s),
        DB_COL_INT(struct capsule_row, about),
        DB_COL_BLOB(struct capsule_row, content, CAPSULE_SEALED_MAX),
};
static const struct db_map capsule_map = DB_MAP(struct capsule_row, capsule_cols);

static const struct stmt stmt_insert = {
        "file_insert",
        "INSERT INTO file (case_id, number, event_seq, sealed_with, blob, size, hash, picture, "
        "name) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
static const struct stmt stmt_list = {
        "file_list",
        "SELECT " FILE_COLUMNS " FROM file WHERE case_id = $1 ORDER BY number",
};
static const struct stmt stmt_get = {
        "file_get",
        "SELECT " FILE_COLUMNS " FROM file WHERE case_id = $1 AND number = $2",
};
static const struct stmt stmt_blob_named = {
        "file_blob_named",
        "SELECT COUNT(*) FROM file WHERE blob = $1",
};
static const struct stmt stmt_blob_list = {
        "file_blob_list",
        "SELECT id, case_id, blob, size, hash FROM file WHERE id > $1 ORDER BY id LIMIT $2",
};
static const struct stmt stmt_capsule_insert = {
        "capsule_insert",
        "INSERT INTO capsule (case_id, purpose, not_before, about, content) "
        "VALUES ($1, $2, $3, $4, $5)",
};
static const struct stmt stmt_capsule_get = {
        "capsule_get",
        "SELECT id, case_id, purpose, not_before, about, content FROM capsule "
        "WHERE case_id = $1 AND purpose = $2 AND about = $3 ORDER BY id DESC LIMIT 1",
};

static const struct stmt stmt_capsule_delete = {
        "capsule_delete",
        "DELETE FROM capsule WHERE case_id = $1 AND purpose = $2 AND about = $3",
};

const struct stmt *const file_store_stmts[] = {
        &stmt_insert,
        &stmt_list,
        &stmt_get,
        &stmt_blob_named,
        &stmt_blob_list,
        &stmt_capsule_insert,
        &stmt_capsule_get,
        &stmt_capsule_delete,
        NULL,
};

enum err
file_insert(struct db *db, const struct file_row *r)
{
	return db_exec1(db, &stmt_insert,
	        DB_ARGS(db_i64(r->case_id), db_i64(r->number), db_i64(r->event_seq),
	                db_i64(r->sealed_with), db_bytes(r->blob, sizeof r->blob),
	                db_i64(r->size_bytes), db_bytes(r->hash, sizeof r->hash),
	                db_i64(r->picture), db_blob(r->name)));
}

enum err
file_list(struct arena *a, struct db *db, int64_t case_id, struct file_row **rows, size_t *n)
{
	return db_collect(
	        a, db, &stmt_list, DB_ARGS(db_i64(case_id)), &file_map, FILE_LIST_MAX, rows, n);
}

enum err
file_get(struct arena *a, struct db *db, int64_t case_id, int64_t number, struct file_row *out)
{
	return db_one(a, db, &stmt_get, DB_ARGS(db_i64(case_id), db_i64(number)), &file_map, out);
}

enum err
file_blob_named(struct db *db, const unsigned char blob[16], bool *named)
{
	int64_t n;
	enum err e = db_one_i64(db, &stmt_blob_named, DB_ARGS(db_bytes(blob, 16)), &n);

	if (e == ERR_OK)
		*named = n > 0;
	return e;
}

enum err
file_blob_list(struct arena *a, struct db *db, int64_t after, size_t limit,
        struct file_blob_row **rows, size_t *n)
{
	return db_collect(a, db, &stmt_blob_list, DB_ARGS(db_i64(after), db_i64((int64_t)limit)),
	        &blob_map, limit, rows, n);
}

enum err
capsule_insert(struct db *db, const struct capsule_row *r)
{
	return db_exec1(db, &stmt_capsule_insert,
	        DB_ARGS(db_i64(r->case_id), db_i64(r->purpose), db_i64(r->not_before_utc_s),
	                db_i64(r->about), db_blob(r->content)));
}

enum err
capsule_get(struct arena *a, struct db *db, int64_t case_id, int64_t purpose, int64_t about,
        struct capsule_row *out)
{
	return db_one(a, db, &stmt_capsule_get,
	        DB_ARGS(db_i64(case_id), db_i64(purpose), db_i64(about)), &capsule_map, out);
}

enum err
capsule_delete(struct db *db, int64_t case_id, int64_t purpose, int64_t about)
{
	return db_exec(db, &stmt_capsule_delete,
	        DB_ARGS(db_i64(case_id), db_i64(purpose), db_i64(about)), NULL);
}
