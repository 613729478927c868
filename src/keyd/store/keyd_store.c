/* The files of keys/. */
#include "keyd/store/keyd_store.h"

#include "keyd/store/enrolment_store.h"
#include "keyd/store/keyd_rekey.h"
#include "keyd/store/keyd_set.h"
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RESERVE "keyd.reserve"

enum { LOCK_TRIES = 100, LOCK_PAUSE_MS = 30 };

const struct actor keyd_operator = {.kind = ACTOR_OPERATOR};

/* Key files, each 32 random bytes. */
static const char *const key_files[] = {"storage.key", "signing.key", "keyd.key", "server.key"};
enum { STORAGE_KEY, SIGNING_KEY, OWN_KEY, SERVER_KEY, KEY_FILES };

static enum err
write_file(int dirfd, const char *name, const void *p, size_t n)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum err e = ERR_OK;

	if (fd < 0)
		return errno == EEXIST ? ERR_CONFLICT : errno == ENOSPC ? ERR_FULL : ERR_IO;
	if (write(fd, p, n) != (ssize_t)n || fsync(fd) != 0)
		e = errno == ENOSPC ? ERR_FULL : ERR_IO;
	if (close(fd) != 0 && e == ERR_OK)
		e = ERR_IO;
	return e;
}

static enum err
public_halves(const struct key *storage, const struct key *seed, unsigned char signing_secret[64],
        struct public_keys *out)
{
	if (crypto_scalarmult_base(out->storage, storage->b) != 0)
		return ERR_INVALID;
	crypto_sign_seed_keypair(out->signing, signing_secret, seed->b);
	return ERR_OK;
}

static enum err
write_keys(int dirfd)
{
	struct key k[KEY_FILES];
	unsigned char signing_secret[64];
	struct public_keys halves;
	enum err e = ERR_OK;

	for (int i = 0; i < KEY_FILES; i++)
		key_random(&k[i]);
	for (int i = 0; i < KEY_FILES && e == ERR_OK; i++)
		e = write_file(dirfd, key_files[i], k[i].b, KEY_BYTES);
	if (e == ERR_OK)
		e = public_halves(&k[STORAGE_KEY], &k[SIGNING_KEY], signing_secret, &halves);
	if (e == ERR_OK)
		e = write_file(dirfd, "public.keys", &halves, sizeof halves);
	sodium_memzero(k, sizeof k);
	sodium_memzero(signing_secret, sizeof signing_secret);
	return e;
}

static enum err
create_files(int dirfd, const char *dir, struct diag *d)
{
	_Static_assert(sizeof(struct public_keys) == PUBLIC_KEYS_BYTES, "no padding");
	enum err e = write_keys(dirfd);

	if (e == ERR_CONFLICT)
		return diag_set(d, e, "choose another directory: keys are never overwritten",
		        "%s has keys already", dir);
	if (e == ERR_OK)
		e = log_reserve_create(dirfd, RESERVE);
	if (e == ERR_OK && fsync(dirfd) != 0)
		e = ERR_IO;
	if (e != ERR_OK)
		return diag_set(d, e, NULL, "cannot write %s: %s", dir, strerror(errno));
	return ERR_OK;
}

enum err
keyd_store_create(
        struct arena *a, const char *dir, int64_t now, struct keyd_invited *first, struct diag *d)
{
	const struct keyd_invite invite = {.roles = STAFF_ADMINISTRATOR | STAFF_COORDINATOR};
	struct keyd_store s;
	int dirfd;
	enum err e;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return diag_set(d, ERR_IO, NULL, "cannot make %s: %s", dir, strerror(errno));
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0 || fchmod(dirfd, 0700) != 0) {
		e = diag_set(d, ERR_IO, NULL, "cannot open %s: %s", dir, strerror(errno));
		if (dirfd >= 0)
			close(dirfd);
		return e;
	}
	e = create_files(dirfd, dir, d);
	close(dirfd);
	if (e == ERR_OK)
		e = keyd_store_open(dir, &s, d);
	if (e != ERR_OK)
		return e;
	e = enrolment_create(a, s.db, &keyd_operator, &invite, now, first);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "cannot write the first enrolment: %s", db_why(s.db));
	keyd_store_close(&s);
	return e;
}

/* Two who append would make two chains of one log: whoever has the reserve is alone. A command that
 * is just at work is waited for. */
static enum err
lock(int fd)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK)
			return ERR_IO;
		if (i == LOCK_TRIES)
			return ERR_BUSY;
		nanosleep(&pause, NULL);
	}
	return ERR_OK;
}

