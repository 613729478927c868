/* Reading a backup's file. Opening it and doing something with it cost about the same, so that a
 * thread of its own opens what comes next. */
#include "seal/backup_head.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { AHEAD = 16 };

/* A piece as the thread opened it; after an error, or the last one, it ends. */
struct opened {
	enum err err;
	int io_errno; /* with ERR_IO */
	bool last;
	size_t n;
	unsigned char plain[BACKUP_PIECE_BYTES];
};

struct backup_reader {
	int fd;
	struct buf head_bytes; /* the head's texts are in it */
	struct backup_head head;
	unsigned char head_hash[HEAD_HASH];
	/* The thread's: where the next piece begins in the file, and where the stream ends. */
	uint64_t at, end;
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char sealed[SEALED_PIECE];
	/* Between the two. */
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of the next three */
	pthread_cond_t changed;
	uint64_t opened, taken; /* pieces; the one taken last is in use still */
	bool ending;
	struct opened ahead[AHEAD];
	/* The caller's. */
	bool last;        /* the piece in hand is the stream's last */
	uint64_t left;    /* of the entry in hand */
	struct str piece; /* what is left of it */
	unsigned char name[BACKUP_NAME_MAX];
};

static enum err
open_key(struct backup_reader *r, const struct key *secret, const struct head_parts *p,
        struct diag *d)
{
	unsigned char public_half[BACKUP_PUBLIC_BYTES];
	struct key k;
	enum err e = backup_public(secret, public_half);

	if (e != ERR_OK || memcmp(public_half, p->h.recipient, sizeof public_half) != 0)
		return diag_set(d, ERR_AUTH, "name the key that its public half belongs to: --key",
		        "the backup was encrypted to another key, %02x%02x%02x%02x…",
		        p->h.recipient[0], p->h.recipient[1], p->h.recipient[2], p->h.recipient[3]);
	if (crypto_box_seal_open(k.b, (const unsigned char *)p->sealed_key.p, p->sealed_key.n,
	            public_half, secret->b) != 0 ||
	        crypto_secretstream_xchacha20poly1305_init_pull(
	                &r->stream, (const unsigned char *)p->stream_head.p, k.b) != 0)
		e = diag_set(d, ERR_FORGED, "take another backup", "the backup is damaged");
	key_wipe(&k);
	return e;
}

enum err
backup_reader_new(int fd, const struct key *secret, struct backup_reader **out, struct diag *d)
{
	struct backup_reader *r = calloc(1, sizeof *r);
	struct head_parts p = {0};
	uint64_t stream_bytes = 0;
	enum err e;

	if (r == NULL)
		abort();
	r->fd = fd;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	buf_init(&r->head_bytes, HEAD_MAX + FRONT_BYTES);
	e = head_read(fd, &r->head_bytes, &p, &stream_bytes, d);
	if (e == ERR_OK)
		e = open_key(r, secret, &p, d);
	if (e != ERR_OK) {
		backup_reader_free(r);
		return e;
	}
	r->head = p.h;
	r->at = r->head_bytes.n;
	r->end = r->at + stream_bytes;
	crypto_generichash(r->head_hash, sizeof r->head_hash,
	        (const unsigned char *)r->head_bytes.p, r->head_bytes.n, NULL, 0);
	*out = r;
	return ERR_OK;
}

const struct backup_head *
backup_reader_head(const struct backup_reader *r)
{
	return &r->head;
}

static enum err
open_piece(struct backup_reader *r, struct opened *o)
{
	uint64_t rest = r->end - r->at;
	size_t n = rest < sizeof r->sealed ? (size_t)rest : sizeof r->sealed;
	unsigned long long plain_n;
	unsigned char tag;
	enum err e;

	if (n < STREAM_OVER)
		return ERR_FORGED;
	e = read_at(r->fd, r->sealed, n, r->at);
	o->io_errno = errno;
	if (e != ERR_OK)
		return e == ERR_SYNTAX ? ERR_FORGED : e;
	if (crypto_secretstream_xchacha20poly1305_pull(&r->stream, o->plain, &plain_n, &tag,
	            r->sealed, n, r->head_hash, sizeof r->head_hash) != 0)
		return ERR_FORGED;
	r->at += n;
	o->n = (size_t)plain_n;
	o->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return o->last == (r->at == r->end) ? ERR_OK : ERR_FORGED;
}

