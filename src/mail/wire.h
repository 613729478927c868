/* A connection of an LMTP session: lines and counted bytes in, replies out. Blocking, with a bound
 * on every wait. Lines end with CRLF and nothing else, so that what one side takes for content the
 * other cannot take for commands (SMTP smuggling). */
#ifndef VDPD_MAIL_WIRE_H
#define VDPD_MAIL_WIRE_H

#include "base/buf.h"

enum { WIRE_LINE_MAX = 2048, WIRE_BYTES = 64 * 1024 };

struct wire {
	int fd;
	int timeout_ms;   /* of each wait */
	int64_t until_ms; /* by now_mono_ms: the end of all waiting; 0: none */
	size_t from, to;  /* what was read and not taken: in[from] … in[to - 1] */
	char in[WIRE_BYTES];
	struct buf out;
};

/* FD stays the caller's. */
void wire_init(struct wire *w, int fd, int timeout_ms);
void wire_clear(struct wire *w);

/* True once there is something to read, without taking it; false after TIMEOUT_MS. Replies that
 * wait are sent first if nothing is there yet. */
bool wire_ready(struct wire *w, int timeout_ms);

/* The next command line without its CRLF, valid until the next call; replies that wait are sent
 * first if nothing is there yet (PIPELINING). ERR_SYNTAX for a line with a bare CR or LF or a NUL,
 * ERR_TOO_LARGE over WIRE_LINE_MAX (both were read up to a line's end), ERR_PEER at the end or
 * after the time. */
enum err wire_line(struct wire *w, struct str *line) MUST_CHECK;

/* Hands what follows to SINK: N bytes, or with N = SIZE_MAX what stands before CRLF.CRLF, without
 * the dots that RFC 5321 section 4.5.2 adds. What SINK returns ends nothing: all is read; the first
 * error is *SUNK. ERR_PEER; ERR_TOO_LARGE if it is more than MAX bytes: the connection is of no use
 * any more. */
typedef enum err (*wire_sink)(void *ctx, struct str piece);
enum err wire_bytes(
        struct wire *w, size_t n, size_t max, wire_sink sink, void *ctx, enum err *sunk) MUST_CHECK;

/* Queues a reply line ("250 2.0.0 ok"), sent with the next wait or wire_flush. */
void wire_reply(struct wire *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
enum err wire_flush(struct wire *w) MUST_CHECK;

#endif
