/* The file of a backup: written with the public half of a backup key, read with its secret half.
 *
 *   head     "vdpd backup\n", u32 version, u32 length, then that many bytes: what struct
 *            backup_head holds; the stream's key in a sealed box to the backup key (X25519); the
 *            index; the header of the stream
 *   stream   chunks of 64 KiB under libsodium's secretstream (XChaCha20-Poly1305); the BLAKE2b-256
 *            of the head is bound into each of them
 *   foot     "vdpd end", u64 size of the whole file: who cannot decrypt it sees that it is whole
 *
 * In the stream: entries of u8 kind, block name, u64 size and so many bytes; BACKUP_END is the
 * last. Integers are little-endian, blocks a u32 length and bytes (base/buf.h).
 *
 * The index is the list of the blobs that this backup has, itself or by its base, under a key of
 * the instance: with it the instance, which cannot read the rest, knows what it need not copy
 * again. A sealed box does not tell who made it: whoever has the public half can make such a file.
 */
#ifndef VDPD_SEAL_BACKUP_H
#define VDPD_SEAL_BACKUP_H

#include "base/secret.h"

enum {
	BACKUP_VERSION = 1,
	BACKUP_ID_BYTES = 16,
	BACKUP_BLOB_BYTES = 16,
	BACKUP_NAME_MAX = 255,
	BACKUP_PUBLIC_BYTES = 32,
	BACKUP_PIECE_BYTES = 64 * 1024,
};

struct backup_head {
	unsigned char id[BACKUP_ID_BYTES];
	int64_t made_at_utc_s;
	bool storage_key; /* keys/storage.key is in it */
	struct str programme;
	unsigned char base_id[BACKUP_ID_BYTES];       /* zeroes: it has no base */
	struct str base_name;                         /* what the base's file was called; "" */
	unsigned char recipient[BACKUP_PUBLIC_BYTES]; /* public half of the backup key */
};

/* True if H names a base. */
bool backup_has_base(const struct backup_head *h);

/* The blobs of a backup; the caller frees the list. */
struct backup_index {
	unsigned char (*id)[BACKUP_BLOB_BYTES]; /* in order */
	size_t n;
};
/* Orders X's list, as it must be for backup_index_has and backup_writer_new. */
void backup_index_sort(struct backup_index *x);
bool backup_index_has(const struct backup_index *x, const unsigned char id[BACKUP_BLOB_BYTES]);
void backup_index_clear(struct backup_index *x);

enum backup_kind { BACKUP_FILE = 1, BACKUP_BLOB, BACKUP_GONE, BACKUP_END };

/* ---- Writing ---- */

struct backup_writer;

/* Writes the head to FD, which stays the caller's. INDEX_KEY is the instance's. ERR_FULL, ERR_IO;
 * ERR_INVALID if the recipient is no key. */
enum err backup_writer_new(int fd, const struct backup_head *head, const struct key *index_key,
        const struct backup_index *index, struct backup_writer **out) MUST_CHECK;
/* Begins an entry: a file of the instance by its path, a blob by its 16 bytes, or a blob that is
 * not there any more (without bytes). All bytes of the one before must have been put. */
enum err backup_begin(
        struct backup_writer *w, enum backup_kind kind, struct str name, uint64_t size) MUST_CHECK;
enum err backup_put(struct backup_writer *w, struct str bytes) MUST_CHECK;
/* Ends the stream and the file, and makes it durable. */
enum err backup_finish(struct backup_writer *w) MUST_CHECK;
void backup_writer_free(struct backup_writer *w); /* NULL allowed */

/* ---- Reading ---- */

struct backup_reader;

struct backup_entry {
	enum backup_kind kind;
	struct str name; /* lives until the next call */
	uint64_t size;
};

/* Opens the backup in FD (a file, which stays the caller's) with the secret half. With D:
 * ERR_SYNTAX not a backup, or cut short; ERR_UNSUPPORTED another version; ERR_AUTH another key;
 * ERR_FORGED damaged; ERR_IO. */
enum err backup_reader_new(
        int fd, const struct key *secret, struct backup_reader **out, struct diag *d) MUST_CHECK;
/* What the head says; proved to be so once the first entry could be read. */
const struct backup_head *backup_reader_head(const struct backup_reader *r);
/* The next entry, past what is left of the one in hand. The last one is BACKUP_END, given only if
 * the file ends there. ERR_FORGED: something was changed or is missing; ERR_IO. */
enum err backup_next(struct backup_reader *r, struct backup_entry *out) MUST_CHECK;
/* The next piece of the entry in hand; empty at its end. */
enum err backup_piece(struct backup_reader *r, struct str *piece) MUST_CHECK;
void backup_reader_free(struct backup_reader *r); /* NULL allowed */

/* Without the secret half: the head, whose texts are in A, and the index of the backup in FD, for
 * the instance that made it. Errors as above; ERR_AUTH: another instance made it. */
enum err backup_read_index(struct arena *a, int fd, const struct key *index_key,
        struct backup_head *head, struct backup_index *index, struct diag *d) MUST_CHECK;

/* The public half of SECRET. ERR_INVALID if it is no key. */
enum err backup_public(const struct key *secret, unsigned char out[BACKUP_PUBLIC_BYTES]) MUST_CHECK;

#endif
