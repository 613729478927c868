/* seal/blob: files come back whole, and not at all when anything was touched. */
#include "unit.h"

#include "base/id.h"
#include "seal/blob.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned char id[FILE_ID_BYTES] = "a random name..";

struct collected {
	unsigned char *p;
	size_t n;
};

static enum err
collect(void *ctx, struct str piece)
{
	struct collected *c = ctx;

	c->p = realloc(c->p, c->n + piece.n);
	memcpy(c->p + c->n, piece.p, piece.n);
	c->n += piece.n;
	return ERR_OK;
}

/* Writes N random bytes in odd pieces; the file stays open as the result. */
static int
written(const struct key *k, const unsigned char *plain, size_t n, struct blob_info *info)
{
	int fd = memfd_create("blob", MFD_CLOEXEC), own = dup(fd);
	struct blob_writer *w = blob_writer_new(own, k, id);

	for (size_t at = 0, step = 1; at < n; at += step, step = step * 3 % 100003 + 1) {
		if (step > n - at)
			step = n - at;
		assert_int_equal(blob_write(w, plain + at, step), ERR_OK);
	}
	assert_int_equal(blob_finish(w, info), ERR_OK);
	blob_writer_free(w);
	return fd;
}

static enum err
read_again(int fd, const struct key *k, const struct blob_info *info, struct collected *c)
{
	int copy;
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	copy = open(path, O_RDONLY | O_CLOEXEC);
	*c = (struct collected){0};
	return blob_read(copy, k, id, info->hash, collect, c);
}

static void
test_sizes(void **state)
{
	const size_t sizes[] = {0, 1, BLOB_CHUNK_BYTES - 1, BLOB_CHUNK_BYTES, BLOB_CHUNK_BYTES + 1,
	        3 * BLOB_CHUNK_BYTES, 1000003};
	unsigned char *plain = malloc(1000003);
	struct key k;

	(void)state;
	key_random(&k);
	random_bytes(plain, 1000003);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct blob_info info;
		struct collected c;
		int fd = written(&k, plain, sizes[i], &info);

		assert_int_equal(info.size_bytes, sizes[i]);
		assert_int_equal(read_again(fd, &k, &info, &c), ERR_OK);
		assert_int_equal(c.n, sizes[i]);
		assert_true(c.n == 0 || memcmp(c.p, plain, c.n) == 0);
		free(c.p);
		close(fd);
	}
	free(plain);
}

static void
test_damage(void **state)
{
	unsigned char *plain = calloc(1, 200000), byte;
	struct key k, other;
	struct blob_info info, wrong;
	struct collected c;
	int fd;
	off_t size;

	(void)state;
	key_random(&k);
	key_random(&other);
	fd = written(&k, plain, 200000, &info);
	size = lseek(fd, 0, SEEK_END);
	assert_int_equal(read_again(fd, &other, &info, &c), ERR_FORGED);
	free(c.p);
	wrong = info;
	wrong.hash[0] ^= 1;
	assert_int_equal(read_again(fd, &k, &wrong, &c), ERR_FORGED);
	free(c.p);
	for (off_t at = 0; at < size; at += 9973) {
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(read_again(fd, &k, &info, &c), ERR_FORGED);
		free(c.p);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	assert_int_equal(ftruncate(fd, 24 + BLOB_CHUNK_BYTES + 17), 0);
	assert_int_equal(read_again(fd, &k, &info, &c), ERR_FORGED);
	free(c.p);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(read_again(fd, &k, &info, &c), ERR_FORGED);
	free(c.p);
	close(fd);
	free(plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sizes),
	        cmocka_unit_test(test_damage),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
