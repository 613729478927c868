/* Matching a request with its row, and percent-encoding. */
#include "web/routes.h"

#include <stdlib.h>

static const char *const method_names[] = {
        [METHOD_OTHER] = "OTHER",
        [METHOD_GET] = "GET",
        [METHOD_POST] = "POST",
        [METHOD_PUT] = "PUT",
        [METHOD_PATCH] = "PATCH",
        [METHOD_DELETE] = "DELETE",
        [METHOD_HEAD] = "HEAD",
        [METHOD_OPTIONS] = "OPTIONS",
};

enum method
method_parse(struct str name)
{
	for (size_t i = METHOD_GET; i < sizeof method_names / sizeof *method_names; i++)
		if (str_eq(name, str_of(method_names[i])))
			return (enum method)i;
	return METHOD_OTHER;
}

const char *
method_name(enum method m)
{
	return method_names[m];
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err
percent_decode(struct arena *a, struct str s, bool plus, struct str *out, size_t *bad_at)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0, bad = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			int high = -1, low = -1;

			if (s.n - i > 2) {
				high = hex_value(s.p[i + 1]);
				low = hex_value(s.p[i + 2]);
			}
			if (high < 0 || low < 0 || (high == 0 && low == 0)) {
				if (bad_at != NULL)
					*bad_at = i;
				return ERR_SYNTAX;
			}
			c = (char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		to[n++] = c;
	}
	if (!str_utf8_valid((struct str){to, n}, &bad)) {
		size_t at = 0;

		for (; bad > 0; bad--)
			at += s.p[at] == '%' ? 3 : 1;
		if (bad_at != NULL)
			*bad_at = at;
		return ERR_SYNTAX;
	}
	*out = (struct str){to, n};
	return ERR_OK;
}

static bool
is_param(struct str segment)
{
	return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

/* Compares without decoding anything but parameters: an escaped letter in a fixed segment is
 * another path, so that every page has one address. */
static bool
path_matches(struct arena *a, const char *pattern, struct str path, struct route_match *m)
{
	struct str want = str_of(pattern), want_part, part;

	m->n_params = 0;
	want = str_sub(want, 1, SIZE_MAX);
	path = str_sub(path, 1, SIZE_MAX);
	if (want.n == 0 || path.n == 0)
		return want.n == path.n;
	/* A last empty segment ("/x/") is one for str_find, not for str_cut. */
	for (;;) {
		size_t w = str_find(want, '/', 0), p = str_find(path, '/', 0);

		want_part = str_sub(want, 0, w);
		part = str_sub(path, 0, p);
		if (is_param(want_part)) {
			struct route_param *param = &m->params[m->n_params];

			if (part.n == 0 ||
			        percent_decode(a, part, false, &param->value, NULL) != ERR_OK ||
			        str_find(param->value, '/', 0) != SIZE_MAX)
				return false;
			param->name = str_sub(want_part, 1, want_part.n - 2);
			m->n_params++;
		} else if (!str_eq(want_part, part)) {
			return false;
		}
		if (w == SIZE_MAX || p == SIZE_MAX)
			return w == p;
		want = str_sub(want, w + 1, SIZE_MAX);
		path = str_sub(path, p + 1, SIZE_MAX);
	}
}

static struct str
allow_text(struct arena *a, const bool taken[])
{
	struct str s = STR("");

	for (size_t i = METHOD_GET; i <= METHOD_OPTIONS; i++)
		if (taken[i])
			s = str_fmt(
			        a, "%.*s%s%s", STR_ARG(s), s.n > 0 ? ", " : "", method_names[i]);
	return s;
}

enum err
routes_match(struct arena *a, struct route_table table, enum method method, struct str path,
        struct route_match *out, struct str *allow)
{
	bool taken[METHOD_OPTIONS + 1] = {[METHOD_OPTIONS] = true};
	bool known = false;

	if (path.n == 0 || path.p[0] != '/')
		return ERR_NOT_FOUND;
	if (method == METHOD_HEAD)
		method = METHOD_GET;
	for (size_t i = 0; i < table.n; i++) {
		struct route_match m = {.row = &table.rows[i]};

		if (m.row->permission == ROUTE_DENIED || !path_matches(a, m.row->path, path, &m))
			continue;
		if (m.row->method == method) {
			*out = m;
			return ERR_OK;
		}
		known = true;
		taken[m.row->method] = true;
	}
	if (!known)
		return ERR_NOT_FOUND;
	taken[METHOD_HEAD] = taken[METHOD_GET];
	*allow = allow_text(a, taken);
	return ERR_DENIED;
}

static unsigned
params_in(const char *path)
{
	unsigned n = 0;

	for (; *path != '\0'; path++)
		n += *path == '{';
	return n;
}

enum err
routes_check(struct route_table table, struct diag *d)
{
	for (size_t i = 0; i < table.n; i++) {
		const struct route *r = &table.rows[i];

		if (r->path == NULL || r->path[0] != '/' || params_in(r->path) > ROUTE_PARAMS_MAX)
			return diag_set(d, ERR_INVALID, NULL, "route %zu: bad path", i);
		if (r->handle == NULL || r->summary == NULL)
			return diag_set(d, ERR_INVALID, NULL, "%s: no handler or summary", r->path);
		if (r->method < METHOD_GET || r->method > METHOD_DELETE)
			return diag_set(d, ERR_INVALID, NULL, "%s: bad method", r->path);
		if ((r->body == BODY_NONE) != (r->body_max == 0))
			return diag_set(
			        d, ERR_INVALID, NULL, "%s: body kind and limit disagree", r->path);
		if (r->body != BODY_MULTIPART && r->body_max > ROUTE_BODY_MAX)
			return diag_set(d, ERR_INVALID, NULL, "%s: body limit over %d", r->path,
			        ROUTE_BODY_MAX);
		for (size_t k = 0; k < i; k++)
			if (table.rows[k].method == r->method &&
			        str_eq(str_of(table.rows[k].path), str_of(r->path)))
				return diag_set(d, ERR_INVALID, NULL, "%s %s: twice",
				        method_name(r->method), r->path);
	}
	return ERR_OK;
}
