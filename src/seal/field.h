/* Sealed fields: XChaCha20-Poly1305 whose associated data is the place where the field stands, so
 * that a value moved to another table, column, case or row no longer opens. */
#ifndef VDPD_SEAL_FIELD_H
#define VDPD_SEAL_FIELD_H

#include "base/secret.h"

enum {
	CASE_UID_BYTES = 16,      /* random, made with the case: names it before it has a number */
	FIELD_OVERHEAD = 24 + 16, /* nonce before, tag behind the ciphertext */
	PAIR_PUBLIC_BYTES = 32,
	PAIR_OVERHEAD = 48 + 16, /* sealed box (X25519, RFC 7748) and the hash of the place */
};

/* Where a sealed value stands. */
struct place {
	const char *table;
	const char *column;
	const unsigned char *case_uid; /* CASE_UID_BYTES */
	int64_t row; /* sequence number of the row within the case; 0 for the case row */
};

/* PLAIN sealed with K for AT: nonce, ciphertext, tag, in A. */
struct str field_seal(
        struct arena *a, const struct key *k, const struct place *at, struct str plain);

/* Opens what field_seal made. ERR_FORGED if the key, the place or a bit is another. */
enum err field_open(struct arena *a, const struct key *k, const struct place *at, struct str sealed,
        struct str *plain) MUST_CHECK;

/* PLAIN sealed to the public half of a case's pair, for who holds no key of the case (a worker, a
 * mailed answer); only the team's key opens it. */
struct str pair_seal(struct arena *a, const unsigned char pair_public[PAIR_PUBLIC_BYTES],
        const struct place *at, struct str plain);
enum err pair_open(struct arena *a, const unsigned char pair_public[PAIR_PUBLIC_BYTES],
        const struct key *pair_secret, const struct place *at, struct str sealed,
        struct str *plain) MUST_CHECK;

#endif
