/* Landlock by its three system calls; libc has no names for them. */
#include "proc/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The rights of ABI 3 to 6, which Debian 12's header does not name. */
#define FS_TRUNCATE           (1ULL << 14)
#define FS_IOCTL_DEV          (1ULL << 15)
#define NET_BIND_TCP          (1ULL << 0)
#define NET_CONNECT_TCP       (1ULL << 1)
#define SCOPE_ABSTRACT_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL          (1ULL << 1)

struct ruleset {
	uint64_t fs, net, scoped;
};

/* All file rights of ABI 1; what a file, not a directory, can be given; and the two sorts that a
 * spec grants. */
static const uint64_t fs_abi1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
static const uint64_t fs_of_file =
        LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | FS_TRUNCATE;
static const uint64_t fs_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t fs_write = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE;

static void
ruleset_for(const struct sandbox_spec *spec, int abi, struct ruleset *r, size_t *size)
{
	*r = (struct ruleset){.fs = fs_abi1};
	*size = sizeof r->fs;
	if (abi >= 2)
		r->fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		r->fs |= FS_TRUNCATE;
	if (abi >= 4) {
		r->net = NET_BIND_TCP;
		if ((spec->may & SANDBOX_CONNECT) == 0)
			r->net |= NET_CONNECT_TCP;
		*size = offsetof(struct ruleset, scoped);
	}
	if (abi >= 5)
		r->fs |= FS_IOCTL_DEV;
	if (abi >= 6) {
		r->scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
		*size = sizeof *r;
	}
}

static enum err
add_path(int ruleset, const struct sandbox_path *p, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {0};
	struct stat st;
	enum err e = ERR_OK;
	int fd = open(p->path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	if ((p->rights & SANDBOX_READ) != 0)
		rule.allowed_access |= fs_read;
	if ((p->rights & SANDBOX_WRITE) != 0)
		rule.allowed_access |= fs_write;
	if (fstat(fd, &st) != 0)
		e = ERR_IO;
	else if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= fs_of_file;
	rule.allowed_access &= handled;
	rule.parent_fd = fd;
	if (e == ERR_OK &&
	        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		e = ERR_IO;
	close(fd);
	return e;
}

enum err
landlock_enter(const struct sandbox_spec *spec, struct diag *d)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset r;
	size_t size;
	enum err e = ERR_OK;
	int fd;

	if (abi < 1)
		return diag_set(d, ERR_UNSUPPORTED,
		        "boot a kernel with Landlock (Linux 5.13, \"landlock\" in lsm=), or set "
		        "\"sandbox: off\" in vdpd.yaml to run without protection",
		        "this kernel has no Landlock (%s)", strerror(errno));
	ruleset_for(spec, (int)abi, &r, &size);
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (fd < 0)
		return diag_set(d, ERR_IO, NULL, "landlock: %s", strerror(errno));
	for (size_t i = 0; e == ERR_OK && i < spec->paths_n; i++)
		e = add_path(fd, &spec->paths[i], r.fs);
	if (e == ERR_OK && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		e = ERR_IO;
	if (e != ERR_OK)
		diag_set(d, e, NULL, "landlock: %s", strerror(errno));
	close(fd);
	return e;
}
