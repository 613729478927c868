/* Bytes that no client should send, pages that change while they are read, uploads that are refused
 * half way: a clear answer or a closed connection, and the server lives. */
#include "web_client.h"

#include "base/time.h"
#include "web/pages.h"
#include "web/server.h"

#include <pthread.h>
#include <stdatomic.h>

static uint16_t port;
static struct server *server;
static struct pages *pages;

static void
hello(struct request *req)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_fmt(&b, "hello %.*s", STR_ARG(req->body));
	respond_bytes(req, 200, "text/plain", &b);
}

static const struct route rows[] = {
        {METHOD_GET, "/hello", hello, ROUTE_PUBLIC, .summary = "hello"},
        {METHOD_POST, "/api/hello", hello, ROUTE_PUBLIC, BODY_JSON, 1000, .summary = "hello"},
};

static void
page_put(char c)
{
	struct buf b;

	buf_init(&b, 100000);
	for (int i = 0; i < 50000; i++)
		buf_char(&b, c);
	assert_int_equal(pages_put(pages, STR("/policy"), "text/plain", NULL, &b), ERR_OK);
	buf_clear(&b);
}

static int
set_up(void **state)
{
	struct server_config c = {
	        .routes = {rows, sizeof rows / sizeof *rows},
	        .n_threads = 2,
	        .origin = {.text = STR("http://localhost"), .loopback = true},
	};
	struct diag d;

	(void)state;
	c.pages = pages = pages_new();
	page_put('a');
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
	pages_free(pages);
	return 0;
}

