/* Entering an instance. */
#include "cli/admin/place.h"

#include "base/time.h"
#include "cli/cli.h"
#include "proc/instance.h"

#include <fcntl.h>
#include <unistd.h>

static void
use_test_clock(void)
{
	int fd = open("run/test-clock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	/* A release build takes no such clock, and then there is nothing to be told. */
	if (fd >= 0 && time_use_test_clock(fd) != ERR_OK)
		close(fd);
}

enum err
place_go(const char *dir, struct diag *d)
{
	enum err e = instance_enter(dir, d);

	if (e == ERR_OK)
		use_test_clock();
	return e;
}

enum err
place_config(struct arena *a, const struct config **out, struct diag *d)
{
	struct diags ds = {0};
	struct str text;
	enum err e = cli_read(a, "vdpd.yaml", CONFIG_FILE_MAX, &text, d);

	if (e != ERR_OK)
		return e;
	d->file[0] = '\0';
	e = config_parse(a, "vdpd.yaml", text, &ds, out);
	if (e != ERR_OK)
		diags_first(&ds, d);
	return e;
}

enum err
place_enter(struct arena *a, const char *dir, const struct config **out, struct diag *d)
{
	enum err e = place_go(dir, d);

	return e == ERR_OK ? place_config(a, out, d) : e;
}

enum err
place_public_keys(struct public_keys *out, struct diag *d)
{
	int fd = open("keys/public.keys", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0 ? public_keys_read(fd, out) : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e != ERR_OK)
		return diag_set(d, ERR_INVALID, "restore it from the backup of the keys",
		        "keys/public.keys is missing or damaged");
	return ERR_OK;
}

bool
place_is_served(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open("run/lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return held;
}
