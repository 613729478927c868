/* Opening a message at the terminal: the whole way of a mail that comes in, with a case that is
 * made up and gone a moment later. */
#include "cli/mail/mail_open.h"

#include "base/time.h"
#include "cli/admin/place.h"
#include "keyd/store/keyd_set.h"
#include "keyd/store/keyd_store.h"
#include "keyd/store/pgp_store.h"
#include "mail/mime/worker.h"
#include "pgp/worker.h"
#include "seal/case_keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEYS_ARENA = CONFIG_ARENA_BYTES + (4 << 20), BLOB_MAX = 192 << 20 };

struct opener {
	struct pgp_worker pgp; /* first: the kind's state */
	struct mime_state mime;
	struct worker_kind pgp_kind, mime_kind;
	unsigned char signing_secret[64];
	struct team_keys keys; /* of the case that is made up */
};

/* ---- Keys ---- */

static enum err
load_keys(struct arena *a, struct db *db, const struct key *own, struct pgp *ring)
{
	struct keyd_pgp_secret one = {0};
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		e = pgp_secret_get(a, db, own, one.key_id, &one);
		if (e == ERR_OK)
			e = pgp_load(ring, one.secret, true);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
read_keys(struct pgp *ring, struct diag *d)
{
	struct arena *a = arena_new(KEYS_ARENA);
	struct secrets *secrets = NULL;
	struct db *db = NULL;
	enum err e = secrets_read("keys", &secrets, d);

	if (e == ERR_OK)
		e = db_open("keys", &keyd_set, DB_LAZY, d, &db);
	if (e == ERR_OK) {
		e = load_keys(a, db, &secrets->own, ring);
		if (e != ERR_OK)
			diag_set(d, e, "`vdpd doctor` tells more",
			        "the programme's OpenPGP keys cannot be read");
	}
	if (db != NULL)
		db_close(db);
	secrets_free(secrets);
	arena_free(a);
	return e;
}

/* ---- Workers ---- */

/* A MIME worker for a PGP worker that is about to be forked. */
static enum err
before(void *state, enum role_id asker, struct fds *keep)
{
	struct opener *o = state;
	const struct fds none = {.n = 0};
	struct fds mime = {.n = 1};
	int pair[2];
	pid_t pid;
	enum err e = packet_pair(pair);

	(void)asker;
	if (e != ERR_OK)
		return e;
	pid = fork();
	if (pid == 0)
		worker_main(&o->mime_kind, pair[1], ROLE_PGP, &none);
	close(pair[1]);
	mime.fd[0] = pair[0];
	if (pid < 0) {
		fds_close(&mime);
		return ERR_BUSY;
	}
	return pgp_worker_keep(&o->pgp, &mime, keep);
}

static void
begin(void *state, const struct fds *kept)
{
	struct opener *o = state;

	pgp_worker_begin(&o->pgp, kept);
}

enum err
opener_new(struct arena *a, const char *dir, struct opener **out, struct diag *d)
{
	const struct config *config;
	struct opener *o;
	enum err e = place_enter(a, dir, &config, d);

	if (e != ERR_OK)
		return e;
	o = calloc(1, sizeof *o);
	if (o == NULL)
		abort();
	/* Before RNP's first use, which would open the device under any number. */
	e = pgp_worker_random(&o->pgp);
	if (e == ERR_OK)
		e = pgp_new(now_utc_s(), &o->pgp.ring);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "OpenPGP cannot be used: %s", err_name(e));
	else
		e = read_keys(o->pgp.ring, d);
	if (e != ERR_OK) {
		opener_free(o);
		return e;
	}
	o->mime_kind = mime_worker_kind(&o->mime);
	o->pgp_kind = pgp_worker_kind(&o->pgp);
	o->pgp_kind.before = before;
	o->pgp_kind.begin = begin;
	crypto_sign_keypair(o->mime.signing, o->signing_secret);
	o->mime.may_seal = true;
	team_keys_new(&o->keys);
	*out = o;
	return ERR_OK;
}

