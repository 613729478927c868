/* Asking MIME workers: the requests' fields, and the answers'. */
#include "mail/mime/mime.h"

#include <unistd.h>

enum { FACT_MAX = 256, PLACE_MAX = 64, SEALED_MAX = MIME_SEALED_BYTES + PAIR_OVERHEAD };

/* ---- Fields ---- */

static void
pack_facts(struct buf *b, const struct receipt_facts *f)
{
	buf_block(b, f->programme);
	buf_block(b, f->case_number);
	buf_u64(b, (uint64_t)f->received_utc_s);
	buf_u64(b, (uint64_t)f->signed_utc_s);
	buf_add(b, f->content_sha256, sizeof f->content_sha256);
	buf_add(b, f->policy_sha256, sizeof f->policy_sha256);
	buf_add(b, f->case_key, sizeof f->case_key);
}

static void
unpack_facts(struct cursor *c, struct receipt_facts *f)
{
	f->programme = cursor_block(c, FACT_MAX);
	f->case_number = cursor_block(c, FACT_MAX);
	f->received_utc_s = (int64_t)cursor_u64(c);
	f->signed_utc_s = (int64_t)cursor_u64(c);
	cursor_bytes(c, f->content_sha256, sizeof f->content_sha256);
	cursor_bytes(c, f->policy_sha256, sizeof f->policy_sha256);
	cursor_bytes(c, f->case_key, sizeof f->case_key);
}

void
mime_seal_pack(struct buf *b, const struct mime_seal *m)
{
	buf_u32(b, m->flags);
	buf_add(b, m->case_uid, CASE_UID_BYTES);
	buf_u64(b, (uint64_t)m->row);
	buf_block(b, m->table);
	buf_block(b, m->column);
	pack_facts(b, &m->facts);
	buf_block(b, m->signature);
	buf_block(b, m->state);
}

bool
mime_seal_unpack(struct cursor *c, struct mime_seal *m)
{
	struct mime_seal got = {.flags = cursor_u32(c)};

	cursor_bytes(c, got.case_uid, CASE_UID_BYTES);
	got.row = (int64_t)cursor_u64(c);
	got.table = cursor_block(c, PLACE_MAX);
	got.column = cursor_block(c, PLACE_MAX);
	unpack_facts(c, &got.facts);
	got.signature = cursor_block(c, RECEIPT_SIGNATURE_BYTES);
	got.state = cursor_block(c, MIME_SEAL_STATE_MAX);
	if (c->bad || (got.flags & ~(uint32_t)MIME_FLAGS) != 0)
		return false;
	*m = got;
	return true;
}

void
mime_sealed_pack(struct buf *b, const struct mime_sealed *m)
{
	buf_add(b, m->blob_id, FILE_ID_BYTES);
	buf_add(b, m->key.b, KEY_BYTES);
	buf_u64(b, m->info.size_bytes);
	buf_add(b, m->info.hash, BLOB_HASH_BYTES);
	buf_u32(b, m->parts_n);
}

bool
mime_sealed_unpack(struct cursor *c, struct mime_sealed *m)
{
	struct mime_sealed got;

	cursor_bytes(c, got.blob_id, FILE_ID_BYTES);
	cursor_bytes(c, got.key.b, KEY_BYTES);
	got.info.size_bytes = cursor_u64(c);
	cursor_bytes(c, got.info.hash, BLOB_HASH_BYTES);
	got.parts_n = cursor_u32(c);
	if (!c->bad)
		*m = got;
	key_wipe(&got.key);
	return !c->bad;
}

enum err
mime_blob_head(struct arena *a, struct str head, struct str *state, struct mail_message *m,
        uint64_t *parts_at)
{
	struct cursor c = {.rest = head}, packed;
	struct str first = cursor_block(&c, MIME_SEAL_STATE_MAX), second;

	second = cursor_block(&c, MAIL_PACKED_MAX);
	if (c.bad)
		return ERR_TOO_LARGE;
	packed = (struct cursor){.rest = second};
	if (!mail_message_unpack(a, &packed, m) || !cursor_done(&packed))
		return ERR_SYNTAX;
	*state = first;
	*parts_at = head.n - c.rest.n;
	return ERR_OK;
}

/* ---- Asking ---- */

