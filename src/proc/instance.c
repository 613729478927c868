/* The instance's directory. Everything is named relative to it: it is the working directory, so
 * that no path is ever too long for a unix socket. */
#include "proc/instance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
drop_root(const struct stat *st)
{
	if (setgroups(0, NULL) != 0 || setgid(st->st_gid) != 0 || setuid(st->st_uid) != 0)
		return ERR_IO;
	/* It must be gone for good. */
	return setuid(0) == 0 ? ERR_IO : ERR_OK;
}

enum err
instance_enter(const char *path, struct diag *d)
{
	struct stat st;

	if (chdir(path) != 0 || stat(".", &st) != 0)
		return diag_set(d, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		        "make an instance with: vdpd init DIR --policy FILE", "%s: %s", path,
		        strerror(errno));
	if (st.st_uid == 0)
		return diag_set(d, ERR_DENIED, "give it to a user of its own: chown -R vdpd: DIR",
		        "%s belongs to root, and vdpd never runs as root", path);
	if (geteuid() == 0) {
		if (drop_root(&st) != ERR_OK)
			return diag_set(
			        d, ERR_IO, NULL, "cannot give up root: %s", strerror(errno));
	} else if (geteuid() != st.st_uid) {
		return diag_set(d, ERR_DENIED, "run it as the directory's owner, or as root",
		        "%s belongs to user %u, this is user %u", path, st.st_uid, geteuid());
	}
	umask(0077);
	return ERR_OK;
}

/* What the system said of NAME, a file that is written at every start. */
static enum err
not_written(const char *name, struct diag *d)
{
	bool full = errno == ENOSPC || errno == EDQUOT;

	return diag_set(d, full ? ERR_FULL : ERR_IO,
	        full ? "make room on that disk" : "the folder must belong to who starts it",
	        "%s: %s", name, strerror(errno));
}

enum err
instance_lock(int *out, struct diag *d)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open("run/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	char text[16];
	ssize_t n;

	if (fd < 0)
		return not_written("run/lock", d);
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		n = pread(fd, text, sizeof text - 1, 0);
		while (n > 0 && (text[n - 1] < '0' || text[n - 1] > '9'))
			n--;
		text[n > 0 ? n : 0] = '\0';
		close(fd);
		return diag_set(d, ERR_BUSY, "stop that one first, or serve another directory",
		        "this instance is being served already, by process %s", text);
	}
	n = snprintf(text, sizeof text, "%d\n", getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
		close(fd);
		return not_written("run/lock", d);
	}
	*out = fd;
	return ERR_OK;
}

enum err
instance_folders(struct diag *d)
{
	static const char *const names[] = {"run", "data", "data/blobs", "outbox"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (mkdir(names[i], 0700) != 0 && errno != EEXIST)
			return not_written(names[i], d);
	}
	return ERR_OK;
}

static enum err
read_all(struct arena *a, int fd, size_t max, struct str *out)
{
	struct stat st;
	size_t n = 0;
	char *p;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return ERR_IO;
	if ((uint64_t)st.st_size > max)
		return ERR_TOO_LARGE;
	p = arena_alloc(a, (size_t)st.st_size + 1);
	while (n < (size_t)st.st_size) {
		ssize_t got = pread(fd, p + n, (size_t)st.st_size - n, (off_t)n);

		if (got < 0 && errno != EINTR)
			return ERR_IO;
		if (got == 0)
			break;
		if (got > 0)
			n += (size_t)got;
	}
	*out = (struct str){p, n};
	return ERR_OK;
}

enum err
instance_read(struct arena *a, const char *name, size_t max, struct str *out, struct diag *d)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum err e = fd < 0 && errno == ENOENT ? ERR_NOT_FOUND : fd < 0 ? ERR_IO : ERR_OK;

	if (e == ERR_OK)
		e = read_all(a, fd, max, out);
	if (e == ERR_TOO_LARGE)
		diag_set(d, e, NULL, "%s: over %zu bytes", name, max);
	else if (e != ERR_OK)
		diag_set(d, e, "vdpd init makes it", "%s: %s", name,
		        errno != 0 ? strerror(errno) : "not a file");
	if (fd >= 0)
		close(fd);
	return e;
}

enum err
instance_sealed(const char *name, struct str text, int *out)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return ERR_IO;
	if (pwrite(fd, text.p, text.n, 0) != (ssize_t)text.n ||
	        fcntl(fd, F_ADD_SEALS, seals) != 0) {
		close(fd);
		return ERR_IO;
	}
	*out = fd;
	return ERR_OK;
}

enum err
instance_write(const char *name, const char *text)
{
	char whole[200], other[64];
	int n = snprintf(whole, sizeof whole, "%s\n", text);
	int fd;
	bool good;

	snprintf(other, sizeof other, "%s.new", name);
	fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ERR_IO;
	good = write(fd, whole, (size_t)n) == n;
	good = close(fd) == 0 && good && rename(other, name) == 0;
	return good ? ERR_OK : ERR_IO;
}

enum err
instance_dir(const char *name, int *out, struct diag *d)
{
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return diag_set(d, ERR_IO, "vdpd init makes it", "%s: %s", name, strerror(errno));
	*out = fd;
	return ERR_OK;
}

static void
drop_copies_in(const char *name, int64_t now_utc_s)
{
	DIR *dir = opendir(name);
	const struct dirent *entry;
	struct stat st;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strstr(entry->d_name, ".db.before-") != NULL &&
		        fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		        st.st_mtime <= now_utc_s - KEPT_S)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

void
instance_drop_copies(int64_t now_utc_s)
{
	drop_copies_in("data", now_utc_s);
	drop_copies_in("keys", now_utc_s);
}

enum err
instance_test_clock(int *out)
{
	int fd = open("run/test-clock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good = fd >= 0 && ftruncate(fd, sizeof(int64_t)) == 0;
	int reader = good ? open("run/test-clock", O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0)
		close(fd);
	if (reader < 0)
		return ERR_IO;
	*out = reader;
	return ERR_OK;
}
