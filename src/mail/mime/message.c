/* A message as bytes and back, and the words for what is in it. */
#include "mail/mime/message.h"

enum { VERSION = 1 };

/* ---- Words ---- */

static const char *const automatic_names[MAIL_AUTOMATIC_COUNT] = {
        [MAIL_PERSON] = "none",
        [MAIL_BOUNCE] = "bounce",
        [MAIL_AUTO_REPLY] = "auto-reply",
        [MAIL_LIST] = "list",
};

const char *
mail_automatic_name(enum mail_automatic a)
{
	return automatic_names[a];
}

static const char *const pgp_names[MAIL_PGP_KIND_COUNT] = {
        [MAIL_PGP_ENCRYPTED] = "encrypted",
        [MAIL_PGP_SIGNED] = "signed",
        [MAIL_PGP_INLINE] = "inline",
        [MAIL_PGP_INLINE_SIGNED] = "inline_signed",
        [MAIL_PGP_FILE] = "file",
        [MAIL_PGP_FILE_SIGNATURE] = "file_signature",
        [MAIL_PGP_KEY] = "key",
        [MAIL_PGP_AUTOCRYPT] = "autocrypt",
};

const char *
mail_pgp_kind_name(enum mail_pgp_kind k)
{
	return pgp_names[k];
}

static const struct {
	const char *name, *text;
} notes[MAIL_NOTE_COUNT] = {
        [MAIL_NOTE_NOT_READ] = {"not_read", "The message could not be taken apart; it is kept "
                                            "as it came."},
        [MAIL_NOTE_NO_FROM] = {"no_from", "It does not say who it is from."},
        [MAIL_NOTE_MANY_FROM] = {"many_from", "It names several senders."},
        [MAIL_NOTE_NO_DATE] = {"no_date", "It does not say when it was written."},
        [MAIL_NOTE_BAD_DATE] = {"bad_date", "Its date cannot be read."},
        [MAIL_NOTE_HEADERS_CUT] = {"headers_cut", "Its header is too long: the end of it was not "
                                                  "read."},
        [MAIL_NOTE_BAD_HEADER] = {"bad_header", "Its header is damaged."},
        [MAIL_NOTE_LIST_CUT] = {"list_cut", "Not all addresses or references are kept: there are "
                                            "too many."},
        [MAIL_NOTE_PARTS_CUT] = {"parts_cut", "Not all parts were taken apart: there are too "
                                              "many."},
        [MAIL_NOTE_TOO_DEEP] = {"too_deep", "Parts lie too deep within each other: the innermost "
                                            "were not taken apart."},
        [MAIL_NOTE_BYTES_CUT] = {"bytes_cut", "Not all parts are kept whole: they are too large."},
        [MAIL_NOTE_TEXT_CUT] = {"text_cut", "The text is long: only its beginning is shown, the "
                                            "whole is among the parts."},
        [MAIL_NOTE_BAD_MULTIPART] = {"bad_multipart", "The borders between its parts are "
                                                      "damaged."},
        [MAIL_NOTE_BAD_ENCODING] = {"bad_encoding", "A part is damaged: its encoding is not "
                                                    "valid."},
        [MAIL_NOTE_BAD_CHARSET] = {"bad_charset", "A text holds bytes that its charset does not "
                                                  "have, or names a charset that is not known."},
        [MAIL_NOTE_CHARSET_GUESSED] = {"charset_guessed", "A text does not name its charset, which "
                                                          "was guessed."},
        [MAIL_NOTE_BAD_TNEF] = {"bad_tnef", "A winmail.dat could not be taken apart."},
        [MAIL_NOTE_BARE_LINE_ENDS] = {"bare_line_ends", "Its line ends are of several kinds."},
        [MAIL_NOTE_NUL] = {"nul", "It holds NUL bytes."},
        [MAIL_NOTE_HIDDEN_TEXT] = {"hidden_text", "Its HTML hides some of the text; that is "
                                                  "marked."},
        [MAIL_NOTE_HTML_ONLY] = {"html_only", "It was written in HTML alone: the text was made "
                                              "from that."},
        [MAIL_NOTE_HTML_DIFFERS] = {"html_differs", "Its plain text is not what its HTML says."},
};

const char *
mail_note_text(enum mail_note n)
{
	return notes[n].text;
}

