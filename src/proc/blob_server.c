/* Files for blobs: data/blobs/3f/3f…, named by 16 random bytes in hex. */
#include "proc/blob_server.h"

#include "base/id.h"
#include "proc/blob.h"
#include "proc/control.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 3 + 2 * BLOB_ID_BYTES + 1 };

static void
name_of(const struct blob_id *id, char out[NAME_SIZE])
{
	size_t n = (size_t)snprintf(out, NAME_SIZE, "%02x/", id->b[0]);

	for (size_t i = 0; i < BLOB_ID_BYTES; i++)
		n += (size_t)snprintf(out + n, NAME_SIZE - n, "%02x", id->b[i]);
}

static enum err
err_of(int number)
{
	switch (number) {
	case ENOENT:
		return ERR_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	default:
		return ERR_IO;
	}
}

/* Makes the entry that stands in directory DIR (relative to AT) durable. */
static enum err
sync_dir(int at, const char *dir)
{
	int fd = openat(at, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = fd < 0 || fsync(fd) != 0 ? err_of(errno) : ERR_OK;

	if (fd >= 0)
		close(fd);
	return e;
}

static enum err
create(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct blob_server *s = state;
	struct blob_id id;
	char name[NAME_SIZE], folder[3];
	enum err e = ERR_OK;
	int fd;

	if (!cursor_done(in))
		return ERR_SYNTAX;
	random_bytes(id.b, sizeof id.b);
	name_of(&id, name);
	snprintf(folder, sizeof folder, "%.2s", name);
	if (mkdirat(s->dir, folder, 0700) == 0)
		e = sync_dir(s->dir, ".");
	else if (errno != EEXIST)
		e = err_of(errno);
	if (e != ERR_OK)
		return e;
	fd = openat(s->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_of(errno);
	e = sync_dir(s->dir, folder);
	if (e != ERR_OK) {
		close(fd);
		return e;
	}
	buf_add(out, id.b, sizeof id.b);
	request_give_fd(r, fd);
	return ERR_OK;
}

static bool
take_id(struct cursor *in, struct blob_id *id)
{
	cursor_bytes(in, id->b, sizeof id->b);
	return cursor_done(in);
}

static enum err
open_one(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct blob_server *s = state;
	struct blob_id id;
	char name[NAME_SIZE];
	int fd;

	(void)out;
	if (!take_id(in, &id))
		return ERR_SYNTAX;
	name_of(&id, name);
	fd = openat(s->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_of(errno);
	request_give_fd(r, fd);
	return ERR_OK;
}

static enum err
unlink_one(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct blob_server *s = state;
	struct blob_id id;
	char name[NAME_SIZE];

	(void)r;
	(void)out;
	if (!take_id(in, &id))
		return ERR_SYNTAX;
	name_of(&id, name);
	return unlinkat(s->dir, name, 0) == 0 ? ERR_OK : err_of(errno);
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, BLOB_ID_BYTES);
}

/* Keeps the least BLOB_LIST_MAX entries in KEPT, in order. */
static void
keep(struct blob_entry *kept, size_t *n, const struct blob_entry *new_one)
{
	size_t at = *n;

	if (*n == BLOB_LIST_MAX && by_id(&kept[*n - 1].id, &new_one->id) < 0)
		return;
	while (at > 0 && by_id(&new_one->id, &kept[at - 1].id) < 0)
		at--;
	if (*n < BLOB_LIST_MAX)
		++*n;
	memmove(&kept[at + 1], &kept[at], (*n - 1 - at) * sizeof *kept);
	kept[at] = *new_one;
}

/* Reads the folder FD (taken over). */
static void
collect(int fd, const struct blob_id *after, struct blob_entry *kept, size_t *n)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;

	if (d == NULL) {
		close(fd);
		return;
	}
	while ((entry = readdir(d)) != NULL) {
		struct blob_entry one;
		struct stat st;

		if (hex_parse(str_of(entry->d_name), one.id.b, BLOB_ID_BYTES) != ERR_OK ||
		        by_id(&one.id, after) <= 0 ||
		        fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		one.changed_utc_s = st.st_mtime;
		keep(kept, n, &one);
	}
	closedir(d);
}

static enum err
list(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct blob_server *s = state;
	struct blob_entry *kept;
	struct blob_id after;
	char folder[3];
	size_t n = 0;
	int fd;

	(void)r;
	if (!take_id(in, &after))
		return ERR_SYNTAX;
	snprintf(folder, sizeof folder, "%02x", after.b[0]);
	fd = openat(s->dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	kept = calloc(BLOB_LIST_MAX, sizeof *kept);
	if (kept == NULL)
		abort();
	collect(fd, &after, kept, &n);
	for (size_t i = 0; i < n; i++) {
		buf_add(out, kept[i].id.b, BLOB_ID_BYTES);
		buf_u64(out, (uint64_t)kept[i].changed_utc_s);
	}
	free(kept);
	return ERR_OK;
}

#define WRITERS (1u << ROLE_PUBLIC | 1u << ROLE_DESK | 1u << ROLE_COURIER)

const struct request_type blob_requests[] = {
        [BLOB_CREATE] = {"blob_create", create, WRITERS, 0},
        [BLOB_OPEN] = {"blob_open", open_one, WRITERS, 0},
        [BLOB_UNLINK] = {"blob_unlink", unlink_one, 1u << ROLE_COURIER, 0},
        [BLOB_LIST] = {"blob_list", list, 1u << ROLE_COURIER, 0},
        [OUTBOX_CREATE] = {"outbox_create", outbox_create_one, 1u << ROLE_COURIER, 0},
        [OUTBOX_PUBLISH] = {"outbox_publish", outbox_publish_one, 1u << ROLE_COURIER, 0},
};
const size_t blob_requests_n = sizeof blob_requests / sizeof blob_requests[0];
