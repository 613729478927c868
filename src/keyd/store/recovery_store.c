/* Recovery codes. */
#include "keyd/store/recovery_store.h"

#include "base/id.h"
#include "keyd/store/keyd_set.h"

#include <sodium.h>

enum { CODE_BYTES = 10, CODE_CHARS = 16, GROUP = 4 };

static const struct stmt end_all = {
        "keyd_recovery_end_all", "DELETE FROM recovery_code WHERE person_id = $1"};
static const struct stmt insert = {
        "keyd_recovery_insert",
        "INSERT INTO recovery_code (code_hash, person_id, made_at, used_at) VALUES ($1, $2, $3, 0)",
};
static const struct stmt use = {
        "keyd_recovery_use",
        "UPDATE recovery_code SET used_at = $3 WHERE code_hash = $1 AND person_id = $2 AND used_at "
        "= 0",
};
static const struct stmt left = {
        "keyd_recovery_left",
        "SELECT COUNT(*) FROM recovery_code WHERE person_id = $1 AND used_at = 0",
};

const struct stmt *const recovery_stmts[] = {&end_all, &insert, &use, &left, NULL};

/* The hash covers the person too: a row that is given to somebody else opens nothing. */
static void
code_hash(const struct key *own, int64_t person_id, const unsigned char code[CODE_BYTES],
        struct key *out)
{
	unsigned char data[sizeof person_id + CODE_BYTES];

	memcpy(data, &person_id, sizeof person_id);
	memcpy(data + sizeof person_id, code, CODE_BYTES);
	key_derive(own, "keyd recovery code", str_bytes(data, sizeof data), out);
	sodium_memzero(data, sizeof data);
}

static enum err
add_one(struct arena *a, struct db *db, const struct key *own, int64_t person_id, int64_t now,
        struct buf *codes)
{
	unsigned char code[CODE_BYTES];
	struct str text;
	struct key hash;
	enum err e;

	random_bytes(code, sizeof code);
	code_hash(own, person_id, code, &hash);
	text = base32_str(a, code, sizeof code);
	for (size_t i = 0; i < text.n; i += GROUP) {
		buf_str(codes, str_sub(text, i, GROUP));
		buf_z(codes, i + GROUP < text.n ? "-" : "\n");
	}
	e = db_exec1(
	        db, &insert, DB_ARGS(db_bytes(hash.b, KEY_BYTES), db_i64(person_id), db_i64(now)));
	sodium_memzero(code, sizeof code);
	return e;
}

enum err
recovery_renew(struct arena *a, struct db *db, const struct key *own, int64_t person_id,
        int64_t now, struct str *codes)
{
	struct buf b;
	enum err e = db_exec(db, &end_all, DB_ARGS(db_i64(person_id)), NULL);

	buf_init(&b, KEYD_RECOVERY_TEXT_MAX);
	for (int i = 0; i < KEYD_RECOVERY_CODES && e == ERR_OK; i++)
		e = add_one(a, db, own, person_id, now, &b);
	if (e == ERR_OK)
		*codes = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return e;
}

static bool
code_read(struct str text, unsigned char code[CODE_BYTES])
{
	char plain[CODE_CHARS];
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '-' || text.p[i] == ' ')
			continue;
		if (n == CODE_CHARS)
			return false;
		plain[n++] = text.p[i];
	}
	return n == CODE_CHARS &&
	       base32_parse(str_bytes(plain, CODE_CHARS), code, CODE_BYTES) == ERR_OK;
}

bool
recovery_plausible(struct str text)
{
	unsigned char code[CODE_BYTES];
	bool ok = code_read(text, code);

	sodium_memzero(code, sizeof code);
	return ok;
}

enum err
recovery_use(struct db *db, const struct key *own, int64_t person_id, struct str text, int64_t now)
{
	unsigned char code[CODE_BYTES];
	struct key hash;
	enum err e;

	if (!code_read(text, code))
		return ERR_AUTH;
	code_hash(own, person_id, code, &hash);
	sodium_memzero(code, sizeof code);
	e = db_exec1(
	        db, &use, DB_ARGS(db_bytes(hash.b, KEY_BYTES), db_i64(person_id), db_i64(now)));
	return e == ERR_NOT_FOUND ? ERR_AUTH : e;
}

enum err
recovery_left(struct db *db, int64_t person_id, int64_t *n)
{
	return db_one_i64(db, &left, DB_ARGS(db_i64(person_id)), n);
}
