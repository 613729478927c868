/* Lines, bytes and replies. */
#include "mail/wire.h"

#include "base/time.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OUT_MAX = 64 * 1024, REPLY_MAX = 512 };

void
wire_init(struct wire *w, int fd, int timeout_ms)
{
	w->fd = fd;
	w->timeout_ms = timeout_ms;
	w->until_ms = 0;
	w->from = w->to = 0;
	buf_init(&w->out, OUT_MAX);
}

void
wire_clear(struct wire *w)
{
	buf_clear(&w->out);
	explicit_bzero(w->in, sizeof w->in);
}

/* ---- Waiting ---- */

static bool
wait_for(const struct wire *w, short events, int timeout_ms)
{
	int64_t until_ms = now_mono_ms() + timeout_ms;

	if (w->until_ms != 0 && w->until_ms < until_ms)
		until_ms = w->until_ms;
	for (;;) {
		struct pollfd p = {.fd = w->fd, .events = events};
		int64_t left = until_ms - now_mono_ms();
		int r = poll(&p, 1, left > 0 ? (int)left : 0);

		if (r > 0)
			return true;
		if (r == 0 || errno != EINTR)
			return false;
	}
}

bool
wire_ready(struct wire *w, int timeout_ms)
{
	return w->to > w->from || (wire_flush(w) == ERR_OK && wait_for(w, POLLIN, timeout_ms));
}

enum err
wire_flush(struct wire *w)
{
	size_t sent = 0;

	while (sent < w->out.n) {
		ssize_t n = send(w->fd, w->out.p + sent, w->out.n - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN && wait_for(w, POLLOUT, w->timeout_ms))
			continue;
		else
			return ERR_PEER;
	}
	buf_reset(&w->out);
	return ERR_OK;
}

/* Reads more behind what is there; who calls has left room. */
static enum err
more(struct wire *w)
{
	enum err e = wire_flush(w);

	if (e != ERR_OK)
		return e;
	if (w->from > 0) {
		memmove(w->in, w->in + w->from, w->to - w->from);
		w->to -= w->from;
		w->from = 0;
	}
	for (;;) {
		ssize_t n = recv(w->fd, w->in + w->to, sizeof w->in - w->to, MSG_DONTWAIT);

		if (n > 0) {
			w->to += (size_t)n;
			return ERR_OK;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return ERR_PEER;
		if (errno == EAGAIN && !wait_for(w, POLLIN, w->timeout_ms))
			return ERR_PEER;
	}
}

/* ---- Lines ---- */

enum err
wire_line(struct wire *w, struct str *line)
{
	enum err e = ERR_OK;
	size_t at = 0;

	for (;;) {
		char *p = w->in + w->from;
		size_t n = w->to - w->from;

		while (at < n && p[at] != '\n')
			at++;
		if (at < n) {
			bool crlf = at > 0 && p[at - 1] == '\r';

			*line = str_bytes(p, crlf ? at - 1 : at);
			w->from += at + 1;
			if (e == ERR_OK && at > WIRE_LINE_MAX)
				e = ERR_TOO_LARGE;
			if (e == ERR_OK && (!crlf || str_find(*line, '\r', 0) != SIZE_MAX ||
			                           str_find(*line, '\0', 0) != SIZE_MAX))
				e = ERR_SYNTAX;
			return e;
		}
		if (n == sizeof w->in) { /* no command is as long: forget it up to its end */
			w->from = w->to = at = 0;
			e = ERR_TOO_LARGE;
		}
		if (more(w) != ERR_OK)
			return ERR_PEER;
	}
}

/* ---- Content ---- */

struct taking {
	size_t max, taken;
	wire_sink sink;
	void *ctx;
	enum err *sunk;
};

static enum err
take(struct taking *t, const char *p, size_t n)
{
	if (n > t->max - t->taken)
		return ERR_TOO_LARGE;
	t->taken += n;
	if (n > 0 && *t->sunk == ERR_OK)
		*t->sunk = t->sink(t->ctx, str_bytes(p, n));
	return ERR_OK;
}

static enum err
counted(struct wire *w, size_t n, struct taking *t)
{
	enum err e = ERR_OK;

	while (n > 0 && e == ERR_OK) {
		size_t here = w->to - w->from;

		if (here == 0) {
			e = more(w);
			continue;
		}
		if (here > n)
			here = n;
		e = take(t, w->in + w->from, here);
		w->from += here;
		n -= here;
	}
	return e;
}

/* Content: a dot that begins a line, which is one that CRLF is before, was added; alone it is the
 * end. In pieces as large as they come, the dots taken out in place. *BEGINS: P is at the beginning
 * of a line. Gives how many bytes were taken; *KEPT are left of them, *ENDED at the end. */
static size_t
undot(char *p, size_t n, bool *begins, size_t *kept, bool *ended)
{
	size_t to = 0, at = 0;

	*ended = false;
	while (at < n && !*ended) {
		const char *lf;
		size_t next;

		if (*begins && p[at] == '.') {
			if (n - at < 3)
				break;
			*ended = p[at + 1] == '\r' && p[at + 2] == '\n';
			at += *ended ? 3 : 1;
			*begins = false;
			continue;
		}
		lf = memchr(p + at, '\n', n - at);
		next = lf != NULL ? (size_t)(lf - p) + 1 : n - (p[n - 1] == '\r');
		if (lf == NULL && next == at)
			break;
		*begins = lf != NULL && next >= at + 2 && p[next - 2] == '\r';
		memmove(p + to, p + at, next - at);
		to += next - at;
		at = next;
	}
	*kept = to;
	return at;
}

static enum err
dotted(struct wire *w, struct taking *t)
{
	bool begins = true, ended = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && !ended) {
		size_t kept,
		        taken = undot(w->in + w->from, w->to - w->from, &begins, &kept, &ended);

		if (taken > 0)
			e = take(t, w->in + w->from, kept);
		else
			e = more(w);
		w->from += taken;
	}
	return e;
}

enum err
wire_bytes(struct wire *w, size_t n, size_t max, wire_sink sink, void *ctx, enum err *sunk)
{
	struct taking t = {.max = max, .sink = sink, .ctx = ctx, .sunk = sunk};

	*sunk = ERR_OK;
	return n == SIZE_MAX ? dotted(w, &t) : counted(w, n, &t);
}

/* ---- Replies ---- */

void
wire_reply(struct wire *w, const char *fmt, ...)
{
	char line[REPLY_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	for (char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20)
			*p = '?';
	if (w->out.n + sizeof line > OUT_MAX && wire_flush(w) != ERR_OK)
		return; /* nobody reads; the next wait says so */
	buf_z(&w->out, line);
	buf_z(&w->out, "\r\n");
}
