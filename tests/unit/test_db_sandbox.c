/* store: a database goes on in a process that may open no file, also when the WAL starts anew, is
 * written back, and is closed by the last who has it open. */
#include "unit.h"

#include "store_fixture.h"

#include <seccomp.h>
#include <sys/wait.h>

struct fixture {
	char *dir;
	struct db *db;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->dir = fixture_dir();
	fixture_migrate(f->dir);
	f->db = fixture_open(f->dir, 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	fixture_remove(f->dir, "note.db");
	free(f);
	return 0;
}

static void
forbid_files(void)
{
	static const int calls[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(creat),
	        SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(link)};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, calls[i], 0) != 0)
			_exit(10);
	if (seccomp_load(ctx) != 0)
		_exit(11);
}

static enum err
write_much(struct db *db, void *ctx)
{
	int64_t base = *(int64_t *)ctx;
	int64_t dup = base;

	for (int64_t v = base; v < base + 3000; v++) {
		enum err e = fixture_insert(db, &v);

		if (e != ERR_OK)
			return e;
	}
	if (tx_savepoint(db, fixture_insert, &dup) != ERR_CONFLICT)
		return ERR_STATE;
	return db_exec(db, &note_pin_all, DB_NONE, NULL);
}

static void
life_in_the_sandbox(const char *dir)
{
	struct db *db = fixture_open(dir, 0), *lazy = fixture_open(dir, DB_LAZY);
	struct db_rows rows;

	forbid_files();
	for (int64_t base = 0; base < 30000; base += 3000)
		if (tx_run(base % 2000 == 0 ? db : lazy, write_much, &base) != ERR_OK ||
		        db_checkpoint(lazy) != ERR_OK)
			_exit(1);
	if (db_query(lazy, &note_list, DB_NONE, &rows) != ERR_OK || !db_next(&rows) ||
	        db_rows_end(&rows) != ERR_OK)
		_exit(2);
	db_close(lazy);
	db_close(db);
	_exit(0);
}

static void
check_sandbox(struct fixture *f, int64_t want)
{
	pid_t pid;
	int status;

	/* The child is the last to close, which is when SQLite would delete the WAL. */
	db_close(f->db);
	f->db = NULL;
	pid = fork();
	if (pid == 0)
		life_in_the_sandbox(f->dir);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	f->db = fixture_open(f->dir, 0);
	assert_int_equal(fixture_count(f->db), want);
}

static void
test_sandbox(void **state)
{
	check_sandbox(*state, 30000);
}

static void
test_sandbox_with_faults(void **state)
{
	setenv("VDPD_FAULT", "1", 1);
	check_sandbox(*state, 30000);
	unsetenv("VDPD_FAULT");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_sandbox, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_sandbox_with_faults, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
