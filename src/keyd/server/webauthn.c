/* Passkeys, by libfido2. */
#include "keyd/server/webauthn.h"

#include "base/id.h"

/* fido.h draws in all of OpenSSL's headers for two types that nothing here uses, and their names
 * collide with ours and with the banned functions. */
#define OPENSSL_EC_H
#define OPENSSL_EVP_H
#define OPENSSL_RSA_H
typedef struct ec_key_st EC_KEY;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct rsa_st RSA;
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <sodium.h>
#include <stdlib.h>

enum {
	RP_HASH_BYTES = 32,
	FLAGS_AT = 32,
	COUNT_AT = 33,
	AUTH_DATA_MIN = 37,
	FLAG_PRESENT = 0x01,
	FLAG_VERIFIED = 0x04,
	FLAG_CREDENTIAL = 0x40,
	PARTY_MAX = 256,
};

/* The algorithms that are taken, and how long their keys are as libfido2 has them. */
static const struct {
	int alg;
	size_t key_bytes;
} algs[] = {
        {COSE_ES256, 64},
        {COSE_RS256, 259},
        {COSE_EDDSA, 32},
};
enum { ALGS = sizeof algs / sizeof algs[0] };

/* The text that follows P in *REST, cut off; false if something else does. */
static bool
cut(struct str *rest, struct str p)
{
	if (!str_starts(*rest, p))
		return false;
	*rest = str_sub(*rest, p.n, SIZE_MAX);
	return true;
}

enum err
webauthn_challenge(struct arena *a, const struct webauthn_party *party, struct str client_data,
        const char *type, struct str *challenge)
{
	/* Browsers write it in this one form, so that it need not be parsed as JSON: section
	 * 5.8.1.1, the limited verification algorithm. */
	struct str rest = client_data, text, got;
	size_t end;

	if (!cut(&rest, str_fmt(a, "{\"type\":\"%s\",\"challenge\":\"", type)))
		return ERR_AUTH;
	end = str_find(rest, '"', 0);
	if (end == SIZE_MAX)
		return ERR_AUTH;
	text = str_sub(rest, 0, end);
	rest = str_sub(rest, end, SIZE_MAX);
	if (!cut(&rest, str_fmt(a, "\",\"origin\":\"%.*s\"", STR_ARG(party->origin))))
		return ERR_AUTH;
	if (cut(&rest, STR(",\"crossOrigin\":false"))) {
		if (!str_starts(rest, STR(",")) && !str_eq(rest, STR("}")))
			return ERR_AUTH;
	} else if (!str_eq(rest, STR("}"))) {
		return ERR_AUTH;
	}
	if (base64_parse(a, text, &got) != ERR_OK)
		return ERR_AUTH;
	*challenge = got;
	return ERR_OK;
}

static bool
party_name(const struct webauthn_party *party, char name[PARTY_MAX])
{
	if (party->rp_id.n == 0 || party->rp_id.n >= PARTY_MAX)
		return false;
	memcpy(name, party->rp_id.p, party->rp_id.n);
	name[party->rp_id.n] = '\0';
	return true;
}

static int64_t
count_of(struct str auth_data)
{
	const unsigned char *p = (const unsigned char *)auth_data.p + COUNT_AT;

	return (int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
}

static bool
auth_data_plain(const struct webauthn_party *party, struct str auth_data, unsigned char flags)
{
	unsigned char want[RP_HASH_BYTES];

	if (auth_data.n < AUTH_DATA_MIN)
		return false;
	crypto_hash_sha256(want, (const unsigned char *)party->rp_id.p, party->rp_id.n);
	return sodium_memcmp(want, auth_data.p, sizeof want) == 0 &&
	       ((unsigned char)auth_data.p[FLAGS_AT] & flags) == flags;
}

/* The passkey in AUTH_DATA, if it is of the algorithm ALG. */
static enum err
register_as(struct arena *a, const char *party, int alg, size_t key_bytes,
        const unsigned char hash[crypto_hash_sha256_BYTES], struct str auth_data,
        struct passkey *out)
{
	fido_cred_t *cred = fido_cred_new();
	enum err e = ERR_AUTH;

	if (cred == NULL)
		abort();
	if (fido_cred_set_type(cred, alg) == FIDO_OK &&
	        fido_cred_set_rp(cred, party, NULL) == FIDO_OK &&
	        fido_cred_set_clientdata_hash(cred, hash, crypto_hash_sha256_BYTES) == FIDO_OK &&
	        fido_cred_set_authdata_raw(cred, (const unsigned char *)auth_data.p, auth_data.n) ==
	                FIDO_OK &&
	        fido_cred_pubkey_len(cred) == key_bytes && fido_cred_id_len(cred) > 0 &&
	        fido_cred_id_len(cred) <= KEYD_PASSKEY_ID_MAX) {
		out->alg = alg;
		out->public_key = str_dup(a, str_bytes(fido_cred_pubkey_ptr(cred), key_bytes));
		out->credential_id =
		        str_dup(a, str_bytes(fido_cred_id_ptr(cred), fido_cred_id_len(cred)));
		out->sign_count = count_of(auth_data);
		e = ERR_OK;
	}
	fido_cred_free(&cred);
	return e;
}

enum err
webauthn_register(struct arena *a, const struct webauthn_party *party, struct str client_data,
        struct str auth_data, struct passkey *out)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char name[PARTY_MAX];
	enum err e = ERR_AUTH;

	crypto_hash_sha256(hash, (const unsigned char *)client_data.p, client_data.n);
	if (!party_name(party, name) ||
	        !auth_data_plain(party, auth_data, FLAG_PRESENT | FLAG_VERIFIED | FLAG_CREDENTIAL))
		return ERR_AUTH;
	for (size_t i = 0; i < ALGS && e != ERR_OK; i++)
		e = register_as(a, name, algs[i].alg, algs[i].key_bytes, hash, auth_data, out);
	return e;
}

