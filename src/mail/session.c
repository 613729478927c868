/* LMTP, one command after the other. */
#include "mail/session.h"

#include "base/log.h"
#include "base/time.h"
#include "mail/wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	WAIT_MS = 300 * 1000,        /* RFC 5321 section 4.5.3.2 */
	CONTENT_MS = 900 * 1000,     /* for all of a message */
	GATE_MS = 120 * 1000,        /* then: later */
	WORKER_IDLE_MS = 1000,       /* a worker is not kept for who says nothing */
	MISTAKES_MAX = 20,           /* then it is no mail system */
	READ_MAX = 2 * MAIL_RAW_MAX, /* what is read of a message that is too large */
	TAKE_BYTES = 96 << 20,       /* of memory for one message */
	ADDRESS_MAX_BYTES = 512,
};

struct session {
	const struct mail_service *s;
	struct wire w;
	struct worker *worker, *pgp; /* this sender's; NULL: none yet */
	bool greeted, ended;
	unsigned mistakes;

	/* The transaction. */
	struct arena *a; /* NULL: there is none */
	uint64_t gate_name;
	struct str sender;
	struct str recipients[SESSION_RECIPIENTS_MAX];
	size_t recipients_n;
	bool chunks; /* BDAT has begun */
	bool failed; /* and a chunk was refused */
	int raw_fd;
	uint64_t size;
	crypto_hash_sha256_state hash;
};

/* ---- The transaction ---- */

static void
forget(struct session *x)
{
	if (x->a == NULL)
		return;
	gate_end(x->s->gate, x->gate_name);
	if (x->raw_fd >= 0)
		close(x->raw_fd);
	arena_free(x->a);
	x->a = NULL;
	x->raw_fd = -1;
	x->recipients_n = 0;
	x->chunks = x->failed = false;
}

static enum err
content_begin(struct session *x)
{
	x->raw_fd = memfd_create("mail", MFD_CLOEXEC);
	x->size = 0;
	crypto_hash_sha256_init(&x->hash);
	x->w.until_ms = now_mono_ms() + CONTENT_MS;
	return x->raw_fd < 0 ? ERR_IO : ERR_OK;
}

static enum err
content_add(void *ctx, struct str piece)
{
	struct session *x = ctx;

	if (x->size + piece.n > MAIL_RAW_MAX)
		return ERR_TOO_LARGE;
	crypto_hash_sha256_update(&x->hash, (const unsigned char *)piece.p, piece.n);
	x->size += piece.n;
	while (piece.n > 0) {
		ssize_t n = write(x->raw_fd, piece.p, piece.n);

		if (n <= 0)
			return ERR_IO;
		piece = str_sub(piece, (size_t)n, SIZE_MAX);
	}
	return ERR_OK;
}

/* ---- Taking the message ---- */

static void
reply_taken(struct session *x, enum err e, struct str number)
{
	switch (e) {
	case ERR_OK:
		wire_reply(&x->w, "250 2.0.0 Taken: %.*s", STR_ARG(number));
		break;
	case ERR_TOO_LARGE:
		wire_reply(&x->w, "552 5.2.2 The case holds as much as a case can");
		break;
	case ERR_FULL:
		wire_reply(&x->w, "452 4.3.1 No room on disk");
		break;
	case ERR_RATE:
	case ERR_BUSY:
		wire_reply(&x->w, "451 4.3.2 Too much to do: try again later");
		break;
	default:
		wire_reply(&x->w, "451 4.3.0 Not now: try again later");
		break;
	}
	if (e != ERR_OK)
		log_warn("mail_not_taken", "why", err_name(e));
}

static void
workers_end(struct session *x)
{
	worker_free(x->worker);
	worker_free(x->pgp);
	x->worker = x->pgp = NULL;
}

static enum err
read_message(struct session *x, struct arrival *m)
{
	if (x->worker == NULL)
		x->worker = worker_new(x->s->mime);
	if (x->pgp == NULL)
		x->pgp = worker_new(x->s->inbound.pgp);
	m->pgp = x->pgp;
	return inbound_read(x->a, x->worker, m);
}

