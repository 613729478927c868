/* Reading a body of the kind that the row names: JSON and urlencoded into one capped buffer,
 * multipart through its parser, text fields into the arena and files into the row's upload. */
#include "web/server_internal.h"

#include <stdlib.h>

static bool
fail(struct request_state *s, enum err e, const struct diag *d)
{
	/* The upload hook may have made a better answer itself. */
	if (s->req.response.status == 0)
		respond_error(&s->req, e, d);
	return false;
}

static struct request_state *
state_of(void *ctx)
{
	return ctx;
}

static enum err
part_begin(void *ctx, const struct multipart_part *part, struct diag *d)
{
	struct request_state *s = state_of(ctx);
	struct request *req = &s->req;
	const struct upload *up = req->route->upload;
	struct upload_file *f;
	enum err e;

	if (!part->is_file) {
		s->field_name = part->name;
		buf_init(&s->body, ROUTE_FORM_MAX);
		return ERR_OK;
	}
	if (up == NULL)
		return diag_set(d, ERR_INVALID, NULL, "no files are taken here");
	if (req->files == NULL)
		req->files = ARENA_ARRAY(req->a, FORM_FIELDS_MAX, struct upload_file);
	f = &req->files[req->n_files];
	*f = (struct upload_file){.field = part->name, .name = part->file_name, .type = part->type};
	s->file = f;
	/* A file field that was left empty: browsers send a part without name and content. */
	if (part->file_name.n == 0)
		return ERR_OK;
	if (req->n_files == up->files_max)
		return diag_set(d, ERR_TOO_LARGE, NULL, "more than %u files", up->files_max);
	e = up->open(req, f);
	if (e == ERR_OK)
		req->n_files++;
	return e;
}

static enum err
part_data(void *ctx, struct str bytes, struct diag *d)
{
	struct request_state *s = state_of(ctx);
	const struct upload *up = s->req.route->upload;
	struct upload_file *f = s->file;

	if (f == NULL) {
		if (__builtin_add_overflow(s->text_total, bytes.n, &s->text_total) ||
		        s->text_total > ROUTE_FORM_MAX)
			return diag_set(d, ERR_TOO_LARGE, NULL, "more than %d bytes of text",
			        ROUTE_FORM_MAX);
		buf_str(&s->body, bytes);
		return ERR_OK;
	}
	if (f->name.n == 0)
		return diag_set(d, ERR_INVALID, NULL, "a file without a name");
	f->size += bytes.n;
	if (f->size > up->file_max)
		return diag_set(d, ERR_TOO_LARGE, NULL, "a file is larger than %llu bytes",
		        (unsigned long long)up->file_max);
	return up->write(&s->req, f, bytes);
}

static enum err
part_end(void *ctx, struct diag *d)
{
	struct request_state *s = state_of(ctx);
	struct request *req = &s->req;
	struct upload_file *f = s->file;
	struct str text;
	size_t bad = 0;

	s->file = NULL;
	if (f != NULL)
		return f->name.n > 0 ? req->route->upload->close(req, f) : ERR_OK;
	text = buf_view(&s->body);
	if (!str_utf8_valid(text, &bad))
		return diag_set(d, ERR_SYNTAX, NULL, "field %.*s is not UTF-8 text, at byte %zu",
		        STR_ARG(s->field_name), bad);
	text = form_line_ends(req->a, str_dup(req->a, text));
	buf_clear(&s->body);
	s->fields[req->n_form++] = (struct field){s->field_name, text};
	req->form = s->fields;
	return ERR_OK;
}

static const struct multipart_sink multipart_sink = {
        .begin = part_begin, .data = part_data, .end = part_end};

static bool
unsupported(struct request_state *s, const char *want)
{
	respond_status(&s->req, 415, str_z(s->req.a, str_fmt(s->req.a, "Send it as %s.", want)));
	return false;
}

static bool
begin_by_type(struct request_state *s, struct str type, struct diag *d)
{
	struct request *req = &s->req;

	switch (req->route->body) {
	case BODY_NONE:
		break;
	case BODY_JSON:
		if (!media_type_is(type, "application/json"))
			return unsupported(s, "application/json");
		buf_init(&s->body, req->route->body_max);
		break;
	case BODY_FORM:
	case BODY_MULTIPART:
		if (media_type_is(type, "application/x-www-form-urlencoded")) {
			size_t max = req->route->body_max;

			s->body_kind = BODY_FORM;
			buf_init(&s->body, max < ROUTE_FORM_MAX ? max : ROUTE_FORM_MAX);
			break;
		}
		if (req->route->body == BODY_FORM)
			return unsupported(s, "application/x-www-form-urlencoded");
		if (!media_type_is(type, "multipart/form-data"))
			return unsupported(s, "multipart/form-data");
		s->fields = ARENA_ARRAY(req->a, FORM_FIELDS_MAX + 1, struct field);
		if (multipart_new(req->a, type, &multipart_sink, s, &s->multipart, d) != ERR_OK)
			return fail(s, ERR_SYNTAX, d);
		break;
	}
	return true;
}

bool
body_begin(struct request_state *s)
{
	struct request *req = &s->req;
	struct str length = req->headers[HEADER_CONTENT_LENGTH];
	bool chunked = req->headers[HEADER_TRANSFER_ENCODING].p != NULL;
	struct diag d = {0};
	uint64_t n = 0;

	if (length.p != NULL && str_u64(length, UINT64_MAX, &n) != ERR_OK)
		return fail(s, ERR_SYNTAX, NULL);
	if (n > req->route->body_max)
		return fail(s, ERR_TOO_LARGE, NULL);
	s->body_kind = req->route->body;
	/* A request without content needs no type; its handler finds the fields missing. */
	if (s->body_kind == BODY_NONE || (n == 0 && !chunked)) {
		s->body_kind = BODY_NONE;
		return true;
	}
	return begin_by_type(s, req->headers[HEADER_CONTENT_TYPE], &d);
}

bool
body_data(struct request_state *s, struct str bytes)
{
	struct diag d = {0};
	enum err e;

	if (s->multipart != NULL) {
		e = multipart_feed(s->multipart, bytes, &d);
		return e == ERR_OK || fail(s, e, &d);
	}
	buf_str(&s->body, bytes);
	return !s->body.full || fail(s, ERR_TOO_LARGE, NULL);
}

bool
body_end(struct request_state *s)
{
	struct request *req = &s->req;
	struct str all = buf_view(&s->body);
	struct diag d = {0};
	size_t bad = 0;
	enum err e = ERR_OK;

	switch (s->body_kind) {
	case BODY_NONE:
		break;
	case BODY_JSON:
		req->body = all;
		if (!str_utf8_valid(all, &bad))
			e = diag_set(&d, ERR_SYNTAX, NULL,
			        "the body is not UTF-8 text without NUL, at byte %zu", bad);
		break;
	case BODY_FORM:
		e = form_parse(req->a, all, &req->form, &req->n_form, &d);
		break;
	case BODY_MULTIPART:
		e = multipart_finish(s->multipart, &d);
		break;
	}
	return e == ERR_OK || fail(s, e, &d);
}

void
body_abandon(struct request_state *s)
{
	for (size_t i = 0; i < s->req.n_files; i++)
		if (s->req.files[i].state != NULL)
			s->req.route->upload->abandon(&s->req.files[i]);
}
