/* store: statements, rows, transactions, migrations, the turnstile. */
#include "unit.h"

#include "store_fixture.h"

#include "base/time.h"
#include "store/db_sqlite.h"
#include "store/statements.h"
#include "store/turnstile.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static const struct db_col note_cols[] = {
        DB_COL_INT(struct note, id),
        DB_COL_TEXT_NULL(struct note, author, 20),
        DB_COL_BLOB(struct note, body, 100),
        DB_COL_FIXED(struct note, tag),
        DB_COL_ENUM(struct note, kind, 5),
        DB_COL_INT(struct note, pinned),
};
static const struct db_map note_map = DB_MAP(struct note, note_cols);

struct fixture {
	char *dir;
	struct db *db;
	struct arena *a;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->dir = fixture_dir();
	fixture_migrate(f->dir);
	f->db = fixture_open(f->dir, 0);
	f->a = arena_new(1 << 20);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	arena_free(f->a);
	fixture_remove(f->dir, "note.db");
	free(f);
	return 0;
}

static enum err
insert(struct db *db, struct str author, struct str body, int64_t kind, int64_t *id)
{
	return db_one_i64(db, &note_insert,
	        DB_ARGS(db_blob(body), db_text_or_null(author), db_bytes("tag.", 4), db_i64(kind),
	                db_i64(1)),
	        id);
}

static enum err
insert_two(struct db *db, void *ctx)
{
	int64_t *ids = ctx;
	enum err e = insert(db, STR("Ada"), STR("zebra"), 3, &ids[0]);

	return e == ERR_OK ? insert(db, (struct str){NULL, 0}, STR(""), 0, &ids[1]) : e;
}

static void
test_rows(void **state)
{
	struct fixture *f = *state;
	struct db_rows rows;
	struct note note = {.id = 7};
	int64_t ids[2], n = 0;

	assert_int_equal(tx_run(f->db, insert_two, ids), ERR_OK);
	assert_int_equal(
	        db_one(f->a, f->db, &note_get, DB_ARGS(db_i64(ids[0])), &note_map, &note), ERR_OK);
	assert_int_equal(note.id, ids[0]);
	assert_true(str_eq(note.author, STR("Ada")) && str_eq(note.body, STR("zebra")));
	assert_memory_equal(note.tag, "tag.", 4);
	assert_true(note.kind == 3 && note.pinned);

	assert_int_equal(db_query(f->db, &note_list, DB_NONE, &rows), ERR_OK);
	for (; db_next(&rows); n++) {
		db_row_read(f->a, &rows, &note_map, &note);
		assert_int_equal(note.id, ids[1 - n]);
		assert_true(note.body.p != NULL);
		assert_int_equal(note.author.p == NULL, n == 0);
	}
	assert_int_equal(db_rows_end(&rows), ERR_OK);
	assert_int_equal(n, 2);

	note.id = 7;
	assert_int_equal(db_one(f->a, f->db, &note_get, DB_ARGS(db_i64(99)), &note_map, &note),
	        ERR_NOT_FOUND);
	assert_int_equal(note.id, 7);
	assert_int_equal(db_one(f->a, f->db, &note_list, DB_NONE, &note_map, &note), ERR_STORE);
	assert_int_equal(note.id, 7);
}

static enum err
insert_bad(struct db *db, void *ctx)
{
	const struct note *n = ctx;
	int64_t id;

	return db_one_i64(db, &note_insert,
	        DB_ARGS(db_blob(n->body), db_text(n->author), db_blob(STR("tag.")), db_i64(n->kind),
	                db_i64(n->id)),
	        &id);
}

/* What is in the table, but not what the map allows. */
static void
test_bounds(void **state)
{
	static const struct {
		struct note note;
		enum err insert, read;
	} cases[] = {
	        {{1, {"Ada", 3}, {"a", 1}, "", 1, false}, ERR_OK, ERR_OK},
	        {{2, {"Ada", 3}, {"b", 1}, "", 1, false}, ERR_OK, ERR_STORE},
	        {{1, {"Ada", 3}, {"c", 1}, "", 5, false}, ERR_OK, ERR_STORE},
	        {{1, {"Ada", 3}, {"d", 1}, "", 9, false}, ERR_INVALID, ERR_NOT_FOUND},
	        {{1, {"a name that is too long", 23}, {"e", 1}, "", 1, false}, ERR_OK, ERR_STORE},
	        {{1, {"A\0a", 3}, {"f", 1}, "", 1, false}, ERR_INVALID, ERR_NOT_FOUND},
	        {{1, {"Ada", 3}, {"a", 1}, "", 1, false}, ERR_CONFLICT, ERR_NOT_FOUND},
	};
	struct fixture *f = *state;
	int64_t id = 0;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct note in = cases[i].note, out;

		assert_int_equal(tx_run(f->db, insert_bad, &in), cases[i].insert);
		if (cases[i].insert == ERR_OK)
			id++;
		assert_int_equal(db_one(f->a, f->db, &note_get,
		                         DB_ARGS(db_i64(cases[i].insert == ERR_OK ? id : 99)),
		                         &note_map, &out),
		        cases[i].read);
		if (cases[i].read == ERR_STORE)
			assert_non_null(strstr(db_why(f->db), "note_get"));
	}
}