static void *
opening(void *ctx)
{
	struct backup_reader *r = ctx;
	bool more = true;

	pthread_mutex_lock(&r->lock);
	while (more) {
		struct opened *o = &r->ahead[r->opened % AHEAD];

		while (r->opened - r->taken >= AHEAD - 1 && !r->ending)
			pthread_cond_wait(&r->changed, &r->lock);
		if (r->ending)
			break;
		pthread_mutex_unlock(&r->lock);
		o->err = open_piece(r, o);
		more = o->err == ERR_OK && !o->last;
		pthread_mutex_lock(&r->lock);
		r->opened++;
		pthread_cond_signal(&r->changed);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static enum err
piece_in(struct backup_reader *r)
{
	const struct opened *o;

	if (r->last)
		return ERR_FORGED;
	if (!r->started && pthread_create(&r->thread, NULL, opening, r) != 0)
		return ERR_IO;
	r->started = true;
	pthread_mutex_lock(&r->lock);
	while (r->opened == r->taken)
		pthread_cond_wait(&r->changed, &r->lock);
	o = &r->ahead[r->taken % AHEAD];
	/* What failed is not taken: asked again, it fails again. */
	if (o->err == ERR_OK)
		r->taken++;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	if (o->err != ERR_OK) {
		errno = o->io_errno;
		return o->err;
	}
	r->last = o->last;
	r->piece = str_bytes(o->plain, o->n);
	return ERR_OK;
}

/* At most N bytes of the stream; never none. */
static enum err
take(struct backup_reader *r, uint64_t n, struct str *out)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && r->piece.n == 0)
		e = piece_in(r);
	if (e != ERR_OK)
		return e;
	*out = str_sub(r->piece, 0, n < r->piece.n ? (size_t)n : r->piece.n);
	r->piece = str_sub(r->piece, out->n, SIZE_MAX);
	return ERR_OK;
}

static enum err
take_exactly(struct backup_reader *r, void *out, size_t n)
{
	char *p = out;
	struct str got;
	enum err e = ERR_OK;

	while (e == ERR_OK && n > 0) {
		e = take(r, n, &got);
		if (e == ERR_OK) {
			memcpy(p, got.p, got.n);
			p += got.n;
			n -= got.n;
		}
	}
	return e;
}

static enum err
entry_in(struct backup_reader *r, struct backup_entry *out)
{
	unsigned char front[5], size[8];
	struct cursor c = {.rest = str_bytes(front, sizeof front)};
	struct backup_entry got = {0};
	uint32_t name_n;
	enum err e = take_exactly(r, front, sizeof front);

	if (e != ERR_OK)
		return e;
	got.kind = (enum backup_kind)cursor_u8(&c);
	name_n = cursor_u32(&c);
	if (got.kind < BACKUP_FILE || got.kind > BACKUP_END || name_n > sizeof r->name)
		return ERR_FORGED;
	e = take_exactly(r, r->name, name_n);
	if (e == ERR_OK)
		e = take_exactly(r, size, sizeof size);
	if (e != ERR_OK)
		return e;
	c = (struct cursor){.rest = str_bytes(size, sizeof size)};
	got.size = cursor_u64(&c);
	got.name = str_bytes(r->name, name_n);
	if ((got.kind == BACKUP_BLOB || got.kind == BACKUP_GONE) && name_n != BACKUP_BLOB_BYTES)
		return ERR_FORGED;
	*out = got;
	return ERR_OK;
}

enum err
backup_next(struct backup_reader *r, struct backup_entry *out)
{
	struct str skipped;
	enum err e = ERR_OK;

	while (e == ERR_OK && r->left > 0)
		e = backup_piece(r, &skipped);
	if (e == ERR_OK)
		e = entry_in(r, out);
	if (e != ERR_OK)
		return e;
	if (out->kind == BACKUP_END && (!r->last || r->piece.n > 0 || out->size > 0))
		return ERR_FORGED;
	r->left = out->size;
	return ERR_OK;
}

enum err
backup_piece(struct backup_reader *r, struct str *piece)
{
	struct str got = STR("");
	enum err e = r->left > 0 ? take(r, r->left, &got) : ERR_OK;

	if (e != ERR_OK)
		return e;
	r->left -= got.n;
	*piece = got;
	return ERR_OK;
}

void
backup_reader_free(struct backup_reader *r)
{
	if (r == NULL)
		return;
	if (r->started) {
		pthread_mutex_lock(&r->lock);
		r->ending = true;
		pthread_cond_signal(&r->changed);
		pthread_mutex_unlock(&r->lock);
		pthread_join(r->thread, NULL);
	}
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	buf_clear(&r->head_bytes);
	sodium_memzero(r, sizeof *r);
	free(r);
}
