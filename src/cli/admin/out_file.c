/* A file without a name, where the file system has that (so that not even a power cut leaves half
 * of it); elsewhere one with another name beside it. */
#include "cli/admin/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
io_error(const struct out_file *out, struct diag *d)
{
	enum err e = errno == EEXIST                      ? ERR_CONFLICT
	             : errno == ENOSPC || errno == EDQUOT ? ERR_FULL
	                                                  : ERR_IO;

	return diag_set(d, e,
	        e == ERR_CONFLICT ? "choose another name: it is not overwritten" : NULL, "%s: %s",
	        out->path, e == ERR_CONFLICT ? "is there already" : strerror(errno));
}

static void
folder_of(const char *path, char out[OUT_PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(out, OUT_PATH_MAX, ".");
	else
		snprintf(out, OUT_PATH_MAX, "%.*s", (int)(slash - path) + 1, path);
}

enum err
out_file_begin(struct out_file *out, const char *path, struct diag *d)
{
	char folder[OUT_PATH_MAX];
	struct stat st;

	*out = (struct out_file){.fd = -1, .path = path};
	if (strlen(path) + sizeof ".XXXXXX" > OUT_PATH_MAX || *path == '\0')
		return diag_set(d, ERR_INVALID, NULL, "\"%.100s\" is no name for a file", path);
	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return io_error(out, d);
	}
	folder_of(path, folder);
	out->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (out->fd < 0) {
		snprintf(out->temporary, sizeof out->temporary, "%s.XXXXXX", path);
		out->fd = mkostemp(out->temporary, O_CLOEXEC);
	}
	if (out->fd < 0) {
		out->temporary[0] = '\0';
		return io_error(out, d);
	}
	return ERR_OK;
}

static int
give_name(struct out_file *out)
{
	char self[64];

	if (out->temporary[0] == '\0') {
		snprintf(self, sizeof self, "/proc/self/fd/%d", out->fd);
		return linkat(AT_FDCWD, self, AT_FDCWD, out->path, AT_SYMLINK_FOLLOW);
	}
	return renameat2(AT_FDCWD, out->temporary, AT_FDCWD, out->path, RENAME_NOREPLACE);
}

enum err
out_file_finish(struct out_file *out, struct diag *d)
{
	char folder[OUT_PATH_MAX];
	enum err e = ERR_OK;
	int fd;

	if (fsync(out->fd) != 0 || give_name(out) != 0)
		e = io_error(out, d);
	else
		out->temporary[0] = '\0';
	if (e == ERR_OK) {
		folder_of(out->path, folder);
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || fsync(fd) != 0)
			e = io_error(out, d);
		if (fd >= 0)
			close(fd);
	}
	out_file_drop(out);
	return e;
}

void
out_file_drop(struct out_file *out)
{
	if (out->temporary[0] != '\0')
		unlink(out->temporary);
	out->temporary[0] = '\0';
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
}
