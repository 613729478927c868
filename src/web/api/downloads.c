/* Files of a case on their way out. */
#include "web/api/downloads.h"

#include "proc/blob.h"
#include "seal/blob.h"
#include "web/respond.h"

#include <stdlib.h>

struct download {
	struct blob_reader *reader;
	struct str piece; /* what is left of the last */
};

static enum err
download_read(void *ctx, void *out, size_t size, size_t *n)
{
	struct download *d = ctx;
	enum err e = ERR_OK;

	if (d->piece.n == 0)
		e = blob_reader_next(d->reader, &d->piece);
	if (e != ERR_OK)
		return e;
	*n = d->piece.n < size ? d->piece.n : size;
	if (*n > 0)
		memcpy(out, d->piece.p, *n);
	d->piece = str_sub(d->piece, *n, SIZE_MAX);
	return ERR_OK;
}

static void
download_close(void *ctx)
{
	struct download *d = ctx;

	blob_reader_free(d->reader);
	free(d);
}

enum err
download_respond(struct request *req, struct channel_pool *supervisor, const struct case_file *file,
        const struct key *case_key)
{
	static const struct response_stream stream = {download_read, download_close};
	struct download *d;
	struct blob_id id;
	enum err e;
	int fd;

	memcpy(id.b, file->row.blob, sizeof id.b);
	e = blob_open(supervisor, &id, &fd);
	if (e != ERR_OK)
		return e;
	d = calloc(1, sizeof *d);
	if (d == NULL)
		abort();
	d->reader = blob_reader_new(fd, case_key, id.b, file->row.hash);
	respond_file_stream(req, file->name, (uint64_t)file->size_bytes, &stream, d);
	return ERR_OK;
}
