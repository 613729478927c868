/* keyd on a full disk: openings are logged in the reserve, then refused; nothing is lost when there
 * is room again. A small tmpfs is the disk, in a mount namespace of the server's own. */
#include "keyd_fixture.h"

#include "keyd/store/log_store.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* ---- The reserve by itself ---- */

static enum err
append_tx(struct db *db, void *ctx)
{
	return log_append(db, ctx);
}

static struct keyd_log_entry
entry_of(const char *action)
{
	return (struct keyd_log_entry){.at = FIXTURE_START,
	        .actor = STR("person 1 ada"),
	        .action = str_of(action),
	        .cases = STR("EXW-2026-0001 EXW-2026-0002")};
}

/* Opened again as after a crash, with the file as it is now. */
static void
reopen(struct keyd_fixture *f, struct keyd_store *s, bool flush)
{
	char path[128];
	int fd;

	log_reserve_free(s->reserve);
	snprintf(path, sizeof path, "%s/keyd.reserve", f->keys);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(log_reserve_open(fd, &s->reserve), ERR_OK);
	if (flush)
		assert_int_equal(log_reserve_flush(s->reserve, s->db), ERR_OK);
}

static void
test_reserve_survives(void **state)
{
	struct keyd_fixture *f = fixture_make();
	struct keyd_store s, second;
	struct diag d = {0};
	struct keyd_log_entry e = entry_of("open_case");
	struct keyd_audit_verified v;
	struct keyd_log log;
	char path[128];
	int fd;

	(void)state;
	assert_int_equal(keyd_store_open(f->keys, &s, &d), ERR_OK);
	/* Two at once would make two chains of one log. */
	assert_int_equal(keyd_store_open(f->keys, &second, &d), ERR_BUSY);
	assert_int_equal(tx_run(s.db, append_tx, &e), ERR_OK);
	for (int i = 0; i < 3; i++) {
		e = entry_of("open_titles");
		assert_int_equal(log_reserve_append(s.reserve, s.db, &e), ERR_OK);
	}
	reopen(f, &s, false);
	assert_true(log_reserve_waiting(s.reserve));
	e = entry_of("open_titles");
	assert_int_equal(log_reserve_append(s.reserve, s.db, &e), ERR_OK);
	reopen(f, &s, true);
	assert_false(log_reserve_waiting(s.reserve));
	assert_int_equal(log_verify(s.db, 0, 100, &v), ERR_OK);
	assert_int_equal(v.last_id, 6); /* the first invitation, one, three, one */
	assert_int_equal(log_list(f->a, s.db, 0, &log), ERR_OK);
	assert_true(str_eq(log.items[0].cases, STR("EXW-2026-0001 EXW-2026-0002")));
	/* A record that a crash tore: it was never answered for, and goes. */
	e = entry_of("open_case");
	assert_int_equal(log_reserve_append(s.reserve, s.db, &e), ERR_OK);
	e = entry_of("open_case");
	assert_int_equal(log_reserve_append(s.reserve, s.db, &e), ERR_OK);
	snprintf(path, sizeof path, "%s/keyd.reserve", f->keys);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "XXXX", 4, 4 + 32 + 100), 4); /* in the second */
	close(fd);
	reopen(f, &s, true);
	assert_int_equal(log_verify(s.db, 0, 100, &v), ERR_OK);
	assert_true(v.last_id >= 6 && v.last_id < 8);
	keyd_store_close(&s);
	fixture_start(f);
	fixture_end(f);
}

/* ---- A full disk ---- */

