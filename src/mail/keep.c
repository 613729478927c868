/* Bytes of a mail into sealed blobs. */
#include "mail/keep.h"

#include "proc/blob.h"
#include "seal/blob.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
	struct str begins;
} pictures[] = {{STR("\x89PNG\r\n\x1a\n")}, {STR("\xff\xd8\xff")}};

static bool
is_picture(struct str head)
{
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		if (str_starts(head, pictures[i].begins))
			return true;
	return false;
}

static enum err
copy(struct blob_writer *w, int fd, struct mail_extent bytes, char *piece, bool *picture)
{
	enum err e = ERR_OK;

	for (uint64_t done = 0; done < bytes.n && e == ERR_OK;) {
		uint64_t left = bytes.n - done;
		ssize_t got = pread(fd, piece, left < BLOB_CHUNK_BYTES ? left : BLOB_CHUNK_BYTES,
		        (off_t)(bytes.at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_IO;
		if (done == 0)
			*picture = is_picture(str_bytes(piece, (size_t)got));
		e = blob_write(w, piece, (size_t)got);
		done += (uint64_t)got;
	}
	return e;
}

enum err
keep_bytes(struct channel_pool *supervisor, int fd, struct mail_extent bytes, const struct key *key,
        struct act_file *out)
{
	char *piece = malloc(BLOB_CHUNK_BYTES);
	struct blob_writer *w;
	struct blob_info info;
	struct blob_id id;
	bool picture = false;
	enum err e;
	int blob;

	if (piece == NULL)
		abort();
	e = blob_create(supervisor, &id, &blob);
	if (e == ERR_OK) {
		w = blob_writer_new(blob, key, id.b);
		e = copy(w, fd, bytes, piece, &picture);
		if (e == ERR_OK)
			e = blob_finish(w, &info);
		if (e == ERR_OK)
			blob_writer_free(w);
		else
			blob_writer_discard(w);
	}
	explicit_bzero(piece, BLOB_CHUNK_BYTES);
	free(piece);
	if (e != ERR_OK)
		return e;
	memcpy(out->blob, id.b, sizeof out->blob);
	out->info = info;
	out->picture = picture;
	return ERR_OK;
}
