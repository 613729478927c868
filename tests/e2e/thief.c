/* What a thief can do with a stolen copy of data/ and one receipt, and keys of one's own for who
 * rewrites rows. For the tests:
 *
 *	thief open DATA RECEIPT     derives every key that the receipt and the row give, or that is
 *	                            lying about, and tries each on everything sealed in the database
 *	                            and on every blob: a line "opened WHAT: TEXT" or "closed WHAT"
 *	thief wrap KEYS UID         a team key of its own: "wrap HEX" to the storage key of
 *	                            KEYS/public.keys for the case UID (hex), "pair HEX", "title HEX"
 *	thief rechain DB CASE       makes the events of the case (its row's id) a chain again, as
 *they are now, and sets its head thief receipt UID           a receipt code of its own: "code
 *TEXT", "hash HEX", "wrap HEX", "body HEX" (a report sealed with its reporter's key) */
#include "act/act.h"
#include "base/id.h"
#include "keyd/client/public_keys.h"
#include "seal/capsule.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <stdnoreturn.h>

enum { KEYS_MAX = 1024, TEXT_SHOWN = 200 };

struct named_key {
	char name[64];
	struct key k;
	unsigned char public[PAIR_PUBLIC_BYTES]; /* as if it were the secret half of a pair */
};

struct thief {
	struct arena *a;
	sqlite3 *db;
	const char *data;
	struct named_key keys[KEYS_MAX];
	size_t n;
	int64_t id;
	struct case_row row;
};

static noreturn void
fail(const char *what)
{
	fprintf(stderr, "thief: %s\n", what);
	exit(1);
}

static void
add(struct thief *t, const char *name, const void *p)
{
	struct named_key *k = &t->keys[t->n];

	if (t->n == KEYS_MAX)
		fail("too many keys");
	snprintf(k->name, sizeof k->name, "%s", name);
	memcpy(k->k.b, p, KEY_BYTES);
	crypto_scalarmult_base(k->public, k->k.b);
	t->n++;
}

/* K, and all that comes from it if it is taken for a team's key, or for a reporter's. */
static void
add_family(struct thief *t, const char *name, const void *p)
{
	struct key k;
	struct team_keys team;
	struct reporter_keys reporter;
	char text[64];

	memcpy(k.b, p, sizeof k.b);
	add(t, name, k.b);
	team_keys_from(&k, &team);
	reporter_keys_from(&k, &reporter);
	snprintf(text, sizeof text, "title of %s", name);
	add(t, text, reporter.title.b);
	snprintf(text, sizeof text, "reporter of %s", name);
	add(t, text, team.shared.reporter.b);
	snprintf(text, sizeof text, "pair of %s", name);
	add(t, text, team.pair_secret.b);
	if (memcmp(team.pair_public, t->row.pair_public, sizeof team.pair_public) == 0)
		printf("opened the team key: it is %s\n", name);
}

static sqlite3_stmt *
query(struct thief *t, const char *sql)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(t->db, sql, -1, &st, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(t->db));
	return st;
}

static struct str
column(struct thief *t, sqlite3_stmt *st, int i)
{
	size_t n = (size_t)sqlite3_column_bytes(st, i);

	return str_dup(t->a, str_bytes(n > 0 ? sqlite3_column_blob(st, i) : "", n));
}

static void
show(const char *what, struct str plain, const char *by)
{
	printf("opened %s with %s: %.*s\n", what, by,
	        (int)(plain.n < TEXT_SHOWN ? plain.n : TEXT_SHOWN), plain.p);
}

static void
try_field(struct thief *t, const char *what, const struct place *at, struct str sealed)
{
	struct str plain;

	if (sealed.n == 0)
		return;
	for (size_t i = 0; i < t->n; i++) {
		struct named_key *k = &t->keys[i];

		if (field_open(t->a, &k->k, at, sealed, &plain) == ERR_OK ||
		        pair_open(t->a, k->public, &k->k, at, sealed, &plain) == ERR_OK ||
		        pair_open(t->a, t->row.pair_public, &k->k, at, sealed, &plain) == ERR_OK) {
			show(what, plain, k->name);
			return;
		}
	}
	printf("closed %s\n", what);
}