/* The keys move to a tmpfs with little room that only this process sees. */
static void
on_small_disk(struct keyd_fixture *f)
{
	char command[700];
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int flags = CLONE_NEWNS | (uid != 0 ? CLONE_NEWUSER : 0);
	int fd;

	if (unshare(flags) != 0)
		_exit(6);
	if (uid != 0) {
		dprintf(fd = open("/proc/self/setgroups", O_WRONLY), "deny");
		close(fd);
		dprintf(fd = open("/proc/self/uid_map", O_WRONLY), "%u %u 1", uid, uid);
		close(fd);
		dprintf(fd = open("/proc/self/gid_map", O_WRONLY), "%u %u 1", gid, gid);
		close(fd);
	}
	/* By this process itself: mount(8) would not have what unshare gave it. */
	snprintf(command, sizeof command, "cp -a %s %s/copy", f->keys, f->dir);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || system(command) != 0 ||
	        mount("small", f->keys, "tmpfs", 0, "size=1200k") != 0)
		_exit(7);
	snprintf(command, sizeof command, "cp -a %s/copy/. %s/ && rm -r %s/copy", f->dir, f->keys,
	        f->dir);
	if (system(command) != 0)
		_exit(8);
}

/* That disk as seen from outside: a file that takes all the room, or none. */
static int
filler_open(const struct keyd_fixture *f)
{
	char path[200];

	snprintf(path, sizeof path, "/proc/%d/root%s/filler", (int)f->pid, f->keys);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void
fill(int fd)
{
	static const char bytes[4096];

	while (write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
		;
	assert_int_equal(errno, ENOSPC);
}

static int64_t
log_length(struct keyd_fixture *f, struct str credential)
{
	struct keyd_audit_verified v = {0};

	do
		assert_int_equal(
		        keyd_audit_verify(f->a, &f->as[ROLE_DESK],
		                &(struct keyd_audit_verify){credential, v.upto_id}, &v, NULL),
		        ERR_OK);
	while (v.upto_id < v.last_id);
	return v.last_id;
}

static void
test_full_disk(void **state)
{
	struct keyd_fixture *f = fixture_make();
	struct keyd_case c[KEYD_TITLES_MAX];
	struct team_keys keys[KEYD_TITLES_MAX];
	struct keyd_open_titles q = {.items = c, .n = KEYD_TITLES_MAX};
	struct keyd_titles titles;
	struct keyd_opened opened;
	struct keyd_receipt_wanted wanted = {.programme = STR("exact.works"), .prefix = STR("EXW")};
	struct keyd_receipts receipts;
	struct keyd_identity who;
	struct str ada;
	int64_t before, answered = 0;
	enum err e = ERR_OK;
	int fd;

	(void)state;
	f->in_child = on_small_disk;
	fixture_start(f);
	q.credential = ada = fixture_first(f);
	fixture_cases(f, c, keys, KEYD_TITLES_MAX);
	before = log_length(f, ada);
	fd = filler_open(f);
	assert_true(fd >= 0);
	fill(fd);
	/* What must be durable elsewhere is refused as soon as there is no room … */
	for (int i = 0; i < 100 && e == ERR_OK; i++)
		e = keyd_sign_receipts(f->a, &f->as[ROLE_PUBLIC],
		        &(struct keyd_sign_receipts){&wanted, 1}, &receipts, NULL);
	assert_int_equal(e, ERR_FULL);
	/* … reading goes on, and is logged, for a few hundred pages … */
	for (e = ERR_OK; e == ERR_OK && answered < 2000; answered += e == ERR_OK)
		e = keyd_open_titles(f->a, &f->as[ROLE_DESK], &q, &titles, NULL);
	assert_int_equal(e, ERR_FULL);
	assert_true(answered > 100 && answered < 2000);
	/* … and then nothing is opened any more, but everybody stays signed in. */
	while (e = fixture_open(f, ada, &c[0], &opened, NULL), e == ERR_OK)
		answered++;
	assert_int_equal(e, ERR_FULL);
	assert_int_equal(fixture_who(f, ada, &who), ERR_OK);
	/* Room again: everything that was answered for is in the log, in order, once. */
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(fixture_open(f, ada, &c[0], &opened, NULL), ERR_OK);
	assert_int_equal(log_length(f, ada), before + answered + 1);
	assert_int_equal(keyd_sign_receipts(f->a, &f->as[ROLE_PUBLIC],
	                         &(struct keyd_sign_receipts){&wanted, 1}, &receipts, NULL),
	        ERR_OK);
	close(fd);
	fixture_end(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_reserve_survives),
	        cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
