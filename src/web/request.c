/* Looking things up in a request. */
#include "web/request.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

struct str
request_param(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->n_params; i++)
		if (str_eq(req->params[i].name, str_of(name)))
			return req->params[i].value;
	fprintf(stderr, "level=fatal what=route_param name=%s\n", name);
	abort();
}

static struct str
find(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(fields[i].name, str_of(name)))
			return fields[i].value;
	return (struct str){0};
}

struct str
request_query(const struct request *req, const char *name)
{
	return find(req->query, req->n_query, name);
}

struct str
request_form(const struct request *req, const char *name)
{
	return find(req->form, req->n_form, name);
}

struct str
request_cookie(const struct request *req, const char *name)
{
	struct str rest = req->headers[HEADER_COOKIE], part, found = {0};

	while (str_cut(&rest, ';', &part)) {
		size_t eq;

		part = str_trim(part);
		eq = str_find(part, '=', 0);
		if (eq == SIZE_MAX || !str_eq(str_sub(part, 0, eq), str_of(name)))
			continue;
		/* Two of one name: a sibling origin planted one of them. */
		if (found.p != NULL)
			return (struct str){0};
		found = str_sub(part, eq + 1, SIZE_MAX);
	}
	return found;
}

struct str
request_authorization(const struct request *req, const char *scheme)
{
	struct str h = req->headers[HEADER_AUTHORIZATION];
	size_t space = str_find(h, ' ', 0);

	if (space == SIZE_MAX || !str_eq_nocase(str_sub(h, 0, space), str_of(scheme)))
		return (struct str){0};
	return str_trim(str_sub(h, space + 1, SIZE_MAX));
}

struct str
request_id_text(const struct request *req)
{
	char text[LOG_REQUEST_TEXT];

	log_request_text(req->id, text);
	return str_dup(req->a, str_of(text));
}
