/* Passkeys, by libfido2. */
#include "keyd/server/webauthn.h"

#include "base/id.h"

/* fido.h draws in all of OpenSSL's headers for two types that nothing here uses, and their names
 * collide with ours and with the banned functions. */
#define OPENSSL_EC_H
#define OPENSSL_EVP_H
typedef struct ec_key_st EC_KEY;
typedef struct evp_pkey_st EVP_PKEY;
#include <fido.h>
#include <fido/es256.h>
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

enum err
webauthn_register(struct arena *a, const struct webauthn_party *party, struct str client_data,
        struct str auth_data, struct passkey *out)
{
	fido_cred_t *cred = fido_cred_new();
	unsigned char hash[crypto_hash_sha256_BYTES];
	char name[PARTY_MAX];
	enum err e = ERR_AUTH;

	if (cred == NULL)
		abort();
	crypto_hash_sha256(hash, (const unsigned char *)client_data.p, client_data.n);
	if (party_name(party, name) &&
	        auth_data_plain(party, auth_data, FLAG_PRESENT | FLAG_VERIFIED | FLAG_CREDENTIAL) &&
	        fido_cred_set_type(cred, COSE_ES256) == FIDO_OK &&
	        fido_cred_set_rp(cred, name, NULL) == FIDO_OK &&
	        fido_cred_set_clientdata_hash(cred, hash, sizeof hash) == FIDO_OK &&
	        fido_cred_set_authdata_raw(cred, (const unsigned char *)auth_data.p, auth_data.n) ==
	                FIDO_OK &&
	        fido_cred_pubkey_len(cred) == PASSKEY_KEY_BYTES && fido_cred_id_len(cred) > 0 &&
	        fido_cred_id_len(cred) <= KEYD_PASSKEY_ID_MAX) {
		memcpy(out->public_key, fido_cred_pubkey_ptr(cred), PASSKEY_KEY_BYTES);
		out->credential_id =
		        str_dup(a, str_bytes(fido_cred_id_ptr(cred), fido_cred_id_len(cred)));
		out->sign_count = count_of(auth_data);
		e = ERR_OK;
	}
	fido_cred_free(&cred);
	return e;
}

enum err
webauthn_verify(const struct webauthn_party *party, const struct passkey *p, struct str client_data,
        struct str auth_data, struct str signature, int64_t *sign_count)
{
	fido_assert_t *claim = fido_assert_new();
	es256_pk_t *key = es256_pk_new();
	unsigned char hash[crypto_hash_sha256_BYTES];
	char name[PARTY_MAX];
	enum err e = ERR_AUTH;

	if (claim == NULL || key == NULL)
		abort();
	crypto_hash_sha256(hash, (const unsigned char *)client_data.p, client_data.n);
	if (party_name(party, name) &&
	        auth_data_plain(party, auth_data, FLAG_PRESENT | FLAG_VERIFIED) &&
	        es256_pk_from_ptr(key, p->public_key, sizeof p->public_key) == FIDO_OK &&
	        fido_assert_set_rp(claim, name) == FIDO_OK &&
	        fido_assert_set_up(claim, FIDO_OPT_TRUE) == FIDO_OK &&
	        fido_assert_set_uv(claim, FIDO_OPT_TRUE) == FIDO_OK &&
	        fido_assert_set_clientdata_hash(claim, hash, sizeof hash) == FIDO_OK &&
	        fido_assert_set_count(claim, 1) == FIDO_OK &&
	        fido_assert_set_authdata_raw(
	                claim, 0, (const unsigned char *)auth_data.p, auth_data.n) == FIDO_OK &&
	        fido_assert_set_sig(claim, 0, (const unsigned char *)signature.p, signature.n) ==
	                FIDO_OK &&
	        fido_assert_verify(claim, 0, COSE_ES256, key) == FIDO_OK) {
		int64_t now = count_of(auth_data);

		/* Section 6.1.1: a count that does not go up is that of a copy. */
		if ((now == 0 && p->sign_count == 0) || now > p->sign_count) {
			*sign_count = now;
			e = ERR_OK;
		}
	}
	es256_pk_free(&key);
	fido_assert_free(&claim);
	return e;
}

void
webauthn_start(void)
{
	/* The generator of P-256 is a key as good as any to refuse a signature with. */
	static const unsigned char generator[PASSKEY_KEY_BYTES] = {0x6b, 0x17, 0xd1, 0xf2, 0xe1,
	        0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d,
	        0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
	        0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e,
	        0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37,
	        0xbf, 0x51, 0xf5};
	static const unsigned char signature[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01};
	const struct webauthn_party party = {STR("localhost"), STR("http://localhost")};
	unsigned char auth_data[AUTH_DATA_MIN] = {0};
	struct passkey p = {0};
	int64_t count;

	fido_init(0);
	memcpy(p.public_key, generator, sizeof generator);
	crypto_hash_sha256(auth_data, (const unsigned char *)party.rp_id.p, party.rp_id.n);
	auth_data[FLAGS_AT] = FLAG_PRESENT | FLAG_VERIFIED;
	if (webauthn_verify(&party, &p, STR("{}"), str_bytes(auth_data, sizeof auth_data),
	            str_bytes(signature, sizeof signature), &count) == ERR_OK)
		abort();
}