/* All recipients, each with its reply. */
static void
take(struct session *x)
{
	struct arrival m = {
	        .raw_fd = x->raw_fd, .size_bytes = x->size, .sender = x->sender, .parts_fd = -1};
	unsigned place;
	enum err e, read;

	crypto_hash_sha256_final(&x->hash, m.sha256);
	e = gate_enter(x->s->gate, x->gate_name, GATE_MS, &place);
	if (e != ERR_OK) {
		for (size_t i = 0; i < x->recipients_n; i++)
			reply_taken(x, e, STR(""));
		return;
	}
	read = read_message(x, &m);
	for (size_t i = 0; i < x->recipients_n; i++) {
		struct str number = STR("");

		e = read;
		if (e == ERR_OK)
			e = inbound_take(x->a, &x->s->inbound, x->s->db[place], &m,
			        x->recipients[i], &number);
		reply_taken(x, e, number);
	}
	gate_leave(x->s->gate, x->gate_name, place);
	if (m.parts_fd >= 0)
		close(m.parts_fd);
}

/* What came was refused by the sink with E: said for each recipient. */
static void
reply_refused(struct session *x, enum err e)
{
	for (size_t i = 0; i < x->recipients_n; i++) {
		if (e == ERR_TOO_LARGE)
			wire_reply(&x->w, "552 5.3.4 The message is too large");
		else
			wire_reply(&x->w, "451 4.3.0 Not now: try again later");
	}
}

/* ---- Commands ---- */

static void
mistake(struct session *x, const char *reply)
{
	wire_reply(&x->w, "%s", reply);
	if (++x->mistakes >= MISTAKES_MAX)
		x->ended = true;
}

/* "<user@host> PARAMETERS" behind FROM: or TO:. False if it is not that. */
static bool
path_parse(struct str s, struct str *address, struct str *parameters)
{
	size_t close;

	s = str_trim(s);
	if (s.n < 2 || s.p[0] != '<')
		return false;
	close = str_find(s, '>', 1);
	if (close == SIZE_MAX || close > ADDRESS_MAX_BYTES)
		return false;
	*address = str_sub(s, 1, close - 1);
	*parameters = str_trim(str_sub(s, close + 1, SIZE_MAX));
	return str_utf8_valid(*address, NULL) && str_find(*address, '<', 0) == SIZE_MAX;
}

static void
on_lhlo(struct session *x, struct str rest)
{
	if (str_trim(rest).n == 0) {
		mistake(x, "501 5.5.4 LHLO wants a name");
		return;
	}
	forget(x);
	x->greeted = true;
	wire_reply(&x->w, "250-%.*s", STR_ARG(x->s->host));
	wire_reply(&x->w, "250-PIPELINING");
	wire_reply(&x->w, "250-8BITMIME");
	wire_reply(&x->w, "250-SMTPUTF8");
	wire_reply(&x->w, "250-CHUNKING");
	wire_reply(&x->w, "250-ENHANCEDSTATUSCODES");
	wire_reply(&x->w, "250 SIZE %d", MAIL_RAW_MAX);
}

/* NULL, or the reply that refuses the parameters of MAIL. */
static const char *
mail_parameters(struct str rest)
{
	struct str p;
	uint64_t size;

	while (str_cut(&rest, ' ', &p)) {
		struct str value = str_sub(p, str_find(p, '=', 0) + 1, SIZE_MAX);

		if (p.n == 0 || str_eq_nocase(p, STR("SMTPUTF8")) ||
		        str_eq_nocase(p, STR("BODY=7BIT")) ||
		        str_eq_nocase(p, STR("BODY=8BITMIME")))
			continue;
		if (!str_eq_nocase(str_sub(p, 0, 5), STR("SIZE=")))
			return "555 5.5.4 A parameter that is not known here";
		if (str_u64(value, UINT64_MAX, &size) != ERR_OK)
			return "501 5.5.4 SIZE wants a number";
		if (size > MAIL_RAW_MAX)
			return "552 5.3.4 The message is too large";
	}
	return NULL;
}

