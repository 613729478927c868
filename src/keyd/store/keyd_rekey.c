/* The files of a change of the storage key. */
#include "keyd/store/keyd_rekey.h"

#include "base/id.h"
#include "keyd/store/keyd_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

static enum err
io_error(const char *name, struct diag *d)
{
	bool full = errno == ENOSPC || errno == EDQUOT;

	return diag_set(d, full ? ERR_FULL : ERR_IO, full ? "make room and run it again" : NULL,
	        "keys/%s: %s", name, strerror(errno));
}

/* Writes NAME anew; not durable before the directory is. */
static enum err
write_file(int dirfd, const char *name, const void *p, size_t n, int flags, struct diag *d)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	enum err e = ERR_OK;

	if (fd < 0)
		return io_error(name, d);
	if (write(fd, p, n) != (ssize_t)n || fsync(fd) != 0)
		e = io_error(name, d);
	close(fd);
	if (e != ERR_OK)
		unlinkat(dirfd, name, 0);
	return e;
}

static enum err
read_pair(int dirfd, const char *name, struct rekey_pair *out, struct diag *d)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0           ? key_read(fd, &out->secret)
	             : errno == ENOENT ? ERR_NOT_FOUND
	                               : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e == ERR_OK && crypto_scalarmult_base(out->public_half, out->secret.b) != 0)
		e = ERR_INVALID;
	if (e != ERR_OK)
		return diag_set(d, e, "restore it from the backup of the keys",
		        "keys/%s is missing or damaged", name);
	return ERR_OK;
}

/* A key that was not written whole has wrapped nothing: it is taken away and made anew. */
static enum err
find_next(int dirfd, struct rekey_keys *k, struct diag *d)
{
	enum err e = read_pair(dirfd, STORAGE_KEY_NEXT, &k->new, d);

	k->resumed = e == ERR_OK;
	if (e != ERR_INVALID)
		return e;
	return unlinkat(dirfd, STORAGE_KEY_NEXT, 0) == 0 ? ERR_NOT_FOUND
	                                                 : io_error(STORAGE_KEY_NEXT, d);
}

static enum err
begin(int dirfd, struct rekey_keys *k, struct diag *d)
{
	enum err e = read_pair(dirfd, "storage.key", &k->old, d);

	if (e != ERR_OK)
		return e;
	e = find_next(dirfd, k, d);
	if (e != ERR_NOT_FOUND)
		return e;
	*d = (struct diag){0};
	crypto_box_keypair(k->new.public_half, k->new.secret.b);
	e = write_file(dirfd, STORAGE_KEY_NEXT, k->new.secret.b, KEY_BYTES, O_EXCL, d);
	if (e == ERR_OK && fsync(dirfd) != 0)
		e = io_error(STORAGE_KEY_NEXT, d);
	return e;
}

enum err
rekey_begin(const char *dir, struct rekey_keys *out, struct diag *d)
{
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rekey_keys k = {0};
	enum err e;

	if (dirfd < 0)
		return diag_set(d, ERR_IO, NULL, "%s: %s", dir, strerror(errno));
	e = begin(dirfd, &k, d);
	close(dirfd);
	if (e == ERR_OK)
		*out = k;
	sodium_memzero(&k, sizeof k);
	return e;
}

static enum err
log_tx(struct db *db, void *ctx)
{
	return log_append(db, ctx);
}

enum err
rekey_log(const char *dir, const struct rekey_keys *k, int64_t now, struct diag *d)
{
	struct arena *a = arena_new(4096);
	struct keyd_log_entry entry = {
	        .at = now,
	        .actor = actor_text(a, &keyd_operator),
	        .action = STR("rekey"),
	        .detail = str_fmt(a, "storage key %.*s",
	                STR_ARG(hex_str(a, k->new.public_half, sizeof k->new.public_half))),
	};
	struct keyd_store s;
	enum err e = keyd_store_open(dir, &s, d);

	if (e == ERR_OK) {
		e = tx_run(s.db, log_tx, &entry);
		if (e != ERR_OK)
			diag_set(d, e, NULL, "%s/keyd.db: %s", dir, db_why(s.db));
		keyd_store_close(&s);
	}
	arena_free(a);
	return e;
}

static enum err
replace(int dirfd, const struct rekey_keys *k, struct diag *d)
{
	struct public_keys halves;
	int fd = openat(dirfd, "public.keys", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0 ? public_keys_read(fd, &halves) : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e != ERR_OK)
		return diag_set(d, e, "restore it from the backup of the keys",
		        "keys/public.keys is missing or damaged");
	memcpy(halves.storage, k->new.public_half, sizeof halves.storage);
	e = write_file(dirfd, "public.keys.next", &halves, sizeof halves, O_TRUNC, d);
	if (e == ERR_OK && renameat(dirfd, "public.keys.next", dirfd, "public.keys") != 0)
		e = io_error("public.keys", d);
	/* Only then: while the next key is there, it is told that the change is not at its end. */
	if (e == ERR_OK && (fsync(dirfd) != 0 ||
	                           renameat(dirfd, STORAGE_KEY_NEXT, dirfd, "storage.key") != 0 ||
	                           fsync(dirfd) != 0))
		e = io_error("storage.key", d);
	return e;
}

/* What is left of the old file once nothing names it. */
static enum err
overwrite(int fd, struct diag *d)
{
	static const unsigned char zeroes[KEY_BYTES];

	if (pwrite(fd, zeroes, sizeof zeroes, 0) == (ssize_t)sizeof zeroes && fsync(fd) == 0)
		return ERR_OK;
	return io_error("storage.key", d);
}

enum err
rekey_replace(const char *dir, const struct rekey_keys *k, struct diag *d)
{
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int old = dirfd >= 0 ? openat(dirfd, "storage.key", O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	enum err e =
	        old >= 0 ? replace(dirfd, k, d)
	                 : diag_set(d, ERR_IO, NULL, "%s/storage.key: %s", dir, strerror(errno));

	if (e == ERR_OK)
		e = overwrite(old, d);
	if (old >= 0)
		close(old);
	if (dirfd >= 0)
		close(dirfd);
	return e;
}
