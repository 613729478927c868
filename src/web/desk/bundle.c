/* A case as one signed file: GET /cases/CASE/bundle. Its files are read twice, once for their
 * hashes, which stand in front, and once while they are sent; memory holds a piece of one. */
#include "web/desk/desk.h"

#include "base/id.h"
#include "base/time.h"
#include "proc/blob.h"
#include "seal/blob.h"
#include "seal/bundle.h"
#include "web/api/case_json.h"

#include <sodium.h>
#include <stdlib.h>

enum { ARENA_BYTES = 256 << 20, MANIFEST_MAX = 1 << 20 };

/* One stretch of the archive: bytes in memory, or a file of the case. */
struct part {
	struct str bytes;
	const struct case_file *file; /* NULL: BYTES */
};

struct bundle {
	struct arena *a; /* all of it, this struct too; wiped with the keys */
	struct channel_pool *supervisor;
	struct opened opened;
	int64_t now;
	struct str *mails; /* by file: what a decrypted mail says; .p NULL: it is none */
	struct part *parts;
	size_t n, at;
	uint64_t size;
	struct blob_reader *reader; /* of the file at hand */
	struct str piece;
};

/* ---- What is in it ---- */

static void
add(struct bundle *b, struct part p, uint64_t size)
{
	b->parts[b->n++] = p;
	b->size += size;
}

static void
add_bytes(struct bundle *b, struct str bytes)
{
	add(b, (struct part){.bytes = bytes}, bytes.n);
}

static void
add_padding(struct bundle *b, uint64_t size)
{
	static const char zeroes[BUNDLE_BLOCK];

	add_bytes(b, (struct str){zeroes, bundle_padding(size)});
}

static void
add_header(struct bundle *b, const char *name, uint64_t size)
{
	unsigned char *block = arena_alloc(b->a, BUNDLE_BLOCK);
	struct str full = str_fmt(b->a, "%.*s/%s", STR_ARG(b->opened.view.number), name);

	bundle_header(str_z(b->a, full), size, b->now, block);
	add_bytes(b, str_bytes(block, BUNDLE_BLOCK));
}

static void
add_text(struct bundle *b, const char *name, struct str text)
{
	add_header(b, name, text.n);
	add_bytes(b, text);
	add_padding(b, text.n);
}

static const char *
file_name(struct bundle *b, const struct case_file *f)
{
	return str_z(b->a, str_fmt(b->a, "files/%lld", (long long)f->number));
}

static struct str
case_text(struct bundle *b, const struct programme *pr)
{
	const struct case_view *v = &b->opened.view;
	const struct receipt_facts facts = act_facts(b->a, pr, &v->row);
	struct json_writer w;
	struct buf inner, out;
	struct str text;

	buf_init(&inner, DESK_PAGE_MAX);
	w = json_writer(&inner);
	team_case_json(&w, b->a, v);
	buf_init(&out, DESK_PAGE_MAX + MANIFEST_MAX);
	w = json_writer(&out);
	jw_object(&w, NULL);
	jw_raw(&w, "case", buf_view(&inner));
	signed_receipt_json(&w, "signed_receipt", b->a, &facts, v->row.signature);
	jw_end(&w);
	text = str_dup(b->a, buf_view(&out));
	buf_clear(&inner);
	buf_clear(&out);
	return text;
}

/* ---- Hashes ---- */

static enum err
hash_piece(void *ctx, struct str piece)
{
	crypto_hash_sha256_update(ctx, (const unsigned char *)piece.p, piece.n);
	return ERR_OK;
}

static enum err
file_hash(struct bundle *b, const struct case_file *f, unsigned char out[BUNDLE_SHA256_BYTES])
{
	crypto_hash_sha256_state st;
	struct blob_id id;
	int fd;
	enum err e;

	memcpy(id.b, f->row.blob, sizeof id.b);
	crypto_hash_sha256_init(&st);
	e = blob_open(b->supervisor, &id, &fd);
	if (e != ERR_OK)
		return e;
	e = blob_read(
	        fd, case_file_key(f, &b->opened.keys), f->row.blob, f->row.hash, hash_piece, &st);
	if (e == ERR_OK)
		crypto_hash_sha256_final(&st, out);
	return e;
}

