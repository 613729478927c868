/* OpenPGP (RFC 4880 and RFC 9580 as far as RNP has it): a ring of keys and what is done with it.
 * The only room that uses RNP; linked into the OpenPGP workers and the command that makes keys.
 *
 * Everything that comes in is hostile, and RNP hands out plaintext before it knows that it is
 * whole: nothing of it counts unless the function returned ERR_OK and the trouble is PGP_FINE. A
 * struct pgp is for one thread. */
#ifndef VDPD_PGP_PGP_H
#define VDPD_PGP_PGP_H

#include "base/buf.h"

enum {
	PGP_FINGERPRINT_MAX = 65, /* hex digits and a NUL: v4 has 40, v5 and v6 have 64 */
	PGP_ALGORITHM_MAX = 32,
	PGP_KEYS_MAX = 16,           /* of one block of keys */
	PGP_KEY_BYTES_MAX = 1 << 18, /* of one block of keys, armored or not */
	PGP_USER_IDS_MAX = 8,
	PGP_USER_ID_BYTES = 255,
};

/* ---- A ring ---- */

struct pgp;

/* An empty ring whose present is NOW (UTC seconds; what has expired by then has expired).
 * ERR_UNSUPPORTED where RNP cannot be used. */
enum err pgp_new(int64_t now, struct pgp **out) MUST_CHECK;
/* Its present is NOW from here on. */
void pgp_set_now(struct pgp *p, int64_t now);
/* Forgets the keys, secret ones wiped. NULL allowed. */
void pgp_free(struct pgp *p);

/* Adds the transferable public keys of KEYS (binary or armored), or secret ones too with SECRET.
 * Damaged signatures and unknown packets in them are passed over. ERR_SYNTAX where it holds none,
 * ERR_TOO_LARGE over PGP_KEY_BYTES_MAX or PGP_KEYS_MAX. */
enum err pgp_load(struct pgp *p, struct str keys, bool secret) MUST_CHECK;

/* Takes every key out again whose secret half P does not hold. */
void pgp_forget_others(struct pgp *p);

/* ---- Keys, judged ---- */

/* Whether a key can be encrypted to, or why not. */
enum pgp_usable {
	PGP_USABLE,
	PGP_KEY_REVOKED,
	PGP_KEY_EXPIRED,
	PGP_KEY_NO_ENCRYPTION, /* none of its parts is for encryption */
	PGP_KEY_WEAK,          /* RSA or ElGamal below 2048 bits */
	PGP_KEY_INVALID,       /* no valid signature of its own binds it */
	PGP_USABLE_COUNT
};
/* "the key has expired": a clause for people. Static. */
const char *pgp_usable_text(enum pgp_usable u);

struct pgp_key {
	char fingerprint[PGP_FINGERPRINT_MAX]; /* of the primary key, capital hex */
	char algorithm[PGP_ALGORITHM_MAX];     /* of the primary key: "Ed25519", "RSA 3072" */
	enum pgp_usable usable;                /* for encryption, now */
	int64_t created_at;
	int64_t expires_at; /* of the primary key; 0: never */
	struct str user_ids[PGP_USER_IDS_MAX];
	size_t user_ids_n;
	bool secret; /* the ring holds its secret half */
};

/* The primary keys of P into OUT (PGP_KEYS_MAX), *N of them; texts in A. ERR_IO. */
enum err pgp_keys(struct arena *a, struct pgp *p, struct pgp_key *out, size_t *n) MUST_CHECK;

/* The key of FINGERPRINT as transferable public key, ARMORED or binary, in A. ERR_NOT_FOUND,
 * ERR_TOO_LARGE over PGP_KEY_BYTES_MAX. */
enum err pgp_export_public(struct arena *a, struct pgp *p, const char *fingerprint, bool armored,
        struct str *out) MUST_CHECK;
/* The same with its secret half, binary and not protected: seal it. */
enum err pgp_export_secret(
        struct arena *a, struct pgp *p, const char *fingerprint, struct str *out) MUST_CHECK;

/* ---- Reading messages ---- */

/* Why a message could not be opened. */
enum pgp_trouble {
	PGP_FINE,
	PGP_MALFORMED,     /* not OpenPGP, or not read to its end */
	PGP_NOT_ENCRYPTED, /* nothing in it is */
	PGP_NOT_FOR_US,    /* encrypted to other keys, or to a password */
	PGP_UNPROTECTED,   /* encrypted without integrity protection (no MDC, no AEAD) */
	PGP_DAMAGED,       /* changed on its way: MDC or AEAD tag does not fit, or cut off */
	PGP_TOO_LARGE,     /* its content is larger than allowed: a compression bomb */
	PGP_TROUBLE_COUNT
};
/* "it was changed on its way": a clause for people. Static. */
const char *pgp_trouble_text(enum pgp_trouble t);

