/* A request as its handler sees it: already parsed, checked against its row of the route table,
 * authenticated, and with its whole body read. Everything reachable from it lives until the answer
 * has been sent; then arena, body and answer are wiped and freed at once. */
#ifndef VDPD_WEB_REQUEST_H
#define VDPD_WEB_REQUEST_H

#include "base/buf.h"
#include "web/routes.h"

/* Headers that handlers may read; the rest is not kept. */
enum header {
	HEADER_HOST,
	HEADER_AUTHORIZATION,
	HEADER_COOKIE,
	HEADER_CONTENT_TYPE,
	HEADER_CONTENT_LENGTH,
	HEADER_TRANSFER_ENCODING,
	HEADER_ORIGIN,
	HEADER_SEC_FETCH_SITE,
	HEADER_ACCEPT,
	HEADER_ACCEPT_ENCODING,
	HEADER_IF_NONE_MATCH,
	HEADER_IDEMPOTENCY_KEY,
	HEADER_X_FORWARDED_FOR,
	HEADER_X_FORWARDED_PROTO,
	HEADER_FORWARDED,
	HEADER_COUNT
};

/* One name and value of a query or form, decoded. */
struct field {
	struct str name, value;
};

/* A file part of a multipart form, after its upload hook took the bytes. */
struct upload_file {
	struct str field; /* name of the form's field */
	struct str name;  /* file name, decoded, without directories; may be empty */
	struct str type;  /* media type as sent; may be empty */
	uint64_t size;    /* bytes */
	void *state; /* what upload.open gave; the handler sets it NULL once it has taken it over,
	              * otherwise upload.abandon gets it at the end */
};

/* What is sent back; filled by respond_* only. */
struct response {
	unsigned status; /* 0: nothing yet */
	struct buf body;
	struct response_header {
		const char *name, *value; /* in the request's arena */
	} headers[12];
	size_t n_headers;
	const struct response_stream *stream; /* instead of body; NULL: body */
	void *stream_ctx;
	uint64_t stream_size;
	bool cacheable; /* the answer brought its own Cache-Control */
	bool sandbox;   /* a download: the page policy is replaced by a sandbox */
};

struct request {
	struct arena *a;
	uint64_t id;        /* drawn at random: X-Request-Id of the answer, request_id in the log */
	enum method method; /* HEAD shows as METHOD_GET */
	bool head;
	bool api;        /* the path begins with /api/: errors are problem+json, not pages */
	struct str path; /* as sent, without query */
	const struct route *route;
	struct route_param params[ROUTE_PARAMS_MAX];
	size_t n_params;
	const struct field *query; /* in the order sent */
	size_t n_query;
	const struct field *form;
	size_t n_form;
	struct upload_file *files;
	size_t n_files;
	struct str body; /* BODY_JSON: valid UTF-8 without NUL; for the others empty */
	struct str headers[HEADER_COUNT];
	struct client_net net;
	bool https; /* it came over https, as a trusted proxy says */
	const struct origin *origin;
	void *app;    /* server_config.app */
	void *thread; /* this pool thread's own context: database connection, channels */
	void *who;    /* what the authenticate hook found; for its own use */

	struct response response;
	struct request_state *state; /* the server's */
};

/* The value of {NAME} in the route's path. Aborts if the path has no such name. */
struct str request_param(const struct request *req, const char *name);

/* The first value of NAME in the query or form; .p is NULL if it is not there. */
struct str request_query(const struct request *req, const char *name);
struct str request_form(const struct request *req, const char *name);

/* The value of cookie NAME (RFC 6265 section 4.2.1); .p NULL if it is not there, or there twice. */
struct str request_cookie(const struct request *req, const char *name);

/* The credentials after "SCHEME " in Authorization ("Receipt", "Bearer"; any letter case); .p NULL
 * if the header is absent or of another scheme. */
struct str request_authorization(const struct request *req, const char *scheme);

/* The id of REQ in 16 hexadecimal digits, in the request's arena. */
struct str request_id_text(const struct request *req);

/* Says that another thread will answer. Call it on the handler's thread *before* REQ is handed
 * over, then do not touch REQ again there. The connection then waits, and costs no thread; if the
 * client goes away meanwhile, REQ still lives until request_finish. Every request_suspend is
 * followed by exactly one request_finish, also when handing over failed. */
void request_suspend(struct request *req);

/* Sends what respond_* has put into REQ (500 if nothing), from any thread. REQ is gone when this
 * returns. req->thread must not be used by that thread. */
void request_finish(struct request *req);

/* The same, but ANSWER puts the answer into REQ, on the connection's own thread, so that the caller
 * can go on with other work. It is not called if the client has gone away. */
void request_finish_by(struct request *req, void (*answer)(void *ctx), void *ctx);

#endif