static enum err
fail_after_insert(struct db *db, void *ctx)
{
	enum err e = fixture_insert(db, ctx);

	return e == ERR_OK ? ERR_STATE : e;
}

/* Goes on after a failed statement, which no engine allows. */
static enum err
swallow(struct db *db, void *ctx)
{
	assert_int_equal(fixture_insert(db, ctx), ERR_CONFLICT);
	assert_int_equal(fixture_insert(db, &(int64_t){1000}), ERR_CONFLICT);
	return ERR_OK;
}

static enum err
nest(struct db *db, void *ctx)
{
	int64_t *v = ctx;
	enum err e = fixture_insert(db, &v[0]);

	if (e == ERR_OK)
		e = tx_savepoint(db, fixture_insert, &v[1]);
	if (e != ERR_OK)
		return e;
	assert_int_equal(tx_savepoint(db, fail_after_insert, &v[2]), ERR_STATE);
	assert_int_equal(tx_savepoint(db, fixture_insert, &v[0]), ERR_CONFLICT);
	assert_int_equal(fixture_count(db), 2);
	return fixture_insert(db, &v[3]);
}

static enum err
exec_counts(struct db *db, void *ctx)
{
	int64_t changed = -1;

	(void)ctx;
	assert_int_equal(db_exec(db, &note_pin, DB_ARGS(db_i64(1)), &changed), ERR_OK);
	assert_int_equal(changed, 3);
	assert_int_equal(db_exec1(db, &note_pin, DB_ARGS(db_i64(8))), ERR_NOT_FOUND);
	return db_exec1(db, &note_pin, DB_ARGS(db_i64(1)));
}

static void
test_transactions(void **state)
{
	struct fixture *f = *state;
	int64_t v[4] = {1, 2, 3, 4};

	assert_int_equal(tx_run(f->db, fail_after_insert, v), ERR_STATE);
	assert_int_equal(fixture_count(f->db), 0);
	assert_int_equal(tx_run(f->db, nest, v), ERR_OK);
	assert_int_equal(fixture_count(f->db), 3);
	assert_int_equal(tx_run(f->db, swallow, v), ERR_CONFLICT);
	assert_int_equal(fixture_count(f->db), 3);
	assert_int_equal(tx_run(f->db, exec_counts, NULL), ERR_STORE);
}

static enum err
read_twice(struct db *db, void *ctx)
{
	struct fixture *f = ctx;
	struct db *other = fixture_open(f->dir, DB_LAZY);

	assert_int_equal(fixture_count(db), 0);
	assert_int_equal(tx_run(other, fixture_insert, &(int64_t){5}), ERR_OK);
	assert_int_equal(fixture_count(other), 1);
	assert_int_equal(fixture_count(db), 0);
	db_close(other);
	return ERR_OK;
}

static void
test_snapshot(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tx_read(f->db, read_twice, f), ERR_OK);
	assert_int_equal(fixture_count(f->db), 1);
}

/* ---- Broken rules end the program ---- */

static enum err
nested(struct db *db, void *ctx)
{
	return tx_run(db, fixture_insert, ctx);
}

static enum err
too_few_args(struct db *db, void *ctx)
{
	(void)ctx;
	return db_exec(db, &note_pin, DB_NONE, NULL);
}

static enum err
not_in_the_set(struct db *db, void *ctx)
{
	static const struct stmt stray = {"stray", "SELECT 1"};
	int64_t v;

	(void)ctx;
	return db_one_i64(db, &stray, DB_NONE, &v);
}

