/* Writing a backup's file. Sealing and writing cost about the same, so that they are done by two
 * threads: what is sealed stands in one stretch while the other one is written. */
#include "seal/backup_head.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { FLUSH_BYTES = 1 << 20, STRETCH_BYTES = 16 * SEALED_PIECE };

struct stretch {
	size_t n;
	unsigned char bytes[STRETCH_BYTES];
};

struct backup_writer {
	/* The writing thread's. */
	int fd;
	uint64_t written;
	uint64_t flushed; /* up to here the disk has been asked to write, */
	uint64_t settled; /* and up to here it has written */
	/* Between the two. */
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of the next three */
	pthread_cond_t changed;
	const struct stretch *handed; /* to be written; NULL: all is */
	bool ending;
	enum err err; /* the first of the writing thread */
	/* The caller's. */
	struct stretch stretches[2], *filling;
	uint64_t given; /* bytes handed over, and in the stretch that is being filled */
	uint64_t left;  /* of the entry in hand */
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char head_hash[HEAD_HASH];
	size_t held;
	unsigned char piece[BACKUP_PIECE_BYTES];
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

static void *
writing(void *ctx)
{
	struct backup_writer *w = ctx;
	const struct stretch *s;
	enum err e;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->handed == NULL && !w->ending)
			pthread_cond_wait(&w->changed, &w->lock);
		s = w->handed;
		if (s == NULL)
			break;
		e = w->err;
		pthread_mutex_unlock(&w->lock);
		if (e == ERR_OK)
			e = write_all(w, s->bytes, s->n);
		pthread_mutex_lock(&w->lock);
		w->err = e;
		w->handed = NULL;
		pthread_cond_signal(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Gives what is filled to the writing thread, and goes on with the other stretch; the error is that
 * of an earlier one. With ALL it waits until everything has been written. */
static enum err
hand_over(struct backup_writer *w, bool all)
{
	enum err e;

	pthread_mutex_lock(&w->lock);
	while (w->handed != NULL)
		pthread_cond_wait(&w->changed, &w->lock);
	w->handed = w->filling->n > 0 ? w->filling : NULL;
	pthread_cond_signal(&w->changed);
	while (all && w->handed != NULL)
		pthread_cond_wait(&w->changed, &w->lock);
	e = w->err;
	pthread_mutex_unlock(&w->lock);
	w->filling = &w->stretches[w->filling == &w->stretches[0]];
	w->filling->n = 0;
	return e;
}

/* Room for N bytes in the stretch that is being filled. */
static enum err
make_room(struct backup_writer *w, size_t n, unsigned char **room)
{
	enum err e = w->filling->n + n > STRETCH_BYTES ? hand_over(w, false) : ERR_OK;

	*room = w->filling->bytes + w->filling->n;
	w->filling->n += n;
	w->given += n;
	return e;
}

static enum err
put_all(struct backup_writer *w, struct str s)
{
	unsigned char *room;
	enum err e = ERR_OK;

	while (e == ERR_OK && s.n > 0) {
		size_t n = s.n < STRETCH_BYTES ? s.n : STRETCH_BYTES;

		e = make_room(w, n, &room);
		memcpy(room, s.p, n);
		s = str_sub(s, n, SIZE_MAX);
	}
	return e;
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
		e = put_all(w, buf_view(&packed));
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
	w->filling = &w->stretches[0];
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->started = pthread_create(&w->thread, NULL, writing, w) == 0;
	e = w->started ? write_head(w, head, index_key, index) : ERR_IO;
	if (e == ERR_OK)
		*out = w;
	else
		backup_writer_free(w);
	return e;
}

static enum err
piece_out(struct backup_writer *w, unsigned char tag)
{
	unsigned char *room;
	enum err e = make_room(w, w->held + crypto_secretstream_xchacha20poly1305_ABYTES, &room);

	crypto_secretstream_xchacha20poly1305_push(
	        &w->stream, room, NULL, w->piece, w->held, w->head_hash, sizeof w->head_hash, tag);
	w->held = 0;
	return e;
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
	buf_u64(&foot, w->given + FOOT_BYTES);
	if (e == ERR_OK)
		e = put_all(w, buf_view(&foot));
	if (e == ERR_OK)
		e = hand_over(w, true);
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
	if (w->started) {
		pthread_mutex_lock(&w->lock);
		w->ending = true;
		pthread_cond_signal(&w->changed);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	sodium_memzero(w, sizeof *w);
	free(w);
}
