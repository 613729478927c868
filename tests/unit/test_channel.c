/* Channels: requests and answers between threads and processes, and peers that lie. */
#include "unit.h"

#include "proc/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ECHO, LATER, WRITE_TO, NEVER, PRIVATE, GAP, PEER_A = 1, PEER_B = 2 };

struct book {
	struct ticket *held;
	pthread_t answerer;
	unsigned asked;
};

static enum err
echo(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct book *b = state;
	struct str s = cursor_block(in, 60000);

	(void)r;
	if (!cursor_done(in))
		return ERR_SYNTAX;
	b->asked++;
	if (str_eq(s, STR("no")))
		return ERR_CONFLICT;
	buf_block(out, s);
	return ERR_OK;
}

static void *
answer_soon(void *arg)
{
	struct buf out;

	usleep(20000);
	buf_init(&out, 100);
	buf_u32(&out, 4711);
	ticket_answer(arg, ERR_OK, &out);
	buf_clear(&out);
	return NULL;
}

static enum err
later(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct book *b = state;
	pthread_t t;

	(void)out;
	(void)b;
	if (!cursor_done(in))
		return ERR_SYNTAX;
	assert_int_equal(pthread_create(&t, NULL, answer_soon, request_later(r)), 0);
	pthread_detach(t);
	return ERR_OK;
}

static enum err
write_to(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	int fd = request_take_fd(r, 0), pair[2];

	(void)state;
	(void)out;
	if (!cursor_done(in))
		return ERR_SYNTAX;
	assert_int_equal(write(fd, "here", 4), 4);
	close(fd);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(write(pair[1], "back", 4), 4);
	close(pair[1]);
	request_give_fd(r, pair[0]);
	return ERR_OK;
}

static enum err
never(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct book *b = state;

	(void)out;
	if (!cursor_done(in))
		return ERR_SYNTAX;
	b->held = request_later(r);
	return ERR_OK;
}

static const struct request_type types[] = {
        [ECHO] = {"echo", echo, 1u << PEER_A | 1u << PEER_B, 0},
        [LATER] = {"later", later, 1u << PEER_A, 0},
        [WRITE_TO] = {"write_to", write_to, 1u << PEER_A, 1},
        [NEVER] = {"never", never, 1u << PEER_A, 0},
        [PRIVATE] = {"private", echo, 1u << PEER_B, 0},
};

struct running {
	struct channel_server *server;
	struct book book;
	pthread_t thread;
	_Atomic bool stop;
};

static void *
run(void *arg)
{
	struct running *r = arg;

	while (!r->stop)
		assert_int_equal(channel_server_step(r->server, 1000), ERR_OK);
	return NULL;
}

static void
start(struct running *r)
{
	*r = (struct running){0};
	r->server = channel_server_new(types, sizeof types / sizeof types[0], &r->book);
	assert_int_equal(pthread_create(&r->thread, NULL, run, r), 0);
}

static void
stop(struct running *r)
{
	r->stop = true;
	channel_server_wake(r->server);
	pthread_join(r->thread, NULL);
	if (r->book.held != NULL)
		ticket_answer(r->book.held, ERR_OK, NULL);
	channel_server_free(r->server);
}

static int
connect_as(struct running *r, unsigned role)
{
	int pair[2];

	assert_int_equal(packet_pair(pair), ERR_OK);
	assert_int_equal(channel_server_add(r->server, pair[1], role), ERR_OK);
	return pair[0];
}

static enum err
ask(struct channel *c, struct str what, struct buf *reply)
{
	struct buf q;
	enum err e;

	buf_init(&q, CHANNEL_FIELDS_MAX);
	buf_block(&q, what);
	e = channel_call(c, ECHO, &q, reply, 5000);
	buf_clear(&q);
	return e;
}