static void
on_mail(struct session *x, struct str rest)
{
	struct str address, parameters;
	const char *refusal;
	enum err e;

	if (!x->greeted || x->a != NULL) {
		mistake(x, "503 5.5.1 Not now");
		return;
	}
	if (!str_eq_nocase(str_sub(rest, 0, 5), STR("FROM:")) ||
	        !path_parse(str_sub(rest, 5, SIZE_MAX), &address, &parameters)) {
		mistake(x, "501 5.1.7 MAIL FROM:<address>");
		return;
	}
	refusal = mail_parameters(parameters);
	if (refusal != NULL) {
		mistake(x, refusal);
		return;
	}
	e = gate_begin(x->s->gate, address, &x->gate_name);
	if (e != ERR_OK) {
		wire_reply(&x->w, "451 4.7.1 Too much from this sender: try again later");
		return;
	}
	x->a = arena_new(TAKE_BYTES);
	x->sender = str_dup(x->a, address);
	wire_reply(&x->w, "250 2.1.0 Go on");
}

static void
on_rcpt(struct session *x, struct str rest)
{
	struct str address, parameters;

	if (x->a == NULL || x->chunks) {
		wire_reply(&x->w, "503 5.5.1 MAIL comes first"); /* PIPELINING: no mistake */
	} else if (!str_eq_nocase(str_sub(rest, 0, 3), STR("TO:")) ||
	           !path_parse(str_sub(rest, 3, SIZE_MAX), &address, &parameters) ||
	           address.n == 0) {
		mistake(x, "501 5.1.3 RCPT TO:<address>");
	} else if (parameters.n > 0) {
		mistake(x, "555 5.5.4 A parameter that is not known here");
	} else if (!inbound_is_ours(x->a, &x->s->inbound, address)) {
		mistake(x, "550 5.1.1 Nobody has this address here");
	} else if (x->recipients_n == SESSION_RECIPIENTS_MAX) {
		wire_reply(&x->w, "452 4.5.3 Too many recipients");
	} else {
		x->recipients[x->recipients_n++] = str_dup(x->a, address);
		wire_reply(&x->w, "250 2.1.5 Go on");
	}
}

static void
on_data(struct session *x, struct str rest)
{
	enum err e, sunk;

	if (rest.n > 0) {
		mistake(x, "501 5.5.4 DATA stands alone");
		return;
	}
	if (x->a == NULL || x->recipients_n == 0 || x->chunks) {
		wire_reply(&x->w, "503 5.5.1 RCPT comes first");
		return;
	}
	if (content_begin(x) != ERR_OK) {
		wire_reply(&x->w, "451 4.3.0 Not now: try again later");
		forget(x);
		return;
	}
	wire_reply(&x->w, "354 End with a dot alone");
	e = wire_bytes(&x->w, SIZE_MAX, READ_MAX, content_add, x, &sunk);
	x->w.until_ms = 0;
	if (e != ERR_OK)
		x->ended = true;
	if (e == ERR_TOO_LARGE || (e == ERR_OK && sunk != ERR_OK))
		reply_refused(x, e != ERR_OK ? e : sunk);
	else if (e == ERR_OK)
		take(x);
	forget(x);
}

