/* store/fault and base/durable: after kill -9 of all and a recovery, what was acknowledged is there
 * and the database is whole; without syncing it is not, so that the test can tell. */
#include "unit.h"

#include "store_fixture.h"

#include "base/durable.h"
#include "base/id.h"
#include "store/fault.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { CHILDREN = 3, ROUNDS = 12 };

/* Commits one note after the other, telling FD of each once it is durable, until it is killed. The
 * process numbered 0 also writes the WAL back all the time. */
static void
write_for_ever(const char *dir, int64_t number, int fd)
{
	struct db *db;

	if (db_open(dir, &note_set, DB_LAZY, NULL, &db) != ERR_OK)
		_exit(1);
	for (int64_t v = number * 1000000;; v++) {
		if (tx_run(db, fixture_insert, &v) != ERR_OK || write(fd, &v, sizeof v) != sizeof v)
			_exit(2);
		if (number % CHILDREN == 0 && v % 20 == 0 && db_checkpoint(db) != ERR_OK)
			_exit(3);
	}
}

static void
sleep_ms(unsigned ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* One life of all processes: starts them, kills them at a random moment, and reads what they have
 * acknowledged into ACKED. */
static size_t
live_and_die(const char *dir, int round, int64_t *acked, size_t max)
{
	pid_t pid[CHILDREN];
	int pipe_fd[2];
	size_t n = 0;
	unsigned char moment;

	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			write_for_ever(dir, round * CHILDREN + i + 1, pipe_fd[1]);
		assert_true(pid[i] > 0);
	}
	close(pipe_fd[1]);
	random_bytes(&moment, 1);
	sleep_ms(40 + moment / 2);
	for (int i = 0; i < CHILDREN; i++)
		kill(pid[i], SIGKILL);
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFSIGNALED(status));
	}
	while (n < max && read(pipe_fd[0], &acked[n], sizeof *acked) == sizeof *acked)
		n++;
	close(pipe_fd[0]);
	return n;
}

static const struct stmt note_has = {
        "note_has",
        "SELECT count(*) FROM note WHERE body = $1",
};
static const struct stmt integrity = {
        "integrity",
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
};
static const struct stmt *const check_stmts[] = {&note_has, &integrity, NULL};
static const struct stmt *const *const check_tables[] = {migrate_stmts, check_stmts, NULL};

/* How many of ACKED are gone; -1 if the database is not even whole. */
static int64_t
count_lost(const char *dir, const int64_t *acked, size_t n)
{
	struct db_set set = note_set;
	int64_t lost = 0, bad, found;
	struct db *db;

	set.stmts = check_tables;
	if (db_open(dir, &set, 0, NULL, &db) != ERR_OK)
		return -1;
	assert_int_equal(db_one_i64(db, &integrity, DB_NONE, &bad), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(db_one_i64(db, &note_has,
		                         DB_ARGS(db_bytes(&acked[i], sizeof acked[i])), &found),
		        ERR_OK);
		lost += found != 1;
	}
	db_close(db);
	return bad != 0 ? -1 : lost;
}

static void
test_power_cuts(void **state)
{
	enum { MAX = 200000 };
	int64_t *acked = calloc(MAX, sizeof *acked);
	char *dir = fixture_dir();
	size_t n = 0, undone_all = 0;

	(void)state;
	setenv("VDPD_FAULT", "1", 1);
	fixture_migrate(dir);
	for (int round = 0; round < ROUNDS; round++) {
		size_t undone;

		n += live_and_die(dir, round, acked + n, MAX - n);
		/* Every other time opening the database has to do it. */
		if (round % 2 == 0) {
			assert_int_equal(fault_recover(dir, &undone), ERR_OK);
			undone_all += undone;
		}
		assert_int_equal(count_lost(dir, acked, n), 0);
	}
	print_message("%zu acknowledged, %zu writes taken back\n", n, undone_all);
	assert_true(n > 0 && undone_all > 0);
	unsetenv("VDPD_FAULT");
	free(acked);
	fixture_remove(dir, "note.db");
}

static void
test_without_sync(void **state)
{
	enum { MAX = 200000 };
	int64_t *acked = calloc(MAX, sizeof *acked);
	char *dir = fixture_dir();
	size_t n;

	(void)state;
	setenv("VDPD_FAULT", "1", 1);
	fixture_migrate(dir);
	setenv("VDPD_SYNC_OFF", "1", 1);
	n = live_and_die(dir, 0, acked, MAX);
	unsetenv("VDPD_SYNC_OFF");
	assert_true(n > 0);
	assert_int_not_equal(count_lost(dir, acked, n), 0);
	unsetenv("VDPD_FAULT");
	free(acked);
	fixture_remove(dir, "note.db");
}

/* A killed process loses nothing of the others, and recovery after a proper end changes nothing. */
static void
test_quiet_end(void **state)
{
	char *dir = fixture_dir();
	struct db *db;
	size_t undone;

	(void)state;
	setenv("VDPD_FAULT", "1", 1);
	fixture_migrate(dir);
	db = fixture_open(dir, 0);
	for (int64_t v = 0; v < 50; v++)
		assert_int_equal(tx_run(db, fixture_insert, &v), ERR_OK);
	assert_int_equal(fault_recover(dir, &undone), ERR_BUSY);
	db_close(db);
	assert_int_equal(fault_recover(dir, &undone), ERR_OK);
	db = fixture_open(dir, 0);
	assert_int_equal(fixture_count(db), 50);
	db_close(db);
	unsetenv("VDPD_FAULT");
	fixture_remove(dir, "note.db");
}

static void
test_durable(void **state)
{
	static const struct {
		bool fault;
		off_t unsynced; /* bytes in the file before the sync */
	} cases[] = {{false, 5}, {true, 0}};
	char path[] = "/tmp/vdpd-unit-XXXXXX";
	int keep = mkstemp(path);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct durable *d;
		struct stat st;

		assert_int_equal(ftruncate(keep, 0), 0);
		if (cases[i].fault)
			setenv("VDPD_FAULT", "1", 1);
		d = durable_new(open(path, O_WRONLY | O_APPEND | O_CLOEXEC));
		unsetenv("VDPD_FAULT");
		assert_int_equal(durable_write(d, STR("hello")), ERR_OK);
		assert_int_equal(fstat(keep, &st), 0);
		assert_int_equal(st.st_size, cases[i].unsynced);
		assert_int_equal(durable_sync(d), ERR_OK);
		assert_int_equal(durable_write(d, STR(" world")), ERR_OK);
		assert_int_equal(fstat(keep, &st), 0);
		assert_int_equal(st.st_size, cases[i].fault ? 5 : 11);
		durable_free(d);
	}
	close(keep);
	unlink(path);
}

static void
test_durable_full(void **state)
{
	struct durable *d = durable_new(open("/dev/full", O_WRONLY | O_CLOEXEC));

	(void)state;
	assert_int_equal(durable_write(d, STR("hello")), ERR_FULL);
	durable_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_power_cuts),
	        cmocka_unit_test(test_without_sync),
	        cmocka_unit_test(test_quiet_end),
	        cmocka_unit_test(test_durable),
	        cmocka_unit_test(test_durable_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
