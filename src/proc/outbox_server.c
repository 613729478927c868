/* Files for messages: ".NAME.tmp" while it is written, "NAME.eml" from then on. */
#include "proc/blob_server.h"
#include "proc/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { NAME_SIZE = OUTBOX_NAME_MAX + 8 };

struct names {
	char temporary[NAME_SIZE], last[NAME_SIZE];
};

static enum err
take_name(const struct blob_server *s, struct cursor *in, struct names *out)
{
	struct str name = cursor_block(in, OUTBOX_NAME_MAX);

	if (!cursor_done(in))
		return ERR_SYNTAX;
	if (name.n == 0)
		return ERR_INVALID;
	for (size_t i = 0; i < name.n; i++)
		if (str_find(STR("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		                 "0123456789-"),
		            name.p[i], 0) == SIZE_MAX)
			return ERR_INVALID;
	snprintf(out->temporary, NAME_SIZE, ".%.*s.tmp", STR_ARG(name));
	snprintf(out->last, NAME_SIZE, "%.*s.eml", STR_ARG(name));
	return s->outbox >= 0 ? ERR_OK : ERR_STATE;
}

static enum err
err_of(int number)
{
	if (number == ENOSPC || number == EDQUOT)
		return ERR_FULL;
	return number == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

enum err
outbox_create_one(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct blob_server *s = state;
	struct names names;
	enum err e = take_name(s, in, &names);
	int fd;

	(void)out;
	if (e != ERR_OK)
		return e;
	if (unlinkat(s->outbox, names.temporary, 0) != 0 && errno != ENOENT)
		return err_of(errno);
	fd = openat(s->outbox, names.temporary,
	        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_of(errno);
	request_give_fd(r, fd);
	return ERR_OK;
}

enum err
outbox_publish_one(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct blob_server *s = state;
	struct names names;
	enum err e = take_name(s, in, &names);

	(void)r;
	(void)out;
	if (e != ERR_OK)
		return e;
	if (renameat(s->outbox, names.temporary, s->outbox, names.last) != 0 ||
	        fsync(s->outbox) != 0)
		return err_of(errno);
	return ERR_OK;
}
