/* Asking the supervisor for blobs. */
#include "proc/blob.h"

#include <unistd.h>

enum { TIMEOUT_MS = 10000 };

/* Sends TYPE with ID (NULL: none); *GOT as for channel_call_fds. */
static enum err
ask(struct channel_pool *s, enum blob_request type, const struct blob_id *id, struct buf *reply,
        struct fds *got)
{
	struct buf q;
	enum err e;

	buf_init(&q, BLOB_ID_BYTES);
	if (id != NULL)
		buf_add(&q, id->b, BLOB_ID_BYTES);
	e = channel_pool_call_fds(s, type, &q, NULL, reply, got, TIMEOUT_MS);
	buf_clear(&q);
	return e;
}

static enum err
one_fd(struct fds *got, bool good, int *fd)
{
	if (!good || got->n != 1) {
		fds_close(got);
		return ERR_PEER;
	}
	*fd = got->fd[0];
	return ERR_OK;
}

enum err
blob_create(struct channel_pool *s, struct blob_id *id, int *fd)
{
	struct blob_id new_id;
	struct fds got = {.n = 0};
	struct cursor in;
	struct buf reply;
	enum err e;

	buf_init(&reply, BLOB_ID_BYTES);
	e = ask(s, BLOB_CREATE, NULL, &reply, &got);
	if (e == ERR_OK) {
		in = (struct cursor){.rest = buf_view(&reply)};
		cursor_bytes(&in, new_id.b, BLOB_ID_BYTES);
		e = one_fd(&got, cursor_done(&in), fd);
	}
	if (e == ERR_OK)
		*id = new_id;
	buf_clear(&reply);
	return e;
}

enum err
blob_open(struct channel_pool *s, const struct blob_id *id, int *fd)
{
	struct fds got = {.n = 0};
	enum err e = ask(s, BLOB_OPEN, id, NULL, &got);

	return e == ERR_OK ? one_fd(&got, true, fd) : e;
}

enum err
blob_unlink(struct channel_pool *s, const struct blob_id *id)
{
	return ask(s, BLOB_UNLINK, id, NULL, NULL);
}

enum err
blob_list(struct channel_pool *s, const struct blob_id *after, struct blob_entry out[BLOB_LIST_MAX],
        size_t *n)
{
	struct cursor in;
	struct buf reply;
	size_t got = 0;
	enum err e;

	buf_init(&reply, CHANNEL_FIELDS_MAX);
	e = ask(s, BLOB_LIST, after, &reply, NULL);
	in = (struct cursor){.rest = buf_view(&reply)};
	while (e == ERR_OK && in.rest.n > 0 && !in.bad) {
		if (got == BLOB_LIST_MAX) {
			in.bad = true;
			break;
		}
		cursor_bytes(&in, out[got].id.b, BLOB_ID_BYTES);
		out[got++].changed_utc_s = (int64_t)cursor_u64(&in);
	}
	if (e == ERR_OK && in.bad)
		e = ERR_PEER;
	if (e == ERR_OK)
		*n = got;
	buf_clear(&reply);
	return e;
}
