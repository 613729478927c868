/* The turnstile; see its header. */
#include "store/turnstile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { LOCK_A, LOCK_B, LOCK_UPGRADE }; /* offsets in the file */

static enum err
set_lock(int fd, short type, off_t at)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};

	while (fcntl(fd, F_OFD_SETLKW, &lock) != 0)
		if (errno != EINTR)
			return ERR_IO;
	return ERR_OK;
}

enum err
turnstile_init(struct turnstile *t, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return ERR_IO;
	t->fd = fd;
	return ERR_OK;
}

void
turnstile_clear(struct turnstile *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

enum err
turnstile_enter(struct turnstile *t)
{
	enum err e = set_lock(t->fd, F_WRLCK, LOCK_A);

	if (e != ERR_OK)
		return e;
	e = set_lock(t->fd, F_WRLCK, LOCK_B);
	/* Unlocking cannot fail on a descriptor that just locked. */
	(void)set_lock(t->fd, F_UNLCK, LOCK_A);
	return e;
}

void
turnstile_leave(struct turnstile *t)
{
	(void)set_lock(t->fd, F_UNLCK, LOCK_B);
}

enum err
turnstile_upgrade(struct turnstile *t)
{
	return set_lock(t->fd, F_WRLCK, LOCK_UPGRADE);
}
