/* Head, foot and index of a backup's file. */
#include "seal/backup_head.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

bool
backup_has_base(const struct backup_head *h)
{
	return !sodium_is_zero(h->base_id, sizeof h->base_id);
}

enum err
backup_public(const struct key *secret, unsigned char out[BACKUP_PUBLIC_BYTES])
{
	return crypto_scalarmult_base(out, secret->b) == 0 ? ERR_OK : ERR_INVALID;
}

/* ---- Index ---- */

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, BACKUP_BLOB_BYTES);
}

void
backup_index_sort(struct backup_index *x)
{
	if (x->n > 0)
		qsort(x->id, x->n, BACKUP_BLOB_BYTES, by_id);
}

bool
backup_index_has(const struct backup_index *x, const unsigned char id[BACKUP_BLOB_BYTES])
{
	return x->n > 0 && bsearch(id, x->id, x->n, BACKUP_BLOB_BYTES, by_id) != NULL;
}

void
backup_index_clear(struct backup_index *x)
{
	free(x->id);
	*x = (struct backup_index){0};
}

void
index_seal(const struct key *k, const unsigned char id[BACKUP_ID_BYTES],
        const struct backup_index *x, struct buf *out)
{
	size_t plain_n = x->n * BACKUP_BLOB_BYTES;
	unsigned char nonce[NONCE], *sealed = malloc(plain_n + TAG);
	unsigned long long n;

	if (sealed == NULL)
		abort();
	randombytes_buf(nonce, sizeof nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &n, (const unsigned char *)x->id,
	        plain_n, id, BACKUP_ID_BYTES, NULL, nonce, k->b);
	buf_add(out, nonce, sizeof nonce);
	buf_add(out, sealed, (size_t)n);
	free(sealed);
}

enum err
index_open(const struct key *k, const unsigned char id[BACKUP_ID_BYTES], struct str sealed,
        struct backup_index *out)
{
	const unsigned char *p = (const unsigned char *)sealed.p;
	unsigned char(*list)[BACKUP_BLOB_BYTES];
	unsigned long long n;

	if (sealed.n < NONCE + TAG || (sealed.n - NONCE - TAG) % BACKUP_BLOB_BYTES != 0)
		return ERR_FORGED;
	list = malloc(sealed.n);
	if (list == NULL)
		abort();
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)list, &n, NULL, p + NONCE,
	            sealed.n - NONCE, id, BACKUP_ID_BYTES, p, k->b) != 0) {
		free(list);
		return ERR_AUTH;
	}
	*out = (struct backup_index){list, (size_t)n / BACKUP_BLOB_BYTES};
	return ERR_OK;
}

/* ---- Head ---- */

void
head_pack(const struct head_parts *p, struct buf *out)
{
	const struct backup_head *h = &p->h;
	struct buf b;

	buf_init(&b, HEAD_MAX);
	buf_add(&b, h->id, sizeof h->id);
	buf_u64(&b, (uint64_t)h->made_at_utc_s);
	buf_u8(&b, h->storage_key);
	buf_block(&b, h->programme);
	buf_add(&b, h->base_id, sizeof h->base_id);
	buf_block(&b, h->base_name);
	buf_add(&b, h->recipient, sizeof h->recipient);
	buf_block(&b, p->sealed_key);
	buf_block(&b, p->index);
	buf_str(&b, p->stream_head);
	buf_str(out, BACKUP_MAGIC);
	buf_u32(out, BACKUP_VERSION);
	buf_u32(out, (uint32_t)b.n);
	buf_str(out, buf_view(&b));
	out->full |= b.full;
	buf_clear(&b);
}

static bool
head_unpack(struct str bytes, struct head_parts *p)
{
	struct cursor c = {.rest = bytes};
	struct head_parts got = {0};
	struct backup_head *h = &got.h;

	cursor_bytes(&c, h->id, sizeof h->id);
	h->made_at_utc_s = (int64_t)cursor_u64(&c);
	h->storage_key = cursor_u8(&c) != 0;
	h->programme = cursor_block(&c, BACKUP_NAME_MAX);
	cursor_bytes(&c, h->base_id, sizeof h->base_id);
	h->base_name = cursor_block(&c, BACKUP_NAME_MAX);
	cursor_bytes(&c, h->recipient, sizeof h->recipient);
	got.sealed_key = cursor_block(&c, SEALED_KEY);
	got.index = cursor_block(&c, HEAD_MAX);
	got.stream_head = c.rest;
	if (c.bad || got.stream_head.n != STREAM_HEAD || got.sealed_key.n != SEALED_KEY)
		return false;
	*p = got;
	return true;
}

