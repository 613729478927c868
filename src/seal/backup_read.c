/* Reading a backup's file. */
#include "seal/backup_head.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct backup_reader {
	int fd;
	struct buf head_bytes; /* the head's texts are in it */
	struct backup_head head;
	unsigned char head_hash[HEAD_HASH];
	uint64_t at,
	        end; /* of the stream in the file: where the next chunk begins, where it ends */
	crypto_secretstream_xchacha20poly1305_state stream;
	bool last;        /* the piece in hand is the stream's last */
	uint64_t left;    /* of the entry in hand */
	struct str piece; /* what is left of it */
	unsigned char name[BACKUP_NAME_MAX];
	unsigned char plain[BACKUP_PIECE_BYTES];
	unsigned char sealed[SEALED_PIECE];
};

static enum err
open_key(struct backup_reader *r, const struct key *secret, const struct head_parts *p,
        struct diag *d)
{
	unsigned char public_half[BACKUP_PUBLIC_BYTES];
	struct key k;
	enum err e = backup_public(secret, public_half);

	if (e != ERR_OK || memcmp(public_half, p->h.recipient, sizeof public_half) != 0)
		return diag_set(d, ERR_AUTH, "name the key that its public half belongs to: --key",
		        "the backup was encrypted to another key, %02x%02x%02x%02x…",
		        p->h.recipient[0], p->h.recipient[1], p->h.recipient[2], p->h.recipient[3]);
	if (crypto_box_seal_open(k.b, (const unsigned char *)p->sealed_key.p, p->sealed_key.n,
	            public_half, secret->b) != 0 ||
	        crypto_secretstream_xchacha20poly1305_init_pull(
	                &r->stream, (const unsigned char *)p->stream_head.p, k.b) != 0)
		e = diag_set(d, ERR_FORGED, "take another backup", "the backup is damaged");
	key_wipe(&k);
	return e;
}

enum err
backup_reader_new(int fd, const struct key *secret, struct backup_reader **out, struct diag *d)
{
	struct backup_reader *r = calloc(1, sizeof *r);
	struct head_parts p = {0};
	uint64_t stream_bytes = 0;
	enum err e;

	if (r == NULL)
		abort();
	r->fd = fd;
	buf_init(&r->head_bytes, HEAD_MAX + FRONT_BYTES);
	e = head_read(fd, &r->head_bytes, &p, &stream_bytes, d);
	if (e == ERR_OK)
		e = open_key(r, secret, &p, d);
	if (e != ERR_OK) {
		backup_reader_free(r);
		return e;
	}
	r->head = p.h;
	r->at = r->head_bytes.n;
	r->end = r->at + stream_bytes;
	crypto_generichash(r->head_hash, sizeof r->head_hash,
	        (const unsigned char *)r->head_bytes.p, r->head_bytes.n, NULL, 0);
	*out = r;
	return ERR_OK;
}

const struct backup_head *
backup_reader_head(const struct backup_reader *r)
{
	return &r->head;
}

static enum err
piece_in(struct backup_reader *r)
{
	uint64_t rest = r->end - r->at;
	size_t n = rest < sizeof r->sealed ? (size_t)rest : sizeof r->sealed;
	unsigned long long plain_n;
	unsigned char tag;
	enum err e;

	if (r->last || n < STREAM_OVER)
		return ERR_FORGED;
	e = read_at(r->fd, r->sealed, n, r->at);
	if (e != ERR_OK)
		return e == ERR_SYNTAX ? ERR_FORGED : e;
	if (crypto_secretstream_xchacha20poly1305_pull(&r->stream, r->plain, &plain_n, &tag,
	            r->sealed, n, r->head_hash, sizeof r->head_hash) != 0)
		return ERR_FORGED;
	r->at += n;
	r->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	if (r->last != (r->at == r->end))
		return ERR_FORGED;
	r->piece = str_bytes(r->plain, (size_t)plain_n);
	return ERR_OK;
}

/* At most N bytes of the stream; never none. */
static enum err
take(struct backup_reader *r, uint64_t n, struct str *out)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && r->piece.n == 0)
		e = piece_in(r);
	if (e != ERR_OK)
		return e;
	*out = str_sub(r->piece, 0, n < r->piece.n ? (size_t)n : r->piece.n);
	r->piece = str_sub(r->piece, out->n, SIZE_MAX);
	return ERR_OK;
}

static enum err
take_exactly(struct backup_reader *r, void *out, size_t n)
{
	char *p = out;
	struct str got;
	enum err e = ERR_OK;

	while (e == ERR_OK && n > 0) {
		e = take(r, n, &got);
		if (e == ERR_OK) {
			memcpy(p, got.p, got.n);
			p += got.n;
			n -= got.n;
		}
	}
	return e;
}

static enum err
entry_in(struct backup_reader *r, struct backup_entry *out)
{
	unsigned char front[5], size[8];
	struct cursor c = {.rest = str_bytes(front, sizeof front)};
	struct backup_entry got = {0};
	uint32_t name_n;
	enum err e = take_exactly(r, front, sizeof front);

	if (e != ERR_OK)
		return e;
	got.kind = (enum backup_kind)cursor_u8(&c);
	name_n = cursor_u32(&c);
	if (got.kind < BACKUP_FILE || got.kind > BACKUP_END || name_n > sizeof r->name)
		return ERR_FORGED;
	e = take_exactly(r, r->name, name_n);
	if (e == ERR_OK)
		e = take_exactly(r, size, sizeof size);
	if (e != ERR_OK)
		return e;
	c = (struct cursor){.rest = str_bytes(size, sizeof size)};
	got.size = cursor_u64(&c);
	got.name = str_bytes(r->name, name_n);
	if ((got.kind == BACKUP_BLOB || got.kind == BACKUP_GONE) && name_n != BACKUP_BLOB_BYTES)
		return ERR_FORGED;
	*out = got;
	return ERR_OK;
}

enum err
backup_next(struct backup_reader *r, struct backup_entry *out)
{
	struct str skipped;
	enum err e = ERR_OK;

	while (e == ERR_OK && r->left > 0)
		e = backup_piece(r, &skipped);
	if (e == ERR_OK)
		e = entry_in(r, out);
	if (e != ERR_OK)
		return e;
	if (out->kind == BACKUP_END && (!r->last || r->piece.n > 0 || out->size > 0))
		return ERR_FORGED;
	r->left = out->size;
	return ERR_OK;
}

enum err
backup_piece(struct backup_reader *r, struct str *piece)
{
	struct str got = STR("");
	enum err e = r->left > 0 ? take(r, r->left, &got) : ERR_OK;

	if (e != ERR_OK)
		return e;
	r->left -= got.n;
	*piece = got;
	return ERR_OK;
}

void
backup_reader_free(struct backup_reader *r)
{
	if (r == NULL)
		return;
	buf_clear(&r->head_bytes);
	sodium_memzero(r, sizeof *r);
	free(r);
}