/* The packed message that a worker left in PARTS_FD. */
static enum err
fetch(struct arena *a, int parts_fd, const struct buf *reply, struct mail_message *out)
{
	struct cursor c = {.rest = buf_view(reply)};
	uint64_t at = cursor_u64(&c), n = cursor_u64(&c);
	size_t got = 0;
	char *p;

	if (!cursor_done(&c) || at > MAIL_PARTS_FILE_MAX || n > MAIL_PACKED_MAX)
		return ERR_INVALID;
	p = arena_alloc(a, n);
	while (got < n) {
		ssize_t r = pread(parts_fd, p + got, n - got, (off_t)(at + got));

		if (r <= 0)
			return r < 0 ? ERR_IO : ERR_INVALID;
		got += (size_t)r;
	}
	c = (struct cursor){.rest = {p, n}};
	if (!mail_message_unpack(a, &c, out) || !cursor_done(&c))
		return ERR_INVALID;
	return ERR_OK;
}

static enum err
parse_once(struct arena *a, struct worker *worker, const struct fds *send, uint32_t flags,
        struct mail_message *out, int timeout_ms)
{
	struct buf request, reply;
	enum err e = ERR_OK;

	buf_init(&request, 4);
	buf_init(&reply, 16);
	buf_u32(&request, flags);
	/* What a worker that died of it left there. */
	if (ftruncate(send->fd[1], 0) != 0)
		e = ERR_IO;
	if (e == ERR_OK)
		e = worker_call(worker, MIME_PARSE, &request, send, &reply, NULL, timeout_ms);
	if (e == ERR_OK)
		e = fetch(a, send->fd[1], &reply, out);
	buf_clear(&request);
	buf_clear(&reply);
	return e;
}

/* True where the message is at fault, and not that there was no worker. */
static bool
harmful(enum err e)
{
	return e == ERR_INVALID || e == ERR_TOO_LARGE;
}

uint32_t
mime_try_flags(unsigned i)
{
	static const uint32_t flags[MIME_TRIES] = {0, MIME_CAREFUL, MIME_HEADERS_ONLY};

	return flags[i];
}

enum err
mime_parse(struct arena *a, struct worker *worker, int raw_fd, int parts_fd, uint32_t flags,
        struct mail_message *out, int timeout_ms)
{
	const struct fds send = {.fd = {raw_fd, parts_fd}, .n = 2};
	enum err e = ERR_INVALID;

	for (unsigned i = 0; i < MIME_TRIES && harmful(e); i++)
		e = parse_once(a, worker, &send, flags | mime_try_flags(i), out, timeout_ms);
	if (!harmful(e))
		return e;
	if (ftruncate(parts_fd, 0) != 0)
		return ERR_IO;
	*out = (struct mail_message){.notes = 1u << MAIL_NOTE_NOT_READ};
	return ERR_OK;
}

static enum err
seal_once(struct arena *a, struct worker *worker, const struct fds *send, const struct mime_seal *s,
        struct str *sealed, int timeout_ms)
{
	struct buf request, reply;
	enum err e = ERR_OK;

	buf_init(&request, CHANNEL_FIELDS_MAX);
	buf_init(&reply, SEALED_MAX);
	mime_seal_pack(&request, s);
	if (ftruncate(send->fd[1], 0) != 0 || ftruncate(send->fd[2], 0) != 0 ||
	        lseek(send->fd[2], 0, SEEK_SET) != 0)
		e = ERR_IO;
	if (e == ERR_OK)
		e = worker_call(worker, MIME_SEAL, &request, send, &reply, NULL, timeout_ms);
	if (e == ERR_OK)
		*sealed = str_dup(a, buf_view(&reply));
	buf_clear(&request);
	buf_clear(&reply);
	return e;
}

enum err
mime_seal(struct arena *a, struct worker *worker, int plain_fd, int parts_fd, int blob_fd,
        const struct mime_seal *s, struct str *sealed, int timeout_ms)
{
	const struct fds send = {.fd = {plain_fd, parts_fd, blob_fd}, .n = 3};
	struct mime_seal now = *s;
	enum err e = ERR_INVALID;

	for (unsigned i = 0; i < MIME_TRIES && harmful(e); i++) {
		enum err last = e;

		now.flags = s->flags | mime_try_flags(i);
		e = seal_once(a, worker, &send, &now, sealed, timeout_ms);
		/* No worker is left: that is not what is to be told. */
		if (e == ERR_PEER && i > 0)
			return last;
	}
	return e;
}
