/* Filling the answer of a request; server.c sends it. */
#include "web/respond.h"

#include "base/log.h"
#include "web/server_internal.h"
#include "web/status.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const fixed_page[] = {
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options",
        "nosniff",
        "Referrer-Policy",
        "no-referrer",
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "Cross-Origin-Resource-Policy",
        "same-origin",
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        NULL,
};

static const char *const fixed_sandbox[] = {
        "Content-Security-Policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox",
        "X-Content-Type-Options",
        "nosniff",
        "Referrer-Policy",
        "no-referrer",
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "Cross-Origin-Resource-Policy",
        "same-origin",
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        NULL,
};

const char *const *
respond_fixed_headers(bool sandbox)
{
	return sandbox ? fixed_sandbox : fixed_page;
}

void
response_clear(struct response *r)
{
	if (r->stream != NULL)
		r->stream->close(r->stream_ctx);
	buf_clear(&r->body);
	*r = (struct response){0};
}

/* A fresh answer in place of whatever stood there; headers set for an earlier one go with it. */
static struct response *
fresh(struct request *req, unsigned status)
{
	response_clear(&req->response);
	req->response.status = status;
	return &req->response;
}

void
respond_header(struct request *req, const char *name, struct str value)
{
	struct response *r = &req->response;

	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
			abort();
	if (r->n_headers == sizeof r->headers / sizeof *r->headers)
		abort();
	r->headers[r->n_headers++] = (struct response_header){name, str_z(req->a, value)};
}

void
respond_cache(struct request *req, const char *cache_control)
{
	req->response.cacheable = true;
	respond_header(req, "Cache-Control", str_of(cache_control));
}

void
respond_bytes(struct request *req, unsigned status, const char *type, struct buf *body)
{
	struct response *r;

	if (body->full) {
		log_error("response_over_cap", "path", req->route ? req->route->path : "");
		buf_clear(body);
		respond_status(req, 500, NULL);
		return;
	}
	r = fresh(req, status);
	r->body = *body;
	*body = (struct buf){.max = body->max};
	respond_header(req, "Content-Type", str_of(type));
}

void
respond_html(struct request *req, unsigned status, struct buf *body)
{
	respond_bytes(req, status, "text/html; charset=utf-8", body);
}

void
respond_json(struct request *req, unsigned status, struct buf *body)
{
	respond_bytes(req, status, "application/json", body);
}

void
respond_empty(struct request *req)
{
	fresh(req, 204);
}

void
respond_redirect(struct request *req, struct str location)
{
	if (location.n == 0 || location.p[0] != '/' || str_starts(location, STR("//")) ||
	        str_starts(location, STR("/\\")))
		abort();
	fresh(req, 303);
	respond_header(req, "Location", location);
}

void
respond_problem(struct request *req, unsigned status, const char *type, const char *title,
        const char *detail, const char *pointer)
{
	struct buf b;

	buf_init(&b, 16 * 1024);
	buf_z(&b, "{\"type\":");
	buf_json(&b, str_of(type != NULL ? type : "about:blank"));
	buf_z(&b, ",\"title\":");
	buf_json(&b, str_of(title != NULL ? title : status_title(status)));
	buf_fmt(&b, ",\"status\":%u", status);
	/* Whose fault it is, the log says under this number. (Others are to be alike byte for
	 * byte.) */
	if (status >= 500 && req->id != 0)
		buf_fmt(&b, ",\"instance\":\"urn:vdpd:request:%016llx\"",
		        (unsigned long long)req->id);
	if (detail != NULL && detail[0] != '\0') {
		buf_z(&b, ",\"detail\":");
		buf_json(&b, str_of(detail));
	}
	if (pointer != NULL && pointer[0] != '\0') {
		buf_z(&b, ",\"pointer\":");
		buf_json(&b, str_of(pointer));
		/* The form of RFC 9457 section 3: a list, the pointer as a URI fragment. */
		buf_z(&b, ",\"errors\":[{\"detail\":");
		buf_json(&b, str_of(detail != NULL ? detail : ""));
		buf_z(&b, ",\"pointer\":");
		buf_json(&b, str_fmt(req->a, "#%s", pointer));
		buf_z(&b, "}]");
	}
	buf_z(&b, "}\n");
	respond_bytes(req, status, "application/problem+json", &b);
}

