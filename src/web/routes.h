/* The routes of an origin: one constant table that says what the program answers, to whom, how much
 * it takes and how often. A row without a permission answers nobody. */
#ifndef VDPD_WEB_ROUTES_H
#define VDPD_WEB_ROUTES_H

#include "base/str.h"
#include "web/limits.h"

struct request;
struct upload;

/* HEAD is answered by the GET row and OPTIONS by the table itself; no row has either. */
enum method {
	METHOD_OTHER,
	METHOD_GET,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_HEAD,
	METHOD_OPTIONS,
};

enum body_kind {
	BODY_NONE,      /* any content is answered 413 */
	BODY_JSON,      /* application/json, as request.body; read it with web/json.h */
	BODY_FORM,      /* application/x-www-form-urlencoded, as request.form */
	BODY_MULTIPART, /* multipart/form-data (or BODY_FORM's): request.form, files to row.upload
	                 */
};

enum {
	ROUTE_DENIED = 0,            /* what a row has that names no permission: answers 404 */
	ROUTE_PUBLIC = 0x7fffffff,   /* the authenticate hook is not asked */
	ROUTE_PARAMS_MAX = 4,        /* {names} in one path */
	ROUTE_FORM_MAX = 512 * 1024, /* all text fields of a multipart form together, bytes */
	ROUTE_BODY_MAX =
	        4 * 1024 * 1024 /* largest body_max of a body held in memory: not multipart */
};

/* Answers REQ: calls one respond_* (web/respond.h), or request_suspend and lets another thread. */
typedef void handler_fn(struct request *req);

struct route {
	enum method method;
	const char *path; /* "/api/v1/reports/{case}/messages": {name} is one whole segment */
	handler_fn *handle;
	unsigned permission;         /* meaning: the origin's authenticate hook; or ROUTE_PUBLIC */
	enum body_kind body;         /* what a request may bring */
	size_t body_max;             /* bytes of it, all counted */
	enum rate_class rate;        /* row of the table in web/limits.c */
	const struct upload *upload; /* BODY_MULTIPART: where file parts go (web/form.h) */
	const char *summary;         /* one line for the OpenAPI text and the golden file */
};

struct route_table {
	const struct route *rows;
	size_t n;
};

/* A parameter found in the path, percent-decoded: valid UTF-8, not empty, without '/' and NUL. */
struct route_param {
	struct str name, value;
};

struct route_match {
	const struct route *row; /* NULL: none */
	struct route_param params[ROUTE_PARAMS_MAX];
	size_t n_params;
};

/* Checks TABLE once at the start: methods, patterns, handlers, no two rows for the same request.
 * ERR_INVALID with D (may be NULL) naming the row. */
enum err routes_check(struct route_table table, struct diag *d) MUST_CHECK;

/* Finds the row for METHOD (GET for HEAD) and PATH (as sent, without query). Values are allocated
 * in A. ERR_NOT_FOUND: no row has this path. ERR_DENIED: rows have, none with this method: then
 * *allow is what they take ("GET, HEAD, POST, OPTIONS"), in A; otherwise it is not touched. */
enum err routes_match(struct arena *a, struct route_table table, enum method method,
        struct str path, struct route_match *out, struct str *allow) MUST_CHECK;

enum method method_parse(struct str name);
const char *method_name(enum method m); /* "GET"; "OTHER" */

/* Percent-decodes S (RFC 3986 section 2.1) into A; PLUS: '+' is a space, as in forms. ERR_SYNTAX:
 * a broken escape, a NUL, or not UTF-8 afterwards; *bad_at (may be NULL) is the offset in S. */
enum err percent_decode(
        struct arena *a, struct str s, bool plus, struct str *out, size_t *bad_at) MUST_CHECK;

#endif
