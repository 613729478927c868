/* Sealed fields. */
#include "seal/field.h"

#include "base/buf.h"

#include <sodium.h>

enum { PLACE_MAX = 256, PLACE_HASH_BYTES = 16 };

struct place_bytes {
	unsigned char b[PLACE_MAX];
	size_t n;
};

static void
place_pack(const struct place *at, struct place_bytes *out)
{
	struct buf b;

	buf_init(&b, PLACE_MAX);
	buf_block(&b, str_of(at->table));
	buf_block(&b, str_of(at->column));
	buf_add(&b, at->case_uid, CASE_UID_BYTES);
	buf_u64(&b, (uint64_t)at->row);
	if (b.full)
		abort(); /* names of tables and columns are literals */
	memcpy(out->b, b.p, b.n);
	out->n = b.n;
	buf_clear(&b);
}

struct str
field_seal(struct arena *a, const struct key *k, const struct place *at, struct str plain)
{
	unsigned char *out = arena_array(a, plain.n + FIELD_OVERHEAD, 1);
	struct place_bytes ad;
	unsigned long long n;

	place_pack(at, &ad);
	randombytes_buf(out, 24);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	        out + 24, &n, (const unsigned char *)plain.p, plain.n, ad.b, ad.n, NULL, out, k->b);
	return str_bytes(out, (size_t)n + 24);
}

enum err
field_open(struct arena *a, const struct key *k, const struct place *at, struct str sealed,
        struct str *plain)
{
	const unsigned char *in = (const unsigned char *)sealed.p;
	struct place_bytes ad;
	unsigned char *out;
	unsigned long long n;

	if (sealed.n < FIELD_OVERHEAD)
		return ERR_FORGED;
	place_pack(at, &ad);
	out = arena_array(a, sealed.n - FIELD_OVERHEAD + 1, 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
	            out, &n, NULL, in + 24, sealed.n - 24, ad.b, ad.n, in, k->b) != 0)
		return ERR_FORGED;
	*plain = str_bytes(out, (size_t)n);
	return ERR_OK;
}

static void
place_hash(const struct place *at, unsigned char out[PLACE_HASH_BYTES])
{
	struct place_bytes ad;

	place_pack(at, &ad);
	crypto_generichash(out, PLACE_HASH_BYTES, ad.b, ad.n, NULL, 0);
}

struct str
pair_seal(struct arena *a, const unsigned char pair_public[PAIR_PUBLIC_BYTES],
        const struct place *at, struct str plain)
{
	size_t n = plain.n + PLACE_HASH_BYTES;
	unsigned char *inner = arena_array(a, n, 1);
	unsigned char *out = arena_array(a, n + crypto_box_SEALBYTES, 1);

	place_hash(at, inner);
	if (plain.n > 0)
		memcpy(inner + PLACE_HASH_BYTES, plain.p, plain.n);
	if (crypto_box_seal(out, inner, n, pair_public) != 0)
		abort(); /* a low-order point: refused when the case key was checked */
	return str_bytes(out, n + crypto_box_SEALBYTES);
}

enum err
pair_open(struct arena *a, const unsigned char pair_public[PAIR_PUBLIC_BYTES],
        const struct key *pair_secret, const struct place *at, struct str sealed, struct str *plain)
{
	unsigned char hash[PLACE_HASH_BYTES];
	unsigned char *inner;

	if (sealed.n < PAIR_OVERHEAD)
		return ERR_FORGED;
	inner = arena_array(a, sealed.n - crypto_box_SEALBYTES, 1);
	if (crypto_box_seal_open(inner, (const unsigned char *)sealed.p, sealed.n, pair_public,
	            pair_secret->b) != 0)
		return ERR_FORGED;
	place_hash(at, hash);
	if (!secret_eq(inner, hash, sizeof hash))
		return ERR_FORGED;
	*plain = str_bytes(inner + PLACE_HASH_BYTES, sealed.n - PAIR_OVERHEAD);
	return ERR_OK;
}