static void
plain_error_page(unsigned status, const char *title, const char *detail, struct buf *out)
{
	buf_fmt(out, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>%u ",
	        status);
	buf_html(out, str_of(title));
	buf_z(out, "</title>\n<h1>");
	buf_html(out, str_of(title));
	buf_z(out, "</h1>\n<p>");
	buf_html(out, str_of(detail));
	buf_z(out, "</p></html>\n");
}

static void
error_answer(struct request *req, unsigned status, const char *detail, const char *pointer)
{
	const struct server_config *c = req->state != NULL ? req->state->config : NULL;
	struct buf b;

	if (req->api) {
		respond_problem(req, status, NULL, NULL, detail, pointer);
	} else {
		buf_init(&b, 512 * 1024);
		if (detail == NULL || detail[0] == '\0')
			detail = status_hint(status);
		if (c != NULL && c->error_page != NULL)
			c->error_page(req, status, status_title(status), detail, &b);
		if (b.n == 0 || b.full) {
			buf_reset(&b);
			plain_error_page(status, status_title(status), detail, &b);
		}
		respond_html(req, status, &b);
	}
	if (status == 401 && req->api)
		respond_header(req, "WWW-Authenticate", STR("Bearer, Receipt"));
	if (status == 503)
		respond_header(req, "Retry-After", STR("2"));
}

void
respond_status(struct request *req, unsigned status, const char *detail)
{
	error_answer(req, status, detail, NULL);
}

void
respond_error(struct request *req, enum err e, const struct diag *d)
{
	unsigned status = status_of(e);
	char detail[sizeof d->what + sizeof d->mend + 4];

	/* Nothing may tell absent from foreign; and our own faults are for the log. */
	if (d == NULL || status == 404 || status == 500 || d->what[0] == '\0') {
		error_answer(req, status, status == 404 ? NULL : status_hint(status), NULL);
		return;
	}
	snprintf(detail, sizeof detail, "%s%s%s", d->what, d->mend[0] != '\0' ? "; " : "", d->mend);
	error_answer(req, status, detail, d->pointer);
}

static bool
attr_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != 0 && strchr("!#$&+-.^_`|~", c) != NULL);
}

/* RFC 6266: a plain name for everybody, and the real one as RFC 8187 has it. */
static struct str
disposition(struct arena *a, struct str name)
{
	struct buf b;
	struct str s;

	if (name.n == 0 || name.n > 255)
		name = STR("file");
	buf_init(&b, 4096);
	buf_z(&b, "attachment; filename=\"");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		buf_char(&b, attr_char(c) || c == ' ' ? (char)c : '_');
	}
	buf_z(&b, "\"; filename*=UTF-8''");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (attr_char(c))
			buf_char(&b, (char)c);
		else
			buf_fmt(&b, "%%%02X", c);
	}
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

static void
file_headers(struct request *req, struct str name)
{
	req->response.sandbox = true;
	respond_header(req, "Content-Type", STR("application/octet-stream"));
	respond_header(req, "Content-Disposition", disposition(req->a, name));
}

void
respond_file(struct request *req, struct str name, struct buf *body)
{
	struct response *r;

	if (body->full) {
		buf_clear(body);
		respond_status(req, 500, NULL);
		return;
	}
	r = fresh(req, 200);
	r->body = *body;
	*body = (struct buf){.max = body->max};
	file_headers(req, name);
}

void
respond_file_stream(struct request *req, struct str name, uint64_t size,
        const struct response_stream *stream, void *ctx)
{
	struct response *r = fresh(req, 200);

	r->stream = stream;
	r->stream_ctx = ctx;
	r->stream_size = size;
	file_headers(req, name);
}
