/* The receipt: a code that only the reporter holds, and a statement signed by keyd that the report
 * was taken. */
#ifndef VDPD_SEAL_RECEIPT_H
#define VDPD_SEAL_RECEIPT_H

#include "base/buf.h"
#include "base/secret.h"

enum {
	RECEIPT_CODE_CHARS = 26, /* base32: 130 bits */
	RECEIPT_HASH_BYTES = 32,
	RECEIPT_SIGNATURE_BYTES = 64, /* Ed25519, RFC 8032 */
	SIGNING_PUBLIC_BYTES = 32,
	SHA256_BYTES = 32,
	RECEIPT_STATEMENT_MAX = 1024,
};

/* The secret part of a receipt: RECEIPT_CODE_CHARS of A–Z, 2–7. Wipe it after use. */
struct receipt_code {
	char c[RECEIPT_CODE_CHARS];
};

void receipt_code_random(struct receipt_code *code);
/* The code of a request that may come twice: from BLAKE2b(SERVER_KEY, idempotency key, SHA-256 of
 * the body). */
void receipt_code_repeatable(const struct key *server_key, struct str idempotency_key,
        const unsigned char body_sha256[SHA256_BYTES], struct receipt_code *code);
void receipt_code_wipe(struct receipt_code *code);

/* What stands in the case row, and the key that opens the reporter's wrap: neither gives away the
 * other. */
void receipt_code_hash(const struct receipt_code *code, unsigned char out[RECEIPT_HASH_BYTES]);
void receipt_code_key(const struct receipt_code *code, struct key *out);

/* "EXW-2026-0001-ABCDE-FGHIJ-KLMNO-PQRST-UVWXYZ" in A: the case's number, then the code in groups.
 */
struct str receipt_text(struct arena *a, struct str case_number, const struct receipt_code *code);
/* Reads a receipt in any letter case, with or without spaces, dashes and the case's number;
 * *case_number is a slice of TEXT and empty where the number is missing. ERR_INVALID if no code
 * stands at its end. */
enum err receipt_parse(
        struct str text, struct str *case_number, struct receipt_code *code) MUST_CHECK;

/* What keyd signs. Slices are not owned. */
struct receipt_facts {
	struct str programme;   /* "exact.works" */
	struct str case_number; /* "EXW-2026-0001" */
	int64_t received_utc_s;
	int64_t signed_utc_s; /* keyd's own time */
	unsigned char content_sha256[SHA256_BYTES];
	unsigned char policy_sha256[SHA256_BYTES];
	unsigned char case_key[32]; /* the public half of the case's pair */
};

/* The signed bytes: lines of "name: value" in a fixed order under a heading, UTF-8, each ended by
 * LF. */
void receipt_statement(const struct receipt_facts *f, struct buf *out);
void receipt_sign(const unsigned char signing_secret[64], const struct receipt_facts *f,
        unsigned char signature[RECEIPT_SIGNATURE_BYTES]);
/* ERR_FORGED if SIGNATURE is not that of the key's owner over F. */
enum err receipt_verify(const unsigned char signing_public[SIGNING_PUBLIC_BYTES],
        const struct receipt_facts *f, struct str signature) MUST_CHECK;

#endif
