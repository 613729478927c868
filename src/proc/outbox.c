/* Asking the supervisor for files of the outbox. */
#include "proc/outbox.h"

#include "proc/blob.h"

enum { TIMEOUT_MS = 10000 };

static enum err
ask(struct channel_pool *s, enum blob_request type, struct str name, struct fds *got)
{
	struct buf q;
	enum err e;

	buf_init(&q, OUTBOX_NAME_MAX + 16);
	buf_block(&q, name);
	e = channel_pool_call_fds(s, type, &q, NULL, NULL, got, TIMEOUT_MS);
	buf_clear(&q);
	return e;
}

enum err
outbox_create(struct channel_pool *s, struct str name, int *fd)
{
	struct fds got = {.n = 0};
	enum err e = ask(s, OUTBOX_CREATE, name, &got);

	if (e == ERR_OK && got.n != 1) {
		fds_close(&got);
		e = ERR_PEER;
	}
	if (e == ERR_OK)
		*fd = got.fd[0];
	return e;
}

enum err
outbox_publish(struct channel_pool *s, struct str name)
{
	return ask(s, OUTBOX_PUBLISH, name, NULL);
}
