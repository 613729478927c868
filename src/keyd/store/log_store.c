/* The log's table, its chain and its readers. */
#include "keyd/store/log_store.h"

#include "keyd/store/keyd_set.h"
#include "keyd/store/log_link.h"

#include <sodium.h>

enum {
	ACTOR_MAX = KEYD_NAME_MAX + 32,
	ACTION_MAX = KEYD_ACTION_MAX,
	DETAIL_MAX = KEYD_NAME_MAX + 32,
	HEAD_ARENA_MAX = 1024,
};

static const struct stmt head_get = {
        "keyd_log_head", "SELECT id, hash FROM log ORDER BY id DESC LIMIT 1"};
static const struct stmt at_get = {"keyd_log_at", "SELECT id, hash FROM log WHERE id = $1"};
static const struct stmt insert = {
        "keyd_log_insert",
        "INSERT INTO log (id, at, actor, action, detail, cases, hash) VALUES ($1, $2, $3, $4, $5, "
        "$6, $7)",
};
static const struct stmt before = {
        "keyd_log_before",
        "SELECT id, at, actor, action, detail, cases FROM log WHERE id < $1 ORDER BY id DESC "
        "LIMIT $2",
};
static const struct stmt after = {
        "keyd_log_after",
        "SELECT id, at, actor, action, detail, cases, hash FROM log WHERE id > $1 ORDER BY id "
        "LIMIT $2",
};

static const struct stmt news = {
        "keyd_log_news",
        "SELECT id, at, actor, action, detail, cases FROM log WHERE action IN ('member_change', "
        "'renew') ORDER BY id DESC LIMIT $1",
};

static const struct stmt search = {
        "keyd_log_search",
        "SELECT id, at, actor, action, detail, cases FROM log WHERE id < $1 AND id >= $2 AND "
        "(CAST($3 AS BIGINT) = 0 OR CAST($3 AS BIGINT) = CASE WHEN action IN ('open_case', "
        "'open_titles', 'open_contact') THEN 1 WHEN action IN ('sign_in', 'cli_session') THEN 2 "
        "ELSE 3 END) AND actor || ' ' LIKE $4 AND ' ' || cases || ' ' LIKE $5 ORDER BY id DESC "
        "LIMIT $6",
};

/* The same list as in the index log_told. */
static const struct stmt told = {
        "keyd_log_told",
        "SELECT id, at, actor, action, detail, cases FROM log WHERE action IN ('absence', 'enrol', "
        "'invite', 'member_change', 'passkey_add', 'passkey_remove', 'password_change', "
        "'recovery_renew', 'recovery_use', 'renew', 'sign_out_everywhere', 'token_create') "
        "AND id > $1 ORDER BY id LIMIT $2",
};
static const struct stmt newest_at = {
        "keyd_log_newest_at", "SELECT at FROM log WHERE id = (SELECT MAX(id) FROM log)"};

const struct stmt *const log_stmts[] = {
        &head_get, &at_get, &insert, &before, &after, &news, &told, &newest_at, &search, NULL};

static const struct db_col head_cols[] = {
        DB_COL_INT(struct log_head, id),
        DB_COL_FIXED(struct log_head, hash),
};
static const struct db_map head_map = DB_MAP(struct log_head, head_cols);

static const struct db_col entry_cols[] = {
        DB_COL_INT(struct keyd_log_entry, id),
        DB_COL_INT(struct keyd_log_entry, at),
        DB_COL_TEXT(struct keyd_log_entry, actor, ACTOR_MAX),
        DB_COL_TEXT(struct keyd_log_entry, action, ACTION_MAX),
        DB_COL_TEXT(struct keyd_log_entry, detail, DETAIL_MAX),
        DB_COL_TEXT(struct keyd_log_entry, cases, KEYD_CASES_TEXT_MAX),
};
static const struct db_map entry_map = DB_MAP(struct keyd_log_entry, entry_cols);

struct link {
	struct keyd_log_entry entry;
	unsigned char hash[LOG_HASH_BYTES];
};
static const struct db_col link_cols[] = {
        DB_COL_INT(struct link, entry.id),
        DB_COL_INT(struct link, entry.at),
        DB_COL_TEXT(struct link, entry.actor, ACTOR_MAX),
        DB_COL_TEXT(struct link, entry.action, ACTION_MAX),
        DB_COL_TEXT(struct link, entry.detail, DETAIL_MAX),
        DB_COL_TEXT(struct link, entry.cases, KEYD_CASES_TEXT_MAX),
        DB_COL_FIXED(struct link, hash),
};
static const struct db_map link_map = DB_MAP(struct link, link_cols);

