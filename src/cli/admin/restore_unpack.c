/* Unpacking backups. Whoever has the public half of a backup key can make a backup, so that names
 * and sizes in it are not believed, though nobody can have changed them. */
#include "cli/admin/restore_unpack.h"

#include "base/id.h"
#include "cli/admin/progress.h"
#include "cli/admin/restore_blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_BYTES = 4 << 20, BACKUPS_MAX = 1000, PATH_SIZE = 4096, BLOB_NAME_MAX = 64 };

struct unpack {
	struct arena *a;
	const struct unpack_request *q;
	struct tree *tree;
	struct diag *d;
	struct restore_blobs *blobs; /* NULL before the databases are unpacked */
	struct progress progress;
	struct unpacked found;
	char file[PATH_SIZE]; /* the backup that is being read */
	struct backup_reader *r;
};

static enum err
damaged(struct unpack *u, enum err e)
{
	const char *mend = "copy it anew from where it was made, or take another backup";

	if (e == ERR_IO)
		return diag_set(u->d, e, NULL, "%s: %s", u->file, strerror(errno));
	return diag_set(
	        u->d, e, mend, "%s is damaged: a part of it is not what was written", u->file);
}

static enum err
cannot_write(struct unpack *u, const char *name)
{
	bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

	return diag_set(u->d, full ? ERR_FULL : ERR_IO,
	        full ? "make room, or take another disk" : NULL, "%s: %s", name, strerror(errno));
}