static void
is_alive(void)
{
	struct answer a = client_ask(port, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

	assert_int_equal(a.status, 200);
	answer_free(&a);
}

#define BYTES(s) s, sizeof(s) - 1

static const struct {
	const char *bytes;
	size_t n;
	int least, most; /* status; 0: the connection may just end */
} odd[] = {
        {BYTES("GET /hel\0lo HTTP/1.1\r\nHost: x\r\n\r\n"), 0, 499},
        {BYTES("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"), 0, 499},
        {BYTES("GET /hello HTTP/1.1\r\nHost: x\r\nCookie: a\0b\r\n\r\n"), 0, 499},
        {BYTES("GET /hello HTTP/1.1\r\nHost: x\r\nCookie: a\x01"
               "b\r\n\r\n"),
                400, 400},
        {BYTES("GET /hello HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n"), 0, 499},
        {BYTES("GET /hello HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n"), 0, 499},
        {BYTES("GET /hello HTTP/9.9\r\nHost: x\r\n\r\n"), 0, 599},
        {BYTES("GET /hello\r\n\r\n"), 0, 599},
        {BYTES("GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n"), 0, 499},
        {BYTES("GET hello HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 404},
        {BYTES("GET * HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 404},
        {BYTES("GET ftp://x/hello HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 404},
        {BYTES("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n"), 404, 404},
        {BYTES("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 405},
        {BYTES("TRACE /hello HTTP/1.1\r\nHost: x\r\n\r\n"), 405, 405},
        {BYTES("get /hello HTTP/1.1\r\nHost: x\r\n\r\n"), 405, 405},
        {BYTES("GET /hello\xff HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 400},
        {BYTES("GET /hello#frag HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 404},
        {BYTES("GET /hello%2 HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 400},
        {BYTES("GET /%68ello HTTP/1.1\r\nHost: x\r\n\r\n"), 404, 404},
        {BYTES("GET /hello?%ff=1 HTTP/1.1\r\nHost: x\r\n\r\n"), 400, 400},
        {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 0, 599},
        {BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 0, 599},
        {BYTES("\r\n\r\n\r\n\r\n"), 0, 499},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Content-Length: -1\r\n\r\n{}"),
                400, 413},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
                400, 400},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Content-Length: 2, 2\r\n\r\n{}"),
                400, 413},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                400, 501},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
                0, 499},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
                0, 499},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               "Authorization: a\r\nAuthorization: b\r\nContent-Length: 2\r\n\r\n{}"),
                400, 400},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"), 415, 415},
        {BYTES("POST /api/hello HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: "
               "application/json\r\nContent-Length: 2000\r\n\r\n"),
                413, 413},
        {BYTES("DELETE /policy HTTP/1.1\r\nHost: x\r\n\r\n"), 405, 405},
};

static void
test_odd_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		int fd = client_connect(port);
		struct answer a;

		client_send(fd, odd[i].bytes, odd[i].n);
		shutdown(fd, SHUT_WR);
		a = client_read(fd, false);
		if (a.status < odd[i].least || a.status > odd[i].most)
			fail_msg("row %zu: %s\n---- got\n%s", i, odd[i].bytes, a.text);
		answer_free(&a);
		close(fd);
	}
	is_alive();
}

/* Good requests with some bytes changed, from a fixed seed. */
static void
test_changed_bytes(void **state)
{
	static const char good[] =
	        "POST /api/hello?a=b%20c HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	        "Cookie: __Host-form=1; b=2\r\nAccept-Encoding: gzip, br;q=0.5\r\n"
	        "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n";
	uint32_t x = 12345;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		char bytes[sizeof good];
		char scrap[4096];
		int fd = client_connect(port);
		struct pollfd p = {.fd = fd, .events = POLLIN};

		memcpy(bytes, good, sizeof good);
		for (int k = 0; k < 3; k++) {
			x = x * 1664525u + 1013904223u;
			bytes[(x >> 8) % (sizeof good - 1)] = (char)(x >> 24);
		}
		client_send(fd, bytes, sizeof good - 1);
		shutdown(fd, SHUT_WR);
		while (poll(&p, 1, 5000) > 0 && recv(fd, scrap, sizeof scrap, 0) > 0)
			;
		close(fd);
	}
	is_alive();
}

static atomic_bool changing;

static void *
changer(void *arg)
{
	(void)arg;
	for (int i = 0; atomic_load(&changing); i++) {
		page_put((char)('a' + i % 3));
		if (i % 10 == 9) {
			pages_remove(pages, STR("/policy"));
			assert_false(pages_has(pages, "/policy"));
		}
	}
	return NULL;
}

/* Whoever reads a page while it changes gets one version of it, whole; or 404 while it is gone. */
static void
test_pages_change(void **state)
{
	pthread_t t;
	int whole = 0;

	(void)state;
	atomic_store(&changing, true);
	assert_int_equal(pthread_create(&t, NULL, changer, NULL), 0);
	for (int i = 0; i < 300; i++) {
		struct answer a = client_ask(port, "GET /policy HTTP/1.1\r\nHost: x\r\n\r\n");

		if (a.status == 200) {
			assert_int_equal(strlen(a.body), 50000);
			assert_int_equal(strspn(a.body, (char[]){a.body[0], '\0'}), 50000);
			whole++;
		} else {
			assert_int_equal(a.status, 404);
		}
		answer_free(&a);
	}
	atomic_store(&changing, false);
	pthread_join(t, NULL);
	assert_true(whole > 100);
}

/* The client sends 4 MiB to a route that takes 1,000 bytes, without waiting: the answer gets
 * through, and is not lost in a reset. */
static void
test_refused_while_sending(void **state)
{
	static char megabyte[1 << 20];
	static const char head[] =
	        "POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	        "Content-Length: 4194304\r\n\r\n";

	(void)state;
	for (int round = 0; round < 20; round++) {
		int fd = client_connect(port);
		struct answer a;

		client_send(fd, head, strlen(head));
		for (int i = 0; i < 4; i++)
			client_send(fd, megabyte, sizeof megabyte);
		a = client_read(fd, false);
		assert_int_equal(a.status, 413);
		assert_non_null(strstr(a.body, "\"status\":413"));
		answer_free(&a);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_odd_bytes),
	        cmocka_unit_test(test_changed_bytes),
	        cmocka_unit_test(test_pages_change),
	        cmocka_unit_test(test_refused_while_sending),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