enum err
read_at(int fd, void *out, size_t n, uint64_t at)
{
	char *p = out;

	while (n > 0) {
		ssize_t got = pread(fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return ERR_SYNTAX;
		p += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return ERR_OK;
}

static enum err
cut_short(struct diag *d)
{
	return diag_set(d, ERR_SYNTAX, "copy it anew from where it was made, or take another one",
	        "the backup is cut short, or has more behind its end");
}

/* The size at the end is the file's: it was written whole. */
static enum err
foot_check(int fd, uint64_t size, struct diag *d)
{
	unsigned char foot[FOOT_BYTES];
	struct cursor c = {.rest = str_bytes(foot, sizeof foot)};
	enum err e = size >= FRONT_BYTES + FOOT_BYTES
	                     ? read_at(fd, foot, sizeof foot, size - sizeof foot)
	                     : ERR_SYNTAX;

	if (e == ERR_IO)
		return diag_set(d, e, NULL, "cannot be read: %s", strerror(errno));
	if (e != ERR_OK || !str_starts(c.rest, BACKUP_FOOT))
		return cut_short(d);
	c.rest = str_sub(c.rest, BACKUP_FOOT.n, SIZE_MAX);
	return cursor_u64(&c) == size ? ERR_OK : cut_short(d);
}

static enum err
front_check(struct str front, uint32_t *head_n, struct diag *d)
{
	struct cursor c = {.rest = front};
	uint32_t version;

	if (!str_starts(front, BACKUP_MAGIC))
		return diag_set(d, ERR_SYNTAX, "name a file that `vdpd backup` made",
		        "is not a backup of vdpd");
	c.rest = str_sub(front, BACKUP_MAGIC.n, SIZE_MAX);
	version = cursor_u32(&c);
	if (version != BACKUP_VERSION)
		return diag_set(d, ERR_UNSUPPORTED,
		        "use the version of vdpd that made it, or a newer one",
		        "is a backup of format %u, and this program reads format %u", version,
		        BACKUP_VERSION);
	*head_n = cursor_u32(&c);
	return ERR_OK;
}

enum err
head_read(int fd, struct buf *b, struct head_parts *p, uint64_t *stream_bytes, struct diag *d)
{
	char front[FRONT_BYTES];
	struct stat st;
	uint32_t n = 0;
	uint64_t size;
	char *bytes;
	enum err e = read_at(fd, front, sizeof front, 0);

	if (e == ERR_IO || fstat(fd, &st) != 0)
		return diag_set(d, ERR_IO, NULL, "cannot be read: %s", strerror(errno));
	if (e == ERR_OK)
		e = front_check(str_bytes(front, sizeof front), &n, d);
	else
		e = diag_set(
		        d, e, "name a file that `vdpd backup` made", "is not a backup of vdpd");
	size = (uint64_t)st.st_size;
	if (e == ERR_OK)
		e = foot_check(fd, size, d);
	if (e != ERR_OK)
		return e;
	if (n > HEAD_MAX || FRONT_BYTES + (uint64_t)n + FOOT_BYTES > size)
		return diag_set(d, ERR_FORGED, "take another backup", "the backup is damaged");
	bytes = malloc((size_t)n + 1);
	if (bytes == NULL)
		abort();
	e = read_at(fd, bytes, n, FRONT_BYTES);
	buf_add(b, front, sizeof front);
	buf_add(b, bytes, n);
	free(bytes);
	if (e == ERR_OK && !head_unpack(str_sub(buf_view(b), FRONT_BYTES, SIZE_MAX), p))
		e = ERR_FORGED;
	if (e != ERR_OK)
		return diag_set(d, e, "take another backup", "the backup is damaged");
	*stream_bytes = size - FRONT_BYTES - n - FOOT_BYTES;
	return ERR_OK;
}

enum err
backup_read_index(struct arena *a, int fd, const struct key *index_key, struct backup_head *head,
        struct backup_index *index, struct diag *d)
{
	struct head_parts p;
	struct buf b;
	uint64_t stream;
	enum err e;

	buf_init(&b, HEAD_MAX + FRONT_BYTES);
	e = head_read(fd, &b, &p, &stream, d);
	if (e == ERR_OK && index_open(index_key, p.h.id, p.index, index) != ERR_OK)
		e = diag_set(d, ERR_AUTH, "name a backup of this instance as the base",
		        "another instance made this backup, or it is damaged");
	if (e == ERR_OK) {
		*head = p.h;
		head->programme = str_dup(a, p.h.programme);
		head->base_name = str_dup(a, p.h.base_name);
	}
	buf_clear(&b);
	return e;
}
