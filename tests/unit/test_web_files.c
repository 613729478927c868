/* Files coming in and going out, in streams: never held in memory, given back when nobody takes
 * them. */
#include "web_client.h"

#include "web/form.h"
#include "web/server.h"

#include <stdatomic.h>

static uint16_t port;
static struct server *server;
static atomic_int files_open;

static void
echo(struct request *req)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_z(&b, "form:");
	for (size_t i = 0; i < req->n_form; i++)
		buf_fmt(&b, " %.*s=%.*s", STR_ARG(req->form[i].name), STR_ARG(req->form[i].value));
	for (size_t i = 0; i < req->n_files; i++)
		buf_fmt(&b, " file:%.*s/%.*s/%.*s/%llu", STR_ARG(req->files[i].field),
		        STR_ARG(req->files[i].name), STR_ARG(req->files[i].type),
		        (unsigned long long)req->files[i].size);
	respond_bytes(req, 200, "text/plain; charset=utf-8", &b);
}

static enum err
stream_zeroes(void *ctx, void *out, size_t size, size_t *n)
{
	(void)ctx;
	memset(out, 'z', size);
	*n = size;
	return ERR_OK;
}

static void
stream_close(void *ctx)
{
	(void)ctx;
	atomic_fetch_sub(&files_open, 1);
}

static void
stream(struct request *req)
{
	static const struct response_stream s = {stream_zeroes, stream_close};

	atomic_fetch_add(&files_open, 1);
	respond_file_stream(req, STR("z"), 3 << 20, &s, NULL);
}

static enum err
file_open(struct request *req, struct upload_file *f)
{
	f->state = req;
	atomic_fetch_add(&files_open, 1);
	return ERR_OK;
}

static enum err
file_write(struct request *req, struct upload_file *f, struct str bytes)
{
	(void)req, (void)f, (void)bytes;
	return ERR_OK;
}

static enum err
file_close(struct request *req, struct upload_file *f)
{
	(void)req, (void)f;
	return ERR_OK;
}

static void
file_abandon(struct upload_file *f)
{
	(void)f;
	atomic_fetch_sub(&files_open, 1);
}

static const struct upload upload = {2, 1 << 20, file_open, file_write, file_close, file_abandon};

static const struct route rows[] = {
        {METHOD_POST, "/files", echo, ROUTE_PUBLIC, BODY_MULTIPART, 4 << 20, .upload = &upload,
                .summary = "files"},
        {METHOD_GET, "/stream", stream, ROUTE_PUBLIC, .summary = "stream"},
};

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
	assert_int_equal(atomic_load(&files_open), 0);
	return 0;
}

static struct answer
post_multipart(const char *body, size_t n)
{
	char head[300];
	struct answer a;
	int fd = client_connect(port);

	snprintf(head, sizeof head,
	        "POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; "
	        "boundary=\"--b\"\r\nContent-Length: %zu\r\n\r\n",
	        n);
	client_send(fd, head, strlen(head));
	client_send(fd, body, n);
	a = client_read(fd, false);
	close(fd);
	return a;
}

static void
test_files(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *has;
	} forms[] = {
	        {"----b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nx\r\ny\r\n"
	         "----b\r\nContent-Disposition: form-data; name=f; "
	         "filename=\"C:\\\\d\\\\a%22.png\"\r\n"
	         "Content-Type: image/png\r\n\r\n\r\n--\r\n----c\r\n----b--\r\n",
	                200, " t=x\ny file:f/a\".png/image/png/11"},
	        {"----b\r\nContent-Disposition: form-data; name=f; "
	         "filename=\"\"\r\n\r\n\r\n----b--",
	                200, "form:"},
	        {"----b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nx\r\n----b",
	                400, "broken multipart at byte"},
	        {"----b--x", 400, "something follows"},
	        {"preamble\r\n----b--", 400, "at byte 0"},
	        {"----b\r\nContent-Disposition: form-data; name=t\r\n\r\n\xff\r\n----b--", 400,
	                "field t is not UTF-8"},
	        {"----b\r\nContent-Type: text/plain\r\n\r\nx\r\n----b--", 400, "no name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct answer a = post_multipart(forms[i].body, strlen(forms[i].body));

		if (a.status != forms[i].status || strstr(a.text, forms[i].has) == NULL)
			fail_msg("%s\n---- got\n%s", forms[i].body, a.text);
		answer_free(&a);
	}
}

static void
test_large_file_streams_and_too_large_is_refused(void **state)
{
	static const char head[] = "----b\r\nContent-Disposition: form-data; name=f; "
	                           "filename=a.bin\r\n\r\n";
	size_t n = 1 << 20;
	char *body = malloc(n + 1000);
	size_t head_n = strlen(head);
	struct answer a;

	(void)state;
	memcpy(body, head, head_n);
	memset(body + head_n, '\r', n + 1);
	memcpy(body + head_n + n, "\r\n----b--", 9);
	a = post_multipart(body, head_n + n + 9);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.text, "file:f/a.bin//1048576"));
	answer_free(&a);
	memset(body + head_n + n, '\r', 1);
	memcpy(body + head_n + n + 1, "\r\n----b--", 9);
	a = post_multipart(body, head_n + n + 10);
	assert_int_equal(a.status, 413);
	answer_free(&a);
	free(body);
}

static void
test_stream(void **state)
{
	struct answer a = client_ask(port, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");

	(void)state;
	assert_int_equal(a.status, 200);
	assert_true(a.n > 3 << 20);
	answer_free(&a);
}

/* A client that leaves in the middle of its file. */
static void
test_half_a_file(void **state)
{
	static const char half[] =
	        "POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; "
	        "boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: "
	        "form-data; name=f; filename=a\r\n\r\nxxxx";

	(void)state;
	for (int i = 0; i < 20; i++) {
		int fd = client_connect(port);

		client_send(fd, half, strlen(half));
		usleep(1000);
		close(fd);
	}
	for (int i = 0; i < 200 && atomic_load(&files_open) > 0; i++)
		usleep(10000);
	assert_int_equal(atomic_load(&files_open), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_files),
	        cmocka_unit_test(test_large_file_streams_and_too_large_is_refused),
	        cmocka_unit_test(test_stream),
	        cmocka_unit_test(test_half_a_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
