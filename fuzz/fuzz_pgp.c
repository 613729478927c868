/* Any bytes as a message, as a signed text, as a signature and as keys: read or refused; what is
 * not proven leaves nothing behind. */
#include "pgp/pgp.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NOW = 1767603600, OUT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Made once: the fuzzer looks for ways through the parser, not for a key. */
static struct pgp *
ours(void)
{
	static char fingerprint[PGP_FINGERPRINT_MAX];
	static struct pgp *ring;

	if (ring == NULL &&
	        (pgp_new(NOW, &ring) != ERR_OK || pgp_generate(ring, STR("f <f@example.org>"),
	                                                  1u << 30, fingerprint) != ERR_OK))
		abort();
	return ring;
}

static void
as_message(struct str input)
{
	int fd = memfd_create("out", MFD_CLOEXEC);
	struct pgp_signature sig;
	enum pgp_trouble trouble;
	uint64_t written;

	if (fd < 0)
		abort();
	if (pgp_decrypt(ours(), input, fd, OUT_MAX, &trouble, &sig, &written) != ERR_OK)
		abort();
	if (trouble != PGP_FINE && (written != 0 || lseek(fd, 0, SEEK_END) != 0))
		abort();
	close(fd);
}

static void
as_signed(struct str input)
{
	struct pgp_signature sig;
	struct buf text;

	buf_init(&text, OUT_MAX);
	if (pgp_verify_inline(ours(), input, &text, &sig) != ERR_OK && text.n != 0)
		abort();
	buf_clear(&text);
	if (pgp_verify_detached(ours(), STR("text\r\n"), input, &sig) == ERR_OK &&
	        sig.state == PGP_SIGNED_NONE)
		abort();
}

static void
as_keys(struct str input)
{
	struct arena *a = arena_new(1 << 20);
	struct pgp_key keys[PGP_KEYS_MAX];
	struct pgp *ring;
	struct buf b;
	size_t n;

	if (pgp_new(NOW, &ring) != ERR_OK)
		abort();
	if (pgp_load(ring, input, false) == ERR_OK && pgp_keys(a, ring, keys, &n) == ERR_OK) {
		for (size_t i = 0; i < n; i++) {
			const char *to = keys[i].fingerprint;
			enum err e;

			buf_init(&b, OUT_MAX);
			e = pgp_encrypt(ring, STR("x"), &to, 1, NULL, &b);
			if (e == ERR_OK && keys[i].usable != PGP_USABLE)
				abort();
			buf_clear(&b);
		}
	}
	pgp_free(ring);
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str input = str_bytes(p, n);

	as_message(input);
	as_signed(input);
	as_keys(input);
	return 0;
}
