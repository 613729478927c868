/* The server over loopback: every way to ask, and what bad input gets. */
#include "web_client.h"
#include "web_server_handlers.h"

#include "base/time.h"
#include "web/csrf.h"
#include "web/pages.h"
#include "web/server.h"

#include <pthread.h>

static uint16_t port;
static struct server *server;
static struct pages *pages;

static int
set_up(void **state)
{
	struct server_config c = {
	        .routes = {rows, sizeof rows / sizeof *rows},
	        .n_threads = 2,
	        .origin = {.text = STR("http://127.0.0.1:80"), .loopback = true},
	        .authenticate = authenticate,
	};
	struct diag d = {0};
	struct buf b;

	(void)state;
	pages = pages_new();
	buf_init(&b, 100000);
	for (int i = 0; i < 200; i++)
		buf_z(&b, "We take security seriously. ");
	assert_int_equal(pages_put(pages, STR("/"), "text/html; charset=utf-8", NULL, &b), ERR_OK);
	buf_clear(&b);
	c.pages = pages;
	c.limits = limits_new(false);
	c.listen_fd = listen_somewhere(&port);
	*state = c.limits;
	assert_int_equal(server_start(&c, &server, &d), ERR_OK);
	close(c.listen_fd);
	return 0;
}

static int
tear_down(void **state)
{
	server_stop(server);
	limits_free(*state);
	pages_free(pages);
	return 0;
}

/* ---- Tests ---- */

