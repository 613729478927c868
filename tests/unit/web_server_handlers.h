/* The handlers and routes on which test_web_server.c tries the server. */
#ifndef VDPD_TESTS_WEB_SERVER_HANDLERS_H
#define VDPD_TESTS_WEB_SERVER_HANDLERS_H

#include "unit.h"
#include "web/csrf.h"
#include "web/request.h"
#include "web/respond.h"
#include "web/routes.h"

#include <pthread.h>

static void
echo(struct request *req)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_fmt(&b, "case=%.*s q=%.*s body=%.*s",
	        STR_ARG(req->n_params > 0 ? request_param(req, "case") : STR("-")),
	        STR_ARG(request_query(req, "q")), STR_ARG(req->body));
	for (size_t i = 0; i < req->n_form; i++)
		buf_fmt(&b, " %.*s=%.*s", STR_ARG(req->form[i].name), STR_ARG(req->form[i].value));
	respond_bytes(req, 200, "text/plain; charset=utf-8", &b);
}

static void *
later_thread(void *arg)
{
	struct request *req = arg;
	struct buf b;

	usleep(20000);
	buf_init(&b, 100);
	buf_z(&b, "{\"late\":true}");
	respond_json(req, 201, &b);
	request_finish(req);
	return NULL;
}

static void
later(struct request *req)
{
	pthread_t t;

	request_suspend(req);
	assert_int_equal(pthread_create(&t, NULL, later_thread, req), 0);
	pthread_detach(t);
}

/* Finishes before the handler has returned. */
static void
at_once(struct request *req)
{
	pthread_t t;

	request_suspend(req);
	assert_int_equal(pthread_create(&t, NULL, later_thread, req), 0);
	pthread_join(t, NULL);
}

static void
missing(struct request *req)
{
	struct diag d;

	respond_error(req, diag_set(&d, ERR_NOT_FOUND, NULL, "case is foreign"), &d);
}

static void
invalid(struct request *req)
{
	struct diag d = {0};

	(void)diag_set(&d, ERR_INVALID, "use at most 100 characters", "title is too long");
	snprintf(d.pointer, sizeof d.pointer, "/title");
	respond_error(req, ERR_INVALID, &d);
}

static void
full(struct request *req)
{
	respond_error(req, ERR_FULL, NULL);
}

static void
nothing(struct request *req)
{
	(void)req;
}

static void
move_on(struct request *req)
{
	respond_redirect(req, STR("/receipt"));
	cookie_set(req, "session", STR("abc"), 60);
}

static void
download(struct request *req)
{
	struct buf b;

	buf_init(&b, 100);
	buf_z(&b, "<script>");
	respond_file(req, STR("r\xc3\xa9sum\xc3\xa9 \"1\".html"), &b);
}

static enum err
authenticate(struct request *req)
{
	struct str token = request_authorization(req, "Bearer");

	if (token.p == NULL)
		return ERR_AUTH;
	return str_eq(token, STR("good")) ? ERR_OK : ERR_DENIED;
}

static const struct route rows[] = {
        {METHOD_GET, "/echo", echo, ROUTE_PUBLIC, .summary = "echo"},
        {METHOD_GET, "/api/v1/reports/{case}", echo, ROUTE_PUBLIC, .summary = "echo"},
        {METHOD_POST, "/api/v1/reports/{case}", echo, ROUTE_PUBLIC, BODY_JSON, 1000,
                .summary = "echo"},
        {METHOD_POST, "/form", echo, ROUTE_PUBLIC, BODY_FORM, 1000, .summary = "form"},
        {METHOD_POST, "/api/v1/later", later, ROUTE_PUBLIC, BODY_JSON, 1000, .summary = "later"},
        {METHOD_POST, "/api/v1/at-once", at_once, ROUTE_PUBLIC, BODY_JSON, 1000,
                .summary = "at once"},
        {METHOD_GET, "/api/v1/missing", missing, ROUTE_PUBLIC, .summary = "missing"},
        {METHOD_GET, "/missing", missing, ROUTE_PUBLIC, .summary = "missing"},
        {METHOD_GET, "/api/v1/invalid", invalid, ROUTE_PUBLIC, .summary = "invalid"},
        {METHOD_GET, "/api/v1/full", full, ROUTE_PUBLIC, .summary = "full"},
        {METHOD_GET, "/nothing", nothing, ROUTE_PUBLIC, .summary = "nothing"},
        {METHOD_POST, "/move", move_on, ROUTE_PUBLIC, .summary = "move"},
        {METHOD_GET, "/download", download, ROUTE_PUBLIC, .summary = "download"},
        {METHOD_GET, "/api/v1/secret", echo, 1, .summary = "secret"},
        {METHOD_GET, "/denied", echo, .summary = "no permission named"},
        {METHOD_GET, "/sign-in", echo, ROUTE_PUBLIC, .rate = RATE_SIGN_IN, .summary = "counted"},
};

#endif