static void
entry(struct json_writer *w, struct arena *a, const char *path, struct str name, uint64_t size,
        const unsigned char hash[BUNDLE_SHA256_BYTES])
{
	jw_object(w, NULL);
	jw_z(w, "path", path);
	if (name.p != NULL)
		jw_str(w, "name", name);
	jw_int(w, "size", (int64_t)size);
	jw_str(w, "sha256", hex_str(a, hash, BUNDLE_SHA256_BYTES));
	jw_end(w);
}

/* A decrypted mail goes as text; its parts are in the message as it came. */
static enum err
mail_entry(struct request *req, struct bundle *b, size_t i, struct json_writer *w)
{
	const struct case_file *f = &b->opened.view.files[i];
	unsigned char hash[BUNDLE_SHA256_BYTES];
	struct str *text = &b->mails[i];
	struct buf out;
	enum err e = desk_mail_text(req, &b->opened, f, &out);

	if (e == ERR_OK) {
		*text = str_dup(b->a, buf_view(&out));
		crypto_hash_sha256(hash, (const unsigned char *)text->p, text->n);
		entry(w, b->a, file_name(b, f), STR("decrypted mail.txt"), text->n, hash);
	}
	buf_clear(&out);
	return e;
}

static enum err
manifest_text(struct request *req, struct bundle *b, const struct programme *pr, struct str by,
        struct str text, struct str *out)
{
	const struct case_view *v = &b->opened.view;
	unsigned char hash[BUNDLE_SHA256_BYTES];
	struct json_writer w;
	struct buf m;
	enum err e = ERR_OK;

	buf_init(&m, MANIFEST_MAX);
	w = json_writer(&m);
	jw_object(&w, NULL);
	jw_z(&w, "format", BUNDLE_FORMAT);
	jw_str(&w, "programme", pr->name);
	jw_str(&w, "case", v->number);
	jw_time(&w, "exported_at", b->now);
	jw_str(&w, "exported_by", by);
	jw_str(&w, "chain_head", hex_str(b->a, v->row.chain_head, sizeof v->row.chain_head));
	jw_array(&w, "files");
	b->mails = ARENA_ARRAY(b->a, v->files_n + 1, struct str);
	crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
	entry(&w, b->a, "case.json", (struct str){0}, text.n, hash);
	for (size_t i = 0; i < v->files_n && e == ERR_OK; i++) {
		const struct case_file *f = &v->files[i];

		if (f->mail.n > 0) {
			e = mail_entry(req, b, i, &w);
			continue;
		}
		e = file_hash(b, f, hash);
		if (e == ERR_OK)
			entry(&w, b->a, file_name(b, f), f->name, (uint64_t)f->size_bytes, hash);
	}
	jw_end(&w);
	jw_end(&w);
	if (e == ERR_OK && m.full)
		e = ERR_TOO_LARGE;
	if (e == ERR_OK)
		*out = str_dup(b->a, buf_view(&m));
	buf_clear(&m);
	return e;
}

static enum err
sign(struct request *req, struct bundle *b, struct str manifest, struct str *out,
        struct keyd_verdict *why)
{
	struct desk *d = desk_of(req);
	struct keyd_sign_bundle q = {
	        .credential = who_of(req)->credential,
	        .programme = d->in.programme.name,
	        .case_number = b->opened.view.number,
	};
	struct keyd_bundle_signed got;
	struct json_writer w;
	struct buf s;
	enum err e;

	crypto_hash_sha256(q.manifest_sha256, (const unsigned char *)manifest.p, manifest.n);
	e = keyd_sign_bundle(b->a, &d->in.keyd, &q, &got, why);
	if (e != ERR_OK)
		return e;
	buf_init(&s, 1024);
	w = json_writer(&s);
	jw_object(&w, NULL);
	jw_time(&w, "signed_at", got.signed_at);
	jw_str(&w, "signature", base64_str(b->a, got.signature, sizeof got.signature));
	jw_end(&w);
	*out = str_dup(b->a, buf_view(&s));
	buf_clear(&s);
	return ERR_OK;
}

