/* Making a tree of files, whole or not at all. */
#include "cli/admin/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX"

static enum err
io_error(struct diag *d, const char *what)
{
	enum err e = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

	return diag_set(d, e, e == ERR_FULL ? "make room and try again" : NULL, "%s: %s", what,
	        strerror(errno));
}

/* DIR without slashes at its end: the tree is made beside "x/", not in it. */
static enum err
target_set(struct tree *t, const char *dir, struct diag *d)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (n == 0 || n + sizeof SUFFIX + NAME_MAX > sizeof t->target)
		return diag_set(d, ERR_INVALID, NULL, "\"%s\" is no name for a directory", dir);
	memcpy(t->target, dir, n);
	t->target[n] = '\0';
	snprintf(t->path, sizeof t->path, "%.*s" SUFFIX, (int)n, dir);
	return ERR_OK;
}

static bool
is_empty(DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return false;
	return true;
}

/* Nothing may be at the target but an empty directory, whose owner then gets the tree. */
static enum err
target_check(struct tree *t, struct diag *d)
{
	struct stat st;
	DIR *dir = opendir(t->target);
	bool empty;

	t->uid = geteuid();
	t->gid = getegid();
	if (dir == NULL && errno == ENOENT)
		return ERR_OK;
	if (dir == NULL && errno != ENOTDIR)
		return io_error(d, t->target);
	empty = dir != NULL && is_empty(dir);
	if (empty && fstat(dirfd(dir), &st) == 0) {
		t->replaces = true;
		t->uid = st.st_uid;
		t->gid = st.st_gid;
	}
	if (dir != NULL)
		closedir(dir);
	if (!empty)
		return diag_set(d, ERR_CONFLICT, "choose a directory that is not there yet",
		        "%s is there already, and not empty", t->target);
	return ERR_OK;
}

enum err
tree_begin(struct tree *t, const char *target, struct diag *d)
{
	enum err e;

	*t = (struct tree){.fd = -1};
	e = target_set(t, target, d);
	if (e == ERR_OK)
		e = target_check(t, d);
	if (e != ERR_OK)
		return e;
	if (mkdtemp(t->path) == NULL) {
		e = io_error(d, t->target);
		t->path[0] = '\0';
		return e;
	}
	t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0) {
		e = io_error(d, t->path);
		tree_drop(t);
	}
	return e;
}

void
tree_path(const struct tree *t, const char *name, char out[TREE_PATH_MAX])
{
	if (snprintf(out, TREE_PATH_MAX, "%s/%s", t->path, name) >= TREE_PATH_MAX)
		abort();
}

enum err
tree_dir(struct tree *t, const char *name, struct diag *d)
{
	return mkdirat(t->fd, name, 0700) == 0 ? ERR_OK : io_error(d, name);
}

static bool
write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = str_sub(text, (size_t)n, SIZE_MAX);
	}
	return true;
}

enum err
tree_file(struct tree *t, const char *name, struct str text, struct diag *d)
{
	int fd = openat(t->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum err e = ERR_OK;

	if (fd < 0)
		return io_error(d, name);
	if (!write_all(fd, text))
		e = io_error(d, name);
	if (close(fd) != 0 && e == ERR_OK)
		e = io_error(d, name);
	return e;
}

static bool
settle_one(const struct tree *t, const FTSENT *entry)
{
	int fd = open(entry->fts_accpath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	/* Only root gives files away; anybody else owns them already. */
	bool good =
	        fd >= 0 && (geteuid() != 0 || fchown(fd, t->uid, t->gid) == 0) && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static bool
settle(struct tree *t)
{
	char *roots[] = {t->path, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool good = walk != NULL;
	const FTSENT *entry;

	/* Directories are settled when they are left, so that only who owns all of it owns it. */
	while (good && (entry = fts_read(walk)) != NULL)
		if (entry->fts_info != FTS_D)
			good = settle_one(t, entry);
	if (walk != NULL)
		fts_close(walk);
	return good;
}

static bool
sync_parent(const char *path)
{
	char parent[TREE_PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;
	bool good;

	if (slash == NULL)
		snprintf(parent, sizeof parent, ".");
	else
		snprintf(parent, sizeof parent, "%.*s", (int)(slash - path) + 1, path);
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

enum err
tree_finish(struct tree *t, struct diag *d)
{
	enum err e;

	if (!settle(t)) {
		e = io_error(d, t->path);
		tree_drop(t);
		return e;
	}
	if (rename(t->path, t->target) != 0) {
		e = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR
		            ? diag_set(d, ERR_CONFLICT, NULL,
		                      "%s has just been made by somebody else", t->target)
		            : io_error(d, t->target);
		tree_drop(t);
		return e;
	}
	t->path[0] = '\0';
	close(t->fd);
	t->fd = -1;
	return sync_parent(t->target) ? ERR_OK : io_error(d, t->target);
}

void
tree_drop(struct tree *t)
{
	char *roots[] = {t->path, NULL};
	FTS *walk = t->path[0] != '\0' ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	const FTSENT *entry;

	while (walk != NULL && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_info == FTS_DP)
			rmdir(entry->fts_accpath);
		else if (entry->fts_info != FTS_D)
			unlink(entry->fts_accpath);
	}
	if (walk != NULL)
		fts_close(walk);
	if (t->fd >= 0)
		close(t->fd);
	*t = (struct tree){.fd = -1};
}