const char *
mail_note_name(enum mail_note n)
{
	return notes[n].name;
}

/* ---- Packing ---- */

static void
pack_extent(struct buf *b, const struct mail_extent *e)
{
	buf_u64(b, e->at);
	buf_u64(b, e->n);
}

static void
pack_address(struct buf *b, const struct mail_address *a)
{
	buf_block(b, a->name);
	buf_block(b, a->address);
}

static void
pack_addresses(struct buf *b, const struct mail_addresses *list)
{
	buf_u32(b, (uint32_t)list->n);
	for (size_t i = 0; i < list->n; i++)
		pack_address(b, &list->v[i]);
}

static void
pack_strings(struct buf *b, const struct mail_strings *list)
{
	buf_u32(b, (uint32_t)list->n);
	for (size_t i = 0; i < list->n; i++)
		buf_block(b, list->v[i]);
}

static void
pack_part(struct buf *b, const struct mail_part *p)
{
	buf_block(b, p->type);
	buf_block(b, p->name);
	buf_block(b, p->content_id);
	buf_u8(b, (uint8_t)p->disposition);
	buf_u32(b, p->flags);
	buf_u32(b, p->depth);
	pack_extent(b, &p->bytes);
}

static void
pack_pgp(struct buf *b, const struct mail_pgp *p)
{
	buf_u8(b, (uint8_t)p->kind);
	buf_u32(b, p->part);
	pack_extent(b, &p->bytes);
	pack_extent(b, &p->signature);
	buf_block(b, p->name);
}

static void
pack_report(struct buf *b, const struct mail_report *r)
{
	buf_block(b, r->action);
	buf_block(b, r->status);
	buf_block(b, r->recipient);
	buf_block(b, r->diagnostic);
}

void
mail_message_pack(struct buf *b, const struct mail_message *m)
{
	buf_u8(b, VERSION);
	buf_u32(b, m->notes);
	buf_u8(b, (uint8_t)m->automatic);
	buf_u8(b, m->return_path_null);
	buf_u8(b, m->protected_headers);
	buf_u64(b, (uint64_t)m->date_utc_s);
	pack_address(b, &m->from);
	pack_addresses(b, &m->reply_to);
	pack_addresses(b, &m->to);
	pack_addresses(b, &m->cc);
	pack_strings(b, &m->delivered_to);
	buf_block(b, m->subject);
	buf_block(b, m->message_id);
	pack_strings(b, &m->in_reply_to);
	pack_strings(b, &m->references);
	buf_block(b, m->list_id);
	buf_block(b, m->original_envelope_id);
	buf_block(b, m->original_message_id);
	buf_u32(b, (uint32_t)m->reports_n);
	for (size_t i = 0; i < m->reports_n; i++)
		pack_report(b, &m->reports[i]);
	buf_block(b, m->text);
	buf_u32(b, (uint32_t)m->parts_n);
	for (size_t i = 0; i < m->parts_n; i++)
		pack_part(b, &m->parts[i]);
	buf_u32(b, (uint32_t)m->pgp_n);
	for (size_t i = 0; i < m->pgp_n; i++)
		pack_pgp(b, &m->pgp[i]);
}

/* ---- Unpacking ---- */

/* A text of one line: valid UTF-8 without control characters. */
static struct str
line(struct cursor *c)
{
	struct str s = cursor_block(c, MAIL_LINE_MAX);

	if (!str_utf8_valid(s, NULL))
		c->bad = true;
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			c->bad = true;
	}
	return s;
}

static size_t
count(struct cursor *c, size_t max)
{
	uint32_t n = cursor_u32(c);

	if (n > max)
		c->bad = true;
	return c->bad ? 0 : n;
}

static uint8_t
below(struct cursor *c, uint8_t end)
{
	uint8_t v = cursor_u8(c);

	if (v >= end)
		c->bad = true;
	return c->bad ? 0 : v;
}

static void
unpack_extent(struct cursor *c, struct mail_extent *e)
{
	e->at = cursor_u64(c);
	e->n = cursor_u64(c);
	if (e->at > MAIL_PARTS_FILE_MAX || e->n > MAIL_PARTS_FILE_MAX - e->at)
		c->bad = true;
}

static void
unpack_address(struct cursor *c, struct mail_address *a)
{
	a->name = line(c);
	a->address = line(c);
}