struct str
actor_text(struct arena *a, const struct actor *by)
{
	static const char *const kinds[] = {
	        [ACTOR_PERSON] = "person",
	        [ACTOR_TOKEN] = "token",
	        [ACTOR_OPERATOR] = "operator",
	        [ACTOR_COURIER] = "courier",
	        [ACTOR_PGP] = "pgp",
	};

	if (by->id == 0)
		return str_of(kinds[by->kind]);
	return str_fmt(a, "%s %lld %.*s", kinds[by->kind], (long long)by->id, STR_ARG(by->name));
}

bool
log_entry_fits(const struct keyd_log_entry *e)
{
	return e->actor.n <= ACTOR_MAX && e->action.n <= ACTION_MAX && e->detail.n <= DETAIL_MAX &&
	       e->cases.n <= KEYD_CASES_TEXT_MAX;
}

void
log_link(const unsigned char previous[LOG_HASH_BYTES], const struct keyd_log_entry *e,
        unsigned char out[LOG_HASH_BYTES])
{
	static const char label[] = "vdpd keyd log 1";
	struct buf b;

	buf_init(&b, LOG_ENTRY_PACKED_MAX);
	buf_add(&b, label, sizeof label);
	buf_add(&b, previous, LOG_HASH_BYTES);
	log_entry_pack(e, &b);
	if (b.full)
		abort(); /* log_entry_fits was asked before */
	crypto_generichash(out, LOG_HASH_BYTES, (const unsigned char *)b.p, b.n, NULL, 0);
	buf_clear(&b);
}

void
log_entry_pack(const struct keyd_log_entry *e, struct buf *b)
{
	buf_u64(b, (uint64_t)e->id);
	buf_u64(b, (uint64_t)e->at);
	buf_block(b, e->actor);
	buf_block(b, e->action);
	buf_block(b, e->detail);
	buf_block(b, e->cases);
}

enum err
log_head_get(struct db *db, struct log_head *out)
{
	struct arena *a = arena_new(HEAD_ARENA_MAX);
	enum err e = db_one(a, db, &head_get, DB_NONE, &head_map, out);

	arena_free(a);
	if (e == ERR_NOT_FOUND) {
		*out = (struct log_head){0};
		e = ERR_OK;
	}
	return e;
}

enum err
log_insert(struct db *db, const struct keyd_log_entry *e, const unsigned char *hash)
{
	return db_exec1(db, &insert,
	        DB_ARGS(db_i64(e->id), db_i64(e->at), db_text(e->actor), db_text(e->action),
	                db_text(e->detail), db_text(e->cases), db_bytes(hash, LOG_HASH_BYTES)));
}

enum err
log_append(struct db *db, struct keyd_log_entry *e)
{
	struct log_head head;
	unsigned char hash[LOG_HASH_BYTES];
	enum err err;

	if (!log_entry_fits(e))
		return ERR_TOO_LARGE;
	err = log_head_get(db, &head);
	if (err != ERR_OK)
		return err;
	e->id = head.id + 1;
	log_link(head.hash, e, hash);
	return log_insert(db, e, hash);
}

static enum err
entries_read(struct arena *a, struct db *db, const struct stmt *st, struct db_args args,
        struct keyd_log *out)
{
	struct keyd_log_entry *items = ARENA_ARRAY(a, KEYD_AUDIT_MAX, struct keyd_log_entry);
	struct db_rows rows;
	size_t n = 0;
	enum err e = db_query(db, st, args, &rows);

	if (e != ERR_OK)
		return e;
	while (n < KEYD_AUDIT_MAX && db_next(&rows))
		db_row_read(a, &rows, &entry_map, &items[n++]);
	e = db_rows_end(&rows);
	if (e == ERR_OK)
		*out = (struct keyd_log){.items = items, .n = n};
	return e;
}

enum err
log_list(struct arena *a, struct db *db, int64_t before_id, struct keyd_log *out)
{
	return entries_read(a, db, &before,
	        DB_ARGS(db_i64(before_id > 0 ? before_id : INT64_MAX), db_i64(KEYD_AUDIT_MAX)),
	        out);
}

