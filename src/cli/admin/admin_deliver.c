/* vdpd deliver: hands a message to the courier, on the instance's own socket, in LMTP (RFC 2033)
 * with CHUNKING (RFC 3030), so that the bytes arrive as they are. Exit status as mail systems want
 * it (sysexits.h): anything that is not settled for good is EX_TEMPFAIL, and the mail system keeps
 * the message. */
#include "cli/admin/admin.h"

#include "cli/admin/place.h"
#include "proc/listener.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	CHUNK_BYTES = 64 * 1024,
	REPLY_LINE_MAX = 1024,
	REPLY_MS = 300 * 1000,
	ADDRESS_BYTES_MAX = 500
};

struct delivery {
	int fd;
	char in[REPLY_LINE_MAX]; /* read, not yet taken */
	size_t n;
	char line[REPLY_LINE_MAX]; /* the last line of the last reply */
};

/* ---- Speaking ---- */

static bool
say(struct delivery *d, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(d->fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* Takes a line off what came into d->line; false at the end or after the time. */
static bool
hear_line(struct delivery *d)
{
	for (;;) {
		char *lf = memchr(d->in, '\n', d->n);
		struct pollfd p = {.fd = d->fd, .events = POLLIN};
		ssize_t got;

		if (lf != NULL) {
			size_t n = (size_t)(lf - d->in) + 1;

			memcpy(d->line, d->in, n - 1);
			d->line[n - 1] = '\0';
			if (n >= 2 && d->line[n - 2] == '\r')
				d->line[n - 2] = '\0';
			memmove(d->in, d->in + n, d->n - n);
			d->n -= n;
			return true;
		}
		if (d->n == sizeof d->in || poll(&p, 1, REPLY_MS) <= 0)
			return false;
		got = recv(d->fd, d->in + d->n, sizeof d->in - d->n, 0);
		if (got <= 0)
			return false;
		d->n += (size_t)got;
	}
}

/* A whole reply; its code, or 0 where there was none. */
static int
hear(struct delivery *d)
{
	do {
		if (!hear_line(d))
			return 0;
	} while (strlen(d->line) > 3 && d->line[3] == '-');
	return d->line[0] >= '2' && d->line[0] <= '5' ? (d->line[0] - '0') * 100 : 0;
}

static int
ask(struct delivery *d, struct str command)
{
	return say(d, command.p, command.n) ? hear(d) : 0;
}

/* ---- Delivering ---- */

static int
settled(const struct delivery *d, int code, int refused)
{
	if (code == 200)
		return EX_OK;
	fprintf(stderr, "vdpd: %s\n", code == 0 ? "the courier went away" : d->line);
	return code == 500 ? refused : EX_TEMPFAIL;
}

/* Reads until N bytes are there or the input ends. -1 where it cannot be read. */
static ssize_t
read_full(char *p, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(STDIN_FILENO, p + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

/* The rest of the message after its first N bytes, which are in PIECE. */
static int
send_content(struct arena *a, struct delivery *d, char *piece, ssize_t n)
{
	for (;;) {
		bool last = n < CHUNK_BYTES;
		struct str head = str_fmt(a, "BDAT %zd%s\r\n", n, last ? " LAST" : "");
		int code;

		if (!say(d, head.p, head.n) || !say(d, piece, (size_t)n))
			return settled(d, 0, EX_DATAERR);
		code = hear(d);
		if (last || code != 200)
			return settled(d, code, EX_DATAERR);
		n = read_full(piece, CHUNK_BYTES);
		if (n < 0) {
			fprintf(stderr, "vdpd: stdin: %s\n", strerror(errno));
			return EX_TEMPFAIL;
		}
	}
}

/* Whom the message says that it came from: its Return-Path, which the last mail system wrote. .p
 * NULL where there is none. */
static struct str
return_path(struct str head)
{
	struct str line;

	while (str_cut(&head, '\n', &line)) {
		struct str value = str_trim(str_sub(line, 12, SIZE_MAX));

		if (str_trim(line).n == 0)
			break;
		if (str_eq_nocase(str_sub(line, 0, 12), STR("Return-Path:")) && value.n >= 2 &&
		        value.p[0] == '<' && value.p[value.n - 1] == '>')
			return str_sub(value, 1, value.n - 2);
	}
	return (struct str){0};
}

static bool
is_address(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '<' || s.p[i] == '>')
			return false;
	return s.n <= ADDRESS_BYTES_MAX;
}

static int
deliver(struct arena *a, struct delivery *d, struct str from, struct str to)
{
	char *piece = arena_alloc(a, CHUNK_BYTES);
	ssize_t n = read_full(piece, CHUNK_BYTES);
	int code;

	if (n < 0) {
		fprintf(stderr, "vdpd: stdin: %s\n", strerror(errno));
		return EX_TEMPFAIL;
	}
	if (from.p == NULL)
		from = return_path(str_bytes(piece, (size_t)n));
	if (str_eq(from, STR("<>")) || str_eq(from, STR("MAILER-DAEMON")))
		from = STR("");
	if (from.p == NULL || !is_address(from))
		from = STR("unknown@localhost");
	code = hear(d);
	if (code == 200)
		code = ask(d, STR("LHLO localhost\r\n"));
	if (code == 200)
		code = ask(d, str_fmt(a, "MAIL FROM:<%.*s>\r\n", STR_ARG(from)));
	if (code != 200)
		return settled(d, code, EX_DATAERR);
	code = ask(d, str_fmt(a, "RCPT TO:<%.*s>\r\n", STR_ARG(to)));
	return code == 200 ? send_content(a, d, piece, n) : settled(d, code, EX_NOUSER);
}

/* Who writes the message to us is not to be cut off, whatever becomes of it. */
static void
read_rest(void)
{
	char piece[4096];
	ssize_t n;

	do
		n = read(STDIN_FILENO, piece, sizeof piece);
	while (n > 0 || (n < 0 && errno == EINTR));
}

static int
usage(const char *what)
{
	fprintf(stderr, "vdpd: %s\nvdpd deliver --help says more\n", what);
	return EX_USAGE;
}

int
admin_deliver(int argc, char **argv)
{
	const char *dir = NULL, *to = NULL, *from = NULL;
	const struct cli_option options[] = {
	        {"directory", 'C', &dir, NULL},
	        {"to", 0, &to, NULL},
	        {"from", 0, &from, NULL},
	};
	struct delivery d = {.fd = -1};
	struct diag why = {0};
	struct arena *a;
	int first, r;

	if (cli_options(argc, argv, options, sizeof options / sizeof options[0], &first) != CLI_OK)
		return EX_USAGE;
	if (dir == NULL || to == NULL || first != argc || !is_address(str_of(to)))
		return usage("deliver wants -C DIR --to RECIPIENT, and the message on stdin");
	if (place_go(dir, &why) != ERR_OK) {
		cli_error(&why);
		return EX_TEMPFAIL;
	}
	if (listener_connect_stream(".", "run/deliver.sock", &d.fd) != ERR_OK) {
		fprintf(stderr, "vdpd: the instance is not being served: try again later\n");
		return EX_TEMPFAIL;
	}
	a = arena_new(16 << 20);
	r = deliver(a, &d, str_of(from), str_of(to));
	arena_free(a);
	close(d.fd);
	if (r != EX_OK)
		read_rest();
	return r;
}