static void
test_calls(void **state)
{
	struct running r;
	struct channel *c;
	struct buf reply, small, long_one;
	struct cursor in;

	(void)state;
	start(&r);
	c = channel_new(connect_as(&r, PEER_A));
	buf_init(&reply, CHANNEL_FIELDS_MAX);
	assert_int_equal(ask(c, STR("hello"), &reply), ERR_OK);
	in = (struct cursor){.rest = buf_view(&reply)};
	assert_true(str_eq(cursor_block(&in, 100), STR("hello")));
	assert_true(cursor_done(&in));
	assert_int_equal(ask(c, STR("no"), &reply), ERR_CONFLICT);

	/* The largest packet passes; one more byte of request is refused here. */
	buf_init(&long_one, 200000);
	while (long_one.n < 60000)
		buf_char(&long_one, 'x');
	assert_int_equal(ask(c, buf_view(&long_one), &reply), ERR_OK);
	assert_int_equal(reply.n, 60004);
	while (long_one.n < CHANNEL_MAX)
		buf_char(&long_one, 'x');
	assert_int_equal(channel_call(c, ECHO, &long_one, &reply, 1000), ERR_TOO_LARGE);

	assert_int_equal(channel_call(c, LATER, NULL, &reply, 5000), ERR_OK);
	in = (struct cursor){.rest = buf_view(&reply)};
	assert_int_equal(cursor_u32(&in), 4711);

	/* Denied, and the peer lives on. */
	assert_int_equal(channel_call(c, PRIVATE, NULL, &reply, 5000), ERR_DENIED);
	assert_int_equal(ask(c, STR("still here"), &reply), ERR_OK);

	/* An answer that passes what the caller expects is a broken peer. */
	buf_init(&small, 8);
	assert_int_equal(ask(c, STR("much longer than eight"), &small), ERR_PEER);
	buf_clear(&small);
	buf_clear(&long_one);
	buf_clear(&reply);
	channel_free(c);
	stop(&r);
}

static void
test_descriptors(void **state)
{
	struct running r;
	struct channel *c;
	struct fds send = {.n = 1}, got;
	int pair[2];
	char text[4];

	(void)state;
	start(&r);
	c = channel_new(connect_as(&r, PEER_A));
	assert_int_equal(pipe(pair), 0);
	send.fd[0] = pair[1];
	assert_int_equal(channel_call_fds(c, WRITE_TO, NULL, &send, NULL, &got, 5000), ERR_OK);
	assert_int_equal(read(pair[0], text, 4), 4);
	assert_memory_equal(text, "here", 4);
	assert_int_equal(got.n, 1);
	assert_int_equal(read(got.fd[0], text, 4), 4);
	assert_memory_equal(text, "back", 4);
	fds_close(&got);
	/* Descriptors where none belong end the peer. */
	assert_int_equal(channel_call_fds(c, LATER, NULL, &send, NULL, &got, 5000), ERR_PEER);
	close(pair[0]);
	close(pair[1]);
	channel_free(c);
	stop(&r);
}

static void
test_late_answer_is_skipped(void **state)
{
	struct running r;
	struct channel *c;
	struct buf reply;
	struct cursor in;

	(void)state;
	start(&r);
	c = channel_new(connect_as(&r, PEER_A));
	buf_init(&reply, 100);
	assert_int_equal(channel_call(c, LATER, NULL, &reply, 1), ERR_BUSY);
	assert_int_equal(ask(c, STR("next"), &reply), ERR_OK);
	in = (struct cursor){.rest = buf_view(&reply)};
	assert_true(str_eq(cursor_block(&in, 100), STR("next")));
	assert_int_equal(channel_call(c, NEVER, NULL, &reply, 10), ERR_BUSY);
	buf_clear(&reply);
	channel_free(c);
	stop(&r);
}

/* Packets that end the peer; the server and its other peers go on. */
static void
test_lies(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} packets[] = {
	        {"", 0}, /* an empty packet looks like the end */
	        {"\0", 1}, {"\0\0\0\0\1\0\0\0\0\0\0", 11},
	        {"\0\0\0\0\1\0\0\0\0\0\0\0", 12},                   /* no block */
	        {"\0\0\0\0\1\0\0\0\0\0\0\0\3\0\0\0ab", 18},         /* short block */
	        {"\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0ab", 18},         /* left over */
	        {"\0\0\0\0\1\0\0\0\0\0\0\0\377\377\377\377ab", 18}, /* huge */
	        {"\5\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0a", 17},          /* no such type */
	        {"\377\377\377\377\1\0\0\0\0\0\0\0\1\0\0\0a", 17},  /* nor this */
	        {"\1\0\0\0\1\0\0\0\0\0\0\0\0", 13},                 /* a field too many */
	        {"\2\0\0\0\1\0\0\0\0\0\0\0", 12},                   /* no descriptor */
	};
	struct running r;
	struct channel *honest;
	struct buf reply;
	char answer[64];

	(void)state;
	start(&r);
	honest = channel_new(connect_as(&r, PEER_B));
	buf_init(&reply, 1000);
	for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
		int fd = connect_as(&r, PEER_A);

		assert_int_equal(send(fd, packets[i].bytes, packets[i].n, 0), packets[i].n);
		assert_int_equal(recv(fd, answer, sizeof answer, 0), 0);
		close(fd);
		assert_int_equal(ask(honest, STR("hello"), &reply), ERR_OK);
	}
	assert_int_equal(r.book.asked, sizeof packets / sizeof packets[0]);
	buf_clear(&reply);
	channel_free(honest);
	stop(&r);
}