static enum err
fill(struct request *req, struct bundle *b, struct keyd_verdict *why)
{
	const struct programme *pr = &desk_of(req)->in.programme;
	const struct case_view *v = &b->opened.view;
	struct str text = case_text(b, pr), manifest, signature;
	static const char end[2 * BUNDLE_BLOCK];
	enum err e = manifest_text(req, b, pr, who_of(req)->id.name, text, &manifest);

	if (e == ERR_OK)
		e = sign(req, b, manifest, &signature, why);
	if (e != ERR_OK)
		return e;
	b->parts = ARENA_ARRAY(b->a, 3 * (v->files_n + 3) + 1, struct part);
	add_text(b, "manifest.json", manifest);
	add_text(b, "manifest.sig", signature);
	add_text(b, "case.json", text);
	for (size_t i = 0; i < v->files_n; i++) {
		uint64_t size = (uint64_t)v->files[i].size_bytes;

		if (b->mails[i].p != NULL) {
			add_text(b, file_name(b, &v->files[i]), b->mails[i]);
			continue;
		}
		add_header(b, file_name(b, &v->files[i]), size);
		add(b, (struct part){.file = &v->files[i]}, size);
		add_padding(b, size);
	}
	add_bytes(b, (struct str){end, sizeof end});
	return ERR_OK;
}

/* ---- On its way out ---- */

static enum err
file_begin(struct bundle *b, const struct case_file *f)
{
	struct blob_id id;
	int fd;
	enum err e;

	memcpy(id.b, f->row.blob, sizeof id.b);
	e = blob_open(b->supervisor, &id, &fd);
	if (e == ERR_OK)
		b->reader =
		        blob_reader_new(fd, case_file_key(f, &b->opened.keys), id.b, f->row.hash);
	return e;
}

/* The next piece of the part at hand; empty at its end. */
static enum err
piece_next(struct bundle *b)
{
	const struct part *p = &b->parts[b->at];
	enum err e = ERR_OK;

	if (p->file == NULL) {
		b->piece = p->bytes;
		b->at++;
		return ERR_OK;
	}
	if (b->reader == NULL)
		e = file_begin(b, p->file);
	if (e == ERR_OK)
		e = blob_reader_next(b->reader, &b->piece);
	if (e == ERR_OK && b->piece.n == 0) {
		blob_reader_free(b->reader);
		b->reader = NULL;
		b->at++;
	}
	return e;
}

static enum err
bundle_read(void *ctx, void *out, size_t size, size_t *n)
{
	struct bundle *b = ctx;
	enum err e = ERR_OK;

	while (e == ERR_OK && b->piece.n == 0 && b->at < b->n)
		e = piece_next(b);
	if (e != ERR_OK)
		return e;
	*n = b->piece.n < size ? b->piece.n : size;
	if (*n > 0)
		memcpy(out, b->piece.p, *n);
	b->piece = str_sub(b->piece, *n, SIZE_MAX);
	return ERR_OK;
}

static void
bundle_close(void *ctx)
{
	struct bundle *b = ctx;

	blob_reader_free(b->reader);
	arena_free(b->a);
}

static void
bundle_get(struct request *req)
{
	static const struct response_stream stream = {bundle_read, bundle_close};
	struct arena *a = arena_new(ARENA_BYTES);
	struct bundle *b = ARENA_NEW(a, struct bundle);
	struct keyd_verdict why = {0};
	enum err e;

	b->a = a;
	b->supervisor = desk_of(req)->in.supervisor;
	b->now = now_utc_s();
	/* What was read is the request's, and ends with it, after the answer. */
	e = desk_open_case(req, "export", &b->opened, &why);
	if (e == ERR_OK)
		e = fill(req, b, &why);
	if (e != ERR_OK) {
		bundle_close(b);
		desk_respond_keyd(req, e, &why);
		return;
	}
	respond_file_stream(req, str_fmt(req->a, "%.*s.tar", STR_ARG(b->opened.view.number)),
	        b->size, &stream, b);
}

void
desk_bundle_get(struct request *req)
{
	bundle_get(req);
}

void
api_bundle_get(struct request *req)
{
	bundle_get(req);
}
