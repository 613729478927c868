/* OpenPGP keys. Their bytes are sealed and given back; nothing here reads them. */
#include "keyd/store/pgp_store.h"

#include "keyd/store/keyd_set.h"
#include "seal/field.h"

static const struct stmt state_get = {"keyd_pgp_state_get",
        "SELECT version, wanted, made_at, policy_sha256 FROM pgp_state WHERE id = 1"};
static const struct stmt keys_list = {
        "keyd_pgp_keys",
        "SELECT id, fingerprint, user_id, created_at, expires_at, superseded_at FROM pgp_key "
        "ORDER BY id DESC LIMIT $1",
};
static const struct stmt published_get = {
        "keyd_pgp_published",
        "SELECT version, armored, transferable, security_txt, policy_sha256, made_at "
        "FROM pgp_state WHERE id = 1 AND made_at > 0",
};
static const struct stmt secret_next = {
        "keyd_pgp_secret_next",
        "SELECT id, fingerprint, superseded_at, secret_sealed FROM pgp_key WHERE id > $1 "
        "ORDER BY id LIMIT 1",
};
static const struct stmt key_insert = {
        "keyd_pgp_key_insert",
        "INSERT INTO pgp_key (fingerprint, user_id, secret_sealed, created_at, expires_at, "
        "superseded_at) VALUES ($1, $2, $3, $4, $5, 0)",
};
static const struct stmt key_update = {
        "keyd_pgp_key_update",
        "UPDATE pgp_key SET secret_sealed = $2, expires_at = $3 WHERE fingerprint = $1",
};
static const struct stmt key_known = {
        "keyd_pgp_key_known", "SELECT COUNT(*) FROM pgp_key WHERE fingerprint = $1"};
static const struct stmt key_supersede = {
        "keyd_pgp_key_supersede", "UPDATE pgp_key SET superseded_at = $1 WHERE superseded_at = 0"};
static const struct stmt wanted_set = {
        "keyd_pgp_wanted", "UPDATE pgp_state SET wanted = $1, version = version + 1 WHERE id = 1"};
static const struct stmt fulfilled = {
        "keyd_pgp_fulfilled",
        "UPDATE pgp_state SET wanted = CASE WHEN wanted = $1 THEN 0 ELSE wanted END, "
        "version = version + 1 WHERE id = 1",
};
static const struct stmt publish = {
        "keyd_pgp_publish",
        "UPDATE pgp_state SET armored = $1, transferable = $2, security_txt = $3, "
        "policy_sha256 = $4, made_at = $5, version = version + 1 WHERE id = 1",
};

const struct stmt *const pgp_stmts[] = {&state_get, &keys_list, &published_get, &secret_next,
        &key_insert, &key_update, &key_known, &key_supersede, &wanted_set, &fulfilled, &publish,
        NULL};

struct state_row {
	int64_t version, wanted, made_at;
	struct str policy_sha256; /* empty before anything was published */
};
static const struct db_col state_cols[] = {
        DB_COL_INT(struct state_row, version),
        DB_COL_INT(struct state_row, wanted),
        DB_COL_INT(struct state_row, made_at),
        DB_COL_BLOB_NULL(struct state_row, policy_sha256, 32),
};
static const struct db_map state_map = DB_MAP(struct state_row, state_cols);

static const struct db_col key_cols[] = {
        DB_COL_INT(struct keyd_pgp_key, key_id),
        DB_COL_TEXT(struct keyd_pgp_key, fingerprint, KEYD_PGP_FINGERPRINT_MAX),
        DB_COL_TEXT(struct keyd_pgp_key, user_id, KEYD_PGP_USER_ID_MAX),
        DB_COL_INT(struct keyd_pgp_key, created_at),
        DB_COL_INT(struct keyd_pgp_key, expires_at),
        DB_COL_INT(struct keyd_pgp_key, superseded_at),
};
static const struct db_map key_map = DB_MAP(struct keyd_pgp_key, key_cols);

