/* The HTTP server: the only user of libmicrohttpd. One listening socket, some threads with an epoll
 * set and a context each, and the order of every request: read, matched with its row, counted,
 * checked for its origin, authenticated, its body read, handled. */
#ifndef VDPD_WEB_SERVER_H
#define VDPD_WEB_SERVER_H

#include "web/request.h"
#include "web/respond.h"

struct server;
struct pages;

struct server_config {
	int listen_fd; /* a listening TCP socket; the server keeps a copy of its own */
	struct route_table routes;
	struct origin origin;
	void *app;             /* request.app */
	void *const *contexts; /* request.thread, one a thread; NULL: none */
	unsigned n_threads;    /* at least 1 */
	unsigned connections;  /* at most, over all threads; 0: 1,024 */
	unsigned idle_s;       /* without a byte, before a connection is closed; 0: 15 */
	unsigned grace_ms; /* for headers, and for bodies and answers on top of 16 KiB/s; 0: 30 s */

	/* Before the body is read, for each row whose permission is not ROUTE_PUBLIC: who asks, and
	 * may they by req->route->permission? May set req->who. ERR_AUTH is answered 401 (or by
	 * what the hook put into the response, such as a redirect), ERR_DENIED 403, ERR_NOT_FOUND
	 * 404. NULL: everything not public is denied. */
	enum err (*authenticate)(struct request *req);

	/* Writes a whole HTML page for STATUS into OUT. NULL: a plain one. */
	void (*error_page)(struct request *req, unsigned status, const char *title,
	        const char *detail, struct buf *out);

	struct pages *pages;        /* served before anything else; NULL: none */
	struct limits *limits;      /* NULL: none */
	const struct cidr *trusted; /* proxies whose X-Forwarded-* are believed */
	size_t n_trusted;
};

/* Checks the table and starts the threads. C is copied; what it points to must outlive the server.
 * ERR_INVALID (D: a row of the table, or a plain http origin that is neither localhost nor
 * 127.0.0.1 and has no trusted proxy), ERR_IO. */
enum err server_start(
        const struct server_config *c, struct server **out, struct diag *d) MUST_CHECK;

/* Takes no new requests, waits until every suspended request is finished, ends the threads, frees.
 * Stop the writer after this, not before. S may be NULL. */
void server_stop(struct server *s);

#endif