static enum err
first_piece(void *ctx, struct str piece)
{
	*(struct str *)ctx = piece;
	return ERR_STATE;
}

static void
try_blob(struct thief *t, const char *what, const struct file_row *f)
{
	struct str hex = hex_str(t->a, f->blob, sizeof f->blob), piece = STR("");
	char path[4096];

	snprintf(path, sizeof path, "%s/blobs/%.2s/%.*s", t->data, hex.p, STR_ARG(hex));
	for (size_t i = 0; i < t->n; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			fail(path);
		if (blob_read(fd, &t->keys[i].k, f->blob, f->hash, first_piece, &piece) ==
		        ERR_STATE) {
			printf("opened %s with %s\n", what, t->keys[i].name);
			return;
		}
	}
	printf("closed %s\n", what);
}

static void
read_row(struct thief *t, struct str number)
{
	sqlite3_stmt *st = query(t, "SELECT id, year, number, uid, pair_public, reporter, "
	                            "receipt_hash, team, content_sha256, policy_sha256, "
	                            "contact_hash, chain_head, title FROM cases JOIN "
	                            "case_wrap ON case_id = id");

	while (sqlite3_step(st) == SQLITE_ROW) {
		struct str name = case_number_str(
		        t->a, STR("EXW"), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2));

		if (!str_eq(name, number))
			continue;
		t->id = sqlite3_column_int64(st, 0);
		memcpy(t->row.uid, column(t, st, 3).p, sizeof t->row.uid);
		memcpy(t->row.pair_public, column(t, st, 4).p, PAIR_PUBLIC_BYTES);
		t->row.reporter_wrap = column(t, st, 5);
		memcpy(t->row.receipt_hash, column(t, st, 6).p, RECEIPT_HASH_BYTES);
		t->row.team_wrap = column(t, st, 7);
		t->row.title = column(t, st, 12);
		for (int i = 8; i < 12; i++) {
			char text[32];

			snprintf(text, sizeof text, "column %d", i);
			if (column(t, st, i).n == KEY_BYTES)
				add_family(t, text, column(t, st, i).p);
		}
	}
	sqlite3_finalize(st);
	if (t->id == 0)
		fail("no such case");
}

static void
gather_keys(struct thief *t, const struct receipt_code *code)
{
	struct key code_key, reporter;
	unsigned char hash[RECEIPT_HASH_BYTES];
	char name[32];

	receipt_code_hash(code, hash);
	if (memcmp(hash, t->row.receipt_hash, sizeof hash) != 0)
		fail("not this case's receipt");
	receipt_code_key(code, &code_key);
	add_family(t, "receipt's hash", hash);
	add_family(t, "receipt's key", code_key.b);
	add_family(t, "pair's public half", t->row.pair_public);
	if (reporter_unwrap(&code_key, t->row.reporter_wrap, t->row.uid, &reporter) != ERR_OK)
		fail("the receipt does not open its wrap");
	add_family(t, "reporter key", reporter.b);
	/* Every stretch of the wraps, should a key stand there in the clear. */
	for (size_t i = 0; i + KEY_BYTES <= t->row.team_wrap.n; i++) {
		snprintf(name, sizeof name, "team wrap at %zu", i);
		add_family(t, name, t->row.team_wrap.p + i);
	}
}

static void
try_events(struct thief *t)
{
	sqlite3_stmt *st = query(t, "SELECT seq, kind, body FROM event WHERE case_id = ?1 AND "
	                            "body IS NOT NULL ORDER BY seq");

	sqlite3_bind_int64(st, 1, t->id);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct place at = {"event", "body", t->row.uid, sqlite3_column_int64(st, 0)};
		char what[64];

		snprintf(what, sizeof what, "event %lld %s", (long long)at.row,
		        (const char *)sqlite3_column_text(st, 1));
		try_field(t, what, &at, column(t, st, 2));
	}
	sqlite3_finalize(st);
}