static const struct db_col published_cols[] = {
        DB_COL_INT(struct keyd_pgp_published, version),
        DB_COL_BLOB(struct keyd_pgp_published, armored, KEYD_PGP_BYTES_MAX),
        DB_COL_BLOB(struct keyd_pgp_published, transferable, KEYD_PGP_BYTES_MAX),
        DB_COL_BLOB(struct keyd_pgp_published, security_txt, KEYD_PGP_TEXT_MAX),
        DB_COL_FIXED(struct keyd_pgp_published, policy_sha256),
        DB_COL_INT(struct keyd_pgp_published, made_at),
};
static const struct db_map published_map = DB_MAP(struct keyd_pgp_published, published_cols);

struct secret_row {
	int64_t key_id, superseded_at;
	struct str fingerprint, sealed;
};
static const struct db_col secret_cols[] = {
        DB_COL_INT(struct secret_row, key_id),
        DB_COL_TEXT(struct secret_row, fingerprint, KEYD_PGP_FINGERPRINT_MAX),
        DB_COL_INT(struct secret_row, superseded_at),
        DB_COL_BLOB(struct secret_row, sealed, KEYD_PGP_BYTES_MAX + FIELD_OVERHEAD),
};
static const struct db_map secret_map = DB_MAP(struct secret_row, secret_cols);

/* The fingerprint stands in for the column, so that no key's bytes open as another's. */
static struct place
place_of(struct arena *a, struct str fingerprint)
{
	static const unsigned char no_case[CASE_UID_BYTES];

	return (struct place){"pgp_key", str_z(a, fingerprint), no_case, 0};
}

static void
sealing_key(const struct key *own, struct key *out)
{
	key_derive(own, "OpenPGP keys of the programme", STR(""), out);
}

/* ---- Reading ---- */

enum err
pgp_state_get(struct arena *a, struct db *db, struct keyd_pgp_state *out)
{
	struct keyd_pgp_key *keys = ARENA_ARRAY(a, KEYD_PGP_KEYS_MAX, struct keyd_pgp_key);
	struct state_row row;
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_one(a, db, &state_get, DB_NONE, &state_map, &row);

	if (e == ERR_OK)
		e = db_query(db, &keys_list, DB_ARGS(db_i64(KEYD_PGP_KEYS_MAX)), &rows);
	if (e != ERR_OK)
		return e;
	while (n < KEYD_PGP_KEYS_MAX && db_next(&rows))
		db_row_read(a, &rows, &key_map, &keys[n++]);
	e = db_rows_end(&rows);
	if (e != ERR_OK)
		return e;
	*out = (struct keyd_pgp_state){.version = row.version,
	        .wanted = (uint32_t)row.wanted,
	        .made_at = row.made_at,
	        .items = keys,
	        .n = n};
	if (row.policy_sha256.n == sizeof out->policy_sha256)
		memcpy(out->policy_sha256, row.policy_sha256.p, sizeof out->policy_sha256);
	return ERR_OK;
}

enum err
pgp_published_get(struct arena *a, struct db *db, struct keyd_pgp_published *out)
{
	return db_one(a, db, &published_get, DB_NONE, &published_map, out);
}

enum err
pgp_secret_get(struct arena *a, struct db *db, const struct key *own, int64_t after_id,
        struct keyd_pgp_secret *out)
{
	struct secret_row row;
	struct place at;
	struct str secret;
	struct key k;
	enum err e = db_one(a, db, &secret_next, DB_ARGS(db_i64(after_id)), &secret_map, &row);

	if (e != ERR_OK)
		return e;
	at = place_of(a, row.fingerprint);
	sealing_key(own, &k);
	e = field_open(a, &k, &at, row.sealed, &secret);
	key_wipe(&k);
	if (e == ERR_OK)
		*out = (struct keyd_pgp_secret){
		        row.key_id, row.superseded_at, row.fingerprint, secret};
	return e;
}

/* ---- Writing ---- */

struct wanting {
	struct arena *a;
	const struct actor *by;
	uint32_t wish;
	int64_t now;
};

static const char *const wishes[KEYD_PGP_WISHES] = {
        [KEYD_PGP_WISH_CREATE] = "create",
        [KEYD_PGP_WISH_EXTEND] = "extend",
        [KEYD_PGP_WISH_ROLL] = "roll",
        [KEYD_PGP_WISH_REPLACE] = "replace",
};

