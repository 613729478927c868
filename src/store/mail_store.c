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

const struct stmt *const mail_store_stmts[] = {
        &stmt_taken_find,
        &stmt_taken_insert,
        &stmt_id_find,
        &stmt_id_insert,
        &stmt_answer_claim,
        &stmt_forget_taken,
        &stmt_forget_answered,
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