static void
try_files(struct thief *t)
{
	sqlite3_stmt *st = query(t, "SELECT number, event_seq, sealed_with, blob, size, hash, "
	                            "picture, name FROM file WHERE case_id = ?1 ORDER BY number");

	sqlite3_bind_int64(st, 1, t->id);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct file_row f = {
		        .number = sqlite3_column_int64(st, 0),
		        .event_seq = sqlite3_column_int64(st, 1),
		        .sealed_with = (unsigned)sqlite3_column_int64(st, 2),
		        .size_bytes = sqlite3_column_int64(st, 4),
		        .picture = sqlite3_column_int64(st, 6) != 0,
		};
		struct place at;
		char what[64];

		memcpy(f.blob, column(t, st, 3).p, sizeof f.blob);
		memcpy(f.hash, column(t, st, 5).p, sizeof f.hash);
		at = act_file_place(t->a, &t->row, &f);
		snprintf(what, sizeof what, "name of file %lld", (long long)f.number);
		try_field(t, what, &at, column(t, st, 7));
		snprintf(what, sizeof what, "blob of file %lld", (long long)f.number);
		try_blob(t, what, &f);
	}
	sqlite3_finalize(st);
}

static void
try_capsules(struct thief *t)
{
	sqlite3_stmt *st = query(t, "SELECT content FROM capsule WHERE case_id = ?1");
	struct capsule_bond bond = {CAPSULE_CONTACT, t->row.uid, 0};

	sqlite3_bind_int64(st, 1, t->id);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct str content = STR("");
		bool opened = false;

		for (size_t i = 0; i < t->n && !opened; i++)
			opened = capsule_open(t->a, t->keys[i].public, &t->keys[i].k, &bond,
			                 column(t, st, 0), &content) == ERR_OK;
		printf("%s the capsule\n", opened ? "opened" : "closed");
	}
	sqlite3_finalize(st);
}

static void
try_other_cases(struct thief *t)
{
	sqlite3_stmt *st =
	        query(t, "SELECT e.seq, c.uid, e.body FROM event e JOIN cases c ON c.id = "
	                 "e.case_id WHERE e.case_id <> ?1 AND e.body IS NOT NULL");

	sqlite3_bind_int64(st, 1, t->id);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct place at = {"event", "body", (const unsigned char *)column(t, st, 1).p,
		        sqlite3_column_int64(st, 0)};

		try_field(t, "event of another case", &at, column(t, st, 2));
	}
	sqlite3_finalize(st);
}

static void
open_all(struct thief *t, const char *receipt)
{
	struct receipt_code code;
	struct str number;
	struct place title_at = {"cases", "title", t->row.uid, 0};
	char path[4096];

	snprintf(path, sizeof path, "%s/vdpd.db", t->data);
	if (receipt_parse(str_of(receipt), &number, &code) != ERR_OK ||
	        sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		fail("open");
	read_row(t, number);
	gather_keys(t, &code);
	try_field(t, "title", &title_at, t->row.title);
	try_events(t);
	try_files(t);
	try_capsules(t);
	try_other_cases(t);
	sqlite3_close(t->db);
}

/* ---- A chain of one's own ---- */

static void
rechain(struct thief *t, const char *path, const char *id)
{
	sqlite3_stmt *st;

	if (sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		fail("open");
	sqlite3_busy_timeout(t->db, 5000);
	st = query(t, "SELECT c.uid, e.seq, e.at, e.recorded_at, e.kind, e.actor, e.clear, "
	              "e.sealed_with, e.body FROM event e JOIN cases c ON c.id = e.case_id WHERE "
	              "c.id = ?1 ORDER BY e.seq");
	sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct event_row e = {
		        .seq = sqlite3_column_int64(st, 1),
		        .at_utc_s = sqlite3_column_int64(st, 2),
		        .recorded_utc_s = sqlite3_column_int64(st, 3),
		        .kind = column(t, st, 4),
		        .actor = column(t, st, 5),
		        .clear = column(t, st, 6),
		        .sealed_with = (unsigned)sqlite3_column_int64(st, 7),
		        .body = column(t, st, 8),
		};

		memcpy(t->row.uid, column(t, st, 0).p, sizeof t->row.uid);
		act_link(&t->row, &e);
	}
	sqlite3_finalize(st);
	st = query(t, "UPDATE cases SET chain_head = ?2 WHERE id = ?1");
	sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 2, t->row.chain_head, sizeof t->row.chain_head, SQLITE_STATIC);
	if (sqlite3_step(st) != SQLITE_DONE)
		fail(sqlite3_errmsg(t->db));
	sqlite3_finalize(st);
	sqlite3_close(t->db);
}