static bool
signed_by_es256(const fido_assert_t *claim, struct str key)
{
	es256_pk_t *pk = es256_pk_new();
	bool good;

	if (pk == NULL)
		abort();
	good = es256_pk_from_ptr(pk, key.p, key.n) == FIDO_OK &&
	       fido_assert_verify(claim, 0, COSE_ES256, pk) == FIDO_OK;
	es256_pk_free(&pk);
	return good;
}

static bool
signed_by_rs256(const fido_assert_t *claim, struct str key)
{
	rs256_pk_t *pk = rs256_pk_new();
	bool good;

	if (pk == NULL)
		abort();
	good = rs256_pk_from_ptr(pk, key.p, key.n) == FIDO_OK &&
	       fido_assert_verify(claim, 0, COSE_RS256, pk) == FIDO_OK;
	rs256_pk_free(&pk);
	return good;
}

static bool
signed_by_eddsa(const fido_assert_t *claim, struct str key)
{
	eddsa_pk_t *pk = eddsa_pk_new();
	bool good;

	if (pk == NULL)
		abort();
	good = eddsa_pk_from_ptr(pk, key.p, key.n) == FIDO_OK &&
	       fido_assert_verify(claim, 0, COSE_EDDSA, pk) == FIDO_OK;
	eddsa_pk_free(&pk);
	return good;
}

static bool
signed_by(const fido_assert_t *claim, const struct passkey *p)
{
	switch (p->alg) {
	case COSE_ES256:
		return signed_by_es256(claim, p->public_key);
	case COSE_RS256:
		return signed_by_rs256(claim, p->public_key);
	case COSE_EDDSA:
		return signed_by_eddsa(claim, p->public_key);
	default:
		return false;
	}
}

enum err
webauthn_verify(const struct webauthn_party *party, const struct passkey *p, struct str client_data,
        struct str auth_data, struct str signature, int64_t *sign_count)
{
	fido_assert_t *claim = fido_assert_new();
	unsigned char hash[crypto_hash_sha256_BYTES];
	char name[PARTY_MAX];
	enum err e = ERR_AUTH;

	if (claim == NULL)
		abort();
	crypto_hash_sha256(hash, (const unsigned char *)client_data.p, client_data.n);
	if (party_name(party, name) &&
	        auth_data_plain(party, auth_data, FLAG_PRESENT | FLAG_VERIFIED) &&
	        fido_assert_set_rp(claim, name) == FIDO_OK &&
	        fido_assert_set_up(claim, FIDO_OPT_TRUE) == FIDO_OK &&
	        fido_assert_set_uv(claim, FIDO_OPT_TRUE) == FIDO_OK &&
	        fido_assert_set_clientdata_hash(claim, hash, sizeof hash) == FIDO_OK &&
	        fido_assert_set_count(claim, 1) == FIDO_OK &&
	        fido_assert_set_authdata_raw(
	                claim, 0, (const unsigned char *)auth_data.p, auth_data.n) == FIDO_OK &&
	        fido_assert_set_sig(claim, 0, (const unsigned char *)signature.p, signature.n) ==
	                FIDO_OK &&
	        signed_by(claim, p)) {
		int64_t now = count_of(auth_data);

		/* Section 6.1.1: a count that does not go up is that of a copy. */
		if ((now == 0 && p->sign_count == 0) || now > p->sign_count) {
			*sign_count = now;
			e = ERR_OK;
		}
	}
	fido_assert_free(&claim);
	return e;
}

void
webauthn_start(void)
{
	/* The generator of P-256 is a key as good as any to refuse a signature with. */
	static const unsigned char generator[] = {0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47,
	        0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb,
	        0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2,
	        0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
	        0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
	static const unsigned char signature[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01};
	const struct webauthn_party party = {STR("localhost"), STR("http://localhost")};
	/* Any odd number will do, as long as it is not a prime that somebody knows: it only
	 * refuses. */
	unsigned char auth_data[AUTH_DATA_MIN] = {0}, modulus[259], point[32] = {1};
	const struct passkey keys[] = {
	        {.alg = COSE_ES256, .public_key = str_bytes(generator, sizeof generator)},
	        {.alg = COSE_RS256, .public_key = str_bytes(modulus, sizeof modulus)},
	        {.alg = COSE_EDDSA, .public_key = str_bytes(point, sizeof point)},
	};
	int64_t count;

	fido_init(0);
	memset(modulus, 0xff, sizeof modulus);
	memcpy(modulus + sizeof modulus - 3, "\1\0\1", 3);
	crypto_hash_sha256(auth_data, (const unsigned char *)party.rp_id.p, party.rp_id.n);
	auth_data[FLAGS_AT] = FLAG_PRESENT | FLAG_VERIFIED;
	for (size_t i = 0; i < ALGS; i++)
		if (webauthn_verify(&party, &keys[i], STR("{}"),
		            str_bytes(auth_data, sizeof auth_data),
		            str_bytes(signature, sizeof signature), &count) == ERR_OK)
			abort();
}
