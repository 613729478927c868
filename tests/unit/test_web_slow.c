/* Clients that are slow, stop half way or never read: they are cut off in time, and others do not
 * notice. */
#include "web_client.h"

#include "base/time.h"
#include "web/server.h"

#include <stdatomic.h>

static uint16_t port;
static struct server *server;
static atomic_int streams_closed;

static void
hello(struct request *req)
{
	struct buf b;

	buf_init(&b, 100);
	buf_z(&b, "hello");
	respond_bytes(req, 200, "text/plain", &b);
}

static enum err
endless(void *ctx, void *out, size_t size, size_t *n)
{
	(void)ctx;
	memset(out, 'z', size);
	*n = size;
	return ERR_OK;
}

static void
closed(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&streams_closed, 1);
}

static void
large(struct request *req)
{
	static const struct response_stream s = {endless, closed};

	respond_file_stream(req, STR("z"), 64 << 20, &s, NULL);
}

static const struct route rows[] = {
        {METHOD_GET, "/hello", hello, ROUTE_PUBLIC, .summary = "hello"},
        {METHOD_POST, "/api/hello", hello, ROUTE_PUBLIC, BODY_JSON, 1000, .summary = "hello"},
        {METHOD_GET, "/large", large, ROUTE_PUBLIC, .summary = "large"},
};

static int
set_up(void **state)
{
	struct server_config c = {
	        .routes = {rows, sizeof rows / sizeof *rows},
	        .n_threads = 1,
	        .origin = {.text = STR("http://localhost"), .loopback = true},
	        .idle_s = 1,
	        .grace_ms = 1500,
	};
	struct diag d;

	(void)state;
	c.listen_fd = listen_somewhere(&port);
	assert_int_equal(server_start(&c, &server, &d), ERR_OK);
	close(c.listen_fd);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	server_stop(server);
	return 0;
}

static void
others_are_served(void)
{
	int64_t from_ms = now_mono_ms();
	struct answer a = client_ask(port, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

	assert_int_equal(a.status, 200);
	assert_true(now_mono_ms() - from_ms < 1000);
	answer_free(&a);
}

static bool
ended(int fd)
{
	char c[256];
	ssize_t n = recv(fd, c, sizeof c, MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* Sends HEAD, then BYTE every 100 ms; ms until the server ended it. */
static int64_t
dribble(const char *head, const char *byte)
{
	int64_t from_ms = now_mono_ms();
	int fd = client_connect(port);

	client_send(fd, head, strlen(head));
	while (!ended(fd) && now_mono_ms() - from_ms < 10000) {
		if (byte != NULL)
			client_send(fd, byte, strlen(byte));
		usleep(100000);
		if ((now_mono_ms() - from_ms) % 1000 < 110)
			others_are_served();
	}
	close(fd);
	return now_mono_ms() - from_ms;
}

static void
test_cut_in_time(void **state)
{
	static const struct {
		const char *head, *byte;
		int64_t least_ms, most_ms;
	} slow[] = {
	        {"", NULL, 900, 3500},              /* says nothing */
	        {"GET /hello HT", NULL, 900, 3500}, /* stops in the line */
	        {"GET /hello HTTP/1.1\r\nHost: x\r\n", "X: y\r\n", 1400,
	                3500}, /* headers for ever */
	        {"GET /hello HTTP/1.1\r\nHost: x\r\nX: ", "y", 1400, 3500},
	        {"POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	         "Content-Length: 900\r\n\r\n{",
	                " ", 1400, 3500},
	        {"POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	         "Content-Length: 900\r\n\r\n{",
	                NULL, 900, 3500},
	        {"POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	         "Transfer-Encoding: chunked\r\n\r\n",
	                "1\r\n \r\n", 1400, 3500},
	};

	(void)state;
	for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
		int64_t ms = dribble(slow[i].head, slow[i].byte);

		if (ms < slow[i].least_ms || ms > slow[i].most_ms)
			fail_msg("%s: cut after %lld ms", slow[i].head, (long long)ms);
	}
}

static void
test_many_idle_ones(void **state)
{
	int fds[300];

	(void)state;
	for (int i = 0; i < 300; i++) {
		fds[i] = client_connect(port);
		client_send(fds[i], "GET / HT", 8);
	}
	others_are_served();
	for (int i = 0; i < 300; i++)
		close(fds[i]);
	others_are_served();
}

/* Asks for much and never reads: the answer is given up, although its buffers were full. */
static void
test_never_reads(void **state)
{
	int fd = client_connect(port);
	int64_t from_ms = now_mono_ms();

	(void)state;
	client_send(fd, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	while (atomic_load(&streams_closed) == 0 && now_mono_ms() - from_ms < 5000) {
		others_are_served();
		usleep(100000);
	}
	assert_int_equal(atomic_load(&streams_closed), 1);
	assert_true(now_mono_ms() - from_ms > 900);
	close(fd);
}

/* Keep-alive is not cut while requests come. */
static void
test_keeps_alive(void **state)
{
	static const char ask[] = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = client_connect(port);

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct answer a;

		client_send(fd, ask, strlen(ask));
		a = client_read(fd, false);
		assert_int_equal(a.status, 200);
		answer_free(&a);
		usleep(500000);
	}
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_cut_in_time),
	        cmocka_unit_test(test_many_idle_ones),
	        cmocka_unit_test(test_never_reads),
	        cmocka_unit_test(test_keeps_alive),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
