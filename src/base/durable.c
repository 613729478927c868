/* Files that are synced before they count. */
#include "base/durable.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef VDPD_TEST
#include "base/buf.h"
#endif

struct durable {
	int fd;
#ifdef VDPD_TEST
	bool held;          /* keep bytes back until the sync */
	struct buf pending; /* what a power cut would lose */
#endif
};

struct durable *
durable_new(int fd)
{
	struct durable *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->fd = fd;
#ifdef VDPD_TEST
	d->held = str_eq(str_of(getenv("VDPD_FAULT")), STR("1"));
	buf_init(&d->pending, SIZE_MAX / 4);
#endif
	return d;
}

void
durable_free(struct durable *d)
{
	if (d == NULL)
		return;
#ifdef VDPD_TEST
	buf_clear(&d->pending);
#endif
	close(d->fd);
	free(d);
}

void
durable_discard(struct durable *d)
{
	/* A failure leaves what the sweep of files without an owner finds. */
	if (d != NULL && ftruncate(d->fd, 0) != 0)
		errno = 0;
	durable_free(d);
}

static enum err
err_of_errno(void)
{
	return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

static enum err
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno();
		s = str_sub(s, (size_t)n, SIZE_MAX);
	}
	return ERR_OK;
}

enum err
durable_write(struct durable *d, struct str s)
{
#ifdef VDPD_TEST
	if (d->held) {
		buf_str(&d->pending, s);
		return ERR_OK;
	}
#endif
	return write_all(d->fd, s);
}

enum err
durable_sync(struct durable *d)
{
#ifdef VDPD_TEST
	enum err e = write_all(d->fd, buf_view(&d->pending));

	buf_reset(&d->pending);
	if (e != ERR_OK)
		return e;
#endif
	return fdatasync(d->fd) == 0 ? ERR_OK : err_of_errno();
}