static enum err
write_piece(struct unpack *u, int fd, struct str piece, const char *name)
{
	while (piece.n > 0) {
		ssize_t n = write(fd, piece.p, piece.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot_write(u, name);
		piece = str_sub(piece, (size_t)n, SIZE_MAX);
	}
	return ERR_OK;
}

/* The entry in hand to FD, and into HASH; either may be missing (-1, NULL). */
static enum err
copy_out(struct unpack *u, int fd, crypto_generichash_state *hash, const char *name)
{
	off_t written = 0, flushed = 0;
	struct str piece;
	enum err e = ERR_OK;

	for (;;) {
		e = backup_piece(u->r, &piece);
		if (e != ERR_OK)
			return damaged(u, e);
		if (piece.n == 0)
			return ERR_OK;
		if (hash != NULL)
			crypto_generichash_update(hash, (const unsigned char *)piece.p, piece.n);
		if (fd >= 0) {
			e = write_piece(u, fd, piece, name);
			if (e != ERR_OK)
				return e;
			written += (off_t)piece.n;
		}
		/* The disk begins while the rest is read; the sync at the end tells failures. */
		if (written - flushed >= FLUSH_BYTES) {
			(void)sync_file_range(
			        fd, flushed, written - flushed, SYNC_FILE_RANGE_WRITE);
			flushed = written;
		}
		progress_add(&u->progress, piece.n);
	}
}

/* ---- Files ---- */

/* Only what `vdpd backup` puts into one: nothing outside the tree, nothing hidden. */
static bool
is_safe(struct str name)
{
	struct str rest = name, part;

	if (name.n == 0 || name.p[name.n - 1] == '/' || memchr(name.p, '\0', name.n) != NULL)
		return false;
	while (str_cut(&rest, '/', &part))
		if (part.n == 0 || part.p[0] == '.')
			return false;
	return str_eq(name, STR("vdpd.yaml")) || str_eq(name, STR("data/vdpd.db")) ||
	       str_starts(name, STR("programmes/")) || str_starts(name, STR("keys/"));
}

static enum err
make_parents(struct unpack *u, struct str name)
{
	for (size_t at = str_find(name, '/', 0); at != SIZE_MAX; at = str_find(name, '/', at + 1)) {
		const char *folder = str_z(u->a, str_sub(name, 0, at));

		if (mkdirat(u->tree->fd, folder, 0700) != 0 && errno != EEXIST)
			return cannot_write(u, folder);
	}
	return ERR_OK;
}

static enum err
write_new(struct unpack *u, const char *name, crypto_generichash_state *hash)
{
	int fd = openat(
	        u->tree->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum err e;

	if (fd < 0)
		return cannot_write(u, name);
	e = copy_out(u, fd, hash, name);
	if (close(fd) != 0 && e == ERR_OK)
		e = cannot_write(u, name);
	return e;
}

static enum err
unpack_file(struct unpack *u, const struct backup_entry *entry)
{
	const char *name = str_z(u->a, entry->name);
	enum err e;

	if (!is_safe(entry->name) || u->blobs != NULL)
		return diag_set(u->d, ERR_FORGED, "take a backup that `vdpd backup` made",
		        "%s: holds a file that belongs to no instance", u->file);
	e = make_parents(u, str_of(name));
	return e == ERR_OK ? write_new(u, name, NULL) : e;
}

/* ---- Blobs ---- */

static enum err
write_blob(struct unpack *u, const unsigned char *id, crypto_generichash_state *hash)
{
	char hex[2 * BACKUP_BLOB_BYTES + 1], folder[BLOB_NAME_MAX], name[BLOB_NAME_MAX];

	sodium_bin2hex(hex, sizeof hex, id, BACKUP_BLOB_BYTES);
	snprintf(folder, sizeof folder, "data/blobs/%.2s", hex);
	snprintf(name, sizeof name, "data/blobs/%.2s/%s", hex, hex);
	if (mkdirat(u->tree->fd, folder, 0700) != 0 && errno != EEXIST)
		return cannot_write(u, folder);
	return write_new(u, name, hash);
}

static enum err
unpack_blob(struct unpack *u, const struct backup_entry *entry)
{
	unsigned char id[BACKUP_BLOB_BYTES], have[RESTORE_HASH_BYTES];
	crypto_generichash_state hash;
	enum err e;

	memcpy(id, entry->name.p, sizeof id);
	/* An older backup has blobs of cases that were erased since. */
	if (!restore_blobs_wants(u->blobs, id))
		return ERR_OK;
	crypto_generichash_init(&hash, NULL, 0, sizeof have);
	e = u->q->rehearse ? copy_out(u, -1, &hash, NULL) : write_blob(u, id, &hash);
	if (e != ERR_OK)
		return e;
	crypto_generichash_final(&hash, have, sizeof have);
	restore_blobs_seen(u->blobs, id, have);
	return ERR_OK;
}

static enum err
unpack_entry(struct unpack *u, const struct backup_entry *entry, bool newest)
{
	char path[TREE_PATH_MAX];
	enum err e = ERR_OK;

	if (entry->kind == BACKUP_FILE)
		return newest ? unpack_file(u, entry) : ERR_OK;
	if (u->blobs == NULL) {
		tree_path(u->tree, "", path);
		e = restore_blobs_new(path, &u->blobs, u->d);
	}
	if (e == ERR_OK && entry->kind == BACKUP_BLOB)
		e = unpack_blob(u, entry);
	if (e == ERR_OK && entry->kind == BACKUP_GONE)
		restore_blobs_gone(u->blobs, (const unsigned char *)entry->name.p);
	return e;
}

/* ---- Backups ---- */

static enum err
unpack_stream(struct unpack *u, bool newest)
{
	struct backup_entry entry;
	enum err e;

	do {
		e = backup_next(u->r, &entry);
		if (e != ERR_OK)
			return damaged(u, e);
		e = unpack_entry(u, &entry, newest);
	} while (e == ERR_OK && entry.kind != BACKUP_END);
	return e;
}

static enum err
open_backup(struct unpack *u, int *fd)
{
	int got = open(u->file, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (got < 0)
		return diag_set(u->d, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, NULL, "%s: %s",
		        u->file, strerror(errno));
	e = backup_reader_new(got, u->q->secret, &u->r, u->d);
	if (e != ERR_OK) {
		snprintf(u->d->file, sizeof u->d->file, "%.120s", u->file);
		close(got);
		return e;
	}
	*fd = got;
	return ERR_OK;
}

/* Names the base of H as the next file. */
static enum err
name_base(struct unpack *u, const struct backup_head *h)
{
	const char *slash = strrchr(u->q->file, '/'), *name = str_z(u->a, h->base_name);
	int n;

	if (strchr(name, '/') != NULL || *name == '\0')
		return diag_set(u->d, ERR_FORGED, NULL, "%s names no base", u->file);
	if (u->q->bases != NULL)
		n = snprintf(u->file, sizeof u->file, "%s/%s", u->q->bases, name);
	else
		n = snprintf(u->file, sizeof u->file, "%.*s%s",
		        slash != NULL ? (int)(slash - u->q->file) + 1 : 0, u->q->file, name);
	return n < (int)sizeof u->file ? ERR_OK
	                               : diag_set(u->d, ERR_INVALID, NULL, "too long a name");
}

static enum err
open_base(struct unpack *u, const unsigned char id[BACKUP_ID_BYTES], int *fd)
{
	enum err e = open_backup(u, fd);

	if (e == ERR_NOT_FOUND)
		return diag_set(u->d, e, "put it there, or name its folder with --bases",
		        "%s is not there: the backup builds on it", u->file);
	if (e == ERR_OK && memcmp(backup_reader_head(u->r)->id, id, BACKUP_ID_BYTES) != 0) {
		close(*fd);
		return diag_set(u->d, ERR_CONFLICT, "find the one that was given as --base then",
		        "%s is not the backup that this one builds on", u->file);
	}
	return e;
}

static void
close_backup(struct unpack *u, int fd)
{
	backup_reader_free(u->r);
	u->r = NULL;
	if (fd >= 0)
		close(fd);
}

static enum err
unpack_newest(struct unpack *u, struct backup_head *head)
{
	struct stat st;
	int fd = -1;
	enum err e;

	snprintf(u->file, sizeof u->file, "%s", u->q->file);
	e = open_backup(u, &fd);
	if (e != ERR_OK)
		return e;
	*head = *backup_reader_head(u->r);
	head->base_name = str_dup(u->a, head->base_name);
	progress_begin(&u->progress, u->q->rehearse ? "rehearsal" : "restore",
	        fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0, u->q->quiet);
	memcpy(u->found.id, head->id, sizeof u->found.id);
	u->found.made_at_utc_s = head->made_at_utc_s;
	u->found.storage_key = head->storage_key;
	u->found.backups_n = 1;
	e = unpack_stream(u, true);
	close_backup(u, fd);
	return e;
}

static enum err
unpack_bases(struct unpack *u, struct backup_head head)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && backup_has_base(&head) && restore_blobs_missing(u->blobs) > 0) {
		int fd = -1;

		if (u->found.backups_n++ == BACKUPS_MAX)
			return diag_set(u->d, ERR_TOO_LARGE, NULL, "too many bases");
		e = name_base(u, &head);
		if (e == ERR_OK)
			e = open_base(u, head.base_id, &fd);
		if (e == ERR_OK) {
			head = *backup_reader_head(u->r);
			head.base_name = str_dup(u->a, head.base_name);
			e = unpack_stream(u, false);
		} else {
			fd = -1;
		}
		close_backup(u, fd);
	}
	return e;
}

enum err
restore_unpack(struct arena *a, const struct unpack_request *q, struct tree *tree,
        struct unpacked *out, struct diag *d)
{
	struct unpack u = {.a = a, .q = q, .tree = tree, .d = d};
	struct backup_head head = {0};
	enum err e;

	if (strlen(q->file) >= sizeof u.file)
		return diag_set(d, ERR_INVALID, NULL, "too long a name");
	e = unpack_newest(&u, &head);
	if (e == ERR_OK)
		e = unpack_bases(&u, head);
	progress_end(&u.progress);
	if (e == ERR_OK) {
		u.found.blobs_n = restore_blobs_count(u.blobs);
		u.found.damaged_n = restore_blobs_damaged(u.blobs);
		u.found.missing_n = restore_blobs_known_gone(u.blobs);
		if (restore_blobs_missing(u.blobs) > 0)
			e = diag_set(d, ERR_FORGED, "take another backup",
			        "%zu files of cases are in no backup that was read",
			        restore_blobs_missing(u.blobs));
	}
	restore_blobs_free(u.blobs);
	if (e == ERR_OK)
		*out = u.found;
	return e;
}
