/* An OpenPGP worker's answers. */
#include "pgp/worker.h"

#include "base/time.h"
#include "proc/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	CIPHER_MAX = MAIL_PARTS_FILE_MAX, /* bytes of one piece */
	PLAIN_MAX = MAIL_RAW_MAX,         /* what comes out is a message like any other */
	OUT_MAX = 2 * MAIL_RAW_MAX,
	MIME_MS = 20000,
};

/* Bytes of a file, on the heap. */
struct piece {
	char *p;
	size_t n;
};

static void
piece_clear(struct piece *x)
{
	if (x->p != NULL)
		explicit_bzero(x->p, x->n);
	free(x->p);
	*x = (struct piece){0};
}

static struct str
view(const struct piece *x)
{
	return str_bytes(x->p, x->n);
}

static enum err
piece_read(int fd, struct mail_extent at, size_t max, struct piece *out)
{
	struct piece x = {.n = (size_t)at.n};
	size_t have = 0;

	if (at.n > max || at.at > INT64_MAX - at.n)
		return ERR_TOO_LARGE;
	x.p = malloc(x.n + 1);
	if (x.p == NULL)
		return ERR_TOO_LARGE;
	while (have < x.n) {
		ssize_t got = pread(fd, x.p + have, x.n - have, (off_t)(at.at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			free(x.p);
			return ERR_IO;
		}
		have += (size_t)got;
	}
	*out = x;
	return ERR_OK;
}

static enum err
file_read(int fd, size_t max, struct piece *out)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		return ERR_IO;
	return piece_read(fd, (struct mail_extent){0, (uint64_t)size}, max, out);
}

