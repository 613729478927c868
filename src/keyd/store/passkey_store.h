/* Passkeys: public halves of keys that people's devices hold, and the challenges used up. */
#ifndef VDPD_KEYD_STORE_PASSKEY_STORE_H
#define VDPD_KEYD_STORE_PASSKEY_STORE_H

#include "keyd/store/log_store.h"

enum { PASSKEY_KEY_MAX = 259 };

struct passkey {
	int64_t passkey_id, person_id;
	struct str credential_id;
	int64_t alg;           /* RFC 9053: COSE_ES256, COSE_RS256 or COSE_EDDSA of fido.h */
	struct str public_key; /* big-endian; ES256: x, y; RS256: modulus, exponent; EdDSA: y */
	int64_t sign_count;
	struct str name;
	int64_t created_at, used_at;
};

/* ERR_NOT_FOUND if nobody has it. */
enum err passkey_get(
        struct arena *a, struct db *db, struct str credential_id, struct passkey *out) MUST_CHECK;
/* PERSON_ID's, the oldest first. */
enum err passkey_list(struct arena *a, struct db *db, int64_t person_id,
        const struct keyd_passkey **items, size_t *n) MUST_CHECK;

/* ---- Inside tx_run ---- */

/* ERR_CONFLICT if the credential id is known; ERR_STATE if PERSON_ID has KEYD_PASSKEYS_MAX. */
enum err passkey_add(struct db *db, const struct passkey *p) MUST_CHECK;
enum err passkey_used(
        struct db *db, int64_t passkey_id, int64_t sign_count, int64_t now) MUST_CHECK;
/* ERR_NOT_FOUND if it is not PERSON_ID's. */
enum err passkey_remove(struct db *db, int64_t person_id, int64_t passkey_id) MUST_CHECK;
enum err passkey_remove_all(struct db *db, int64_t person_id) MUST_CHECK;
/* ERR_AUTH if CHALLENGE was used up before. Those that expired before NOW are forgotten. */
enum err passkey_challenge_use(
        struct db *db, struct str challenge, int64_t expires_at, int64_t now) MUST_CHECK;

#endif