/* RFC 3030. The bytes follow at once, so that they are read whatever the reply. */
static void
on_bdat(struct session *x, struct str rest)
{
	struct str number;
	bool last, fits = x->a != NULL && x->recipients_n > 0;
	uint64_t n;
	enum err e, sunk;

	rest = str_trim(rest);
	if (!str_cut(&rest, ' ', &number) || str_u64(number, SIZE_MAX - 1, &n) != ERR_OK) {
		mistake(x, "501 5.5.4 BDAT wants a number");
		x->ended = true; /* nobody knows where the next command begins */
		return;
	}
	last = str_eq_nocase(str_trim(rest), STR("LAST"));
	if (fits && !x->chunks) {
		x->chunks = true;
		x->failed = content_begin(x) != ERR_OK;
	}
	e = wire_bytes(&x->w, n, READ_MAX, content_add, x, &sunk);
	if (!fits)
		sunk = ERR_OK;
	if (e != ERR_OK) {
		x->ended = true;
		if (e == ERR_TOO_LARGE)
			wire_reply(&x->w, "552 5.3.4 The message is too large");
		return;
	}
	if (!fits) {
		wire_reply(&x->w, "503 5.5.1 RCPT comes first");
		return;
	}
	x->failed = x->failed || sunk != ERR_OK;
	if (!last) {
		if (x->failed)
			reply_refused(x, sunk), forget(x);
		else
			wire_reply(&x->w, "250 2.0.0 Go on");
		return;
	}
	x->w.until_ms = 0;
	if (x->failed)
		reply_refused(x, sunk);
	else
		take(x);
	forget(x);
}

static void
on_rset(struct session *x, struct str rest)
{
	(void)rest;
	forget(x);
	wire_reply(&x->w, "250 2.0.0 Forgotten");
}

static void
on_noop(struct session *x, struct str rest)
{
	(void)rest;
	wire_reply(&x->w, "250 2.0.0 Here");
}

static void
on_vrfy(struct session *x, struct str rest)
{
	(void)rest;
	wire_reply(&x->w, "252 2.1.5 Send it and see");
}

static void
on_quit(struct session *x, struct str rest)
{
	(void)rest;
	wire_reply(&x->w, "221 2.0.0 Bye");
	x->ended = true;
}

static const struct {
	struct str verb;
	void (*run)(struct session *x, struct str rest);
} commands[] = {
        {STR("LHLO"), on_lhlo},
        {STR("MAIL"), on_mail},
        {STR("RCPT"), on_rcpt},
        {STR("DATA"), on_data},
        {STR("BDAT"), on_bdat},
        {STR("RSET"), on_rset},
        {STR("NOOP"), on_noop},
        {STR("VRFY"), on_vrfy},
        {STR("QUIT"), on_quit},
};

static void
command(struct session *x, struct str line)
{
	struct str verb = str_sub(line, 0, str_find(line, ' ', 0));
	struct str rest = str_sub(line, verb.n + 1, SIZE_MAX);

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (str_eq_nocase(verb, commands[i].verb)) {
			commands[i].run(x, rest);
			return;
		}
	if (str_eq_nocase(verb, STR("HELO")) || str_eq_nocase(verb, STR("EHLO")))
		mistake(x, "500 5.5.1 This is LMTP: say LHLO");
	else
		mistake(x, "500 5.5.1 Not a command");
}

void
session_serve(const struct mail_service *s, int fd)
{
	struct session *x = calloc(1, sizeof *x);

	if (x == NULL)
		abort();
	x->s = s;
	x->raw_fd = -1;
	wire_init(&x->w, fd, WAIT_MS);
	wire_reply(&x->w, "220 %.*s LMTP", STR_ARG(s->host));
	while (!x->ended && !atomic_load(s->stop)) {
		struct str line;
		enum err e;

		if (x->worker != NULL && !wire_ready(&x->w, WORKER_IDLE_MS)) {
			workers_end(x);
		}
		e = wire_line(&x->w, &line);
		if (e == ERR_PEER)
			break;
		if (e == ERR_OK)
			command(x, line);
		else
			mistake(x, e == ERR_TOO_LARGE ? "500 5.5.2 The line is too long"
			                              : "500 5.5.2 Lines end with CRLF alone");
	}
	forget(x);
	if (wire_flush(&x->w) != ERR_OK)
		log_info("mail_session", "end", "gone");
	workers_end(x);
	wire_clear(&x->w);
	free(x);
}