static enum err
file_write(int fd, struct str s)
{
	size_t done = 0;

	while (done < s.n) {
		ssize_t put = pwrite(fd, s.p + done, s.n - done, (off_t)done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return ERR_IO;
		done += (size_t)put;
	}
	return ERR_OK;
}

/* Adds the keys in FD to RING; a file of none is one without keys. */
static enum err
keys_load(struct pgp *ring, int fd)
{
	struct piece keys;
	enum err e = file_read(fd, PGP_KEY_BYTES_MAX, &keys);

	if (e != ERR_OK)
		return e;
	e = keys.n > 0 ? pgp_load(ring, view(&keys), false) : ERR_OK;
	piece_clear(&keys);
	return e;
}

/* A ring without our keys, for others'. */
static enum err
ring_of_file(int fd, struct pgp **out)
{
	struct pgp *ring;
	enum err e = pgp_new(now_utc_s(), &ring);

	if (e == ERR_OK)
		e = keys_load(ring, fd);
	if (e == ERR_OK)
		*out = ring;
	else if (e != ERR_UNSUPPORTED)
		pgp_free(ring);
	return e;
}

/* ---- Keys ---- */

static enum err
keys_answer(struct arena *a, int fd, struct buf *out)
{
	struct pgp_key *keys = ARENA_ARRAY(a, PGP_KEYS_MAX, struct pgp_key);
	struct pgp *ring;
	size_t n = 0;
	enum err e = ring_of_file(fd, &ring);

	if (e != ERR_OK)
		return e;
	e = pgp_keys(a, ring, keys, &n);
	pgp_free(ring);
	if (e != ERR_OK)
		return e;
	buf_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		pgp_key_pack(out, &keys[i]);
	return n > 0 ? ERR_OK : ERR_NOT_FOUND;
}

/* ERR_SYNTAX would end the peer: what is no OpenPGP is answered otherwise. */
static enum err
of_bytes(enum err e)
{
	return e == ERR_SYNTAX ? ERR_NOT_FOUND : e;
}

static enum err
handle_keys(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	int fd = request_take_fd(r, 0);
	struct arena *a = arena_new(1 << 20);
	enum err e = cursor_done(in) ? of_bytes(keys_answer(a, fd, out)) : ERR_SYNTAX;

	(void)state;
	arena_free(a);
	close(fd);
	return e;
}

/* ---- Signatures ---- */

static enum err
verify(struct pgp *ring, int fd, bool in_line, struct mail_extent data_at,
        struct mail_extent signature_at, struct pgp_signature *sig)
{
	struct piece data = {0}, signature = {0};
	struct buf text;
	enum err e = piece_read(fd, data_at, CIPHER_MAX, &data);

	if (e == ERR_OK && !in_line)
		e = piece_read(fd, signature_at, PGP_KEY_BYTES_MAX, &signature);
	if (e == ERR_OK && in_line) {
		buf_init(&text, PLAIN_MAX);
		e = pgp_verify_inline(ring, view(&data), &text, sig);
		buf_clear(&text);
	} else if (e == ERR_OK) {
		e = pgp_verify_detached(ring, view(&data), view(&signature), sig);
	}
	piece_clear(&data);
	piece_clear(&signature);
	return e;
}

static enum err
handle_verify(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	int fd = request_take_fd(r, 0), keys_fd = request_take_fd(r, 1);
	bool in_line = cursor_u32(in) != 0;
	struct mail_extent data = pgp_extent_unpack(in), signature = pgp_extent_unpack(in);
	struct pgp_signature sig;
	struct pgp *ring;
	enum err e = cursor_done(in) ? of_bytes(ring_of_file(keys_fd, &ring)) : ERR_SYNTAX;

	(void)state;
	if (e == ERR_OK) {
		e = of_bytes(verify(ring, fd, in_line, data, signature, &sig));
		pgp_free(ring);
	}
	if (e == ERR_OK)
		pgp_signature_pack(out, &sig);
	close(fd);
	close(keys_fd);
	return e;
}

/* ---- Decryption ---- */

static enum err
empty(int fd)
{
	return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 ? ERR_OK : ERR_IO;
}

/* Hands the plaintext to the MIME worker, which seals it to the case. */
static enum err
seal(struct arena *a, struct pgp_worker *w, int blob_fd, struct mime_seal *to,
        const struct pgp_signature *sig, struct str *sealed)
{
	const struct pgp_how how = {*sig};
	struct buf state;
	enum err e;

	buf_init(&state, MIME_SEAL_STATE_MAX);
	pgp_how_pack(&state, &how);
	to->state = buf_view(&state);
	e = mime_seal(a, w->mime, w->plain_fd, w->parts_fd, blob_fd, to, sealed, MIME_MS);
	buf_clear(&state);
	return e;
}

static enum err
decrypt(struct arena *a, struct pgp_worker *w, const int fds[3], struct mail_extent at,
        struct mime_seal *to, struct buf *out)
{
	enum pgp_trouble trouble = PGP_NOT_FOR_US;
	struct pgp_signature sig = {0};
	struct piece cipher = {0};
	struct str sealed = {0};
	uint64_t n;
	enum err e = empty(w->plain_fd);

	if (e == ERR_OK)
		e = empty(w->parts_fd);
	/* Damaged keys of the sender's are no reason not to read the mail. */
	if (e == ERR_OK && w->ring != NULL && keys_load(w->ring, fds[1]) == ERR_IO)
		e = ERR_IO;
	if (e == ERR_OK)
		e = piece_read(fds[0], at, CIPHER_MAX, &cipher);
	if (e == ERR_OK && w->ring != NULL)
		e = pgp_decrypt(w->ring, view(&cipher), w->plain_fd, PLAIN_MAX, &trouble, &sig, &n);
	piece_clear(&cipher);
	if (w->ring != NULL)
		pgp_forget_others(w->ring);
	if (e == ERR_OK && trouble == PGP_FINE)
		e = seal(a, w, fds[2], to, &sig, &sealed);
	if (e == ERR_OK) {
		buf_u32(out, trouble);
		buf_block(out, sealed);
		e = empty(w->plain_fd);
	}
	return e == ERR_OK ? empty(w->parts_fd) : e;
}

static enum err
handle_decrypt(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct pgp_worker *w = state;
	const int fds[3] = {request_take_fd(r, 0), request_take_fd(r, 1), request_take_fd(r, 2)};
	struct mail_extent at = pgp_extent_unpack(in);
	struct arena *a = arena_new(1 << 20);
	struct mime_seal to;
	enum err e = ERR_SYNTAX;

	if (mime_seal_unpack(in, &to) && cursor_done(in))
		e = w->mime != NULL ? decrypt(a, w, fds, at, &to, out) : ERR_DENIED;
	arena_free(a);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	return e;
}

/* ---- Encryption ---- */

static enum err
encrypt(struct pgp_worker *w, const int fds[3], const char *fingerprint)
{
	struct piece plain;
	struct buf b;
	enum err e;

	if (w->ring == NULL || w->fingerprint == NULL)
		return ERR_STATE;
	e = of_bytes(keys_load(w->ring, fds[1]));
	if (e == ERR_OK)
		e = file_read(fds[0], PLAIN_MAX, &plain);
	if (e != ERR_OK)
		return e;
	buf_init(&b, OUT_MAX);
	e = pgp_encrypt(w->ring, view(&plain), &fingerprint, 1, w->fingerprint, &b);
	if (e == ERR_OK)
		e = file_write(fds[2], buf_view(&b));
	buf_clear(&b);
	piece_clear(&plain);
	return e;
}

static enum err
handle_encrypt(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const int fds[3] = {request_take_fd(r, 0), request_take_fd(r, 1), request_take_fd(r, 2)};
	struct str name = cursor_block(in, PGP_FINGERPRINT_MAX - 1);
	char fingerprint[PGP_FINGERPRINT_MAX] = {0};
	enum err e = ERR_SYNTAX;

	(void)out;
	if (cursor_done(in)) {
		memcpy(fingerprint, name.p, name.n);
		e = encrypt(state, fds, fingerprint);
	}
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	return e;
}

static const struct request_type requests[PGP_REQUESTS] = {
        [PGP_ASK_KEYS] = {"keys", handle_keys, 1u << ROLE_COURIER | 1u << ROLE_DESK, 1},
        [PGP_ASK_VERIFY] = {"verify", handle_verify, 1u << ROLE_COURIER | 1u << ROLE_DESK, 2},
        [PGP_ASK_DECRYPT] = {"decrypt", handle_decrypt, 1u << ROLE_COURIER, 3},
        [PGP_ASK_ENCRYPT] = {"encrypt", handle_encrypt, 1u << ROLE_DESK, 3},
};

/* ---- Becoming a worker ---- */

/* A worker's descriptors, in the order of struct fds; the last is for the courier's alone. */
enum { KEPT_RANDOM, KEPT_MIME, KEPT_N };

/* Above the descriptors that workers begin with, and below their limit. */
enum { RANDOM_FD_MIN = 40, RANDOM_FD_MAX = 60 };

enum {
	WORKER_MEMORY = 512 << 20,
	WORKER_CPU_S = 60,
	WORKER_LIFE_S = 600,
};

struct worker_kind
pgp_worker_kind(struct pgp_worker *w)
{
	return (struct worker_kind){.requests = requests,
	        .requests_n = PGP_REQUESTS,
	        .state = w,
	        .memory_bytes = WORKER_MEMORY,
	        .file_bytes = MAIL_PARTS_FILE_MAX,
	        .cpu_s = WORKER_CPU_S,
	        .life_s = WORKER_LIFE_S};
}

enum err
pgp_worker_random(struct pgp_worker *w)
{
	static const char device[] = "/dev/urandom";
	int below[RANDOM_FD_MIN + 1], found = -1;
	char path[32], to[32];
	size_t n = 0;
	struct pgp *ring;
	enum err e;

	do
		below[n++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (n <= RANDOM_FD_MIN && below[n - 1] >= 0 && below[n - 1] < RANDOM_FD_MIN - 1);
	e = pgp_new(now_utc_s(), &ring);
	if (e == ERR_OK)
		pgp_free(ring);
	while (n > 0)
		close(below[--n]);
	for (int fd = RANDOM_FD_MIN; e == ERR_OK && fd < RANDOM_FD_MAX; fd++) {
		ssize_t len;

		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		len = readlink(path, to, sizeof to);
		if (len == sizeof device - 1 && memcmp(to, device, sizeof device - 1) == 0)
			found = fd;
	}
	if (found < 0)
		return ERR_UNSUPPORTED;
	w->random_fd = found;
	return ERR_OK;
}

enum err
pgp_worker_keep(const struct pgp_worker *w, struct fds *mime, struct fds *keep)
{
	int random = fcntl(w->random_fd, F_DUPFD_CLOEXEC, 0);

	if (random < 0) {
		fds_close(mime);
		return ERR_IO;
	}
	keep->fd[KEPT_RANDOM] = random;
	keep->n = 1;
	for (size_t i = 0; i < mime->n && keep->n < KEPT_N; i++)
		keep->fd[keep->n++] = mime->fd[i];
	mime->n = 0;
	return ERR_OK;
}

void
pgp_worker_begin(struct pgp_worker *w, const struct fds *kept)
{
	w->mime = kept->n == KEPT_N ? worker_of(kept->fd[KEPT_MIME]) : NULL;
	w->plain_fd = memfd_create("plain", MFD_CLOEXEC);
	w->parts_fd = memfd_create("parts", MFD_CLOEXEC);
	/* The generator itself begins anew after a fork; it asks under the number that it knows. */
	if (kept->n == 0 || w->plain_fd < 0 || w->parts_fd < 0 ||
	        dup2(kept->fd[KEPT_RANDOM], w->random_fd) < 0)
		_exit(1);
}
