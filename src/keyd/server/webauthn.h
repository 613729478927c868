/* What a browser says about a passkey, checked: W3C Web Authentication Level 2, sections 5.8.1.1,
 * 6.1, 7.1 and 7.2. Attestation is not asked for; keys are ES256
 * (P-256), RS256 (RSA of 2048 bits) or EdDSA (Ed25519), and the device must have made sure of its
 * owner (user verification). Pure, but for libfido2. */
#ifndef VDPD_KEYD_SERVER_WEBAUTHN_H
#define VDPD_KEYD_SERVER_WEBAUTHN_H

#include "base/str.h"
#include "keyd/store/passkey_store.h"

/* Who the keys are for. */
struct webauthn_party {
	struct str rp_id;  /* the desk's host name; "" where it is an address: no passkeys then */
	struct str origin; /* "https://desk.exact.works" */
};

/* Loads what libfido2 loads at its first use, before a sandbox forbids it. */
void webauthn_start(void);

/* The challenge that CLIENT_DATA answers, in A: its type is TYPE ("webauthn.get"), its origin the
 * party's, and it was not made across origins. ERR_AUTH. */
enum err webauthn_challenge(struct arena *a, const struct webauthn_party *party,
        struct str client_data, const char *type, struct str *challenge) MUST_CHECK;

/* A new passkey from AUTH_DATA: credential_id, alg, public_key and sign_count of *out, texts
 * in A. ERR_AUTH. */
enum err webauthn_register(struct arena *a, const struct webauthn_party *party,
        struct str client_data, struct str auth_data, struct passkey *out) MUST_CHECK;

/* Has P signed this? *sign_count is what the device counts now. ERR_AUTH, also where the count did
 * not go up: then there are two of it. */
enum err webauthn_verify(const struct webauthn_party *party, const struct passkey *p,
        struct str client_data, struct str auth_data, struct str signature,
        int64_t *sign_count) MUST_CHECK;

#endif
