/* The requests of a MIME worker. */
#include "mail/mime/worker.h"

#include "mail/mime/mime.h"
#include "mail/mime/parse.h"
#include "proc/control.h"

#include <sodium.h>
#include <unistd.h>

enum { MEMORY_MAX = 512 << 20, FILE_MAX = 192 << 20, CPU_S = 60, LIFE_S = 300 };

/* Takes RAW apart. PACKED, an initialised buffer, becomes the packed message. */
static enum err
parse(int raw, int parts, uint32_t flags, struct buf *packed, uint64_t *parts_end,
        uint32_t *parts_n)
{
	struct arena *a = arena_new(MAIL_ARENA_BYTES);
	struct mail_message m;
	enum err e = mail_parse(a, raw, parts, flags, &m, parts_end);

	if (e == ERR_OK) {
		mail_message_pack(packed, &m);
		if (packed->full)
			abort();
		*parts_n = (uint32_t)m.parts_n;
	}
	arena_free(a);
	return e;
}

static enum err
write_at(int fd, struct str bytes, uint64_t at)
{
	while (bytes.n > 0) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, (off_t)at);

		if (n <= 0)
			return ERR_IO;
		bytes = str_sub(bytes, (size_t)n, bytes.n);
		at += (uint64_t)n;
	}
	return ERR_OK;
}

static enum err
on_parse(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	int raw = request_take_fd(r, 0), parts = request_take_fd(r, 1);
	uint32_t flags = cursor_u32(in), parts_n;
	struct buf packed;
	uint64_t end = 0;
	enum err e = ERR_SYNTAX;

	(void)state;
	buf_init(&packed, MAIL_PACKED_MAX);
	if (cursor_done(in) && (flags & ~(uint32_t)MIME_FLAGS) == 0)
		e = parse(raw, parts, flags, &packed, &end, &parts_n);
	if (e == ERR_OK)
		e = write_at(parts, buf_view(&packed), end);
	if (e == ERR_OK) {
		buf_u64(out, end);
		buf_u64(out, packed.n);
	}
	buf_clear(&packed);
	close(raw);
	close(parts);
	return e;
}

/* ---- Sealing ---- */

/* State, message and parts into one blob under a new key. */
static enum err
write_blob(int parts, uint64_t parts_end, struct str state, const struct buf *packed,
        struct blob_writer *w, struct mime_sealed *sealed)
{
	char chunk[64 * 1024];
	struct buf head;
	uint64_t at = 0;
	enum err e;

	buf_init(&head, MIME_SEAL_STATE_MAX + MAIL_PACKED_MAX + 8);
	buf_block(&head, state);
	buf_block(&head, buf_view(packed));
	e = blob_write(w, head.p, head.n);
	buf_clear(&head);
	while (e == ERR_OK && at < parts_end) {
		size_t want =
		        parts_end - at < sizeof chunk ? (size_t)(parts_end - at) : sizeof chunk;
		ssize_t n = pread(parts, chunk, want, (off_t)at);

		e = n > 0 ? blob_write(w, chunk, (size_t)n) : ERR_IO;
		at += n > 0 ? (uint64_t)n : 0;
	}
	sodium_memzero(chunk, sizeof chunk);
	return e == ERR_OK ? blob_finish(w, &sealed->info) : e;
}

static void
seal_to_pair(const struct mime_seal *s, const struct mime_sealed *sealed, struct buf *out)
{
	struct arena *a = arena_new(1 << 20);
	const struct place at = {.table = str_z(a, s->table),
	        .column = str_z(a, s->column),
	        .case_uid = s->case_uid,
	        .row = s->row};
	struct buf plain;

	buf_init(&plain, MIME_SEALED_BYTES);
	mime_sealed_pack(&plain, sealed);
	buf_str(out, pair_seal(a, s->facts.case_key, &at, buf_view(&plain)));
	buf_clear(&plain);
	arena_free(a);
}

/* BLOB is closed. */
static enum err
seal(int raw, int parts, int blob, const struct mime_seal *s, struct buf *out)
{
	struct mime_sealed sealed = {0};
	struct blob_writer *w;
	struct buf packed;
	uint64_t end = 0;
	enum err e;

	key_random(&sealed.key);
	randombytes_buf(sealed.blob_id, sizeof sealed.blob_id);
	buf_init(&packed, MAIL_PACKED_MAX);
	w = blob_writer_new(blob, &sealed.key, sealed.blob_id);
	e = parse(raw, parts, s->flags | MIME_DECRYPTED, &packed, &end, &sealed.parts_n);
	if (e == ERR_OK)
		e = write_blob(parts, end, s->state, &packed, w, &sealed);
	if (e == ERR_OK)
		seal_to_pair(s, &sealed, out);
	blob_writer_free(w);
	buf_clear(&packed);
	key_wipe(&sealed.key);
	return e;
}

static enum err
on_seal(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct mime_state *t = state;
	int raw = request_take_fd(r, 0), parts = request_take_fd(r, 1),
	    blob = request_take_fd(r, 2);
	struct mime_seal s;
	enum err e = ERR_SYNTAX;

	if (mime_seal_unpack(in, &s) && cursor_done(in))
		e = t->may_seal ? receipt_verify(t->signing, &s.facts, s.signature) : ERR_DENIED;
	if (e == ERR_OK)
		e = seal(raw, parts, blob, &s, out);
	else
		close(blob);
	close(raw);
	close(parts);
	return e;
}

static const struct request_type requests[MIME_REQUESTS] = {
        [MIME_PARSE] = {"parse", on_parse, 1u << ROLE_COURIER | 1u << ROLE_DESK, 2},
        [MIME_SEAL] = {"seal", on_seal, 1u << ROLE_PGP, 3},
};

struct worker_kind
mime_worker_kind(struct mime_state *state)
{
	return (struct worker_kind){.requests = requests,
	        .requests_n = MIME_REQUESTS,
	        .state = state,
	        .memory_bytes = MEMORY_MAX,
	        .file_bytes = FILE_MAX,
	        .cpu_s = CPU_S,
	        .life_s = LIFE_S};
}