/* ---- Keys of one's own ---- */

static void
print_hex(struct thief *t, const char *name, const void *p, size_t n)
{
	printf("%s %.*s\n", name, STR_ARG(hex_str(t->a, p, n)));
}

static void
uid_read(struct thief *t, const char *hex)
{
	if (sodium_hex2bin(t->row.uid, sizeof t->row.uid, hex, strlen(hex), NULL, NULL, NULL) != 0)
		fail("uid");
}

static void
own_wrap(struct thief *t, const char *keys_dir, const char *uid)
{
	struct public_keys keys;
	struct team_keys own;
	struct place at = {"cases", "title", t->row.uid, 0};
	unsigned char wrap[TEAM_WRAP_BYTES];
	struct wrapper *w;
	struct str title;
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/public.keys", keys_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || public_keys_read(fd, &keys) != ERR_OK)
		fail("public.keys");
	uid_read(t, uid);
	team_keys_new(&own);
	w = wrapper_new(keys.storage);
	team_wrap(w, &own.team, t->row.uid, wrap);
	wrapper_free(w);
	title = field_seal(t->a, &own.shared.title, &at, STR("planted words"));
	print_hex(t, "wrap", wrap, sizeof wrap);
	print_hex(t, "pair", own.pair_public, sizeof own.pair_public);
	print_hex(t, "title", title.p, title.n);
}

static void
own_receipt(struct thief *t, const char *uid)
{
	struct receipt_code code;
	struct key code_key;
	struct team_keys own;
	struct place at = {"event", "body", t->row.uid, 1},
	             title_at = {"cases", "title", t->row.uid, 0};
	unsigned char hash[RECEIPT_HASH_BYTES], wrap[REPORTER_WRAP_BYTES];
	struct str body, title;

	uid_read(t, uid);
	receipt_code_random(&code);
	receipt_code_hash(&code, hash);
	receipt_code_key(&code, &code_key);
	team_keys_new(&own);
	reporter_wrap(&code_key, &own.shared.reporter, t->row.uid, wrap);
	body = field_seal(t->a, &own.shared.reporter, &at, STR("{\"description\":\"planted\"}"));
	title = field_seal(t->a, &own.shared.title, &title_at, STR("planted words"));
	printf("code %.*s\n", STR_ARG(receipt_text(t->a, STR("EXW-2026-0001"), &code)));
	print_hex(t, "hash", hash, sizeof hash);
	print_hex(t, "wrap", wrap, sizeof wrap);
	print_hex(t, "body", body.p, body.n);
	print_hex(t, "title", title.p, title.n);
}

int
main(int argc, char **argv)
{
	struct thief *t = calloc(1, sizeof *t);

	if (sodium_init() < 0 || t == NULL)
		return 1;
	t->a = arena_new((size_t)1 << 30);
	if (argc == 4 && strcmp(argv[1], "open") == 0) {
		t->data = argv[2];
		open_all(t, argv[3]);
	} else if (argc == 4 && strcmp(argv[1], "wrap") == 0) {
		own_wrap(t, argv[2], argv[3]);
	} else if (argc == 4 && strcmp(argv[1], "rechain") == 0) {
		rechain(t, argv[2], argv[3]);
	} else if (argc == 3 && strcmp(argv[1], "receipt") == 0) {
		own_receipt(t, argv[2]);
	} else {
		fail("what?");
	}
	arena_free(t->a);
	free(t);
	return 0;
}
