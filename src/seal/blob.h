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
/* Closes the descriptor. W may be NULL. */
void blob_writer_free(struct blob_writer *w);

/* Reads the blob ID from FD (not owned) in order and hands every plain piece to SINK, which may
 * fail. ERR_FORGED if a bit is another, a chunk is missing or HASH does not fit; SINK may have seen
 * verified pieces by then. */
typedef enum err (*blob_sink)(void *ctx, struct str piece);
enum err blob_read(int fd, const struct key *case_key, const unsigned char id[FILE_ID_BYTES],
        const unsigned char hash[BLOB_HASH_BYTES], blob_sink sink, void *ctx) MUST_CHECK;

#endif