static void *
ask_pool(void *arg)
{
	struct buf q, reply;
	size_t good = 0;

	buf_init(&q, 100);
	buf_block(&q, STR("x"));
	buf_init(&reply, 100);
	for (int i = 0; i < 200; i++)
		good += channel_pool_call(arg, ECHO, &q, &reply, 5000) == ERR_OK;
	buf_clear(&q);
	buf_clear(&reply);
	return (void *)good;
}

static void *
ask_never(void *arg)
{
	return (void *)(uintptr_t)channel_pool_call(arg, NEVER, NULL, NULL, 5000);
}

static void
test_pool(void **state)
{
	struct running r;
	struct channel_pool *p = channel_pool_new();
	struct fds fds = {.n = 2};
	pthread_t threads[4];
	void *good;

	(void)state;
	start(&r);
	assert_int_equal(channel_pool_call(p, ECHO, NULL, NULL, 10), ERR_BUSY);
	fds.fd[0] = connect_as(&r, PEER_A);
	fds.fd[1] = connect_as(&r, PEER_A);
	channel_pool_replace(p, &fds);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_pool, p), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &good);
		assert_int_equal((size_t)good, 200);
	}

	/* In flight while the peer is replaced: told so. Afterwards the new channels serve. */
	assert_int_equal(pthread_create(&threads[0], NULL, ask_never, p), 0);
	usleep(50000);
	fds.fd[0] = connect_as(&r, PEER_A);
	fds.fd[1] = connect_as(&r, PEER_A);
	channel_pool_replace(p, &fds);
	pthread_join(threads[0], &good);
	assert_int_equal((uintptr_t)good, ERR_PEER);
	assert_int_equal((size_t)ask_pool(p), 200);
	channel_pool_free(p);
	stop(&r);
}

/* A peer that is another process, killed during a request. */
static void
test_killed_peer(void **state)
{
	int pair[2];
	struct channel *c;
	pid_t pid;

	(void)state;
	assert_int_equal(packet_pair(pair), ERR_OK);
	pid = fork();
	if (pid == 0) {
		char p[64];

		if (recv(pair[1], p, sizeof p, 0) > 0)
			raise(SIGKILL);
		_exit(1);
	}
	close(pair[1]);
	c = channel_new(pair[0]);
	assert_int_equal(channel_call(c, ECHO, NULL, NULL, 5000), ERR_PEER);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(channel_call(c, ECHO, NULL, NULL, 5000), ERR_PEER);
	channel_free(c);
}

static enum err
who(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	(void)state;
	(void)in;
	buf_u32(out, request_peer(r)->uid);
	buf_u32(out, (uint32_t)request_peer(r)->pid);
	return ERR_OK;
}

static void
test_listener(void **state)
{
	static const struct request_type table[] = {{"who", who, 1u << 5, 0}};
	struct channel_server *s = channel_server_new(table, 1, NULL);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char dir[] = "/tmp/vdpd-channel-XXXXXX";
	struct channel *c;
	struct buf reply;
	struct cursor in;
	int listener, fds[4];
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(at.sun_path, sizeof at.sun_path, "%s/socket", dir);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(listener, 8), 0);
	channel_server_listen(s, listener, 5, 2);
	pid = fork();
	if (pid == 0) {
		for (;;) {
			if (channel_server_step(s, -1) != ERR_OK)
				_exit(1);
		}
	}
	for (int i = 0; i < 3; i++) {
		fds[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&at, sizeof at), 0);
	}
	c = channel_new(fds[0]);
	buf_init(&reply, 100);
	assert_int_equal(channel_call(c, 0, NULL, &reply, 5000), ERR_OK);
	in = (struct cursor){.rest = buf_view(&reply)};
	assert_int_equal(cursor_u32(&in), geteuid());
	assert_int_equal(cursor_u32(&in), getpid());
	/* The third is one too many. */
	assert_int_equal(recv(fds[2], dir, 1, 0), 0);
	close(fds[1]);
	close(fds[2]);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	unlink(at.sun_path);
	*strrchr(at.sun_path, '/') = '\0';
	rmdir(at.sun_path);
	buf_clear(&reply);
	channel_free(c);
	channel_server_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_calls),
	        cmocka_unit_test(test_descriptors),
	        cmocka_unit_test(test_late_answer_is_skipped),
	        cmocka_unit_test(test_lies),
	        cmocka_unit_test(test_pool),
	        cmocka_unit_test(test_killed_peer),
	        cmocka_unit_test(test_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
