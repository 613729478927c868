/* A decrypted mail: what it says as text, and its parts as downloads. It is for the team; neither
 * the reporter's page nor any answer has it, since who sent it need not be who may read it. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "base/time.h"
#include "mail/mime/mime.h"
#include "pgp/ask.h"
#include "proc/blob.h"
#include "seal/blob.h"
#include "web/respond.h"

#include <stdlib.h>

enum { OPENED_MAX = MAIL_PARTS_FILE_MAX + MAIL_PACKED_MAX + (1 << 20), TEXT_MAX = 4 << 20 };

struct mail_opened {
	struct buf all;
	struct mail_message m;
	struct pgp_how how;
	uint64_t parts_at;
};

static enum err
collect(void *ctx, struct str piece)
{
	struct buf *b = ctx;

	buf_str(b, piece);
	return b->full ? ERR_TOO_LARGE : ERR_OK;
}

/* OUT->all is to be cleared whatever comes of it. */
static enum err
mail_open(struct request *req, const struct opened *o, const struct case_file *f,
        struct mail_opened *out)
{
	const struct place at = pgp_decrypted_place(o->view.row.uid);
	const struct team_keys *k = &o->keys;
	struct mime_sealed how;
	struct str plain, state;
	struct blob_id id;
	struct cursor c;
	int fd;
	enum err e;

	buf_init(&out->all, OPENED_MAX);
	e = pair_open(req->a, k->pair_public, &k->pair_secret, &at, f->mail, &plain);
	c = (struct cursor){.rest = plain};
	if (e == ERR_OK && !(mime_sealed_unpack(&c, &how) && cursor_done(&c)))
		e = ERR_FORGED;
	memcpy(id.b, f->row.blob, sizeof id.b);
	if (e == ERR_OK)
		e = blob_open(desk_of(req)->in.supervisor, &id, &fd);
	if (e == ERR_OK)
		e = blob_read(fd, &how.key, how.blob_id, how.info.hash, collect, &out->all);
	key_wipe(&how.key);
	if (e == ERR_OK)
		e = mime_blob_head(req->a, buf_view(&out->all), &state, &out->m, &out->parts_at);
	if (e == ERR_OK && !pgp_how_unpack(state, &out->how))
		e = ERR_FORGED;
	return e;
}

/* ---- As text ---- */

static void
head_line(struct buf *b, const char *name, struct str value)
{
	if (value.n > 0)
		buf_fmt(b, "%s: %.*s\n", name, STR_ARG(value));
}

static void
signature_line(struct buf *b, const struct pgp_signature *s)
{
	buf_fmt(b, "Signature: %s", pgp_signed_name(s->state));
	if (s->fingerprint[0] != '\0')
		buf_fmt(b, " (%s)", s->fingerprint);
	buf_char(b, '\n');
}

static void
write_text(struct arena *a, struct buf *b, const struct case_file *f, const struct mail_opened *x)
{
	const struct mail_message *m = &x->m;

	buf_z(b, "Decrypted mail, for the team alone.\n\n");
	head_line(b, "From", m->from.address);
	head_line(b, "Subject", m->subject);
	if (m->date_utc_s != 0)
		head_line(b, "Date", time_str(a, m->date_utc_s));
	signature_line(b, &x->how.signature);
	for (unsigned i = 0; i < MAIL_NOTE_COUNT; i++) {
		if ((m->notes & 1u << i) != 0)
			buf_fmt(b, "Note: %s\n", mail_note_text((enum mail_note)i));
	}
	buf_char(b, '\n');
	buf_str(b, m->text);
	for (size_t i = 0; i < m->parts_n; i++) {
		const struct mail_part *p = &m->parts[i];

		if ((p->flags & MAIL_PART_BODY) != 0)
			continue;
		buf_fmt(b, "\n[part %zu: %.*s, %.*s, %llu bytes: files/%lld/parts/%zu]\n", i + 1,
		        STR_ARG(p->type), STR_ARG(p->name), (unsigned long long)p->bytes.n,
		        (long long)f->number, i + 1);
	}
}

enum err
desk_mail_text(
        struct request *req, const struct opened *o, const struct case_file *f, struct buf *out)
{
	struct mail_opened x;
	enum err e = mail_open(req, o, f, &x);

	buf_init(out, TEXT_MAX);
	if (e == ERR_OK)
		write_text(req->a, out, f, &x);
	if (e == ERR_OK && out->full)
		e = ERR_TOO_LARGE;
	buf_clear(&x.all);
	return e;
}

void
desk_mail_respond(struct request *req, const struct opened *o, const struct case_file *f)
{
	struct keyd_verdict why = {0};
	struct buf b;
	enum err e = desk_mail_text(req, o, f, &b);

	if (e == ERR_OK)
		respond_bytes(req, 200, "text/plain; charset=utf-8", &b);
	else
		desk_respond_keyd(req, e, &why);
	buf_clear(&b);
}

/* ---- A part ---- */

struct part_stream {
	struct buf all;
	struct str rest;
};

static enum err
part_read(void *ctx, void *out, size_t size, size_t *n)
{
	struct part_stream *s = ctx;

	*n = s->rest.n < size ? s->rest.n : size;
	memcpy(out, s->rest.p, *n);
	s->rest = str_sub(s->rest, *n, SIZE_MAX);
	return ERR_OK;
}

static void
part_close(void *ctx)
{
	struct part_stream *s = ctx;

	buf_clear(&s->all);
	free(s);
}

static const struct response_stream part_stream = {part_read, part_close};

/* Takes X->all over. */
static void
send_part(struct request *req, struct mail_opened *x, const struct mail_part *p)
{
	struct part_stream *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->all = x->all;
	s->rest =
	        str_sub(buf_view(&s->all), (size_t)(x->parts_at + p->bytes.at), (size_t)p->bytes.n);
	respond_file_stream(req, p->name.n > 0 ? p->name : STR("part"), s->rest.n, &part_stream, s);
}

void
desk_mail_part(struct request *req, const struct opened *o, const struct case_file *f)
{
	struct keyd_verdict why = {0};
	struct mail_opened x;
	uint64_t part = 0;
	enum err e = str_u64(request_param(req, "part"), MAIL_PARTS_MAX, &part);

	if (e != ERR_OK || f->mail.n == 0) {
		desk_respond_keyd(req, ERR_NOT_FOUND, &why);
		return;
	}
	e = mail_open(req, o, f, &x);
	if (e == ERR_OK && (part == 0 || part > x.m.parts_n))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		send_part(req, &x, &x.m.parts[part - 1]);
		return;
	}
	buf_clear(&x.all);
	desk_respond_keyd(req, e, &why);
}