void
opener_free(struct opener *o)
{
	if (o == NULL)
		return;
	pgp_free(o->pgp.ring);
	team_keys_wipe(&o->keys);
	sodium_memzero(o, sizeof *o);
	free(o);
}

/* ---- Files ---- */

static enum err
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n <= 0)
			return ERR_IO;
		s = str_sub(s, (size_t)n, s.n);
	}
	return ERR_OK;
}

static enum err
collect(void *ctx, struct str piece)
{
	struct buf *b = ctx;

	buf_str(b, piece);
	return b->full ? ERR_TOO_LARGE : ERR_OK;
}

/* The first key that came with M, in KEYS_FD from its start. */
static enum err
write_key(struct arena *a, const struct mail_message *m, int parts_fd, int keys_fd)
{
	for (size_t i = 0; i < m->pgp_n; i++) {
		const struct mail_pgp *p = &m->pgp[i];
		char *bytes;

		if ((p->kind != MAIL_PGP_KEY && p->kind != MAIL_PGP_AUTOCRYPT) ||
		        p->bytes.n > PGP_KEY_BYTES_MAX)
			continue;
		bytes = arena_alloc(a, p->bytes.n);
		if (pread(parts_fd, bytes, p->bytes.n, (off_t)p->bytes.at) != (ssize_t)p->bytes.n ||
		        ftruncate(keys_fd, 0) != 0 || lseek(keys_fd, 0, SEEK_SET) != 0)
			return ERR_IO;
		return write_all(keys_fd, str_bytes(bytes, p->bytes.n));
	}
	return ERR_OK;
}

/* ---- Opening ---- */

static const struct mail_pgp *
first_of(const struct mail_message *m, const enum mail_pgp_kind *kinds, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		for (size_t i = 0; i < m->pgp_n; i++) {
			if (m->pgp[i].kind == kinds[k])
				return &m->pgp[i];
		}
	}
	return NULL;
}

static enum err
verify(struct worker *w, const struct mail_message *m, int parts_fd, int keys_fd,
        struct pgp_signature *out)
{
	static const enum mail_pgp_kind kinds[] = {MAIL_PGP_SIGNED, MAIL_PGP_INLINE_SIGNED};
	const struct mail_pgp *p = first_of(m, kinds, 2);
	enum err e;

	if (p == NULL)
		return ERR_OK;
	e = pgp_ask_verify(w, parts_fd, keys_fd, p->kind == MAIL_PGP_INLINE_SIGNED, p->bytes,
	        p->signature, out);
	if (e == ERR_NOT_FOUND) {
		out->state = PGP_SIGNED_BAD;
		return ERR_OK;
	}
	return e;
}

/* What the made-up case has of a blob: the message, and its parts in PARTS_FD. */
static enum err
read_sealed(struct arena *a, const struct opener *o, const struct mime_seal *s, struct str sealed,
        int blob_fd, int parts_fd, struct opened *out)
{
	const struct place at = {.table = str_z(a, s->table),
	        .column = str_z(a, s->column),
	        .case_uid = s->case_uid,
	        .row = s->row};
	struct str opened, state, bytes;
	struct mime_sealed m;
	struct pgp_how how;
	struct cursor c;
	struct buf plain;
	uint64_t parts_at;
	enum err e = pair_open(a, o->keys.pair_public, &o->keys.pair_secret, &at, sealed, &opened);

	if (e != ERR_OK)
		return e;
	c = (struct cursor){.rest = opened};
	if (!mime_sealed_unpack(&c, &m) || lseek(blob_fd, 0, SEEK_SET) != 0)
		return ERR_FORGED;
	buf_init(&plain, BLOB_MAX);
	e = blob_read(dup(blob_fd), &m.key, m.blob_id, m.info.hash, collect, &plain);
	bytes = e == ERR_OK ? str_dup(a, buf_view(&plain)) : STR("");
	buf_clear(&plain);
	if (e == ERR_OK)
		e = mime_blob_head(a, bytes, &state, &out->message, &parts_at);
	if (e == ERR_OK && !pgp_how_unpack(state, &how))
		e = ERR_SYNTAX;
	if (e == ERR_OK) {
		out->signature = how.signature;
		out->decrypted = true;
		if (ftruncate(parts_fd, 0) != 0 || lseek(parts_fd, 0, SEEK_SET) != 0)
			return ERR_IO;
		e = write_all(parts_fd, str_sub(bytes, parts_at, bytes.n));
	}
	return e;
}