static enum err
reserve_open(const char *dir, struct log_reserve **out, struct diag *d)
{
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = dirfd >= 0 ? openat(dirfd, RESERVE, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	enum err e = fd >= 0 ? lock(fd) : ERR_IO;

	if (dirfd >= 0)
		close(dirfd);
	if (e != ERR_OK && fd >= 0)
		close(fd);
	if (e == ERR_BUSY)
		return diag_set(d, e, "wait for the other command, or stop the other `vdpd serve`",
		        "%s is in use by another process", dir);
	if (e == ERR_OK)
		e = log_reserve_open(fd, out);
	if (e != ERR_OK)
		return diag_set(d, e, "restore it from a backup",
		        "%s/" RESERVE " is missing or damaged", dir);
	return ERR_OK;
}

static enum err
empty_reserve(const char *dir, const struct keyd_store *s, struct diag *d)
{
	enum err e = log_reserve_flush(s->reserve, s->db);

	if (e == ERR_FULL)
		return ERR_OK; /* it waits on: that is what it is for */
	if (e == ERR_FORGED)
		return diag_set(d, e, "restore keyd.db and " RESERVE " from the same backup",
		        "what waits in %s/" RESERVE " does not follow on the log", dir);
	if (e != ERR_OK)
		return diag_set(d, e, "run `vdpd doctor`, or restore a backup",
		        "what waits in %s/" RESERVE " cannot be logged: %s", dir, db_why(s->db));
	return ERR_OK;
}

enum err
keyd_store_open(const char *dir, struct keyd_store *out, struct diag *d)
{
	struct keyd_store s = {0};
	enum err e = reserve_open(dir, &s.reserve, d);

	if (e == ERR_OK)
		e = migrate_run(dir, &keyd_set, d);
	if (e == ERR_OK)
		e = db_open(dir, &keyd_set, 0, d, &s.db);
	if (e == ERR_OK)
		e = empty_reserve(dir, &s, d);
	if (e == ERR_OK)
		*out = s;
	else
		keyd_store_close(&s);
	return e;
}

void
keyd_store_close(struct keyd_store *s)
{
	log_reserve_free(s->reserve);
	db_close(s->db);
	*s = (struct keyd_store){0};
}

/* ---- Private keys ---- */

static enum err
read_key(int dirfd, int which, struct key *k, struct diag *d)
{
	int fd = openat(dirfd, key_files[which], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0 ? key_read(fd, k) : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e != ERR_OK)
		return diag_set(d, ERR_INVALID, "restore it from the backup of the keys",
		        "keys/%s is missing or damaged", key_files[which]);
	return ERR_OK;
}

/* The halves on file must be those of the keys: other processes seal to them. In the middle of a
 * change they may be those of either storage key. */
static enum err
compare_halves(int dirfd, const struct secrets *s, struct diag *d)
{
	const struct public_keys *want = &s->public_keys;
	int fd = openat(dirfd, "public.keys", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct public_keys have;
	enum err e = fd >= 0 ? public_keys_read(fd, &have) : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e != ERR_OK)
		return diag_set(d, ERR_INVALID, "restore it from the backup of the keys",
		        "keys/public.keys is missing or damaged");
	if (memcmp(have.storage, want->storage, sizeof have.storage) != 0 &&
	        !(s->changing && memcmp(have.storage, s->before_public, sizeof have.storage) == 0))
		return diag_set(d, ERR_INVALID, "restore both from the same backup of the keys",
		        "keys/storage.key is not the key that keys/public.keys names");
	if (memcmp(have.signing, want->signing, sizeof have.signing) != 0)
		return diag_set(d, ERR_INVALID, "restore both from the same backup of the keys",
		        "keys/signing.key is not the key that keys/public.keys names");
	return ERR_OK;
}

enum err
secrets_change(struct secrets *s, const struct key *secret)
{
	unsigned char half[32];

	if (secret_eq(secret->b, s->storage_secret.b, sizeof secret->b))
		return ERR_OK;
	if (s->changing)
		return ERR_STATE;
	if (crypto_scalarmult_base(half, secret->b) != 0)
		return ERR_INVALID;
	s->before_secret = s->storage_secret;
	memcpy(s->before_public, s->public_keys.storage, sizeof s->before_public);
	s->storage_secret = *secret;
	memcpy(s->public_keys.storage, half, sizeof half);
	s->changing = true;
	return ERR_OK;
}

void
secrets_changed(struct secrets *s)
{
	key_wipe(&s->before_secret);
	s->changing = false;
}

/* A change that is under way: some cases open with the one key, some with the other. A key that was
 * not written whole has sealed nothing. */
static enum err
read_next(int dirfd, struct secrets *s)
{
	int fd = openat(dirfd, STORAGE_KEY_NEXT, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct key next;
	enum err e = fd >= 0 ? key_read(fd, &next) : ERR_OK;

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	close(fd);
	if (e == ERR_OK)
		e = secrets_change(s, &next);
	key_wipe(&next);
	return e == ERR_INVALID ? ERR_OK : e;
}

enum err
secrets_read(const char *dir, struct secrets **out, struct diag *d)
{
	struct secrets *s = sodium_malloc(sizeof *s);
	struct key seed = {0};
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e;

	if (s == NULL)
		abort();
	sodium_memzero(s, sizeof *s);
	e = dirfd >= 0 ? ERR_OK
	               : diag_set(d, ERR_IO, NULL, "cannot open %s: %s", dir, strerror(errno));
	if (e == ERR_OK)
		e = read_key(dirfd, STORAGE_KEY, &s->storage_secret, d);
	if (e == ERR_OK)
		e = read_key(dirfd, SIGNING_KEY, &seed, d);
	if (e == ERR_OK)
		e = read_key(dirfd, OWN_KEY, &s->own, d);
	if (e == ERR_OK)
		e = public_halves(&s->storage_secret, &seed, s->signing_secret, &s->public_keys);
	if (e == ERR_OK && (e = read_next(dirfd, s)) != ERR_OK)
		diag_set(d, e, "look at the file's owner",
		        "keys/" STORAGE_KEY_NEXT " cannot be read");
	if (e == ERR_OK)
		e = compare_halves(dirfd, s, d);
	if (dirfd >= 0)
		close(dirfd);
	key_wipe(&seed);
	if (e == ERR_OK)
		*out = s;
	else
		sodium_free(s);
	return e;
}

void
secrets_free(struct secrets *s)
{
	sodium_free(s);
}
