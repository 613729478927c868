/* One file a message. A file under its last name is whole and durable; the same message written
 * again replaces itself. */
#include "jobs/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct outbox {
	int fd;
};

static bool
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			s = str_sub(s, (size_t)n, SIZE_MAX);
	}
	return true;
}

static bool
put(const struct outbox *o, const char *temporary, const char *name, struct str message)
{
	int fd = openat(
	        o->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good, closed;

	if (fd < 0)
		return false;
	good = write_all(fd, message) && fsync(fd) == 0;
	closed = close(fd) == 0;
	good = good && closed && renameat(o->fd, temporary, o->fd, name) == 0;
	return good && fsync(o->fd) == 0;
}

static enum sent
dir_send(void *state, struct arena *a, struct str name, struct str from, struct str to,
        struct str message, const char **trouble)
{
	const struct outbox *o = state;
	const char *temporary = str_z(a, str_fmt(a, ".%.*s.tmp", STR_ARG(name)));

	(void)from;
	(void)to;
	if (put(o, temporary, str_z(a, str_fmt(a, "%.*s.eml", STR_ARG(name))), message))
		return SENT;
	*trouble = errno == ENOSPC || errno == EDQUOT ? "disk_full" : "disk";
	(void)unlinkat(o->fd, temporary, 0);
	return SENT_DOWN;
}

static void
dir_free(void *state)
{
	struct outbox *o = state;

	close(o->fd);
	free(o);
}

struct transport *
transport_dir(int fd)
{
	static const struct transport_class class = {dir_send, dir_free};
	struct outbox *o = calloc(1, sizeof *o);

	if (o == NULL)
		abort();
	o->fd = fd;
	return transport_new(&class, o);
}
