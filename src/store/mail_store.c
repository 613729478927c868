/* What is known of mail without its content. */
#include "store/mail_store.h"

static const struct stmt stmt_taken_find = {
        "mail_taken_find",
        "SELECT case_id FROM mail_taken WHERE hash = $1",
};
static const struct stmt stmt_taken_insert = {
        "mail_taken_insert",
        "INSERT INTO mail_taken (hash, case_id, at) VALUES ($1, $2, $3)",
};
static const struct stmt stmt_id_find = {
        "mail_id_find",
        "SELECT case_id FROM mail_id WHERE hash = $1",
};
static const struct stmt stmt_id_insert = {
        "mail_id_insert",
        "INSERT INTO mail_id (hash, case_id) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
};
static const struct stmt stmt_answer_claim = {
        "mail_answer_claim",
        "INSERT INTO mail_answered (address, at) VALUES ($1, $2) "
        "ON CONFLICT (address) DO UPDATE SET at = $2 WHERE mail_answered.at <= $3",
};
static const struct stmt stmt_forget_taken = {
        "mail_forget_taken",
        "DELETE FROM mail_taken WHERE hash IN "
        "(SELECT hash FROM mail_taken WHERE at < $1 ORDER BY at LIMIT 500)",
};
static const struct stmt stmt_forget_answered = {
        "mail_forget_answered",
        "DELETE FROM mail_answered WHERE address IN "
        "(SELECT address FROM mail_answered WHERE at < $1 ORDER BY at LIMIT 500)",
};

static const struct stmt stmt_link_put = {
        "case_link_put",
        "INSERT INTO case_link (case_id, hash, wrap, expires_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (case_id) DO UPDATE SET hash = $2, wrap = $3, expires_at = $4",
};
static const struct stmt stmt_link_get = {
        "case_link_get",
        "SELECT hash, wrap, expires_at FROM case_link WHERE case_id = $1",
};
static const struct stmt stmt_link_spend = {
        "case_link_spend",
        "UPDATE case_link SET hash = $2, wrap = $3, expires_at = 0 WHERE case_id = $1",
};
static const struct stmt stmt_receipt_hash = {
        "case_receipt_hash",
        "UPDATE cases SET receipt_hash = $2 WHERE id = $1",
};
static const struct stmt stmt_receipt_wrap = {
        "case_receipt_wrap",
        "UPDATE case_wrap SET reporter = $2 WHERE case_id = $1",
};

static const struct db_col link_cols[] = {
        DB_COL_FIXED(struct case_link_row, hash),
        DB_COL_FIXED(struct case_link_row, wrap),
        DB_COL_INT(struct case_link_row, expires_at),
};
static const struct db_map link_map = DB_MAP(struct case_link_row, link_cols);

const struct stmt *const mail_store_stmts[] = {
        &stmt_taken_find,
        &stmt_taken_insert,
        &stmt_id_find,
        &stmt_id_insert,
        &stmt_answer_claim,
        &stmt_forget_taken,
        &stmt_forget_answered,
        &stmt_link_put,
        &stmt_link_get,
        &stmt_link_spend,
        &stmt_receipt_hash,
        &stmt_receipt_wrap,
        NULL,
};

enum err
mail_taken_find(struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t *case_id)
{
	return db_one_i64(db, &stmt_taken_find, DB_ARGS(db_bytes(hash, MAIL_HASH_BYTES)), case_id);
}

enum err
mail_taken_insert(
        struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t case_id, int64_t at)
{
	return db_exec1(db, &stmt_taken_insert,
	        DB_ARGS(db_bytes(hash, MAIL_HASH_BYTES), db_i64(case_id), db_i64(at)));
}

enum err
mail_id_find(struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t *case_id)
{
	return db_one_i64(db, &stmt_id_find, DB_ARGS(db_bytes(hash, MAIL_HASH_BYTES)), case_id);
}

enum err
mail_id_insert(struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t case_id)
{
	return db_exec(db, &stmt_id_insert,
	        DB_ARGS(db_bytes(hash, MAIL_HASH_BYTES), db_i64(case_id)), NULL);
}

enum err
mail_answer_claim(struct db *db, const unsigned char address[MAIL_HASH_BYTES], int64_t since,
        int64_t at, bool *may)
{
	int64_t changed;
	enum err e = db_exec(db, &stmt_answer_claim,
	        DB_ARGS(db_bytes(address, MAIL_HASH_BYTES), db_i64(at), db_i64(since)), &changed);

	if (e == ERR_OK)
		*may = changed > 0;
	return e;
}

enum err
mail_forget(struct db *db, int64_t before, int64_t *n)
{
	int64_t taken, answered;
	enum err e = db_exec(db, &stmt_forget_taken, DB_ARGS(db_i64(before)), &taken);

	if (e == ERR_OK)
		e = db_exec(db, &stmt_forget_answered, DB_ARGS(db_i64(before)), &answered);
	if (e == ERR_OK)
		*n = taken + answered;
	return e;
}

enum err
case_link_put(struct db *db, int64_t case_id, const struct case_link_row *link)
{
	return db_exec1(db, &stmt_link_put,
	        DB_ARGS(db_i64(case_id), db_bytes(link->hash, sizeof link->hash),
	                db_bytes(link->wrap, sizeof link->wrap), db_i64(link->expires_at)));
}

enum err
case_link_get(struct arena *a, struct db *db, int64_t case_id, struct case_link_row *out)
{
	return db_one(a, db, &stmt_link_get, DB_ARGS(db_i64(case_id)), &link_map, out);
}

enum err
case_link_spend(struct db *db, int64_t case_id)
{
	static const struct case_link_row spent;

	return db_exec(db, &stmt_link_spend,
	        DB_ARGS(db_i64(case_id), db_bytes(spent.hash, sizeof spent.hash),
	                db_bytes(spent.wrap, sizeof spent.wrap)),
	        NULL);
}

enum err
case_receipt_put(struct db *db, int64_t case_id, const unsigned char receipt_hash[32],
        struct str reporter_wrap)
{
	enum err e = db_exec1(
	        db, &stmt_receipt_hash, DB_ARGS(db_i64(case_id), db_bytes(receipt_hash, 32)));

	return e == ERR_OK ? db_exec1(db, &stmt_receipt_wrap,
	                             DB_ARGS(db_i64(case_id), db_blob(reporter_wrap)))
	                   : e;
}
