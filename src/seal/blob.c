/* Files as sealed streams. */
#include "seal/blob.h"

#include "base/durable.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

enum {
	HEAD = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	OVERHEAD = crypto_secretstream_xchacha20poly1305_ABYTES,
	SEALED_CHUNK = BLOB_CHUNK_BYTES + OVERHEAD,
};

struct blob_writer {
	struct durable *out;
	bool begun;
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_generichash_state hash;
	uint64_t size_bytes;
	size_t held;
	unsigned char head[HEAD];
	unsigned char chunk[BLOB_CHUNK_BYTES];
	unsigned char sealed[SEALED_CHUNK];
};

static void
blob_key(const struct key *case_key, const unsigned char id[FILE_ID_BYTES], struct key *out)
{
	key_derive(case_key, "blob", str_bytes(id, FILE_ID_BYTES), out);
}

struct blob_writer *
blob_writer_new(int fd, const struct key *case_key, const unsigned char id[FILE_ID_BYTES])
{
	struct blob_writer *w = calloc(1, sizeof *w);
	struct key k;

	if (w == NULL)
		abort();
	w->out = durable_new(fd);
	blob_key(case_key, id, &k);
	crypto_secretstream_xchacha20poly1305_init_push(&w->stream, w->head, k.b);
	crypto_generichash_init(&w->hash, NULL, 0, BLOB_HASH_BYTES);
	key_wipe(&k);
	return w;
}

static enum err
put(struct blob_writer *w, const unsigned char *p, size_t n)
{
	crypto_generichash_update(&w->hash, p, n);
	return durable_write(w->out, str_bytes(p, n));
}

static enum err
chunk_out(struct blob_writer *w, unsigned char tag)
{
	unsigned long long n;
	enum err e = ERR_OK;

	if (!w->begun)
		e = put(w, w->head, HEAD);
	w->begun = true;
	crypto_secretstream_xchacha20poly1305_push(
	        &w->stream, w->sealed, &n, w->chunk, w->held, NULL, 0, tag);
	w->held = 0;
	return e == ERR_OK ? put(w, w->sealed, (size_t)n) : e;
}

enum err
blob_write(struct blob_writer *w, const void *p, size_t n)
{
	const unsigned char *in = p;

	while (n > 0) {
		size_t room = BLOB_CHUNK_BYTES - w->held;
		size_t take = n < room ? n : room;

		/* A full chunk is kept until more follows: the last one carries the FINAL tag. */
		if (take == 0) {
			enum err e =
			        chunk_out(w, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);

			if (e != ERR_OK)
				return e;
			continue;
		}
		memcpy(w->chunk + w->held, in, take);
		w->held += take;
		w->size_bytes += take;
		in += take;
		n -= take;
	}
	return ERR_OK;
}

enum err
blob_finish(struct blob_writer *w, struct blob_info *info)
{
	enum err e = chunk_out(w, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

	if (e == ERR_OK)
		e = durable_sync(w->out);
	if (e != ERR_OK)
		return e;
	info->size_bytes = w->size_bytes;
	crypto_generichash_final(&w->hash, info->hash, BLOB_HASH_BYTES);
	return ERR_OK;
}

static void
writer_end(struct blob_writer *w, void (*close_out)(struct durable *d))
{
	if (w == NULL)
		return;
	close_out(w->out);
	sodium_memzero(w, sizeof *w);
	free(w);
}

void
blob_writer_free(struct blob_writer *w)
{
	writer_end(w, durable_free);
}

void
blob_writer_discard(struct blob_writer *w)
{
	writer_end(w, durable_discard);
}

/* Fills BUF from FD, short only at the end of the file. */
static enum err
read_full(int fd, unsigned char *buf, size_t size, size_t *got)
{
	size_t n = 0;

	while (n < size) {
		ssize_t r = read(fd, buf + n, size - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return ERR_IO;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	*got = n;
	return ERR_OK;
}

struct blob_reader {
	int fd;
	bool begun;
	unsigned char tag; /* of the last chunk */
	struct key key;
	unsigned char want[BLOB_HASH_BYTES];
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_generichash_state hash;
	unsigned char sealed[SEALED_CHUNK];
	unsigned char plain[BLOB_CHUNK_BYTES];
};

struct blob_reader *
blob_reader_new(int fd, const struct key *case_key, const unsigned char id[FILE_ID_BYTES],
        const unsigned char hash[BLOB_HASH_BYTES])
{
	struct blob_reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	r->fd = fd;
	blob_key(case_key, id, &r->key);
	memcpy(r->want, hash, sizeof r->want);
	crypto_generichash_init(&r->hash, NULL, 0, BLOB_HASH_BYTES);
	return r;
}

void
blob_reader_free(struct blob_reader *r)
{
	if (r == NULL)
		return;
	close(r->fd);
	sodium_memzero(r, sizeof *r);
	free(r);
}

static enum err
begin(struct blob_reader *r)
{
	unsigned char head[HEAD];
	size_t n;
	enum err e = read_full(r->fd, head, sizeof head, &n);

	if (e != ERR_OK)
		return e;
	if (n != HEAD ||
	        crypto_secretstream_xchacha20poly1305_init_pull(&r->stream, head, r->key.b) != 0)
		return ERR_FORGED;
	crypto_generichash_update(&r->hash, head, HEAD);
	r->begun = true;
	return ERR_OK;
}

/* The end of the file: it must be the end of the stream too. */
static enum err
end(struct blob_reader *r)
{
	unsigned char whole[BLOB_HASH_BYTES];

	crypto_generichash_final(&r->hash, whole, BLOB_HASH_BYTES);
	return r->tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL &&
	                       secret_eq(whole, r->want, sizeof whole)
	               ? ERR_OK
	               : ERR_FORGED;
}

enum err
blob_reader_next(struct blob_reader *r, struct str *piece)
{
	unsigned long long plain_n;
	size_t n;
	enum err e = r->begun ? ERR_OK : begin(r);

	if (e == ERR_OK)
		e = read_full(r->fd, r->sealed, sizeof r->sealed, &n);
	if (e != ERR_OK)
		return e;
	if (n == 0) {
		e = end(r);
		if (e == ERR_OK)
			*piece = STR("");
		return e;
	}
	crypto_generichash_update(&r->hash, r->sealed, n);
	if (n < OVERHEAD || r->tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL ||
	        crypto_secretstream_xchacha20poly1305_pull(
	                &r->stream, r->plain, &plain_n, &r->tag, r->sealed, n, NULL, 0) != 0)
		return ERR_FORGED;
	*piece = str_bytes(r->plain, (size_t)plain_n);
	/* An empty file is one empty chunk: its end is the end. */
	return plain_n == 0 ? blob_reader_next(r, piece) : ERR_OK;
}

enum err
blob_read(int fd, const struct key *case_key, const unsigned char id[FILE_ID_BYTES],
        const unsigned char hash[BLOB_HASH_BYTES], blob_sink sink, void *ctx)
{
	struct blob_reader *r = blob_reader_new(fd, case_key, id, hash);
	struct str piece;
	enum err e;

	while ((e = blob_reader_next(r, &piece)) == ERR_OK && piece.n > 0) {
		e = sink(ctx, piece);
		if (e != ERR_OK)
			break;
	}
	blob_reader_free(r);
	return e;
}