static enum err
want_tx(struct db *db, void *ctx)
{
	const struct wanting *t = ctx;
	struct keyd_log_entry entry = {.at = t->now,
	        .actor = actor_text(t->a, t->by),
	        .action = STR("pgp_want"),
	        .detail = str_of(wishes[t->wish])};
	struct keyd_pgp_state now;
	enum err e = pgp_state_get(t->a, db, &now);

	if (e != ERR_OK)
		return e;
	if (t->wish == KEYD_PGP_WISH_CREATE && now.n > 0)
		return ERR_CONFLICT;
	if (t->wish != KEYD_PGP_WISH_CREATE && now.n == 0)
		return ERR_NOT_FOUND;
	if (t->wish != KEYD_PGP_WISH_EXTEND && now.n == KEYD_PGP_KEYS_MAX)
		return ERR_STATE;
	e = db_exec1(db, &wanted_set, DB_ARGS(db_i64(t->wish)));
	return e == ERR_OK ? log_append(db, &entry) : e;
}

enum err
pgp_want(struct arena *a, struct db *db, const struct actor *by, uint32_t wish, int64_t now)
{
	struct wanting t = {a, by, wish, now};

	if (wish == KEYD_PGP_WISH_NONE || wish >= KEYD_PGP_WISHES)
		return ERR_INVALID;
	return tx_run(db, want_tx, &t);
}

struct putting {
	struct arena *a;
	const struct keyd_pgp_put *q;
	struct str sealed;
	int64_t now;
};

static enum err
put_tx(struct db *db, void *ctx)
{
	static const struct actor by = {.kind = ACTOR_PGP};
	const struct putting *t = ctx;
	const struct keyd_pgp_put *q = t->q;
	struct db_val fingerprint = db_text(q->fingerprint);
	struct db_val sealed = db_bytes(t->sealed.p, t->sealed.n);
	struct keyd_log_entry entry = {.at = t->now,
	        .actor = actor_text(t->a, &by),
	        .action = STR("pgp_key"),
	        .detail = q->fingerprint};
	int64_t known = 0;
	enum err e = db_one_i64(db, &key_known, DB_ARGS(fingerprint), &known);

	if (e == ERR_OK && known > 0) {
		e = db_exec1(db, &key_update, DB_ARGS(fingerprint, sealed, db_i64(q->expires_at)));
	} else if (e == ERR_OK) {
		e = db_exec(db, &key_supersede, DB_ARGS(db_i64(t->now)), NULL);
		if (e == ERR_OK)
			e = db_exec1(db, &key_insert,
			        DB_ARGS(fingerprint, db_text(q->user_id), sealed,
			                db_i64(q->created_at), db_i64(q->expires_at)));
	}
	if (e == ERR_OK)
		e = db_exec1(db, &fulfilled, DB_ARGS(db_i64(q->fulfils)));
	return e == ERR_OK ? log_append(db, &entry) : e;
}

static bool
is_fingerprint(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("0123456789ABCDEF", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	}
	return s.n == 40 || s.n == 64;
}

enum err
pgp_put(struct arena *a, struct db *db, const struct key *own, const struct keyd_pgp_put *q,
        int64_t now)
{
	struct putting t = {.a = a, .q = q, .now = now};
	struct place at;
	struct key k;

	if (!is_fingerprint(q->fingerprint) || q->secret.n == 0 || q->fulfils >= KEYD_PGP_WISHES)
		return ERR_INVALID;
	at = place_of(a, q->fingerprint);
	sealing_key(own, &k);
	t.sealed = field_seal(a, &k, &at, q->secret);
	key_wipe(&k);
	return tx_run(db, put_tx, &t);
}

static enum err
publish_tx(struct db *db, void *ctx)
{
	const struct keyd_pgp_publish *q = ctx;

	return db_exec1(db, &publish,
	        DB_ARGS(db_bytes(q->armored.p, q->armored.n),
	                db_bytes(q->transferable.p, q->transferable.n),
	                db_bytes(q->security_txt.p, q->security_txt.n),
	                db_bytes(q->policy_sha256, sizeof q->policy_sha256), db_i64(q->made_at)));
}

enum err
pgp_publish(struct db *db, const struct keyd_pgp_publish *q)
{
	struct keyd_pgp_publish copy = *q;

	return q->made_at > 0 ? tx_run(db, publish_tx, &copy) : ERR_INVALID;
}