/* What a signature says. */
enum pgp_signed {
	PGP_SIGNED_NONE,
	PGP_SIGNED_GOOD,
	PGP_SIGNED_BAD,
	PGP_SIGNED_UNKNOWN_KEY,
	PGP_SIGNED_EXPIRED, /* the signature, or its key when it was made */
	PGP_SIGNED_COUNT
};
/* "good", "bad", "unknown-key", "expired", "none". Static. */
const char *pgp_signed_name(enum pgp_signed s);

struct pgp_signature {
	enum pgp_signed state; /* of several signatures the best */
	/* The primary key's if it is known; otherwise what the signature names: the fingerprint or
	 * the 16 digits of a key id. "" for PGP_SIGNED_NONE. */
	char fingerprint[PGP_FINGERPRINT_MAX];
	int64_t made_at; /* 0 for PGP_SIGNED_NONE */
};

/* Decrypts MESSAGE (binary or armored) with the secret keys of P into the memory file OUT_FD, from
 * where it stands, at most MAX bytes; *n is how many came. Signatures inside are checked against
 * the keys of P and told in *sig; a bad one does not keep the text back. ERR_OK: *trouble tells
 * whether OUT_FD holds the message; if it is not PGP_FINE the file has been cut to where it stood,
 * so that nothing unproven is left. ERR_IO where OUT_FD cannot be written. */
enum err pgp_decrypt(struct pgp *p, struct str message, int out_fd, uint64_t max,
        enum pgp_trouble *trouble, struct pgp_signature *sig, uint64_t *n) MUST_CHECK;

/* Checks the detached SIGNATURE (binary or armored) over DATA (RFC 3156 section 5: with CRLF line
 * ends, as the caller has them). ERR_SYNTAX where it is no signature. */
enum err pgp_verify_detached(
        struct pgp *p, struct str data, struct str signature, struct pgp_signature *sig) MUST_CHECK;

/* Reads a clear-signed or a signed, not encrypted MESSAGE: the text that its signature covers into
 * TEXT (initialised), for which it counts alone. ERR_SYNTAX if it is none, ERR_TOO_LARGE. */
enum err pgp_verify_inline(
        struct pgp *p, struct str message, struct buf *text, struct pgp_signature *sig) MUST_CHECK;

/* ---- Writing messages ---- */

/* Encrypts DATA to each of RECIPIENTS (fingerprints of primary keys in P, N of them, at least one)
 * and signs it with the secret key of SIGNER (NULL: unsigned): an armored message in OUT. ERR_STATE
 * where a recipient's key is not PGP_USABLE, ERR_NOT_FOUND where a key is not in P, ERR_TOO_LARGE.
 */
enum err pgp_encrypt(struct pgp *p, struct str data, const char *const *recipients, size_t n,
        const char *signer, struct buf *out) MUST_CHECK;

/* A detached armored signature of DATA as it is. ERR_NOT_FOUND, ERR_TOO_LARGE. */
enum err pgp_sign_detached(
        struct pgp *p, struct str data, const char *signer, struct buf *out) MUST_CHECK;

/* TEXT in the cleartext signature framework (RFC 4880 section 7), with LF line ends. ERR_INVALID
 * for text whose signature others would not read as we do: a NUL, a CR, white space at the end of a
 * line, no line end at the end. */
enum err pgp_sign_clear(
        struct pgp *p, struct str text, const char *signer, struct buf *out) MUST_CHECK;

/* ---- Making keys ---- */

/* Makes an Ed25519 key that signs with a Cv25519 part for encryption, for USER_ID ("Name
 * <address>", UTF-8, at most PGP_USER_ID_BYTES), valid for VALID_S seconds, in P. ERR_INVALID,
 * ERR_IO. */
enum err pgp_generate(struct pgp *p, struct str user_id, uint32_t valid_s,
        char fingerprint[PGP_FINGERPRINT_MAX]) MUST_CHECK;

/* Lets the key of FINGERPRINT and its parts expire at EXPIRES_AT. ERR_NOT_FOUND, ERR_INVALID. */
enum err pgp_extend(struct pgp *p, const char *fingerprint, int64_t expires_at) MUST_CHECK;

/* Revokes the key of FINGERPRINT: SUPERSEDED by another (RFC 4880 section 5.2.3.23; earlier
 * signatures stay good), or else compromised. ERR_NOT_FOUND. */
enum err pgp_revoke(struct pgp *p, const char *fingerprint, bool superseded) MUST_CHECK;

#endif
