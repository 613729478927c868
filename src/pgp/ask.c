/* Questions to OpenPGP workers, packed, and their answers. */
#include "pgp/ask.h"

enum { ANSWER_MS = 30000 };

void
pgp_signature_pack(struct buf *b, const struct pgp_signature *s)
{
	buf_u32(b, s->state);
	buf_block(b, str_of(s->fingerprint));
	buf_u64(b, (uint64_t)s->made_at);
}

/* A block of at most SIZE - 1 bytes into OUT, NUL-terminated. */
static void
text_unpack(struct cursor *c, char *out, size_t size)
{
	struct str s = cursor_block(c, size - 1);

	memset(out, 0, size);
	if (!c->bad)
		memcpy(out, s.p, s.n);
}

bool
pgp_signature_unpack(struct cursor *c, struct pgp_signature *s)
{
	uint32_t state = cursor_u32(c);

	text_unpack(c, s->fingerprint, sizeof s->fingerprint);
	s->made_at = (int64_t)cursor_u64(c);
	s->state = (enum pgp_signed)state;
	return !c->bad && state < PGP_SIGNED_COUNT;
}

void
pgp_key_pack(struct buf *b, const struct pgp_key *k)
{
	buf_block(b, str_of(k->fingerprint));
	buf_block(b, str_of(k->algorithm));
	buf_u32(b, k->usable);
	buf_u64(b, (uint64_t)k->created_at);
	buf_u64(b, (uint64_t)k->expires_at);
	buf_u32(b, (uint32_t)k->user_ids_n);
	for (size_t i = 0; i < k->user_ids_n; i++)
		buf_block(b, k->user_ids[i]);
}

bool
pgp_key_unpack(struct arena *a, struct cursor *c, struct pgp_key *k)
{
	uint32_t usable, n;

	*k = (struct pgp_key){0};
	text_unpack(c, k->fingerprint, sizeof k->fingerprint);
	text_unpack(c, k->algorithm, sizeof k->algorithm);
	usable = cursor_u32(c);
	k->created_at = (int64_t)cursor_u64(c);
	k->expires_at = (int64_t)cursor_u64(c);
	n = cursor_u32(c);
	if (c->bad || usable >= PGP_USABLE_COUNT || n > PGP_USER_IDS_MAX)
		return false;
	k->usable = (enum pgp_usable)usable;
	for (uint32_t i = 0; i < n; i++)
		k->user_ids[k->user_ids_n++] = str_dup(a, cursor_block(c, PGP_USER_ID_BYTES));
	return !c->bad;
}

void
pgp_extent_pack(struct buf *b, struct mail_extent e)
{
	buf_u64(b, e.at);
	buf_u64(b, e.n);
}

struct mail_extent
pgp_extent_unpack(struct cursor *c)
{
	struct mail_extent e = {.at = cursor_u64(c)};

	e.n = cursor_u64(c);
	return e;
}

void
pgp_how_pack(struct buf *b, const struct pgp_how *h)
{
	buf_u8(b, 1);
	pgp_signature_pack(b, &h->signature);
}

bool
pgp_how_unpack(struct str packed, struct pgp_how *h)
{
	struct cursor c = {.rest = packed};

	return cursor_u8(&c) == 1 && pgp_signature_unpack(&c, &h->signature) && cursor_done(&c);
}

struct place
pgp_decrypted_place(const unsigned char case_uid[CASE_UID_BYTES])
{
	return (struct place){"mail", "decrypted", case_uid, 0};
}

/* ---- Asking ---- */

static enum err
keys_read(struct arena *a, struct cursor *c, struct pgp_key *out, size_t *n)
{
	uint32_t have = cursor_u32(c);

	if (c->bad || have > PGP_KEYS_MAX)
		return ERR_PEER;
	for (uint32_t i = 0; i < have; i++) {
		if (!pgp_key_unpack(a, c, &out[i]))
			return ERR_PEER;
	}
	if (!cursor_done(c))
		return ERR_PEER;
	*n = have;
	return ERR_OK;
}

