/* vdpd mail inspect: what the program makes of a message. The message is taken apart by a worker in
 * the same sandbox as one that came by mail. */
#include "cli/mail/mail.h"
#include "cli/mail/mail_open.h"

#include "base/buf.h"
#include "base/time.h"
#include "mail/mime/mime.h"
#include "mail/mime/parse.h"
#include "mail/mime/worker.h"
#include "policy/config.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { READ_MAX = 256 << 20, ANSWER_MAX = 32 << 20, TIMEOUT_MS = 60000, ARENA_BYTES = 512 << 20 };

/* Stdin in a memory file, so that the worker can read it at any place. */
static enum err
take_stdin(int *out)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	char chunk[65536];
	size_t total = 0;
	ssize_t n = 0;

	while (fd >= 0 && total <= READ_MAX) {
		n = read(STDIN_FILENO, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (write(fd, chunk, (size_t)n) != n) {
			n = -1;
			break;
		}
		total += (size_t)n;
	}
	if (fd < 0 || n < 0 || total > READ_MAX) {
		if (fd >= 0)
			close(fd);
		return total > READ_MAX ? ERR_TOO_LARGE : ERR_IO;
	}
	*out = fd;
	return ERR_OK;
}

static void
text_or_null(struct buf *b, const char *key, struct str s)
{
	buf_fmt(b, "\"%s\":", key);
	if (s.n > 0)
		buf_json(b, s);
	else
		buf_z(b, "null");
}

/* "Ada <ada@example.org>", or what of it there is. */
static struct str
address_text(struct arena *a, const struct mail_address *from)
{
	if (from->name.n == 0 || from->address.n == 0)
		return from->name.n > 0 ? from->name : from->address;
	return str_fmt(a, "%.*s <%.*s>", STR_ARG(from->name), STR_ARG(from->address));
}

static bool
is_signed(const struct mail_message *m)
{
	for (size_t i = 0; i < m->pgp_n; i++) {
		if (m->pgp[i].kind == MAIL_PGP_SIGNED || m->pgp[i].kind == MAIL_PGP_INLINE_SIGNED)
			return true;
	}
	return false;
}

/* "expired" is no word of the contract: such a signature was good once, and is not now. */
static const char *
signature_name(const struct mail_message *m, const struct opened *o)
{
	if (o == NULL)
		/* Without an instance there is no key to check anything with. */
		return is_signed(m) ? "unknown-key" : "none";
	return o->signature.state == PGP_SIGNED_EXPIRED ? "bad"
	                                                : pgp_signed_name(o->signature.state);
}

static void
answer_parts(struct buf *b, const struct mail_message *m)
{
	buf_z(b, "\"parts\":[");
	for (size_t i = 0; i < m->parts_n; i++) {
		buf_z(b, i > 0 ? ",{" : "{");
		text_or_null(b, "type", m->parts[i].type);
		buf_char(b, ',');
		text_or_null(b, "name", m->parts[i].name);
		buf_fmt(b, ",\"size\":%llu}", (unsigned long long)m->parts[i].bytes.n);
	}
	buf_char(b, ']');
}

/* O: what was opened of M with an instance's keys; NULL without one. */
static void
answer(struct arena *a, struct buf *b, const struct mail_message *m, const struct opened *o)
{
	const struct mail_message *in = o != NULL && o->decrypted ? &o->message : m;
	bool header = in->protected_headers;
	int64_t date = header && in->date_utc_s != 0 ? in->date_utc_s : m->date_utc_s;

	buf_char(b, '{');
	text_or_null(b, "from",
	        address_text(a, header && in->from.address.n > 0 ? &in->from : &m->from));
	buf_char(b, ',');
	text_or_null(b, "subject", header && in->subject.n > 0 ? in->subject : m->subject);
	buf_char(b, ',');
	text_or_null(b, "date", date != 0 ? time_str(a, date) : STR(""));
	buf_z(b, ",\"text\":");
	buf_json(b, in->text);
	buf_char(b, ',');
	answer_parts(b, in);
	buf_fmt(b, ",\"decrypted\":%s,\"signature\":\"%s\",",
	        o != NULL && o->decrypted ? "true" : "false", signature_name(m, o));
	text_or_null(b, "signer", o != NULL ? str_of(o->signature.fingerprint) : STR(""));
	buf_fmt(b, ",\"automatic\":\"%s\"}", mail_automatic_name(m->automatic));
}

static int
print(struct arena *a, const struct mail_message *m, const struct opened *o)
{
	uint32_t notes = m->notes;
	struct buf b;
	int status = CLI_NO;

	buf_init(&b, ANSWER_MAX);
	answer(a, &b, m, o);
	if (!b.full) {
		printf("%.*s\n", STR_ARG(buf_view(&b)));
		status = CLI_OK;
	}
	buf_clear(&b);
	notes |= o != NULL && o->decrypted ? o->message.notes : 0;
	for (unsigned i = 0; i < MAIL_NOTE_COUNT; i++) {
		if ((notes & 1u << i) != 0)
			fprintf(stderr, "%s\n", mail_note_text((enum mail_note)i));
	}
	if (o != NULL && o->trouble != PGP_FINE)
		fprintf(stderr, "It could not be decrypted: %s.\n", pgp_trouble_text(o->trouble));
	return status;
}

static int
inspect(int raw, struct opener *opener)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct mime_state state = {0};
	struct worker_kind kind = mime_worker_kind(&state);
	struct worker *w = worker_fork(&kind, ROLE_COURIER);
	int parts = memfd_create("parts", MFD_CLOEXEC), status = CLI_NO;
	struct mail_message m;
	struct opened opened = {0};
	enum err e = parts >= 0 ? ERR_OK : ERR_IO;

	if (e == ERR_OK)
		e = mime_parse(a, w, raw, parts, 0, &m, TIMEOUT_MS);
	if (e == ERR_OK && opener != NULL)
		e = opener_open(a, opener, &m, parts, &opened);
	if (e == ERR_OK)
		status = print(a, &m, opener != NULL ? &opened : NULL);
	else
		fprintf(stderr, "vdpd: mail: no worker could take the message: %s\n", err_name(e));
	worker_free(w);
	if (parts >= 0)
		close(parts);
	arena_free(a);
	return status;
}

int
mail_command(int argc, char **argv)
{
	struct diag d = {.file = "stdin"};
	const char *dir = NULL;
	const struct cli_option options[] = {{.name = "directory", .letter = 'C', .value = &dir}};
	int first, status = cli_options(argc, argv, options, 1, &first), raw;
	struct arena *a;
	struct opener *opener = NULL;
	enum err e;

	if (status != CLI_OK)
		return status;
	if (argc - first != 1 || strcmp(argv[first], "inspect") != 0)
		return cli_usage("mail: give \"inspect\", and a message on stdin");
	if (sodium_init() < 0)
		return CLI_NO;
	/* Workers are not waited for. */
	signal(SIGCHLD, SIG_IGN);
	mail_parse_start();
	e = take_stdin(&raw);
	if (e != ERR_OK) {
		diag_set(&d, e, NULL,
		        e == ERR_TOO_LARGE ? "is larger than 256 MiB" : "cannot be read");
		return cli_error(&d);
	}
	a = arena_new(CONFIG_ARENA_BYTES);
	d.file[0] = '\0';
	if (dir != NULL)
		e = opener_new(a, dir, &opener, &d);
	status = e == ERR_OK ? inspect(raw, opener) : cli_error(&d);
	opener_free(opener);
	arena_free(a);
	close(raw);
	return status;
}
