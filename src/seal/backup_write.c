/* Writing a backup's file. */
#include "seal/backup_head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FLUSH_BYTES = 1 << 20 };

struct backup_writer {
	int fd;
	uint64_t written;
	uint64_t flushed; /* up to here the disk has been asked to write, */
	uint64_t settled; /* and up to here it has written */
	uint64_t left;    /* of the entry in hand */
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char head_hash[HEAD_HASH];
	size_t held;
	unsigned char piece[BACKUP_PIECE_BYTES];
	unsigned char sealed[SEALED_PIECE];
};

/* One large flush at the end would hold up the commits of everybody else, and so would a long queue
 * before the disk: it is asked to begin a little at a time, and never has more than two such
 * stretches to write. Only advice, so that a failure is the sync's to tell. */
static void
flush_behind(struct backup_writer *w)
{
	uint64_t n = w->written - w->flushed;

	if (n < FLUSH_BYTES)
		return;
	(void)sync_file_range(w->fd, (off_t)w->flushed, (off_t)n, SYNC_FILE_RANGE_WRITE);
	/* Of no bytes it would be all of the file. */
	if (w->flushed > w->settled)
		(void)sync_file_range(w->fd, (off_t)w->settled, (off_t)(w->flushed - w->settled),
		        SYNC_FILE_RANGE_WAIT_BEFORE);
	w->settled = w->flushed;
	w->flushed = w->written;
}

static enum err
write_all(struct backup_writer *w, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t done = write(w->fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ERR_FULL
			                                                            : ERR_IO;
		p += done;
		n -= (size_t)done;
		w->written += (uint64_t)done;
	}
	flush_behind(w);
	return ERR_OK;
}

static enum err
write_head(struct backup_writer *w, const struct backup_head *head, const struct key *index_key,
        const struct backup_index *index)
{
	unsigned char stream_head[STREAM_HEAD], sealed_key[SEALED_KEY];
	struct head_parts p = {.h = *head};
	struct buf packed, sealed_index;
	struct key k;
	enum err e = ERR_OK;

	buf_init(&packed, HEAD_MAX + FRONT_BYTES);
	buf_init(&sealed_index, HEAD_MAX);
	key_random(&k);
	crypto_secretstream_xchacha20poly1305_init_push(&w->stream, stream_head, k.b);
	if (crypto_box_seal(sealed_key, k.b, sizeof k.b, head->recipient) != 0)
		e = ERR_INVALID;
	index_seal(index_key, head->id, index, &sealed_index);
	p.sealed_key = str_bytes(sealed_key, sizeof sealed_key);
	p.index = buf_view(&sealed_index);
	p.stream_head = str_bytes(stream_head, sizeof stream_head);
	head_pack(&p, &packed);
	if (e == ERR_OK && (packed.full || sealed_index.full))
		e = ERR_TOO_LARGE;
	crypto_generichash(w->head_hash, sizeof w->head_hash, (const unsigned char *)packed.p,
	        packed.n, NULL, 0);
	if (e == ERR_OK)
		e = write_all(w, packed.p, packed.n);
	key_wipe(&k);
	buf_clear(&packed);
	buf_clear(&sealed_index);
	return e;
}

enum err
backup_writer_new(int fd, const struct backup_head *head, const struct key *index_key,
        const struct backup_index *index, struct backup_writer **out)
{
	struct backup_writer *w = calloc(1, sizeof *w);
	enum err e;

	if (w == NULL)
		abort();
	w->fd = fd;
	e = write_head(w, head, index_key, index);
	if (e == ERR_OK)
		*out = w;
	else
		backup_writer_free(w);
	return e;
}

static enum err
piece_out(struct backup_writer *w, unsigned char tag)
{
	unsigned long long n;

	crypto_secretstream_xchacha20poly1305_push(&w->stream, w->sealed, &n, w->piece, w->held,
	        w->head_hash, sizeof w->head_hash, tag);
	w->held = 0;
	return write_all(w, w->sealed, (size_t)n);
}

static enum err
stream_add(struct backup_writer *w, struct str s)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && s.n > 0) {
		size_t room = sizeof w->piece - w->held;
		size_t take = s.n < room ? s.n : room;

		memcpy(w->piece + w->held, s.p, take);
		w->held += take;
		s = str_sub(s, take, SIZE_MAX);
		/* A full piece waits until more follows: the last one carries the FINAL tag. */
		if (w->held == sizeof w->piece && s.n > 0)
			e = piece_out(w, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
	}
	return e;
}

enum err
backup_begin(struct backup_writer *w, enum backup_kind kind, struct str name, uint64_t size)
{
	struct buf b;
	enum err e;

	if (w->left != 0 || name.n > BACKUP_NAME_MAX)
		abort();
	buf_init(&b, 64 + BACKUP_NAME_MAX);
	/* A piece that was just filled is given out first, so that stream_add starts with room. */
	e = w->held == sizeof w->piece
	            ? piece_out(w, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
	            : ERR_OK;
	buf_u8(&b, (uint8_t)kind);
	buf_block(&b, name);
	buf_u64(&b, size);
	if (e == ERR_OK)
		e = stream_add(w, buf_view(&b));
	buf_clear(&b);
	w->left = size;
	return e;
}

enum err
backup_put(struct backup_writer *w, struct str bytes)
{
	enum err e = ERR_OK;

	if (bytes.n > w->left)
		abort();
	w->left -= bytes.n;
	if (w->held == sizeof w->piece && bytes.n > 0)
		e = piece_out(w, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
	return e == ERR_OK ? stream_add(w, bytes) : e;
}

enum err
backup_finish(struct backup_writer *w)
{
	struct buf foot;
	enum err e = backup_begin(w, BACKUP_END, STR(""), 0);

	buf_init(&foot, FOOT_BYTES);
	if (e == ERR_OK)
		e = piece_out(w, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	buf_str(&foot, BACKUP_FOOT);
	buf_u64(&foot, w->written + FOOT_BYTES);
	if (e == ERR_OK)
		e = write_all(w, foot.p, foot.n);
	if (e == ERR_OK && fsync(w->fd) != 0)
		e = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
	buf_clear(&foot);
	return e;
}

void
backup_writer_free(struct backup_writer *w)
{
	if (w == NULL)
		return;
	sodium_memzero(w, sizeof *w);
	free(w);
}
