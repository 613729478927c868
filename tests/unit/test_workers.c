/* A nursery of workers with channels: a worker serves one asker, sixteen items, then another; what
 * kills one ends the nursery once, and no other worker. */
#include "unit.h"

#include "base/time.h"
#include "proc/nursery.h"
#include "proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ITEM_PID, ITEM_DIE, ITEM_HANG, ITEM_OPEN, ITEM_COPY, ITEM_KEPT, ITEM_SOCKET };

struct items {
	unsigned done;
	int kept;
};

static enum err
item_pid(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct items *t = state;

	if (!cursor_done(in))
		return ERR_SYNTAX;
	buf_u32(out, (uint32_t)getpid());
	buf_u32(out, ++t->done);
	buf_u32(out, request_peer(r)->role);
	return ERR_OK;
}

static enum err
item_die(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	(void)state;
	(void)r;
	(void)in;
	(void)out;
	abort();
}

static enum err
item_hang(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	(void)state;
	(void)in;
	(void)out;
	(void)request_later(r);
	return ERR_OK;
}

static enum err
item_open(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	(void)state;
	(void)r;
	(void)in;
	buf_u32(out, fd < 0 ? (uint32_t)errno : 0);
	return ERR_OK;
}

static enum err
item_socket(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	(void)state;
	(void)r;
	(void)in;
	(void)out;
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? ERR_DENIED : ERR_OK;
}

/* Turns the bytes of one file round into the other. */
static enum err
item_copy(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	int from = request_take_fd(r, 0), to = request_take_fd(r, 1);
	char c;
	off_t n = lseek(from, 0, SEEK_END);
	enum err e = ERR_OK;

	(void)state;
	(void)in;
	(void)out;
	for (off_t i = 0; i < n && e == ERR_OK; i++) {
		if (pread(from, &c, 1, i) != 1 || pwrite(to, &c, 1, n - 1 - i) != 1)
			e = ERR_IO;
	}
	close(from);
	close(to);
	return e;
}

static enum err
item_kept(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct items *t = state;
	char text[5] = "";

	(void)r;
	(void)in;
	if (pread(t->kept, text, 4, 0) != 4)
		return ERR_IO;
	buf_z(out, text);
	return ERR_OK;
}

static const struct request_type items[] = {
        [ITEM_PID] = {"pid", item_pid, 1u << ROLE_DESK, 0},
        [ITEM_DIE] = {"die", item_die, 1u << ROLE_DESK, 0},
        [ITEM_HANG] = {"hang", item_hang, 1u << ROLE_DESK, 0},
        [ITEM_OPEN] = {"open", item_open, 1u << ROLE_DESK, 0},
        [ITEM_COPY] = {"copy", item_copy, 1u << ROLE_DESK, 2},
        [ITEM_KEPT] = {"kept", item_kept, 1u << ROLE_DESK, 0},
        [ITEM_SOCKET] = {"socket", item_socket, 1u << ROLE_DESK, 0},
};

static int
memory(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
	return fd;
}

static enum err
before(void *state, enum role_id asker, struct fds *keep)
{
	const struct items *t = state;

	if (asker != ROLE_DESK)
		return ERR_DENIED;
	keep->fd[keep->n++] = dup(t->kept);
	return ERR_OK;
}

static void
begin(void *state, const struct fds *kept)
{
	struct items *t = state;

	t->kept = kept->fd[0];
}

static pid_t
start(struct channel_pool *pool, unsigned life_s)
{
	struct fds fds = {.n = 1};
	int pair[2], kept = memory("kept");
	pid_t pid;

	assert_int_equal(packet_pair(pair), ERR_OK);
	pid = fork();
	if (pid == 0) {
		struct items state = {.kept = kept};
		const struct worker_kind kind = {.requests = items,
		        .requests_n = sizeof items / sizeof items[0],
		        .state = &state,
		        .memory_bytes = 256 << 20,
		        .file_bytes = 1000,
		        .cpu_s = 5,
		        .life_s = life_s,
		        .before = before,
		        .begin = begin};
		const struct sandbox_spec spec = {.may = SANDBOX_FORK | SANDBOX_WORKERS};
		struct worker_nursery *n = worker_nursery_new(&kind);
		struct channel_server *s =
		        channel_server_new(worker_nursery_requests, worker_nursery_requests_n, n);
		struct diag d;

		close(pair[0]);
		if (sandbox_enter(&spec, &d) != ERR_OK ||
		        channel_server_add(s, pair[1], ROLE_DESK) != ERR_OK)
			_exit(99);
		while (!worker_nursery_spent(n)) {
			if (channel_server_step(s, worker_nursery_wait_ms(n)) != ERR_OK)
				_exit(98);
		}
		_exit(0);
	}
	close(kept);
	close(pair[1]);
	fds.fd[0] = pair[0];
	channel_pool_replace(pool, &fds);
	return pid;
}