enum err
log_search(struct arena *a, struct db *db, const struct keyd_audit *q, struct keyd_log *out)
{
	bool filtered = q->kind != 0 || q->actor.n > 0 || q->case_number.n > 0;
	struct log_head head;
	struct str actor = str_fmt(a, "%.*s%s%%", STR_ARG(q->actor), q->actor.n > 0 ? " " : "");
	struct str cases = q->case_number.n == 0
	                           ? STR("%")
	                           : str_fmt(a, "%% %.*s %%", STR_ARG(q->case_number));
	int64_t from, to;
	enum err e = log_head_get(db, &head);

	if (e != ERR_OK)
		return e;
	to = q->before_id > 0 && q->before_id <= head.id ? q->before_id : head.id + 1;
	from = to > KEYD_AUDIT_SPAN ? to - KEYD_AUDIT_SPAN : 1;
	e = entries_read(a, db, &search,
	        DB_ARGS(db_i64(to), db_i64(from), db_i64(q->kind), db_text(actor), db_text(cases),
	                db_i64(KEYD_AUDIT_MAX)),
	        out);
	if (e != ERR_OK)
		return e;
	if (out->n == KEYD_AUDIT_MAX)
		out->next_before = out->items[out->n - 1].id;
	else if (filtered)
		out->next_before = from;
	if (out->next_before <= 1)
		out->next_before = 0;
	return ERR_OK;
}

enum err
log_news(struct arena *a, struct db *db, int64_t after_utc_s, struct keyd_log *out)
{
	struct keyd_log got;
	enum err e = entries_read(a, db, &news, DB_ARGS(db_i64(KEYD_NEWS_MAX)), &got);

	while (e == ERR_OK && got.n > 0 && got.items[got.n - 1].at <= after_utc_s)
		got.n--;
	if (e == ERR_OK)
		*out = got;
	return e;
}

enum err
log_told(struct arena *a, struct db *db, int64_t after_id, struct keyd_log *out)
{
	return entries_read(a, db, &told, DB_ARGS(db_i64(after_id), db_i64(KEYD_TOLD_MAX)), out);
}

enum err
log_newest_at(struct db *db, int64_t *at)
{
	enum err e = db_one_i64(db, &newest_at, DB_NONE, at);

	if (e != ERR_NOT_FOUND)
		return e;
	*at = 0;
	return ERR_OK;
}

/* Follows the links of ROWS from *AT; ERR_FORGED at the first that does not fit. */
static enum err
follow(struct db_rows *rows, struct log_head *at)
{
	bool good = true;
	enum err e;

	while (good && db_next(rows)) {
		struct arena *a = arena_new(CHANNEL_ARENA_MAX);
		struct link l;
		unsigned char hash[LOG_HASH_BYTES];

		db_row_read(a, rows, &link_map, &l);
		log_link(at->hash, &l.entry, hash);
		good = l.entry.id == at->id + 1 && memcmp(hash, l.hash, sizeof hash) == 0;
		at->id = l.entry.id;
		memcpy(at->hash, hash, sizeof hash);
		arena_free(a);
	}
	e = db_rows_end(rows);
	return e != ERR_OK ? e : good ? ERR_OK : ERR_FORGED;
}

enum err
log_verify(struct db *db, int64_t after_id, int64_t max, struct keyd_audit_verified *out)
{
	struct arena *a = arena_new(HEAD_ARENA_MAX);
	struct log_head at = {0}, last;
	struct db_rows rows;
	enum err e = ERR_OK;

	if (after_id > 0)
		e = db_one(a, db, &at_get, DB_ARGS(db_i64(after_id)), &head_map, &at);
	arena_free(a);
	if (e == ERR_OK)
		e = log_head_get(db, &last);
	if (e == ERR_OK)
		e = db_query(db, &after, DB_ARGS(db_i64(after_id), db_i64(max)), &rows);
	if (e == ERR_OK)
		e = follow(&rows, &at);
	if (e != ERR_OK)
		return e;
	*out = (struct keyd_audit_verified){.upto_id = at.id, .last_id = last.id};
	memcpy(out->head, at.hash, sizeof out->head);
	return ERR_OK;
}