static const struct exchange {
	const char *request;
	int status;
	const char *has; /* in the answer; NULL: nothing asked */
} exchanges[] = {
        {"GET /echo?q=a%20b+c HTTP/1.1\r\nHost: x\r\n\r\n", 200, "q=a b c"},
        {"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 200, "frame-ancestors 'none'"},
        {"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 200, "Cache-Control: no-store"},
        {"GET http://x/echo?q=1 HTTP/1.1\r\nHost: x\r\n\r\n", 200, "q=1"},
        {"HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n", 200, "Content-Length: "},
        {"GET /api/v1/reports/EXW%2D1 HTTP/1.1\r\nHost: x\r\n\r\n", 200, "case=EXW-1"},
        {"OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n", 204, "Allow: GET, HEAD, OPTIONS"},
        {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 204, "Allow: "},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405,
                "Allow: GET, HEAD, OPTIONS"},
        {"BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, HEAD, OPTIONS"},
        {"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", 404, "text/html"},
        {"GET /denied HTTP/1.1\r\nHost: x\r\n\r\n", 404, NULL},
        {"GET /echo/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, NULL},
        {"GET //echo HTTP/1.1\r\nHost: x\r\n\r\n", 404, NULL},
        {"GET /x/../echo HTTP/1.1\r\nHost: x\r\n\r\n", 404, NULL},
        {"GET /api/v1/reports/a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n", 404, "application/problem+json"},
        {"GET /api/v1/reports/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /api/v1/reports/%c0%ae HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /api/v1/reports/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /echo?q=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL},
        {"GET /echo HTTP/1.1\r\n\r\n", 400, NULL},
        {"GET /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, NULL},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 2\r\n\r\n{}",
                200, "body={}"},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: Application/JSON; "
         "charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                200, "body={}"},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
         "Content-Length: 2\r\n\r\n{}",
                415, "application/json"},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 4\r\n\r\n\"\xc0\xae\"",
                400, "at byte 1"},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 1001\r\n\r\n",
                413, "problem+json"},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 99999999999999999999999\r\n\r\n",
                413, NULL},
        {"POST /api/v1/reports/A HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                400, NULL},
        {"GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", 413, NULL},
        {"POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: 20\r\n\r\na=1&b=x%0D%0Ay&c=%2B",
                200, " a=1 b=x\ny c="},
        {"POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: 5\r\n\r\na=%ff",
                400, "field a is not UTF-8 text, at byte 2"},
        {"POST /form HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: cross-site\r\nContent-Type: "
         "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
                403, NULL},
        {"POST /form HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nContent-Type: "
         "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
                403, NULL},
        {"POST /form HTTP/1.1\r\nHost: x\r\nOrigin: null\r\nContent-Type: "
         "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
                403, NULL},
        {"POST /form HTTP/1.1\r\nHost: x\r\nOrigin: null\r\nSec-Fetch-Site: same-origin\r\n"
         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
                200, " a=1"},
        {"POST /form HTTP/1.1\r\nHost: x:8\r\nOrigin: http://x:8\r\nContent-Type: "
         "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
                200, " a=1"},
        {"POST /api/v1/later HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 2\r\n\r\n{}",
                201, "{\"late\":true}"},
        {"POST /api/v1/at-once HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
         "Content-Length: 2\r\n\r\n{}",
                201, "{\"late\":true}"},
        {"GET /api/v1/invalid HTTP/1.1\r\nHost: x\r\n\r\n", 422, "\"pointer\":\"/title\""},
        {"GET /api/v1/full HTTP/1.1\r\nHost: x\r\n\r\n", 507, "\"status\":507"},
        {"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 500, NULL},
        {"POST /move HTTP/1.1\r\nHost: x\r\n\r\n", 303, "Location: /receipt"},
        {"POST /move HTTP/1.1\r\nHost: x\r\n\r\n", 303,
                "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60"},
        {"GET /download HTTP/1.1\r\nHost: x\r\n\r\n", 200,
                "attachment; filename=\"r__sum__ _1_.html\"; "
                "filename*=UTF-8''r%C3%A9sum%C3%A9%20%221%22.html"},
        {"GET /download HTTP/1.1\r\nHost: x\r\n\r\n", 200, "sandbox"},
        {"GET /api/v1/secret HTTP/1.1\r\nHost: x\r\n\r\n", 401, "WWW-Authenticate"},
        {"GET /api/v1/secret HTTP/1.1\r\nHost: x\r\nAuthorization: bearer bad\r\n\r\n", 403, NULL},
        {"GET /api/v1/secret HTTP/1.1\r\nHost: x\r\nAuthorization: bearer good\r\n\r\n", 200, NULL},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 200, "ETag: \""},
        {"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 200, "Content-Length: 5600"},
        {"GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br\r\n\r\n", 200,
                "Content-Encoding: br"},
        {"GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br;q=0\r\n\r\n", 200,
                "Content-Encoding: gzip"},
        {"GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n", 304, "Vary: Accept-Encoding"},
        {"POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, HEAD, OPTIONS"},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", 413, NULL},
};

static void
test_exchanges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
		const struct exchange *x = &exchanges[i];
		struct answer a = client_ask(port, x->request);

		if (a.status != x->status || (x->has != NULL && strstr(a.text, x->has) == NULL))
			fail_msg("%s\n---- got\n%s", x->request, a.text);
		answer_free(&a);
	}
}

static void
test_absent_and_foreign_are_alike(void **state)
{
	static const char *const pairs[][2] = {{"/none", "/missing"},
	        {"/api/v1/none", "/api/v1/missing"}, {"/denied", "/none?x=1"}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct answer got[2];

		for (int k = 0; k < 2; k++) {
			char request[200];

			snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n",
			        pairs[i][k]);
			got[k] = client_ask(port, request);
			/* The date may change between the two, and the number is drawn. */
			memset(strstr(got[k].text, "Date: "), 'x', 35);
			memset(strstr(got[k].text, "X-Request-Id: "), 'x', 30);
		}
		assert_string_equal(got[0].text, got[1].text);
		answer_free(&got[0]);
		answer_free(&got[1]);
	}
}

static void
test_chunked_too_large(void **state)
{
	int fd = client_connect(port);
	struct answer a;
	static const char head[] = "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: "
	                           "application/x-www-form-urlencoded\r\nTransfer-Encoding: "
	                           "chunked\r\n\r\n";

	(void)state;
	client_send(fd, head, strlen(head));
	for (int i = 0; i < 30; i++)
		client_send(fd,
		        "64\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
		        106);
	client_send(fd, "0\r\n\r\n", 5);
	a = client_read(fd, false);
	assert_int_equal(a.status, 413);
	answer_free(&a);
	close(fd);
}

