/* Keys: memory, derivation, comparison. */
#include "base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

struct key *
key_new(void)
{
	struct key *k = sodium_malloc(sizeof *k);

	if (k == NULL)
		abort();
	sodium_memzero(k, sizeof *k);
	return k;
}

void
key_free(struct key *k)
{
	sodium_free(k);
}

void
key_wipe(struct key *k)
{
	sodium_memzero(k, sizeof *k);
}

void
key_random(struct key *k)
{
	randombytes_buf(k->b, sizeof k->b);
}

void
key_derive(const struct key *k, const char *label, struct str data, struct key *out)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, k->b, sizeof k->b, sizeof out->b);
	crypto_generichash_update(&st, (const unsigned char *)label, strlen(label) + 1);
	if (data.n > 0)
		crypto_generichash_update(&st, (const unsigned char *)data.p, data.n);
	crypto_generichash_final(&st, out->b, sizeof out->b);
	sodium_memzero(&st, sizeof st);
}

bool
secret_eq(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

enum err
key_read(int fd, struct key *k)
{
	unsigned char bytes[KEY_BYTES + 1];
	ssize_t n = pread(fd, bytes, sizeof bytes, 0);

	if (n < 0)
		return ERR_IO;
	if (n == KEY_BYTES)
		memcpy(k->b, bytes, KEY_BYTES);
	sodium_memzero(bytes, sizeof bytes);
	return n == KEY_BYTES ? ERR_OK : ERR_INVALID;
}