struct answer {
	uint32_t pid, done, role;
};

static struct answer
ask_pid(struct worker *w)
{
	struct buf reply;
	struct cursor c;
	struct answer got;

	buf_init(&reply, 100);
	assert_int_equal(worker_call(w, ITEM_PID, NULL, NULL, &reply, NULL, 5000), ERR_OK);
	c = (struct cursor){.rest = buf_view(&reply)};
	got = (struct answer){cursor_u32(&c), cursor_u32(&c), cursor_u32(&c)};
	assert_true(cursor_done(&c));
	buf_clear(&reply);
	return got;
}

static void
stop(struct channel_pool *pool, pid_t pid)
{
	int status;

	channel_pool_free(pool);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
test_items(void **state)
{
	struct channel_pool *pool = channel_pool_new();
	pid_t pid = start(pool, 20);
	struct worker *one = worker_new(pool), *two = worker_new(pool);
	struct answer first = ask_pid(one), other = ask_pid(two), got = first;

	(void)state;
	assert_int_equal(first.role, ROLE_DESK);
	assert_int_not_equal(first.pid, other.pid);
	assert_int_not_equal(first.pid, pid);
	for (unsigned i = 2; i <= WORKER_ITEMS_MAX; i++) {
		got = ask_pid(one);
		assert_int_equal(got.pid, first.pid);
		assert_int_equal(got.done, i);
	}
	got = ask_pid(one);
	assert_int_not_equal(got.pid, first.pid);
	assert_int_equal(got.done, 1);
	assert_int_equal(ask_pid(two).pid, other.pid);
	worker_free(one);
	worker_free(two);
	stop(pool, pid);
}

static void
test_reach(void **state)
{
	struct channel_pool *pool = channel_pool_new();
	pid_t pid = start(pool, 20);
	struct worker *w = worker_new(pool);
	struct fds files = {.fd = {memory("abc"), memory("")}, .n = 2};
	char text[4] = "";
	struct buf reply;
	struct cursor c;

	(void)state;
	buf_init(&reply, 100);
	assert_int_equal(worker_call(w, ITEM_OPEN, NULL, NULL, &reply, NULL, 5000), ERR_OK);
	c = (struct cursor){.rest = buf_view(&reply)};
	assert_int_equal(cursor_u32(&c), EACCES);
	assert_int_equal(worker_call(w, ITEM_KEPT, NULL, NULL, &reply, NULL, 5000), ERR_OK);
	assert_memory_equal(reply.p, "kept", 4);
	for (int i = 0; i < 3; i++)
		assert_int_equal(worker_call(w, ITEM_COPY, NULL, &files, NULL, NULL, 5000), ERR_OK);
	assert_int_equal(pread(files.fd[1], text, 4, 0), 3);
	assert_string_equal(text, "cba");
	/* A call that is not on its list is the end of it. */
	assert_int_equal(worker_call(w, ITEM_SOCKET, NULL, NULL, NULL, NULL, 5000), ERR_INVALID);
	fds_close(&files);
	buf_clear(&reply);
	worker_free(w);
	stop(pool, pid);
}

static void
test_death(void **state)
{
	struct channel_pool *pool = channel_pool_new();
	pid_t pid = start(pool, 20);
	struct worker *good = worker_new(pool), *bad = worker_new(pool);
	struct answer before_it = ask_pid(good);
	int status;

	(void)state;
	assert_int_equal(worker_call(bad, ITEM_DIE, NULL, NULL, NULL, NULL, 5000), ERR_INVALID);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* Who is served goes on being served, and who asks gets a worker of the next nursery. */
	assert_int_equal(ask_pid(good).pid, before_it.pid);
	pid = start(pool, 20);
	assert_int_equal(ask_pid(bad).done, 1);
	worker_free(good);
	worker_free(bad);
	stop(pool, pid);
}

/* One that hangs costs its asker the time that it gave; one that was idle for too long nothing. */
static void
test_time(void **state)
{
	struct channel_pool *pool = channel_pool_new();
	pid_t pid = start(pool, 1);
	struct worker *w = worker_new(pool);
	int64_t from_ms = now_mono_ms();
	struct answer first;
	int status;

	(void)state;
	assert_int_equal(worker_call(w, ITEM_HANG, NULL, NULL, NULL, NULL, 200), ERR_TOO_LARGE);
	assert_true(now_mono_ms() - from_ms < 1500);
	first = ask_pid(w);
	usleep(1600 * 1000);
	assert_int_not_equal(ask_pid(w).pid, first.pid);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	worker_free(w);
	stop(pool, pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_items),
	        cmocka_unit_test(test_reach),
	        cmocka_unit_test(test_death),
	        cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
