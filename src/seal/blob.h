/* Files as sealed streams: chunks of 64 KiB under libsodium's secretstream (XChaCha20-Poly1305),
 * each file with a key of its own derived from a case key and the blob's random id. Memory use is
 * one chunk, whatever the size. */
#ifndef VDPD_SEAL_BLOB_H
#define VDPD_SEAL_BLOB_H

#include "base/secret.h"

enum { FILE_ID_BYTES = 16, BLOB_HASH_BYTES = 32, BLOB_CHUNK_BYTES = 64 * 1024 };

struct blob_writer;

/* What a row keeps of a written blob. */
struct blob_info {
	uint64_t size_bytes;                 /* of the plain file */
	unsigned char hash[BLOB_HASH_BYTES]; /* BLAKE2b-256 of the sealed bytes */
};

/* Starts the blob ID on FD, which is the writer's from now on. CASE_KEY is the reporter's or the
 * team's key. */
struct blob_writer *blob_writer_new(
        int fd, const struct key *case_key, const unsigned char id[FILE_ID_BYTES]);
/* Appends; ERR_FULL without room on disk, ERR_IO. */
enum err blob_write(struct blob_writer *w, const void *p, size_t n) MUST_CHECK;
/* Ends the stream and makes it durable. On success only, INFO is set. W can only be freed
 * afterwards. */
enum err blob_finish(struct blob_writer *w, struct blob_info *info) MUST_CHECK;
/* Closes the descriptor; the blob stays as it is. W may be NULL. */
void blob_writer_free(struct blob_writer *w);
/* The same, and the blob is emptied: nobody wants it. */
void blob_writer_discard(struct blob_writer *w);

struct blob_reader;

/* Reads the blob ID from FD, which is the reader's from now on. HASH is what the row keeps of it.
 */
struct blob_reader *blob_reader_new(int fd, const struct key *case_key,
        const unsigned char id[FILE_ID_BYTES], const unsigned char hash[BLOB_HASH_BYTES]);
/* The next plain piece, at most BLOB_CHUNK_BYTES, valid until the next call; empty at the end.
 * ERR_FORGED if a bit is another, a chunk is missing or the whole is not what HASH says; every
 * piece given was verified by itself. */
enum err blob_reader_next(struct blob_reader *r, struct str *piece) MUST_CHECK;
void blob_reader_free(struct blob_reader *r); /* closes; NULL allowed */

/* Reads all of it and hands every piece to SINK, which may fail. Closes FD. */
typedef enum err (*blob_sink)(void *ctx, struct str piece);
enum err blob_read(int fd, const struct key *case_key, const unsigned char id[FILE_ID_BYTES],
        const unsigned char hash[BLOB_HASH_BYTES], blob_sink sink, void *ctx) MUST_CHECK;

#endif