static void
test_many_headers(void **state)
{
	size_t cap = 200000, n;
	char *request = malloc(cap);
	struct answer a;

	(void)state;
	n = (size_t)snprintf(request, cap, "GET /echo HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < 10000; i++)
		n += (size_t)snprintf(request + n, cap - n, "X-%d: a\r\n", i);
	n += (size_t)snprintf(request + n, cap - n, "\r\n");
	a = client_ask_bytes(port, request, n);
	assert_int_equal(a.status, 431);
	answer_free(&a);
	free(request);
}

/* A client that leaves while its request is with another thread. */
static void
test_gone_while_suspended(void **state)
{
	static const char request[] =
	        "POST /api/v1/later HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	        "Content-Length: 2\r\n\r\n{}";

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct linger hard = {1, 0};
		int fd = client_connect(port);

		client_send(fd, request, strlen(request));
		if (i % 2 == 0)
			usleep(2000);
		if (i % 4 == 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		close(fd);
	}
	test_exchanges(state);
}

static void
test_keep_alive_and_pipelined(void **state)
{
	static const char two[] = "GET /echo?q=1 HTTP/1.1\r\nHost: x\r\n\r\n"
	                          "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = client_connect(port);
	struct answer a;

	(void)state;
	for (int i = 0; i < 20; i++) {
		client_send(fd, two, strlen(two));
		a = client_read(fd, false);
		assert_int_equal(a.status, 200);
		if (strstr(a.text, "q=1") == NULL)
			fail_msg("%s", a.text);
		if (a.n < 5600) {
			answer_free(&a);
			a = client_read(fd, false);
			assert_int_equal(a.status, 200);
		}
		answer_free(&a);
	}
	close(fd);
}

static void
test_too_often(void **state)
{
	int limited = 0;

	(void)state;
	for (int i = 0; i < 30; i++) {
		struct answer a = client_ask(port, "GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n");

		if (a.status == 429) {
			assert_non_null(strstr(a.text, "Retry-After: "));
			limited++;
		}
		answer_free(&a);
	}
	assert_true(limited >= 9 && limited <= 11);
}

static void
test_stop_waits_for_suspended(void **state)
{
	static const char request[] =
	        "POST /api/v1/later HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	        "Content-Length: 2\r\n\r\n{}";
	struct server_config c = {
	        .routes = {rows, sizeof rows / sizeof *rows},
	        .n_threads = 1,
	        .origin = {.text = STR("http://localhost"), .loopback = true},
	};
	struct server *own;
	struct diag d;
	uint16_t own_port;
	struct answer a;
	int fd;

	(void)state;
	c.listen_fd = listen_somewhere(&own_port);
	assert_int_equal(server_start(&c, &own, &d), ERR_OK);
	fd = client_connect(own_port);
	client_send(fd, request, strlen(request));
	usleep(10000);
	server_stop(own);
	a = client_read(fd, false);
	assert_int_equal(a.status, 201);
	answer_free(&a);
	close(fd);
	close(c.listen_fd);
}

static void
test_plain_origin_is_refused(void **state)
{
	struct server_config c = {.n_threads = 1, .origin = {.text = STR("http://exact.works")}};
	struct server *own;
	struct diag d = {0};

	(void)state;
	assert_int_equal(server_start(&c, &own, &d), ERR_INVALID);
	assert_non_null(strstr(d.what, "plain http"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_exchanges),
	        cmocka_unit_test(test_absent_and_foreign_are_alike),
	        cmocka_unit_test(test_chunked_too_large),
	        cmocka_unit_test(test_many_headers),
	        cmocka_unit_test(test_gone_while_suspended),
	        cmocka_unit_test(test_keep_alive_and_pipelined),
	        cmocka_unit_test(test_too_often),
	        cmocka_unit_test(test_stop_waits_for_suspended),
	        cmocka_unit_test(test_plain_origin_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
