/* The order in which a request is looked at. Nothing here knows libmicrohttpd. */
#include "web/server_internal.h"

#include "base/time.h"
#include "web/csrf.h"
#include "web/pages.h"

/* Bytes of a body over its route's bound that are still read after it was refused, so that the
 * answer gets through. Within the bound all is read: who sends a file that is too large hears so.
 */
enum { SWALLOW_MAX = 1024 * 1024 };

/* Absolute-form (RFC 9112 section 3.2.2) is taken like origin-form; the authority does not matter,
 * since a server has one origin. */
static struct str
path_of_target(struct str target)
{
	static const struct str schemes[] = {{"http://", 7}, {"https://", 8}};

	for (size_t i = 0; i < 2; i++) {
		size_t slash;

		if (!str_eq_nocase(str_sub(target, 0, schemes[i].n), schemes[i]))
			continue;
		slash = str_find(target, '/', schemes[i].n);
		return slash == SIZE_MAX ? STR("/") : str_sub(target, slash, SIZE_MAX);
	}
	return target;
}

static bool
refuse(struct request_state *s, enum err e, const char *what)
{
	struct diag d;

	respond_error(&s->req, diag_set(&d, e, NULL, "%s", what), &d);
	return false;
}

static bool
head_is_sound(struct request_state *s)
{
	struct request *req = &s->req;
	struct str decoded;

	for (size_t i = 0; i < req->path.n; i++)
		if ((unsigned char)req->path.p[i] <= 0x20 || (unsigned char)req->path.p[i] >= 0x7f)
			return refuse(s, ERR_SYNTAX, "the address has bytes that must be encoded");
	if (percent_decode(req->a, req->path, false, &decoded, NULL) != ERR_OK)
		return refuse(s, ERR_SYNTAX, "the address is not percent-encoded UTF-8");
	if (req->headers[HEADER_CONTENT_LENGTH].p != NULL &&
	        req->headers[HEADER_TRANSFER_ENCODING].p != NULL)
		return refuse(s, ERR_SYNTAX, "both Content-Length and Transfer-Encoding");
	if (req->headers[HEADER_TRANSFER_ENCODING].p != NULL &&
	        !str_eq_nocase(req->headers[HEADER_TRANSFER_ENCODING], STR("chunked"))) {
		respond_status(req, 501, "Only the chunked transfer encoding is known.");
		return false;
	}
	return true;
}

/* A request for a page in memory that could not be answered by it. */
static void
page_refuses(struct request_state *s, enum method method)
{
	struct request *req = &s->req;

	if (method == METHOD_GET || method == METHOD_HEAD) {
		respond_error(req, ERR_TOO_LARGE, NULL);
		return;
	}
	if (method == METHOD_OPTIONS)
		respond_empty(req);
	else
		respond_status(req, 405, NULL);
	respond_header(req, "Allow", STR("GET, HEAD, OPTIONS"));
}

static bool
find_route(struct request_state *s, enum method method)
{
	struct request *req = &s->req;
	struct route_match match;
	struct str allow;
	enum err e;

	e = routes_match(req->a, s->config->routes, method, req->path, &match, &allow);
	if (e == ERR_DENIED) {
		if (method == METHOD_OPTIONS)
			respond_empty(req);
		else
			respond_status(req, 405, NULL);
		respond_header(req, "Allow", allow);
		return false;
	}
	if (e != ERR_OK && s->config->pages != NULL &&
	        pages_has(s->config->pages, str_z(req->a, req->path))) {
		page_refuses(s, method);
		return false;
	}
	if (e != ERR_OK) {
		respond_error(req, ERR_NOT_FOUND, NULL);
		return false;
	}
	req->route = match.row;
	memcpy(req->params, match.params, sizeof match.params);
	req->n_params = match.n_params;
	return true;
}

static bool
authenticated(struct request_state *s)
{
	struct request *req = &s->req;
	enum err e;

	if (req->route->permission == ROUTE_PUBLIC)
		return true;
	e = s->config->authenticate != NULL ? s->config->authenticate(req) : ERR_DENIED;
	if (e == ERR_OK) {
		response_clear(&req->response);
		return true;
	}
	if (req->response.status == 0)
		respond_error(req, e, NULL);
	return false;
}

bool
flow_head(struct request_state *s, struct str target, struct str method_text)
{
	struct request *req = &s->req;
	enum method method = method_parse(method_text);
	unsigned retry_s = 1;

	req->method = method == METHOD_HEAD ? METHOD_GET : method;
	req->head = method == METHOD_HEAD;
	if (method == METHOD_OPTIONS && str_eq(target, STR("*"))) {
		respond_empty(req);
		respond_header(req, "Allow", STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
		return false;
	}
	req->path = path_of_target(target);
	req->api = str_starts(req->path, STR("/api/"));
	if (atomic_load(&s->server->stopping)) {
		respond_error(req, ERR_BUSY, NULL);
		return false;
	}
	if (!head_is_sound(s) || !find_route(s, method))
		return false;
	if (limits_take(s->config->limits, req->route->rate, &req->net, now_mono_ms(), &retry_s) !=
	        ERR_OK) {
		respond_error(req, ERR_RATE, NULL);
		respond_header(req, "Retry-After", str_fmt(req->a, "%u", retry_s));
		return false;
	}
	if (req->method != METHOD_GET && csrf_origin_check(req) != ERR_OK)
		return refuse(s, ERR_DENIED, "the request comes from another site");
	return authenticated(s) && body_begin(s);
}

bool
flow_data(struct request_state *s, struct str bytes)
{
	uint64_t max = s->req.route != NULL ? s->req.route->body_max : 0;

	s->body_seen += bytes.n;
	if (s->failed) {
		s->swallowed += bytes.n;
		return s->body_seen <= max || s->swallowed <= SWALLOW_MAX;
	}
	if (s->body_seen > max) {
		respond_error(&s->req, ERR_TOO_LARGE, NULL);
		s->failed = true;
	} else if (!body_data(s, bytes)) {
		s->failed = true;
	}
	return true;
}

void
flow_end(struct request_state *s)
{
	if (s->failed || !body_end(s))
		return;
	s->req.route->handle(&s->req);
}
