/* Asking MIME workers (vdpd-mime) to take messages apart. A worker serves one sender: one LMTP
 * session, one IMAP message, one request of the desk. */
#ifndef VDPD_MAIL_MIME_MIME_H
#define VDPD_MAIL_MIME_MIME_H

#include "mail/mime/message.h"
#include "proc/nursery.h"
#include "seal/blob.h"
#include "seal/field.h"
#include "seal/receipt.h"

/* The requests of a MIME worker. */
enum mime_request {
	MIME_PARSE, /* fds raw, parts; u32 flags → u64 at, u64 n: where the packed message stands */
	MIME_SEAL, /* fds plain, parts, blob; struct mime_seal → block sealed. PGP workers only */
	MIME_REQUESTS
};

enum mime_flag {
	MIME_HEADERS_ONLY =
	        1,          /* its content is left as it is; of a plaintext it becomes one part */
	MIME_DECRYPTED = 2, /* the plaintext of an encrypted part: a MIME entity, whose header
	                     * fields are protected ones (RFC 9788) */
	MIME_CAREFUL = 4,   /* HTML and winmail.dat stay parts: no other library than GMime */
	MIME_FLAGS = 7,
};

/* What a message is tried with, one after the other: I below MIME_TRIES. */
enum { MIME_TRIES = 3 };
uint32_t mime_try_flags(unsigned i);

/* Has the message in RAW_FD (read from its start; at most MAIL_RAW_MAX bytes) taken apart: the
 * bytes of its parts go to PARTS_FD, an empty memory file, and what it is to *OUT, in A. A worker
 * that dies of it is followed by a careful one, and that by one that reads the header alone; if all
 * die *OUT says MAIL_NOTE_NOT_READ and nothing else: a message never fails. WORKER is of the pool
 * SLOT_TO_MIME. TIMEOUT_MS is for each of the three. ERR_BUSY, ERR_PEER, ERR_IO where no worker is
 * to be had: try later. */
enum err mime_parse(struct arena *a, struct worker *worker, int raw_fd, int parts_fd,
        uint32_t flags, struct mail_message *out, int timeout_ms) MUST_CHECK;

/* What a decrypted mail is sealed to. */
struct mime_seal {
	uint32_t flags; /* enum mime_flag; MIME_DECRYPTED is always meant */
	unsigned char case_uid[CASE_UID_BYTES];
	int64_t row; /* of struct place, for the pair-sealed answer */
	struct str table, column;
	/* keyd's word for the pair's public half: the worker seals to no other. */
	struct receipt_facts facts;
	struct str signature;
	/* How the plaintext came: it is put before the message for who opens the blob. At most
	 * MIME_SEAL_STATE_MAX bytes, kept as they are. */
	struct str state;
};
enum { MIME_SEAL_STATE_MAX = 8192 };

/* In a request. */
void mime_seal_pack(struct buf *b, const struct mime_seal *m);
bool mime_seal_unpack(struct cursor *c, struct mime_seal *m) MUST_CHECK;

/* Has the plaintext in PLAIN_FD taken apart and sealed to the case of S: BLOB_FD gets a sealed blob
 * (seal/blob.h) under a new key, *SEALED the pair-sealed struct mime_sealed that opens it, in A.
 * PARTS_FD is an empty memory file for the worker. ERR_FORGED if the signature over S->facts is
 * not keyd's; what kills a worker is sealed as one part that was not taken apart. Where WORKER has
 * no successor the first death is ERR_INVALID or ERR_TOO_LARGE, and who asks tries again with
 * another worker and the next flags. Else as above. */
enum err mime_seal(struct arena *a, struct worker *worker, int plain_fd, int parts_fd, int blob_fd,
        const struct mime_seal *s, struct str *sealed, int timeout_ms) MUST_CHECK;

/* Behind the pair: what the case's team needs to open a sealed message. */
struct mime_sealed {
	unsigned char blob_id[FILE_ID_BYTES];
	struct key key;
	struct blob_info info;
	uint32_t parts_n;
};
enum { MIME_SEALED_BYTES = FILE_ID_BYTES + KEY_BYTES + 8 + BLOB_HASH_BYTES + 4 };

/* MIME_SEALED_BYTES; UNPACK is false if C holds fewer. */
void mime_sealed_pack(struct buf *b, const struct mime_sealed *m);
bool mime_sealed_unpack(struct cursor *c, struct mime_sealed *m) MUST_CHECK;

/* In the blob: block state, block packed message, then the parts file. *PARTS_AT is where that
 * begins. HEAD must hold the two blocks; ERR_TOO_LARGE if it is too short for them, ERR_SYNTAX. */
enum err mime_blob_head(struct arena *a, struct str head, struct str *state, struct mail_message *m,
        uint64_t *parts_at) MUST_CHECK;

#endif