static enum err
started_twice(struct db *db, void *ctx)
{
	struct db_rows rows, again;

	(void)ctx;
	if (db_query(db, &note_count, DB_NONE, &rows) != ERR_OK)
		return ERR_OK;
	return db_query(db, &note_count, DB_NONE, &again);
}

static void
test_broken_rules(void **state)
{
	static const struct {
		enum err (*run)(struct db *, tx_fn *, void *); /* NULL: no transaction */
		tx_fn *fn;
	} cases[] = {
	        {NULL, fixture_insert},
	        {tx_read, fixture_insert},
	        {tx_savepoint, fixture_insert},
	        {tx_run, nested},
	        {tx_run, too_few_args},
	        {tx_run, not_in_the_set},
	        {NULL, started_twice},
	};
	struct fixture *f = *state;
	int64_t v = 1;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			signal(SIGABRT, SIG_DFL);
			if (cases[i].run != NULL)
				_exit(cases[i].run(f->db, cases[i].fn, &v) == ERR_OK ? 0 : 1);
			_exit(cases[i].fn(f->db, &v) == ERR_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
	assert_int_equal(fixture_count(f->db), 0);
}

/* ---- No room ---- */

static enum err
insert_big(struct db *db, void *ctx)
{
	static const char big[60000];
	int64_t id;

	(void)ctx;
	return insert(db, STR("Ada"), str_bytes(big, sizeof big), 1, &id);
}

/* A small one, a big one that does not fit, and a small one again. */
static enum err
insert_around_big(struct db *db, void *ctx)
{
	int64_t *v = ctx;
	enum err e = tx_savepoint(db, fixture_insert, &v[0]);

	assert_int_equal(tx_savepoint(db, insert_big, NULL), ERR_FULL);
	return e == ERR_OK ? tx_savepoint(db, fixture_insert, &v[1]) : e;
}

static void
test_full(void **state)
{
	struct fixture *f = *state;
	int64_t v[2] = {1, 2};

	sqlite3_exec(f->db->sqlite, "PRAGMA max_page_count=12", NULL, NULL, NULL);
	assert_int_equal(tx_run(f->db, insert_big, NULL), ERR_FULL);
	assert_non_null(strstr(db_why(f->db), "full"));
	assert_int_equal(fixture_count(f->db), 0);
	assert_int_equal(tx_run(f->db, insert_around_big, v), ERR_OK);
	assert_int_equal(fixture_count(f->db), 2);
}

/* Somebody who does not know the turnstile: the sqlite3 shell. */
static void
test_busy(void **state)
{
	struct fixture *f = *state;
	char path[200];
	sqlite3 *other;

	snprintf(path, sizeof path, "%s/note.db", f->dir);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_busy_timeout(f->db->sqlite, 10);
	assert_int_equal(tx_run(f->db, fixture_insert, &(int64_t){1}), ERR_BUSY);
	assert_int_equal(fixture_count(f->db), 0);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(tx_run(f->db, fixture_insert, &(int64_t){1}), ERR_OK);
	sqlite3_close(other);
}

/* ---- Migrations ---- */

static void
check_migration(const char *dir, const struct embedded *files, size_t n, const char *want)
{
	struct db_set set = note_set;
	struct diag d = {0};
	enum err e;

	set.files = files;
	set.files_n = &n;
	e = migrate_run(dir, &set, &d);
	assert_int_equal(e != ERR_OK, want != NULL);
	if (want != NULL && strstr(d.what, want) == NULL)
		fail_msg("want %s, got: %s", want, d.what);
}

/* The copy that an upgrade makes is a database of before; it is taken away again. */
static void
check_kept(const char *dir, bool want)
{
	char path[200];
	sqlite3 *kept = NULL;

	snprintf(path, sizeof path, "%s/%s.before-0002", dir, note_set.file);
	assert_int_equal(access(path, F_OK) == 0, want);
	if (!want)
		return;
	assert_int_equal(sqlite3_open(path, &kept), SQLITE_OK);
	assert_int_equal(sqlite3_exec(kept, "SELECT id FROM note", NULL, NULL, NULL), SQLITE_OK);
	assert_int_not_equal(
	        sqlite3_exec(kept, "SELECT id FROM more", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(kept);
	assert_int_equal(unlink(path), 0);
}

static void
test_migrations(void **state)
{
	static const struct embedded add =
	        SQL_FILE("0002_more.sql", "CREATE TABLE more (id @PK@);");
	static const struct embedded bad = SQL_FILE(
	        "0002_bad.sql", "CREATE TABLE half (id @PK@); CREATE TABLE note (id @PK@);");
	static const struct embedded edited =
	        SQL_FILE("0001_note.sql", "CREATE TABLE note (id @PK@);");
	struct embedded files[4];
	struct fixture *f = *state;
	struct diag d = {0};
	struct db *db;

	memcpy(files, note_files, sizeof note_files);
	check_migration(f->dir, files, 3, NULL);
	files[3] = bad;
	check_migration(f->dir, files, 4, "0002_bad.sql fails");
	check_migration(f->dir, files, 3, NULL); /* nothing of the bad one stayed */
	files[3] = add;
	check_kept(f->dir, true); /* by the attempt */
	check_migration(f->dir, files, 4, NULL);
	check_kept(f->dir, true);
	check_migration(f->dir, files, 4, NULL);
	check_kept(f->dir, false); /* there was nothing to do */
	check_migration(f->dir, files, 3, "newer than this program");
	assert_int_equal(db_open(f->dir, &note_set, 0, &d, &db), ERR_STORE);
	assert_non_null(strstr(d.what, "newer"));
	files[1] = edited;
	check_migration(f->dir, files, 4, "another text");
}

static void
test_store_set(void **state)
{
	char *dir = fixture_dir(), path[200];
	struct diag d = {0};
	struct db *db = NULL;
	enum err e = db_open(dir, &store_set, 0, &d, &db);

	(void)state;
	assert_int_equal(e, ERR_STORE); /* there is none yet */
	assert_non_null(strstr(d.mend, "vdpd init"));
	e = migrate_run(dir, &store_set, &d);
	if (e == ERR_OK)
		e = db_open(dir, &store_set, 0, &d, &db);
	if (e != ERR_OK)
		fail_msg("%s", d.what);
	db_close(db);
	for (const char *const *p = (const char *const[]){"", "-wal", "-shm", ".turn", NULL};
	        *p != NULL; p++) {
		snprintf(path, sizeof path, "%s/vdpd.db%s", dir, *p);
		assert_int_equal(unlink(path), 0);
	}
	fixture_remove(dir, "vdpd.db");
}

static void
test_damaged(void **state)
{
	struct fixture *f = *state;
	struct diag d = {0};
	struct db *db;
	char path[200];
	int fd;

	db_close(f->db);
	f->db = NULL;
	snprintf(path, sizeof path, "%s/note.db", f->dir);
	fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, "this is no database", 19, 0), 19);
	close(fd);
	assert_int_equal(db_open(f->dir, &note_set, 0, &d, &db), ERR_STORE);
	if (strstr(d.what, "damaged") == NULL)
		fail_msg("%s", d.what);
	assert_non_null(strstr(d.mend, "restore"));
}

/* ---- The turnstile ---- */

enum { WRITERS = 4, WRITES = 25 };

static void *
write_some(void *ctx)
{
	struct db *db = ctx;
	static int64_t next;

	for (int i = 0; i < WRITES; i++) {
		int64_t v = __atomic_add_fetch(&next, 1, __ATOMIC_RELAXED);

		if (tx_run(db, fixture_insert, &v) != ERR_OK)
			return db;
	}
	return NULL;
}

static void
test_writers(void **state)
{
	struct fixture *f = *state;
	struct db *db[WRITERS];
	pthread_t thread[WRITERS];

	for (int i = 0; i < WRITERS; i++) {
		db[i] = fixture_open(f->dir, DB_LAZY);
		assert_int_equal(pthread_create(&thread[i], NULL, write_some, db[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		void *failed;

		pthread_join(thread[i], &failed);
		assert_null(failed);
		db_close(db[i]);
	}
	assert_int_equal(fixture_count(f->db), WRITERS * WRITES);
}

/* A process that dies in its turn does not keep it. */
static void
test_turn_of_the_dead(void **state)
{
	struct fixture *f = *state;
	char path[200];
	pid_t pid;
	int status;

	snprintf(path, sizeof path, "%s/note.db.turn", f->dir);
	pid = fork();
	if (pid == 0) {
		struct turnstile t;

		_exit(turnstile_init(&t, path) == ERR_OK && turnstile_enter(&t) == ERR_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(tx_run(f->db, fixture_insert, &(int64_t){1}), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_transactions, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_snapshot, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_broken_rules, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_busy, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_migrations, setup, teardown),
	        cmocka_unit_test(test_store_set),
	        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_writers, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_turn_of_the_dead, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
