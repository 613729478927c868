/* gpg and sqop beside a test: a directory of files, and shell lines that are run in it. */
#ifndef VDPD_TESTS_PGP_PEERS_H
#define VDPD_TESTS_PGP_PEERS_H

#include "unit.h"

#include "base/id.h"
#include "pgp/pgp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define GPG                                                                                        \
	"gpg --homedir . --batch --quiet --yes --no-tty --trust-model always --pinentry-mode "     \
	"loopback --passphrase '' "

static char peers_dir[] = "/tmp/vdpd-pgp-XXXXXX";
static struct arena *peers_arena;

static inline int
peers_run(struct str command)
{
	struct str line =
	        str_fmt(peers_arena, "cd %s && { %.*s; } >log 2>&1", peers_dir, STR_ARG(command));
	return system(str_z(peers_arena, line));
}

/* Runs a shell line in the directory; its exit status. What it says goes to the file "log". */
#define SHELL(...) peers_run(str_fmt(peers_arena, __VA_ARGS__))
/* The same, and it must succeed. */
#define RUN(...) assert_int_equal(SHELL(__VA_ARGS__), 0)

static inline struct str
peers_path(const char *name)
{
	return str_fmt(peers_arena, "%s/%s", peers_dir, name);
}

static inline void
peers_put(const char *name, struct str s)
{
	FILE *f = fopen(str_z(peers_arena, peers_path(name)), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static inline struct str
peers_get(const char *name)
{
	int fd = open(str_z(peers_arena, peers_path(name)), O_RDONLY | O_CLOEXEC);
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
	size_t n = size > 0 ? (size_t)size : 0;
	char *p = arena_alloc(peers_arena, n + 1);

	assert_true(size >= 0);
	assert_int_equal(pread(fd, p, n, 0), n);
	close(fd);
	return str_bytes(p, n);
}

static inline int
peers_setup(void **state)
{
	(void)state;
	peers_arena = arena_new((size_t)256 << 20);
	assert_non_null(mkdtemp(peers_dir));
	return 0;
}

static inline int
peers_teardown(void **state)
{
	(void)state;
	RUN("GNUPGHOME=$PWD gpgconf --kill all; rm -rf ./*");
	assert_int_equal(rmdir(peers_dir), 0);
	arena_free(peers_arena);
	return 0;
}

/* The fingerprint of the only key of KEYS. */
static inline struct pgp_key
peers_only_key(struct str keys, int64_t now)
{
	struct pgp_key found[PGP_KEYS_MAX];
	struct pgp *p;
	size_t n;

	assert_int_equal(pgp_new(now, &p), ERR_OK);
	assert_int_equal(pgp_load(p, keys, false), ERR_OK);
	assert_int_equal(pgp_keys(peers_arena, p, found, &n), ERR_OK);
	assert_int_equal(n, 1);
	pgp_free(p);
	return found[0];
}

/* What pgp_decrypt makes of MESSAGE; *TEXT is what it let out. */
static inline enum pgp_trouble
peers_decrypt(struct pgp *p, struct str message, uint64_t max, struct str *text,
        struct pgp_signature *sig)
{
	enum pgp_trouble trouble;
	int fd = memfd_create("plain", MFD_CLOEXEC);
	uint64_t n;
	char *bytes;

	assert_true(fd >= 0);
	assert_int_equal(pgp_decrypt(p, message, fd, max, &trouble, sig, &n), ERR_OK);
	assert_int_equal(lseek(fd, 0, SEEK_END), n);
	bytes = arena_alloc(peers_arena, (size_t)n + 1);
	assert_int_equal(pread(fd, bytes, (size_t)n, 0), n);
	close(fd);
	*text = str_bytes(bytes, (size_t)n);
	return trouble;
}

#endif
