/* Signatures and keys of a mail, in words. */
#include "mail/signed.h"

#include "pgp/ask.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NOTE_MAX = 8192, LOOKED_AT = 8 };

static bool
is_key(const struct mail_pgp *p)
{
	return (p->kind == MAIL_PGP_KEY || p->kind == MAIL_PGP_AUTOCRYPT) &&
	       p->bytes.n <= PGP_KEY_BYTES_MAX;
}

/* The bytes of P in a new memory file; -1 on failure. */
static int
key_file(const struct mail_pgp *p, int parts_fd)
{
	int fd = memfd_create("keys", MFD_CLOEXEC);
	char *bytes = malloc(PGP_KEY_BYTES_MAX);
	ssize_t got;

	if (bytes == NULL)
		abort();
	got = pread(parts_fd, bytes, (size_t)p->bytes.n, (off_t)p->bytes.at);
	if (fd >= 0 && (got < 0 || write(fd, bytes, (size_t)got) != got)) {
		close(fd);
		fd = -1;
	}
	free(bytes);
	return fd;
}

int
signed_key_file(const struct mail_message *m, int parts_fd)
{
	for (size_t i = 0; i < m->pgp_n; i++) {
		if (is_key(&m->pgp[i]))
			return key_file(&m->pgp[i], parts_fd);
	}
	return memfd_create("keys", MFD_CLOEXEC);
}

/* Bytes that are none, or kill a worker, are no reason to keep the mail waiting. */
static bool
of_bytes(enum err e)
{
	return e == ERR_INVALID || e == ERR_TOO_LARGE || e == ERR_NOT_FOUND || e == ERR_IO;
}

static enum err
add_signature(
        struct worker *pgp, const struct mail_pgp *p, int parts_fd, int keys_fd, struct buf *b)
{
	bool in_line = p->kind == MAIL_PGP_INLINE_SIGNED;
	struct pgp_signature sig = {0};
	enum err e = pgp_ask_verify(pgp, parts_fd, keys_fd, in_line, p->bytes, p->signature, &sig);

	if (of_bytes(e)) {
		buf_z(b, "OpenPGP signature: it cannot be read.\n");
		return ERR_OK;
	}
	if (e == ERR_OK)
		buf_fmt(b, "OpenPGP signature: %s, by %s.\n", pgp_signed_name(sig.state),
		        sig.fingerprint);
	return e;
}

static enum err
add_keys(struct worker *pgp, const struct mail_pgp *p, int parts_fd, struct buf *b)
{
	struct arena *a = arena_new(1 << 20);
	struct pgp_key *keys = ARENA_ARRAY(a, PGP_KEYS_MAX, struct pgp_key);
	int fd = key_file(p, parts_fd);
	size_t n = 0;
	enum err e = fd >= 0 ? pgp_ask_keys(a, pgp, fd, keys, &n) : ERR_BUSY;

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		buf_fmt(b, "OpenPGP key that came with it: %s (%s), %.*s: %s.\n",
		        keys[i].fingerprint, keys[i].algorithm, STR_ARG(keys[i].user_ids[0]),
		        pgp_usable_text(keys[i].usable));
	if (fd >= 0)
		close(fd);
	arena_free(a);
	return of_bytes(e) ? ERR_OK : e;
}

enum err
signed_note(struct arena *a, struct worker *pgp, const struct mail_message *m, int parts_fd,
        struct str *note)
{
	int keys_fd = -1;
	size_t looked_at = 0;
	struct buf b;
	enum err e = ERR_OK;

	buf_init(&b, NOTE_MAX);
	for (size_t i = 0; e == ERR_OK && i < m->pgp_n && looked_at < LOOKED_AT; i++) {
		const struct mail_pgp *p = &m->pgp[i];

		if (p->kind == MAIL_PGP_SIGNED || p->kind == MAIL_PGP_INLINE_SIGNED) {
			if (keys_fd < 0)
				keys_fd = signed_key_file(m, parts_fd);
			e = keys_fd >= 0 ? add_signature(pgp, p, parts_fd, keys_fd, &b) : ERR_BUSY;
			looked_at++;
		} else if (is_key(p)) {
			e = add_keys(pgp, p, parts_fd, &b);
			looked_at++;
		}
	}
	if (keys_fd >= 0)
		close(keys_fd);
	if (e == ERR_OK)
		*note = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return e;
}