static void
unpack_addresses(struct arena *a, struct cursor *c, struct mail_addresses *list)
{
	size_t n = count(c, MAIL_LIST_MAX);
	struct mail_address *v = ARENA_ARRAY(a, n, struct mail_address);

	for (size_t i = 0; i < n && !c->bad; i++)
		unpack_address(c, &v[i]);
	*list = (struct mail_addresses){v, n};
}

static void
unpack_strings(struct arena *a, struct cursor *c, struct mail_strings *list)
{
	size_t n = count(c, MAIL_LIST_MAX);
	struct str *v = ARENA_ARRAY(a, n, struct str);

	for (size_t i = 0; i < n && !c->bad; i++)
		v[i] = line(c);
	*list = (struct mail_strings){v, n};
}

static void
unpack_part(struct cursor *c, struct mail_part *p)
{
	p->type = line(c);
	p->name = line(c);
	p->content_id = line(c);
	p->disposition = (enum mail_disposition)below(c, MAIL_ATTACHMENT + 1);
	p->flags = cursor_u32(c);
	p->depth = cursor_u32(c);
	unpack_extent(c, &p->bytes);
	if (p->flags > (MAIL_PART_BODY | MAIL_PART_FROM_TNEF | MAIL_PART_CUT))
		c->bad = true;
}

static void
unpack_pgp(struct cursor *c, size_t parts_n, struct mail_pgp *p)
{
	p->kind = (enum mail_pgp_kind)below(c, MAIL_PGP_KIND_COUNT);
	p->part = cursor_u32(c);
	unpack_extent(c, &p->bytes);
	unpack_extent(c, &p->signature);
	p->name = line(c);
	if (p->part != MAIL_NO_PART && p->part >= parts_n)
		c->bad = true;
}

static void
unpack_report(struct cursor *c, struct mail_report *r)
{
	r->action = line(c);
	r->status = line(c);
	r->recipient = line(c);
	r->diagnostic = line(c);
}

static void
unpack_header(struct arena *a, struct cursor *c, struct mail_message *m)
{
	m->notes = cursor_u32(c);
	m->automatic = (enum mail_automatic)below(c, MAIL_AUTOMATIC_COUNT);
	m->return_path_null = below(c, 2) != 0;
	m->protected_headers = below(c, 2) != 0;
	m->date_utc_s = (int64_t)cursor_u64(c);
	unpack_address(c, &m->from);
	unpack_addresses(a, c, &m->reply_to);
	unpack_addresses(a, c, &m->to);
	unpack_addresses(a, c, &m->cc);
	unpack_strings(a, c, &m->delivered_to);
	m->subject = line(c);
	m->message_id = line(c);
	unpack_strings(a, c, &m->in_reply_to);
	unpack_strings(a, c, &m->references);
	m->list_id = line(c);
	m->original_envelope_id = line(c);
	m->original_message_id = line(c);
}

bool
mail_message_unpack(struct arena *a, struct cursor *c, struct mail_message *m)
{
	struct mail_message got = {0};

	if (cursor_u8(c) != VERSION)
		return false;
	unpack_header(a, c, &got);
	if (got.notes >= 1u << MAIL_NOTE_COUNT)
		return false;
	got.reports_n = count(c, MAIL_REPORTS_MAX);
	got.reports = ARENA_ARRAY(a, got.reports_n, struct mail_report);
	for (size_t i = 0; i < got.reports_n && !c->bad; i++)
		unpack_report(c, &got.reports[i]);
	got.text = cursor_block(c, MAIL_TEXT_MAX);
	if (!str_utf8_valid(got.text, NULL))
		return false;
	got.parts_n = count(c, MAIL_PARTS_MAX);
	got.parts = ARENA_ARRAY(a, got.parts_n, struct mail_part);
	for (size_t i = 0; i < got.parts_n && !c->bad; i++)
		unpack_part(c, &got.parts[i]);
	got.pgp_n = count(c, MAIL_PGP_MAX);
	got.pgp = ARENA_ARRAY(a, got.pgp_n, struct mail_pgp);
	for (size_t i = 0; i < got.pgp_n && !c->bad; i++)
		unpack_pgp(c, got.parts_n, &got.pgp[i]);
	if (c->bad)
		return false;
	*m = got;
	return true;
}
