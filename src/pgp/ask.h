/* Asking OpenPGP workers (vdpd-pgp). A worker serves one sender, like those of mail/mime/mime.h; it
 * has the programme's secret keys. Uses no RNP itself. Besides the errors told: those of
 * worker_call (ERR_INVALID: the bytes killed the worker). */
#ifndef VDPD_PGP_ASK_H
#define VDPD_PGP_ASK_H

#include "mail/mime/mime.h"
#include "pgp/pgp.h"

/* The requests of an OpenPGP worker; what travels stands with each. */
enum pgp_request {
	PGP_ASK_KEYS,    /* fd keys → u32 n, keys */
	PGP_ASK_VERIFY,  /* fds file, keys; u32 inline, extents data, signature → signature */
	PGP_ASK_DECRYPT, /* fds file, keys, blob; extent, u64 max, mime_seal → u32 trouble, block
	                  * sealed. courier only */
	PGP_ASK_ENCRYPT, /* fds plain, keys, out; block fingerprint → nothing. desk only */
	PGP_REQUESTS
};

/* The public keys in the memory file KEYS_FD, judged: at most PGP_KEYS_MAX into OUT, texts in A.
 * ERR_NOT_FOUND where there is none. */
enum err pgp_ask_keys(
        struct arena *a, struct worker *w, int keys_fd, struct pgp_key *out, size_t *n) MUST_CHECK;

/* A signature in FILE_FD (a parts file), checked against the keys in the memory file KEYS_FD. With
 * IN_LINE, DATA is a clear-signed block and SIGNATURE counts for nothing. ERR_NOT_FOUND: it is
 * none. */
enum err pgp_ask_verify(struct worker *w, int file_fd, int keys_fd, bool in_line,
        struct mail_extent data, struct mail_extent signature,
        struct pgp_signature *out) MUST_CHECK;

/* The ciphertext of CIPHER in FILE_FD is decrypted, taken apart by a MIME worker and sealed as
 * mime_seal does, into the empty BLOB_FD, for the case of TO; TO->state is set by the worker: a
 * struct pgp_how, packed. Signatures are checked against the keys in KEYS_FD. *TROUBLE: PGP_FINE,
 * with *SEALED in A; anything else: nothing came out, and BLOB_FD is empty. */
enum err pgp_ask_decrypt(struct arena *a, struct worker *w, int file_fd, int keys_fd, int blob_fd,
        struct mail_extent cipher, const struct mime_seal *to, enum pgp_trouble *trouble,
        struct str *sealed) MUST_CHECK;

/* The MIME entity in PLAIN_FD, encrypted to the key of FINGERPRINT, which is in KEYS_FD, and signed
 * with the programme's key in use: armored, into OUT_FD. ERR_STATE: that key cannot be used, or
 * there is none of ours; ERR_NOT_FOUND: it is not in KEYS_FD. */
enum err pgp_ask_encrypt(struct worker *w, int plain_fd, int keys_fd, int out_fd,
        const char *fingerprint) MUST_CHECK;

/* Where the answer of pgp_ask_decrypt is sealed for, by the courier: who opens it needs this. */
struct place pgp_decrypted_place(const unsigned char case_uid[CASE_UID_BYTES]);

/* How a decrypted message came: stands before it in its blob (mime_blob_head's state). */
struct pgp_how {
	struct pgp_signature signature;
};
void pgp_how_pack(struct buf *b, const struct pgp_how *h);
bool pgp_how_unpack(struct str packed, struct pgp_how *h) MUST_CHECK;

/* Within requests and answers. */
void pgp_signature_pack(struct buf *b, const struct pgp_signature *s);
bool pgp_signature_unpack(struct cursor *c, struct pgp_signature *s) MUST_CHECK;
void pgp_key_pack(struct buf *b, const struct pgp_key *k);
bool pgp_key_unpack(struct arena *a, struct cursor *c, struct pgp_key *k) MUST_CHECK;
void pgp_extent_pack(struct buf *b, struct mail_extent e);
struct mail_extent pgp_extent_unpack(struct cursor *c);

#endif