static enum err
decrypt(struct arena *a, struct opener *o, struct worker *w, struct mail_extent cipher,
        const int fds[4], struct opened *out)
{
	struct mime_seal s = {.table = STR("mail"),
	        .column = STR("inspected"),
	        .facts = {.programme = STR("mail"), .case_number = STR("inspect")}};
	unsigned char signature[RECEIPT_SIGNATURE_BYTES];
	struct str sealed;
	enum err e;

	randombytes_buf(s.case_uid, sizeof s.case_uid);
	memcpy(s.facts.case_key, o->keys.pair_public, PAIR_PUBLIC_BYTES);
	receipt_sign(o->signing_secret, &s.facts, signature);
	s.signature = str_bytes(signature, sizeof signature);
	if (ftruncate(fds[2], 0) != 0)
		return ERR_IO;
	e = pgp_ask_decrypt(a, w, fds[0], fds[1], fds[2], cipher, &s, &out->trouble, &sealed);
	if (e == ERR_OK && out->trouble == PGP_FINE)
		e = read_sealed(a, o, &s, sealed, fds[2], fds[3], out);
	return e;
}

/* FDS: parts, keys, blob, inner parts. */
static enum err
open_message(struct arena *a, struct opener *o, struct worker *w, const struct mail_message *m,
        const int fds[4], struct opened *out)
{
	static const enum mail_pgp_kind kinds[] = {
	        MAIL_PGP_ENCRYPTED, MAIL_PGP_INLINE, MAIL_PGP_FILE};
	const struct mail_pgp *cipher = first_of(m, kinds, 3);
	enum err e = write_key(a, m, fds[0], fds[1]);

	if (e == ERR_OK && cipher == NULL)
		return verify(w, m, fds[0], fds[1], &out->signature);
	if (e == ERR_OK)
		e = decrypt(a, o, w, cipher->bytes, fds, out);
	if (e != ERR_OK || !out->decrypted)
		return e;
	/* The sender's key is often within, and then everything is read once more. */
	e = write_key(a, &out->message, fds[3], fds[1]);
	if (e == ERR_OK && out->signature.state == PGP_SIGNED_UNKNOWN_KEY)
		e = decrypt(a, o, w, cipher->bytes, fds, out);
	if (e == ERR_OK && out->signature.state == PGP_SIGNED_NONE)
		e = verify(w, &out->message, fds[3], fds[1], &out->signature);
	return e;
}

enum err
opener_open(struct arena *a, struct opener *o, const struct mail_message *m, int parts_fd,
        struct opened *out)
{
	const int fds[4] = {parts_fd, memfd_create("keys", MFD_CLOEXEC),
	        memfd_create("blob", MFD_CLOEXEC), memfd_create("inner", MFD_CLOEXEC)};
	struct worker *w = worker_fork(&o->pgp_kind, ROLE_COURIER);
	struct opened got = {.trouble = PGP_FINE};
	enum err e = ERR_IO;

	if (fds[1] >= 0 && fds[2] >= 0 && fds[3] >= 0)
		e = open_message(a, o, w, m, fds, &got);
	worker_free(w);
	for (size_t i = 1; i < 4; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	if (e == ERR_OK)
		*out = got;
	return e;
}