enum err
pgp_ask_keys(struct arena *a, struct worker *w, int keys_fd, struct pgp_key *out, size_t *n)
{
	const struct fds send = {.fd = {keys_fd}, .n = 1};
	struct buf reply;
	enum err e;

	buf_init(&reply, CHANNEL_FIELDS_MAX);
	e = worker_call(w, PGP_ASK_KEYS, NULL, &send, &reply, NULL, ANSWER_MS);
	if (e == ERR_OK)
		e = keys_read(a, &(struct cursor){.rest = buf_view(&reply)}, out, n);
	buf_clear(&reply);
	return e;
}

enum err
pgp_ask_verify(struct worker *w, int file_fd, int keys_fd, bool in_line, struct mail_extent data,
        struct mail_extent signature, struct pgp_signature *out)
{
	const struct fds send = {.fd = {file_fd, keys_fd}, .n = 2};
	struct pgp_signature got = {0};
	struct buf q, reply;
	struct cursor c;
	enum err e;

	buf_init(&q, 64);
	buf_init(&reply, CHANNEL_FIELDS_MAX);
	buf_u32(&q, in_line);
	pgp_extent_pack(&q, data);
	pgp_extent_pack(&q, signature);
	e = worker_call(w, PGP_ASK_VERIFY, &q, &send, &reply, NULL, ANSWER_MS);
	c = (struct cursor){.rest = buf_view(&reply)};
	if (e == ERR_OK && (!pgp_signature_unpack(&c, &got) || !cursor_done(&c)))
		e = ERR_PEER;
	if (e == ERR_OK)
		*out = got;
	buf_clear(&q);
	buf_clear(&reply);
	return e;
}

static enum err
decrypt_once(struct arena *a, struct worker *w, int file_fd, int keys_fd, int blob_fd,
        struct mail_extent cipher, const struct mime_seal *to, enum pgp_trouble *trouble,
        struct str *sealed)
{
	const struct fds send = {.fd = {file_fd, keys_fd, blob_fd}, .n = 3};
	struct buf q, reply;
	struct cursor c;
	struct str block;
	uint32_t t;
	enum err e;

	buf_init(&q, CHANNEL_FIELDS_MAX);
	buf_init(&reply, CHANNEL_FIELDS_MAX);
	pgp_extent_pack(&q, cipher);
	mime_seal_pack(&q, to);
	e = worker_call(w, PGP_ASK_DECRYPT, &q, &send, &reply, NULL, ANSWER_MS);
	c = (struct cursor){.rest = buf_view(&reply)};
	if (e == ERR_OK) {
		t = cursor_u32(&c);
		block = cursor_block(&c, CHANNEL_FIELDS_MAX);
		if (!cursor_done(&c) || t >= PGP_TROUBLE_COUNT || (t == PGP_FINE) != (block.n > 0))
			e = ERR_PEER;
	}
	if (e == ERR_OK) {
		*trouble = (enum pgp_trouble)t;
		*sealed = str_dup(a, block);
	}
	buf_clear(&q);
	buf_clear(&reply);
	return e;
}

enum err
pgp_ask_decrypt(struct arena *a, struct worker *w, int file_fd, int keys_fd, int blob_fd,
        struct mail_extent cipher, const struct mime_seal *to, enum pgp_trouble *trouble,
        struct str *sealed)
{
	struct mime_seal now = *to;
	enum err e = ERR_INVALID;

	/* A worker has one MIME worker. If the plaintext was the end of that, the next ones read
	 * less of it. */
	for (unsigned i = 0; i < MIME_TRIES && (e == ERR_INVALID || e == ERR_TOO_LARGE); i++) {
		if (i > 0)
			worker_end(w);
		now.flags = to->flags | mime_try_flags(i);
		e = decrypt_once(a, w, file_fd, keys_fd, blob_fd, cipher, &now, trouble, sealed);
	}
	return e;
}

enum err
pgp_ask_encrypt(struct worker *w, int plain_fd, int keys_fd, int out_fd, const char *fingerprint)
{
	const struct fds send = {.fd = {plain_fd, keys_fd, out_fd}, .n = 3};
	struct buf q;
	enum err e;

	buf_init(&q, 2 * PGP_FINGERPRINT_MAX);
	buf_block(&q, str_of(fingerprint));
	e = worker_call(w, PGP_ASK_ENCRYPT, &q, &send, NULL, NULL, ANSWER_MS);
	buf_clear(&q);
	return e;
}
