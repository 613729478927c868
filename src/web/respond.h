/* The answers. Each sets status, body and headers of one request; the last call wins. All are sent
 * with the security headers; nothing is cached unless respond_cache says so. */
#ifndef VDPD_WEB_RESPOND_H
#define VDPD_WEB_RESPOND_H

#include "web/request.h"

/* A page, or JSON, of BODY; takes over its content and leaves BODY empty. A full BODY is a 500. */
void respond_html(struct request *req, unsigned status, struct buf *body);
void respond_json(struct request *req, unsigned status, struct buf *body);
/* Any other TYPE ("text/plain; charset=utf-8"; static). */
void respond_bytes(struct request *req, unsigned status, const char *type, struct buf *body);

/* 204, no content. */
void respond_empty(struct request *req);

/* 303 to LOCATION, a path on this origin ("/receipt?…"). Aborts unless it begins with one '/'. */
void respond_redirect(struct request *req, struct str location);

/* E over HTTP (web/status.h): problem+json under /api/, the origin's error page elsewhere. D (may
 * be NULL) adds what, how to mend it, and the pointer. ERR_NOT_FOUND always gives the same bytes.
 */
void respond_error(struct request *req, enum err e, const struct diag *d);
/* The same for a status that no enum err stands for (405, 415). DETAIL may be NULL. */
void respond_status(struct request *req, unsigned status, const char *detail);

/* RFC 9457 application/problem+json. TYPE NULL: "about:blank"; TITLE NULL: the status's; DETAIL and
 * POINTER (RFC 6901, "/reporter/email") NULL or "": left out. */
void respond_problem(struct request *req, unsigned status, const char *type, const char *title,
        const char *detail, const char *pointer);

/* How a long answer is read: up to SIZE bytes to OUT, *n how many (0 only at the end). Called on a
 * pool thread, in order; close once, always. */
struct response_stream {
	enum err (*read)(void *ctx, void *out, size_t size, size_t *n);
	void (*close)(void *ctx);
};

/* A download: octet-stream, "attachment" with NAME (RFC 6266, RFC 8187), sandboxed, not sniffed.
 * respond_file takes over BODY; respond_file_stream sends exactly SIZE bytes from STREAM (a read
 * that fails cuts the connection). */
void respond_file(struct request *req, struct str name, struct buf *body);
void respond_file_stream(struct request *req, struct str name, uint64_t size,
        const struct response_stream *stream, void *ctx);

/* Adds a header; call it after the respond_* that it belongs to. VALUE is copied; aborts on a
 * control character in it or when there are too many. */
void respond_header(struct request *req, const char *name, struct str value);
/* Instead of no-store. */
void respond_cache(struct request *req, const char *cache_control);

/* Headers of every answer, in the order sent: NULL-terminated pairs. SANDBOX: those of a download.
 */
const char *const *respond_fixed_headers(bool sandbox);

#endif
