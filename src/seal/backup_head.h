/* The head and the foot of a backup's file, for backup_write.c and backup_read.c. */
#ifndef VDPD_SEAL_BACKUP_HEAD_H
#define VDPD_SEAL_BACKUP_HEAD_H

#include "base/buf.h"
#include "seal/backup.h"

#include <sodium.h>

enum {
	STREAM_HEAD = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	STREAM_OVER = crypto_secretstream_xchacha20poly1305_ABYTES,
	SEALED_KEY = KEY_BYTES + crypto_box_SEALBYTES,
	SEALED_PIECE = BACKUP_PIECE_BYTES + STREAM_OVER,
	HEAD_HASH = 32,
	FRONT_BYTES = 12 + 4 + 4, /* magic, version, length */
	FOOT_BYTES = 8 + 8,
};
#define HEAD_MAX     ((size_t)1 << 30) /* an index of 64 million blobs */
#define BACKUP_MAGIC STR("vdpd backup\n")
#define BACKUP_FOOT  STR("vdpd end")

/* Everything that stands in the head. */
struct head_parts {
	struct backup_head h;
	struct str sealed_key, index, stream_head;
};

/* Appends the whole head. */
void head_pack(const struct head_parts *p, struct buf *out);
/* Reads and checks head and foot of FD into B (which the caller has initialised with HEAD_MAX and
 * clears); P's texts are slices of it. *STREAM_BYTES is what lies between. Errors as of
 * backup_reader_new. */
enum err head_read(int fd, struct buf *b, struct head_parts *p, uint64_t *stream_bytes,
        struct diag *d) MUST_CHECK;

/* The index sealed for the head of backup ID, appended to OUT; and opened again. */
void index_seal(const struct key *k, const unsigned char id[BACKUP_ID_BYTES],
        const struct backup_index *x, struct buf *out);
enum err index_open(const struct key *k, const unsigned char id[BACKUP_ID_BYTES], struct str sealed,
        struct backup_index *out) MUST_CHECK;

/* Reads exactly N bytes at the offset AT. ERR_SYNTAX where the file ends before; ERR_IO. */
enum err read_at(int fd, void *out, size_t n, uint64_t at) MUST_CHECK;

#endif
